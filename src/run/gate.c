#include "run/gate.h"

#include "base/clock.h"
#include "base/day.h"
#include "base/units.h"
#include "run/network-private.h"

enum {
  MOST_BACKOFF_MS = 120 * 1000,
  BUSY_LEAST_MS = 20, /* between looks whether another process has given a place back */
  BUSY_MOST_MS = 60,
  SPREAD_MS = 250,     /* so that processes do not come back at the same moment */
  TOLD_MS = 10 * 1000, /* a pause that somebody who watches would wonder about */
};

typedef struct {
  Credential *credential;
  char *account;   /* of the quotas; NULL: not known before the first token */
  int64_t free_us; /* wall clock: not before */
  bool is_busy;    /* `free_us` is a guess, since all places are taken */
  bool is_full;    /* until `free_us`: a window of our own is */
  bool is_out;     /* `free_us` is too far away to wait for */
  bool is_dead;    /* whatever the time */
  char *why;       /* it is out, or dead */
} GateKey;

struct Gate {
  char *name;
  const ProviderType *provider;
  Pace pace;
  char *model; /* whose quota it is: with the location, where there are several */
  GArray *keys;
  unsigned next;      /* the key whose turn it is */
  unsigned n_failed;  /* images in a row, since the last answer */
  bool has_told_full; /* that our own windows make it wait */
};

static void
key_clear (gpointer data)
{
  GateKey *key = data;
  g_free (key->account);
  g_free (key->why);
}

void
gate_free (void *data)
{
  Gate *gate = data;
  g_array_unref (gate->keys);
  g_free (gate->name);
  g_free (gate->model);
  g_free (gate);
}

static void
kill_key (GateKey *key, const char *why)
{
  key->is_dead = true;
  g_free (key->why);
  key->why = g_strdup (why);
}

static Gate *
gate_new (const Network *network, const Login *login, const PlanChoice *choice, char *take_name,
          char *take_model)
{
  Gate *gate = g_new0 (Gate, 1);
  gate->name = take_name;
  gate->model = take_model;
  gate->provider = login->provider;
  gate->keys = g_array_new (FALSE, TRUE, sizeof (GateKey));
  g_array_set_clear_func (gate->keys, key_clear);
  login->provider->pace (choice->config, choice->row, &gate->pace);
  for (unsigned i = 0; i < login->credentials->len; i++) {
    GateKey key = { .credential = login->credentials->pdata[i] };
    const char *why = g_hash_table_lookup (network->dead_keys, key.credential);
    if (why != NULL)
      kill_key (&key, why);
    g_array_append_val (gate->keys, key);
  }
  return gate;
}

Gate *
gate_find (Run *run, const Login *login, const PlanChoice *choice, const char *location)
{
  GHashTable *gates = run->network->gates;
  g_autofree char *model = location != NULL ? g_strdup_printf ("%s at %s", choice->model, location)
                                            : g_strdup (choice->model);
  g_autofree char *name = g_strdup_printf ("%s %s", login->provider->name, model);
  Gate *gate = g_hash_table_lookup (gates, name);
  if (gate != NULL)
    return gate;
  gate = gate_new (run->network, login, choice, g_steal_pointer (&name), g_steal_pointer (&model));
  g_hash_table_insert (gates, gate->name, gate);
  return gate;
}

const Pace *
gate_pace (const Gate *gate)
{
  return &gate->pace;
}

/* Full jitter above the least: many do not come at once. */
int64_t
gate_backoff_ms (const Gate *gate, unsigned n_in_row)
{
  int64_t least_ms = gate->pace.backoff_ms;
  int64_t most_ms = MIN (least_ms << MIN (n_in_row, 16), MOST_BACKOFF_MS);
  return least_ms + g_random_int_range (0, (int)most_ms);
}

/* ---- keys ---- */

static GateKey *
key_at (const Gate *gate, unsigned i)
{
  return &g_array_index (gate->keys, GateKey, i % gate->keys->len);
}

static GateKey *
key_of (const Gate *gate, const Credential *credential)
{
  unsigned i = 0;
  while (key_at (gate, i)->credential != credential)
    i++;
  return key_at (gate, i);
}

bool
gate_is_paused (const Gate *gate)
{
  enum { SOON_US = 1000 * 1000 };
  int64_t soon_us = g_get_real_time () + SOON_US;
  for (unsigned i = 0; i < gate->keys->len; i++)
    if (!key_at (gate, i)->is_dead && key_at (gate, i)->free_us <= soon_us)
      return false;
  return true;
}

static const char *
account_of (Run *run, const Gate *gate, GateKey *key)
{
  if (key->account != NULL)
    return key->account;
  key->account = login_account (run->quotas, gate->provider, key->credential, gate->pace.is_shared);
  return key->account;
}

