#include "run/misses.h"

#include <math.h>

#include "base/clock.h"
#include "base/units.h"
#include "run/call-folder.h"
#include "run/paid-call.h"
#include "run/run-private.h"
#include "run/selection.h"

enum {
  MOST_DELAYED = 256, /* images that wait for others' calls; more would only fill memory */
  RETRY_MS = 50,
};

static GHashTable *
new_digest_set (void)
{
  return g_hash_table_new_full (digest_hash_key, digest_equal_key, g_free, NULL);
}

void
misses_init (Misses *misses)
{
  misses->delayed = g_ptr_array_new ();
  misses->making = g_hash_table_new (NULL, NULL);
  misses->regenerated = new_digest_set ();
  misses->planned = new_digest_set ();
  misses->begun = new_digest_set ();
}

void
misses_clear (Misses *misses)
{
  g_clear_pointer (&misses->delayed, g_ptr_array_unref);
  g_clear_pointer (&misses->making, g_hash_table_unref);
  g_clear_pointer (&misses->permitted, g_hash_table_unref);
  g_clear_pointer (&misses->regenerated, g_hash_table_unref);
  g_clear_pointer (&misses->planned, g_hash_table_unref);
  g_clear_pointer (&misses->begun, g_hash_table_unref);
  g_clear_pointer (&misses->past, past_calls_free);
  g_clear_pointer (&misses->refusal, g_free);
}

/* False: it was in the set. */
static bool
add_request (GHashTable *set, const PlanRequest *request)
{
  return g_hash_table_add (set, g_memdup2 (&request->fingerprint, sizeof request->fingerprint));
}

bool
misses_asks_again (const Run *run, const ImageRun *image_run)
{
  return selection_matches (run->settings->regenerate, false, image_run->image->id,
                            image_run->image->id) &&
         !g_hash_table_contains (run->misses.regenerated, &image_run->request->fingerprint);
}

/* ---- what was paid for before ---- */

static const PastCalls *
past_calls (Run *run)
{
  if (run->misses.past == NULL)
    run->misses.past = past_calls_load (cache_home (run->cache));
  return run->misses.past;
}

bool
misses_find_paid (Run *run, const PlanRequest *request, Digest *out_original)
{
  Digest original;
  if (!request->is_paid || !past_calls_find (past_calls (run), &request->fingerprint, &original) ||
      !cache_has (run->cache, &original))
    return false;
  *out_original = original;
  return true;
}

static void
warn_of_lost (Run *run, unsigned n)
{
  if (n == 0)
    return;
  g_autofree char *message = g_strdup_printf (
    "%u of what is to be paid for may have been charged before: %s cut off, or had no result that "
    "is known ('peel cache verify' lists such calls)",
    n, n == 1 ? "an earlier call for it was" : "earlier calls for them were");
  run->listener->warning (run->listener->data, message);
}

/* ---- permission ---- */

/* Why no miss may be made, whatever it costs; NULL: it depends. */
static const char *
general_refusal (const RunSettings *settings)
{
  if (settings->offline)
    return "--offline lets none be made";
  return settings->on_miss == ON_MISS_FAIL ? "--on-miss fail lets none be made" : NULL;
}

static bool
has_budget (const RunSettings *settings)
{
  return settings->max_cost_usd >= 0;
}

/* A thousandth of a cent is the rounding of a sum. */
static bool
is_over_budget (const RunSettings *settings, double usd)
{
  return has_budget (settings) && usd > settings->max_cost_usd + 1e-5;
}

static char *
describe_budget (const RunSettings *settings, unsigned n, double usd)
{
  g_autofree char *price = units_describe_usd (usd);
  g_autofree char *budget = units_describe_usd (settings->max_cost_usd);
  return g_strdup_printf ("%u original%s not in the cache; making %s costs %s, and --max-cost "
                          "allows %s. Nothing was spent",
                          n, n == 1 ? " is" : "s are", n == 1 ? "it" : "them", price, budget);
}

