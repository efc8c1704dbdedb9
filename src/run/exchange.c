/* What follows from each answer on the way of one image to its original. */
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/units.h"
#include "providers/verdict.h"
#include "run/interrupt.h"
#include "run/network-private.h"
#include "run/paid-call.h"
#include "run/permission.h"
#include "transport/google-search.h"

enum {
  MOST_ATTEMPTS = 3,  /* at a service that has trouble of its own, or is not reached */
  MOST_THROTTLED = 5, /* at one that asks to wait */
  MOST_EMPTY = 2,     /* that brought no picture */
  MOST_BILLED = 2,    /* that may have been worked on */
  MOST_FETCHES = 3,   /* of a picture by its address */
  FIRST_WAIT_MS =
    1000, /* at least, and at most twice as long by chance, so that many do not come at
                           once; doubled each time */
  MOST_WAIT_MS = 120 * 1000,
  FETCH_TIMEOUT_MS = 120 * 1000,
  LEAST_FREE_BYTES = 128 * 1024 * 1024, /* on disk, before anything is paid for */
};

void
exchange_free (Exchange *exchange)
{
  references_clear (&exchange->references);
  http_request_free (exchange->proof);
  g_free (exchange->url);
  g_free (exchange);
}

/* ---- the ends ---- */

void
exchange_fail (Run *run, Exchange *exchange, const GError *error)
{
  ImageRun *image_run = exchange->image_run;
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
    .declared_type = g_steal_pointer (&verdict->declared_type),
    .model_version = g_steal_pointer (&verdict->model_version),
    .response_id = g_steal_pointer (&verdict->response_id),
    .finish_reason = g_steal_pointer (&verdict->finish_reason),
    .usage = g_steal_pointer (&verdict->usage),
  };
  if (image_run->call != NULL)
    paid_call_land (run, image_run, &result->digest);
  if (result->was_cut) {
    g_autofree char *message = g_strdup_printf (
      "%s: the answer was cut off behind the picture, which is whole and is taken",
      image_run->image->id);
    run->listener->warning (run->listener->data, message);
  }
  network_drop (run, exchange);
  run_queue_landing (run, image_run);
}

/* ---- asking ---- */

/* What the answers under way may take, with three bytes a pixel: noise does not pack. */
static uint64_t
expected_bytes (const Network *network, unsigned *out_n)
{
  uint64_t n_bytes = 0;
  *out_n = 0;
  for (unsigned i = 0; i < network->exchanges->len; i++) {
    const Exchange *exchange = network->exchanges->pdata[i];
    if (exchange->lane_call == 0)
      continue;
    n_bytes += (uint64_t)exchange->asked.width * (uint64_t)exchange->asked.height * 3;
    (*out_n)++;
  }
  return n_bytes;
}

/* What was paid for must find room, beside what is paid for already and still to come. */
static bool
check_room (Run *run, GError **error)
{
  struct statvfs status;
  unsigned n_under_way;
  if (statvfs (cache_home (run->cache), &status) != 0)
    return true;
  uint64_t free_bytes = (uint64_t)status.f_bavail * status.f_frsize;
  if (free_bytes >= LEAST_FREE_BYTES + expected_bytes (run->network, &n_under_way))
    return true;
  g_autofree char *room = units_describe_bytes ((int64_t)free_bytes);
  g_autofree char *others = n_under_way > 0
                              ? g_strdup_printf (" beside the %u under way", n_under_way)
                              : g_strdup ("");
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED,
               "the disk of %s has %s left, which may be too little for an original%s: nothing was "
               "asked; free some space and run again",
               cache_home (run->cache), room, others);
  return false;
}

typedef struct {
  Exchange *exchange;
  AnswerResult result;
} Answered;

static void
answered_free (void *data)
{
  Answered *answered = data;
  answer_result_clear (&answered->result);
  g_free (answered);
}

static void
take_answered (Run *run, void *data)
{
  Answered *answered = data;
  Exchange *exchange = answered->exchange;
  exchange->lane_call = 0;
  exchange_take (run, exchange, &answered->result);
  answered_free (answered);
}

