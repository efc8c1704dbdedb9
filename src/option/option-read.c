/* Options from a marked tree. Every mistake is told, then reading goes on with the next option. */
#include "option/option-kinds.h"

#include "base/nearest.h"
#include "base/units.h"

typedef struct {
  const Option *option;
  const char *folder;
  Problems *problems;
} Reader;

static bool
is_scalar (const Node *node)
{
  return node->kind != NODE_LIST && node->kind != NODE_MAP;
}

static char *
quote_node (const Node *node)
{
  return is_scalar (node) && node->text != NULL ? option_quote (node->text)
                                                : g_strdup (node_kind_words (node->kind));
}

static bool
complain_about_kind (const Reader *reader, const Node *node)
{
  const Option *option = reader->option;
  if (node->kind == NODE_NULL) {
    g_autofree char *takes = option_describe_values (option);
    const char *why = option->kind == OPTION_KIND_COLOR
                        ? " (in YAML a colour that begins with # needs quotes)"
                        : "";
    return problems_add (reader->problems, &node->mark, "'%s' has no value: it takes %s%s",
                         option->name, takes, why);
  }
  g_autofree char *quoted = quote_node (node);
  bool is_text = option->kind == OPTION_KIND_TEXT || option->kind == OPTION_KIND_TEXTS ||
                 option->kind == OPTION_KIND_FILE;
  g_autofree char *complaint = option_complain (option, quoted,
                                                is_scalar (node) ? node->text : NULL);
  return problems_add (reader->problems, &node->mark, "'%s' %s%s", option->name, complaint,
                       is_text && is_scalar (node) ? ": quote it if it is a text" : "");
}

/* A text whose letters would do as a number or a switch: quotes are the usual reason. */
static bool
complain_about_text (const Reader *reader, const Node *node)
{
  g_autofree char *takes = option_describe_values (reader->option);
  g_autofree char *quoted = option_quote (node->text);
  return problems_add (reader->problems, &node->mark, "'%s' takes %s, not the text %s%s",
                       reader->option->name, takes, quoted,
                       node->style == NODE_QUOTED ? ": take the quotes away" : "");
}

/* What the row's parser is given: numbers as their value, so that 0x10 and 1e3 mean what YAML says,
 * except where a word or a text is wanted, which is what was written. */
static char *
dup_text (const Option *option, const Node *node)
{
  bool is_number = option->kind == OPTION_KIND_INT || option->kind == OPTION_KIND_NUMBER ||
                   option->kind == OPTION_KIND_NUMBER_OR_WORD;
  if (node->kind == NODE_BOOL && option->kind == OPTION_KIND_BOOL)
    return g_strdup (node->boolean ? "true" : "false");
  if (node->kind == NODE_INT && is_number)
    return g_strdup_printf ("%" G_GINT64_FORMAT, node->integer);
  if (node->kind == NODE_NUMBER && is_number)
    return units_format_number (node->number);
  return g_strdup (node->text);
}

/* "12" in quotes is a text, though its letters would parse; a word may be quoted. */
static bool
is_text_of_value (const Option *option, const Node *node)
{
  bool is_typed = option->kind == OPTION_KIND_BOOL || option->kind == OPTION_KIND_INT ||
                  option->kind == OPTION_KIND_NUMBER || option->kind == OPTION_KIND_NUMBER_OR_WORD;
  int word;
  if (!is_typed || node->kind != NODE_TEXT ||
      option_choice_value (option->choices, node->text, &word) ||
      (option_is_percent (option) && g_str_has_suffix (node->text, "%")))
    return false;
  OptionValue value = { 0 };
  g_autofree char *complaint = NULL;
  return option_parse_text (option, node->text, NULL, &value, &complaint);
}

/* One value, or one item of a list. */
static bool
read_scalar (const Reader *reader, const Node *node, OptionValue *value)
{
  const Option *option = reader->option;
  if (option->flags & OPTION_FREE_TEXT && node->cut_by_comment)
    return problems_add (reader->problems, &node->mark,
                         "the text of '%s' ends at ' #' (the rest would be a comment): "
                         "quote the value or use |",
                         option->name);
  if (is_text_of_value (option, node))
    return complain_about_text (reader, node);
  unsigned node_kinds = option_kind_functions (option->kind)->node_kinds;
  if (option_is_percent (option))
    node_kinds |= 1u << NODE_TEXT;
  if (!(node_kinds & 1u << node->kind))
    return complain_about_kind (reader, node);
  g_autofree char *text = dup_text (option, node);
  g_autofree char *complaint = NULL;
  if (!option_parse_text (option, text, reader->folder, value, &complaint))
    return problems_add (reader->problems, &node->mark, "'%s' %s", option->name, complaint);
  return true;
}

/* Whatever stands in a wrong map may be the secret, so all of it is dotted. */
static bool
complain_about_secret (const Reader *reader, const Node *node)
{
  return problems_add_secret (reader->problems, &node->mark,
                              "'%s' takes { env: NAME } or { file: path }, never the secret itself",
                              reader->option->name);
}

