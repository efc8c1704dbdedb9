#include "pipeline/budget.h"

typedef struct {
  double per_day;
} BudgetOptions;

static const Option rows[] = {
  { OPTION_NUMBER (BudgetOptions, per_day), .name = "per-day", .min = 0, .max = 1e6, .unit = "USD",
    .help = "The most that may be spent from midnight to midnight; unset: no limit" },
  { 0 },
};

const OptionTable budget_options = { rows, sizeof (BudgetOptions), .shorthand = NULL };

void
budget_init (Budget *budget)
{
  *budget = (Budget){ .per_day_usd = -1 };
}

void
budget_clear (Budget *budget)
{
  g_clear_pointer (&budget->where, g_free);
}

bool
budget_read (Budget *budget, const Node *map, Problems *problems)
{
  BudgetOptions options = { 0 };
  if (map->kind != NODE_NULL && map->kind != NODE_MAP)
    return problems_add (problems, &map->mark,
                         "'budget' takes a map such as { per-day: 5 }, not %s",
                         node_kind_words (map->kind));
  if (!options_read (&budget_options, map, "budget", "/", &options, problems))
    return false;
  const Node *per_day = node_get (map, "per-day");
  bool is_told = per_day != NULL && per_day->kind != NODE_NULL;
  if (!is_told || (budget->per_day_usd >= 0 && options.per_day >= budget->per_day_usd))
    return true;
  g_free (budget->where);
  budget->where = g_strdup (per_day->mark.source != NULL ? per_day->mark.source->name : "");
  budget->per_day_usd = options.per_day;
  return true;
}
