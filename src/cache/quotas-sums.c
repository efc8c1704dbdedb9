/* What was asked and spent since a day began, and the clock by which it is counted. */
#include <math.h>

#include "cache/quotas-file.h"

/* A process may wait that long to write, and its time is as old then. Whatever is further in the
 * future was not put there by a clock that runs. */
static const int64_t most_skew_us = (int64_t)60 * G_USEC_PER_SEC;
/* Binary fractions do not add up to whole cents. */
static const double usd_dust = 1e-9;

bool
quotas_fits (double spent_usd, double usd, double budget_usd)
{
  return budget_usd < 0 || usd <= 0 || spent_usd + usd <= budget_usd + usd_dust;
}

double
quotas_clean_usd (double usd)
{
  return isfinite (usd) && usd > 0 ? usd : 0;
}

/* ---- sums ---- */

static bool
find_sum (Quotas *quotas, int64_t whose, int64_t day_us, QuotasSum *out_sum, bool *out_found,
          GError **error)
{
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_FIND_SUM, "ii", whose, day_us);
  if (!quotas_step (quotas, select, out_found, error))
    return false;
  if (!*out_found)
    return true;
  *out_sum = (QuotasSum){
    .n = sqlite3_column_int64 (select, 0),
    .usd = fmax (0, sqlite3_column_double (select, 1)),
    .maybe_usd = fmax (0, sqlite3_column_double (select, 2)),
  };
  sqlite3_reset (select);
  return true;
}

bool
quotas_get_sum (Quotas *quotas, int64_t whose, int64_t day_us, QuotasSum *out_sum, GError **error)
{
  bool found;
  *out_sum = (QuotasSum){ 0 };
  return find_sum (quotas, whose, day_us, out_sum, &found, error) &&
         (found || (quotas_run (quotas, error, QUOTAS_MAKE_SUM, "ii", whose, day_us) &&
                    find_sum (quotas, whose, day_us, out_sum, &found, error)));
}

bool
quotas_add_to_sums (Quotas *quotas, int64_t lane, int64_t account, int64_t begun_us,
                    const QuotasSum *add, GError **error)
{
  return quotas_run (quotas, error, QUOTAS_ADD_TO_SUMS, "iiiidd", lane, -account, begun_us, add->n,
                     add->usd, add->maybe_usd);
}

/* ---- the clock ---- */

bool
quotas_find_last_call (Quotas *quotas, int64_t *out_call, int64_t *out_begun_us, GError **error)
{
  bool found;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_LAST_CALL, "");
  if (!quotas_step (quotas, select, &found, error))
    return false;
  if (out_begun_us != NULL)
    *out_begun_us = found ? sqlite3_column_int64 (select, 0) : 0;
  if (out_call != NULL)
    *out_call = found ? sqlite3_column_int64 (select, 1) : 0;
  sqlite3_reset (select);
  return true;
}

/* Calls that are open are begun now, and numbered anew without gaps. Sums of a day that has begun
 * keep what was spent: that money is gone. What a service asked to wait for was told by the other
 * clock, so it has to tell it again, and that it was too busy then would hide that it is now. */
static bool
forget_future (Quotas *quotas, int64_t now_us, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
    "DELETE FROM calls WHERE begun_us > %1$" G_GINT64_FORMAT " AND NOT is_open;"
    "UPDATE calls SET begun_us = %1$" G_GINT64_FORMAT ", seq = NULL "
    "  WHERE begun_us > %1$" G_GINT64_FORMAT ";"
    "UPDATE calls SET seq = "
    "  ifnull ((SELECT max (c.seq) FROM calls c WHERE c.lane = calls.lane), 0) +"
    "  (SELECT count (*) FROM calls c "
    "     WHERE c.lane = calls.lane AND c.seq IS NULL AND c.id <= calls.id)"
    "  WHERE seq IS NULL;"
    "DELETE FROM sums WHERE day_us > %1$" G_GINT64_FORMAT ";"
    "UPDATE lanes SET until_us = 0, is_day = 0, why = NULL WHERE until_us > %1$" G_GINT64_FORMAT ";"
    "UPDATE lanes SET at_once = 0, halved_us = 0, halved_call = 0, n_throttled = 0 "
    "  WHERE halved_us > %1$" G_GINT64_FORMAT,
    now_us);
  return database_execute (quotas->database.handle, sql, error);
}

bool
quotas_settle_clock (Quotas *quotas, int64_t now_us, int64_t *out_us, GError **error)
{
  int64_t last_us;
  if (!quotas_find_last_call (quotas, NULL, &last_us, error))
    return false;
  if (last_us > now_us && last_us - now_us > most_skew_us) {
    if (!forget_future (quotas, now_us, error))
      return false;
    last_us = now_us;
  }
  *out_us = MAX (now_us, last_us);
  return true;
}

bool
quotas_prune (Quotas *quotas, int64_t now_us, GError **error)
{
  return quotas_run (quotas, error, QUOTAS_PRUNE_CALLS, "i", now_us - quotas_day_us) &&
         quotas_run (quotas, error, QUOTAS_PRUNE_SUMS, "i", now_us - 2 * quotas_day_us);
}
