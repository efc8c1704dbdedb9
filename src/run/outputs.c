/* The outputs of an image whose original is known: which are out of date, and what is told of them. */
#include "base/atomic-file.h"
#include "base/path.h"
#include "image/version.h"
#include "run/run-private.h"
#include "run/selection.h"

static bool
has_proof (const Run *run, const Derivative *derivative)
{
  return run->settings->with_proofs && derivative->problem == NULL &&
         derivative_is_for_print (derivative);
}

void
run_tell_output (Run *run, const ImageRun *image_run, unsigned i, OutputStatus status,
                 RunErrorCode error_class, const char *message)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  bool is_drawn = has_proof (run, derivative) &&
                  (status == OUTPUT_MADE || status == OUTPUT_TO_MAKE);
  g_autofree char *proof = is_drawn ? g_strconcat (derivative->shown, PROOF_SUFFIX, NULL) : NULL;
  const OutputEvent event = {
    .image_id = image_run->image->id,
    .variant = image_run_variant (image_run),
    .original_bytes = image_run->record != NULL ? image_run->record->size_bytes : 0,
    .path = derivative->shown,
    .status = status,
    .reason = image_run->outputs[i].reason,
    .proof = proof,
    .facts = image_run->outputs[i].facts,
    .metadata = image_run->outputs[i].metadata,
    .derivative = derivative,
    .message = message,
    .error_class = error_class,
  };
  run->listener->output (run->listener->data, &event, &run->totals);
}

void
run_fail_output (Run *run, ImageRun *image_run, unsigned i, RunErrorCode error_class,
                 const char *message)
{
  run->totals.n_failed++;
  image_run->outputs[i].kind = FRESH_MISSING;
  run_note_failure (run, error_class);
  run_tell_output (run, image_run, i, OUTPUT_FAILED, error_class, message);
}

/* ---- is it up to date ---- */

/* Looks at an output's folder the first time: a link in it may lead out of the pipeline's folder, and
 * a killed run may have left something there. False: the output may not be written there. */
static bool
enter_folder (Run *run, ImageRun *image_run, unsigned i)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  g_autofree char *folder = g_path_get_dirname (derivative->path);
  if (g_hash_table_contains (run->entered, folder))
    return true;
  g_autofree char *real = path_real (folder);
  g_autofree char *home = path_real (run->pipeline->folder);
  if (!run->pipeline->allow_outside && !path_is_within (real, home)) {
    g_autofree char *message = g_strdup_printf (
      "a link leads out of the pipeline's folder, to %s; --allow-outside permits it", real);
    run_fail_output (run, image_run, i, RUN_ERROR_INVALID, message);
    return false;
  }
  if (!run->settings->dry_run)
    atomic_file_sweep (folder);
  g_hash_table_add (run->entered, g_steal_pointer (&folder));
  return true;
}

/* Is output `i` to be made? Its Freshness is filled either way. */
static bool
judge_output (Run *run, ImageRun *image_run, unsigned i, bool *out_make, GError **error)
{
  const RunSettings *settings = run->settings;
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  Freshness *output = &image_run->outputs[i];
  g_autofree char *libraries = image_versions_of_format (derivative->format);
  if (!freshness_of (run->state, run->old_manifest, derivative, libraries, settings->verify_outputs,
                     output, error))
    return false;
  bool is_asked = selection_matches (settings->refresh, false, image_run->image->id,
                                     derivative->shown);
  if (is_asked && output->reason == NULL)
    output->reason = g_strdup ("--refresh asks for it");
  bool is_drawn = has_proof (run, derivative);
  if (is_drawn && output->reason == NULL)
    output->reason = g_strdup ("--proof draws it, for which it is made again");
  if (output->kind == FRESH_DRIFTED)
    run->totals.n_drifted++;
  if (output->kind == FRESH_NEW && image_run->selected[i]) {
    g_autofree char *message = g_strdup_printf (
      "%s is there, but no run here made it: it is replaced", derivative->shown);
    run->listener->warning (run->listener->data, message);
  }
  *out_make = is_asked || is_drawn ||
              (output->kind != FRESH_UP_TO_DATE && output->kind != FRESH_DRIFTED) ||
              (output->kind == FRESH_DRIFTED && settings->refresh_drift);
  return true;
}

