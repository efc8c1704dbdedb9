#include "providers/models.h"

#include <string.h>

#include "base/nearest.h"
#include "providers/capability.h"

static const Option price_rows[] = {
  { OPTION_NUMBER (ModelPrices, half_k), .name = "512", .min = 0, .max = 1000, .unit = "USD",
    .help = "Of a picture at 512" },
  { OPTION_NUMBER (ModelPrices, one_k), .name = "1K", .min = 0, .max = 1000, .unit = "USD",
    .help = "Of a picture at 1K" },
  { OPTION_NUMBER (ModelPrices, two_k), .name = "2K", .min = 0, .max = 1000, .unit = "USD",
    .help = "Of a picture at 2K" },
  { OPTION_NUMBER (ModelPrices, four_k), .name = "4K", .min = 0, .max = 1000, .unit = "USD",
    .help = "Of a picture at 4K" },
  { 0 },
};
static const OptionTable price_options = { price_rows, sizeof (ModelPrices), .shorthand = NULL };

static const Option token_price_rows[] = {
  { OPTION_NUMBER (TokenPrices, image), .name = "image", .min = 0, .max = 100000, .unit = "USD",
    .help = "Of pictures going out" },
  { OPTION_NUMBER (TokenPrices, text), .name = "text", .min = 0, .max = 100000, .unit = "USD",
    .help = "Of text and thoughts going out" },
  { OPTION_NUMBER (TokenPrices, input), .name = "input", .min = 0, .max = 100000, .unit = "USD",
    .help = "Of the prompt and its reference pictures" },
  { 0 },
};
static const OptionTable token_price_options = { token_price_rows, sizeof (TokenPrices),
                                                 .shorthand = NULL };
static const Option second_rows[] = {
  { OPTION_NUMBER (ModelSeconds, half_k), .name = "512", .min = 0, .max = 3600, .unit = "s",
    .help = "For a picture at 512" },
  { OPTION_NUMBER (ModelSeconds, one_k), .name = "1K", .min = 0, .max = 3600, .unit = "s",
    .help = "For a picture at 1K" },
  { OPTION_NUMBER (ModelSeconds, two_k), .name = "2K", .min = 0, .max = 3600, .unit = "s",
    .help = "For a picture at 2K" },
  { OPTION_NUMBER (ModelSeconds, four_k), .name = "4K", .min = 0, .max = 3600, .unit = "s",
    .help = "For a picture at 4K" },
  { 0 },
};
static const OptionTable second_options = { second_rows, sizeof (ModelSeconds), .shorthand = NULL };

static const OptionChoice apis[] = {
  { "gemini", MODEL_API_GEMINI, "generateContent, of Gemini's image models" },
  { "predict", MODEL_API_PREDICT, ":predict, of Imagen-shaped models" },
  { "images", MODEL_API_IMAGES, "images/generations and images/edits, as OpenAI has them" },
  { 0 },
};

