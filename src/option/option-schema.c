/* JSON Schema 2020-12 from a table, for editors. Where it and options_read differ, it is looser:
 * an editor must not underline what runs. */
#include "option/option-kinds.h"

#include <math.h>

#include "base/units.h"

#define NUMBER_PATTERN "^\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? *"
#define REFERENCE_PATTERN "\\$\\{"

static cJSON *
new_type (const char *type)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON_AddStringToObject (schema, "type", type);
  return schema;
}

static cJSON *
new_pattern (const char *pattern)
{
  cJSON *schema = new_type ("string");
  cJSON_AddStringToObject (schema, "pattern", pattern);
  return schema;
}

/* One of several; the array takes them. */
static cJSON *
new_any_of (cJSON *a, cJSON *b, cJSON *c)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON *list = cJSON_AddArrayToObject (schema, "anyOf");
  cJSON_AddItemToArray (list, a);
  cJSON_AddItemToArray (list, b);
  if (c != NULL)
    cJSON_AddItemToArray (list, c);
  return schema;
}

static cJSON *
new_reference (void)
{
  return new_pattern (REFERENCE_PATTERN);
}

static cJSON *
new_number (const Option *option, const char *type)
{
  cJSON *schema = new_type (type);
  if (option->min != 0 || option->max != 0)
    cJSON_AddNumberToObject (schema, "minimum", option->min);
  if (option->max != 0)
    cJSON_AddNumberToObject (schema, "maximum", option->max);
  return schema;
}

/* `choices` NULL: the names of colours. */
static cJSON *
new_words (const OptionChoice *choices)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON *list = cJSON_AddArrayToObject (schema, "enum");
  for (const OptionChoice *choice = choices; choice != NULL && choice->name != NULL; choice++) {
    cJSON_AddItemToArray (list, cJSON_CreateString (choice->name));
    /* Unquoted, a word of digits is a number to an editor. */
    double number;
    if (units_parse_number (choice->name, &number))
      cJSON_AddItemToArray (list, cJSON_CreateNumber (number));
  }
  for (const char *const *name = option_color_names (); choices == NULL && *name != NULL; name++)
    cJSON_AddItemToArray (list, cJSON_CreateString (*name));
  return schema;
}

static cJSON *
new_text (void)
{
  cJSON *schema = cJSON_CreateObject ();
  cJSON *types = cJSON_AddArrayToObject (schema, "type");
  cJSON_AddItemToArray (types, cJSON_CreateString ("string"));
  cJSON_AddItemToArray (types, cJSON_CreateString ("number"));
  return schema;
}

static cJSON *
new_list_of (cJSON *item, bool is_unique)
{
  cJSON *schema = new_type ("array");
  cJSON_AddItemToObject (schema, "items", item);
  if (is_unique)
    cJSON_AddBoolToObject (schema, "uniqueItems", true);
  return schema;
}

static cJSON *
new_secret_part (const char *name)
{
  cJSON *schema = new_type ("object");
  cJSON_AddItemToObject (cJSON_AddObjectToObject (schema, "properties"), name, new_type ("string"));
  cJSON_AddItemToArray (cJSON_AddArrayToObject (schema, "required"), cJSON_CreateString (name));
  cJSON_AddBoolToObject (schema, "additionalProperties", false);
  return schema;
}

static cJSON *
new_secret (const Option *option)
{
  cJSON *list = NULL;
  if (option->kind == OPTION_KIND_TEXTS)
    list = new_list_of (new_any_of (new_secret_part ("env"), new_secret_part ("file"), NULL),
                        false);
  return new_any_of (new_secret_part ("env"), new_secret_part ("file"), list);
}

static cJSON *
new_file (void)
{
  cJSON *schema = new_text ();
  cJSON_AddNumberToObject (schema, "minLength", 1);
  return schema;
}

