/* What a Quotas is, for the files of this room: the tables, their statements, and who owns what.
 *
 *     accounts ─┬─ lanes (an account and a model) ─── calls (25 hours of them)
 *               └─ sums since the begin of a day, of a lane, an account or everything
 *     owners    the processes that have calls open or hold money
 *
 * No question may take longer because many calls were made:
 * - Calls are numbered within their lane (`seq`), without gaps, and begun in that order. So whether a
 *   window has room is one look-up: that of the call that would have to leave it.
 * - A day's sum is computed from the calls when it is asked for the first time, and kept up by every
 *   begin and end from then on. */
#pragma once

#include "cache/database.h"
#include "cache/flight.h"
#include "cache/quotas.h"

typedef enum {
  QUOTAS_LAST_CALL,
  QUOTAS_PRUNE_CALLS,
  QUOTAS_PRUNE_SUMS,
  QUOTAS_FIND_LANE,
  QUOTAS_GET_LANE,
  QUOTAS_PUT_ACCOUNT,
  QUOTAS_PUT_LANE,
  QUOTAS_PUT_MOST,
  QUOTAS_PUT_PACE,
  QUOTAS_PAUSE,
  QUOTAS_PUT_CALL,
  QUOTAS_FIND_CALL,
  QUOTAS_END_CALL,
  QUOTAS_LAST_SEQ,
  QUOTAS_CALL_AT,
  QUOTAS_SPEND_BACK,
  QUOTAS_OPEN_OF_ACCOUNT,
  QUOTAS_OPEN_OF_LANE,
  QUOTAS_FIND_SUM,
  QUOTAS_MAKE_SUM,
  QUOTAS_ADD_TO_SUMS,
  QUOTAS_N_THROTTLED,
  QUOTAS_LANES,
  QUOTAS_WAITING,
  QUOTAS_RESUME,
  QUOTAS_CALLS_BACK,
  QUOTAS_PUT_HOLD,
  QUOTAS_FIND_HOLD,
  QUOTAS_OTHER_HOLDS,
  QUOTAS_OWNERS,
  QUOTAS_CLOSE_CALLS,
  QUOTAS_FORGET_OWNER,
  N_QUOTAS_STATEMENTS,
} QuotasStatement;

struct Quotas {
  Database database;
  char *home;
  Digest salt;
  Digest id; /* of this owner */
  int64_t owner;
  Flight *flight; /* held from the first thing that is owned */
  sqlite3_stmt *statements[N_QUOTAS_STATEMENTS];
};

/* Runs `work` in a write transaction. A file that is found damaged is set aside, and `work` runs once
 * more on a new one: it sets all of its outs each time. */
typedef bool (*QuotasWork) (Quotas *quotas, void *data, GError **error);
bool quotas_transact (Quotas *quotas, QuotasWork work, void *data, GError **error);

/* The statement, reset and with its parameters bound: 'i' int64_t, 'd' double, 's' const char *,
 * 'b' const Digest *. Texts and digests must live until it was stepped for the last time. */
sqlite3_stmt *quotas_bind (Quotas *quotas, QuotasStatement which, const char *types, ...);
/* The same, run: it gives no rows. */
bool quotas_run (Quotas *quotas, GError **error, QuotasStatement which, const char *types, ...);
/* Steps a bound statement. *out_found false: there are no more rows, and it was reset. */
bool quotas_step (Quotas *quotas, sqlite3_stmt *statement, bool *out_found, GError **error);

/* Calls are kept for as long as a day can be. */
static const int64_t quotas_day_us = (int64_t)25 * 60 * 60 * G_USEC_PER_SEC;

/* ---- quotas-fill.c ---- */

/* Enters the calls of the journal's last 25 hours; `data` is the home. */
bool quotas_fill (sqlite3 *handle, void *data, GError **error);

/* ---- quotas-owners.c ---- */

/* Before a call is written that costs `usd`: this process is its owner, and its hold gets smaller. */
bool quotas_own (Quotas *quotas, double usd, GError **error);
/* Ends what dead processes own: their places are free, their money may be spent. *out_n: how many. */
bool quotas_sweep (Quotas *quotas, unsigned *out_n, GError **error);
bool quotas_other_holds (Quotas *quotas, double *out_usd, GError **error);

/* ---- quotas-sums.c ---- */

typedef struct {
  int64_t n;
  double usd, maybe_usd;
} QuotasSum;

/* Whose sum: a lane's number, an account's below zero (all of its lanes), or this. */
enum { QUOTAS_EVERYTHING = 0 };

/* Of the calls that were begun since `day_us`, at most 25 hours ago. */
bool quotas_get_sum (Quotas *quotas, int64_t whose, int64_t day_us, QuotasSum *out_sum,
                     GError **error);
/* What the call that was begun at `begun_us` adds to every sum it belongs to. */
bool quotas_add_to_sums (Quotas *quotas, int64_t lane, int64_t account, int64_t begun_us,
                         const QuotasSum *add, GError **error);
/* What a price counts as that may be anything. */
double quotas_clean_usd (double usd);
/* Does an amount still fit? A negative budget is none, and nothing fits in any: what is free may be asked
 * for when more was spent than is allowed. */
bool quotas_fits (double spent_usd, double usd, double budget_usd);

/* The newest call and when it was begun; 0 when there is none. Either may be NULL. */
bool quotas_find_last_call (Quotas *quotas, int64_t *out_call, int64_t *out_begun_us,
                            GError **error);
/* The time by which calls are begun: `now_us`, but never before the last call, so that they are in
 * order whoever waited longest to write. If the clock was set back, calls that are in the future now
 * do not count any more. */
bool quotas_settle_clock (Quotas *quotas, int64_t now_us, int64_t *out_us, GError **error);
/* Forgets a few of the calls, and all of the sums, that nobody can ask for any more. */
bool quotas_prune (Quotas *quotas, int64_t now_us, GError **error);

/* ---- quotas-lanes.c ---- */

typedef struct {
  int64_t id, account;
  int most;             /* at once, as it was asked last */
  double at_once;       /* 0: as many as `most` */
  int64_t halved_us;    /* when it was made smaller */
  int64_t halved_call;  /* the newest call by then */
  unsigned n_throttled; /* in a row */
  int64_t until_us;
  bool is_day;
  char *why;
} QuotasLane;

void quotas_lane_clear (QuotasLane *lane);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QuotasLane, quotas_lane_clear)

/* Makes one that is not there. */
bool quotas_find_lane (Quotas *quotas, const char *account, const char *provider, const char *model,
                       QuotasLane *out_lane, GError **error);
/* From a row that begins with the columns of a lane. */
void quotas_read_lane (sqlite3_stmt *select, QuotasLane *out_lane);
/* Open calls of the lane, and of its account. */
bool quotas_count_open (Quotas *quotas, const QuotasLane *lane, int64_t *out_n_lane,
                        int64_t *out_n_account, GError **error);
/* How many of its calls may be open now by what throttles left; 0: that says nothing. */
int64_t quotas_lane_at_once (const QuotasLane *lane, int64_t now_us);
/* What an answer or a throttle to `call` changes. */
bool quotas_lane_learn (Quotas *quotas, int64_t lane, int64_t call, QuotaOutcome outcome,
                        int64_t now_us, GError **error);
