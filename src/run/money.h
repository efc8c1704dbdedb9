/* The money of a run: what it is expected to cost, what calls under way will cost, what was spent and what
 * may have been, and how all that stands to what may be spent: --max-cost, and the budget of the day in
 * the configuration. What was spent is in the run's totals. */
#pragma once

#include "plan/plan.h"
#include "run/run.h"

typedef struct Run Run;

typedef struct {
  double agreed_usd;    /* what the misses cost that were counted, where that is known */
  double repeated_usd;  /* what is asked again may cost, beside what it was charged for before */
  double in_flight_usd; /* of calls under way, by the price that is expected */
  double before_usd;    /* of the day, by other runs: spent, or held for them. Of a budget only */
} Money;

/* The budget of the day in the configuration; negative: there is none. */
double money_per_day (const Run *run);
/* Why the misses of a plan must not be made; NULL: they may. New string. *out_is_asked: it is --max-cost
 * that says so, not the configuration. */
char *money_refusal_of_plan (Run *run, const RunMisses *found, bool *out_is_asked);
/* The misses may be made, as far as money goes, and what they cost is held of the budget: RUN_ERROR_BUDGET
 * says why not. */
bool money_begin_run (Run *run, const RunMisses *found, GError **error);

/* Asked before each paid call: is there room for it beside all that was spent, may have been, and is under
 * way? RUN_ERROR_BUDGET: no, or nobody knows, since it has no price and there is a limit. */
bool money_may_begin (Run *run, const PlanChoice *choice, GError **error);
/* The same where `spent_usd` of the day are spent, or held for other runs. Always false. */
bool money_fail_over_day (const Run *run, double usd, double spent_usd, GError **error);
/* May one be asked again that may be charged already? False: together with all that is still to come it
 * could cost too much. */
bool money_may_repeat (Run *run, const PlanChoice *choice);

typedef enum {
  MONEY_FREE,  /* nothing was charged, as far as can be known */
  MONEY_SPENT, /* it costs this much, whatever came of it */
  MONEY_MAYBE, /* it may be charged, and brought nothing */
} MoneyEnd;

/* A call for which `usd` are expected. */
void money_begin_call (Run *run, double usd);
/* It is over: `expected_usd` as it began, `usd` what it costs. */
void money_end_call (Run *run, double expected_usd, MoneyEnd end, double usd);

/* What a picture costs by what its answer says was used (`usage`: of a Verdict, or NULL), or else by the
 * price that is known. *out_is_known: somebody wrote down what that is. */
double money_cost_of_picture (const PlanChoice *choice, const char *usage, bool *out_is_known);
/* What an answer without a picture costs by its usage. False: nobody knows, or pictures were made all the
 * same; *out_usd is then what it may cost. */
bool money_cost_of_failure (const PlanChoice *choice, const char *usage, double *out_usd);
