#include "cli/compare-run.h"

#include "base/install.h"
#include "base/units.h"
#include "cli/project-config.h"
#include "cli/reporter.h"
#include "cli/run-command.h"
#include "cli/run-options.h"
#include "cli/signals.h"

void
compare_run_clear (CompareRun *run)
{
  for (unsigned i = 0; i < run->n_sides; i++) {
    pipeline_free (run->sides[i].pipeline);
    config_free (run->sides[i].config);
    g_clear_error (&run->sides[i].error);
  }
  g_free (run->sides);
  g_clear_pointer (&run->stored, g_array_unref);
}

/* ---- reading ---- */

static void
take_text (Node *map, const char *key, const char *value)
{
  node_take_member (map, node_new_scalar (&MARK_NONE, key, NODE_QUOTED),
                    node_new_scalar (&MARK_NONE, value, NODE_QUOTED));
}

static bool
load_side (CompareSide *side, const Invocation *invocation, const char *path, const char *provider,
           const PresetPath *presets, ProjectNotes *notes, Problems *problems)
{
  const RunOptions *options = invocation->shared;
  side->config = project_config_load (path, options->profile, invocation->global, notes, problems);
  if (side->config == NULL)
    return false;
  g_autoptr (Node) alone = node_new_map (&MARK_NONE);
  take_text (alone, "provider", provider);
  take_text (alone, "accept", "same-provider");
  if (!config_lay_generate (side->config, alone, problems))
    return false;
  const PipelineSettings settings = run_options_pipeline_settings (options, presets, side->config);
  side->pipeline = pipeline_load (path, &settings, problems);
  return side->pipeline != NULL && problems_count (problems) == 0;
}

/* Files that are loaded, and originals that are recalled, nobody is asked for. */
static bool
check_source (const Pipeline *pipeline, GError **error)
{
  const Node *first = node_item (pipeline->stage_list, 0);
  if (node_get (first, "generate") != NULL || (first != NULL && first->has_references))
    return true;
  return run_fail (error, RUN_ERROR_INVALID,
                   "%s: its pictures are not generated, so there are no providers to compare: "
                   "'peel compare' takes a pipeline that begins with 'generate'",
                   pipeline->name);
}

bool
compare_run_load (CompareRun *run, const Invocation *invocation, const char *path,
                  const Comparison *comparison, GError **error)
{
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (folder);
  g_auto (ProjectNotes) notes = { NULL };
  run->n_sides = comparison->n_providers;
  run->sides = g_new0 (CompareSide, run->n_sides);
  run->stored = g_array_new (FALSE, FALSE, sizeof (Digest));
  if (!run_command_check_file (path, error))
    return false;
  for (unsigned i = 0; i < run->n_sides; i++) {
    g_autoptr (Problems) problems = problems_new ();
    if (!load_side (&run->sides[i], invocation, path, comparison->providers[i], presets, &notes,
                    problems)) {
      (void)problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error);
      return false;
    }
  }
  return check_source (run->sides[0].pipeline, error);
}

/* ---- what a run tells ---- */

typedef struct {
  CompareRun *run;
  Comparison *comparison;
  unsigned provider;
  bool
    is_survey; /* nothing is asked yet, and its failures are told later, if they are still there */
  bool tells;  /* warnings */
  RunMisses misses; /* of all providers */
  int consent;      /* negative: nobody was asked yet */
  Cache *cache;
  Reporter *reporter;
  bool is_json;
  GError *error; /* the cache cannot be read */
} Listening;

static void
on_started (void *data, const RunTotals *totals)
{
  const Listening *listening = data;
  const RunListener *told = reporter_listener (listening->reporter);
  if (!listening->is_json)
    told->started (told->data, totals);
}

static void
take_missing (Listening *listening, ComparisonCell *cell, const OriginalEvent *event)
{
  RunMisses *misses = &listening->run->sides[listening->provider].misses;
  cell->is_missing = true;
  cell->is_paid = event->is_paid;
  cell->cost_usd = event->has_price ? event->cost_usd : 0;
  cell->width = event->width;
  cell->height = event->height;
  g_free (cell->model);
  cell->model = g_strdup (event->model);
  misses->n += event->is_paid;
}