/* Is the image a paid request that will miss? Nothing is changed. */
static bool
will_miss (Run *run, ImageRun *probe)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  bool is_lost;
  if (probe->image->source != PLAN_GENERATED)
    return false;
  probe->request = plan_request (run->plan, probe->index, problems);
  if (probe->request == NULL || !probe->request->is_paid ||
      g_hash_table_contains (run->misses.permitted, &probe->request->fingerprint))
    return false;
  if (!run_look_up (run, probe, &is_lost, &error)) {
    /* What is damaged is moved away, and is only missing when it is looked for again. */
    run->listener->warning (run->listener->data, error->message);
    return false;
  }
  if (probe->record != NULL || probe->has_untold || is_lost)
    return false;
  const OriginalFacts facts = image_run_expected_facts (probe);
  return run_expand_outputs (run, probe, &facts, NULL) && run_has_selected (probe);
}

/* Fills `permitted` with the paid requests that will miss. */
static void
survey (Run *run, RunMisses *out_misses)
{
  unsigned n_lost = 0;
  *out_misses = (RunMisses){ 0 };
  for (unsigned i = 0; i < plan_n_images (run->plan); i++) {
    ImageRun *probe = g_new0 (ImageRun, 1);
    probe->index = i;
    probe->image = plan_image (run->plan, i);
    if (will_miss (run, probe)) {
      add_request (run->misses.permitted, probe->request);
      n_lost += past_calls_has_lost (past_calls (run), &probe->request->fingerprint);
      out_misses->n++;
      out_misses->cost_usd += probe->request->cost_usd;
      out_misses->provider = probe->request->provider->name;
    }
    image_run_free (probe);
  }
  warn_of_lost (run, n_lost);
}

/* None of them will be made: what a summary tells of them. */
static void
refuse_all (Run *run, const RunMisses *found, const char *why)
{
  g_autofree char *price = units_describe_usd (found->cost_usd);
  run->misses.refusal = found->n == 1 ? g_strdup (why)
                                      : g_strdup_printf ("%s (%u are missing, %s together)", why,
                                                         found->n, price);
  run->totals.n_originals_missing = found->n;
  run->totals.missing_usd = found->cost_usd;
}

static void
warn_of_kept (void *data, const char *kept)
{
  const Run *run = data;
  g_autofree char *message = g_strdup_printf (
    "a run was ended when a picture that was paid for had been written, at least in part: it is "
    "now "
    "%s, and 'peel cache import' with --pipeline and --image makes it the answer",
    kept);
  run->listener->warning (run->listener->data, message);
}

bool
misses_decide (Run *run, GError **error)
{
  const RunSettings *settings = run->settings;
  const RunListener *listener = run->listener;
  bool asks = settings->on_miss != ON_MISS_GENERATE;
  if (!settings->dry_run)
    call_folder_sweep (cache_home (run->cache), warn_of_kept, run);
  if (settings->dry_run || general_refusal (settings) != NULL || !plan_may_be_paid (run->plan))
    return true;
  RunMisses found;
  run->misses.permitted = new_digest_set ();
  survey (run, &found);
  if (is_over_budget (settings, found.cost_usd)) {
    g_autofree char *message = describe_budget (settings, found.n, found.cost_usd);
    g_set_error_literal (error, RUN_ERROR, RUN_ERROR_BUDGET, message);
    return false;
  }
  if (found.n == 0 || !asks)
    return true;
  if (listener->confirm == NULL)
    refuse_all (run, &found, "it would be paid for, but nobody can be asked here");
  else if (!listener->confirm (listener->data, &found))
    refuse_all (run, &found, "it would be paid for, but the answer was no");
  return true;
}

static bool
is_configured (const PlanRequest *request)
{
  return !request->provider->needs_config || request->config != NULL;
}

