#include <stdio.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/config-listing.h"
#include "cli/event.h"
#include "cli/model-words.h"
#include "cli/terminal.h"
#include "pipeline/config.h"

static const char *const origin_words[] = {
  [MODEL_ORIGIN_BUILTIN] = "built in",
  [MODEL_ORIGIN_CHANGED] = "changed by your configuration",
  [MODEL_ORIGIN_ADDED] = "added by your configuration",
};

static const char *const origin_keys[] = {
  [MODEL_ORIGIN_BUILTIN] = "built-in",
  [MODEL_ORIGIN_CHANGED] = "changed",
  [MODEL_ORIGIN_ADDED] = "added",
};

/* Told of in places of their own, below the other options. */
static const char *const apart[] = { "sizes",           "small-sizes",  "prices",       "price",
                                     "reference-price", "token-prices", "prices-as-of", NULL };

/* ---- JSON ---- */

static void
add_texts (cJSON *json, const char *name, char *const *texts)
{
  cJSON *list = cJSON_AddArrayToObject (json, name);
  for (unsigned i = 0; texts != NULL && texts[i] != NULL; i++)
    cJSON_AddItemToArray (list, cJSON_CreateString (texts[i]));
}

static void
add_prices (cJSON *json, const Model *model)
{
  double usd;
  cJSON *prices = cJSON_AddObjectToObject (json, "prices-usd");
  for (unsigned i = 0; model->resolutions != NULL && model->resolutions[i] != NULL; i++)
    if (model_price (model, model->resolutions[i], 0, &usd))
      cJSON_AddNumberToObject (prices, model->resolutions[i], usd);
  if (model->resolutions == NULL && model_price (model, "", 0, &usd))
    cJSON_AddNumberToObject (json, "price-usd", usd);
  if (model->reference_price > 0)
    cJSON_AddNumberToObject (json, "reference-price-usd", model->reference_price);
  const TokenPrices *token = &model->token_prices;
  if (token->image > 0) {
    cJSON *tokens = cJSON_AddObjectToObject (json, "token-prices-usd");
    cJSON_AddNumberToObject (tokens, "image", token->image);
    cJSON_AddNumberToObject (tokens, "text", token->text);
    cJSON_AddNumberToObject (tokens, "input", token->input);
  }
  event_add_text (json, "prices-as-of", model->prices_as_of);
}

/* "16:9": {"1K": "1376x768", …} */
static void
add_pixels (cJSON *json, const Model *model)
{
  cJSON *all = cJSON_AddObjectToObject (json, "pixels");
  for (unsigned i = 0; model->sizes != NULL && model->sizes[i] != NULL; i++) {
    g_autofree char *ratio = model_dup_ratio (model->sizes[i]);
    cJSON *row = cJSON_AddObjectToObject (all, ratio);
    for (unsigned k = 0; model->resolutions != NULL && model->resolutions[k] != NULL; k++) {
      g_autofree char *pixels = model_pixel_words (model, ratio, model->resolutions[k]);
      if (strcmp (pixels, "-") != 0)
        cJSON_AddStringToObject (row, model->resolutions[k], pixels);
    }
  }
}

/* Each as the table would spell it. */
static void
add_options (cJSON *json, const Model *model)
{
  cJSON *all = cJSON_AddObjectToObject (json, "options");
  for (const Option *row = model_options.rows; row->name != NULL; row++) {
    g_autofree char *value = option_format (row, model);
    event_add_text (all, row->name, value);
  }
}

static void
print_json (const Config *config, const Model *model, bool with_options)
{
  cJSON *json = event_begin ("model");
  cJSON_AddStringToObject (json, "id", model->id);
  add_texts (json, "aliases", model->aliases);
  add_texts (json, "providers", model->providers);
  add_texts (json, "resolutions", model->resolutions);
  add_prices (json, model);
  if (model->is_free)
    cJSON_AddBoolToObject (json, "free", true);
  event_add_text (json, "retired", model_is_retired (model) ? model->retired : NULL);
  event_add_text (json, "successor", model->successor);
  cJSON_AddStringToObject (json, "origin", origin_keys[config_model_origin (config, model->id)]);
  if (with_options) {
    add_pixels (json, model);
    add_options (json, model);
  }
  event_print (json);
}

/* ---- the list ---- */

/* The id, and whose row it is if it is not Peel's alone. New string. */
static char *
dup_label (const Config *config, const Model *model)
{
  static const char *const marks[] = {
    [MODEL_ORIGIN_BUILTIN] = "",
    [MODEL_ORIGIN_CHANGED] = " (changed)",
    [MODEL_ORIGIN_ADDED] = " (yours)",
  };
  return g_strconcat ("  ", model->id, marks[config_model_origin (config, model->id)], NULL);
}

static void
list_current (const Config *config, const ModelTable *models)
{
  g_autoptr (Table) table = table_new (5, "lllll");
  table_add (table, "  model", "alias", "providers", "a picture costs", "as of");
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *model = model_table_row (models, i);
    if (model_is_retired (model))
      continue;
    g_autofree char *label = dup_label (config, model);
    g_autofree char *aliases = model_list_words (model->aliases, "-");
    g_autofree char *providers = model_list_words (model->providers, "-");
    g_autofree char *price = model_price_words (model);
    table_add (table, label, aliases, providers, price,
               model->prices_as_of != NULL ? model->prices_as_of : "-");
  }
  table_print (table, true);
}

static void
list_retired (const Config *config, const ModelTable *models)
{
  g_autoptr (Table) table = table_new (3, "lll");
  unsigned n = 0;
  table_add (table, "  gone", "since", "ask instead");
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *model = model_table_row (models, i);
    if (!model_is_retired (model))
      continue;
    g_autofree char *label = dup_label (config, model);
    table_add (table, label, model->retired, model->successor != NULL ? model->successor : "-");
    n++;
  }
  if (n == 0)
    return;
  terminal_print ("%s", "");
  table_print (table, true);
}