static const Option rows[] = {
  { OPTION_TEXTS (Model, providers), .name = "providers", .value_name = "NAME",
    .help = "The providers that have it" },
  { OPTION_CHOICE (Model, api), .name = "api", .choices = apis, .fallback = "gemini",
    .help = "How it is asked" },
  { OPTION_TEXTS (Model, aliases), .name = "aliases", .value_name = "NAME",
    .help = "Other names for it in pipelines" },
  { OPTION_TEXTS (Model, ids), .name = "ids", .value_name = "PROVIDER=ID",
    .help = "What a provider calls it, where that is not the name of this row" },
  { OPTION_TEXT (Model, family), .name = "family", .value_name = "NAME",
    .help = "Models of one family answer each other's requests from the cache; unset: itself" },
  { OPTION_TEXTS (Model, resolutions), .name = "resolutions", .value_name = "SIZE",
    .help = "512, 1K, 2K and 4K, as far as it has them" },
  { OPTION_BOOL (Model, sends_resolution), .name = "sends-resolution", .fallback = "true",
    .help = "False for a model that has one resolution and refuses its name" },
  { OPTION_TEXTS (Model, sizes), .name = "sizes", .value_name = "RATIO WxH",
    .help = "The aspect ratios it has, each with its pixels at 1K" },
  { OPTION_TEXTS (Model, small_sizes), .name = "small-sizes", .value_name = "RATIO WxH",
    .help = "The same at 512" },
  { OPTION_INT (Model, size_step), .name = "size-step", .min = 1, .max = 1024, .unit = "px",
    .help = "It takes any WIDTHxHEIGHT of such steps" },
  { OPTION_INT (Model, most_edge), .name = "most-edge", .min = 1, .max = 65535, .unit = "px",
    .help = "The longest side, of any WIDTHxHEIGHT" },
  { OPTION_INT (Model, most_pixels), .name = "most-pixels", .min = 1, .max = 2147483647,
    .unit = "px", .help = "The most pixels, of any WIDTHxHEIGHT" },
  { OPTION_NUMBER (Model, most_ratio), .name = "most-ratio", .min = 1, .max = 100,
    .help = "How many times as long as the other a side may be" },
  { OPTION_INT (Model, most_references), .name = "most-references", .min = 0, .max = 100,
    .help = "How many reference pictures it takes" },
  { OPTION_BYTES (Model, most_reference_bytes), .name = "most-reference-bytes", .fallback = "7MB",
    .help = "The largest file of a reference picture" },
  { OPTION_TEXTS (Model, reference_types), .name = "reference-types", .value_name = "TYPE",
    .fallback = "png,jpeg,webp", .help = "What reference pictures may be" },
  { OPTION_TEXTS (Model, options), .name = "options", .value_name = "NAME",
    .help = "Options of 'generate' that it takes beside those that every model takes" },
  { OPTION_TEXTS (Model, locations), .name = "locations", .value_name = "NAME",
    .help = "Where Vertex AI has it; unset: anywhere" },
  { OPTION_NUMBER (Model, price), .name = "price", .min = 0, .max = 1000, .unit = "USD",
    .help = "What a picture costs, at any resolution that 'prices' does not tell" },
  { OPTION_GROUP (Model, prices, ModelPrices, &price_options), .name = "prices",
    .help = "What a picture costs by resolution" },
  { OPTION_NUMBER (Model, reference_price), .name = "reference-price", .min = 0, .max = 1000,
    .unit = "USD", .help = "What each reference picture costs beside that" },
  { OPTION_GROUP (Model, token_prices, TokenPrices, &token_price_options), .name = "token-prices",
    .help = "What a million tokens cost: an answer that tells what it used cost that much" },
  { OPTION_TEXT (Model, prices_as_of), .name = "prices-as-of", .value_name = "DATE",
    .help = "When the prices were looked up" },
  { OPTION_BOOL (Model, is_free), .name = "free", .fallback = "false",
    .help = "It costs nothing, and is asked without asking you" },
  { OPTION_INT (Model, quality), .name = "quality", .min = 1, .max = 100,
    .help = "How good its pictures are beside other models', for 'provider: auto'; unset: it is"
            " taken last" },
  { OPTION_GROUP (Model, seconds, ModelSeconds, &second_options), .name = "seconds",
    .help = "How long a picture usually takes by resolution, for 'prefer: speed'; unset: it is"
            " taken last" },
  { OPTION_INT (Model, requests_per_minute), .name = "requests-per-minute", .min = 1,
    .max = 1000000, .help = "What the service publishes as its limit" },
  { OPTION_TEXT (Model, retired), .name = "retired", .value_name = "DATE",
    .help = "Since when it is gone: asking for it is an error" },
  { OPTION_TEXT (Model, successor), .name = "successor", .value_name = "NAME",
    .help = "What to ask instead" },
  { 0 },
};

const OptionTable model_options = { rows, sizeof (Model), .shorthand = NULL };

struct ModelTable {
  GPtrArray *models; /* Model*, in the order of their first mention */
};

static void
model_free (gpointer data)
{
  Model *model = data;
  g_free (model->id);
  options_free (&model_options, model);
}

ModelTable *
model_table_new (void)
{
  ModelTable *table = g_new0 (ModelTable, 1);
  table->models = g_ptr_array_new_with_free_func (model_free);
  return table;
}

void
model_table_free (ModelTable *table)
{
  if (table == NULL)
    return;
  g_ptr_array_unref (table->models);
  g_free (table);
}

unsigned
model_table_length (const ModelTable *table)
{
  return table->models->len;
}

const Model *
model_table_row (const ModelTable *table, unsigned i)
{
  return table->models->pdata[i];
}

static Model *
row_of (ModelTable *table, const char *id)
{
  for (unsigned i = 0; i < table->models->len; i++) {
    Model *model = table->models->pdata[i];
    if (strcmp (model->id, id) == 0)
      return model;
  }
  Model *model = options_new (&model_options);
  model->id = g_strdup (id);
  g_ptr_array_add (table->models, model);
  return model;
}

