/* May a call be made, and what came of it. */
#include "cache/quotas.h"

#include <math.h>

#include "base/units.h"
#include "cache/quotas-file.h"

/* A call reaches the server some time after it was begun here, and not always as long after. So the
 * window is a little longer here than there. */
enum { MARGIN_PART = 30 };
static const int64_t least_margin_us = (int64_t)50 * 1000;

void
quota_reply_clear (QuotaReply *reply)
{
  g_clear_pointer (&reply->why, g_free);
}

/* What is asked, and what is known about it. */
typedef struct {
  const QuotaQuestion *question;
  double usd;
  int64_t now_us;
  QuotasLane lane;
  QuotaReply reply;
} Begin;

static int64_t
whole_window_us (int64_t window_us)
{
  return window_us + MAX (window_us / MARGIN_PART, least_margin_us);
}

/* Of several things the one that lasts is told; QuotaAnswer is in their order. */
static void
object (Begin *begin, QuotaAnswer answer, int64_t until_us, char *take_why)
{
  QuotaReply *reply = &begin->reply;
  bool is_first = answer > reply->answer;
  if (is_first || (answer == reply->answer && answer == QUOTA_WAIT && until_us > reply->until_us)) {
    g_free (reply->why);
    reply->why = g_steal_pointer (&take_why);
    reply->answer = answer;
    reply->until_us = until_us;
  }
  g_free (take_why);
}

/* ---- the budget ---- */

static bool
check_budget (Quotas *quotas, Begin *begin, GError **error)
{
  const QuotaQuestion *question = begin->question;
  QuotasSum sum;
  double others_usd;
  if (question->budget_usd < 0)
    return true;
  if (!quotas_get_sum (quotas, QUOTAS_EVERYTHING, question->budget_day_us, &sum, error) ||
      !quotas_other_holds (quotas, &others_usd, error))
    return false;
  begin->reply.spent_usd = sum.usd + sum.maybe_usd + others_usd;
  if (!quotas_fits (begin->reply.spent_usd, begin->usd, question->budget_usd))
    object (begin, QUOTA_OVER_BUDGET, 0, NULL);
  return true;
}

/* ---- requests ---- */

static bool
find_last_seq (Quotas *quotas, int64_t lane, int64_t *out_seq, GError **error)
{
  bool found;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_LAST_SEQ, "i", lane);
  if (!quotas_step (quotas, select, &found, error))
    return false;
  *out_seq = found ? sqlite3_column_int64 (select, 0) : 0;
  sqlite3_reset (select);
  return true;
}

/* Room is there as soon as the call that is `most` calls ago has left the window. */
static bool
check_window (Quotas *quotas, Begin *begin, const QuotaLimit *limit, GError **error)
{
  bool found;
  int64_t seq;
  if (!find_last_seq (quotas, begin->lane.id, &seq, error))
    return false;
  if ((double)seq < floor (limit->most))
    return true;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_CALL_AT, "ii", begin->lane.id,
                                      seq - (int64_t)limit->most + 1);
  if (!quotas_step (quotas, select, &found, error))
    return false;
  int64_t until_us = found ? sqlite3_column_int64 (select, 0) + whole_window_us (limit->window_us)
                           : 0;
  sqlite3_reset (select);
  if (until_us > begin->now_us)
    object (begin, QUOTA_WAIT, until_us, NULL);
  return true;
}

static bool
check_requests (Quotas *quotas, Begin *begin, const QuotaLimit *limit, GError **error)
{
  QuotasSum sum;
  if (limit->most < 1) {
    object (begin, QUOTA_STOPPED, QUOTA_NEVER, g_strdup ("the configuration allows no requests"));
    return true;
  }
  if (limit->window_us > 0)
    return check_window (quotas, begin, limit, error);
  if (!quotas_get_sum (quotas, begin->lane.id, begin->question->day_us, &sum, error))
    return false;
  if ((double)sum.n + 1 > limit->most)
    object (begin, QUOTA_STOPPED, 0,
            g_strdup_printf ("the %.0f requests a day of the configuration are used up",
                             floor (limit->most)));
  return true;
}

