/* Whether a miss may be made: what it costs, who may be asked, what the budget allows. */
#include "run/permission.h"

#include "base/clock.h"
#include "base/units.h"
#include "run/call-folder.h"
#include "run/run-private.h"
#include "run/selection.h"

/* ---- what was paid for before ---- */

static const PastCalls *
past_calls (Run *run)
{
  if (run->misses.past == NULL)
    run->misses.past = past_calls_load (cache_home (run->cache));
  return run->misses.past;
}

bool
permission_find_paid (Run *run, const PlanChoice *choice, const char *provider,
                      Digest *out_original)
{
  Digest original;
  if (!choice->is_paid ||
      !past_calls_find (past_calls (run), &choice->fingerprint, provider, &original) ||
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
  if (probe->request == NULL || !plan_choice (probe->request)->is_paid ||
      !plan_can_ask (plan_choice (probe->request)) ||
      g_hash_table_contains (run->misses.permitted, &plan_choice (probe->request)->fingerprint))
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

/* Whoever it falls to when the first does not answer, if that is for no more. */
static void
permit (Run *run, const PlanRequest *request)
{
  for (unsigned i = request->choice; i < request->choices->len; i++)
    misses_add_request (run->misses.permitted, plan_choice_at (request, i));
}

/* Whoever agreed to a price did not agree to a higher one, or to one that nobody knows. */
static bool
is_dearer (const ImageRun *image_run)
{
  const PlanChoice *choice = plan_choice (image_run->request), *first = image_run->first_choice;
  return first != NULL && choice->is_paid &&
         (choice->cost_usd > first->cost_usd || choice->has_price < first->has_price);
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
      const PlanChoice *choice = plan_choice (probe->request);
      permit (run, probe->request);
      n_lost += past_calls_has_lost (past_calls (run), &choice->fingerprint);
      out_misses->n++;
      out_misses->n_unpriced += !choice->has_price;
      out_misses->cost_usd += choice->cost_usd;
      out_misses->provider = choice->provider->name;
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
  run->totals.n_unpriced = found->n_unpriced;
}

static void
warn_of_kept (void *data, const char *kept)
{
  const Run *run = data;
  g_autofree char *message = g_strdup_printf (
    "a run was ended when a picture that was paid for had been written, at least in part: it is "
    "now %s, and 'peel cache import' with --pipeline and --image makes it the answer",
    kept);
  run->listener->warning (run->listener->data, message);
}

bool
permission_decide (Run *run, GError **error)
{
  const RunSettings *settings = run->settings;
  const RunListener *listener = run->listener;
  bool asks = settings->on_miss != ON_MISS_GENERATE;
  if (!settings->dry_run)
    call_folder_sweep (cache_home (run->cache), warn_of_kept, run);
  if (settings->dry_run || general_refusal (settings) != NULL || !plan_may_be_paid (run->plan))
    return true;
  RunMisses found;
  run->misses.permitted = misses_new_set ();
  survey (run, &found);
  const RunMisses all = {
    .n = found.n + settings->beside.n,
    .n_unpriced = found.n_unpriced + settings->beside.n_unpriced,
    .cost_usd = found.cost_usd + settings->beside.cost_usd,
  };
  if (!money_begin_run (run, &all, error))
    return false;
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
  const PlanChoice *choice = plan_choice (request);
  return !choice->provider->needs_config || choice->config != NULL;
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
  const PlanChoice *choice = plan_choice (request);
  g_autofree char *price = units_describe_usd (choice->cost_usd);
  g_autofree char *prompt = shorten (request->options->prompt);
  return g_strdup_printf ("%s (%s), %dx%d px, %s: %s", choice->provider->name, choice->model,
                          choice->width, choice->height,
                          choice->has_price                             ? price
                          : is_configured (request) && !choice->is_paid ? "free"
                                                                        : "price not known",
                          prompt);
}

char *
permission_describe_other (const ImageRun *image_run)
{
  return g_strdup_printf ("the cache has an original from %s for this request, but 'accept: "
                          "same-provider' asks %s",
                          image_run->cached_from, plan_choice (image_run->request)->provider->name);
}

static bool
refuse (const Run *run, const ImageRun *image_run, const char *why, const char *advice,
        GError **error)
{
  g_autofree char *asked = describe_request (image_run->request);
  bool tells_other = image_run->cached_from != NULL && !run->settings->originals_only;
  g_autofree char *other = tells_other ? permission_describe_other (image_run) : NULL;
  bool again = misses_asks_again (run, image_run);
  g_set_error (error, RUN_ERROR, RUN_ERROR_MISS,
               "%s, and %s\n"
               "  asked: %s\n"
               "  to do: %s%s",
               again           ? "--regenerate asks for another original"
               : other != NULL ? other
                               : "its original is not in the cache",
               why, asked, advice,
               again ? "" : ", or 'peel cache restore BUNDLE' with the originals of another cache");
  return false;
}

static bool
refuse_unconfigured (const Run *run, const ImageRun *image_run, GError **error)
{
  const char *name = plan_choice (image_run->request)->provider->name;
  g_autofree char *why = g_strdup_printf ("nothing is configured for the provider '%s'", name);
  g_autofree char *advice = g_strdup_printf ("say in %s what it needs (docs/configuration.md)",
                                             config_path (run->pipeline->config));
  return refuse (run, image_run, why, advice, error);
}

/* New string: "vertex, ai-studio". */
static char *
list_providers (const PlanRequest *request)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < request->choices->len; i++) {
    const char *name = g_array_index (request->choices, PlanChoice, i).provider->name;
    if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
      g_ptr_array_add (names, (gpointer)name);
  }
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **)names->pdata);
}

