/* An account and model: how many calls may be open at once, and until when none may be begun. */
#include "cache/quotas-file.h"

/* More than that at once is no limit. */
static const double most_at_once = 1000;
/* A service that was too busy an hour ago may not be now. */
static const int64_t pace_lasts_us = (int64_t)60 * 60 * G_USEC_PER_SEC;

void
quotas_lane_clear (QuotasLane *lane)
{
  g_clear_pointer (&lane->why, g_free);
}

/* ---- finding ---- */

void
quotas_read_lane (sqlite3_stmt *select, QuotasLane *out_lane)
{
  *out_lane = (QuotasLane){
    .id = sqlite3_column_int64 (select, 0),
    .account = sqlite3_column_int64 (select, 1),
    .most = sqlite3_column_int (select, 2),
    .at_once = sqlite3_column_double (select, 3),
    .halved_us = sqlite3_column_int64 (select, 4),
    .halved_call = sqlite3_column_int64 (select, 5),
    .n_throttled = (unsigned)sqlite3_column_int (select, 6),
    .until_us = sqlite3_column_int64 (select, 7),
    .is_day = sqlite3_column_int (select, 8) != 0,
    .why = g_strdup ((const char *)sqlite3_column_text (select, 9)),
  };
}

static bool
read_one (Quotas *quotas, sqlite3_stmt *select, QuotasLane *out_lane, bool *out_found,
          GError **error)
{
  if (!quotas_step (quotas, select, out_found, error))
    return false;
  if (*out_found)
    quotas_read_lane (select, out_lane);
  sqlite3_reset (select);
  return true;
}

static bool
look_up (Quotas *quotas, const char *account, const char *provider, const char *model,
         QuotasLane *out_lane, bool *out_found, GError **error)
{
  return read_one (quotas, quotas_bind (quotas, QUOTAS_FIND_LANE, "sss", account, provider, model),
                   out_lane, out_found, error);
}

bool
quotas_find_lane (Quotas *quotas, const char *account, const char *provider, const char *model,
                  QuotasLane *out_lane, GError **error)
{
  bool found;
  if (!look_up (quotas, account, provider, model, out_lane, &found, error))
    return false;
  return found || (quotas_run (quotas, error, QUOTAS_PUT_ACCOUNT, "s", account) &&
                   quotas_run (quotas, error, QUOTAS_PUT_LANE, "sss", account, provider, model) &&
                   look_up (quotas, account, provider, model, out_lane, &found, error));
}

static bool
count (Quotas *quotas, sqlite3_stmt *select, int64_t *out_n, GError **error)
{
  bool found;
  if (!quotas_step (quotas, select, &found, error))
    return false;
  *out_n = found ? sqlite3_column_int64 (select, 0) : 0;
  sqlite3_reset (select);
  return true;
}

bool
quotas_count_open (Quotas *quotas, const QuotasLane *lane, int64_t *out_n_lane,
                   int64_t *out_n_account, GError **error)
{
  return count (quotas, quotas_bind (quotas, QUOTAS_OPEN_OF_LANE, "ii", lane->account, lane->id),
                out_n_lane, error) &&
         count (quotas, quotas_bind (quotas, QUOTAS_OPEN_OF_ACCOUNT, "i", lane->account),
                out_n_account, error);
}

/* ---- the pace ---- */

int64_t
quotas_lane_at_once (const QuotasLane *lane, int64_t now_us)
{
  bool is_stale = lane->halved_us > now_us || now_us - lane->halved_us > pace_lasts_us;
  return lane->at_once <= 0 || is_stale ? 0 : (int64_t)lane->at_once;
}

/* After as many answers as are made at once it is one more. */
static void
raise_pace (QuotasLane *lane)
{
  if (lane->at_once <= 0)
    return;
  lane->at_once += 1 / lane->at_once;
  if (lane->at_once >= (lane->most > 0 ? lane->most : most_at_once))
    lane->at_once = 0;
}