static cJSON *
new_value (const Option *option)
{
  if (option->flags & OPTION_SECRET)
    return new_secret (option);
  switch (option->kind) {
  case OPTION_KIND_BOOL:
    return new_any_of (new_type ("boolean"), new_reference (), NULL);
  case OPTION_KIND_INT:
    return new_any_of (new_number (option, "integer"), new_reference (), NULL);
  case OPTION_KIND_NUMBER:
    return new_any_of (new_number (option, "number"), new_reference (),
                       option_is_percent (option) ? new_pattern (NUMBER_PATTERN "%$") : NULL);
  case OPTION_KIND_NUMBER_OR_WORD:
    return new_any_of (new_number (option, "number"), new_words (option->choices),
                       new_reference ());
  case OPTION_KIND_CHOICE:
    return new_any_of (new_words (option->choices), new_reference (), NULL);
  case OPTION_KIND_CHOICES:
    return new_any_of (
      new_list_of (new_any_of (new_words (option->choices), new_reference (), NULL), true),
      new_words (option->choices), new_reference ());
  case OPTION_KIND_TEXT:
    return new_text ();
  case OPTION_KIND_TEXTS:
    return new_any_of (new_list_of (new_text (), false), new_text (), NULL);
  case OPTION_KIND_FILE:
    return new_file ();
  case OPTION_KIND_BYTES:
    return new_any_of (new_pattern (NUMBER_PATTERN "([KkMmGgTt]?|[KkMmGg][Ii])[Bb]$"),
                       new_reference (), NULL);
  case OPTION_KIND_DURATION:
    return new_any_of (new_pattern (NUMBER_PATTERN "([Mm]?[Ss]|[MmHhDdWw])$"), new_reference (),
                       NULL);
  case OPTION_KIND_DENSITY:
    return new_any_of (new_pattern (NUMBER_PATTERN "([Dd][Pp][Ii]|[Pp][Pp][Ii]|[Dd][Pp][Cc][Mm])$"),
                       new_reference (), NULL);
  case OPTION_KIND_LENGTH:
    return new_any_of (new_pattern (NUMBER_PATTERN "([MmCc][Mm]|[Ii][Nn])$"), new_reference (),
                       NULL);
  case OPTION_KIND_COLOR:
    return new_any_of (new_words (NULL),
                       new_pattern ("^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"),
                       new_reference ());
  case OPTION_KIND_RATIO:
    return new_any_of (new_pattern ("^[0-9]+:[0-9]+$"), new_reference (), NULL);
  case OPTION_KIND_GROUP:
    return options_schema (option->group);
  }
  return cJSON_CreateObject ();
}

static cJSON *
new_text_list (const char *joined)
{
  cJSON *list = cJSON_CreateArray ();
  g_auto (GStrv) items = g_strsplit (joined, ",", -1);
  for (unsigned i = 0; items[i] != NULL; i++)
    cJSON_AddItemToArray (list, cJSON_CreateString (g_strstrip (items[i])));
  return list;
}

/* The default as it would stand in a file. */
static cJSON *
new_default (const Option *option)
{
  const char *text = option->fallback;
  double number;
  switch (option->kind) {
  case OPTION_KIND_BOOL:
    return cJSON_CreateBool (strcmp (text, "true") == 0);
  case OPTION_KIND_INT:
  case OPTION_KIND_NUMBER:
  case OPTION_KIND_NUMBER_OR_WORD:
    return units_parse_number (text, &number) ? cJSON_CreateNumber (number)
                                              : cJSON_CreateString (text);
  case OPTION_KIND_CHOICES:
  case OPTION_KIND_TEXTS:
    return new_text_list (text);
  default:
    return cJSON_CreateString (text);
  }
}

static cJSON *
new_property (const Option *option)
{
  cJSON *schema = new_value (option);
  if (option->help != NULL)
    cJSON_AddStringToObject (schema, "description", option->help);
  if (option->fallback != NULL)
    cJSON_AddItemToObject (schema, "default", new_default (option));
  return schema;
}

cJSON *
options_schema (const OptionTable *table)
{
  cJSON *schema = new_type ("object");
  cJSON *properties = cJSON_AddObjectToObject (schema, "properties");
  cJSON *required = cJSON_CreateArray ();
  for (const Option *row = table->rows; row->name != NULL; row++) {
    cJSON_AddItemToObject (properties, row->name, new_property (row));
    if (row->flags & OPTION_REQUIRED)
      cJSON_AddItemToArray (required, cJSON_CreateString (row->name));
  }
  if (cJSON_GetArraySize (required) > 0)
    cJSON_AddItemToObject (schema, "required", required);
  else
    cJSON_Delete (required);
  cJSON_AddBoolToObject (schema, "additionalProperties", false);
  if (table->shorthand == NULL)
    return schema;
  return new_any_of (schema, new_value (option_find (table, table->shorthand)), NULL);
}