/* White space of any kind as one space, cut to what a message holds. New string. */
static char *
shorten (const char *text)
{
  enum { MOST_CHARACTERS = 120 };
  g_auto (GStrv) words = g_strsplit_set (text, " \r\n\t", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", *word);
  if (g_utf8_strlen (line->str, -1) <= MOST_CHARACTERS)
    return g_strdup (line->str);
  g_autofree char *start = g_utf8_substring (line->str, 0, MOST_CHARACTERS);
  return g_strconcat (start, "…", NULL);
}

/* What was asked, for a person: "command (sdxl), 1024x1024 px, 0.05 USD: A brass watch". */
static char *
describe_request (const PlanRequest *request)
{
  g_autofree char *price = units_describe_usd (request->cost_usd);
  g_autofree char *prompt = shorten (request->options->prompt);
  return g_strdup_printf ("%s (%s), %dx%d px, %s: %s", request->provider->name, request->model,
                          request->width, request->height,
                          request->is_paid          ? price
                          : is_configured (request) ? "free"
                                                    : "price not known",
                          prompt);
}

static bool
refuse (const Run *run, const ImageRun *image_run, const char *why, const char *advice,
        GError **error)
{
  g_autofree char *asked = describe_request (image_run->request);
  bool again = misses_asks_again (run, image_run);
  g_set_error (error, RUN_ERROR, RUN_ERROR_MISS,
               "%s, and %s\n"
               "  asked: %s\n"
               "  to do: %s%s",
               again ? "--regenerate asks for another original"
                     : "its original is not in the cache",
               why, asked, advice,
               again ? "" : ", or 'peel cache restore BUNDLE' with the originals of another cache");
  return false;
}

static bool
refuse_unconfigured (const Run *run, const ImageRun *image_run, GError **error)
{
  const char *name = image_run->request->provider->name;
  g_autofree char *why = g_strdup_printf ("nothing is configured for the provider '%s'", name);
  g_autofree char *advice = g_strdup_printf ("say in %s what it needs (docs/configuration.md)",
                                             config_path (run->pipeline->config));
  return refuse (run, image_run, why, advice, error);
}

/* May the miss be made? */
static bool
check_permission (Run *run, const ImageRun *image_run, GError **error)
{
  const PlanRequest *request = image_run->request;
  const RunSettings *settings = run->settings;
  const Misses *misses = &run->misses;
  const char *why = general_refusal (settings);
  if (why != NULL)
    return refuse (run, image_run, why,
                   settings->offline ? "run without --offline" : "--on-miss generate", error);
  if (!is_configured (request))
    return refuse_unconfigured (run, image_run, error);
  if (request->is_paid && misses->refusal != NULL)
    return refuse (run, image_run, misses->refusal, "--on-miss generate", error);
  if (request->is_paid && misses->permitted != NULL &&
      !g_hash_table_contains (misses->permitted, &request->fingerprint))
    return refuse (run, image_run, "was when this run counted what it would pay for", "run again",
                   error);
  return true;
}

/* An answer that could not be read would be paid for all the same. */
static bool
check_size (const Run *run, const PlanRequest *request, GError **error)
{
  const ImageLimits *limits = &run->settings->limits;
  if ((int64_t)request->width * request->height <= limits->most_pixels &&
      MAX (request->width, request->height) <= limits->most_edge)
    return true;
  g_set_error (
    error, RUN_ERROR, RUN_ERROR_INVALID,
    "the picture would have %dx%d px, which is more than --max-pixels and --max-edge let "
    "be read: nothing was asked",
    request->width, request->height);
  return false;
}

/* ---- a dry run ---- */

static void
warn_unconfigured (Run *run, const ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  if (is_configured (image_run->request) || run->misses.has_told_unconfigured)
    return;
  run->misses.has_told_unconfigured = true;
  refuse_unconfigured (run, image_run, &error);
  g_prefix_error (&error, "%s: ", image_run->image->id);
  run->listener->warning (run->listener->data, error->message);
}

/* Told with the sizes that are expected. */
static void
plan_miss (Run *run, ImageRun *image_run, const OriginalFacts *facts)
{
  const PlanRequest *request = image_run->request;
  const OriginalEvent event = {
    .image_id = image_run->image->id,
    .variant = image_run_variant (image_run),
    .how = "missing",
    .width = facts->shape.width,
    .height = facts->shape.height,
    .is_expected = true,
    .provider = request->provider->name,
    .model = request->model,
    .is_paid = request->is_paid,
    .cost_usd = request->cost_usd,
  };
  bool again = misses_asks_again (run, image_run);
  warn_unconfigured (run, image_run);
  run->totals.n_originals_missing++;
  if (add_request (run->misses.planned, request))
    run->totals.missing_usd += request->cost_usd;
  run->listener->original (run->listener->data, &event);
  for (unsigned i = 0; i < image_run->expansion->derivatives->len; i++) {
    if (!image_run->selected[i])
      continue;
    run->totals.n_expected++;
    run->totals.n_to_make++;
    image_run->outputs[i].reason = g_strdup (again ? "--regenerate asks for another original"
                                                   : "its original is not there yet");
    run_tell_output (run, image_run, i, OUTPUT_TO_MAKE, 0, NULL);
  }
  run_finish_image (run, image_run);
}

void
misses_judge_plan (Run *run)
{
  const RunSettings *settings = run->settings;
  const RunTotals *totals = &run->totals;
  const char *refusal = general_refusal (settings);
  unsigned n = totals->n_originals_missing;
  g_autofree char *message = NULL;
  RunErrorCode error_class = RUN_ERROR_MISS;
  if (!settings->dry_run || n == 0)
    return;
  if (refusal != NULL) {
    message = g_strdup_printf ("%u original%s not in the cache, and %s", n,
                               n == 1 ? " is" : "s are", refusal);
  } else if (is_over_budget (settings, totals->missing_usd)) {
    message = describe_budget (settings, g_hash_table_size (run->misses.planned),
                               totals->missing_usd);
    error_class = RUN_ERROR_BUDGET;
  } else {
    return;
  }
  run->listener->warning (run->listener->data, message);
  run_note_failure (run, error_class);
}

/* ---- making ---- */

static char *
write_task (Run *run, const ImageRun *image_run, unsigned id, GError **error)
{
  const PlanRequest *request = image_run->request;
  g_autofree char *name = g_uuid_string_random ();
  g_autofree char *folder = call_folder_path (cache_home (run->cache), name, request->is_paid);
  g_autofree char *output = call_folder_output_path (folder);
  const ProviderRequest asked = {
    .options = request->options,
    .config = request->config,
    .model = request->model,
    .variant = request->variant,
    .width = request->width,
    .height = request->height,
    .output = output,
  };
  g_auto (ProviderStep) step = { 0 };
  if (!request->provider->first_step (&asked, &step, error))
    return NULL;
  if (step.kind == PROVIDER_DRAW)
    return task_write_draw (id, &step.drawing);
  return task_write_spawn (id, &step, folder, request->is_paid);
}

static void
queue_making (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  if (image_run->request->provider->take_answer != NULL) {
    network_begin (run, image_run);
    return;
  }
  unsigned id = ++run->next_task_id;
  char *line = write_task (run, image_run, id, &error);
  if (line == NULL)
    run_fail_image (run, image_run, error);
  else
    run_queue_task (run, image_run, id, line);
}

static unsigned
n_making (const Run *run, const PlanRequest *request)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (run->misses.making, request->provider));
}