static void
set_out (GateKey *key, int64_t until_us, char *take_why)
{
  key->free_us = until_us;
  key->is_out = true;
  g_free (key->why);
  key->why = take_why;
}

/* ---- asking the quotas ---- */

static int64_t
day_end (const Gate *gate, int64_t now_us)
{
  return day_end_us (now_us, gate->provider->day_rule);
}

/* The service's own quota, which somebody may raise there. */
static void
set_out_for_day (const Gate *gate, GateKey *key, int64_t until_us, const char *why)
{
  int64_t now_us = g_get_real_time ();
  g_autofree char *moment = clock_describe_moment (until_us, now_us);
  g_autofree char *wait = units_describe_duration ((until_us - now_us) / 1000);
  const char *name = gate->provider->name;
  set_out (
    key, until_us,
    g_strdup_printf ("%s; it begins anew at %s, in %s (%s here), and %s is not asked with %s "
                     "before. If you have raised it: peel providers --resume %s",
                     why, gate->provider->day_words, wait, moment, name,
                     credential_describe (key->credential), name));
}

/* A limit of ours, which the service may not even have. */
static void
set_out_by_limit (const Gate *gate, GateKey *key, const char *why)
{
  int64_t now_us = g_get_real_time (), until_us = day_end (gate, now_us);
  g_autofree char *moment = clock_describe_moment (until_us, now_us);
  set_out (key, until_us,
           g_strdup_printf ("%s (the day ends at %s, %s here). If the service allows more, "
                            "raise 'requests' or 'spend' under 'providers: %s:' in your "
                            "configuration",
                            why, gate->provider->day_words, moment, gate->provider->name));
}

static void
set_too_long (const Gate *gate, GateKey *key, int64_t until_us, const char *why)
{
  int64_t now_us = g_get_real_time ();
  g_autofree char *wait = units_describe_duration ((until_us - now_us) / 1000);
  g_autofree char *most = units_describe_duration (gate->pace.most_wait_ms);
  g_autofree char *moment = clock_describe_moment (until_us, now_us);
  set_out (
    key, until_us,
    g_strdup_printf ("%s; it asks to wait for %s, and 'most-wait' allows %s. Run again after "
                     "%s, or raise 'most-wait' under 'providers: %s:' in your configuration; "
                     "to ask at once: peel providers --resume %s",
                     why, wait, most, moment, gate->provider->name, gate->provider->name));
}

static unsigned
copy_limits (const PaceLimit *from, unsigned n, QuotaLimit *to)
{
  for (unsigned i = 0; i < n; i++)
    to[i] = (QuotaLimit){ .window_us = from[i].window_ms * 1000, .most = from[i].most };
  return n;
}

static bool
tell_end (Run *run, const GateEnd *end, GError **error)
{
  return quotas_end (run->quotas, end->call, end->outcome, end->charge.usd, end->charge.is_certain,
                     g_get_real_time (), error);
}

/* Places that are not given back would be waited for without end. */
static void
tell_ends (Run *run)
{
  GArray *ends = run->network->ends;
  while (ends->len > 0 && tell_end (run, &g_array_index (ends, GateEnd, ends->len - 1), NULL))
    g_array_set_size (ends, ends->len - 1);
}

static bool
ask_quotas (Run *run, const Gate *gate, GateKey *key, double usd, QuotaReply *out_reply,
            GError **error)
{
  QuotaLimit requests[PACE_MOST_LIMITS], spend[PACE_MOST_LIMITS];
  int64_t now_us = g_get_real_time ();
  const QuotaQuestion question = {
    .account = account_of (run, gate, key),
    .provider = gate->provider->name,
    .model = gate->model,
    .requests = requests,
    .n_requests = copy_limits (gate->pace.requests, gate->pace.n_requests, requests),
    .spend = spend,
    .n_spend = copy_limits (gate->pace.spend, gate->pace.n_spend, spend),
    .most_at_once = gate->pace.jobs,
    .is_adaptive = gate->pace.is_adaptive,
    .day_us = day_begin_us (now_us, gate->provider->day_rule),
    .usd = usd,
    .budget_usd = money_per_day (run),
    .budget_day_us = day_begin_us (now_us, NULL),
  };
  return quotas_begin (run->quotas, &question, now_us, out_reply, error);
}

static void
tell_pause (Run *run, const Gate *gate, const Credential *credential, int64_t wait_ms,
            const char *why)
{
  g_autofree char *wait = units_describe_duration (wait_ms);
  g_autofree char *message = g_strdup_printf ("%s; nothing more is asked of %s with %s for %s", why,
                                              gate->provider->name,
                                              credential_describe (credential), wait);
  run->listener->warning (run->listener->data, message);
}

