/* The original of an image: found in the cache, or drawn or read by a worker. */
#include "base/clock.h"
#include "run/answers.h"
#include "run/run-private.h"

static void
tell_original (Run *run, const ImageRun *image_run, const char *how)
{
  const CacheRecord *record = image_run->record;
  const DigestHex hex = digest_to_hex (&record->digest);
  bool is_new_answer = image_run->request != NULL && strcmp (how, "generated") == 0;
  OriginalEvent event = {
    .image_id = image_run->image->id,
    .variant = image_run_variant (image_run),
    .how = how,
    .digest = hex.text,
    .format = record->format,
    .width = record->width,
    .height = record->height,
    .size_bytes = record->size_bytes,
    .cached_from = image_run->was_cached ? answers_provider (image_run) : image_run->cached_from,
  };
  if (is_new_answer) {
    event.provider = plan_choice (image_run->request)->provider->name;
    event.model = plan_choice (image_run->request)->model;
  }
  run->totals.original_bytes += record->size_bytes;
  run->listener->original (run->listener->data, &event);
}

void
run_queue_landing (Run *run, ImageRun *image_run)
{
  unsigned id = ++run->next_task_id;
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = id;
  task->owner = image_run;
  task->line = task_write_look (id, &image_run->answer.digest, "the answer");
  task->is_landing = true;
  g_queue_push_head (run->waiting, task);
}

/* --only chooses among outputs, and originals without outputs are told of by it, too. */
static bool
is_left_out (Run *run, ImageRun *image_run)
{
  const RunSettings *settings = run->settings;
  if (!settings->originals_only || settings->only == NULL || settings->only[0] == NULL)
    return false;
  const OriginalFacts facts = image_run_facts (image_run);
  return !run_expand_outputs (run, image_run, &facts, NULL) || !run_has_selected (image_run);
}

void
run_go_on_with_cached (Run *run, ImageRun *image_run)
{
  if (is_left_out (run, image_run)) {
    run_finish_image (run, image_run);
    return;
  }
  run->totals.n_originals_cached++;
  image_run->was_cached = true;
  tell_original (run, image_run, "cached");
  run_settle_outputs (run, image_run);
}

void
run_queue_task (Run *run, ImageRun *image_run, unsigned id, char *line)
{
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = id;
  task->owner = image_run;
  task->line = line;
  g_queue_push_tail (run->waiting, task);
}

/* The request was answered once, but the answer is gone or damaged. What costs nothing is made again,
 * and said; what was paid for is not paid for again by itself. */
bool
run_may_replace_lost (Run *run, const ImageRun *image_run, GError **error)
{
  const PlanRequest *request = image_run->request;
  const PlanChoice *choice = plan_choice (request);
  const char *id = image_run->image->id;
  if (choice->is_paid) {
    g_set_error (
      error, RUN_ERROR, RUN_ERROR_CORRUPT,
      "the original of %s is lost or damaged; it is not paid for again by itself: put it back "
      "from a copy ('peel cache restore BUNDLE'), or pay again with --regenerate '%s'",
      id, id);
    return false;
  }
  g_autofree char *message = g_strdup_printf (
    "the original of %s is lost or damaged; '%s' is free, so it is "
    "made again",
    id, choice->provider->name);
  run->listener->warning (run->listener->data, message);
  return true;
}

void
run_take_stored (Run *run, ImageRun *image_run, const Digest *digest, GError **error)
{
  GError *problem = NULL;
  image_run->record = cache_record_get (run->cache, digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return;
  }
  image_run->has_untold = image_run->record == NULL;
  image_run->untold = *digest;
}

/* A damaged sidecar went to quarantine, or a killed process never wrote one. What was asked is known,
 * and the facts are in the bytes. */
void
run_recover_untold (Run *run, ImageRun *image_run)
{
  unsigned id = ++run->next_task_id;
  const char *name = image_run->image->id;
  g_autofree char *message = g_strdup_printf (
    "the original of %s is in the cache, but not what is told of it; that is written anew", name);
  run->listener->warning (run->listener->data, message);
  run_queue_task (run, image_run, id, task_write_look (id, &image_run->untold, name));
}

bool
run_look_up (Run *run, ImageRun *image_run, bool *out_is_lost, GError **error)
{
  Digest digest;
  GError *problem = NULL;
  *out_is_lost = false;
  if (misses_asks_again (run, image_run))
    return true;
  if (!pins_find (run, image_run, error))
    return false;
  if (image_run->record != NULL || image_run->has_untold)
    return true;
  bool is_found;
  if (!answers_find (run, image_run, &digest, &is_found, out_is_lost, error))
    return false;
  if (is_found)
    run_take_stored (run, image_run, &digest, &problem);
  if (problem == NULL)
    return true;
  g_propagate_error (error, problem);
  return false;
}