static void
count_making (Run *run, const PlanRequest *request, int change)
{
  unsigned n = (unsigned)((int)n_making (run, request) + change);
  g_hash_table_insert (run->misses.making, (gpointer)request->provider, GUINT_TO_POINTER (n));
}

static bool
is_making_enough (const Run *run, const PlanRequest *request)
{
  const ProviderType *provider = request->provider;
  return provider->most_at_once != NULL &&
         n_making (run, request) >= (unsigned)provider->most_at_once (request->config);
}

/* What two images ask is agreed to, and paid for, once. */
static bool
check_first (const Run *run, const ImageRun *image_run, GError **error)
{
  if (!g_hash_table_contains (run->misses.begun, &image_run->request->fingerprint))
    return true;
  g_set_error_literal (error, RUN_ERROR, RUN_ERROR_PROVIDER,
                       "the same was asked for another image of this run and brought no original; "
                       "it is not paid for again by itself: run again");
  return false;
}

static void
let_go_and_fail (Run *run, ImageRun *image_run, const GError *error)
{
  g_clear_pointer (&image_run->flight, flight_free);
  run_fail_image (run, image_run, error);
}

/* Becomes the one that gets the answer, or waits for who is. */
static void
take_flight (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  bool is_lost = false;
  if (is_making_enough (run, image_run->request)) {
    g_ptr_array_add (run->misses.delayed, image_run);
    return;
  }
  /* The look comes after the flight: whoever had it until now may have left an answer. */
  if (!flight_try (cache_home (run->cache), &image_run->request->fingerprint, &image_run->flight,
                   &error) ||
      !run_look_up (run, image_run, &is_lost, &error)) {
    let_go_and_fail (run, image_run, error);
  } else if (image_run->record != NULL || image_run->has_untold) {
    g_clear_pointer (&image_run->flight, flight_free);
    if (image_run->record != NULL)
      run_go_on_with_cached (run, image_run);
    else
      run_recover_untold (run, image_run);
  } else if (image_run->flight == NULL) {
    g_ptr_array_add (run->misses.delayed, image_run);
  } else if ((is_lost && image_run->request->is_paid &&
              !run_may_replace_lost (run, image_run, &error)) ||
             !check_first (run, image_run, &error)) {
    let_go_and_fail (run, image_run, error);
  } else {
    count_making (run, image_run->request, 1);
    queue_making (run, image_run);
  }
}

