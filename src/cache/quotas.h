/* quotas.sqlite: what services were asked lately, for whom, and what that cost; shared by all
 * processes of a home. A call is begun here before it is made and ended when its answer is known, so
 * that all of them together keep to what a service allows and to what the user would spend.
 *
 * All times are microseconds of Unix time and handed in. One Quotas belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct Quotas Quotas;

/* In the cache's home. A file that is not a database of ours is moved aside; into a new one, what was
 * spent in the last 25 hours is taken from the journal. */
Quotas *quotas_open (const char *home, GError **error);
/* To look only: nothing of the home is made or changed, and what a function would write is taken back.
 * NULL without an error: there is no file, so nobody was asked. */
Quotas *quotas_open_view (const char *home, GError **error);
/* Ends this owner's hold; calls that it has not ended keep their price as "may be". */
void quotas_close (Quotas *quotas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Quotas, quotas_close)

typedef struct {
  int64_t window_us; /* sliding, at most a day; 0: since the question's `day_us` */
  double most;       /* requests, or USD */
} QuotaLimit;

typedef struct {
  const char *account; /* from quotas_account: whose quota it is */
  const char *provider, *model;
  const QuotaLimit *requests; /* of this account and model */
  unsigned n_requests;
  const QuotaLimit *spend; /* USD of this account, all models */
  unsigned n_spend;
  int most_at_once;      /* of this account, all models and processes; 0: no limit */
  bool is_adaptive;      /* fewer of this account and model at once after throttles */
  int64_t day_us;        /* when the service's day began: at most 25 hours ago */
  double usd;            /* expected price of this call */
  double budget_usd;     /* of everything since budget_day_us; negative: none */
  int64_t budget_day_us; /* when the user's day began: at most 25 hours ago */
} QuotaQuestion;

typedef enum {
  QUOTA_GRANTED, /* `call` is its number */
  QUOTA_BUSY,    /* all places are taken: ask again soon */
  QUOTA_WAIT,    /* not before until_us: a window is full, or the service asked to wait */
  /* Not before until_us, which is 0 when it is a limit of ours for the day, and QUOTA_NEVER when this
   * call alone passes one; `why`. */
  QUOTA_STOPPED,
  QUOTA_OVER_BUDGET, /* the user's budget of the day would be passed; spent_usd */
} QuotaAnswer;

#define QUOTA_NEVER INT64_MAX

typedef struct {
  QuotaAnswer answer;
  int64_t call;
  int64_t until_us;
  char *why;        /* of STOPPED, and of a WAIT that the service asked for; owned */
  double spent_usd; /* today, with what may be and what other processes hold; for OVER_BUDGET */
} QuotaReply;

void quota_reply_clear (QuotaReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QuotaReply, quota_reply_clear)

/* May this call be made now? If several things stand against it, the one that lasts is told: the
 * budget, a stop, a wait, and only then that all places are taken. */
bool quotas_begin (Quotas *quotas, const QuotaQuestion *question, int64_t now_us,
                   QuotaReply *out_reply, GError **error);

typedef enum {
  QUOTA_OUTCOME_ANSWERED,
  QUOTA_OUTCOME_THROTTLED,
  QUOTA_OUTCOME_FAILED,
} QuotaOutcome;

/* `usd` is what it cost; is_certain false: it may have. A call that is not known any more (the file
 * was lost, or it was begun long ago) is none to end, and no error.
 *
 * ANSWERED ends the row of throttles, and lets one more be made at once after as many answers as are
 * made at once. THROTTLED halves that number, or the number of calls that were open if they were
 * fewer (never below 1), and counts as one in a row of throttles. Calls that were begun before the
 * last halving neither halve again, nor count, nor raise the number. */
bool quotas_end (Quotas *quotas, int64_t call, QuotaOutcome outcome, double usd, bool is_certain,
                 int64_t now_us, GError **error);
/* How many throttles in a row the account and model have had. */
unsigned quotas_n_throttled (Quotas *quotas, const char *account, const char *model);

/* Nobody asks for the account and model before until_us (never shortens a pause that is there).
 * is_day: a stop until the service's midnight, told with `why`. Of a pause it is what the service said;
 * NULL: it did not say how long. */
bool quotas_pause (Quotas *quotas, const char *account, const char *provider, const char *model,
                   int64_t until_us, bool is_day, const char *why, GError **error);
/* Forgets pauses, stops and throttles in a row of a provider (NULL: all). *out_n (may be NULL): how
 * many accounts and models had to wait, by this machine's clock. */
bool quotas_resume (Quotas *quotas, const char *provider, unsigned *out_n, GError **error);

/* Holds an amount of the day's budget for this process before it begins to ask (replaces its former
 * hold; negative budget_usd: none, and everything fits). Each quotas_begin takes its price out of the
 * hold; closing ends it, and so does the death of the process. *out_spent_usd: spent today plus what
 * others hold. *out_fits false: nothing is held. */
bool quotas_hold (Quotas *quotas, double usd, double budget_usd, int64_t budget_day_us,
                  int64_t now_us, bool *out_fits, double *out_spent_usd, GError **error);

/* An account and model that was asked today, is being asked or is paused. */
typedef struct {
  /* Account "" is not known: the call is from the journal. */
  const char *account, *provider, *model;
  int64_t n_today, n_minute;
  unsigned n_open;
  double usd_today;       /* certain */
  double maybe_usd_today; /* not in the former: of open calls, and of those without a known end */
  int64_t until_us;       /* 0: not paused */
  bool is_day;
  const char *why; /* may be NULL */
  double at_once;  /* the number that throttles left; 0: as many as is configured */
} QuotaUsage;

/* Sorted by provider, model, account. `visit` must not use the quotas. */
bool quotas_usage (Quotas *quotas, int64_t day_us, int64_t now_us,
                   void (*visit) (void *data, const QuotaUsage *usage), void *data, GError **error);
typedef struct {
  int64_t n; /* of the account and model, as the next two */
  double usd, maybe_usd;
  double account_usd; /* of all its models, with what may have been */
} QuotaUse;

/* Of one of those since `from_us`, at most 25 hours ago. That is kept as a sum, unless it is a view. */
bool quotas_use (Quotas *quotas, const char *account, const char *provider, const char *model,
                 int64_t from_us, QuotaUse *out_use, GError **error);
/* Everything that was spent for certain since the user's day began; *out_maybe_usd (may be NULL) is
 * what may have been on top of it. Nothing, where it cannot be read. */
double quotas_spent (Quotas *quotas, int64_t budget_day_us, double *out_maybe_usd);

/* A name for whose quota it is that does not tell the secret: a hash with a salt that each home has.
 * `identity` may be a key. New string (16 hex digits). */
char *quotas_account (Quotas *quotas, const char *provider, const char *identity);