static void
begin_generated (Run *run, ImageRun *image_run)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  bool is_lost = false;
  image_run->request = plan_request (run->plan, image_run->index, problems);
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error) ||
      !run_look_up (run, image_run, &is_lost, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  pins_tell (run, image_run);
  if (is_lost && !run_may_replace_lost (run, image_run, &error))
    run_fail_image (run, image_run, error);
  else if (image_run->record != NULL)
    run_go_on_with_cached (run, image_run);
  else if (image_run->has_untold)
    run_recover_untold (run, image_run);
  else
    misses_begin (run, image_run);
}

/* The record of a file whose hash is remembered, if all that is needed of it is there. */
static bool
find_loaded (Run *run, ImageRun *image_run, GError **error)
{
  Digest digest;
  const char *file = image_run->image->file;
  if (!file_stamp_read (file, &image_run->file_stamp) ||
      !state_get_file (run->state, file, &image_run->file_stamp, &digest))
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
    run_go_on_with_cached (run, image_run);
    return;
  }
  unsigned id = ++run->next_task_id;
  const char *file = image_run->image->file;
  bool store = image_run->keep && !run->settings->dry_run;
  run_queue_task (run, image_run, id, task_write_ingest (id, file, file, store));
}

static void
begin_recalled (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  const Digest *digest = &image_run->image->original;
  image_run->record = cache_record_get (run->cache, digest, &error);
  if (error == NULL && (image_run->record == NULL || !cache_has (run->cache, digest)))
    g_set_error (&error, RUN_ERROR, RUN_ERROR_CORRUPT, "the original %s has just left the cache",
                 digest_to_hex (digest).text);
  if (error == NULL)
    run_go_on_with_cached (run, image_run);
  else
    run_fail_image (run, image_run, error);
}

void
run_find_original (Run *run, ImageRun *image_run)
{
  switch (image_run->image->source) {
  case PLAN_GENERATED:
    begin_generated (run, image_run);
    break;
  case PLAN_LOADED:
    begin_loaded (run, image_run);
    break;
  case PLAN_RECALLED:
    begin_recalled (run, image_run);
    break;
  }
}

/* ---- from a worker ---- */

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
  const PlanChoice *choice = plan_choice (request);
  acquisition->source = g_strdup ("generate");
  acquisition->request = g_strdup (digest_to_hex (&choice->fingerprint).text);
  acquisition->provider = g_strdup (choice->provider->name);
  acquisition->model = g_strdup (choice->model);
  acquisition->prompt = g_strdup (request->options->prompt);
  acquisition->variant = request->variant;
  bool is_known;
  acquisition->cost_usd = money_cost_of_picture (choice, image_run->answer.usage, &is_known);
  acquisition->is_paid = choice->is_paid;
  const ImageAnswer *answer = &image_run->answer;
  if (answer->has_landed)
    acquisition->duration_ms = answer->duration_ms;
  else if (!image_run->has_untold)
    acquisition->duration_ms = (clock_monotonic_us () - image_run->asked_us) / 1000;
  acquisition->declared_type = g_strdup (answer->declared_type);
  acquisition->location = g_strdup (answer->location);
  acquisition->model_version = g_strdup (answer->model_version);
  acquisition->response_id = g_strdup (answer->response_id);
  acquisition->finish_reason = g_strdup (answer->finish_reason);
  acquisition->usage = g_strdup (answer->usage);
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
    record->source_type = g_strdup (plan_choice (image_run->request)->provider->source_type);
  if (run->settings->dry_run)
    return true;
  g_autofree char *damage = NULL;
  if (!cache_record_store (run->cache, record, &damage, error))
    return false;
  if (damage != NULL)
    run->listener->warning (run->listener->data, damage);
  return file == NULL ||
         state_put_file (run->state, file, &image_run->file_stamp, &record->digest, error);
}

void
run_take_original (Run *run, ImageRun *image_run, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  image_run->record = g_steal_pointer (&answer->record);
  if (!remember_original (run, image_run, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  misses_end_call (run, image_run, NULL);
  if (image_run->has_untold) {
    run_go_on_with_cached (run, image_run);
    return;
  }
  bool is_generated = image_run->request != NULL;
  if (is_generated)
    run->totals.n_originals_generated++;
  else
    run->totals.n_originals_loaded++;
  tell_original (run, image_run, is_generated ? "generated" : "loaded");
  run_settle_outputs (run, image_run);
}
