/* What follows from each answer on the way of one image to its original: it lands, the same is asked
 * again, here, elsewhere or of somebody else, or the image fails. */
#include "base/clock.h"
#include "base/units.h"
#include "providers/verdict.h"
#include "run/interrupt.h"
#include "run/network-private.h"
#include "run/paid-call.h"

enum {
  LEAST_THROTTLED = 5, /* attempts at a service that asks to wait, whatever `retries` says */
  MOST_EMPTY = 2,      /* that brought no picture */
  MOST_FETCHES = 3,    /* of a picture by its address */
  SPREAD_MS = 250,
};

/* ---- the ends ---- */

/* Gives its place among the quotas back; what it cost is known by now, and is not what the next costs, which
 * may end before it is asked. */
static void
leave (Run *run, Exchange *exchange, QuotaOutcome outcome)
{
  Charge *charge = &exchange->image_run->charge;
  if (exchange->pass.call != 0)
    gate_leave (run, exchange->gate, &exchange->pass, outcome, charge);
  exchange->pass.call = 0;
  *charge = (Charge){ .is_certain = true };
}

void
exchange_fail (Run *run, Exchange *exchange, const GError *error)
{
  ImageRun *image_run = exchange->image_run;
  if (image_run->call != NULL)
    paid_call_end (run, image_run, error);
  leave (run, exchange, QUOTA_OUTCOME_FAILED);
  network_drop (run, exchange);
  if (g_error_matches (error, RUN_ERROR, RUN_ERROR_INTERRUPTED)) {
    misses_end_call (run, image_run, error);
    g_hash_table_remove (run->active, image_run);
  } else {
    run_fail_image (run, image_run, error);
  }
}

static void
fail_with (Run *run, Exchange *exchange, RunErrorCode code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)code, message);
  exchange_fail (run, exchange, error);
}

/* The original is durable: the journal says so at once, and a worker looks what it is. */
static void
land (Run *run, Exchange *exchange, AnswerResult *result)
{
  ImageRun *image_run = exchange->image_run;
  Verdict *verdict = &result->verdict;
  image_run->answer = (ImageAnswer){
    .has_landed = true,
    .digest = result->digest,
    .duration_ms = (clock_monotonic_us () - image_run->asked_us) / 1000,
    .location = g_strdup (exchange->asked.location),
    .declared_type = g_steal_pointer (&verdict->declared_type),
    .model_version = g_steal_pointer (&verdict->model_version),
    .response_id = g_steal_pointer (&verdict->response_id),
    .finish_reason = g_steal_pointer (&verdict->finish_reason),
    .usage = g_steal_pointer (&image_run->answer.usage),
  };
  if (image_run->call != NULL)
    paid_call_land (run, image_run, &result->digest);
  leave (run, exchange, QUOTA_OUTCOME_ANSWERED);
  if (result->was_cut) {
    g_autofree char *message = g_strdup_printf (
      "%s: the answer was cut off behind the picture, which is whole and is taken",
      image_run->image->id);
    run->listener->warning (run->listener->data, message);
  }
  network_drop (run, exchange);
  run_queue_landing (run, image_run);
}

/* What the journal and the quotas say of an attempt that brought nothing. */
static void
end_attempt (Run *run, Exchange *exchange, QuotaOutcome outcome, RunErrorCode code, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)code, why);
  ImageRun *image_run = exchange->image_run;
  if (image_run->call != NULL && exchange->url == NULL)
    paid_call_end (run, image_run, error);
  exchange->has_failed = true;
  leave (run, exchange, outcome);
}

/* ---- again ---- */

static void
try_in (Run *run, Exchange *exchange, int64_t wait_ms)
{
  exchange->due_us = clock_monotonic_us () + wait_ms * 1000;
  if (run->network->is_stopping) {
    g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, RUN_ERROR_INTERRUPTED, "");
    exchange_fail (run, exchange, error);
  }
}

