/* References are ${name}, ${env.NAME} and ${env.NAME:-default}; $${ is a literal ${. Any other '$'
 * is itself: prompts contain prices. */
#include "pipeline/scope.h"

#include "base/nearest.h"
#include "base/secret.h"
#include "document/document.h"

struct Scope {
  const Scope *parent;
  GHashTable *values; /* char* → Node* */
};

static void
unref_value (gpointer node)
{
  node_unref (node);
}

Scope *
scope_new (const Scope *parent)
{
  Scope *scope = g_new0 (Scope, 1);
  scope->parent = parent;
  scope->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_value);
  return scope;
}

void
scope_free (Scope *scope)
{
  if (scope == NULL)
    return;
  g_hash_table_unref (scope->values);
  g_free (scope);
}

void
scope_set (Scope *scope, const char *name, Node *value)
{
  g_hash_table_replace (scope->values, g_strdup (name), node_ref (value));
}

Node *
scope_get (const Scope *scope, const char *name)
{
  for (; scope != NULL; scope = scope->parent) {
    Node *value = g_hash_table_lookup (scope->values, name);
    if (value != NULL)
      return value;
  }
  return NULL;
}

bool
scope_is_name (const char *name)
{
  if (!g_ascii_isalpha (name[0]) && name[0] != '_')
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '_' && *at != '-')
      return false;
  return true;
}

/* Where `needle` stands in the source, at or after the node's own place: a reference deep inside a
 * block of text is marked where it is, not where the block begins. */
static Mark
find_mark (const Mark *from, const char *needle)
{
  if (from->source == NULL || from->line == 0)
    return *from;
  for (int line = from->line; line < from->line + 500; line++) {
    g_autofree char *text = source_text_dup_line (from->source, line);
    long skip = line == from->line ? MIN (from->column - 1, g_utf8_strlen (text, -1)) : 0;
    const char *start = g_utf8_offset_to_pointer (text, skip);
    const char *hit = strstr (start, needle);
    if (hit == NULL)
      continue;
    int column = (int)g_utf8_pointer_to_offset (text, hit) + 1;
    return (Mark){ from->source, line, column, column + (int)g_utf8_strlen (needle, -1) };
  }
  return *from;
}

static const char *
nearest_value (const Scope *scope, const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (; scope != NULL; scope = scope->parent) {
    GHashTableIter iterator;
    gpointer key;
    g_hash_table_iter_init (&iterator, scope->values);
    while (g_hash_table_iter_next (&iterator, &key, NULL))
      g_ptr_array_add (names, key);
  }
  return nearest_name (name, (const char *const *)names->pdata, names->len);
}

static Node *
complain_unset (const Scope *scope, const char *name, const Mark *mark, Problems *problems)
{
  const char *near = nearest_value (scope, name);
  if (near != NULL)
    problems_add (problems, mark, "'${%s}' is not set; did you mean '${%s}'?", name, near);
  else if (scope_is_name (name))
    problems_add (problems, mark,
                  "'${%s}' is not set; set it under 'vars', in 'matrix' or with --var %s=VALUE "
                  "(a literal '${' is written '$${')",
                  name, name);
  else
    problems_add (problems, mark,
                  "'${%s}' is not a reference: a name has letters, digits, '_' and '-' "
                  "(a literal '${' is written '$${')",
                  name);
  return NULL;
}

static Node *
read_environment (const char *reference, const Mark *mark, Problems *problems)
{
  const char *split = strstr (reference, ":-");
  g_autofree char *name = split != NULL ? g_strndup (reference, (size_t)(split - reference))
                                        : g_strdup (reference);
  if (secret_is_name (name)) {
    problems_add (problems, mark,
                  "'${env.%s}' is refused: the name says that it holds a secret, and what is put "
                  "into a pipeline ends up in prompts and records",
                  name);
    return NULL;
  }
  if (name[0] == '\0' || strchr (name, '=') != NULL) {
    problems_add (problems, mark,
                  "'${env.%s}' names nothing: write ${env.NAME} or ${env.NAME:-default}",
                  reference);
    return NULL;
  }
  /* As in a shell, an empty value is as good as none. */
  const char *value = g_getenv (name);
  bool is_set = value != NULL && value[0] != '\0';
  if (!is_set && split == NULL) {
    problems_add (problems, mark,
                  "the environment has no %s; set it, or give a default: ${env.%s:-default}", name,
                  name);
    return NULL;
  }
  if (!is_set)
    value = split + 2;
  size_t start, length;
  if (secret_find (value, &start, &length)) {
    problems_add (problems, mark,
                  "'${env.%s}' is refused: its value looks like a secret, and what is put into a "
                  "pipeline ends up in prompts and records",
                  name);
    return NULL;
  }
  return node_new_scalar (mark, value, NODE_PLAIN);
}