static void
on_original (void *data, const OriginalEvent *event)
{
  Listening *listening = data;
  Digest digest;
  ComparisonImage *image = comparison_image (listening->comparison, event->image_id,
                                             event->variant);
  ComparisonCell *cell = &image->cells[listening->provider];
  if (event->digest == NULL || !digest_from_hex (event->digest, &digest)) {
    take_missing (listening, cell, event);
    return;
  }
  if (listening->error == NULL)
    (void)comparison_fill (listening->comparison, image, listening->provider, listening->cache,
                           &digest, &listening->error);
  if (strcmp (event->how, "generated") == 0 && g_strcmp0 (event->format, "png") == 0)
    g_array_append_val (listening->run->stored, digest);
}

static void
on_output (void *data, const OutputEvent *event, const RunTotals *totals)
{
}

/* Of several variants the event does not say which it was: the first that has no original yet. */
static void
on_image_failed (void *data, const char *image_id, RunErrorCode error_class, const char *message,
                 const RunTotals *totals)
{
  Listening *listening = data;
  if (listening->is_survey)
    return;
  const GPtrArray *images = listening->comparison->images;
  for (unsigned i = 0; i < images->len; i++) {
    ComparisonImage *image = images->pdata[i];
    ComparisonCell *cell = &image->cells[listening->provider];
    if (strcmp (image->id, image_id) == 0 && !cell->is_there && cell->error == NULL) {
      comparison_fail (cell, error_class, message);
      return;
    }
  }
  ComparisonImage *image = comparison_image (listening->comparison, image_id, 0);
  comparison_fail (&image->cells[listening->provider], error_class, message);
}

static void
on_warning (void *data, const char *message)
{
  const Listening *listening = data;
  if (listening->tells)
    reporter_warn (listening->reporter, "%s", message);
}

static bool
on_confirm (void *data, const RunMisses *misses)
{
  Listening *listening = data;
  const RunListener *told = reporter_listener (listening->reporter);
  if (listening->consent < 0)
    listening->consent = told->confirm (told->data, &listening->misses);
  return listening->consent > 0;
}

static void
on_tick (void *data, const RunTotals *totals)
{
  const Listening *listening = data;
  const RunListener *told = reporter_listener (listening->reporter);
  told->tick (told->data, totals);
}

/* ---- the runs ---- */

static bool
run_side (Listening *listening, const Invocation *invocation, const RunSettings *settings,
          RunResult *out_result)
{
  const CompareRun *run = listening->run;
  CompareSide *side = &run->sides[listening->provider];
  g_autofree char *name = g_strdup_printf ("%s on %s", side->pipeline->name,
                                           listening->comparison->providers[listening->provider]);
  g_autoptr (Reporter) reporter = reporter_new (REPORT_RUN, invocation->global, name);
  listening->reporter = reporter;
  const bool can_ask = reporter_listener (reporter)->confirm != NULL;
  const RunListener listener = {
    .data = listening,
    .started = on_started,
    .original = on_original,
    .output = on_output,
    .image_failed = on_image_failed,
    .warning = on_warning,
    .confirm = can_ask ? on_confirm : NULL,
    .tick = on_tick,
  };
  signals_watch ();
  bool ok = run_pipeline (side->pipeline, settings, &listener, out_result, &side->error);
  listening->reporter = NULL;
  return ok;
}

static void
add_misses (RunMisses *sum, const RunMisses *misses)
{
  sum->n += misses->n;
  sum->n_unpriced += misses->n_unpriced;
  sum->cost_usd += misses->cost_usd;
}

/* Of the providers from `first` up to, and without, `end`. */
static RunMisses
misses_of (const CompareRun *run, unsigned first, unsigned end)
{
  RunMisses sum = { 0 };
  for (unsigned i = first; i < end; i++)
    if (run->sides[i].error == NULL)
      add_misses (&sum, &run->sides[i].misses);
  return sum;
}

/* What is there, and what would have to be asked for. */
static bool
survey (Listening *listening, const Invocation *invocation, RunSettings settings)
{
  CompareRun *run = listening->run;
  listening->is_survey = true;
  listening->tells = settings.dry_run;
  settings.dry_run = true;
  for (unsigned i = 0; i < run->n_sides && !run->is_interrupted; i++) {
    RunResult result;
    listening->provider = i;
    settings.beside = misses_of (run, 0, i);
    if (!run_side (listening, invocation, &settings, &result))
      continue;
    if (result.has_failed && !run->has_refusal) {
      run->has_refusal = true;
      run->refusal = result.first_failure;
    }
    run->is_interrupted = result.is_interrupted;
    run->sides[i].misses.cost_usd = result.totals.missing_usd;
    run->sides[i].misses.n_unpriced = result.totals.n_unpriced;
  }
  listening->is_survey = false;
  return !run->is_interrupted;
}

