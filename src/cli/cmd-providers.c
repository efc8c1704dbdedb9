#include <stdio.h>

#include "cli/command.h"
#include "cli/config-listing.h"
#include "cli/event.h"
#include "cli/model-words.h"
#include "cli/project-config.h"
#include "cli/provider-state.h"
#include "cli/terminal.h"
#include "cli/today-report.h"

enum { WIDEST = 100 };

typedef struct {
  ConfigListingOptions listing;
  bool resume;
} ProvidersOptions;

static const Option rows[] = {
  PROFILE_ROW (ProvidersOptions, listing.profile),
  { OPTION_BOOL (ProvidersOptions, resume), .name = "resume", .fallback = "false",
    .help = "Forget that a service asked to wait, or stopped for the day: its quota was raised" },
  { 0 },
};
static const OptionTable providers_options = { rows, sizeof (ProvidersOptions), NULL };

/* What all of them are told with. */
typedef struct {
  const Config *config;
  Quotas *view; /* NULL: nobody was asked */
  int64_t now_us;
} Teller;

/* Where it cannot be read, it is told, and nobody was asked. */
static Today *
read_today (const Teller *teller, const ProviderType *type)
{
  g_autoptr (GError) error = NULL;
  Today *today = today_read (teller->view, teller->config, type, teller->now_us, &error);
  if (today != NULL)
    return today;
  terminal_error ("what was asked today cannot be told: %s", error->message);
  return today_read (NULL, teller->config, type, teller->now_us, NULL);
}

/* Those that have not retired. New array of borrowed ids. */
static GPtrArray *
models_of (const Config *config, const ProviderType *type)
{
  const ModelTable *models = config_models (config);
  GPtrArray *ids = g_ptr_array_new ();
  for (unsigned i = 0; type->has_models && i < model_table_length (models); i++) {
    const Model *model = model_table_row (models, i);
    if (!model_is_retired (model) && model->providers != NULL &&
        g_strv_contains ((const char *const *)model->providers, type->name))
      g_ptr_array_add (ids, model->id);
  }
  return ids;
}

/* ---- JSON ---- */

static void
add_texts (cJSON *json, const char *name, const GPtrArray *texts)
{
  cJSON *list = cJSON_AddArrayToObject (json, name);
  for (unsigned i = 0; i < texts->len; i++)
    cJSON_AddItemToArray (list, cJSON_CreateString (texts->pdata[i]));
}

static void
print_json (const Teller *teller, const ProviderType *type, bool with_options)
{
  const Config *config = teller->config;
  g_autoptr (ProviderState) state = provider_state_new (config, type);
  g_autoptr (Today) today = read_today (teller, type);
  cJSON *json = event_begin ("provider");
  cJSON_AddStringToObject (json, "name", type->name);
  cJSON_AddStringToObject (json, "summary", type->summary);
  cJSON_AddBoolToObject (json, "configured", state->is_configured);
  cJSON_AddBoolToObject (json, "ready", state->is_ready);
  if (state->sends)
    add_texts (json, "logins", state->logins);
  event_add_text (json, "problem", state->problem);
  event_add_text (json, "project", state->project);
  event_add_text (json, "base-url", state->base_url);
  today_report_add_json (json, today);
  if (with_options) {
    g_autoptr (GPtrArray) ids = models_of (config, type);
    add_texts (json, "models", ids);
    if (type->config != NULL)
      cJSON_AddItemToObject (json, "options", options_schema (type->config));
  }
  event_print (json);
}

/* ---- text ---- */

static void
tell_state (const Config *config, const ProviderType *type, const char *indent)
{
  g_autoptr (ProviderState) state = provider_state_new (config, type);
  g_autofree char *login = provider_state_login (state, indent);
  g_autofree char *shown = login != NULL ? terminal_safe (login, false) : NULL;
  terminal_print ("%s%s", indent, provider_state_word (state, type));
  if (shown != NULL)
    terminal_print ("%slogin: %s", indent, shown);
}

static void
list (const Teller *teller)
{
  bool is_waiting = false;
  for (unsigned i = 0; i < provider_n_types (); i++) {
    const ProviderType *type = provider_types[i];
    terminal_print ("%s%s\n  %s", i > 0 ? "\n" : "", type->name, type->summary);
    g_autoptr (Today) today = read_today (teller, type);
    tell_state (teller->config, type, "  ");
    today_report_print_short (today, type, teller->now_us);
    is_waiting = is_waiting || today_waits (today) != NULL;
  }
  TodayBudget budget = today_budget (teller->view, teller->config, teller->now_us);
  today_report_print_budget (&budget);
  if (is_waiting)
    today_report_print_advice (NULL);
  terminal_note ("\n'peel providers NAME' tells the options and models of one; docs/providers.md "
                 "how to set it up.");
}