/* Half of a number that is not reached would change nothing. */
static void
halve_pace (QuotasLane *lane, int64_t n_open, int64_t now_us)
{
  double number = (double)MAX (n_open, 1);
  if (quotas_lane_at_once (lane, now_us) > 0)
    number = MIN (number, lane->at_once);
  else if (lane->most > 0)
    number = MIN (number, lane->most);
  lane->at_once = MAX (number / 2, 1);
  lane->halved_us = now_us;
}

static bool
learn_throttle (Quotas *quotas, QuotasLane *lane, int64_t call, int64_t now_us, GError **error)
{
  int64_t n_open, n_account;
  if (!quotas_count_open (quotas, lane, &n_open, &n_account, error) ||
      !quotas_find_last_call (quotas, &lane->halved_call, NULL, error))
    return false;
  /* The call itself is closed by now. */
  halve_pace (lane, n_open + 1, now_us);
  lane->n_throttled++;
  return true;
}

static bool
learn (Quotas *quotas, QuotasLane *lane, int64_t call, QuotaOutcome outcome, int64_t now_us,
       GError **error)
{
  bool is_of_old_episode = call <= lane->halved_call;
  if (outcome == QUOTA_OUTCOME_THROTTLED) {
    if (is_of_old_episode)
      return true;
    if (!learn_throttle (quotas, lane, call, now_us, error))
      return false;
  } else {
    if (lane->n_throttled == 0 && lane->at_once <= 0)
      return true;
    lane->n_throttled = 0;
    if (!is_of_old_episode)
      raise_pace (lane);
  }
  return quotas_run (quotas, error, QUOTAS_PUT_PACE, "idiii", lane->id, lane->at_once,
                     lane->halved_us, lane->halved_call, (int64_t)lane->n_throttled);
}

bool
quotas_lane_learn (Quotas *quotas, int64_t id, int64_t call, QuotaOutcome outcome, int64_t now_us,
                   GError **error)
{
  bool found;
  g_auto (QuotasLane) lane = { 0 };
  if (outcome == QUOTA_OUTCOME_FAILED)
    return true;
  return read_one (quotas, quotas_bind (quotas, QUOTAS_GET_LANE, "i", id), &lane, &found, error) &&
         (!found || learn (quotas, &lane, call, outcome, now_us, error));
}

/* ---- pauses ---- */

typedef struct {
  const char *account, *provider, *model;
  int64_t until_us;
  bool is_day;
  const char *why;
} Pause;

static bool
pause_lane (Quotas *quotas, void *data, GError **error)
{
  const Pause *pause = data;
  g_auto (QuotasLane) lane = { 0 };
  return quotas_find_lane (quotas, pause->account, pause->provider, pause->model, &lane, error) &&
         quotas_run (quotas, error, QUOTAS_PAUSE, "iiis", lane.id, pause->until_us,
                     (int64_t)pause->is_day, pause->why);
}

bool
quotas_pause (Quotas *quotas, const char *account, const char *provider, const char *model,
              int64_t until_us, bool is_day, const char *why, GError **error)
{
  Pause pause = { account, provider, model, until_us, is_day, why };
  return quotas_transact (quotas, pause_lane, &pause, error);
}

typedef struct {
  const char *provider;
  int64_t n;
} Resume;

static bool
resume_lanes (Quotas *quotas, void *data, GError **error)
{
  Resume *resume = data;
  return count (quotas,
                quotas_bind (quotas, QUOTAS_WAITING, "si", resume->provider, g_get_real_time ()),
                &resume->n, error) &&
         quotas_run (quotas, error, QUOTAS_RESUME, "s", resume->provider);
}

bool
quotas_resume (Quotas *quotas, const char *provider, unsigned *out_n, GError **error)
{
  Resume resume = { .provider = provider };
  if (!quotas_transact (quotas, resume_lanes, &resume, error))
    return false;
  if (out_n != NULL)
    *out_n = (unsigned)resume.n;
  return true;
}
