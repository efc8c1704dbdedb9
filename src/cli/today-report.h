/* How `peel providers` and `peel doctor` tell what was asked today, and who has to wait. */
#pragma once

#include <cjson/cJSON.h>

#include "cli/command.h"
#include "run/today.h"

/* New string. */
char *today_report_home (const GlobalOptions *global);
/* The quotas of the home, to look. NULL: nobody was asked, or they cannot be read, which is told on stderr. */
Quotas *today_report_open (const GlobalOptions *global);

/* "stopped until midnight Pacific time (2026-11-28 08:00 here), gemini-3-pro-image, key of X: why". Of one that
 * waits. New string, not yet safe for a terminal. */
char *today_report_wait (const TodayLane *lane, const ProviderType *type, int64_t now_us);
/* "10.00 USD a day in FILE, of which 0.13 USD are left". Of one that is set. New string, likewise. */
char *today_report_budget (const TodayBudget *budget);

/* A few lines for a list; none when nobody was asked. */
void today_report_print_short (const Today *today, const ProviderType *type, int64_t now_us);
/* All of it. */
void today_report_print (const Today *today, const ProviderType *type, int64_t now_us);
/* What all providers cost today, and what the budget leaves; nothing where there is neither. */
void today_report_print_budget (const TodayBudget *budget);
/* What to do about those that wait. `name` is of the provider, or NULL. */
void today_report_print_advice (const char *name);

/* "today" and "quotas". */
void today_report_add_json (cJSON *json, const Today *today);
/* "today" of all providers. */
void today_report_add_budget_json (cJSON *json, const TodayBudget *budget);