typedef struct {
  Network *network;
  Exchange *exchange;
} Asker;

/* In the lane's thread. */
static void
on_done (void *data, AnswerResult *result)
{
  Asker *asker = data;
  Answered *answered = g_new0 (Answered, 1);
  answered->exchange = asker->exchange;
  answered->result = *result;
  const NetworkEvent event = { take_answered, answered_free, answered };
  network_post (asker->network, &event);
  g_free (asker);
}

static void
send_request (Run *run, Exchange *exchange, HttpRequest *request, bool is_picture)
{
  Asker *asker = g_new0 (Asker, 1);
  *asker = (Asker){ run->network, exchange };
  const AnswerTask task = {
    .cache = run->network->cache,
    .provider = plan_choice (exchange->image_run->request)->provider,
    .asked = &exchange->asked,
    .is_picture = is_picture,
    .most_picture_bytes = run->settings->limits.most_bytes,
    .done = on_done,
    .data = asker,
  };
  const LaneReceiver receiver = answer_reader_new (&task);
  exchange->lane_call = lane_send (run->network->lane, request, &receiver);
}

static void
ask (Run *run, Exchange *exchange)
{
  ImageRun *image_run = exchange->image_run;
  g_autoptr (GError) error = NULL;
  g_auto (ProviderStep) step = { 0 };
  exchange->asked.project = credential_project (exchange->credential);
  if (exchange->asked.project == NULL)
    exchange->asked.project = google_project_of_environment ();
  if (!plan_choice (image_run->request)->provider->first_step (&exchange->asked, &step, &error) ||
      !check_room (run, &error) || !misses_before_call (run, image_run, &error)) {
    exchange_fail (run, exchange, error);
    return;
  }
  http_request_free (exchange->proof);
  exchange->proof = http_request_new (step.request->method, step.request->url);
  credential_add_headers (exchange->credential, exchange->proof);
  for (unsigned i = 0; i < exchange->proof->headers->len; i++)
    g_ptr_array_add (step.request->headers, g_strdup (exchange->proof->headers->pdata[i]));
  step.request->is_alone = true;
  exchange->n_attempts++;
  send_request (run, exchange, g_steal_pointer (&step.request), false);
}

/* Of scheme, host and port the same as where the service itself is. */
static bool
has_same_origin (const char *a, const char *b)
{
  g_autoptr (GUri) one = g_uri_parse (a, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GUri) other = g_uri_parse (b, G_URI_FLAGS_NONE, NULL);
  return one != NULL && other != NULL &&
         g_ascii_strcasecmp (g_uri_get_scheme (one), g_uri_get_scheme (other)) == 0 &&
         g_strcmp0 (g_uri_get_host (one), g_uri_get_host (other)) == 0 &&
         g_uri_get_port (one) == g_uri_get_port (other);
}

/* Nothing that proves who asks goes along. */
static void
fetch (Run *run, Exchange *exchange)
{
  HttpRequest *request = http_request_new ("GET", exchange->url);
  request->timeout_ms = FETCH_TIMEOUT_MS;
  request->is_foreign = !has_same_origin (exchange->url, exchange->proof->url);
  exchange->n_fetches++;
  send_request (run, exchange, request, true);
}

void
exchange_step (Run *run, Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  g_auto (CredentialStep) step = { 0 };
  int64_t now_us = clock_monotonic_us ();
  if (exchange->url != NULL) {
    fetch (run, exchange);
    return;
  }
  if (!credential_step (exchange->credential, clock_now_us () / G_USEC_PER_SEC, &step, &error)) {
    network_give_up (run->network, plan_choice (exchange->image_run->request)->provider, NULL,
                     error->message);
    fail_with (run, exchange, RUN_ERROR_PROVIDER, error->message);
    return;
  }
  exchange->waits_for_token = step.kind != CREDENTIAL_READY;
  switch (step.kind) {
  case CREDENTIAL_READY:
    ask (run, exchange);
    return;
  case CREDENTIAL_SEND:
  case CREDENTIAL_SPAWN:
    token_call_add (run, exchange->credential, &step);
    break;
  case CREDENTIAL_PENDING:
    break;
  }
  /* It is stepped again when the token is there, or a little later. */
  exchange->due_us = now_us;
}

