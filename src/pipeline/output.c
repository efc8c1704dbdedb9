#include "pipeline/output.h"

#include "base/nearest.h"
#include "pipeline/keys.h"

void
output_rule_free (gpointer data)
{
  OutputRule *rule = data;
  if (rule == NULL)
    return;
  node_unref (rule->preset_stages);
  node_unref (rule->stages);
  node_unref (rule->to);
  scope_free (rule->scope);
  matrix_free (rule->matrix);
  preset_free (rule->preset);
  g_free (rule);
}

static const char *
nearest_with_key (const OutputRule *rule, const Node *vars, const char *key)
{
  const char *near = matrix_nearest_key (rule->matrix, key);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < node_length (vars); i++)
    g_ptr_array_add (names, (gpointer)node_key (vars, i));
  const char *other = nearest_name (key, (const char *const *)names->pdata, names->len);
  return other != NULL ? other : near;
}

/* `with` may only name what the preset has. */
static bool
check_with (const OutputRule *rule, const Node *with, const Node *vars, Problems *problems)
{
  if (with->kind != NODE_MAP)
    return problems_add (problems, &with->mark,
                         "'with' takes a map of the preset's vars and matrix keys");
  bool ok = true;
  for (unsigned i = 0; i < node_length (with); i++) {
    const char *key = node_key (with, i);
    const Mark *mark = &((Node *)with->keys->pdata[i])->mark;
    if (node_get (vars, key) != NULL || matrix_has_key (rule->matrix, key))
      continue;
    const char *near = nearest_with_key (rule, vars, key);
    if (near != NULL)
      ok = problems_add (problems, mark, "preset '%s' has no '%s'; did you mean '%s'?",
                         rule->preset->name, key, near);
    else
      ok = problems_add (problems, mark,
                         "preset '%s' has no '%s'; 'peel presets %s' shows what it has",
                         rule->preset->name, key, rule->preset->name);
  }
  return ok;
}

/* The preset's vars with those of `with` in their place. */
static void
read_preset_vars (OutputRule *rule, const Node *vars, const Node *with, Problems *problems)
{
  g_autoptr (Scope) overrides = scope_new (NULL);
  for (unsigned i = 0; i < node_length (with); i++)
    scope_set (overrides, node_key (with, i), with->items->pdata[i]);
  rule->scope = scope_new (NULL);
  pipeline_read_vars (rule->scope, vars, overrides, problems);
}

static bool
read_preset (OutputRule *rule, const Pipeline *pipeline, Node *node, const PresetPath *presets,
             Problems *problems)
{
  const Node *name = node_get (node, "preset");
  if (name->kind != NODE_TEXT)
    return problems_add (problems, &name->mark,
                         "'preset' takes the name of a preset, such as web/responsive");
  g_autoptr (Node) filled = scope_fill (pipeline->scope, (Node *)name, problems);
  rule->preset = preset_load (presets, pipeline->folder, filled->text, &name->mark, problems);
  if (rule->preset == NULL)
    return false;

  const Node *root = rule->preset->document->root;
  const Node *vars = node_get (root, "vars");
  g_autoptr (Node) with = NULL;
  Node *written = (Node *)node_get (node, "with");
  if (written != NULL)
    with = scope_fill (pipeline->scope, written, problems);
  read_preset_vars (rule, vars, with, problems);
  if (!matrix_read (rule->matrix, (Node *)node_get (root, "matrix"), rule->preset->folder, true,
                    rule->scope, problems))
    return false;
  if (with != NULL && !check_with (rule, with, vars, problems))
    return false;
  bool ok = true;
  for (unsigned i = 0; i < node_length (with); i++)
    if (matrix_has_key (rule->matrix, node_key (with, i)))
      ok = matrix_override (rule->matrix, node_key (with, i), with->items->pdata[i], problems) &&
           ok;
  Node *stages = (Node *)node_get (root, "stages");
  rule->preset_stages = stages != NULL ? node_ref (stages) : NULL;
  if (rule->to == NULL && node_get (root, "to") != NULL)
    rule->to = node_ref ((Node *)node_get (root, "to"));
  return ok;
}

static bool
read_inline (OutputRule *rule, const Pipeline *pipeline, Node *node, Problems *problems)
{
  const Node *with = node_get (node, "with");
  if (with != NULL)
    return problems_add (problems, &with->mark,
                         "'with' gives values to a preset, and this output names none");
  Node *matrix = (Node *)node_get (node, "matrix");
  const char *folder = matrix != NULL ? pipeline_folder_of (pipeline, matrix) : pipeline->folder;
  if (!matrix_read (rule->matrix, matrix, folder, true, pipeline->scope, problems))
    return false;
  bool ok = true;
  for (unsigned i = 0; i < rule->matrix->axes->len; i++) {
    const MatrixAxis *axis = rule->matrix->axes->pdata[i];
    if (scope_get (pipeline->scope, axis->key) != NULL ||
        matrix_has_key (pipeline->matrix, axis->key))
      ok = problems_add (problems, &axis->mark,
                         "'%s' is already a variable or matrix key of the pipeline; rename one",
                         axis->key);
  }
  return ok;
}

static bool
check_parts (const Node *node, bool keys_ok, Problems *problems)
{
  const Node *stages = node_get (node, "stages"), *to = node_get (node, "to");
  bool ok = true;
  if (stages != NULL && stages->kind != NODE_LIST)
    ok = problems_add (problems, &stages->mark, "'stages' takes a list: - resize: { width: 640 }");
  if (to != NULL && to->kind == NODE_MAP && node_length (to) > 0 &&
      node_item (to, 0)->kind == NODE_NULL)
    ok = problems_add (problems, &to->mark,
                       "a value that begins with '{' needs quotes: write \"{%s}\"",
                       node_key (to, 0));
  else if (to != NULL && to->kind != NODE_TEXT)
    ok = problems_add (problems, &to->mark,
                       "'to' takes a path such as \"out/{name}-{width}.{ext}\"");
  if (keys_ok && node_get (node, "preset") == NULL && stages == NULL && to == NULL)
    ok = problems_add (problems, &node->mark, "an output needs a 'preset', or 'stages' and 'to'");
  return ok;
}

OutputRule *
output_rule_read (const Pipeline *pipeline, Node *node, const PresetPath *presets,
                  Problems *problems)
{
  bool keys_ok = keys_check (node, output_keys, "an output", problems);
  if (node->kind != NODE_MAP || !check_parts (node, keys_ok, problems))
    return NULL;
  OutputRule *rule = g_new0 (OutputRule, 1);
  rule->mark = node->mark;
  rule->matrix = matrix_new ();
  Node *stages = (Node *)node_get (node, "stages"), *to = (Node *)node_get (node, "to");
  rule->stages = stages != NULL ? node_ref (stages) : NULL;
  rule->to = to != NULL ? node_ref (to) : NULL;
  const Node *preset = node_get (node, "preset"), *matrix = node_get (node, "matrix");
  bool ok;
  if (preset != NULL && matrix != NULL)
    ok = problems_add (
      problems, &matrix->mark,
      "an output with a preset takes its matrix from there; give other values under 'with'");
  else if (preset != NULL)
    ok = read_preset (rule, pipeline, node, presets, problems);
  else
    ok = read_inline (rule, pipeline, node, problems);
  if (ok && (preset != NULL || stages != NULL || to != NULL))
    return rule;
  output_rule_free (rule);
  return NULL;
}