/* A new reference, or NULL after a problem. `name` is what stands between the braces. */
static Node *
look_up (const Scope *scope, const char *name, const Mark *mark, Problems *problems)
{
  if (g_str_has_prefix (name, "env."))
    return read_environment (name + 4, mark, problems);
  Node *value = scope_get (scope, name);
  return value != NULL ? node_ref (value) : complain_unset (scope, name, mark, problems);
}

/* The end of the reference that begins at "${", or NULL. */
static const char *
reference_end (const char *start)
{
  const char *end = strpbrk (start + 2, "}\n");
  return end != NULL && *end == '}' ? end : NULL;
}

/* A text that was cut short stays so whatever is put into it. */
static Node *
filled_scalar (const Node *written, const Mark *mark, const char *text, NodeStyle style)
{
  Node *node = node_new_scalar (mark, text, style);
  node->cut_by_comment = written->cut_by_comment;
  return node;
}

/* A scalar copied with the mark of the place that refers to it: that is where a wrong value is
 * best shown. Lists and maps keep their own marks. */
static Node *
moved_to (const Node *written, Node *value, const Mark *mark)
{
  if (value->kind == NODE_LIST || value->kind == NODE_MAP)
    return node_ref (value);
  return filled_scalar (written, mark, value->text,
                        value->kind == NODE_TEXT ? NODE_QUOTED : NODE_PLAIN);
}

static void
append_value (GString *out, const Node *value, const char *name, const Mark *mark,
              Problems *problems)
{
  if (value->kind == NODE_LIST || value->kind == NODE_MAP)
    problems_add (problems, mark, "'${%s}' is %s and cannot stand inside a text", name,
                  node_kind_words (value->kind));
  else if (value->kind == NODE_NULL)
    problems_add (problems, mark, "'${%s}' has no value", name);
  else
    g_string_append (out, value->text);
}

static Node *
fill_scalar (const Scope *scope, Node *node, Problems *problems)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (const char *at = node->text; *at != '\0';) {
    if (g_str_has_prefix (at, "$${")) {
      g_string_append (out, "${");
      at += 3;
      continue;
    }
    if (!g_str_has_prefix (at, "${")) {
      g_string_append_c (out, *at++);
      continue;
    }
    const char *end = reference_end (at);
    if (end == NULL) {
      Mark mark = find_mark (&node->mark, "${");
      problems_add (problems, &mark, "'${' has no '}' (a literal '${' is written '$${')");
      return node_ref (node);
    }
    g_autofree char *whole = g_strndup (at, (size_t)(end + 1 - at));
    g_autofree char *name = g_strndup (at + 2, (size_t)(end - at - 2));
    Mark mark = find_mark (&node->mark, whole);
    g_autoptr (Node) value = look_up (scope, name, &mark, problems);
    if (value == NULL)
      return node_ref (node);
    if (at == node->text && end[1] == '\0')
      return moved_to (node, value, &mark);
    append_value (out, value, name, &mark, problems);
    at = end + 1;
  }
  return filled_scalar (node, &node->mark, out->str, NODE_QUOTED);
}

Node *
scope_fill (const Scope *scope, Node *node, Problems *problems)
{
  if (!node->has_references)
    return node_ref (node);
  if (node->kind == NODE_LIST) {
    Node *list = node_new_list (&node->mark);
    for (unsigned i = 0; i < node_length (node); i++)
      node_take_item (list, scope_fill (scope, node->items->pdata[i], problems));
    return list;
  }
  if (node->kind == NODE_MAP) {
    Node *map = node_new_map (&node->mark);
    for (unsigned i = 0; i < node_length (node); i++)
      node_take_member (map, node_ref (node->keys->pdata[i]),
                        scope_fill (scope, node->items->pdata[i], problems));
    return map;
  }
  return fill_scalar (scope, node, problems);
}
