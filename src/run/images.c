/* One image: find or make its original, see which outputs are out of date, have them made. */
#include "base/atomic-file.h"
#include "base/clock.h"
#include "document/json-write.h"
#include "run/run-private.h"
#include "run/selection.h"
#include "run/world.h"

/* ---- failures and ends ---- */

static void
note_failure (Run *run, RunErrorCode error_class)
{
  if (!run->has_failed)
    run->first_failure = error_class;
  run->has_failed = true;
  if (!run->settings->keep_going)
    run->is_stopping = true;
}

void
run_fail_image (Run *run, ImageRun *image_run, const GError *error)
{
  RunErrorCode error_class = run_error_class (error);
  run->totals.n_images_done++;
  run->totals.n_failed++;
  note_failure (run, error_class);
  run->listener->image_failed (run->listener->data, image_run->image->id, error_class,
                               error->message, &run->totals);
  g_hash_table_remove (run->active, image_run);
}

static void
fail_image (Run *run, ImageRun *image_run, RunErrorCode error_class, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)error_class, message);
  run_fail_image (run, image_run, error);
}

static void
tell_output (Run *run, const ImageRun *image_run, unsigned i, OutputStatus status,
             RunErrorCode error_class, const char *message)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  const OutputEvent event = {
    .image_id = image_run->image->id,
    .path = derivative->shown,
    .status = status,
    .reason = image_run->outputs[i].reason,
    .facts = image_run->outputs[i].facts,
    .derivative = derivative,
    .message = message,
    .error_class = error_class,
  };
  run->listener->output (run->listener->data, &event, &run->totals);
}

/* What of this image exists goes into the manifest. */
static bool
add_to_manifest (Run *run, const ImageRun *image_run, GError **error)
{
  if (run->manifest == NULL || image_run->record == NULL || image_run->expansion == NULL)
    return true;
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (ManifestItem));
  for (unsigned i = 0; i < image_run->expansion->derivatives->len; i++) {
    const Freshness *output = &image_run->outputs[i];
    /* Without facts it was never looked at, or never made. */
    if (output->facts == NULL)
      continue;
    if (output->kind != FRESH_UP_TO_DATE && output->kind != FRESH_DRIFTED)
      continue;
    ManifestItem item = { image_run->expansion->derivatives->pdata[i], output->content,
                          output->facts };
    g_array_append_val (items, item);
  }
  return manifest_writer_add (run->manifest, image_run->index, image_run->image->id,
                              image_run->record, items, error);
}

