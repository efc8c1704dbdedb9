#include "run/misses.h"

#include "base/clock.h"
#include "base/units.h"
#include "run/call-folder.h"
#include "run/paid-call.h"
#include "run/permission.h"
#include "run/run-private.h"
#include "run/selection.h"

enum {
  MOST_DELAYED = 256, /* images that wait for others' calls; more would only fill memory */
  RETRY_MS = 20,
};

GHashTable *
misses_new_set (void)
{
  return g_hash_table_new_full (digest_hash_key, digest_equal_key, g_free, NULL);
}

void
misses_init (Misses *misses)
{
  misses->delayed = g_ptr_array_new ();
  misses->making = g_hash_table_new (NULL, NULL);
  misses->regenerated = misses_new_set ();
  misses->planned = misses_new_set ();
  misses->begun = misses_new_set ();
  misses->told_others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
  g_clear_pointer (&misses->told_others, g_hash_table_unref);
  g_clear_pointer (&misses->past, past_calls_free);
  g_clear_pointer (&misses->refusal, g_free);
}

bool
misses_add_request (GHashTable *set, const PlanChoice *choice)
{
  return g_hash_table_add (set, g_memdup2 (&choice->fingerprint, sizeof choice->fingerprint));
}

bool
misses_asks_again (const Run *run, const ImageRun *image_run)
{
  const GArray *choices = image_run->request->choices;
  if (!selection_matches (run->settings->regenerate, false, image_run->image->id,
                          image_run->image->id))
    return false;
  for (unsigned i = 0; i < choices->len; i++)
    if (g_hash_table_contains (run->misses.regenerated,
                               &g_array_index (choices, PlanChoice, i).fingerprint))
      return false;
  return true;
}

/* ---- a dry run ---- */

/* New string. */
static char *
describe_reason (const ImageRun *image_run, bool again)
{
  const char *why = again ? "--regenerate asks for another original"
                          : "its original is not there yet";
  if (image_run->request->choices->len == 1)
    return g_strdup (why);
  g_autofree char *who = plan_describe_choices (image_run->request);
  return g_strdup_printf ("%s: %s", why, who);
}

/* Told with the sizes that are expected. */
static void
plan_miss (Run *run, ImageRun *image_run, const OriginalFacts *facts)
{
  const PlanRequest *request = image_run->request;
  const PlanChoice *choice = plan_choice (request);
  const OriginalEvent event = {
    .image_id = image_run->image->id,
    .variant = image_run_variant (image_run),
    .how = "missing",
    .width = facts->shape.width,
    .height = facts->shape.height,
    .is_expected = true,
    .provider = choice->provider->name,
    .model = choice->model,
    .is_paid = choice->is_paid,
    .has_price = choice->has_price,
    .cost_usd = choice->cost_usd,
    .request = request,
    .cached_from = image_run->cached_from,
  };
  bool again = misses_asks_again (run, image_run);
  permission_warn_unaskable (run, image_run);
  run->totals.n_originals_missing++;
  if (misses_add_request (run->misses.planned, plan_choice (request))) {
    run->totals.missing_usd += choice->cost_usd;
    run->totals.n_unpriced += choice->is_paid && !choice->has_price;
  }
  run->listener->original (run->listener->data, &event);
  for (unsigned i = 0; i < image_run->expansion->derivatives->len; i++) {
    if (!image_run->selected[i])
      continue;
    run->totals.n_expected++;
    run->totals.n_to_make++;
    image_run->outputs[i].reason = describe_reason (image_run, again);
    run_tell_output (run, image_run, i, OUTPUT_TO_MAKE, 0, NULL);
  }
  run_finish_image (run, image_run);
}

/* ---- making ---- */

static char *
write_task (Run *run, const ImageRun *image_run, unsigned id, GError **error)
{
  const PlanRequest *request = image_run->request;
  const PlanChoice *choice = plan_choice (request);
  g_autofree char *name = g_uuid_string_random ();
  g_autofree char *folder = call_folder_path (cache_home (run->cache), name, choice->is_paid);
  g_autofree char *output = call_folder_output_path (folder);
  const ProviderRequest asked = {
    .options = request->options,
    .config = choice->config,
    .model = choice->model,
    .variant = request->variant,
    .width = choice->width,
    .height = choice->height,
    .output = output,
  };
  g_auto (ProviderStep) step = { 0 };
  if (!choice->provider->first_step (&asked, &step, error))
    return NULL;
  if (step.kind == PROVIDER_DRAW)
    return task_write_draw (id, &step.drawing);
  return task_write_spawn (id, &step, folder, choice->is_paid);
}

static void
queue_making (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  if (plan_choice (image_run->request)->provider->take_answer != NULL) {
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
n_making (const Run *run, const ProviderType *provider)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (run->misses.making, provider));
}

static void
count_making (Run *run, const ProviderType *provider, int change)
{
  unsigned n = (unsigned)((int)n_making (run, provider) + change);
  g_hash_table_insert (run->misses.making, (gpointer)provider, GUINT_TO_POINTER (n));
}