static void
tell_models (const Config *config, const ProviderType *type)
{
  g_autoptr (GPtrArray) ids = models_of (config, type);
  g_autoptr (Table) table = table_new (2, "ll");
  for (unsigned i = 0; i < model_table_length (config_models (config)); i++) {
    const Model *model = model_table_row (config_models (config), i);
    if (!g_ptr_array_find (ids, model->id, NULL))
      continue;
    g_autofree char *label = g_strconcat ("  ", model->id, NULL);
    g_autofree char *price = model_price_words (model);
    table_add (table, label, price);
  }
  terminal_print ("\nModels:");
  table_print (table, false);
}

static void
describe (const Teller *teller, const ProviderType *type)
{
  const Config *config = teller->config;
  g_autoptr (Today) today = read_today (teller, type);
  terminal_print ("%s\n%s", type->name, type->summary);
  tell_state (config, type, "");
  today_report_print (today, type, teller->now_us);
  if (today_waits (today) != NULL)
    today_report_print_advice (type->name);
  if (type->config != NULL) {
    g_autoptr (GString) out = g_string_new (NULL);
    options_append_help (type->config, false, MIN (terminal_width (), WIDEST), out);
    g_autofree char *file = terminal_safe (config_path (config), true);
    terminal_print ("\nOptions, under 'providers: %s:' in %s:", type->name, file);
    fputs (out->str, stdout);
  }
  if (type->has_models)
    tell_models (config, type);
}

/* ---- all ---- */

static const ProviderType *
find (const char *name, GError **error)
{
  const ProviderType *type = provider_find (name);
  const char *near = type == NULL ? provider_nearest (name) : NULL;
  if (near != NULL)
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "there is no provider '%s'; did you mean '%s'?", name, near);
  else if (type == NULL)
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "there is no provider '%s'; 'peel providers' lists them", name);
  return type;
}

static Teller
teller_of (const Config *config, Quotas *view)
{
  return (Teller){ config, view, g_get_real_time () };
}

static unsigned
show (const Config *config, const char *name, const Invocation *invocation, GError **error)
{
  const ProviderType *type = find (name, error);
  if (type == NULL)
    return 0;
  g_autoptr (Quotas) view = today_report_open (invocation->global);
  Teller teller = teller_of (config, view);
  if (invocation->global->json)
    print_json (&teller, type, true);
  else
    describe (&teller, type);
  return 1;
}

static unsigned
show_all (const Config *config, const Invocation *invocation)
{
  bool is_json = invocation->global->json;
  g_autoptr (Quotas) view = today_report_open (invocation->global);
  Teller teller = teller_of (config, view);
  for (unsigned i = 0; is_json && i < provider_n_types (); i++)
    print_json (&teller, provider_types[i], false);
  if (!is_json)
    list (&teller);
  return provider_n_types ();
}

static void
summarize (const Config *config, const Invocation *invocation, cJSON *summary)
{
  g_autoptr (Quotas) view = today_report_open (invocation->global);
  TodayBudget budget = today_budget (view, config, g_get_real_time ());
  today_report_add_budget_json (summary, &budget);
}

/* ---- going on ---- */

/* A home that has no quotas gets none. */
static bool
forget_waits (const Invocation *invocation, const char *name, unsigned *out_n, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *home = today_report_home (invocation->global);
  g_autoptr (Quotas) view = quotas_open_view (home, &problem);
  *out_n = 0;
  if (view == NULL && problem == NULL)
    return true;
  g_autoptr (Quotas) quotas = quotas_open (home, error);
  return quotas != NULL && quotas_resume (quotas, name, out_n, error);
}

static int
resume (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  const char *name = invocation->arguments[0];
  bool is_json = invocation->global->json;
  unsigned n = 0;
  bool ok = (name == NULL || find (name, &error) != NULL) &&
            forget_waits (invocation, name, &n, &error);
  if (ok && !is_json && n == 0)
    terminal_print ("Nobody had to wait.");
  else if (ok && !is_json)
    terminal_print (
      "%u pause%s or stop%s forgotten: the next run asks at once. Runs that are under "
      "way wait on.",
      n, n == 1 ? "" : "s", n == 1 ? " is" : "s are");
  return event_end_counted (is_json, "resumed", n, error);
}

static int
run (const Invocation *invocation)
{
  static const ConfigListing listing = { "providers", show_all, show, summarize };
  const ProvidersOptions *options = invocation->options;
  return options->resume ? resume (invocation) : config_listing_run (&listing, invocation);
}

extern const CommandType command_providers;
const CommandType command_providers = {
  .name = "providers",
  .synopsis = "[NAME]",
  .summary = "List who makes originals, their logins, and what was asked today",
  .details =
    "Keys and files are looked for as a run would; nobody is asked, no program is run, and "
    "no secret is shown. Today is from midnight here; limits of a day count from the service's "
    "own midnight. A service that was asked too much is paused, and one whose quota is used up "
    "is stopped: when that was raised, --resume lets the next run ask at once.",
  .example = "  peel providers\n"
             "  peel providers vertex\n"
             "  peel providers --resume ai-studio",
  .options = &providers_options,
  .most_arguments = 1,
  .run = run,
};