/* Without a reason it is a window of the configuration, or a guess of how long a service that did not say so
 * would have us wait: both are meant to be waited for. */
static void
take_wait (Run *run, const Gate *gate, GateKey *key, const QuotaReply *reply)
{
  int64_t wait_ms = (reply->until_us - g_get_real_time ()) / 1000;
  key->free_us = reply->until_us;
  key->is_full = reply->why == NULL;
  if (reply->why != NULL && wait_ms > gate->pace.most_wait_ms)
    set_too_long (gate, key, reply->until_us, reply->why);
  else if (reply->why != NULL && wait_ms >= TOLD_MS)
    tell_pause (run, gate, key->credential, wait_ms, reply->why);
}

/* What the quotas say of one key. True: it may be used. */
static bool
try_key (Run *run, Gate *gate, GateKey *key, double usd, GatePass *out_pass, GError **error)
{
  g_auto (QuotaReply) reply = { 0 };
  int64_t now_us = g_get_real_time ();
  tell_ends (run);
  if (!ask_quotas (run, gate, key, usd, &reply, error))
    return false;
  key->is_busy = reply.answer == QUOTA_BUSY;
  key->is_out = key->is_full = false;
  switch (reply.answer) {
  case QUOTA_GRANTED:
    *out_pass = (GatePass){ .credential = key->credential, .call = reply.call };
    return true;
  case QUOTA_BUSY:
    key->free_us = now_us + g_random_int_range (BUSY_LEAST_MS, BUSY_MOST_MS) * 1000;
    return false;
  case QUOTA_WAIT:
    take_wait (run, gate, key, &reply);
    return false;
  case QUOTA_STOPPED:
    /* The key is good for what costs less. */
    if (reply.until_us == QUOTA_NEVER)
      return run_fail (error, RUN_ERROR_PROVIDER, "not asked: %s", reply.why);
    if (reply.until_us > 0)
      set_out_for_day (gate, key, reply.until_us, reply.why);
    else
      set_out_by_limit (gate, key, reply.why);
    return false;
  case QUOTA_OVER_BUDGET:
    return money_fail_over_day (run, usd, reply.spent_usd, error);
  }
  return false;
}

/* True: the token is there. False without an error: it is on its way. */
static bool
has_token (Run *run, GateKey *key, GError **error)
{
  g_auto (CredentialStep) step = { 0 };
  if (!credential_step (key->credential, clock_now_us () / G_USEC_PER_SEC, &step, error))
    return false;
  if (step.kind == CREDENTIAL_SEND || step.kind == CREDENTIAL_SPAWN)
    token_call_add (run, key->credential, &step);
  return step.kind == CREDENTIAL_READY;
}

/* ---- at the gate ---- */

/* Nothing is wrong, but somebody may wonder. */
static void
tell_full (Run *run, Gate *gate, int64_t wait_ms)
{
  g_autofree char *wait = units_describe_duration (wait_ms);
  g_autofree char *message = g_strdup_printf (
    "nothing more is asked of %s for %s, so that it stays within the 'requests' and 'spend' of its "
    "configuration; later waits are not told",
    gate->provider->name, wait);
  gate->has_told_full = true;
  run->listener->warning (run->listener->data, message);
}

/* None is free now: one will be, or none ever. */
static GateAnswer
wait_or_shut (Run *run, Gate *gate, bool has_tried, GatePass *out_pass, GError **error)
{
  int64_t now_us = g_get_real_time (), first_us = INT64_MAX;
  const GateKey *last = NULL, *first = NULL;
  for (unsigned i = 0; i < gate->keys->len; i++) {
    const GateKey *key = key_at (gate, i);
    if (key->is_dead || key->is_out)
      last = last != NULL && last->is_out ? last : key;
    else if (key->free_us < first_us)
      first_us = (first = key)->free_us;
  }
  if (first != NULL) {
    if (first->is_full && !gate->has_told_full && first_us - now_us >= TOLD_MS * 1000)
      tell_full (run, gate, (first_us - now_us) / 1000);
    *out_pass = (GatePass){ .due_us = clock_monotonic_us () + MAX (0, first_us - now_us) };
    return GATE_LATER;
  }
  g_autofree char *of_all = gate->keys->len > 1
                              ? g_strdup_printf (" (none of the %u keys can be used now)",
                                                 gate->keys->len)
                              : g_strdup ("");
  g_set_error (error, RUN_ERROR, RUN_ERROR_PROVIDER, "%s%s%s",
               has_tried       ? ""
               : last->is_dead ? "not asked, since for another image "
                               : "not asked: ",
               last->why, of_all);
  return GATE_SHUT;
}