static bool
check_providers (const Model *model, const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; model->providers != NULL && model->providers[i] != NULL; i++)
    if (provider_find (model->providers[i]) == NULL)
      ok = problems_add (problems, &node->mark, "there is no provider '%s', which '%s' names",
                         model->providers[i], model->id);
  return ok;
}

static bool
check_ids (const Model *model, const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; model->ids != NULL && model->ids[i] != NULL; i++) {
    const char *equals = strchr (model->ids[i], '=');
    g_autofree char *provider = g_strndup (model->ids[i], strcspn (model->ids[i], "="));
    if (equals == NULL || equals[1] == '\0' || provider_find (provider) == NULL)
      ok = problems_add (problems, &node_get (node, "ids")->mark,
                         "'ids' takes PROVIDER=ID, as in vertex=%s, not '%s'", model->id,
                         model->ids[i]);
  }
  return ok;
}

static bool
check_resolutions (const Model *model, const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; model->resolutions != NULL && model->resolutions[i] != NULL; i++)
    if (!capability_is_resolution (model->resolutions[i]))
      ok = problems_add (problems, &node_get (node, "resolutions")->mark,
                         "'resolutions' takes 512, 1K, 2K and 4K, not '%s'", model->resolutions[i]);
  return ok;
}

/* `name` is "sizes" or "small-sizes". */
static bool
check_sizes (char *const *sizes, const char *name, const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; sizes != NULL && sizes[i] != NULL; i++) {
    Ratio ratio;
    int width, height;
    const Node *texts = node_get (node, name);
    const Node *text = texts->kind == NODE_LIST ? node_item (texts, i) : texts;
    if (!capability_parse_size (sizes[i], &ratio, &width, &height))
      ok = problems_add (problems, &text->mark,
                         "'%s' takes texts such as \"16:9 1376x768\", not '%s'", name, sizes[i]);
  }
  return ok;
}

/* Who writes what a picture costs knows better than a table of tokens that was there before. */
static void
forget_token_prices (Model *model, const Node *node)
{
  bool has_price = node_get (node, "price") != NULL || node_get (node, "prices") != NULL;
  if (has_price && node_get (node, "token-prices") == NULL)
    model->token_prices = (TokenPrices){ 0 };
}

/* What is wrong stands in `node`: what other files say of the row was checked when they were read. */
static bool
check_row (const Model *model, const Node *node, Problems *problems)
{
  bool ok = check_providers (model, node, problems);
  if (node_get (node, "ids") != NULL)
    ok = check_ids (model, node, problems) && ok;
  if (node_get (node, "resolutions") != NULL)
    ok = check_resolutions (model, node, problems) && ok;
  if (node_get (node, "sizes") != NULL)
    ok = check_sizes (model->sizes, "sizes", node, problems) && ok;
  if (node_get (node, "small-sizes") != NULL)
    ok = check_sizes (model->small_sizes, "small-sizes", node, problems) && ok;
  return ok;
}

static bool
has_text (char *const *texts, const char *text)
{
  return texts != NULL && g_strv_contains ((const char *const *)texts, text);
}

bool
model_is_named (const Model *model, const char *name)
{
  return strcmp (model->id, name) == 0 || has_text (model->aliases, name);
}

/* A name that two rows have would be the first one's, in silence. */
static bool
check_names (const ModelTable *table, const Model *model, const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; i < table->models->len; i++) {
    const Model *other = table->models->pdata[i];
    for (unsigned k = 0; other != model && model->aliases != NULL && model->aliases[k] != NULL; k++)
      if (model_is_named (other, model->aliases[k]))
        ok = problems_add (problems, &node->mark,
                           "'%s' is an alias of '%s', and a name of '%s', too: one of them needs "
                           "another",
                           model->aliases[k], model->id, other->id);
  }
  return ok;
}

bool
model_table_read (ModelTable *table, const Node *map, Problems *problems)
{
  bool ok = true;
  if (map->kind != NODE_MAP)
    return problems_add (problems, &map->mark, "'models' takes a map of models, not %s",
                         node_kind_words (map->kind));
  for (unsigned i = 0; i < node_length (map); i++) {
    const Node *node = node_item (map, i);
    Model *model = row_of (table, node_key (map, i));
    forget_token_prices (model, node);
    ok = (options_read (&model_options, node, model->id, "/", model, problems) &&
          check_row (model, node, problems) && check_names (table, model, node, problems)) &&
         ok;
  }
  return ok;
}

