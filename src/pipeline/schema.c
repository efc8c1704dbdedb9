/* The parts that are needed more than once are $defs:
 *
 *     reference      "${…}": stands for a whole value
 *     scalar         one word, text or number
 *     matrix, sizes  of images (lists of values), of derivatives (lists, or maps of sizes)
 *     options-NAME   of a stage
 *     source, step   an entry of `stages`: a stage that makes an image, one that takes an image
 *     output         an entry of `outputs` */
#include "pipeline/schema.h"

#include "pipeline/budget.h"
#include "pipeline/keys.h"
#include "pipeline/matrix.h"
#include "pipeline/profile.h"
#include "pipeline/rules.h"
#include "pipeline/signing.h"
#include "providers/provider.h"
#include "stages/stage.h"

#define NAME_PATTERN "^[A-Za-z_][A-Za-z0-9_-]*$"

static cJSON *
new_object (const char *type)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddStringToObject (schema, "type", type);
  return schema;
}

static cJSON *
new_ref (const char *definition)
{
  cJSON *schema = cJSON_CreateObject ();
  g_autofree char *pointer = g_strconcat ("#/$defs/", definition, NULL);
  cJSON_AddStringToObject (schema, "$ref", pointer);
  return schema;
}

/* An empty anyOf to add to. */
static cJSON *
new_any_of (cJSON **out_list)
{
  cJSON *schema = cJSON_CreateObject ();
  *out_list = cJSON_AddArrayToObject (schema, "anyOf");
  return schema;
}

static cJSON *
new_list_of (cJSON *item)
{
  cJSON *schema = new_object ("array");
  cJSON_AddItemToObject (schema, "items", item);
  cJSON_AddNumberToObject (schema, "minItems", 1);
  return schema;
}

static cJSON *
new_name_pattern (void)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddStringToObject (schema, "pattern", NAME_PATTERN);
  return schema;
}

static cJSON *
new_required (const char *const *names)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddItemToObject (schema, "required",
                         cJSON_CreateStringArray (names, (int)g_strv_length ((char **)names)));
  return schema;
}

/* ---- keys ---- */

/* {…} of any names; `value` NULL: of anything. */
static cJSON *
new_map (cJSON *value)
{
  cJSON *schema = new_object ("object");
  cJSON_AddItemToObject (schema, "propertyNames", new_name_pattern ());
  if (value != NULL)
    cJSON_AddItemToObject (schema, "additionalProperties", value);
  return schema;
}

static cJSON *
new_text (void)
{
  cJSON *schema = cJSON_CreateObject ();
  static const char *const types[] = { "string", "number" };
  cJSON_AddItemToObject (schema, "type", cJSON_CreateStringArray (types, 2));
  cJSON_AddNumberToObject (schema, "minLength", 1);
  return schema;
}

static cJSON *
new_pixels (void)
{
  cJSON *number = new_object ("integer"), *list, *item = new_any_of (&list), *either;
  cJSON_AddNumberToObject (number, "minimum", 1);
  cJSON_AddNumberToObject (number, "maximum", 65535);
  cJSON_AddItemToArray (list, number);
  cJSON_AddItemToArray (list, new_ref ("reference"));
  cJSON *schema = new_any_of (&either);
  cJSON_AddItemToArray (either, new_list_of (item));
  cJSON_AddItemToArray (either, new_ref ("reference"));
  return schema;
}

/* The source first, then steps. With `extends` alone a chain may come from elsewhere, but a chain
 * that is written is whole. */
static cJSON *
new_chain (void)
{
  cJSON *schema = new_list_of (new_ref ("step"));
  cJSON_AddItemToArray (cJSON_AddArrayToObject (schema, "prefixItems"), new_ref ("source"));
  return schema;
}

static cJSON *
new_providers (void)
{
  cJSON *schema = new_object ("object");
  cJSON *properties = cJSON_AddObjectToObject (schema, "properties");
  for (unsigned i = 0; i < provider_n_types (); i++) {
    if (provider_types[i]->config == NULL)
      continue;
    cJSON *options = options_schema (provider_types[i]->config);
    cJSON_AddStringToObject (options, "description", provider_types[i]->summary);
    cJSON_AddItemToObject (properties, provider_types[i]->name, options);
  }
  cJSON_AddBoolToObject (schema, "additionalProperties", false);
  return schema;
}

/* Ids have points, signs and slashes, as their services please. */
static cJSON *
new_models (void)
{
  cJSON *schema = new_object ("object");
  cJSON_AddItemToObject (schema, "additionalProperties", options_schema (&model_options));
  return schema;
}

static void fill_with_keys (cJSON *schema, const PipelineKey *keys);

/* The map alone, since the shorthand is the prompt. What is pictured stays the pipeline's, and so nothing
 * is required here. */