/* After so many attempts with trouble; `wanted_ms` is what the service asks for, -1: it did not. */
static void
wait_and_try (Run *run, Exchange *exchange, unsigned n_attempts, int64_t wanted_ms)
{
  try_in (run, exchange,
          wanted_ms >= 0 ? MAX (wanted_ms, gate_pace (exchange->gate)->backoff_ms) +
                             g_random_int_range (0, SPREAD_MS)
                         : gate_backoff_ms (exchange->gate, n_attempts));
}

/* What may have been worked on is repeated, whatever its kind and wherever, if it may be paid for
 * again. */
static bool
may_repeat (Run *run, const Exchange *exchange)
{
  ImageRun *image_run = exchange->image_run;
  return ++image_run->n_billed <= gate_pace (exchange->gate)->retries_billed &&
         money_may_repeat (run, exchange->choice);
}

/* Another location may have the model, or room. */
static bool
move (Run *run, Exchange *exchange)
{
  const PlanChoice *choice = exchange->choice;
  const char *next = exchange->asked.location != NULL
                       ? choice->provider->next_location (choice->config, choice->row,
                                                          exchange->asked.location)
                       : NULL;
  if (next == NULL)
    return false;
  exchange_go_to (run, exchange, next);
  try_in (run, exchange, 0);
  return true;
}

void
exchange_give_up (Run *run, Exchange *exchange, const GError *error)
{
  ImageRun *image_run = exchange->image_run;
  if (run->network->is_stopping || !misses_ask_other (run, image_run, error))
    exchange_fail (run, exchange, error);
  else
    network_drop (run, exchange);
}

static GError *
error_after (const Exchange *exchange, RunErrorCode code, const char *why)
{
  return exchange->n_asked > 1
           ? g_error_new (RUN_ERROR, (int)code, "%s (asked %u times)", why, exchange->n_asked)
           : g_error_new_literal (RUN_ERROR, (int)code, why);
}

/* Nobody else would do better, or may be asked. */
static void
fail_attempt (Run *run, Exchange *exchange, RunErrorCode code, const char *why)
{
  g_autoptr (GError) error = error_after (exchange, code, why);
  exchange_fail (run, exchange, error);
}

/* After the last attempt here. */
static void
give_up (Run *run, Exchange *exchange, RunErrorCode code, const char *why)
{
  g_autoptr (GError) error = error_after (exchange, code, why);
  if (gate_note_failure (exchange->gate))
    network_give_up (run->network, exchange->choice->provider, exchange->choice->model, why);
  exchange_give_up (run, exchange, error);
}

/* ---- failures that the service told ---- */

/* Its key, its model or its account: what else is there to ask with? */
static void
take_run_failure (Run *run, Exchange *exchange, const Verdict *verdict)
{
  const PlanChoice *choice = exchange->choice;
  const GatePass pass = exchange->pass;
  /* A thousand images need not all learn that the model is not in this location. */
  if (verdict->may_move || verdict->may_change_key)
    gate_stop_key (run, exchange->gate, pass.credential, false, verdict->message);
  if (verdict->may_move && move (run, exchange))
    return;
  if (verdict->may_change_key) {
    try_in (run, exchange, 0);
    return;
  }
  network_give_up (run->network, choice->provider, choice->model, verdict->message);
  give_up (run, exchange, RUN_ERROR_PROVIDER, verdict->message);
}

static void
take_login_failure (Run *run, Exchange *exchange, const Verdict *verdict)
{
  Credential *credential = exchange->pass.credential;
  int64_t now_s = clock_now_us () / G_USEC_PER_SEC;
  if (exchange->has_refreshed || !credential_refused (credential, exchange->proof, now_s))
    gate_stop_key (run, exchange->gate, credential, true, verdict->message);
  exchange->has_refreshed = true;
  try_in (run, exchange, 0);
}

static void
take_throttle (Run *run, Exchange *exchange, const Verdict *verdict)
{
  unsigned most = MAX (LEAST_THROTTLED, gate_pace (exchange->gate)->retries + 1);
  gate_pause (run, exchange->gate, &exchange->pass, verdict->retry_after_ms, verdict->message);
  if (verdict->may_move && move (run, exchange))
    return;
  if (++exchange->n_throttled < most)
    try_in (run, exchange, 0);
  else
    give_up (run, exchange, RUN_ERROR_PROVIDER, verdict->message);
}

