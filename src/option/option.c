/* Structs that rows describe: made, freed, set from a text, compared with their defaults. */
#include "option/option.h"

#include "option/option-kinds.h"

G_DEFINE_QUARK (peel_option_error, option_error)

const Option *
option_find (const OptionTable *table, const char *name)
{
  for (const Option *row = table->rows; row->name != NULL; row++)
    if (strcmp (row->name, name) == 0)
      return row;
  return NULL;
}

static void
set_defaults (const OptionTable *table, void *options)
{
  for (const Option *row = table->rows; row->name != NULL; row++) {
    g_autofree char *complaint = NULL;
    if (row->kind == OPTION_KIND_GROUP)
      set_defaults (row->group, option_field (row, options));
    else if (row->fallback != NULL && !option_set_text (row, row->fallback, options, &complaint))
      g_error ("the default of the option '%s' is wrong: it %s", row->name, complaint);
  }
}

static void
clear_all (const OptionTable *table, void *options)
{
  for (const Option *row = table->rows; row->name != NULL; row++) {
    void *field = option_field (row, options);
    if (row->kind == OPTION_KIND_GROUP)
      clear_all (row->group, field);
    else if (option_kind_functions (row->kind)->clear != NULL)
      option_kind_functions (row->kind)->clear (field);
  }
}

void *
options_new (const OptionTable *table)
{
  void *options = g_malloc0 (MAX (table->size, 1));
  set_defaults (table, options);
  return options;
}

void
options_free (const OptionTable *table, void *options)
{
  if (options == NULL)
    return;
  clear_all (table, options);
  g_free (options);
}

static bool
parse_list (const Option *option, const char *text, OptionValue *value, char **out_complaint)
{
  if (option->kind == OPTION_KIND_TEXTS)
    value->texts = g_new0 (char *, 1);
  g_auto (GStrv) items = g_strsplit (text, ",", -1);
  for (unsigned i = 0; items[i] != NULL; i++)
    if (!option_parse_text (option, g_strstrip (items[i]), NULL, value, out_complaint)) {
      option_clear_value (option, value);
      return false;
    }
  return true;
}

bool
option_set_text (const Option *option, const char *text, void *options, char **out_complaint)
{
  if (option->kind == OPTION_KIND_GROUP) {
    g_autofree char *quoted = option_quote (text);
    *out_complaint = option_complain (option, quoted, NULL);
    return false;
  }
  OptionValue value = { 0 };
  const OptionKindFunctions *kind = option_kind_functions (option->kind);
  if (option->kind == OPTION_KIND_TEXTS && option->flags & OPTION_REPEATED) {
    char ***list = option_field (option, options);
    value.texts = *list;
    if (!option_parse_text (option, text, NULL, &value, out_complaint))
      return false;
    *list = value.texts;
    return true;
  }
  bool ok = kind->is_list ? parse_list (option, text, &value, out_complaint)
                          : option_parse_text (option, text, NULL, &value, out_complaint);
  if (ok)
    option_take_value (option, &value, options);
  return ok;
}

static bool
is_group_default (const OptionTable *table, const void *options)
{
  for (const Option *row = table->rows; row->name != NULL; row++)
    if (!option_is_default (row, options))
      return false;
  return true;
}

bool
option_is_default (const Option *option, const void *options)
{
  const void *field = option_const_field (option, options);
  if (option->kind == OPTION_KIND_GROUP)
    return is_group_default (option->group, field);
  /* Of the same row, but alone at the start of a struct of its own. */
  Option alone = *option;
  alone.offset = 0;
  OptionValue fallback = { 0 };
  g_autofree char *complaint = NULL;
  if (option->fallback != NULL &&
      !option_set_text (&alone, option->fallback, &fallback, &complaint))
    g_error ("the default of the option '%s' is wrong: it %s", option->name, complaint);
  bool is_default = option_kind_functions (option->kind)->is_equal (field, &fallback);
  option_clear_value (&alone, &fallback);
  return is_default;
}

static char *
format_group (const OptionTable *table, const void *options)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (const Option *row = table->rows; row->name != NULL; row++) {
    if (option_is_default (row, options))
      continue;
    g_autofree char *value = option_format (row, options);
    if (value != NULL)
      g_string_append_printf (out, "%s%s: %s", out->len > 0 ? ", " : "", row->name, value);
  }
  return out->len > 0 ? g_strdup_printf ("{ %s }", out->str) : NULL;
}

char *
option_format (const Option *option, const void *options)
{
  const void *field = option_const_field (option, options);
  if (option->kind == OPTION_KIND_GROUP)
    return format_group (option->group, field);
  const OptionKindFunctions *kind = option_kind_functions (option->kind);
  /* A choice whose words include the value 0 is never unset, nor is what must be given. */
  bool may_be_unset = option->fallback == NULL && option->kind != OPTION_KIND_CHOICE &&
                      !(option->flags & OPTION_REQUIRED);
  OptionValue unset = { 0 };
  if (may_be_unset && kind->is_equal (field, &unset))
    return NULL;
  return kind->format (option, field);
}

void
options_each_file (const OptionTable *table, const void *options,
                   void (*visit) (void *data, const char *path), void *data)
{
  for (const Option *row = table->rows; row->name != NULL; row++) {
    const void *field = option_const_field (row, options);
    if (row->kind == OPTION_KIND_GROUP)
      options_each_file (row->group, field, visit, data);
    else if (row->kind == OPTION_KIND_FILE && *(char *const *)field != NULL)
      visit (data, *(char *const *)field);
  }
}