/* ---- spending ---- */

/* Back from the newest call, up to the one that has to leave the window. */
static bool
check_spend_window (Quotas *quotas, Begin *begin, const QuotaLimit *limit, GError **error)
{
  double spent_usd = 0;
  int64_t window_us = whole_window_us (limit->window_us);
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_SPEND_BACK, "i", begin->lane.account);
  for (bool found;;) {
    if (!quotas_step (quotas, select, &found, error))
      return false;
    int64_t until_us = found ? sqlite3_column_int64 (select, 0) + window_us : 0;
    if (until_us <= begin->now_us)
      break;
    spent_usd += sqlite3_column_double (select, 1);
    if (!quotas_fits (spent_usd, begin->usd, limit->most)) {
      object (begin, QUOTA_WAIT, until_us, NULL);
      break;
    }
  }
  sqlite3_reset (select);
  return true;
}

static bool
check_spend (Quotas *quotas, Begin *begin, const QuotaLimit *limit, GError **error)
{
  QuotasSum sum;
  const QuotaQuestion *question = begin->question;
  g_autofree char *most = units_describe_usd (limit->most);
  if (!quotas_fits (0, begin->usd, limit->most)) {
    g_autofree char *price = units_describe_usd (begin->usd);
    object (begin, QUOTA_STOPPED, QUOTA_NEVER,
            g_strdup_printf ("one call costs %s, which is more than the %s of the configuration",
                             price, most));
    return true;
  }
  if (limit->window_us > 0)
    return check_spend_window (quotas, begin, limit, error);
  if (!quotas_get_sum (quotas, -begin->lane.account, question->day_us, &sum, error))
    return false;
  if (!quotas_fits (sum.usd + sum.maybe_usd, begin->usd, limit->most))
    object (begin, QUOTA_STOPPED, 0,
            g_strdup_printf ("the %s a day of the configuration are used up", most));
  return true;
}

/* ---- all of it ---- */

static void
check_pause (Begin *begin)
{
  const QuotasLane *lane = &begin->lane;
  if (lane->until_us > begin->now_us)
    object (begin, lane->is_day ? QUOTA_STOPPED : QUOTA_WAIT, lane->until_us, g_strdup (lane->why));
}

static bool
check_places (Quotas *quotas, Begin *begin, GError **error)
{
  int64_t n_lane, n_account;
  const QuotaQuestion *question = begin->question;
  int64_t at_once = question->is_adaptive ? quotas_lane_at_once (&begin->lane, begin->now_us) : 0;
  if (question->most_at_once <= 0 && at_once <= 0)
    return true;
  if (!quotas_count_open (quotas, &begin->lane, &n_lane, &n_account, error))
    return false;
  if ((question->most_at_once > 0 && n_account >= question->most_at_once) ||
      (at_once > 0 && n_lane >= at_once))
    object (begin, QUOTA_BUSY, 0, NULL);
  return true;
}

static bool
check_all (Quotas *quotas, Begin *begin, GError **error)
{
  const QuotaQuestion *question = begin->question;
  quota_reply_clear (&begin->reply);
  begin->reply = (QuotaReply){ .answer = QUOTA_GRANTED };
  check_pause (begin);
  bool ok = check_budget (quotas, begin, error) && check_places (quotas, begin, error);
  for (unsigned i = 0; ok && i < question->n_requests; i++)
    ok = check_requests (quotas, begin, &question->requests[i], error);
  for (unsigned i = 0; ok && begin->usd > 0 && i < question->n_spend; i++)
    ok = check_spend (quotas, begin, &question->spend[i], error);
  return ok;
}