static void
take_trouble (Run *run, Exchange *exchange, RunErrorCode code, const Verdict *verdict)
{
  const Pace *pace = gate_pace (exchange->gate);
  bool is_too_long = verdict->retry_after_ms > pace->most_wait_ms;
  if (verdict->may_move && !verdict->is_billed && move (run, exchange))
    return;
  /* What is billed has been counted. */
  bool is_due = exchange->n_trouble++ < pace->retries || verdict->is_billed;
  if (is_due && !is_too_long) {
    wait_and_try (run, exchange, exchange->n_trouble, verdict->retry_after_ms);
    return;
  }
  g_autoptr (GString) message = g_string_new (verdict->message);
  if (is_too_long) {
    g_autofree char *wait = units_describe_duration (verdict->retry_after_ms);
    g_autofree char *allowed = units_describe_duration (pace->most_wait_ms);
    g_string_append_printf (message, "; it asks to wait for %s, and 'most-wait' allows %s", wait,
                            allowed);
  }
  give_up (run, exchange, code, message->str);
}

static void
take_empty (Run *run, Exchange *exchange, RunErrorCode code, const Verdict *verdict)
{
  /* What is billed has been counted. */
  if (++exchange->n_empty >= MOST_EMPTY && !verdict->is_billed) {
    fail_attempt (run, exchange, code, verdict->message);
    return;
  }
  exchange->asked.seed = (int)(((int64_t)exchange->asked.seed + 1000003) & G_MAXINT32);
  wait_and_try (run, exchange, exchange->n_empty, -1);
}

static QuotaOutcome
outcome_of (const Verdict *verdict)
{
  return verdict->failure == FAILURE_THROTTLE || verdict->is_overloaded ? QUOTA_OUTCOME_THROTTLED
                                                                        : QUOTA_OUTCOME_FAILED;
}

static void
take_failure (Run *run, Exchange *exchange, const Verdict *verdict)
{
  RunErrorCode code = verdict->is_billed ? RUN_ERROR_MAYBE_CHARGED : RUN_ERROR_PROVIDER;
  end_attempt (run, exchange, outcome_of (verdict), code, verdict->message);
  if (verdict->failure == FAILURE_ITEM || (verdict->is_billed && !may_repeat (run, exchange))) {
    fail_attempt (run, exchange, code, verdict->message);
    return;
  }
  switch (verdict->failure) {
  case FAILURE_RUN:
    take_run_failure (run, exchange, verdict);
    break;
  case FAILURE_LOGIN:
    take_login_failure (run, exchange, verdict);
    break;
  case FAILURE_DAY:
    gate_stop_for_day (run, exchange->gate, &exchange->pass, verdict->message);
    try_in (run, exchange, 0);
    break;
  case FAILURE_THROTTLE:
    take_throttle (run, exchange, verdict);
    break;
  case FAILURE_TRANSIENT:
    take_trouble (run, exchange, code, verdict);
    break;
  case FAILURE_NO_IMAGE:
    take_empty (run, exchange, code, verdict);
    break;
  case FAILURE_ITEM:
    break;
  }
}

/* ---- pictures by their address ---- */

/* Where a picture is, without what may be a key to it. New string. */
static char *
describe_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *place = uri != NULL
                             ? g_uri_to_string_partial (
                                 uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT)
                             : g_strdup ("an address that is none");
  return service_words (place);
}

static void
take_fetch_failure (Run *run, Exchange *exchange, const char *why, bool is_transient)
{
  if (is_transient && exchange->n_fetches < MOST_FETCHES && !run->network->is_stopping) {
    wait_and_try (run, exchange, exchange->n_fetches, -1);
    return;
  }
  g_autofree char *place = describe_url (exchange->url);
  g_autofree char *message = g_strdup_printf (
    "the picture is made, but cannot be fetched from %s: %s", place, why);
  fail_with (run, exchange, RUN_ERROR_MAYBE_CHARGED, message);
}

/* ---- no answer ---- */

static bool
is_transport (const GError *error, TransportErrorCode code)
{
  return g_error_matches (error, TRANSPORT_ERROR, (int)code);
}