void
misses_begin (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  const OriginalFacts expected = image_run_expected_facts (image_run);
  if (!run_expand_outputs (run, image_run, &expected, &error)) {
    run_fail_image (run, image_run, error);
    return;
  }
  /* Nothing is made for an image that --only leaves out. */
  if (!run_has_selected (image_run))
    run_finish_image (run, image_run);
  else if (run->settings->dry_run)
    plan_miss (run, image_run, &expected);
  else if (!check_permission (run, image_run, &error) ||
           !check_size (run, image_run->request, &error))
    run_fail_image (run, image_run, error);
  else
    take_flight (run, image_run);
}

void
misses_retry (Run *run)
{
  int64_t now_us = clock_monotonic_us ();
  if (run->misses.delayed->len == 0 || run->is_stopping ||
      now_us - run->misses.last_retry_us < RETRY_MS * 1000)
    return;
  run->misses.last_retry_us = now_us;
  g_autoptr (GPtrArray) delayed = g_steal_pointer (&run->misses.delayed);
  run->misses.delayed = g_ptr_array_new ();
  for (unsigned i = 0; i < delayed->len; i++)
    take_flight (run, delayed->pdata[i]);
}

bool
misses_are_waiting (const Run *run)
{
  return run->misses.delayed->len > 0;
}

bool
misses_are_many (const Run *run)
{
  return run->misses.delayed->len >= MOST_DELAYED;
}

/* ---- the call ---- */

bool
misses_before_task (Run *run, const PoolTask *task, GError **error)
{
  ImageRun *image_run = task->owner;
  return image_run->flight == NULL || image_run->answer.has_landed ||
         misses_before_call (run, image_run, error);
}

bool
misses_before_call (Run *run, ImageRun *image_run, GError **error)
{
  image_run->asked_us = clock_monotonic_us ();
  if (!image_run->request->is_paid)
    return true;
  if (!paid_call_begin (run, image_run, error))
    return false;
  add_request (run->misses.begun, image_run->request);
  return true;
}

void
misses_end_call (Run *run, ImageRun *image_run, const GError *error)
{
  if (image_run->call != NULL)
    paid_call_end (run, image_run, error);
  if (image_run->flight == NULL)
    return;
  if (error == NULL)
    add_request (run->misses.regenerated, image_run->request);
  count_making (run, image_run->request, -1);
  g_clear_pointer (&image_run->flight, flight_free);
}
