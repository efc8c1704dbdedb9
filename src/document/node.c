#include "document/node.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "base/units.h"
#include "document/json-write.h"
#include "document/node-build.h"
#include "document/quote.h"

enum { MOST_DESCRIBED_CHARACTERS = 40 };

Node *
node_ref (Node *node)
{
  node->references++;
  return node;
}

void
node_unref (Node *node)
{
  if (node == NULL || --node->references > 0)
    return;
  g_clear_pointer (&node->items, g_ptr_array_unref);
  g_clear_pointer (&node->keys, g_ptr_array_unref);
  g_free (node->text);
  g_free (node);
}

static void
unref_element (gpointer data)
{
  node_unref (data);
}

static Node *
node_new (NodeKind kind, const Mark *mark)
{
  Node *node = g_new0 (Node, 1);
  node->kind = kind;
  node->references = 1;
  node->mark = mark != NULL ? *mark : MARK_NONE;
  return node;
}

Node *
node_new_text (const Mark *mark, const char *text, NodeStyle style)
{
  Node *node = node_new (NODE_TEXT, mark);
  node->style = style;
  node->text = g_strdup (text);
  node->has_references = strstr (text, "${") != NULL;
  return node;
}

static bool
is_one_of (const char *text, const char *lower, const char *title, const char *upper)
{
  return strcmp (text, lower) == 0 || strcmp (text, title) == 0 || strcmp (text, upper) == 0;
}

static size_t
count_digits (const char *text)
{
  size_t n = 0;
  while (g_ascii_isdigit (text[n]))
    n++;
  return n;
}

/* 0x1F and 0o17, which take no sign in YAML 1.2. */
static bool
parse_based_integer (const char *text, int64_t *out_integer)
{
  int base = text[0] != '0' ? 0 : text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 0;
  if (base == 0 || text[2] == '\0')
    return false;
  for (const char *c = text + 2; *c != '\0'; c++)
    if (g_ascii_xdigit_value (*c) < 0 || g_ascii_xdigit_value (*c) >= base)
      return false;
  errno = 0;
  guint64 value = g_ascii_strtoull (text + 2, NULL, base);
  if (errno != 0 || value > INT64_MAX)
    return false;
  *out_integer = (int64_t)value;
  return true;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? where a whole part of several digits does not
 * begin with 0: article numbers do, and must keep their zeros. */
static bool
is_decimal (const char *text, bool *out_is_integer)
{
  const char *at = text + (text[0] == '-' || text[0] == '+');
  size_t n_whole = count_digits (at);
  if (n_whole > 1 && at[0] == '0')
    return false;
  at += n_whole;
  size_t n_after = 0;
  bool is_integer = n_whole > 0;
  if (*at == '.') {
    is_integer = false;
    n_after = count_digits (at + 1);
    at += 1 + n_after;
  }
  if (n_whole + n_after == 0)
    return false;
  if (*at == 'e' || *at == 'E') {
    is_integer = false;
    at += 1 + (at[1] == '-' || at[1] == '+');
    size_t n_exponent = count_digits (at);
    if (n_exponent == 0)
      return false;
    at += n_exponent;
  }
  *out_is_integer = is_integer;
  return *at == '\0';
}

static void
resolve_number (Node *node)
{
  bool is_integer = false;
  if (parse_based_integer (node->text, &node->integer)) {
    node->kind = NODE_INT;
    node->number = (double)node->integer;
    return;
  }
  if (!is_decimal (node->text, &is_integer))
    return;
  if (is_integer) {
    errno = 0;
    gint64 value = g_ascii_strtoll (node->text, NULL, 10);
    if (errno == 0) {
      node->kind = NODE_INT;
      node->integer = value;
      node->number = (double)value;
      return;
    }
  }
  double number = g_ascii_strtod (node->text, NULL);
  if (!isfinite (number))
    return;
  node->kind = NODE_NUMBER;
  node->number = number;
}

Node *
node_new_scalar (const Mark *mark, const char *text, NodeStyle style)
{
  Node *node = node_new_text (mark, text, style);
  if (style != NODE_PLAIN)
    return node;
  if (text[0] == '\0' || strcmp (text, "~") == 0 || is_one_of (text, "null", "Null", "NULL")) {
    node->kind = NODE_NULL;
  } else if (is_one_of (text, "true", "True", "TRUE")) {
    node->kind = NODE_BOOL;
    node->boolean = true;
  } else if (is_one_of (text, "false", "False", "FALSE")) {
    node->kind = NODE_BOOL;
  } else {
    resolve_number (node);
  }
  return node;
}

Node *
node_new_list (const Mark *mark)
{
  Node *node = node_new (NODE_LIST, mark);
  node->items = g_ptr_array_new_with_free_func (unref_element);
  return node;
}

Node *
node_new_map (const Mark *mark)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (unref_element);
  return node_new_row (mark, keys);
}

