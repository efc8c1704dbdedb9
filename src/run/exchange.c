/* Asking for one image: who, where, with which key, when. What follows from an answer is in
 * exchange-answer.c. */
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/units.h"
#include "run/network-private.h"
#include "transport/google-search.h"

enum {
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
    .provider = exchange->choice->provider,
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
  const Credential *credential = exchange->pass.credential;
  g_autoptr (GError) error = NULL;
  g_auto (ProviderStep) step = { 0 };
  exchange->asked.project = credential_project (credential);
  if (exchange->asked.project == NULL)
    exchange->asked.project = google_project_of_environment ();
  if (!exchange->choice->provider->first_step (&exchange->asked, &step, &error) ||
      !check_room (run, &error) || !misses_before_call (run, image_run, &error)) {
    exchange_fail (run, exchange, error);
    return;
  }
  http_request_free (exchange->proof);
  exchange->proof = http_request_new (step.request->method, step.request->url);
  credential_add_headers (credential, exchange->proof);
  for (unsigned i = 0; i < exchange->proof->headers->len; i++)
    g_ptr_array_add (step.request->headers, g_strdup (exchange->proof->headers->pdata[i]));
  step.request->is_alone = true;
  exchange->n_asked++;
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
void
exchange_fetch (Run *run, Exchange *exchange)
{
  HttpRequest *request = http_request_new ("GET", exchange->url);
  request->timeout_ms = FETCH_TIMEOUT_MS;
  request->is_foreign = !has_same_origin (exchange->url, exchange->proof->url);
  exchange->n_fetches++;
  send_request (run, exchange, request, true);
}

/* ---- where and when ---- */

static const char *
next_location (const Exchange *exchange, const char *location)
{
  const ProviderType *provider = exchange->choice->provider;
  return provider->next_location != NULL
           ? provider->next_location (exchange->choice->config, exchange->choice->row, location)
           : NULL;
}

static void
stand_at (Run *run, Exchange *exchange, const char *location)
{
  exchange->asked.location = location;
  exchange->gate = gate_find (run, exchange->login, exchange->choice, location);
}

void
exchange_go_to (Run *run, Exchange *exchange, const char *location)
{
  exchange->n_throttled = exchange->n_trouble = 0;
  if (location != NULL) {
    stand_at (run, exchange, location);
    return;
  }
  const char *first = next_location (exchange, NULL);
  stand_at (run, exchange, first);
  for (const char *at = first; at != NULL && gate_is_paused (exchange->gate);
       at = next_location (exchange, at))
    stand_at (run, exchange, at);
  if (gate_is_paused (exchange->gate))
    stand_at (run, exchange, first);
}

void
exchange_step (Run *run, Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  if (exchange->url != NULL) {
    exchange_fetch (run, exchange);
    return;
  }
  exchange->waits_for_token = false;
  switch (gate_enter (run, exchange->gate, exchange->choice->cost_usd, exchange->has_failed,
                      &exchange->pass, &error)) {
  case GATE_OPEN:
    ask (run, exchange);
    break;
  case GATE_LATER:
    exchange->due_us = exchange->pass.due_us;
    break;
  case GATE_TOKEN:
    exchange->waits_for_token = true;
    exchange->due_us = clock_monotonic_us ();
    break;
  case GATE_SHUT:
    if (g_error_matches (error, RUN_ERROR, RUN_ERROR_PROVIDER))
      exchange_give_up (run, exchange, error);
    else
      exchange_fail (run, exchange, error);
    break;
  }
}