static bool
put_call (Quotas *quotas, Begin *begin, GError **error)
{
  const QuotaQuestion *question = begin->question;
  const QuotasLane *lane = &begin->lane;
  const QuotasSum add = { .n = 1, .maybe_usd = begin->usd };
  int64_t seq;
  if (!quotas_own (quotas, begin->usd, error) || !find_last_seq (quotas, lane->id, &seq, error) ||
      !quotas_run (quotas, error, QUOTAS_PUT_CALL, "iiiiid", lane->id, lane->account, seq + 1,
                   quotas->owner, begin->now_us, begin->usd))
    return false;
  begin->reply.call = sqlite3_last_insert_rowid (quotas->database.handle);
  return (lane->most == question->most_at_once ||
          quotas_run (quotas, error, QUOTAS_PUT_MOST, "ii", lane->id,
                      (int64_t)question->most_at_once)) &&
         quotas_add_to_sums (quotas, lane->id, lane->account, begin->now_us, &add, error) &&
         quotas_prune (quotas, begin->now_us, error);
}

/* The dead are looked for when something is in the way that may be theirs: it takes a system call
 * for each owner. */
static bool
decide (Quotas *quotas, Begin *begin, GError **error)
{
  unsigned n_dead = 0;
  if (!check_all (quotas, begin, error))
    return false;
  bool may_be_theirs = begin->reply.answer == QUOTA_BUSY ||
                       begin->reply.answer == QUOTA_OVER_BUDGET;
  if (may_be_theirs &&
      (!quotas_sweep (quotas, &n_dead, error) || (n_dead > 0 && !check_all (quotas, begin, error))))
    return false;
  return begin->reply.answer != QUOTA_GRANTED || put_call (quotas, begin, error);
}

static bool
begin_call (Quotas *quotas, void *data, GError **error)
{
  Begin *begin = data;
  const QuotaQuestion *question = begin->question;
  quotas_lane_clear (&begin->lane);
  int64_t now_us = begin->now_us;
  if (!quotas_settle_clock (quotas, now_us, &begin->now_us, error) ||
      !quotas_find_lane (quotas, question->account, question->provider, question->model,
                         &begin->lane, error))
    return false;
  return decide (quotas, begin, error);
}

bool
quotas_begin (Quotas *quotas, const QuotaQuestion *question, int64_t now_us, QuotaReply *out_reply,
              GError **error)
{
  Begin begin = {
    .question = question,
    .usd = quotas_clean_usd (question->usd),
    .now_us = now_us,
  };
  bool ok = quotas_transact (quotas, begin_call, &begin, error);
  quotas_lane_clear (&begin.lane);
  if (ok)
    *out_reply = begin.reply;
  else
    quota_reply_clear (&begin.reply);
  return ok;
}

/* ---- ending ---- */

typedef struct {
  int64_t call;
  QuotaOutcome outcome;
  double usd, maybe_usd;
  int64_t now_us;
} End;

static bool
end_call (Quotas *quotas, void *data, GError **error)
{
  const End *end = data;
  bool found;
  sqlite3_stmt *select = quotas_bind (quotas, QUOTAS_FIND_CALL, "ii", end->call, quotas->owner);
  if (!quotas_step (quotas, select, &found, error))
    return false;
  if (!found)
    return true;
  int64_t lane = sqlite3_column_int64 (select, 0), account = sqlite3_column_int64 (select, 1);
  int64_t begun_us = sqlite3_column_int64 (select, 2);
  const QuotasSum change = {
    .usd = end->usd - sqlite3_column_double (select, 3),
    .maybe_usd = end->maybe_usd - sqlite3_column_double (select, 4),
  };
  sqlite3_reset (select);
  return quotas_run (quotas, error, QUOTAS_END_CALL, "idd", end->call, end->usd, end->maybe_usd) &&
         quotas_add_to_sums (quotas, lane, account, begun_us, &change, error) &&
         quotas_lane_learn (quotas, lane, end->call, end->outcome, end->now_us, error);
}

bool
quotas_end (Quotas *quotas, int64_t call, QuotaOutcome outcome, double usd, bool is_certain,
            int64_t now_us, GError **error)
{
  usd = quotas_clean_usd (usd);
  End end = {
    .call = call,
    .outcome = outcome,
    .usd = is_certain ? usd : 0,
    .maybe_usd = is_certain ? 0 : usd,
    .now_us = now_us,
  };
  return quotas_transact (quotas, end_call, &end, error);
}
