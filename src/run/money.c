#include "run/money.h"

#include "base/day.h"
#include "base/units.h"
#include "providers/usage.h"
#include "run/run-private.h"

/* A thousandth of a cent is the rounding of a sum. */
static const double rounding_usd = 1e-5;

/* ---- limits ---- */

static bool
has_max_cost (const Run *run)
{
  return run->settings->max_cost_usd >= 0;
}

static bool
is_over_max_cost (const Run *run, double usd)
{
  return has_max_cost (run) && usd > run->settings->max_cost_usd + rounding_usd;
}

static const Budget *
budget_of (const Run *run)
{
  const Budget *budget = config_budget (run->pipeline->config);
  return budget != NULL && budget->per_day_usd >= 0 ? budget : NULL;
}

double
money_per_day (const Run *run)
{
  const Budget *budget = budget_of (run);
  return budget != NULL ? budget->per_day_usd : -1;
}

static bool
is_over_budget (const Run *run, double usd)
{
  const Budget *budget = budget_of (run);
  return budget != NULL && usd > budget->per_day_usd + rounding_usd;
}

/* ---- before anything is begun ---- */

static bool
has_limit (const Run *run)
{
  return has_max_cost (run) || budget_of (run) != NULL;
}

/* New string. */
static char *
name_limit (const Run *run)
{
  return has_max_cost (run) ? g_strdup ("--max-cost")
                            : g_strdup_printf ("the budget in %s", budget_of (run)->where);
}

/* A limit cannot be kept to with prices that nobody knows. */
static char *
describe_unpriced (const Run *run, unsigned n)
{
  g_autofree char *limit = name_limit (run);
  return g_strdup_printf (
    "what %u original%s that %s not in the cache cost%s is not known, so %s cannot be kept to: "
    "write 'price' into the model's row under 'models:' in your configuration. Nothing was spent",
    n, n == 1 ? "" : "s", n == 1 ? "is" : "are", n == 1 ? "s" : "", limit);
}

static char *
describe_excess (const RunMisses *found, const char *limit)
{
  g_autofree char *price = units_describe_usd (found->cost_usd);
  return g_strdup_printf ("%u original%s not in the cache; making %s costs %s, and %s. Nothing was "
                          "spent",
                          found->n, found->n == 1 ? " is" : "s are", found->n == 1 ? "it" : "them",
                          price, limit);
}

static char *
find_refusal (const Run *run, const RunMisses *found, double before_usd, bool *out_is_asked)
{
  *out_is_asked = has_max_cost (run);
  if (found->n_unpriced > 0 && has_limit (run))
    return describe_unpriced (run, found->n_unpriced);
  if (is_over_max_cost (run, found->cost_usd)) {
    g_autofree char *most = units_describe_usd (run->settings->max_cost_usd);
    g_autofree char *limit = g_strdup_printf ("--max-cost allows %s", most);
    return describe_excess (found, limit);
  }
  *out_is_asked = false;
  if (found->cost_usd <= 0 || !is_over_budget (run, before_usd + found->cost_usd))
    return NULL;
  const Budget *budget = budget_of (run);
  g_autofree char *most = units_describe_usd (budget->per_day_usd);
  g_autofree char *before = units_describe_usd (before_usd);
  g_autofree char *limit = g_strdup_printf (
    "the budget in %s allows %s a day, of which %s are spent or may have been", budget->where, most,
    before);
  return describe_excess (found, limit);
}

/* Holds as much of the budget of the day; *out_before_usd is what is spent of it, or held for others. */
static bool
hold (Run *run, double usd, double *out_before_usd, GError **error)
{
  int64_t now_us = g_get_real_time ();
  bool fits;
  *out_before_usd = 0;
  if (budget_of (run) == NULL)
    return true;
  return run_open_quotas (run, error) &&
         quotas_hold (run->quotas, usd, budget_of (run)->per_day_usd, day_begin_us (now_us, NULL),
                      now_us, &fits, out_before_usd, error);
}

char *
money_refusal_of_plan (Run *run, const RunMisses *found, bool *out_is_asked)
{
  double before_usd;
  /* A plan has no say over what others may spend. */
  (void)hold (run, 0, &before_usd, NULL);
  return find_refusal (run, found, before_usd, out_is_asked);
}

bool
money_begin_run (Run *run, const RunMisses *found, GError **error)
{
  bool is_asked;
  run->money.agreed_usd = found->cost_usd;
  if (!hold (run, found->cost_usd, &run->money.before_usd, error))
    return false;
  g_autofree char *refusal = find_refusal (run, found, run->money.before_usd, &is_asked);
  return refusal == NULL || run_fail (error, RUN_ERROR_BUDGET, "%s", refusal);
}