/* ---- what an answer means ---- */

static void
wait_and_try (Run *run, Exchange *exchange, int64_t wanted_ms)
{
  int64_t most_ms = MIN ((int64_t)FIRST_WAIT_MS << MIN (exchange->n_attempts, 10), MOST_WAIT_MS);
  int64_t wait_ms = wanted_ms >= 0 ? wanted_ms + g_random_int_range (0, 250)
                                   : most_ms / 2 + g_random_int_range (0, (int)(most_ms / 2) + 1);
  exchange->due_us = clock_monotonic_us () + wait_ms * 1000;
  if (run->network->is_stopping) {
    g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, RUN_ERROR_INTERRUPTED, "");
    exchange_fail (run, exchange, error);
  }
}

/* What the journal says of an attempt that brought nothing. */
static void
end_attempt (Run *run, Exchange *exchange, RunErrorCode code, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)code, why);
  ImageRun *image_run = exchange->image_run;
  if (image_run->call != NULL && exchange->url == NULL)
    paid_call_end (run, image_run, error);
}

/* This attempt is over, and another one follows. */
static void
try_again (Run *run, Exchange *exchange, RunErrorCode code, const char *why, int64_t wait_ms)
{
  end_attempt (run, exchange, code, why);
  wait_and_try (run, exchange, wait_ms);
}

/* Another location may have the model, or room. False: there is none, or this one may have worked on it. */
static bool
move (Run *run, Exchange *exchange, RunErrorCode code, const Verdict *verdict)
{
  const ProviderType *provider = plan_choice (exchange->image_run->request)->provider;
  ProviderRequest *asked = &exchange->asked;
  if (provider->next_location == NULL || !verdict->may_move || verdict->is_billed)
    return false;
  if (asked->location == NULL)
    asked->location = provider->next_location (asked->config, asked->row, NULL);
  const char *next = asked->location != NULL
                       ? provider->next_location (asked->config, asked->row, asked->location)
                       : NULL;
  if (next == NULL)
    return false;
  asked->location = next;
  exchange->n_attempts = 0;
  try_again (run, exchange, code, verdict->message, 0);
  return true;
}

/* Another key may be a good one, or of an account that has something left. False: all were tried. */
static bool
change_key (Run *run, Exchange *exchange, RunErrorCode code, const Verdict *verdict)
{
  if (!verdict->may_change_key || exchange->n_keys >= exchange->login->credentials->len)
    return false;
  exchange->n_keys++;
  exchange->credential = login_after (exchange->login, exchange->credential);
  exchange->n_attempts = 0;
  try_again (run, exchange, code, verdict->message, 0);
  return true;
}

/* What may have been worked on is repeated once, whatever its kind and wherever, if it may be paid for
 * twice. */
static bool
may_repeat (Run *run, Exchange *exchange, const Verdict *verdict)
{
  if (!verdict->is_billed)
    return true;
  return ++exchange->n_billed < MOST_BILLED &&
         permission_repeat (run, exchange->image_run->request);
}