/* "vertex and ai-studio": those that would be paid. New string. */
static char *
list_paid (const CompareRun *run, const Comparison *comparison)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < run->n_sides; i++)
    if (run->sides[i].misses.n > 0)
      g_ptr_array_add (names, comparison->providers[i]);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" and ", (char **)names->pdata);
}

/* Together they were within the limit, but those before cost more than was expected. */
static void
explain_budget (const CompareRun *run, CompareSide *side)
{
  if (!g_error_matches (side->error, RUN_ERROR, RUN_ERROR_BUDGET))
    return;
  g_autofree char *spent = units_describe_usd (run->spent_usd);
  g_autofree char *price = units_describe_usd (side->misses.cost_usd);
  g_clear_error (&side->error);
  (void)run_fail (&side->error, RUN_ERROR_BUDGET,
                  "%s were spent on the providers before, and what is left of --max-cost or of the "
                  "day's budget is less than the %s that are expected here",
                  spent, price);
}

/* False: the limit of the money is passed before anything was asked of anyone. */
static bool
ask_all (Listening *listening, const Invocation *invocation, RunSettings settings, GError **error)
{
  CompareRun *run = listening->run;
  listening->tells = true;
  for (unsigned i = 0; i < run->n_sides && !run->is_interrupted; i++) {
    CompareSide *side = &run->sides[i];
    RunResult result;
    if (side->error != NULL)
      continue;
    listening->provider = i;
    settings.beside = misses_of (run, i + 1, run->n_sides);
    bool ok = run_side (listening, invocation, &settings, &result);
    if (!ok && g_error_matches (side->error, RUN_ERROR, RUN_ERROR_BUDGET) && run->spent_usd <= 0) {
      g_propagate_error (error, g_steal_pointer (&side->error));
      return false;
    }
    if (!ok) {
      explain_budget (run, side);
      continue;
    }
    run->is_interrupted = result.is_interrupted;
    run->spent_usd += result.totals.spent_usd;
    run->maybe_usd += result.totals.maybe_usd;
    if (settings.max_cost_usd >= 0)
      settings.max_cost_usd = MAX (0, settings.max_cost_usd - result.totals.spent_usd -
                                        result.totals.maybe_usd);
  }
  return true;
}

/* What fails for a provider as a whole fails for each image. */
static void
fail_rest (const CompareRun *run, Comparison *comparison, bool is_dry)
{
  for (unsigned i = 0; i < comparison->images->len; i++) {
    ComparisonImage *image = comparison->images->pdata[i];
    for (unsigned p = 0; p < run->n_sides; p++) {
      ComparisonCell *cell = &image->cells[p];
      const GError *error = run->sides[p].error;
      if (cell->is_there || cell->error != NULL || (is_dry && cell->is_missing))
        continue;
      comparison_fail (cell, error != NULL ? run_error_class (error) : RUN_ERROR_INTERRUPTED,
                       error != NULL ? error->message : "it was not asked any more");
    }
  }
}

/* Where no provider gets as far as the images, what keeps the first from it is all there is to tell. */
static bool
check_any (CompareRun *run, const Comparison *comparison, GError **error)
{
  for (unsigned i = 0; comparison->images->len == 0 && i < run->n_sides; i++)
    if (run->sides[i].error != NULL) {
      g_propagate_error (error, g_steal_pointer (&run->sides[i].error));
      return false;
    }
  return true;
}

bool
compare_run_carry_out (CompareRun *run, const Invocation *invocation, Comparison *comparison,
                       GError **error)
{
  RunSettings settings = run_options_settings (invocation->shared, invocation->global);
  settings.originals_only = true;
  settings.keep_going = true;
  g_autoptr (Cache) cache = cache_open (settings.home, error);
  if (cache == NULL)
    return false;
  Listening listening = { .run = run,
                          .comparison = comparison,
                          .consent = -1,
                          .cache = cache,
                          .is_json = invocation->global->json };
  bool goes_on = survey (&listening, invocation, settings) && !settings.dry_run;
  g_autofree char *names = list_paid (run, comparison);
  listening.misses = misses_of (run, 0, run->n_sides);
  listening.misses.provider = names;
  if (goes_on && !ask_all (&listening, invocation, settings, error)) {
    g_clear_error (&listening.error);
    return false;
  }
  if (listening.error != NULL) {
    g_propagate_error (error, listening.error);
    return false;
  }
  fail_rest (run, comparison, settings.dry_run);
  return check_any (run, comparison, error);
}