static bool
is_making_enough (const Run *run, const PlanRequest *request)
{
  const PlanChoice *choice = plan_choice (request);
  const ProviderType *provider = choice->provider;
  return provider->most_at_once != NULL &&
         n_making (run, provider) >= (unsigned)provider->most_at_once (choice->config) *
                                       network_n_keys (run->network, provider);
}

/* What two images ask is agreed to, and paid for, once. */
static bool
check_first (const Run *run, const ImageRun *image_run, GError **error)
{
  if (!g_hash_table_contains (run->misses.begun, &plan_choice (image_run->request)->fingerprint))
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
  if (!flight_try (cache_home (run->cache), &plan_choice (image_run->request)->fingerprint,
                   &image_run->flight, &error) ||
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
  } else if ((is_lost && plan_choice (image_run->request)->is_paid &&
              !run_may_replace_lost (run, image_run, &error)) ||
             !check_first (run, image_run, &error)) {
    let_go_and_fail (run, image_run, error);
  } else {
    count_making (run, plan_choice (image_run->request)->provider, 1);
    queue_making (run, image_run);
  }
}

/* That another provider's original is there, and is not taken. */
static void
announce (Run *run, const ImageRun *image_run)
{
  enum { MOST_TOLD = 10 };
  if (run->settings->originals_only || image_run->cached_from == NULL ||
      ++run->misses.n_announced > MOST_TOLD)
    return;
  g_autofree char *words = permission_describe_other (image_run);
  g_autofree char *message = g_strdup_printf (
    "%s: %s%s", image_run->image->id, words,
    run->misses.n_announced == MOST_TOLD ? "; of further images this is not told" : "");
  run->listener->warning (run->listener->data, message);
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
  else if (!permission_check (run, image_run, &error))
    run_fail_image (run, image_run, error);
  else {
    announce (run, image_run);
    take_flight (run, image_run);
  }
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

/* ---- somebody else ---- */

/* Somebody may have agreed to less. New string. */
static char *
describe_dearer (const PlanChoice *from, const PlanChoice *to)
{
  if (to->is_paid && !to->has_price)
    return g_strdup (", at a price that is not known");
  if (to->cost_usd <= from->cost_usd)
    return g_strdup ("");
  g_autofree char *before = units_describe_usd (from->cost_usd);
  g_autofree char *now = units_describe_usd (to->cost_usd);
  return g_strdup_printf (", for %s each and not %s", now, before);
}

/* Once for each pair: a thousand images fall alike. */
static void
tell_fall (Run *run, const PlanChoice *from, const PlanChoice *to, const char *why)
{
  const bool is_same = from->provider == to->provider;
  const char *first = is_same ? from->model : from->provider->name;
  const char *second = is_same ? to->model : to->provider->name;
  g_autofree char *pair = g_strdup_printf ("%s %s", first, second);
  if (!g_hash_table_add (run->misses.told_others, g_steal_pointer (&pair)))
    return;
  g_autofree char *dearer = describe_dearer (from, to);
  g_autofree char *message = g_strdup_printf ("%s is asked instead of %s%s: %s", second, first,
                                              dearer, why);
  run->listener->warning (run->listener->data, message);
}

/* The flight goes on with what asks for the same; of another model the cache may know the answer. */
bool
misses_ask_other (Run *run, ImageRun *image_run, const GError *why)
{
  g_autoptr (GError) error = NULL;
  PlanRequest *request = image_run->request;
  const PlanChoice *from = plan_choice (request);
  if (run->is_stopping)
    return false;
  /* What it cost is by the price of whom it was made with. */
  if (image_run->call != NULL)
    paid_call_end (run, image_run, why);
  if (!plan_next_choice (request))
    return false;
  const PlanChoice *to = plan_choice (request);
  tell_fall (run, from, to, why->message);
  if (image_run->first_choice == NULL)
    image_run->first_choice = from;
  /* Nothing was charged: an image that asks for the same may ask, too, and falls alike. */
  if (image_run->n_billed == 0)
    g_hash_table_remove (run->misses.begun, &from->fingerprint);
  count_making (run, from->provider, -1);
  if (!permission_check (run, image_run, &error)) {
    let_go_and_fail (run, image_run, error);
  } else if (digest_equal (&from->fingerprint, &to->fingerprint)) {
    count_making (run, to->provider, 1);
    queue_making (run, image_run);
  } else {
    g_clear_pointer (&image_run->flight, flight_free);
    take_flight (run, image_run);
  }
  return true;
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
  g_clear_pointer (&image_run->answer.usage, g_free);
  image_run->charge = (Charge){ .is_certain = true };
  if (!plan_choice (image_run->request)->is_paid)
    return true;
  if (!paid_call_begin (run, image_run, error))
    return false;
  misses_add_request (run->misses.begun, plan_choice (image_run->request));
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
    misses_add_request (run->misses.regenerated, plan_choice (image_run->request));
  count_making (run, plan_choice (image_run->request)->provider, -1);
  g_clear_pointer (&image_run->flight, flight_free);
}