static cJSON *
new_profile_options (void)
{
  cJSON *either = options_schema (&generate_options);
  cJSON *schema = cJSON_DetachItemFromArray (cJSON_GetObjectItemCaseSensitive (either, "anyOf"), 0);
  cJSON_Delete (either);
  cJSON *properties = cJSON_GetObjectItemCaseSensitive (schema, "properties");
  for (const char *const *name = profile_omits; *name != NULL; name++)
    cJSON_DeleteItemFromObjectCaseSensitive (properties, *name);
  cJSON_DeleteItemFromObjectCaseSensitive (schema, "required");
  return schema;
}

static cJSON *
new_profile (void)
{
  cJSON *map = cJSON_CreateObject (), *list, *schema = new_any_of (&list);
  fill_with_keys (map, profile_keys);
  cJSON_AddItemToArray (list, map);
  cJSON_AddItemToArray (list, new_object ("null"));
  return schema;
}

static cJSON *
new_key_value (PipelineKeyKind kind)
{
  cJSON *schema;
  switch (kind) {
  case PIPELINE_KEY_VERSION:
    schema = cJSON_CreateObject ();
    cJSON_AddNumberToObject (schema, "const", 1);
    return schema;
  case PIPELINE_KEY_TEXT:
    return new_text ();
  case PIPELINE_KEY_PATH:
    schema = new_object ("string");
    cJSON_AddNumberToObject (schema, "minLength", 1);
    return schema;
  case PIPELINE_KEY_VARS:
    return new_map (NULL);
  case PIPELINE_KEY_MATRIX:
    return new_ref ("matrix");
  case PIPELINE_KEY_SIZES:
    return new_ref ("sizes");
  case PIPELINE_KEY_ROWS:
    schema = new_map (new_ref ("scalar"));
    cJSON_AddNumberToObject (schema, "minProperties", 1);
    return new_list_of (schema);
  case PIPELINE_KEY_CHAIN:
    return new_chain ();
  case PIPELINE_KEY_STAGES:
    /* `stages: []` is a chain that does nothing. */
    schema = new_object ("array");
    cJSON_AddItemToObject (schema, "items", new_ref ("step"));
    return schema;
  case PIPELINE_KEY_OUTPUTS:
    return new_list_of (new_ref ("output"));
  case PIPELINE_KEY_PIXELS:
    return new_pixels ();
  case PIPELINE_KEY_PROVIDERS:
    return new_providers ();
  case PIPELINE_KEY_MODELS:
    return new_models ();
  case PIPELINE_KEY_GENERATE:
    return new_profile_options ();
  case PIPELINE_KEY_PROFILES:
    return new_map (new_profile ());
  case PIPELINE_KEY_BUDGET:
    return options_schema (&budget_options);
  case PIPELINE_KEY_SIGNING:
    return options_schema (&signing_options);
  case PIPELINE_KEY_RULES:
    return options_schema (&preset_rules_options);
  }
  return cJSON_CreateObject ();
}

static void
add_keys (cJSON *properties, const PipelineKey *keys)
{
  for (; keys->name != NULL; keys++) {
    cJSON *value = new_key_value (keys->kind);
    cJSON_AddStringToObject (value, "description", keys->help);
    cJSON_AddItemToObject (properties, keys->name, value);
  }
}

/* A map with these keys and no others. */
static void
fill_with_keys (cJSON *schema, const PipelineKey *keys)
{
  cJSON_AddStringToObject (schema, "type", "object");
  add_keys (cJSON_AddObjectToObject (schema, "properties"), keys);
  cJSON_AddBoolToObject (schema, "additionalProperties", false);
}

/* ---- definitions ---- */

static cJSON *
new_reference (void)
{
  cJSON *schema = new_object ("string");
  cJSON_AddStringToObject (schema, "pattern", "^\\$\\{[^}]+\\}$");
  cJSON_AddStringToObject (schema, "description", "A variable that stands for the whole value");
  return schema;
}

static cJSON *
new_scalar (void)
{
  static const char *const types[] = { "string", "number", "boolean" };
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddItemToObject (schema, "type", cJSON_CreateStringArray (types, G_N_ELEMENTS (types)));
  return schema;
}

static cJSON *
new_size_map (void)
{
  static const char *const required[] = { "sizes", NULL };
  cJSON *schema = options_schema (&matrix_sizes_options);
  add_keys (cJSON_GetObjectItemCaseSensitive (schema, "properties"), size_keys);
  cJSON_AddItemToObject (schema, "required", cJSON_CreateStringArray (required, 1));
  return schema;
}

static cJSON *
new_matrix (bool allow_sizes)
{
  cJSON *list, *values = new_any_of (&list);
  cJSON_AddItemToArray (list, new_list_of (new_ref ("scalar")));
  cJSON_AddItemToArray (list, new_ref ("scalar"));
  if (allow_sizes)
    cJSON_AddItemToArray (list, new_size_map ());
  cJSON *schema = new_map (values);
  add_keys (cJSON_AddObjectToObject (schema, "properties"), matrix_keys);
  return schema;
}