static bool
read_secret (const Reader *reader, const Node *node, OptionValue *value)
{
  if (node->kind == NODE_NULL)
    return complain_about_kind (reader, node);
  if (node->kind != NODE_MAP || node_length (node) != 1 || node_item (node, 0)->kind != NODE_TEXT)
    return complain_about_secret (reader, node);
  g_autofree char *reference = option_secret_reference (node_key (node, 0),
                                                        node_item (node, 0)->text, reader->folder);
  g_autofree char *complaint = NULL;
  if (reference == NULL ||
      !option_parse_text (reader->option, reference, reader->folder, value, &complaint))
    return complain_about_secret (reader, node);
  return true;
}

static bool
read_item (const Reader *reader, const Node *node, OptionValue *value)
{
  return reader->option->flags & OPTION_SECRET ? read_secret (reader, node, value)
                                               : read_scalar (reader, node, value);
}

static bool
read_list (const Reader *reader, const Node *node, OptionValue *value)
{
  if (reader->option->kind == OPTION_KIND_TEXTS)
    value->texts = g_new0 (char *, 1);
  if (node->kind != NODE_LIST)
    return read_item (reader, node, value);
  bool ok = true;
  for (unsigned i = 0; i < node_length (node); i++)
    ok &= read_item (reader, node_item (node, i), value);
  return ok;
}

static bool
read_option (const Reader *reader, const Node *node, void *options)
{
  const Option *option = reader->option;
  if (option->kind == OPTION_KIND_GROUP)
    return options_read (option->group, node, option->name, reader->folder,
                         option_field (option, options), reader->problems);
  OptionValue value = { 0 };
  bool ok = option_kind_functions (option->kind)->is_list ? read_list (reader, node, &value)
                                                          : read_item (reader, node, &value);
  if (ok)
    option_take_value (option, &value, options);
  option_clear_value (option, &value);
  return ok;
}

static GPtrArray *
list_names (const OptionTable *table)
{
  GPtrArray *names = g_ptr_array_new ();
  for (const Option *row = table->rows; row->name != NULL; row++)
    g_ptr_array_add (names, (gpointer)row->name);
  return names;
}

static char *
join_names (const OptionTable *table)
{
  g_autoptr (GPtrArray) names = list_names (table);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **)names->pdata);
}

static bool
complain_about_name (const OptionTable *table, const Node *key, const char *owner,
                     Problems *problems)
{
  g_autoptr (GPtrArray) names = list_names (table);
  g_autofree char *quoted = option_quote (key->text);
  if (names->len == 0)
    return problems_add (problems, &key->mark, "'%s' has no options, so not %s", owner, quoted);
  const char *near = nearest_name (key->text, (const char *const *)names->pdata, names->len);
  if (near != NULL)
    return problems_add (problems, &key->mark, "'%s' has no option %s; did you mean '%s'?", owner,
                         quoted, near);
  g_autofree char *joined = join_names (table);
  return problems_add (problems, &key->mark, "'%s' has no option %s; it has: %s", owner, quoted,
                       joined);
}

static bool
read_map (const OptionTable *table, const Node *map, const char *owner, const char *folder,
          void *options, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; i < node_length (map); i++) {
    const Option *option = option_find (table, node_key (map, i));
    if (option == NULL) {
      ok = complain_about_name (table, map->keys->pdata[i], owner, problems);
      continue;
    }
    Reader reader = { option, folder, problems };
    ok &= read_option (&reader, node_item (map, i), options);
  }
  return ok;
}

static bool
read_bare_value (const OptionTable *table, const Node *node, const char *owner, const char *folder,
                 void *options, Problems *problems)
{
  if (table->shorthand != NULL) {
    Reader reader = { option_find (table, table->shorthand), folder, problems };
    return read_option (&reader, node, options);
  }
  g_autofree char *quoted = quote_node (node);
  g_autofree char *joined = join_names (table);
  if (joined[0] == '\0')
    return problems_add (problems, &node->mark, "'%s' takes no options, so not %s", owner, quoted);
  return problems_add (problems, &node->mark, "'%s' takes a map of options, not %s; it has: %s",
                       owner, quoted, joined);
}

static bool
is_given (const OptionTable *table, const Node *node, const char *name)
{
  if (node == NULL || node->kind == NODE_NULL)
    return false;
  if (node->kind == NODE_MAP)
    return node_get (node, name) != NULL;
  /* One mistake is enough to tell of a value that is no map where a map belongs. */
  return table->shorthand == NULL || strcmp (table->shorthand, name) == 0;
}

bool
options_read (const OptionTable *table, const Node *node, const char *owner, const char *folder,
              void *options, Problems *problems)
{
  bool ok = true;
  if (node != NULL && node->kind == NODE_MAP)
    ok = read_map (table, node, owner, folder, options, problems);
  else if (node != NULL && node->kind != NODE_NULL)
    ok = read_bare_value (table, node, owner, folder, options, problems);
  for (const Option *row = table->rows; row->name != NULL; row++)
    /* What was read before stays: a configuration may be laid over another. */
    if (row->flags & OPTION_REQUIRED && !is_given (table, node, row->name) &&
        option_is_default (row, options))
      ok = problems_add (problems, node != NULL ? &node->mark : NULL, "'%s' needs '%s'", owner,
                         row->name);
  return ok;
}
