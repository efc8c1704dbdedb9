#include "document/tree-builder.h"

#include "document/document.h"

/* A text with more mistakes than this is not what it says it is; nobody reads on. */
enum { MOST_PROBLEMS = 100 };

void
tree_builder_init (TreeBuilder *builder, SourceText *source, Problems *problems)
{
  *builder = (TreeBuilder){
    .source = source,
    .problems = problems,
    .frames = g_array_new (FALSE, TRUE, sizeof (TreeFrame)),
  };
}

static void
clear_frame (TreeFrame *frame)
{
  g_clear_pointer (&frame->node, node_unref);
  g_clear_pointer (&frame->key, node_unref);
  g_clear_pointer (&frame->keys, g_hash_table_unref);
}

void
tree_builder_clear (TreeBuilder *builder)
{
  if (builder->frames == NULL)
    return;
  for (unsigned i = 0; i < builder->frames->len; i++)
    clear_frame (&g_array_index (builder->frames, TreeFrame, i));
  g_clear_pointer (&builder->frames, g_array_unref);
  g_clear_pointer (&builder->root, node_unref);
}

TreeFrame *
tree_builder_top (TreeBuilder *builder)
{
  unsigned n = builder->frames->len;
  return n > 0 ? &g_array_index (builder->frames, TreeFrame, n - 1) : NULL;
}

bool
tree_builder_wants_key (TreeBuilder *builder)
{
  const TreeFrame *top = tree_builder_top (builder);
  return top != NULL && top->node->kind == NODE_MAP && top->key == NULL;
}

bool
tree_builder_stop (TreeBuilder *builder, const Mark *mark, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  builder->is_stopped = true;
  return problems_add (builder->problems, mark, "%s", text);
}

bool
tree_builder_report (TreeBuilder *builder, const Mark *mark, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  problems_add (builder->problems, mark, "%s", text);
  if (++builder->n_problems >= MOST_PROBLEMS)
    builder->is_stopped = true;
  return false;
}

static bool
has_room (TreeBuilder *builder, const Mark *mark, unsigned n_nodes, int height)
{
  if (builder->is_stopped)
    return false;
  if (n_nodes > DOCUMENT_MOST_NODES - builder->n_nodes)
    return tree_builder_stop (builder, mark,
                              "more than %d values in one file, aliases written out: split it",
                              DOCUMENT_MOST_NODES);
  if ((int)builder->frames->len + height > DOCUMENT_MOST_DEPTH)
    return tree_builder_stop (builder, mark, "nested deeper than %d levels", DOCUMENT_MOST_DEPTH);
  builder->n_nodes += n_nodes;
  return true;
}

void
tree_builder_open (TreeBuilder *builder, NodeKind kind, const Mark *mark)
{
  unsigned count_before = builder->n_nodes;
  if (!has_room (builder, mark, 1, 1))
    return;
  TreeFrame frame = { .count_before = count_before, .is_fresh = true };
  frame.node = kind == NODE_MAP ? node_new_map (mark) : node_new_list (mark);
  if (kind == NODE_MAP)
    frame.keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_array_append_val (builder->frames, frame);
}

void
tree_builder_take_key (TreeBuilder *builder, Node *key)
{
  TreeFrame *top = tree_builder_top (builder);
  if (!has_room (builder, &key->mark, 1, 0)) {
    node_unref (key);
    return;
  }
  const Node *first = g_hash_table_lookup (top->keys, key->text);
  top->key = key;
  top->is_repeated = first != NULL;
  if (first == NULL) {
    g_hash_table_insert (top->keys, key->text, key);
    return;
  }
  g_autofree char *words = node_describe (key);
  tree_builder_report (builder, &key->mark,
                       "the key %s stands here a second time (first on line %d)", words,
                       first->mark.line);
}

static void
add_to_top (TreeBuilder *builder, Node *value, int height)
{
  TreeFrame *top = tree_builder_top (builder);
  if (top == NULL) {
    g_clear_pointer (&builder->root, node_unref);
    builder->root = value;
    return;
  }
  top->height = MAX (top->height, height);
  top->is_fresh = false;
  if (top->is_repeated) {
    top->is_repeated = false;
    g_clear_pointer (&top->key, node_unref);
    node_unref (value);
  } else if (top->node->kind == NODE_MAP) {
    node_take_member (top->node, g_steal_pointer (&top->key), value);
  } else {
    node_take_item (top->node, value);
  }
}

void
tree_builder_take (TreeBuilder *builder, Node *value, const Mark *mark, unsigned n_nodes,
                   int height)
{
  if (has_room (builder, mark, n_nodes, height))
    add_to_top (builder, value, height);
  else
    node_unref (value);
}

void
tree_builder_close (TreeBuilder *builder, unsigned *out_n_nodes, int *out_height)
{
  TreeFrame frame = *tree_builder_top (builder);
  g_array_set_size (builder->frames, builder->frames->len - 1);
  g_clear_pointer (&frame.keys, g_hash_table_unref);
  g_clear_pointer (&frame.key, node_unref);
  *out_n_nodes = builder->n_nodes - frame.count_before;
  *out_height = frame.height + 1;
  add_to_top (builder, frame.node, *out_height);
}

Node *
tree_builder_finish (TreeBuilder *builder)
{
  if (builder->is_stopped || builder->n_problems > 0)
    return NULL;
  return g_steal_pointer (&builder->root);
}
