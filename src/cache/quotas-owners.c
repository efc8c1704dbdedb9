/* An owner is a Quotas that is open. It holds the flight of its id, which the kernel ends when the
 * process dies, and has a row while it owns anything. */
#include "cache/cache.h"
#include "cache/quotas-file.h"

static bool
be_owner (Quotas *quotas, GError **error)
{
  if (quotas->flight == NULL && !flight_try (quotas->home, &quotas->id, &quotas->flight, error))
    return false;
  if (quotas->flight != NULL)
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
               "a byte of %s/flights is locked that no one can have; run again", quotas->home);
  return false;
}

static bool
put_hold (Quotas *quotas, double usd, GError **error)
{
  return quotas_run (quotas, error, QUOTAS_PUT_HOLD, "ibd", quotas->owner, &quotas->id, usd);
}

bool
quotas_own (Quotas *quotas, double usd, GError **error)
{
  bool found;
  if (!be_owner (quotas, error))
    return false;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_FIND_HOLD, "i", quotas->owner);
  if (!quotas_step (quotas, select, &found, error))
    return false;
  double held_usd = found ? sqlite3_column_double (select, 0) : 0;
  sqlite3_reset (select);
  return (found && held_usd <= 0) || put_hold (quotas, MAX (held_usd - usd, 0), error);
}

/* Where that cannot be found out (no file can be opened), every flight looks free: so does ours. */
static bool
can_tell_dead (const Quotas *quotas)
{
  return quotas->flight == NULL || flight_is_busy (quotas->home, &quotas->id);
}

static bool
list_dead (Quotas *quotas, GArray *out_owners, GError **error)
{
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_OWNERS, "i", quotas->owner);
  for (bool found;;) {
    Digest digest;
    if (!quotas_step (quotas, select, &found, error))
      return false;
    if (!found)
      return true;
    int64_t owner = sqlite3_column_int64 (select, 0);
    if (!database_column_digest (select, 1, &digest) || !flight_is_busy (quotas->home, &digest))
      g_array_append_val (out_owners, owner);
  }
}

bool
quotas_sweep (Quotas *quotas, unsigned *out_n, GError **error)
{
  g_autoptr (GArray) owners = g_array_new (FALSE, FALSE, sizeof (int64_t));
  if (can_tell_dead (quotas) && !list_dead (quotas, owners, error))
    return false;
  for (unsigned i = 0; i < owners->len; i++) {
    int64_t owner = g_array_index (owners, int64_t, i);
    if (!quotas_run (quotas, error, QUOTAS_CLOSE_CALLS, "i", owner) ||
        !quotas_run (quotas, error, QUOTAS_FORGET_OWNER, "i", owner))
      return false;
  }
  *out_n = owners->len;
  return true;
}

bool
quotas_other_holds (Quotas *quotas, double *out_usd, GError **error)
{
  bool found;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_OTHER_HOLDS, "i", quotas->owner);
  if (!quotas_step (quotas, select, &found, error))
    return false;
  *out_usd = found ? sqlite3_column_double (select, 0) : 0;
  sqlite3_reset (select);
  return true;
}

/* ---- holding ---- */

typedef struct {
  double usd, budget_usd;
  int64_t budget_day_us, now_us;
  bool fits;
  double spent_usd;
} Hold;

static bool
hold (Quotas *quotas, void *data, GError **error)
{
  Hold *wanted = data;
  unsigned n;
  QuotasSum sum;
  double others_usd;
  int64_t at_us;
  if (!be_owner (quotas, error) || !quotas_sweep (quotas, &n, error) ||
      !quotas_settle_clock (quotas, wanted->now_us, &at_us, error) ||
      !quotas_get_sum (quotas, QUOTAS_EVERYTHING, wanted->budget_day_us, &sum, error) ||
      !quotas_other_holds (quotas, &others_usd, error))
    return false;
  wanted->spent_usd = sum.usd + sum.maybe_usd + others_usd;
  wanted->fits = quotas_fits (wanted->spent_usd, wanted->usd, wanted->budget_usd);
  return put_hold (quotas, wanted->fits ? wanted->usd : 0, error);
}

bool
quotas_hold (Quotas *quotas, double usd, double budget_usd, int64_t budget_day_us, int64_t now_us,
             bool *out_fits, double *out_spent_usd, GError **error)
{
  Hold wanted = {
    .usd = quotas_clean_usd (usd),
    .budget_usd = budget_usd,
    .budget_day_us = budget_day_us,
    .now_us = now_us,
  };
  if (!quotas_transact (quotas, hold, &wanted, error))
    return false;
  *out_fits = wanted.fits;
  *out_spent_usd = wanted.spent_usd;
  return true;
}
