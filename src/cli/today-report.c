#include "cli/today-report.h"

#include "base/clock.h"
#include "base/units.h"
#include "cache/cache.h"
#include "cli/event.h"
#include "cli/terminal.h"

enum { MOST_SHORT_WAITS = 3, MINUTE_MS = 60 * 1000 };

char *
today_report_home (const GlobalOptions *global)
{
  return global->home != NULL ? g_canonicalize_filename (global->home, NULL)
                              : cache_default_home ();
}

Quotas *
today_report_open (const GlobalOptions *global)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *home = today_report_home (global);
  Quotas *view = quotas_open_view (home, &error);
  if (error != NULL)
    terminal_error ("what was asked today cannot be told: %s", error->message);
  return view;
}

/* ---- words ---- */

static void
print_safe (const char *indent, const char *text)
{
  g_autofree char *safe = terminal_safe (text, true);
  terminal_print ("%s%s", indent, safe);
}

/* "3 requests, 0.40 USD; 0.1340 USD more may have been charged". New string. */
static char *
describe_sum (int64_t n, double usd, double maybe_usd)
{
  g_autofree char *certain = units_describe_usd (usd);
  g_autofree char *maybe = units_describe_usd (maybe_usd);
  return g_strdup_printf ("%" G_GINT64_FORMAT " request%s, %s%s%s%s", n, n == 1 ? "" : "s", certain,
                          maybe_usd > 0 ? "; " : "", maybe_usd > 0 ? maybe : "",
                          maybe_usd > 0 ? " more may have been charged" : "");
}

/* New string. */
static char *
describe_lane (const TodayLane *lane)
{
  if (lane->login != NULL)
    return g_strdup_printf ("%s, %s", lane->model, lane->login);
  if (lane->account[0] == '\0')
    return g_strdup_printf ("%s, as the journal says", lane->model);
  return g_strdup_printf ("%s, account %s", lane->model, lane->account);
}

char *
today_report_wait (const TodayLane *lane, const ProviderType *type, int64_t now_us)
{
  g_autofree char *name = describe_lane (lane);
  g_autofree char *moment = clock_describe_moment (lane->until_us, now_us);
  g_autofree char *wait = units_describe_duration ((lane->until_us - now_us) / 1000);
  g_autofree char *until = lane->is_day && type->day_words != NULL
                             ? g_strdup_printf ("%s (%s here)", type->day_words, moment)
                             : g_strdup_printf ("%s (in %s)", moment, wait);
  return g_strdup_printf ("%s until %s, %s: %s", lane->is_day ? "stopped" : "paused", until, name,
                          lane->why != NULL ? lane->why : "the service had too much to do");
}

char *
today_report_budget (const TodayBudget *budget)
{
  g_autofree char *most = units_describe_usd (budget->most_usd);
  g_autofree char *left = units_describe_usd (budget->left_usd);
  return g_strdup_printf ("%s a day in %s, of which %s are left", most, budget->where, left);
}

/* "41 of 250 requests since midnight Pacific time". New string. */
static char *
describe_limit (const TodayLimit *limit, const ProviderType *type)
{
  g_autofree char *duration = units_describe_duration (limit->window_ms);
  g_autofree char *window = limit->window_ms == 0 ? g_strdup_printf ("since %s", type->day_words)
                                                  : g_strdup_printf ("in the last %s", duration);
  const char *shown = limit->window_ms == MINUTE_MS ? "in the last minute" : window;
  if (!limit->is_spend)
    return g_strdup_printf ("%.0f of %.0f requests %s", limit->used, limit->most, shown);
  g_autofree char *used = units_describe_usd (limit->used);
  g_autofree char *most = units_describe_usd (limit->most);
  return g_strdup_printf ("%s of %s %s, all its models", used, most, shown);
}

static char *
describe_pace (const TodayLane *lane)
{
  return g_strdup_printf ("at most %u at once for now, since the service had too much to do",
                          lane->at_once);
}

/* ---- text ---- */

static void
print_short_lane (const TodayLane *lane, const ProviderType *type, int64_t now_us)
{
  g_autofree char *text = NULL;
  if (lane->until_us > 0) {
    text = today_report_wait (lane, type, now_us);
  } else {
    g_autofree char *name = describe_lane (lane);
    g_autofree char *pace = describe_pace (lane);
    text = g_strdup_printf ("%s: %s", name, pace);
  }
  print_safe ("  ", text);
}

void
today_report_print_short (const Today *today, const ProviderType *type, int64_t now_us)
{
  unsigned n = 0;
  if (today->lanes->len == 0)
    return;
  g_autofree char *sum = describe_sum (today->n, today->usd, today->maybe_usd);
  terminal_print ("  today: %s", sum);
  for (unsigned i = 0; i < today->lanes->len; i++) {
    const TodayLane *lane = today->lanes->pdata[i];
    if ((lane->until_us > 0 || lane->at_once > 0) && n++ < MOST_SHORT_WAITS)
      print_short_lane (lane, type, now_us);
  }
  if (n > MOST_SHORT_WAITS)
    terminal_print ("  and %u more: peel providers %s", n - MOST_SHORT_WAITS, type->name);
}

