/* Command lines. The tables are searched in order, so a command may have its own --json.
 * OPTION_REQUIRED is not looked at: `--help` works without, so the command checks. */
#include "option/option-kinds.h"

#include "base/nearest.h"

typedef struct {
  const OptionTable *const *tables;
  void *const *structs;
  unsigned n;
  char **arguments; /* what is left */
  char **end;
  GHashTable *seen; /* Option*: rows that were set, to drop the default of a repeated one */
} Parser;

/* A row and the struct it fills. */
typedef struct {
  const Option *option;
  void *options;
} Target;

static bool fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static bool
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, text);
  return false;
}

static Target
find_long (const Parser *parser, const char *name)
{
  for (unsigned i = 0; i < parser->n; i++) {
    const Option *row = option_find (parser->tables[i], name);
    if (row != NULL && row->kind != OPTION_KIND_GROUP)
      return (Target){ row, parser->structs[i] };
  }
  return (Target){ 0 };
}

static Target
find_letter (const Parser *parser, char letter)
{
  for (unsigned i = 0; i < parser->n; i++)
    for (const Option *row = parser->tables[i]->rows; row->name != NULL; row++)
      if (row->letter == letter)
        return (Target){ row, parser->structs[i] };
  return (Target){ 0 };
}

/* The nearest name among all options, or only among the switches. */
static const char *
find_near (const Parser *parser, const char *name, bool switches_only)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < parser->n; i++)
    for (const Option *row = parser->tables[i]->rows; row->name != NULL; row++)
      if (row->kind == OPTION_KIND_BOOL || (!switches_only && row->kind != OPTION_KIND_GROUP))
        g_ptr_array_add (names, (gpointer)row->name);
  return nearest_name (name, (const char *const *)names->pdata, names->len);
}

static bool
fail_unknown (const Parser *parser, const char *name, GError **error)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  const char *negated = g_str_has_prefix (name, "no-") ? name + strlen ("no-") : NULL;
  const char *near = negated != NULL ? find_near (parser, negated, true) : NULL;
  if (near != NULL)
    return fail (error, "there is no option --%s; did you mean --no-%s?", valid, near);
  near = find_near (parser, name, false);
  if (near == NULL && negated != NULL)
    near = find_near (parser, negated, false);
  if (near != NULL)
    return fail (error, "there is no option --%s; did you mean --%s?", valid, near);
  return fail (error, "there is no option --%s; --help lists them", valid);
}

static bool
set (Parser *parser, const Target *target, const char *shown, const char *value, GError **error)
{
  const Option *option = target->option;
  bool is_first = g_hash_table_add (parser->seen, (gpointer)option);
  /* What the user lists replaces what stands there by default. */
  if (is_first && option->flags & OPTION_REPEATED && option->kind == OPTION_KIND_TEXTS) {
    OptionValue nothing = { 0 };
    option_take_value (option, &nothing, target->options);
  }
  g_autofree char *complaint = NULL;
  if (!option_set_text (option, value, target->options, &complaint))
    return fail (error, "%s %s", shown, complaint);
  return true;
}

/* A value that stands in the next argument. */
static bool
set_from_next (Parser *parser, const Target *target, const char *shown, GError **error)
{
  if (parser->arguments == parser->end) {
    return fail (error, "%s needs a value: %s %s", shown, shown,
                 option_value_name (target->option));
  }
  return set (parser, target, shown, *parser->arguments++, error);
}

static bool
parse_long (Parser *parser, const char *argument, GError **error)
{
  const char *equals = strchr (argument, '=');
  g_autofree char *name = equals != NULL ? g_strndup (argument, (size_t)(equals - argument))
                                         : g_strdup (argument);
  g_autofree char *shown = g_strconcat ("--", name, NULL);
  Target target = find_long (parser, name);
  bool is_negated = target.option == NULL && g_str_has_prefix (name, "no-");
  if (is_negated)
    target = find_long (parser, name + strlen ("no-"));
  if (target.option == NULL || (is_negated && target.option->kind != OPTION_KIND_BOOL))
    return fail_unknown (parser, name, error);
  if (is_negated && equals != NULL)
    return fail (error, "%s takes no value", shown);
  if (equals != NULL)
    return set (parser, &target, shown, equals + 1, error);
  if (target.option->kind == OPTION_KIND_BOOL)
    return set (parser, &target, shown, is_negated ? "false" : "true", error);
  return set_from_next (parser, &target, shown, error);
}

/* "qv", "j4", "qj4": switches, then perhaps one letter whose value is the rest. */
static bool
parse_letters (Parser *parser, const char *letters, GError **error)
{
  for (const char *at = letters; *at != '\0'; at++) {
    Target target = find_letter (parser, *at);
    if (target.option == NULL) {
      g_autofree char *valid = g_utf8_make_valid (at, -1);
      g_autofree char *letter = g_utf8_substring (valid, 0, 1);
      return fail (error, "there is no option -%s; --help lists them", letter);
    }
    const char shown[] = { '-', *at, '\0' };
    bool is_switch = target.option->kind == OPTION_KIND_BOOL;
    if (!is_switch)
      return at[1] != '\0' ? set (parser, &target, shown, at + (at[1] == '=' ? 2 : 1), error)
                           : set_from_next (parser, &target, shown, error);
    if (!set (parser, &target, shown, "true", error))
      return false;
  }
  return true;
}

static bool
parse_all (Parser *parser, GPtrArray *positionals, GError **error)
{
  bool takes_options = true;
  while (parser->arguments < parser->end) {
    char *argument = *parser->arguments++;
    bool ok = true;
    if (!takes_options || argument[0] != '-' || argument[1] == '\0')
      g_ptr_array_add (positionals, argument);
    else if (strcmp (argument, "--") == 0)
      takes_options = false;
    else if (argument[1] == '-')
      ok = parse_long (parser, argument + 2, error);
    else
      ok = parse_letters (parser, argument + 1, error);
    if (!ok)
      return false;
  }
  return true;
}

bool
options_parse_arguments (const OptionTable *const *tables, void *const *structs, unsigned n,
                         int argc, char **argv, GPtrArray *positionals, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  Parser parser = { tables, structs, n, argv, argv + argc, seen };
  return parse_all (&parser, positionals, error);
}