GateAnswer
gate_enter (Run *run, Gate *gate, double usd, bool has_tried, GatePass *out_pass, GError **error)
{
  int64_t now_us = g_get_real_time ();
  unsigned first = gate->next;
  for (unsigned i = 0; i < gate->keys->len; i++) {
    GateKey *key = key_at (gate, first + i);
    g_autoptr (GError) problem = NULL;
    if (key->is_dead || key->free_us > now_us)
      continue;
    if (!has_token (run, key, &problem)) {
      *out_pass = (GatePass){ .credential = key->credential };
      if (problem == NULL)
        return GATE_TOKEN;
      gate_stop_key (run, gate, key->credential, true, problem->message);
      has_tried = true;
    } else if (try_key (run, gate, key, usd, out_pass, &problem)) {
      gate->next = first + i + 1;
      return GATE_OPEN;
    } else if (problem != NULL) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return GATE_SHUT;
    }
  }
  return wait_or_shut (run, gate, has_tried, out_pass, error);
}

void
gate_leave (Run *run, Gate *gate, const GatePass *pass, QuotaOutcome outcome, const Charge *charge)
{
  g_autoptr (GError) error = NULL;
  if (outcome == QUOTA_OUTCOME_ANSWERED)
    gate->n_failed = 0;
  /* Whoever waits for a place may find one. */
  for (unsigned i = 0; i < gate->keys->len; i++)
    if (key_at (gate, i)->is_busy)
      key_at (gate, i)->free_us = 0;
  const GateEnd end = { pass->call, outcome, *charge };
  if (tell_end (run, &end, &error))
    return;
  run->listener->warning (run->listener->data, error->message);
  g_array_append_val (run->network->ends, end);
}

/* Those that are under way fail together, which says no more than one of them. */
bool
gate_note_failure (Gate *gate)
{
  enum { LEAST_IN_ROW = 8 };
  return ++gate->n_failed >= MAX (LEAST_IN_ROW, 2 * (unsigned)gate->pace.jobs);
}

/* ---- pauses and ends ---- */

void
gate_pause (Run *run, Gate *gate, const GatePass *pass, int64_t wanted_ms, const char *why)
{
  g_autoptr (GError) error = NULL;
  GateKey *key = key_of (gate, pass->credential);
  const char *account = account_of (run, gate, key);
  unsigned n_in_row = quotas_n_throttled (run->quotas, account, gate->model);
  int64_t now_us = g_get_real_time ();
  int64_t wait_ms = wanted_ms >= 0
                      ? MAX (wanted_ms, gate->pace.backoff_ms) + g_random_int_range (0, SPREAD_MS)
                      : gate_backoff_ms (gate, n_in_row);
  int64_t until_us = now_us + wait_ms * 1000;
  /* Those that were under way together are answered alike: one of them tells. */
  bool is_news = until_us > key->free_us + TOLD_MS * 1000;
  key->is_busy = key->is_full = false;
  if (wanted_ms > gate->pace.most_wait_ms) {
    set_too_long (gate, key, now_us + wanted_ms * 1000, why);
  } else {
    key->free_us = MAX (key->free_us, until_us);
    if (wait_ms >= TOLD_MS && is_news)
      tell_pause (run, gate, pass->credential, wait_ms, why);
  }
  if (!quotas_pause (run->quotas, account, gate->provider->name, gate->model, until_us, false,
                     wanted_ms >= 0 ? why : NULL, &error))
    run->listener->warning (run->listener->data, error->message);
}

void
gate_stop_for_day (Run *run, Gate *gate, const GatePass *pass, const char *why)
{
  g_autoptr (GError) error = NULL;
  GateKey *key = key_of (gate, pass->credential);
  int64_t until_us = day_end (gate, g_get_real_time ());
  set_out_for_day (gate, key, until_us, why);
  if (!quotas_pause (run->quotas, account_of (run, gate, key), gate->provider->name, gate->model,
                     until_us, true, why, &error))
    run->listener->warning (run->listener->data, error->message);
}

void
gate_stop_key (Run *run, Gate *gate, const Credential *credential, bool is_all, const char *why)
{
  GHashTableIter iter;
  void *other;
  kill_key (key_of (gate, credential), why);
  if (!is_all)
    return;
  g_hash_table_insert (run->network->dead_keys, (gpointer)credential, g_strdup (why));
  g_hash_table_iter_init (&iter, run->network->gates);
  while (g_hash_table_iter_next (&iter, NULL, &other))
    if (((Gate *)other)->provider == gate->provider)
      kill_key (key_of (other, credential), why);
}
