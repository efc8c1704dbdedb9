/* What a table can get wrong, for the unit test of whoever writes one. */
#include "option/option-kinds.h"

/* CHOICES has a bit for each word. */
enum { MOST_BITS = 32 };

static bool
is_kebab_case (const char *name)
{
  if (!g_ascii_islower (name[0]))
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_islower (*at) && !g_ascii_isdigit (*at) && (*at != '-' || at[1] == '\0'))
      return false;
  return true;
}

static char *
find_fault_in_words (const Option *row)
{
  if (row->help == NULL)
    return g_strdup_printf ("'%s' has no help", row->name);
  if (g_ascii_islower (row->help[0]) || g_str_has_suffix (row->help, "."))
    return g_strdup_printf ("the help of '%s' begins without a capital or ends with a full stop",
                            row->name);
  return NULL;
}

static char *
find_fault_in_choices (const Option *row)
{
  if (row->kind != OPTION_KIND_CHOICE && row->kind != OPTION_KIND_CHOICES &&
      row->kind != OPTION_KIND_NUMBER_OR_WORD)
    return NULL;
  if (row->choices == NULL || row->choices[0].name == NULL)
    return g_strdup_printf ("'%s' has no choices", row->name);
  for (const OptionChoice *choice = row->choices; choice->name != NULL; choice++)
    if (row->kind == OPTION_KIND_CHOICES && (choice->value < 0 || choice->value >= MOST_BITS))
      return g_strdup_printf ("the word '%s' of '%s' has no bit", choice->name, row->name);
  return NULL;
}

static char *
find_fault_in_group (const Option *row)
{
  if (row->group == NULL)
    return g_strdup_printf ("'%s' has no table", row->name);
  if (row->fallback != NULL)
    return g_strdup_printf ("'%s' is a group and has a default", row->name);
  return options_find_fault (row->group);
}

static char *
find_fault_in_default (const Option *row)
{
  if (row->fallback == NULL)
    return NULL;
  Option alone = *row;
  alone.offset = 0;
  OptionValue value = { 0 };
  g_autofree char *complaint = NULL;
  bool ok = option_set_text (&alone, row->fallback, &value, &complaint);
  option_clear_value (&alone, &value);
  return ok ? NULL : g_strdup_printf ("the default of '%s' %s", row->name, complaint);
}

static char *
find_fault_in_row (const OptionTable *table, const Option *row)
{
  if (!is_kebab_case (row->name))
    return g_strdup_printf ("'%s' is no kebab-case name", row->name);
  if (option_find (table, row->name) != row)
    return g_strdup_printf ("'%s' stands twice", row->name);
  char *fault = find_fault_in_words (row);
  if (fault == NULL)
    fault = find_fault_in_choices (row);
  if (fault != NULL)
    return fault;
  if (row->kind == OPTION_KIND_GROUP)
    return find_fault_in_group (row);
  if (row->offset + option_kind_functions (row->kind)->size > table->size)
    return g_strdup_printf ("'%s' lies outside its struct", row->name);
  return find_fault_in_default (row);
}

char *
options_find_fault (const OptionTable *table)
{
  if (table->shorthand != NULL && option_find (table, table->shorthand) == NULL)
    return g_strdup_printf ("the shorthand '%s' is no option", table->shorthand);
  char *fault = NULL;
  for (const Option *row = table->rows; row->name != NULL && fault == NULL; row++)
    fault = find_fault_in_row (table, row);
  return fault;
}
