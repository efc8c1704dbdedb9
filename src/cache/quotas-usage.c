/* What people are told. */
#include "cache/quotas-file.h"

static const int64_t minute_us = (int64_t)60 * G_USEC_PER_SEC;

static bool
read_throttled (Quotas *quotas, void *data, GError **error)
{
  bool found;
  const QuotaUsage *of = ((void **)data)[0];
  unsigned *out_n = ((void **)data)[1];
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_N_THROTTLED, "ss", of->account, of->model);
  if (!quotas_step (quotas, select, &found, error))
    return false;
  *out_n = found ? (unsigned)sqlite3_column_int (select, 0) : 0;
  sqlite3_reset (select);
  return true;
}

unsigned
quotas_n_throttled (Quotas *quotas, const char *account, const char *model)
{
  unsigned n = 0;
  QuotaUsage of = { .account = account, .model = model };
  void *data[] = { &of, &n };
  return quotas_transact (quotas, read_throttled, data, NULL) ? n : 0;
}

/* ---- spending ---- */

typedef struct {
  int64_t day_us;
  QuotasSum sum;
} Spent;

static bool
read_spent (Quotas *quotas, void *data, GError **error)
{
  Spent *spent = data;
  return quotas_get_sum (quotas, QUOTAS_EVERYTHING, spent->day_us, &spent->sum, error);
}

double
quotas_spent (Quotas *quotas, int64_t budget_day_us, double *out_maybe_usd)
{
  Spent spent = { .day_us = budget_day_us };
  if (!quotas_transact (quotas, read_spent, &spent, NULL))
    spent.sum = (QuotasSum){ 0 };
  if (out_maybe_usd != NULL)
    *out_maybe_usd = spent.sum.maybe_usd;
  return spent.sum.usd;
}

typedef struct {
  const char *account, *provider, *model;
  int64_t from_us;
  QuotasSum lane, all;
} Use;

static bool
read_use (Quotas *quotas, void *data, GError **error)
{
  Use *use = data;
  bool found;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_FIND_LANE, "sss", use->account, use->provider,
                                      use->model);
  use->lane = use->all = (QuotasSum){ 0 };
  if (!quotas_step (quotas, select, &found, error))
    return false;
  if (!found)
    return true;
  g_auto (QuotasLane) lane = { 0 };
  quotas_read_lane (select, &lane);
  sqlite3_reset (select);
  return quotas_get_sum (quotas, lane.id, use->from_us, &use->lane, error) &&
         quotas_get_sum (quotas, -lane.account, use->from_us, &use->all, error);
}

bool
quotas_use (Quotas *quotas, const char *account, const char *provider, const char *model,
            int64_t from_us, QuotaUse *out_use, GError **error)
{
  Use use = { .account = account, .provider = provider, .model = model, .from_us = from_us };
  if (!quotas_transact (quotas, read_use, &use, error))
    return false;
  *out_use = (QuotaUse){
    .n = use.lane.n,
    .usd = use.lane.usd,
    .maybe_usd = use.lane.maybe_usd,
    .account_usd = use.all.usd + use.all.maybe_usd,
  };
  return true;
}

/* ---- by account and model ---- */

typedef struct {
  int64_t day_us, now_us;
  GPtrArray *lanes;
} Usages;

/* With the strings that `told` borrows. */
typedef struct {
  QuotasLane lane;
  char *account, *provider, *model;
  QuotaUsage told;
} Usage;

static void
free_usage (void *data)
{
  Usage *usage = data;
  quotas_lane_clear (&usage->lane);
  g_free (usage->account);
  g_free (usage->provider);
  g_free (usage->model);
  g_free (usage);
}

static char *
column_text (sqlite3_stmt *select, int column)
{
  return g_strdup ((const char *)sqlite3_column_text (select, column));
}

static bool
list_lanes (Quotas *quotas, GPtrArray *out_lanes, GError **error)
{
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_LANES, "");
  for (bool found;;) {
    if (!quotas_step (quotas, select, &found, error))
      return false;
    if (!found)
      return true;
    Usage *usage = g_new0 (Usage, 1);
    quotas_read_lane (select, &usage->lane);
    usage->account = column_text (select, 10);
    usage->provider = column_text (select, 11);
    usage->model = column_text (select, 12);
    g_ptr_array_add (out_lanes, usage);
  }
}

static bool
count_since (Quotas *quotas, int64_t lane, int64_t from_us, int64_t *out_n, GError **error)
{
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_CALLS_BACK, "i", lane);
  int64_t n = 0;
  for (bool found;; n++) {
    if (!quotas_step (quotas, select, &found, error))
      return false;
    if (!found || sqlite3_column_int64 (select, 0) <= from_us)
      break;
  }
  sqlite3_reset (select);
  *out_n = n;
  return true;
}

static bool
tell_lane (Quotas *quotas, const Usages *usages, Usage *usage, GError **error)
{
  const QuotasLane *lane = &usage->lane;
  bool is_paused = lane->until_us > usages->now_us;
  int64_t n_open, n_account, n_minute;
  QuotasSum sum;
  if (!quotas_get_sum (quotas, lane->id, usages->day_us, &sum, error) ||
      !quotas_count_open (quotas, lane, &n_open, &n_account, error) ||
      !count_since (quotas, lane->id, usages->now_us - minute_us, &n_minute, error))
    return false;
  usage->told = (QuotaUsage){
    .account = usage->account,
    .provider = usage->provider,
    .model = usage->model,
    .n_today = sum.n,
    .n_minute = n_minute,
    .n_open = (unsigned)n_open,
    .usd_today = sum.usd,
    .maybe_usd_today = sum.maybe_usd,
    .until_us = is_paused ? lane->until_us : 0,
    .is_day = is_paused && lane->is_day,
    .why = is_paused ? lane->why : NULL,
    .at_once = quotas_lane_at_once (lane, usages->now_us) > 0 ? lane->at_once : 0,
  };
  return true;
}

static bool
read_usages (Quotas *quotas, void *data, GError **error)
{
  Usages *usages = data;
  unsigned n_dead;
  g_ptr_array_set_size (usages->lanes, 0);
  if (!quotas_sweep (quotas, &n_dead, error) ||
      !quotas_settle_clock (quotas, usages->now_us, &usages->now_us, error) ||
      !list_lanes (quotas, usages->lanes, error))
    return false;
  for (unsigned i = 0; i < usages->lanes->len; i++)
    if (!tell_lane (quotas, usages, usages->lanes->pdata[i], error))
      return false;
  return true;
}

bool
quotas_usage (Quotas *quotas, int64_t day_us, int64_t now_us,
              void (*visit) (void *data, const QuotaUsage *usage), void *data, GError **error)
{
  g_autoptr (GPtrArray) lanes = g_ptr_array_new_with_free_func (free_usage);
  Usages usages = { .day_us = day_us, .now_us = now_us, .lanes = lanes };
  if (!quotas_transact (quotas, read_usages, &usages, error))
    return false;
  for (unsigned i = 0; i < lanes->len; i++) {
    const QuotaUsage *told = &((Usage *)lanes->pdata[i])->told;
    if (told->n_today > 0 || told->n_open > 0 || told->until_us > 0)
      visit (data, told);
  }
  return true;
}