static bool
refuse_unready (const Run *run, const ImageRun *image_run, GError **error)
{
  g_autofree char *names = list_providers (image_run->request);
  g_autofree char *why = g_strdup_printf ("none of those that could be asked is set up: %s", names);
  return refuse (run, image_run, why, "set one of them up ('peel providers' tells what each lacks)",
                 error);
}

/* May the miss be made? */
static bool
check_consent (Run *run, const ImageRun *image_run, GError **error)
{
  const PlanRequest *request = image_run->request;
  const PlanChoice *choice = plan_choice (request);
  const RunSettings *settings = run->settings;
  const Misses *misses = &run->misses;
  const char *why = general_refusal (settings);
  if (why != NULL)
    return refuse (run, image_run, why,
                   settings->offline ? "run without --offline" : "--on-miss generate", error);
  if (choice->gone != NULL)
    return refuse (run, image_run, choice->gone, "change 'model' in the pipeline", error);
  if (!choice->is_ready)
    return refuse_unready (run, image_run, error);
  if (!is_configured (request))
    return refuse_unconfigured (run, image_run, error);
  if (choice->is_paid && misses->refusal != NULL)
    return refuse (run, image_run, misses->refusal, "--on-miss generate", error);
  if (!choice->is_paid || misses->permitted == NULL || settings->on_miss == ON_MISS_GENERATE)
    return true;
  if (is_dearer (image_run))
    return refuse (run, image_run, "whom it falls to costs more than what was agreed to",
                   "--on-miss generate", error);
  if (!g_hash_table_contains (misses->permitted, &choice->fingerprint))
    return refuse (run, image_run, "it is not among what this run was allowed to pay for",
                   "--on-miss generate", error);
  return true;
}

/* An answer that could not be read would be paid for all the same. */
static bool
check_size (const Run *run, const PlanRequest *request, GError **error)
{
  const PlanChoice *choice = plan_choice (request);
  const ImageLimits *limits = &run->settings->limits;
  if ((int64_t)choice->width * choice->height <= limits->most_pixels &&
      MAX (choice->width, choice->height) <= limits->most_edge)
    return true;
  g_set_error (
    error, RUN_ERROR, RUN_ERROR_INVALID,
    "the picture would have %dx%d px, which is more than --max-pixels and --max-edge let "
    "be read: nothing was asked",
    choice->width, choice->height);
  return false;
}

bool
permission_check (Run *run, const ImageRun *image_run, GError **error)
{
  return check_consent (run, image_run, error) && check_size (run, image_run->request, error);
}

void
permission_warn_unaskable (Run *run, const ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  const PlanRequest *request = image_run->request;
  if ((plan_can_ask (plan_choice (request)) && is_configured (request)) ||
      run->misses.has_told_unaskable)
    return;
  run->misses.has_told_unaskable = true;
  (void)permission_check (run, image_run, &error);
  g_prefix_error (&error, "%s: ", image_run->image->id);
  run->listener->warning (run->listener->data, error->message);
}

void
permission_judge_plan (Run *run)
{
  const RunSettings *settings = run->settings;
  const RunTotals *totals = &run->totals;
  const char *refusal = general_refusal (settings);
  unsigned n = totals->n_originals_missing;
  g_autofree char *message = NULL;
  RunErrorCode error_class = RUN_ERROR_MISS;
  bool fails = true;
  if (!settings->dry_run || n == 0)
    return;
  if (refusal != NULL) {
    message = g_strdup_printf ("%u original%s not in the cache, and %s", n,
                               n == 1 ? " is" : "s are", refusal);
  } else {
    const RunMisses found = {
      .n = g_hash_table_size (run->misses.planned) + settings->beside.n,
      .n_unpriced = totals->n_unpriced + settings->beside.n_unpriced,
      .cost_usd = totals->missing_usd + settings->beside.cost_usd,
    };
    message = money_refusal_of_plan (run, &found, &fails);
    error_class = RUN_ERROR_BUDGET;
  }
  if (message != NULL)
    run->listener->warning (run->listener->data, message);
  /* A budget that is always there is no question that was asked of this plan. */
  if (message != NULL && fails)
    run_note_failure (run, error_class);
}