static void
finish_image (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  if (!add_to_manifest (run, image_run, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  run->totals.n_images_done++;
  g_hash_table_remove (run->active, image_run);
}

/* ---- outputs ---- */

static void
queue_render (Run *run, ImageRun *image_run, GArray *chosen)
{
  const OriginalFacts facts = image_run_facts (image_run);
  const char *file = image_run->image->file;
  const TaskOriginal original = {
    .digest = image_run->record->digest,
    .path = file != NULL && !image_run->keep ? file : NULL,
    .name = file != NULL ? file : image_run->image->id,
    .source_type = facts.source_type,
    .prompt = facts.prompt,
    .ai_system = facts.ai_system,
  };
  /* One image alone gets all the threads; several at once share them. */
  unsigned n_images_left = run->totals.n_images - run->totals.n_images_done;
  int n_threads = MAX (1, run->settings->n_jobs /
                            (int)MAX (1, MIN (n_images_left, (unsigned)run->settings->n_jobs)));
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = ++run->next_task_id;
  task->owner = image_run;
  task->line = task_write_render (task->id, &original, image_run->expansion->derivatives, chosen,
                                  n_threads);
  task->pending = chosen;
  image_run->n_tasks++;
  g_queue_push_tail (run->waiting, task);
}

static const ManifestIndex *
old_manifest (Run *run)
{
  if (!run->old_manifest_read && run->pipeline->manifest != NULL)
    run->old_manifest = manifest_index_load (run->pipeline->manifest);
  run->old_manifest_read = true;
  return run->old_manifest;
}

/* What a killed run left beside the outputs. */
static void
sweep_beside (Run *run, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  if (run->settings->dry_run || g_hash_table_contains (run->swept, folder))
    return;
  atomic_file_sweep (folder);
  g_hash_table_add (run->swept, g_steal_pointer (&folder));
}

/* Is output `i` to be made? Its Freshness is filled either way. */
static bool
judge_output (Run *run, ImageRun *image_run, unsigned i, bool *out_make, GError **error)
{
  const RunSettings *settings = run->settings;
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  Freshness *output = &image_run->outputs[i];
  sweep_beside (run, derivative->path);
  StateOutput known = { .recipe = NULL };
  bool is_known = state_get_output (run->state, derivative->path, &known);
  state_output_clear (&known);
  if (!freshness_of (run->state, is_known ? NULL : old_manifest (run), derivative, run->libraries,
                     settings->verify_outputs, output, error))
    return false;
  bool is_asked = selection_matches (settings->refresh, false, image_run->image->id,
                                     derivative->shown);
  if (is_asked && output->reason == NULL)
    output->reason = g_strdup ("--refresh asks for it");
  if (output->kind == FRESH_DRIFTED)
    run->totals.n_drifted++;
  *out_make = is_asked || (output->kind != FRESH_UP_TO_DATE && output->kind != FRESH_DRIFTED) ||
              (output->kind == FRESH_DRIFTED && settings->refresh_drift);
  return true;
}

static void
fail_output (Run *run, ImageRun *image_run, unsigned i, RunErrorCode error_class,
             const char *message)
{
  run->totals.n_failed++;
  image_run->outputs[i].kind = FRESH_MISSING;
  note_failure (run, error_class);
  tell_output (run, image_run, i, OUTPUT_FAILED, error_class, message);
}

/* An output that this original cannot give fails alone. */
static void
fail_impossible (Run *run, ImageRun *image_run, unsigned i)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  g_autoptr (Problems) problems = problems_new ();
  problems_add (problems, &derivative->problem_mark, "%s", derivative->problem);
  g_autofree char *text = problems_format (problems);
  fail_output (run, image_run, i, derivative->misses_target ? RUN_ERROR_TARGET : RUN_ERROR_FAILED,
               text);
}

/* Two outputs that only became one path with the real pixels: the later one fails, alone. */
static bool
claim_path (Run *run, ImageRun *image_run, unsigned i)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  g_autoptr (Problems) problems = problems_new ();
  if (plan_paths_claim (run->claims, derivative->path, derivative->shown, &derivative->mark,
                        problems))
    return true;
  g_autofree char *text = problems_format (problems);
  fail_output (run, image_run, i, RUN_ERROR_INVALID, text);
  return false;
}

/* Looks at every output of an image whose expansion is there; `chosen` are those to be made. */
static bool
judge_outputs (Run *run, ImageRun *image_run, GArray *chosen, GError **error)
{
  for (unsigned i = 0; i < image_run->expansion->derivatives->len; i++) {
    const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
    bool make = false;
    if (derivative->problem != NULL) {
      if (image_run->selected[i])
        fail_impossible (run, image_run, i);
      continue;
    }
    if (!image_run->selected[i]) {
      /* Not asked for, but the manifest still tells of it if it is up to date. */
      if (!judge_output (run, image_run, i, &make, error))
        return false;
      continue;
    }
    run->totals.n_expected++;
    if (!claim_path (run, image_run, i))
      continue;
    if (!judge_output (run, image_run, i, &make, error))
      return false;
    if (make) {
      g_array_append_val (chosen, i);
      continue;
    }
    run->totals.n_up_to_date++;
    tell_output (run, image_run, i, OUTPUT_UP_TO_DATE, 0, NULL);
  }
  return true;
}