/* ---- one ---- */

static void
tell_options (const Model *model)
{
  g_autoptr (Table) table = table_new (2, "ll");
  for (const Option *row = model_options.rows; row->name != NULL; row++) {
    bool is_told = strcmp (row->name, "api") == 0 || !option_is_default (row, model);
    if (!is_told || g_strv_contains (apart, row->name))
      continue;
    g_autofree char *name = g_strconcat ("  ", row->name, NULL);
    g_autofree char *value = option_format (row, model);
    table_add (table, name, value != NULL ? value : "");
  }
  terminal_print ("\nOptions that are set:");
  table_print (table, false);
}

static void
tell_pixels (const Model *model)
{
  g_autofree char *free_size = model_free_size_words (model);
  unsigned n = model->resolutions != NULL ? g_strv_length (model->resolutions) : 0;
  if (free_size != NULL)
    terminal_print ("\nPixels: %s.", free_size);
  if (model->sizes == NULL || n == 0)
    return;
  g_autofree char *alignment = g_strnfill (n + 1, 'l');
  g_autoptr (Table) table = table_new (n + 1, alignment);
  table_add_cell (table, "  ratio");
  for (unsigned k = 0; k < n; k++)
    table_add_cell (table, model->resolutions[k]);
  for (unsigned i = 0; model->sizes[i] != NULL; i++) {
    g_autofree char *ratio = model_dup_ratio (model->sizes[i]);
    g_autofree char *label = g_strconcat ("  ", ratio, NULL);
    table_add_cell (table, label);
    for (unsigned k = 0; k < n; k++) {
      g_autofree char *pixels = model_pixel_words (model, ratio, model->resolutions[k]);
      table_add_cell (table, pixels);
    }
  }
  terminal_print ("\nPixels:");
  table_print (table, true);
}

static void
tell_prices (const Model *model)
{
  g_autofree char *price = model_price_words (model);
  const char *date = model->prices_as_of;
  terminal_print ("\nA picture costs%s%s%s\n  %s", date != NULL ? " (as of " : "",
                  date != NULL ? date : "", date != NULL ? "):" : ":", price);
  if (model->reference_price > 0) {
    g_autofree char *reference = model_usd_words (model->reference_price);
    terminal_print ("  and %s for each reference picture", reference);
  }
  const TokenPrices *token = &model->token_prices;
  if (token->image > 0) {
    g_autofree char *image = model_usd_words (token->image), *text = model_usd_words (token->text);
    g_autofree char *input = model_usd_words (token->input);
    terminal_print ("Billed is what an answer says it used, for a million tokens\n"
                    "  %s of pictures, %s of text and thoughts, %s of the prompt",
                    image, text, input);
  }
}

static void
describe (const Config *config, const Model *model)
{
  g_autofree char *id = terminal_safe (model->id, true);
  terminal_print ("%s (%s)", id, origin_words[config_model_origin (config, model->id)]);
  if (model_is_retired (model)) {
    g_autofree char *since = terminal_safe (model->retired, true);
    g_autofree char *successor = terminal_safe (
      model->successor != NULL ? model->successor : "nothing", true);
    terminal_print ("Gone since %s; ask for %s instead.", since, successor);
    return;
  }
  tell_options (model);
  tell_pixels (model);
  tell_prices (model);
}

/* ---- all ---- */

static const Model *
find (const ModelTable *models, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *model = model_table_row (models, i);
    if (model_is_named (model, name))
      return model;
    g_ptr_array_add (names, model->id);
    for (unsigned k = 0; model->aliases != NULL && model->aliases[k] != NULL; k++)
      g_ptr_array_add (names, model->aliases[k]);
  }
  const char *near = nearest_name (name, (const char *const *)names->pdata, names->len);
  if (near != NULL)
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "there is no model '%s'; did you mean '%s'?", name, near);
  else
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "there is no model '%s'; 'peel models' lists them", name);
  return NULL;
}

/* Returns how many were told of. */
static unsigned
list (const Config *config, const Invocation *invocation)
{
  const ModelTable *models = config_models (config);
  unsigned n = model_table_length (models);
  if (!invocation->global->json) {
    list_current (config, models);
    list_retired (config, models);
    terminal_note ("\n'peel models NAME' tells all of one. A row under 'models:' in your "
                   "configuration adds one, or a price.");
    return n;
  }
  for (int retired = 0; retired <= 1; retired++)
    for (unsigned i = 0; i < n; i++) {
      const Model *model = model_table_row (models, i);
      if (model_is_retired (model) == (bool)retired)
        print_json (config, model, false);
    }
  return n;
}

static unsigned
show (const Config *config, const char *name, const Invocation *invocation, GError **error)
{
  const Model *model = find (config_models (config), name, error);
  if (model != NULL && invocation->global->json)
    print_json (config, model, true);
  else if (model != NULL)
    describe (config, model);
  return model != NULL;
}

static int
run (const Invocation *invocation)
{
  static const ConfigListing listing = { "models", list, show, NULL };
  return config_listing_run (&listing, invocation);
}

extern const CommandType command_models;
const CommandType command_models = {
  .name = "models",
  .synopsis = "[NAME]",
  .summary = "List the image models with their prices, or all options of one",
  .details = "A name is an id or an alias. The table came with Peel, and rows under 'models:' in "
             "your configuration add\nto it or change it. Nobody is asked: prices are those of "
             "the date beside them.",
  .example = "  peel models\n"
             "  peel models nano-banana-pro",
  .options = &config_listing_options,
  .most_arguments = 1,
  .run = run,
};
