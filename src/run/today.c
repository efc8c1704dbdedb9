#include "run/today.h"

#include "base/day.h"
#include "providers/pace.h"
#include "run/login.h"

typedef struct {
  Quotas *view;
  const Config *config;
  const ProviderType *provider;
  int64_t now_us;
  Today *today;
} Reading;

/* ---- lanes ---- */

static void
free_lane (void *data)
{
  TodayLane *lane = data;
  g_free (lane->account);
  g_free (lane->login);
  g_free (lane->model);
  g_free (lane->why);
  g_array_unref (lane->limits);
  g_free (lane);
}

void
today_free (Today *today)
{
  if (today == NULL)
    return;
  g_ptr_array_unref (today->lanes);
  g_free (today);
}

static void
take_usage (void *data, const QuotaUsage *usage)
{
  Reading *reading = data;
  if (strcmp (usage->provider, reading->provider->name) != 0)
    return;
  TodayLane *lane = g_new0 (TodayLane, 1);
  *lane = (TodayLane){
    .account = g_strdup (usage->account),
    .model = g_strdup (usage->model),
    .n_minute = usage->n_minute,
    .n_open = usage->n_open,
    .limits = g_array_new (FALSE, FALSE, sizeof (TodayLimit)),
    .until_us = usage->until_us,
    .is_day = usage->is_day,
    .why = g_strdup (usage->why),
    .at_once = (unsigned)usage->at_once,
  };
  g_ptr_array_add (reading->today->lanes, lane);
}

/* ---- limits ---- */

static int64_t
day_of (const Reading *reading)
{
  return day_begin_us (reading->now_us, reading->provider->day_rule);
}

static bool
add_limits (const Reading *reading, TodayLane *lane, const PaceLimit *limits, unsigned n,
            bool is_spend, GError **error)
{
  for (unsigned i = 0; i < n; i++) {
    QuotaUse use;
    int64_t from_us = limits[i].window_ms > 0 ? reading->now_us - limits[i].window_ms * 1000
                                              : day_of (reading);
    if (!quotas_use (reading->view, lane->account, reading->provider->name, lane->model, from_us,
                     &use, error))
      return false;
    TodayLimit limit = {
      .window_ms = limits[i].window_ms,
      .is_spend = is_spend,
      .most = limits[i].most,
      .used = is_spend ? use.account_usd : (double)use.n,
    };
    g_array_append_val (lane->limits, limit);
  }
  return true;
}

/* The row of "MODEL at LOCATION", or NULL. */
static const Model *
row_of (const Reading *reading, const char *model)
{
  g_autofree char *name = g_strdup (model);
  char *location = strstr (name, " at ");
  if (location != NULL)
    *location = '\0';
  return model_table_find (config_models (reading->config), reading->provider->name, name, NULL);
}

static bool
find_pace (const Reading *reading, const char *model, Pace *out_pace)
{
  const void *own = config_provider (reading->config, reading->provider);
  if (reading->provider->pace == NULL || own == NULL)
    return false;
  reading->provider->pace (own, row_of (reading, model), out_pace);
  return true;
}

static bool
measure (const Reading *reading, TodayLane *lane, GError **error)
{
  Pace pace;
  QuotaUse use;
  if (!quotas_use (reading->view, lane->account, reading->provider->name, lane->model,
                   day_begin_us (reading->now_us, NULL), &use, error))
    return false;
  lane->n = use.n;
  lane->usd = use.usd;
  lane->maybe_usd = use.maybe_usd;
  reading->today->n += use.n;
  reading->today->usd += use.usd;
  reading->today->maybe_usd += use.maybe_usd;
  /* What is from the journal counts for no account. */
  if (lane->account[0] == '\0' || !find_pace (reading, lane->model, &pace))
    return true;
  return add_limits (reading, lane, pace.requests, pace.n_requests, false, error) &&
         add_limits (reading, lane, pace.spend, pace.n_spend, true, error);
}

/* ---- whose they are ---- */

static void
ignore_warning (void *data, const char *warning)
{
}

static void
name_lanes (const Reading *reading, const Credential *credential)
{
  for (unsigned i = 0; i < reading->today->lanes->len; i++) {
    TodayLane *lane = reading->today->lanes->pdata[i];
    Pace pace = { 0 };
    (void)find_pace (reading, lane->model, &pace);
    g_autofree char *account = login_account (reading->view, reading->provider, credential,
                                              pace.is_shared);
    if (lane->login == NULL && strcmp (account, lane->account) == 0)
      lane->login = g_strdup (pace.is_shared ? "all keys" : credential_describe (credential));
  }
}

static void
find_logins (const Reading *reading)
{
  const void *own = config_provider (reading->config, reading->provider);
  if (reading->provider->login == NULL || own == NULL || reading->today->lanes->len == 0)
    return;
  g_autoptr (Login) login = login_new (reading->provider, own, NULL, ignore_warning, NULL, NULL);
  for (unsigned i = 0; login != NULL && i < login->credentials->len; i++)
    name_lanes (reading, login->credentials->pdata[i]);
}

/* ---- all ---- */

Today *
today_read (Quotas *view, const Config *config, const ProviderType *provider, int64_t now_us,
            GError **error)
{
  g_autoptr (Today) today = g_new0 (Today, 1);
  today->lanes = g_ptr_array_new_with_free_func (free_lane);
  Reading reading = { view, config, provider, now_us, today };
  if (view == NULL)
    return g_steal_pointer (&today);
  /* Limits of a day count from the service's midnight, sums from the one here. */
  int64_t from_us = MIN (day_of (&reading), day_begin_us (now_us, NULL));
  if (!quotas_usage (view, from_us, now_us, take_usage, &reading, error))
    return NULL;
  for (unsigned i = 0; i < today->lanes->len; i++)
    if (!measure (&reading, today->lanes->pdata[i], error))
      return NULL;
  find_logins (&reading);
  return g_steal_pointer (&today);
}

const TodayLane *
today_waits (const Today *today)
{
  const TodayLane *paused = NULL;
  for (unsigned i = 0; i < today->lanes->len; i++) {
    const TodayLane *lane = today->lanes->pdata[i];
    if (lane->until_us > 0 && lane->is_day)
      return lane;
    if (lane->until_us > 0 && paused == NULL)
      paused = lane;
  }
  return paused;
}

TodayBudget
today_budget (Quotas *view, const Config *config, int64_t now_us)
{
  const Budget *budget = config_budget (config);
  TodayBudget told = { .most_usd = -1 };
  if (view != NULL)
    told.usd = quotas_spent (view, day_begin_us (now_us, NULL), &told.maybe_usd);
  if (budget == NULL || budget->per_day_usd < 0)
    return told;
  told.most_usd = budget->per_day_usd;
  told.left_usd = MAX (0, budget->per_day_usd - told.usd - told.maybe_usd);
  told.where = budget->where;
  return told;
}
