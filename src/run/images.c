/* An image from its begin to its end: what fails, what is queued, what the workers answer. */
#include "document/document.h"
#include "document/json-write.h"
#include "image/version.h"
#include "run/credentials.h"
#include "run/run-private.h"

/* ---- begin and end ---- */

void
run_begin_image (Run *run, unsigned index)
{
  ImageRun *image_run = g_new0 (ImageRun, 1);
  g_hash_table_add (run->active, image_run);
  image_run->index = index;
  image_run->image = plan_image (run->plan, index);
  run_find_original (run, image_run);
}

void
run_note_failure (Run *run, RunErrorCode error_class)
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
  misses_end_call (run, image_run, error);
  run->totals.n_images_done++;
  run->totals.n_failed++;
  run_note_failure (run, error_class);
  run->listener->image_failed (run->listener->data, image_run->image->id, error_class,
                               error->message, &run->totals);
  g_hash_table_remove (run->active, image_run);
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
                              image_run_variant (image_run), image_run->record, items, error);
}

void
run_finish_image (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  if (!add_to_manifest (run, image_run, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  pins_note (run, image_run);
  run->totals.n_images_done++;
  g_hash_table_remove (run->active, image_run);
}

/* ---- rendering ---- */

static char *
write_task (const Run *run, const ImageRun *image_run, unsigned id, const GArray *chosen)
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
    .credentials = image_run->record->credentials,
    .signing = run->signer != NULL ? config_signing (run->pipeline->config) : NULL,
  };
  /* One image alone gets all the threads; several at once share them. */
  unsigned n_images_left = run->totals.n_images - run->totals.n_images_done;
  int n_threads = MAX (1, run->settings->n_jobs /
                            (int)MAX (1, MIN (n_images_left, (unsigned)run->settings->n_jobs)));
  return task_write_render (id, &original, image_run->expansion->derivatives, chosen,
                            run->settings->with_proofs, n_threads);
}

/* A worker reads a task as it reads any document, under the same limits: what comes near them goes
 * in halves. */
void
run_queue_render (Run *run, ImageRun *image_run, GArray *chosen)
{
  enum { MOST_DERIVATIVES = 500, MOST_TASK_BYTES = DOCUMENT_MOST_BYTES / 4 };
  unsigned id = ++run->next_task_id;
  g_autofree char *line = chosen->len <= MOST_DERIVATIVES ? write_task (run, image_run, id, chosen)
                                                          : NULL;
  if (chosen->len > 1 && (line == NULL || strlen (line) > MOST_TASK_BYTES)) {
    GArray *rest = g_array_new (FALSE, FALSE, sizeof (unsigned));
    unsigned half = chosen->len / 2;
    g_array_append_vals (rest, &g_array_index (chosen, unsigned, half), chosen->len - half);
    g_array_set_size (chosen, half);
    run_queue_render (run, image_run, chosen);
    run_queue_render (run, image_run, rest);
    return;
  }
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = id;
  task->owner = image_run;
  task->line = g_steal_pointer (&line);
  task->pending = chosen;
  image_run->n_tasks++;
  g_queue_push_tail (run->waiting, task);
}

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
add_versions (const char *facts, ImageFormat format)
{
  g_autofree char *libraries = image_versions_of_format (format);
  cJSON *json = cJSON_Parse (facts);
  cJSON_AddStringToObject (json, "made-with", libraries);
  char *text = json_write_line (json);
  cJSON_Delete (json);
  return text;
}

/* Of a file that is signed: the hash of what was signed, by which two of them are compared. New string. */
static char *
unsigned_digest (const char *facts)
{
  cJSON *json = cJSON_Parse (facts);
  const cJSON *credentials = cJSON_GetObjectItemCaseSensitive (json, "credentials");
  char *digest = g_strdup (
    cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (credentials, "unsigned-sha256")));
  cJSON_Delete (json);
  return digest;
}

/* Of a file that was not there: whether the manifest knows it by other bytes, of the same recipe. The
 * libraries that made it then were others, which must not pass in silence where a manifest is kept so
 * that machines make the same. */
static bool
is_other_than_before (const Run *run, const Derivative *derivative, const Freshness *output,
                      const Digest *content)
{
  const ManifestEntry *before = run->old_manifest != NULL && output->kind == FRESH_MISSING
                                  ? manifest_index_find (run->old_manifest, derivative->shown)
                                  : NULL;
  if (before == NULL || !digest_equal (&before->fingerprint, &derivative->fingerprint) ||
      digest_equal (&before->content, content))
    return false;
  g_autofree char *was = unsigned_digest (before->facts);
  g_autofree char *is = unsigned_digest (output->facts);
  return was == NULL || g_strcmp0 (was, is) != 0;
}

/* What stood beside a file that is to stand alone now would be taken for its own. */
static void
clear_beside (Run *run, const Derivative *derivative, const Freshness *output)
{
  cJSON *facts = cJSON_Parse (output->facts);
  const cJSON *credentials = cJSON_GetObjectItemCaseSensitive (facts, "credentials");
  const char *kind = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (credentials, "kind"));
  bool has_sidecar = cJSON_HasObjectItem (credentials, "sha256");
  run->n_beside += has_sidecar;
  if (g_strcmp0 (kind, credentials_words[CREDENTIALS_KEPT]) == 0)
    run->n_unsigned++;
  cJSON_Delete (facts);
  if (has_sidecar || !output->has_sidecar)
    return;
  g_autofree char *beside = g_strconcat (derivative->path, CREDENTIALS_SUFFIX, NULL);
  unlink (beside);
}