static bool
expand (Run *run, ImageRun *image_run, const OriginalFacts *facts, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  g_clear_pointer (&image_run->expansion, expansion_free);
  image_run->expansion = plan_expand (run->plan, image_run->index, facts, problems);
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_FAILED, error))
    return false;
  unsigned n = image_run->expansion->derivatives->len;
  g_free (image_run->outputs);
  g_free (image_run->selected);
  image_run->outputs = g_new0 (Freshness, MAX (n, 1));
  image_run->selected = g_new0 (bool, MAX (n, 1));
  for (unsigned i = 0; i < n; i++) {
    const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
    image_run->selected[i] = selection_matches (run->settings->only, true, image_run->image->id,
                                                derivative->shown);
  }
  return true;
}

static bool
is_any_selected (const ImageRun *image_run)
{
  for (unsigned i = 0; i < image_run->expansion->derivatives->len; i++)
    if (image_run->selected[i])
      return true;
  return false;
}

static void
tell_to_make (Run *run, ImageRun *image_run, const GArray *chosen)
{
  for (unsigned i = 0; i < chosen->len; i++) {
    run->totals.n_to_make++;
    tell_output (run, image_run, g_array_index (chosen, unsigned, i), OUTPUT_TO_MAKE, 0, NULL);
  }
}

