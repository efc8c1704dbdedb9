#include "stages/given.h"

static int
position (const Node *node, const char *option)
{
  if (node == NULL || node->kind != NODE_MAP)
    return -1;
  for (unsigned i = 0; i < node_length (node); i++)
    if (g_str_equal (node_key (node, i), option))
      return (int)i;
  return -1;
}

bool
given (const Node *node, const char *option)
{
  return position (node, option) >= 0;
}

const Mark *
given_mark (const Node *node, const char *option)
{
  if (node == NULL)
    return NULL;
  int i = position (node, option);
  if (i < 0)
    return &node->mark;
  const Node *key = g_ptr_array_index (node->keys, i);
  return &key->mark;
}

bool
given_exclude (const Node *node, const char *reason, const char *const *options, Problems *problems)
{
  bool is_ok = true;
  for (; *options != NULL; options++)
    if (given (node, *options))
      is_ok = problems_add (problems, given_mark (node, *options), "'%s' %s", *options, reason);
  return is_ok;
}
