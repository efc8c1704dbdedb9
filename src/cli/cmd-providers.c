#include <stdio.h>

#include "cli/command.h"
#include "cli/config-listing.h"
#include "cli/event.h"
#include "cli/model-words.h"
#include "cli/provider-state.h"
#include "cli/terminal.h"

enum { WIDEST = 100 };

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
print_json (const Config *config, const ProviderType *type, bool with_options)
{
  g_autoptr (ProviderState) state = provider_state_new (config, type);
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
list (const Config *config)
{
  for (unsigned i = 0; i < provider_n_types (); i++) {
    const ProviderType *type = provider_types[i];
    terminal_print ("%s%s\n  %s", i > 0 ? "\n" : "", type->name, type->summary);
    tell_state (config, type, "  ");
  }
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
describe (const Config *config, const ProviderType *type)
{
  terminal_print ("%s\n%s", type->name, type->summary);
  tell_state (config, type, "");
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

static unsigned
show (const Config *config, const char *name, bool is_json, GError **error)
{
  const ProviderType *type = find (name, error);
  if (type != NULL && is_json)
    print_json (config, type, true);
  else if (type != NULL)
    describe (config, type);
  return type != NULL;
}

static unsigned
show_all (const Config *config, bool is_json)
{
  for (unsigned i = 0; is_json && i < provider_n_types (); i++)
    print_json (config, provider_types[i], false);
  if (!is_json)
    list (config);
  return provider_n_types ();
}

static int
run (const Invocation *invocation)
{
  static const ConfigListing listing = { "providers", show_all, show };
  return config_listing_run (&listing, invocation);
}

extern const CommandType command_providers;
const CommandType command_providers = {
  .name = "providers",
  .synopsis = "[NAME]",
  .summary = "List who makes originals and how each logs in, or options of one",
  .details =
    "Keys and files are looked for as a run would; nobody is asked, no program is run, and "
    "no secret is shown.",
  .example = "  peel providers\n"
             "  peel providers vertex",
  .options = &config_listing_options,
  .most_arguments = 1,
  .run = run,
};