/* The original is known: plan with its real facts, and make what is out of date. */
static void
go_on_with_original (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (unsigned));
  const OriginalFacts facts = image_run_facts (image_run);
  if (!expand (run, image_run, &facts, &error) || !judge_outputs (run, image_run, chosen, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  if (run->settings->dry_run)
    tell_to_make (run, image_run, chosen);
  if (chosen->len == 0 || run->settings->dry_run)
    finish_image (run, image_run);
  else
    queue_render (run, image_run, g_steal_pointer (&chosen));
}

/* ---- originals ---- */

static void
tell_original (Run *run, const ImageRun *image_run, const char *how)
{
  const CacheRecord *record = image_run->record;
  const DigestHex hex = digest_to_hex (&record->digest);
  const OriginalEvent event = {
    .image_id = image_run->image->id,
    .how = how,
    .digest = hex.text,
    .format = record->format,
    .width = record->width,
    .height = record->height,
    .size_bytes = record->size_bytes,
  };
  run->totals.original_bytes += record->size_bytes;
  run->listener->original (run->listener->data, &event);
}

static void
queue_task (Run *run, ImageRun *image_run, unsigned id, char *line)
{
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = id;
  task->owner = image_run;
  task->line = line;
  g_queue_push_tail (run->waiting, task);
}

/* A miss in a dry run: told with the sizes that are expected. */
static void
plan_missing (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  const OriginalFacts facts = image_run_expected_facts (image_run);
  const OriginalEvent event = {
    .image_id = image_run->image->id,
    .how = "missing",
    .width = facts.shape.width,
    .height = facts.shape.height,
    .is_expected = true,
  };
  if (image_run->expansion == NULL && !expand (run, image_run, &facts, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  run->totals.n_originals_missing++;
  run->listener->original (run->listener->data, &event);
  for (unsigned i = 0; i < image_run->expansion->derivatives->len; i++) {
    if (!image_run->selected[i])
      continue;
    run->totals.n_expected++;
    run->totals.n_to_make++;
    image_run->outputs[i].reason = g_strdup ("its original is not there yet");
    tell_output (run, image_run, i, OUTPUT_TO_MAKE, 0, NULL);
  }
  finish_image (run, image_run);
}

static void
begin_generated (Run *run, ImageRun *image_run)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  image_run->request = plan_request (run->plan, image_run->index, problems);
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  Digest digest;
  bool is_hit = cache_lookup (run->cache, &image_run->request->fingerprint, &digest, &error);
  if (is_hit)
    image_run->record = cache_record_get (run->cache, &digest, &error);
  if (error != NULL) {
    run_fail_image (run, image_run, error);
    return;
  }
  if (image_run->record != NULL) {
    run->totals.n_originals_cached++;
    tell_original (run, image_run, "cached");
    go_on_with_original (run, image_run);
    return;
  }
  /* Nothing is drawn for an image that --only leaves out. */
  const OriginalFacts expected = image_run_expected_facts (image_run);
  if (!expand (run, image_run, &expected, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  if (!is_any_selected (image_run)) {
    finish_image (run, image_run);
    return;
  }
  if (run->settings->dry_run) {
    plan_missing (run, image_run);
    return;
  }
  const ProviderRequest request = { image_run->request->options, image_run->request->variant };
  PainterSpec spec;
  if (!image_run->request->provider->drawing (&request, &spec, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  unsigned id = ++run->next_task_id;
  queue_task (run, image_run, id, task_write_draw (id, &spec));
}

/* The record of a file whose hash is remembered, if all that is needed of it is there. */
static bool
find_loaded (Run *run, ImageRun *image_run, GError **error)
{
  FileStamp stamp;
  Digest digest;
  const char *file = image_run->image->file;
  if (!file_stamp_read (file, &stamp) || !state_get_file (run->state, file, &stamp, &digest))
    return true;
  if (image_run->keep && !cache_has (run->cache, &digest))
    return true;
  image_run->record = cache_record_get (run->cache, &digest, error);
  return image_run->record != NULL || *error == NULL;
}

static void
begin_loaded (Run *run, ImageRun *image_run)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Step) step = plan_load_step (run->plan, image_run->index, problems);
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  image_run->keep = ((const LoadOptions *)step->options)->keep;
  if (!find_loaded (run, image_run, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  if (image_run->record != NULL) {
    run->totals.n_originals_cached++;
    tell_original (run, image_run, "cached");
    go_on_with_original (run, image_run);
    return;
  }
  unsigned id = ++run->next_task_id;
  const char *file = image_run->image->file;
  bool store = image_run->keep && !run->settings->dry_run;
  queue_task (run, image_run, id, task_write_ingest (id, file, file, store));
}

void
run_begin_image (Run *run, unsigned index)
{
  ImageRun *image_run = g_new0 (ImageRun, 1);
  g_hash_table_add (run->active, image_run);
  image_run->index = index;
  image_run->image = plan_image (run->plan, index);
  if (image_run->image->file != NULL)
    begin_loaded (run, image_run);
  else
    begin_generated (run, image_run);
}

static CacheAcquisition *
acquisition_of (const Run *run, const ImageRun *image_run)
{
  CacheAcquisition *acquisition = cache_acquisition_new ();
  const PlanRequest *request = image_run->request;
  acquisition->at = clock_now_iso8601 ();
  acquisition->pipeline = g_strdup (run->pipeline->name);
  acquisition->image_id = g_strdup (image_run->image->id);
  if (request == NULL) {
    acquisition->source = g_strdup ("load");
    acquisition->path = g_path_get_basename (image_run->image->file);
    return acquisition;
  }
  acquisition->source = g_strdup ("generate");
  acquisition->request = g_strdup (digest_to_hex (&request->fingerprint).text);
  acquisition->provider = g_strdup (request->provider->name);
  acquisition->model = g_strdup (request->model);
  acquisition->prompt = g_strdup (request->options->prompt);
  acquisition->variant = request->variant;
  return acquisition;
}

/* The bytes are durable; now the sidecar says where they came from, and the state what was read. */
static bool
remember_original (Run *run, ImageRun *image_run, GError **error)
{
  CacheRecord *record = image_run->record;
  const char *file = image_run->image->file;
  g_ptr_array_add (record->acquisitions, acquisition_of (run, image_run));
  if (image_run->request != NULL && record->source_type == NULL)
    record->source_type = g_strdup (image_run->request->provider->source_type);
  if (run->settings->dry_run)
    return true;
  FileStamp stamp;
  return cache_record_put (run->cache, record, error) &&
         (file == NULL || !file_stamp_read (file, &stamp) ||
          state_put_file (run->state, file, &stamp, &record->digest, error));
}

static void
take_facts (Run *run, ImageRun *image_run, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  image_run->record = g_steal_pointer (&answer->record);
  if (!remember_original (run, image_run, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  bool is_generated = image_run->request != NULL;
  if (is_generated)
    run->totals.n_originals_generated++;
  else
    run->totals.n_originals_loaded++;
  tell_original (run, image_run, is_generated ? "generated" : "loaded");
  go_on_with_original (run, image_run);
}

/* ---- answers ---- */

static bool
take_pending (PoolTask *task, unsigned derivative)
{
  for (unsigned i = 0; task->pending != NULL && i < task->pending->len; i++)
    if (g_array_index (task->pending, unsigned, i) == derivative) {
      g_array_remove_index (task->pending, i);
      return true;
    }
  return false;
}

/* The worker's facts and the versions that made the file. New string. */
static char *
add_versions (const char *facts, const char *libraries)
{
  cJSON *json = cJSON_Parse (facts);
  cJSON_AddStringToObject (json, "made-with", libraries);
  char *text = json_write_line (json);
  cJSON_Delete (json);
  return text;
}

static void
take_made (Run *run, ImageRun *image_run, const Answer *answer)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[answer->derivative];
  Freshness *output = &image_run->outputs[answer->derivative];
  g_autoptr (GError) error = NULL;
  g_free (output->facts);
  output->kind = FRESH_UP_TO_DATE;
  output->content = answer->content;
  output->facts = add_versions (answer->facts, run->libraries);
  StateOutput made = {
    .fingerprint = derivative->fingerprint,
    .content = answer->content,
    .recipe = derivative->recipe,
    .facts = output->facts,
  };
  if (!file_stamp_read (derivative->path, &made.stamp)) {
    fail_output (run, image_run, answer->derivative, RUN_ERROR_FAILED, "the file is gone again");
    return;
  }
  if (!state_put_output (run->state, derivative->path, &made, &error)) {
    fail_output (run, image_run, answer->derivative, run_error_class (error), error->message);
    return;
  }
  run->totals.n_made++;
  run->totals.made_bytes += made.stamp.size_bytes;
  tell_output (run, image_run, answer->derivative, OUTPUT_MADE, 0, NULL);
}

/* The image is done when the last of its render tasks is. */
static void
end_render (Run *run, ImageRun *image_run)
{
  if (--image_run->n_tasks == 0)
    finish_image (run, image_run);
}

static void
fail_pending (Run *run, ImageRun *image_run, PoolTask *task, RunErrorCode error_class,
              const char *message)
{
  for (unsigned i = 0; i < task->pending->len; i++)
    fail_output (run, image_run, g_array_index (task->pending, unsigned, i), error_class, message);
  end_render (run, image_run);
}

void
run_take_answer (void *data, PoolTask *task, Answer *answer)
{
  Run *run = data;
  ImageRun *image_run = task->owner;
  bool is_render = task->pending != NULL;
  if (answer->kind == ANSWER_FACTS)
    take_facts (run, image_run, answer);
  else if (answer->kind == ANSWER_ERROR && is_render)
    fail_pending (run, image_run, task, answer->error_class, answer->message);
  else if (answer->kind == ANSWER_ERROR)
    fail_image (run, image_run, answer->error_class, answer->message);
  else if (answer->kind == ANSWER_END)
    end_render (run, image_run);
  else if (!take_pending (task, answer->derivative))
    return; /* not one that was asked for */
  else if (answer->kind == ANSWER_MADE)
    take_made (run, image_run, answer);
  else
    fail_output (run, image_run, answer->derivative, answer->error_class, answer->message);
}

/* A codec took the worker down. What it had not answered is tried again, one by one, so that only
 * the output that is to blame is lost. */
void
run_take_crash (void *data, PoolTask *task, const char *how)
{
  Run *run = data;
  ImageRun *image_run = task->owner;
  g_autofree char *message = g_strdup_printf (
    "the worker process %s: a codec gave up on this picture", how);
  if (task->pending == NULL) {
    fail_image (run, image_run, RUN_ERROR_FAILED, message);
    return;
  }
  if (task->pending->len <= 1 || run->is_stopping) {
    fail_pending (run, image_run, task, RUN_ERROR_FAILED, message);
    return;
  }
  for (unsigned i = 0; i < task->pending->len; i++) {
    GArray *one = g_array_new (FALSE, FALSE, sizeof (unsigned));
    g_array_append_vals (one, &g_array_index (task->pending, unsigned, i), 1);
    queue_render (run, image_run, one);
  }
  image_run->n_tasks--;
}
