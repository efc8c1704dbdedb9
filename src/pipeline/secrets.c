#include "pipeline/secrets.h"

#include "base/secret.h"

static bool
check_named (const Node *key, const Node *value, Problems *problems)
{
  bool is_literal = (value->kind == NODE_TEXT || value->kind == NODE_INT) &&
                    value->text[0] != '\0' && !g_str_has_prefix (value->text, "${");
  if (!secret_is_key (key->text) || !is_literal)
    return true;
  return problems_add_secret (
    problems, &value->mark,
    "'%s' holds a secret: a pipeline is shared, so keys never stand in it. Put it "
    "into the environment, or a file that only you can read, and name that in your own "
    "configuration",
    key->text);
}

bool
secrets_check (const Node *node, Problems *problems)
{
  bool ok = true;
  size_t start, length;
  if (node->kind == NODE_TEXT && secret_find (node->text, &start, &length))
    return problems_add_secret (
      problems, &node->mark,
      "this text holds what looks like a secret (a key or token): take it out of the "
      "file, and replace it where it was issued if anyone else has seen the file");
  if (node->kind == NODE_LIST)
    for (unsigned i = 0; i < node_length (node); i++)
      ok = secrets_check (node_item (node, i), problems) && ok;
  if (node->kind == NODE_MAP)
    for (unsigned i = 0; i < node_length (node); i++) {
      const Node *key = node->keys->pdata[i], *value = node_item (node, i);
      ok = (check_named (key, value, problems) && secrets_check (value, problems)) && ok;
    }
  return ok;
}
