#include "pipeline/merge.h"

Node *
node_merge (Node *base, Node *over)
{
  if (base == NULL || over == NULL)
    return over != NULL ? node_ref (over) : base != NULL ? node_ref (base) : NULL;
  if (base->kind != NODE_MAP || over->kind != NODE_MAP)
    return node_ref (over);
  Node *merged = node_new_map (&over->mark);
  for (unsigned i = 0; i < node_length (base); i++) {
    Node *key = base->keys->pdata[i];
    Node *replacement = (Node *)node_get (over, key->text);
    node_take_member (merged, node_ref (key), node_merge (base->items->pdata[i], replacement));
  }
  for (unsigned i = 0; i < node_length (over); i++)
    if (node_get (base, node_key (over, i)) == NULL)
      node_take_member (merged, node_ref (over->keys->pdata[i]), node_ref (over->items->pdata[i]));
  return merged;
}