static void
take_cancelled (Run *run, Exchange *exchange, bool was_asked)
{
  /* Nobody can have worked on it, unless it is a picture that is made already. */
  if (!was_asked && exchange->url == NULL)
    end_attempt (run, exchange, QUOTA_OUTCOME_FAILED, RUN_ERROR_PROVIDER,
                 "the run was ended before it was asked for");
  fail_with (run, exchange, RUN_ERROR_INTERRUPTED,
             "the run was ended before the answer was there; it may be charged");
}

/* It was sent whole, and nobody knows what became of it. */
static void
take_silence (Run *run, Exchange *exchange, const char *why)
{
  g_autofree char *message = g_strdup_printf (
    "%s: %s. It had been asked, and may charge for it; to ask again may charge again",
    exchange->choice->provider->name, why);
  end_attempt (run, exchange, QUOTA_OUTCOME_FAILED, RUN_ERROR_MAYBE_CHARGED, message);
  if (may_repeat (run, exchange))
    wait_and_try (run, exchange, exchange->image_run->n_billed, -1);
  else
    fail_attempt (run, exchange, RUN_ERROR_MAYBE_CHARGED, message);
}

static void
take_error (Run *run, Exchange *exchange, const AnswerResult *result)
{
  const GError *error = result->error;
  bool was_asked = result->was_sent || result->status > 0;
  bool is_broken = is_transport (error, TRANSPORT_ERROR_BROKEN);
  bool is_timeout = is_transport (error, TRANSPORT_ERROR_TIMEOUT);
  bool is_unreached = is_transport (error, TRANSPORT_ERROR_CONNECT) ||
                      ((is_broken || is_timeout) && !was_asked);
  if (is_transport (error, TRANSPORT_ERROR_CANCELLED)) {
    take_cancelled (run, exchange, was_asked);
  } else if (exchange->url != NULL) {
    take_fetch_failure (run, exchange, error->message, is_unreached || is_broken || is_timeout);
  } else if (was_asked && (is_broken || is_timeout)) {
    take_silence (run, exchange, error->message);
  } else {
    g_autofree char *message = g_strdup_printf (
      "%s: %s%s", exchange->choice->provider->name, error->message,
      was_asked ? ". It had been asked, and may charge for it" : "");
    const Verdict verdict = { .retry_after_ms = -1, .message = message };
    RunErrorCode code = was_asked ? RUN_ERROR_MAYBE_CHARGED : RUN_ERROR_PROVIDER;
    end_attempt (run, exchange, QUOTA_OUTCOME_FAILED, code, message);
    if (is_unreached)
      take_trouble (run, exchange, code, &verdict);
    else
      fail_with (run, exchange, code, message);
  }
}

/* ---- all ---- */

/* What was used is paid for, also where no picture came of it, or it is yet to be fetched. */
static void
note_usage (ImageRun *image_run, Verdict *verdict)
{
  if (verdict->usage == NULL)
    return;
  g_free (image_run->answer.usage);
  image_run->answer.usage = g_steal_pointer (&verdict->usage);
}

void
exchange_take (Run *run, Exchange *exchange, AnswerResult *result)
{
  Verdict *verdict = &result->verdict;
  if (result->error != NULL) {
    take_error (run, exchange, result);
    return;
  }
  note_usage (exchange->image_run, verdict);
  switch (verdict->kind) {
  case VERDICT_DONE:
    land (run, exchange, result);
    break;
  case VERDICT_FETCH:
    exchange->url = g_steal_pointer (&verdict->url);
    if (interrupt_count () < 2)
      exchange_fetch (run, exchange);
    else
      take_fetch_failure (run, exchange, "the run was ended", false);
    break;
  case VERDICT_REFUSED:
    fail_with (run, exchange, RUN_ERROR_REFUSED, verdict->message);
    break;
  case VERDICT_FAILED:
    if (exchange->url != NULL)
      take_fetch_failure (run, exchange, verdict->message, verdict->failure == FAILURE_TRANSIENT);
    else
      take_failure (run, exchange, verdict);
    break;
  }
}