static void
take_failure (Run *run, Exchange *exchange, const Verdict *verdict)
{
  static const unsigned most[] = {
    [FAILURE_ITEM] = 1,
    [FAILURE_RUN] = 1,
    [FAILURE_LOGIN] = 1,
    [FAILURE_THROTTLE] = MOST_THROTTLED,
    [FAILURE_TRANSIENT] = MOST_ATTEMPTS,
    [FAILURE_NO_IMAGE] = MOST_EMPTY,
  };
  RunErrorCode code = verdict->is_billed ? RUN_ERROR_MAYBE_CHARGED : RUN_ERROR_PROVIDER;
  if (verdict->failure == FAILURE_LOGIN && !exchange->has_refreshed &&
      credential_refused (exchange->credential, exchange->proof,
                          clock_now_us () / G_USEC_PER_SEC)) {
    exchange->has_refreshed = true;
    try_again (run, exchange, code, verdict->message, 0);
    return;
  }
  if (change_key (run, exchange, code, verdict))
    return;
  bool is_due = exchange->n_attempts < most[verdict->failure] &&
                verdict->retry_after_ms <= MOST_WAIT_MS;
  bool goes_on = (is_due || verdict->may_move) && may_repeat (run, exchange, verdict);
  if (goes_on && is_due) {
    if (verdict->failure == FAILURE_THROTTLE)
      exchange->credential = login_after (exchange->login, exchange->credential);
    if (verdict->failure == FAILURE_NO_IMAGE)
      exchange->asked.seed = (int)(((int64_t)exchange->asked.seed + 1000003) & G_MAXINT32);
    try_again (run, exchange, code, verdict->message, verdict->retry_after_ms);
    return;
  }
  if (goes_on && move (run, exchange, code, verdict))
    return;
  const PlanRequest *request = exchange->image_run->request;
  const PlanChoice *choice = plan_choice (request);
  if (verdict->failure == FAILURE_RUN || verdict->failure == FAILURE_LOGIN)
    network_give_up (run->network, choice->provider,
                     verdict->failure == FAILURE_RUN ? choice->model : NULL, verdict->message);
  g_autoptr (GString) message = g_string_new (verdict->message);
  if (verdict->retry_after_ms > MOST_WAIT_MS) {
    g_autofree char *wait = units_format_duration (verdict->retry_after_ms);
    g_string_append_printf (message, "; it asks to wait for %s, which is too long to wait", wait);
  }
  if (exchange->n_attempts > 1)
    g_string_append_printf (message, " (asked %u times)", exchange->n_attempts);
  fail_with (run, exchange, code, message->str);
}

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
    wait_and_try (run, exchange, -1);
    return;
  }
  g_autofree char *place = describe_url (exchange->url);
  g_autofree char *message = g_strdup_printf (
    "the picture is made, but cannot be fetched from %s: %s", place, why);
  fail_with (run, exchange, RUN_ERROR_MAYBE_CHARGED, message);
}

static bool
is_transport (const GError *error, TransportErrorCode code)
{
  return g_error_matches (error, TRANSPORT_ERROR, (int)code);
}

static void
take_error (Run *run, Exchange *exchange, const AnswerResult *result)
{
  const GError *error = result->error;
  const char *who = plan_choice (exchange->image_run->request)->provider->name;
  bool was_asked = result->was_sent || result->status > 0;
  bool is_broken = is_transport (error, TRANSPORT_ERROR_BROKEN);
  bool may_retry = is_transport (error, TRANSPORT_ERROR_CONNECT) || (is_broken && !was_asked);
  if (is_transport (error, TRANSPORT_ERROR_CANCELLED)) {
    if (!was_asked) /* nobody can have worked on it */
      end_attempt (run, exchange, RUN_ERROR_PROVIDER, "the run was ended before it was asked for");
    fail_with (run, exchange, RUN_ERROR_INTERRUPTED,
               "the run was ended before the answer was there; it may be charged");
    return;
  }
  if (exchange->url != NULL) {
    take_fetch_failure (run, exchange, error->message,
                        may_retry || is_broken || is_transport (error, TRANSPORT_ERROR_TIMEOUT));
    return;
  }
  if (may_retry && exchange->n_attempts < MOST_ATTEMPTS) {
    try_again (run, exchange, RUN_ERROR_PROVIDER, error->message, -1);
    return;
  }
  g_autofree char *message = g_strdup_printf (
    "%s: %s%s", who, error->message,
    was_asked ? ". It had been asked, and may charge for it; to ask again may charge again" : "");
  fail_with (run, exchange, was_asked ? RUN_ERROR_MAYBE_CHARGED : RUN_ERROR_PROVIDER, message);
}

void
exchange_take (Run *run, Exchange *exchange, AnswerResult *result)
{
  Verdict *verdict = &result->verdict;
  if (result->error != NULL) {
    take_error (run, exchange, result);
    return;
  }
  switch (verdict->kind) {
  case VERDICT_DONE:
    land (run, exchange, result);
    break;
  case VERDICT_FETCH:
    exchange->url = g_steal_pointer (&verdict->url);
    if (interrupt_count () < 2)
      fetch (run, exchange);
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