static void
print_lane (const TodayLane *lane, const ProviderType *type, int64_t now_us)
{
  g_autofree char *name = describe_lane (lane);
  g_autofree char *sum = describe_sum (lane->n, lane->usd, lane->maybe_usd);
  g_autofree char *open = lane->n_open > 0 ? g_strdup_printf (" (%u under way)", lane->n_open)
                                           : g_strdup ("");
  g_autofree char *head = g_strdup_printf ("%s: %s%s", name, sum, open);
  print_safe ("  ", head);
  for (unsigned i = 0; i < lane->limits->len; i++) {
    g_autofree char *limit = describe_limit (&g_array_index (lane->limits, TodayLimit, i), type);
    print_safe ("    ", limit);
  }
  if (lane->limits->len == 0)
    terminal_print ("    %" G_GINT64_FORMAT " request%s in the last minute", lane->n_minute,
                    lane->n_minute == 1 ? "" : "s");
  if (lane->at_once > 0) {
    g_autofree char *pace = describe_pace (lane);
    print_safe ("    ", pace);
  }
  if (lane->until_us > 0) {
    g_autofree char *wait = today_report_wait (lane, type, now_us);
    print_safe ("    ", wait);
  }
}

void
today_report_print (const Today *today, const ProviderType *type, int64_t now_us)
{
  if (today->lanes->len == 0) {
    if (type->login != NULL)
      terminal_print ("today: not asked");
    return;
  }
  g_autofree char *sum = describe_sum (today->n, today->usd, today->maybe_usd);
  terminal_print ("today: %s", sum);
  for (unsigned i = 0; i < today->lanes->len; i++)
    print_lane (today->lanes->pdata[i], type, now_us);
}

void
today_report_print_budget (const TodayBudget *budget)
{
  bool has_spent = budget->usd > 0 || budget->maybe_usd > 0;
  g_autofree char *usd = units_describe_usd (budget->usd);
  g_autofree char *maybe = units_describe_usd (budget->maybe_usd);
  if (has_spent)
    terminal_print ("\nSpent today: %s%s%s%s.", usd, budget->maybe_usd > 0 ? "; " : "",
                    budget->maybe_usd > 0 ? maybe : "",
                    budget->maybe_usd > 0 ? " more may have been charged" : "");
  if (budget->most_usd >= 0) {
    g_autofree char *text = today_report_budget (budget);
    g_autofree char *line = g_strdup_printf ("%sThe budget is %s.", has_spent ? "" : "\n", text);
    g_autofree char *safe = terminal_safe (line, false);
    terminal_print ("%s", safe);
  }
}

void
today_report_print_advice (const char *name)
{
  terminal_note ("\nWho waits is not asked before that time. If you have raised the quota: "
                 "peel providers --resume%s%s",
                 name != NULL ? " " : "", name != NULL ? name : "");
}

/* ---- JSON ---- */

static void
add_limit (cJSON *list, const TodayLimit *limit)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "of", limit->is_spend ? "usd" : "requests");
  if (limit->window_ms > 0)
    cJSON_AddNumberToObject (json, "window-ms", (double)limit->window_ms);
  else
    cJSON_AddStringToObject (json, "window", "day");
  cJSON_AddNumberToObject (json, "most", limit->most);
  cJSON_AddNumberToObject (json, "used", limit->used);
  cJSON_AddItemToArray (list, json);
}

static void
add_sum (cJSON *json, int64_t n, double usd, double maybe_usd)
{
  cJSON *today = cJSON_AddObjectToObject (json, "today");
  cJSON_AddNumberToObject (today, "requests", (double)n);
  cJSON_AddNumberToObject (today, "usd", usd);
  cJSON_AddNumberToObject (today, "may-be-usd", maybe_usd);
}

static void
add_lane (cJSON *list, const TodayLane *lane)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "model", lane->model);
  cJSON_AddStringToObject (json, "account", lane->account);
  event_add_text (json, "login", lane->login);
  add_sum (json, lane->n, lane->usd, lane->maybe_usd);
  cJSON_AddNumberToObject (json, "requests-of-last-minute", (double)lane->n_minute);
  cJSON_AddNumberToObject (json, "under-way", lane->n_open);
  cJSON *limits = cJSON_AddArrayToObject (json, "limits");
  for (unsigned i = 0; i < lane->limits->len; i++)
    add_limit (limits, &g_array_index (lane->limits, TodayLimit, i));
  if (lane->at_once > 0)
    cJSON_AddNumberToObject (json, "at-once", lane->at_once);
  if (lane->until_us > 0) {
    g_autofree char *until = clock_format_moment (lane->until_us);
    cJSON_AddStringToObject (json, lane->is_day ? "stopped-until" : "paused-until", until);
    event_add_text (json, "why", lane->why);
  }
  cJSON_AddItemToArray (list, json);
}

void
today_report_add_json (cJSON *json, const Today *today)
{
  add_sum (json, today->n, today->usd, today->maybe_usd);
  cJSON *list = cJSON_AddArrayToObject (json, "quotas");
  for (unsigned i = 0; i < today->lanes->len; i++)
    add_lane (list, today->lanes->pdata[i]);
}

void
today_report_add_budget_json (cJSON *json, const TodayBudget *budget)
{
  cJSON *today = cJSON_AddObjectToObject (json, "today");
  cJSON_AddNumberToObject (today, "usd", budget->usd);
  cJSON_AddNumberToObject (today, "may-be-usd", budget->maybe_usd);
  if (budget->most_usd < 0)
    return;
  cJSON_AddNumberToObject (today, "budget-usd", budget->most_usd);
  cJSON_AddNumberToObject (today, "budget-left-usd", budget->left_usd);
  event_add_text (today, "budget-file", budget->where);
}
