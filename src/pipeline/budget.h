/* What the configuration lets be spent: "budget: { per-day: 5 }". */
#pragma once

#include "option/option.h"

typedef struct {
  double per_day_usd; /* negative: no limit */
  char *where;        /* the file that says so; NULL: none does */
} Budget;

extern const OptionTable budget_options;

/* Of nobody: no limit. */
void budget_init (Budget *budget);
void budget_clear (Budget *budget);
/* Of several, the lowest counts: what is laid over it can only lower it. False after adding to `problems`. */
bool budget_read (Budget *budget, const Node *map, Problems *problems);