/* An output that this original cannot give fails alone. */
static void
fail_impossible (Run *run, ImageRun *image_run, unsigned i)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  g_autoptr (Problems) problems = problems_new ();
  problems_add (problems, &derivative->problem_mark, "%s", derivative->problem);
  g_autofree char *text = problems_format (problems);
  run_fail_output (run, image_run, i,
                   derivative->misses_target ? RUN_ERROR_TARGET : RUN_ERROR_FAILED, text);
}

/* Two outputs that only became one path with the real pixels: the later one fails, alone. */
static bool
claim_path (Run *run, ImageRun *image_run, unsigned i)
{
  const Derivative *derivative = image_run->expansion->derivatives->pdata[i];
  g_autoptr (Problems) problems = problems_new ();
  if (plan_paths_claim (run->claims, derivative->path, derivative->shown, &derivative->mark,
                        problems) &&
      (!has_proof (run, derivative) || plan_paths_claim_proof (run->claims, derivative, problems)))
    return true;
  g_autofree char *text = problems_format (problems);
  run_fail_output (run, image_run, i, RUN_ERROR_INVALID, text);
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
    if (!enter_folder (run, image_run, i) || !claim_path (run, image_run, i))
      continue;
    if (!judge_output (run, image_run, i, &make, error))
      return false;
    if (make) {
      g_array_append_val (chosen, i);
      continue;
    }
    run->totals.n_up_to_date++;
    run_tell_output (run, image_run, i, OUTPUT_UP_TO_DATE, 0, NULL);
  }
  return true;
}

/* ---- the image ---- */

/* A circle of links leads nowhere and is replaced. */
static void
follow_links (Derivative *derivative)
{
  char *target = derivative->path != NULL ? path_follow_links (derivative->path, NULL) : NULL;
  if (target == NULL)
    return;
  g_free (derivative->path);
  derivative->path = target;
}

bool
run_expand_outputs (Run *run, ImageRun *image_run, const OriginalFacts *facts, GError **error)
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
    Derivative *derivative = image_run->expansion->derivatives->pdata[i];
    if (run->pipeline->follow_links)
      follow_links (derivative);
    image_run->selected[i] = selection_matches (run->settings->only, true, image_run->image->id,
                                                derivative->shown);
  }
  return true;
}

bool
run_has_selected (const ImageRun *image_run)
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
    run_tell_output (run, image_run, g_array_index (chosen, unsigned, i), OUTPUT_TO_MAKE, 0, NULL);
  }
}

/* Services answer with other pixels than were asked for, and say nothing. A new answer is worth a
 * warning; an error is one whenever something is to be made of it. */
static bool
check_size (Run *run, const ImageRun *image_run, GError **error)
{
  const PlanRequest *request = image_run->request;
  const CacheRecord *record = image_run->record;
  const PlanChoice *choice = request != NULL ? plan_choice (request) : NULL;
  if (choice == NULL || choice->gone != NULL ||
      (record->width == choice->width && record->height == choice->height))
    return true;
  g_autofree char *text = g_strdup_printf ("%dx%d px came, and %dx%d were asked for", record->width,
                                           record->height, choice->width, choice->height);
  if (request->options->on_other_size == OTHER_SIZE_FAIL) {
    g_set_error (error, RUN_ERROR, RUN_ERROR_TARGET,
                 "%s; the original is in the cache (%.12s), and without 'on-other-size: fail' "
                 "outputs are made of it",
                 text, digest_to_hex (&record->digest).text);
    return false;
  }
  if (!image_run->answer.has_landed)
    return true;
  g_autofree char *message = g_strdup_printf ("%s: %s", image_run->image->id, text);
  run->listener->warning (run->listener->data, message);
  return true;
}

/* The original is known: plan with its real facts, and make what is out of date. */
void
run_settle_outputs (Run *run, ImageRun *image_run)
{
  if (run->settings->originals_only) {
    run_finish_image (run, image_run);
    return;
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (unsigned));
  const OriginalFacts facts = image_run_facts (image_run);
  if (!run_expand_outputs (run, image_run, &facts, &error) ||
      !judge_outputs (run, image_run, chosen, &error) ||
      (chosen->len > 0 && !check_size (run, image_run, &error))) {
    run_fail_image (run, image_run, error);
    return;
  }
  if (run->settings->dry_run)
    tell_to_make (run, image_run, chosen);
  if (chosen->len == 0 || run->settings->dry_run) {
    run_finish_image (run, image_run);
    return;
  }
  if (image_run->was_cached)
    state_count_use (run->state, &image_run->record->digest);
  run_queue_render (run, image_run, g_steal_pointer (&chosen));
}