/* ---- looking up ---- */

const char *
model_id_at (const Model *model, const char *provider)
{
  size_t length = strlen (provider);
  for (unsigned i = 0; model->ids != NULL && model->ids[i] != NULL; i++)
    if (strncmp (model->ids[i], provider, length) == 0 && model->ids[i][length] == '=')
      return model->ids[i] + length + 1;
  return model->id;
}

bool
model_is_at (const Model *model, const char *provider)
{
  return has_text (model->providers, provider);
}

bool
model_is_retired (const Model *model)
{
  return model->retired != NULL && model->retired[0] != '\0';
}

const Model *
model_table_find_retired (const ModelTable *table, const char *name)
{
  for (unsigned i = 0; i < table->models->len; i++) {
    const Model *model = table->models->pdata[i];
    if (model_is_named (model, name) && model_is_retired (model))
      return model;
  }
  return NULL;
}

static void
fail_retired (const Model *model, GError **error)
{
  g_autofree char *instead = model->successor != NULL
                               ? g_strdup_printf ("ask for '%s' instead", model->successor)
                               : g_strdup ("there is no successor");
  g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
               "the model '%s' is gone since %s; %s", model->id, model->retired, instead);
}

static void
fail_unknown (const ModelTable *table, const char *provider, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < table->models->len; i++) {
    const Model *model = table->models->pdata[i];
    if (model_is_retired (model) || !model_is_at (model, provider))
      continue;
    g_ptr_array_add (names, model->id);
    for (unsigned k = 0; model->aliases != NULL && model->aliases[k] != NULL; k++)
      g_ptr_array_add (names, model->aliases[k]);
  }
  const char *near = nearest_name (name, (const char *const *)names->pdata, names->len);
  g_autofree char *advice = near != NULL ? g_strdup_printf ("did you mean '%s'? ", near)
                                         : g_strdup ("");
  g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
               "'%s' has no model '%s' in the models table; %s'peel models' lists them, and a row "
               "under 'models:' in your configuration adds one",
               provider, name, advice);
}

const Model *
model_table_find (const ModelTable *table, const char *provider, const char *name, GError **error)
{
  const Model *elsewhere = NULL, *retired = NULL;
  for (unsigned i = 0; i < table->models->len; i++) {
    const Model *model = table->models->pdata[i];
    if (!model_is_named (model, name) && strcmp (model_id_at (model, provider), name) != 0)
      continue;
    if (model_is_retired (model))
      retired = model;
    else if (model_is_at (model, provider))
      return model;
    else
      elsewhere = model;
  }
  if (retired != NULL) {
    fail_retired (retired, error);
    return NULL;
  }
  if (elsewhere == NULL) {
    fail_unknown (table, provider, name, error);
    return NULL;
  }
  g_autofree char *others = elsewhere->providers != NULL ? g_strjoinv (", ", elsewhere->providers)
                                                         : g_strdup ("nobody");
  g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
               "'%s' does not have the model '%s'; %s has it", provider, name, others);
  return NULL;
}

const char *
model_family (const Model *model)
{
  return model->family != NULL ? model->family : model->id;
}

bool
model_price (const Model *model, const char *resolution, unsigned n_references, double *out_usd)
{
  const struct {
    const char *resolution;
    double usd;
  } prices[] = { { "512", model->prices.half_k },
                 { "1K", model->prices.one_k },
                 { "2K", model->prices.two_k },
                 { "4K", model->prices.four_k } };
  double usd = model->price;
  for (unsigned i = 0; i < G_N_ELEMENTS (prices); i++)
    if (prices[i].usd > 0 && strcmp (prices[i].resolution, resolution) == 0)
      usd = prices[i].usd;
  *out_usd = model->is_free ? 0 : usd + n_references * model->reference_price;
  return usd > 0 || model->is_free;
}

double
model_seconds (const Model *model, const char *resolution)
{
  const struct {
    const char *resolution;
    double seconds;
  } times[] = { { "512", model->seconds.half_k },
                { "1K", model->seconds.one_k },
                { "2K", model->seconds.two_k },
                { "4K", model->seconds.four_k } };
  for (unsigned i = 0; i < G_N_ELEMENTS (times); i++)
    if (strcmp (times[i].resolution, resolution) == 0)
      return times[i].seconds;
  return 0;
}

bool
model_takes (const Model *model, const char *option)
{
  return has_text (model->options, option);
}