static bool
has_required (const OptionTable *table)
{
  for (const Option *row = table->rows; row->name != NULL; row++)
    if (row->flags & OPTION_REQUIRED)
      return true;
  return false;
}

/* The options of a stage as a map, by its shorthand, by a variable, or none. */
static cJSON *
new_stage_options (const StageType *type)
{
  cJSON *list, *schema = new_any_of (&list);
  cJSON_AddItemToArray (list, options_schema (type->options));
  cJSON_AddItemToArray (list, new_ref ("reference"));
  if (!has_required (type->options))
    cJSON_AddItemToArray (list, new_object ("null"));
  cJSON_AddStringToObject (schema, "description", type->summary);
  return schema;
}

static void
add_stage_options (cJSON *definitions)
{
  for (unsigned i = 0; i < stage_n_types (); i++) {
    g_autofree char *name = g_strconcat ("options-", stage_types[i]->name, NULL);
    cJSON_AddItemToObject (definitions, name, new_stage_options (stage_types[i]));
  }
}

/* `- resize: { … }`, `- flatten`, or a variable for either. */
static cJSON *
new_entry (bool is_source)
{
  cJSON *list, *schema = new_any_of (&list);
  cJSON *map = new_object ("object"), *names = cJSON_CreateObject ();
  cJSON *properties = cJSON_AddObjectToObject (map, "properties");
  cJSON *words = cJSON_AddArrayToObject (names, "enum");
  for (unsigned i = 0; i < stage_n_types (); i++) {
    const StageType *type = stage_types[i];
    if ((type->role == STAGE_SOURCE) != is_source)
      continue;
    g_autofree char *definition = g_strconcat ("options-", type->name, NULL);
    cJSON_AddItemToObject (properties, type->name, new_ref (definition));
    if (!has_required (type->options))
      cJSON_AddItemToArray (words, cJSON_CreateString (type->name));
  }
  cJSON_AddBoolToObject (map, "additionalProperties", false);
  cJSON_AddNumberToObject (map, "minProperties", 1);
  cJSON_AddNumberToObject (map, "maxProperties", 1);
  cJSON_AddItemToArray (list, map);
  cJSON_AddItemToArray (list, new_ref ("reference"));
  if (cJSON_GetArraySize (words) > 0)
    cJSON_AddItemToArray (list, names);
  else
    cJSON_Delete (names);
  return schema;
}

static cJSON *
new_output (void)
{
  static const char *const ways[][2] = { { "preset", NULL }, { "stages", NULL }, { "to", NULL } };
  cJSON *schema = cJSON_CreateObject ();
  fill_with_keys (schema, output_keys);
  cJSON *list = cJSON_AddArrayToObject (schema, "anyOf");
  for (unsigned i = 0; i < G_N_ELEMENTS (ways); i++)
    cJSON_AddItemToArray (list, new_required (ways[i]));
  return schema;
}

/* What pipelines and presets share. The caller adds keys, then definitions of its own. */
static cJSON *
new_document (const char *title, const PipelineKey *keys, cJSON **out_definitions)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddStringToObject (schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
  cJSON_AddStringToObject (schema, "title", title);
  fill_with_keys (schema, keys);
  cJSON *definitions = cJSON_AddObjectToObject (schema, "$defs");
  cJSON_AddItemToObject (definitions, "reference", new_reference ());
  cJSON_AddItemToObject (definitions, "scalar", new_scalar ());
  cJSON_AddItemToObject (definitions, "sizes", new_matrix (true));
  cJSON_AddItemToObject (definitions, "step", new_entry (false));
  *out_definitions = definitions;
  return schema;
}

cJSON *
pipeline_schema (void)
{
  static const char *const whole[] = { "version", "stages", "outputs", NULL };
  static const char *const child[] = { "extends", NULL };
  cJSON *definitions, *schema = new_document ("Peel pipeline", pipeline_keys, &definitions);
  cJSON *list = cJSON_AddArrayToObject (schema, "anyOf");
  cJSON_AddItemToArray (list, new_required (whole));
  cJSON_AddItemToArray (list, new_required (child));
  cJSON_AddItemToObject (definitions, "matrix", new_matrix (false));
  cJSON_AddItemToObject (definitions, "source", new_entry (true));
  cJSON_AddItemToObject (definitions, "output", new_output ());
  add_stage_options (definitions);
  return schema;
}

cJSON *
preset_schema (void)
{
  cJSON *definitions, *schema = new_document ("Peel preset", preset_keys, &definitions);
  add_stage_options (definitions);
  return schema;
}

cJSON *
config_schema (void)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddStringToObject (schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
  cJSON_AddStringToObject (schema, "title", "Peel configuration");
  fill_with_keys (schema, config_keys);
  return schema;
}