/* ---- before each call ---- */

static double
taken_usd (const Run *run)
{
  return run->totals.spent_usd + run->totals.maybe_usd + run->money.in_flight_usd;
}

/* "0.14 USD are spent, 0.13 USD may be charged and 0.13 USD are being asked for" */
static char *
describe_taken (const Run *run)
{
  const struct {
    double usd;
    const char *words;
  } parts[] = {
    { run->totals.spent_usd, "are spent" },
    { run->totals.maybe_usd, "may be charged" },
    { run->money.in_flight_usd, "are being asked for" },
  };
  g_autoptr (GString) out = g_string_new (NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree char *usd = units_describe_usd (parts[i].usd);
    if (parts[i].usd > 0)
      g_string_append_printf (out, "%s%s %s", out->len > 0 ? ", " : "", usd, parts[i].words);
  }
  return g_strdup (out->len > 0 ? out->str : "nothing is spent yet");
}

bool
money_fail_over_day (const Run *run, double usd, double spent_usd, GError **error)
{
  const Budget *budget = budget_of (run);
  g_autofree char *price = units_describe_usd (usd);
  g_autofree char *most = units_describe_usd (budget->per_day_usd);
  g_autofree char *spent = units_describe_usd (spent_usd);
  return run_fail (error, RUN_ERROR_BUDGET,
                   "not asked: it costs %s, and the budget of the day in %s allows %s, of which %s "
                   "are spent, may have been, or are held for other runs",
                   price, budget->where, most, spent);
}

/* The budget of the day is asked where other runs are known, when the call enters the quotas. */
bool
money_may_begin (Run *run, const PlanChoice *choice, GError **error)
{
  const double usd = choice->cost_usd;
  if (!choice->has_price && has_limit (run)) {
    g_autofree char *limit = name_limit (run);
    return run_fail (
      error, RUN_ERROR_BUDGET,
      "not asked: what it costs is not known, so %s cannot be kept to: write 'price' "
      "into the row of %s under 'models:' in your configuration",
      limit, choice->model);
  }
  if (usd <= 0 || !is_over_max_cost (run, taken_usd (run) + usd))
    return true;
  g_autofree char *price = units_describe_usd (usd);
  g_autofree char *most = units_describe_usd (run->settings->max_cost_usd);
  g_autofree char *taken = describe_taken (run);
  return run_fail (error, RUN_ERROR_BUDGET, "not asked: it costs %s, and --max-cost allows %s: %s",
                   price, most, taken);
}

bool
money_may_repeat (Run *run, const PlanChoice *choice)
{
  Money *money = &run->money;
  double usd = money->agreed_usd + money->repeated_usd + choice->cost_usd;
  if (choice->is_paid &&
      (is_over_max_cost (run, usd) || is_over_budget (run, money->before_usd + usd)))
    return false;
  money->repeated_usd += choice->cost_usd;
  return true;
}

/* ---- calls ---- */

void
money_begin_call (Run *run, double usd)
{
  run->money.in_flight_usd += usd;
}

void
money_end_call (Run *run, double expected_usd, MoneyEnd end, double usd)
{
  /* What the sum was rounded by is not in flight. */
  run->money.in_flight_usd = MAX (run->money.in_flight_usd - expected_usd, 0);
  if (end == MONEY_SPENT)
    run->totals.spent_usd += usd;
  if (end != MONEY_MAYBE)
    return;
  run->totals.maybe_usd += usd;
  run->totals.n_maybe++;
}

/* A price of the configuration's own is flat: whatever was used. */
static bool
is_flat (const PlanChoice *choice)
{
  const ProviderType *provider = choice->provider;
  return provider->cost != NULL && choice->config != NULL && provider->cost (choice->config) > 0;
}

static bool
cost_of_usage (const PlanChoice *choice, const char *usage, UsageCost *out_cost)
{
  return !is_flat (choice) && usage_cost (choice->row, usage, out_cost);
}

double
money_cost_of_picture (const PlanChoice *choice, const char *usage, bool *out_is_known)
{
  UsageCost cost;
  /* A picture that took no tokens is one whose usage tells but half. */
  bool is_told = cost_of_usage (choice, usage, &cost) && cost.has_picture;
  *out_is_known = is_told || choice->has_price;
  return is_told ? cost.usd : choice->cost_usd;
}

bool
money_cost_of_failure (const PlanChoice *choice, const char *usage, double *out_usd)
{
  UsageCost cost;
  bool is_told = cost_of_usage (choice, usage, &cost);
  *out_usd = is_told ? cost.usd : choice->cost_usd;
  return is_told && !cost.has_picture;
}