static void
take_made (Run *run, ImageRun *image_run, const Answer *answer)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[answer->derivative];
  Freshness *output = &image_run->outputs[answer->derivative];
  g_autoptr (GError) error = NULL;
  g_free (output->facts);
  output->facts = add_versions (answer->facts, derivative->format);
  run->n_other_bytes += is_other_than_before (run, derivative, output, &answer->content);
  output->kind = FRESH_UP_TO_DATE;
  output->content = answer->content;
  clear_beside (run, derivative, output);
  StateOutput made = {
    .fingerprint = derivative->fingerprint,
    .content = answer->content,
    .recipe = derivative->recipe,
    .facts = output->facts,
    .stamp = answer->stamp,
  };
  if (!state_put_output (run->state, derivative->path, &made, &error)) {
    run_fail_output (run, image_run, answer->derivative, run_error_class (error), error->message);
    return;
  }
  run->totals.n_made++;
  run->totals.made_bytes += made.stamp.size_bytes;
  output->metadata = answer->metadata;
  run_tell_output (run, image_run, answer->derivative, OUTPUT_MADE, 0, NULL);
  output->metadata = NULL;
}

/* The image is done when the last of its render tasks is. */
static void
end_render (Run *run, ImageRun *image_run)
{
  if (--image_run->n_tasks == 0)
    run_finish_image (run, image_run);
}

static void
fail_pending (Run *run, ImageRun *image_run, PoolTask *task, RunErrorCode error_class,
              const char *message)
{
  for (unsigned i = 0; i < task->pending->len; i++)
    run_fail_output (run, image_run, g_array_index (task->pending, unsigned, i), error_class,
                     message);
  end_render (run, image_run);
}

/* ---- answers ---- */

/* A program was to make the original, and did not. */
static bool
is_making (const ImageRun *image_run, const GError *error)
{
  return image_run->flight != NULL && !image_run->answer.has_landed &&
         g_error_matches (error, RUN_ERROR, RUN_ERROR_PROVIDER);
}

void
run_fail_task (Run *run, PoolTask *task, const GError *error)
{
  ImageRun *image_run = task->owner;
  /* It was ended because the run ends: that is no failure of the image. */
  if (g_error_matches (error, RUN_ERROR, RUN_ERROR_INTERRUPTED) && task->pending == NULL)
    g_hash_table_remove (run->active, image_run);
  else if (task->pending != NULL)
    fail_pending (run, image_run, task, run_error_class (error), error->message);
  else if (!is_making (image_run, error) || !misses_ask_other (run, image_run, error))
    run_fail_image (run, image_run, error);
}

/* What a service sent is paid for, whatever it is: it is kept, and where is said, also in later runs,
 * which find it again. */
static GError *
error_of_task (const ImageRun *image_run, RunErrorCode error_class, const char *message)
{
  bool is_look = image_run->record == NULL &&
                 (image_run->answer.has_landed || image_run->has_untold);
  if (!is_look || image_run->request == NULL || error_class == RUN_ERROR_INTERRUPTED)
    return g_error_new_literal (RUN_ERROR, (int)error_class, message);
  const Digest *digest = image_run->answer.has_landed ? &image_run->answer.digest
                                                      : &image_run->untold;
  return g_error_new (RUN_ERROR, RUN_ERROR_MAYBE_CHARGED,
                      "what %s sent is kept as the original %.12s, but cannot be used: %s. "
                      "--regenerate '%s' asks again, which is paid for again",
                      plan_choice (image_run->request)->provider->name, digest_to_hex (digest).text,
                      message, image_run->image->id);
}

void
run_take_answer (void *data, PoolTask *task, Answer *answer)
{
  Run *run = data;
  ImageRun *image_run = task->owner;
  if (answer->kind == ANSWER_FACTS) {
    run_take_original (run, image_run, answer);
  } else if (answer->kind == ANSWER_ERROR) {
    g_autoptr (GError) error = error_of_task (image_run, answer->error_class, answer->message);
    run_fail_task (run, task, error);
  } else if (answer->kind == ANSWER_END) {
    end_render (run, image_run);
  } else if (!take_pending (task, answer->derivative)) {
    return; /* not one that was asked for */
  } else if (answer->kind == ANSWER_MADE) {
    take_made (run, image_run, answer);
  } else {
    run_fail_output (run, image_run, answer->derivative, answer->error_class, answer->message);
  }
}

/* A codec took the worker down. What it had not answered is tried again, one by one, so that only
 * the output that is to blame is lost. */
void
run_take_crash (void *data, PoolTask *task, const char *how)
{
  Run *run = data;
  ImageRun *image_run = task->owner;
  if (task->pending == NULL || task->pending->len <= 1 || run->is_stopping) {
    g_autofree char *message = g_strdup_printf (
      "the worker process %s: a codec gave up on this picture, or memory ran out (then -j 1 helps)",
      how);
    g_autoptr (GError) error = error_of_task (image_run, RUN_ERROR_FAILED, message);
    run_fail_task (run, task, error);
    return;
  }
  for (unsigned i = 0; i < task->pending->len; i++) {
    GArray *one = g_array_new (FALSE, FALSE, sizeof (unsigned));
    g_array_append_vals (one, &g_array_index (task->pending, unsigned, i), 1);
    run_queue_render (run, image_run, one);
  }
  image_run->n_tasks--;
}