Node *
node_new_row (const Mark *mark, GPtrArray *keys)
{
  Node *node = node_new (NODE_MAP, mark);
  node->items = g_ptr_array_new_with_free_func (unref_element);
  node->keys = g_ptr_array_ref (keys);
  return node;
}

void
node_take_item (Node *list, Node *item)
{
  list->has_references |= item->has_references;
  g_ptr_array_add (list->items, item);
}

void
node_take_member (Node *map, Node *key, Node *value)
{
  g_ptr_array_add (map->keys, key);
  node_take_item (map, value);
}

Node *
node_get (const Node *map, const char *key)
{
  if (map == NULL || map->kind != NODE_MAP)
    return NULL;
  for (unsigned i = 0; i < map->items->len; i++)
    if (strcmp (node_key (map, i), key) == 0)
      return map->items->pdata[i];
  return NULL;
}

unsigned
node_length (const Node *list_or_map)
{
  return list_or_map != NULL && list_or_map->items != NULL ? list_or_map->items->len : 0;
}

Node *
node_item (const Node *list_or_map, unsigned i)
{
  return list_or_map->items->pdata[i];
}

const char *
node_key (const Node *map, unsigned i)
{
  const Node *key = map->keys->pdata[i];
  return key->text;
}

const char *
node_kind_words (NodeKind kind)
{
  static const char *const words[] = {
    [NODE_NULL] = "nothing",    [NODE_BOOL] = "true or false", [NODE_INT] = "a whole number",
    [NODE_NUMBER] = "a number", [NODE_TEXT] = "text",          [NODE_LIST] = "a list",
    [NODE_MAP] = "a map",
  };
  return words[kind];
}

char *
node_describe (const Node *node)
{
  if (node->kind == NODE_LIST || node->kind == NODE_MAP || node->kind == NODE_NULL)
    return g_strdup (node_kind_words (node->kind));
  g_autofree char *words = document_shorten (node->text, strlen (node->text),
                                             MOST_DESCRIBED_CHARACTERS);
  return g_strconcat ("'", words, "'", NULL);
}

static void
append_members (const Node *node, GString *out)
{
  bool is_map = node->kind == NODE_MAP;
  g_string_append_c (out, is_map ? '{' : '[');
  for (unsigned i = 0; i < node->items->len; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    if (is_map) {
      json_append_quoted (out, node_key (node, i));
      g_string_append_c (out, ':');
    }
    node_to_json (node->items->pdata[i], out);
  }
  g_string_append_c (out, is_map ? '}' : ']');
}

void
node_to_json (const Node *node, GString *out)
{
  g_autofree char *number = NULL;
  switch (node->kind) {
  case NODE_NULL:
    g_string_append (out, "null");
    break;
  case NODE_BOOL:
    g_string_append (out, node->boolean ? "true" : "false");
    break;
  case NODE_INT:
    g_string_append_printf (out, "%" PRId64, node->integer);
    break;
  case NODE_NUMBER:
    number = units_format_number (node->number);
    g_string_append (out, number);
    break;
  case NODE_TEXT:
    json_append_quoted (out, node->text);
    break;
  case NODE_LIST:
  case NODE_MAP:
    append_members (node, out);
    break;
  }
}
