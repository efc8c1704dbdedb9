/* What a provider was asked today, what that cost, and who has to wait, as data: for `peel providers` and
 * `peel doctor`. Keys and files are looked for as a run would; nobody is asked. */
#pragma once

#include "cache/quotas.h"
#include "pipeline/config.h"

/* One that the configuration sets, or the models table knows. */
typedef struct {
  int64_t window_ms; /* 0: the service's day */
  bool is_spend;     /* USD of all models of the account; else requests of the model */
  double most, used;
} TodayLimit;

/* An account and one of its models. */
typedef struct {
  char *account; /* "": not known, since the call is from the journal */
  char *login;   /* "key of GEMINI_API_KEY"; NULL: nothing that is set up has these quotas */
  char *model;   /* with its location, where it has one */
  int64_t n, n_minute;
  unsigned n_open;
  double usd, maybe_usd;
  GArray *limits;   /* TodayLimit */
  int64_t until_us; /* 0: not paused */
  bool is_day;      /* until the service's day ends */
  char *why;        /* what the service said; NULL: nothing of how long */
  unsigned at_once; /* what throttles left; 0: as many as is configured */
} TodayLane;

typedef struct {
  GPtrArray *lanes; /* TodayLane* */
  int64_t n;        /* since midnight here, as the sums of the lanes */
  double usd, maybe_usd;
} Today;

void today_free (Today *today);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Today, today_free)

/* `view` is from quotas_open_view; NULL: nobody was asked. */
Today *today_read (Quotas *view, const Config *config, const ProviderType *provider, int64_t now_us,
                   GError **error);
/* The first of its lanes that is stopped until the day ends, else the first that is paused, or NULL. */
const TodayLane *today_waits (const Today *today);

/* The user's budget of the day. */
typedef struct {
  double usd, maybe_usd; /* of all providers since midnight here */
  double most_usd;       /* negative: there is no budget */
  double left_usd;       /* never negative */
  const char *where;     /* the file; NULL: there is no budget */
} TodayBudget;

TodayBudget today_budget (Quotas *view, const Config *config, int64_t now_us);
