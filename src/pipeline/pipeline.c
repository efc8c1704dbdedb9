#include "pipeline/pipeline.h"

#include "base/path.h"
#include "base/secret.h"
#include "pipeline/keys.h"
#include "pipeline/merge.h"
#include "pipeline/output.h"
#include "pipeline/rest.h"
#include "pipeline/secrets.h"

enum { MOST_EXTENDS = 16 };

G_DEFINE_QUARK (peel_pipeline_error, pipeline_error)

static void
free_document (gpointer document)
{
  document_free (document);
}

static Pipeline *
pipeline_new (const char *folder)
{
  Pipeline *pipeline = g_new0 (Pipeline, 1);
  pipeline->folder = g_strdup (folder);
  pipeline->documents = g_ptr_array_new_with_free_func (free_document);
  pipeline->document_folders = g_ptr_array_new_with_free_func (g_free);
  pipeline->outputs = g_ptr_array_new_with_free_func (output_rule_free);
  pipeline->scope = scope_new (NULL);
  pipeline->matrix = matrix_new ();
  return pipeline;
}

void
pipeline_free (Pipeline *pipeline)
{
  if (pipeline == NULL)
    return;
  g_ptr_array_unref (pipeline->outputs);
  node_unref (pipeline->stage_list);
  scope_free (pipeline->scope);
  matrix_free (pipeline->matrix);
  node_unref (pipeline->root);
  g_ptr_array_unref (pipeline->documents);
  g_ptr_array_unref (pipeline->document_folders);
  g_free (pipeline->manifest);
  g_free (pipeline->lock);
  g_free (pipeline->folder);
  g_free (pipeline->file_stem);
  g_free (pipeline->path);
  g_free (pipeline->name);
  g_free (pipeline);
}

/* ---- extends ---- */

/* The path of the parent, as its child names it, for errors: beside the child's own name. */
static char *
shown_beside (const char *child, const char *name)
{
  if (g_path_is_absolute (name))
    return g_strdup (name);
  g_autofree char *folder = g_path_get_dirname (child);
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *from = path_resolve (current, folder);
  g_autofree char *path = path_resolve (from, name);
  return g_path_is_absolute (child) ? g_steal_pointer (&path) : path_relative (path, current);
}

/* A wrong key does not end the reading, so that all mistakes are told at once. */
static bool
check_keys (Pipeline *pipeline, const Document *document, Problems *problems)
{
  const Node *root = document->root;
  if (root->kind == NODE_NULL)
    return problems_add (problems, &root->mark,
                         "this file is empty: a pipeline begins with 'version: 1'");
  if (!keys_check (root, pipeline_keys, "a pipeline", problems))
    pipeline->is_partial = true;
  return root->kind == NODE_MAP;
}

/* The document at `path` with its parents merged in. Documents are kept by the pipeline, the paths
 * on the way in `trail` tell a circle. New reference, or NULL after a problem. */
static Node *
load_merged (Pipeline *pipeline, const char *path, const char *shown, const Mark *from,
             GPtrArray *trail, Problems *problems)
{
  g_autofree char *real = path_real (path);
  for (unsigned i = 0; i < trail->len; i++)
    if (strcmp (trail->pdata[i], real) == 0) {
      problems_add (problems, from, "'extends' goes in a circle: %s is already being read", shown);
      return NULL;
    }
  if (trail->len >= MOST_EXTENDS) {
    problems_add (problems, from, "'extends' goes more than %d files deep", MOST_EXTENDS);
    return NULL;
  }
  Document *document = document_load (path, shown, from, problems);
  if (document == NULL)
    return NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  g_ptr_array_add (pipeline->documents, document);
  g_ptr_array_add (pipeline->document_folders, g_strdup (folder));
  if (!secrets_check (document->root, problems) || !check_keys (pipeline, document, problems))
    return NULL;

  const Node *extends = node_get (document->root, "extends");
  if (extends == NULL)
    return node_ref (document->root);
  if (extends->kind != NODE_TEXT) {
    problems_add (problems, &extends->mark, "'extends' takes the path of another pipeline file");
    return NULL;
  }
  g_autofree char *parent_path = path_resolve (folder, extends->text);
  g_autofree char *parent_shown = shown_beside (shown, extends->text);
  g_ptr_array_add (trail, real);
  g_autoptr (Node)
    parent = load_merged (pipeline, parent_path, parent_shown, &extends->mark, trail, problems);
  g_ptr_array_set_size (trail, (int)trail->len - 1);
  return parent != NULL ? node_merge (parent, document->root) : NULL;
}

const char *
pipeline_folder_of (const Pipeline *pipeline, const Node *node)
{
  for (unsigned i = 0; i < pipeline->documents->len; i++) {
    const Document *document = pipeline->documents->pdata[i];
    if (document->source == node->mark.source)
      return pipeline->document_folders->pdata[i];
  }
  return pipeline->folder;
}

/* ---- the parts of a file ---- */

/* What is missing may stand there under a wrong name, which was told. */
static bool
check_version (const Node *root, bool has_unknown_key, Problems *problems)
{
  const Node *version = node_get (root, "version");
  if (version == NULL && has_unknown_key)
    return false;
  if (version == NULL)
    return problems_add (problems, &root->mark,
                         "'version' is missing: begin the file with 'version: 1'");
  if (version->kind != NODE_INT || version->integer != 1) {
    g_autofree char *given = node_describe (version);
    return problems_add (problems, &version->mark, "'version' is 1 in this Peel, not %s", given);
  }
  return true;
}

/* --var NAME=VALUE, the value typed as YAML would type it. */
static Scope *
read_command_line (const PipelineSettings *settings, Problems *problems)
{
  Scope *given = scope_new (NULL);
  for (char **variable = settings->variables; variable != NULL && *variable != NULL; variable++) {
    const char *equals = strchr (*variable, '=');
    g_autofree char *name = equals != NULL ? g_strndup (*variable, (size_t)(equals - *variable))
                                           : NULL;
    if (name == NULL || !scope_is_name (name)) {
      problems_add (problems, NULL, "--var takes NAME=VALUE, not '%s'", *variable);
      continue;
    }
    size_t start, length;
    if (secret_is_name (name) || secret_find (equals + 1, &start, &length)) {
      problems_add (
        problems, NULL,
        "--var %s holds what looks like a secret: what is put into a pipeline ends up in "
        "prompts and records",
        name);
      continue;
    }
    g_autoptr (Node) value = node_new_scalar (&MARK_NONE, equals + 1, NODE_PLAIN);
    scope_set (given, name, value);
  }
  return given;
}

/* In the order written, so that a later one may use an earlier one. */
bool
pipeline_read_vars (Scope *scope, const Node *vars, const Scope *overrides, Problems *problems)
{
  if (vars == NULL)
    return true;
  if (vars->kind != NODE_MAP)
    return problems_add (problems, &vars->mark, "'vars' takes a map: { product: watch }");
  bool ok = true;
  for (unsigned i = 0; i < node_length (vars); i++) {
    const Node *key = vars->keys->pdata[i];
    Node *value = vars->items->pdata[i];
    Node *replacement = scope_get (overrides, key->text);
    if (!scope_is_name (key->text))
      ok = problems_add (problems, &key->mark,
                         "'%s' cannot be a variable: a name has letters, digits, '_' and '-'",
                         key->text);
    else if (value->kind == NODE_TEXT && value->cut_by_comment)
      ok = problems_add (
        problems, &value->mark,
        "this value ends at ' #' (the rest is a comment): quote it if '#' belongs to it");
    g_autoptr (Node) filled = replacement != NULL ? node_ref (replacement)
                                                  : scope_fill (scope, value, problems);
    scope_set (scope, key->text, filled);
  }
  return ok;
}

static bool
any_document_names (const Pipeline *pipeline, const char *name)
{
  g_autofree char *reference = g_strdup_printf ("${%s}", name);
  for (unsigned i = 0; i < pipeline->documents->len; i++)
    if (strstr (((Document *)pipeline->documents->pdata[i])->source->text, reference) != NULL)
      return true;
  return false;
}

/* A --var that nothing uses is a slip of the keyboard. */
static void
use_command_line (Pipeline *pipeline, const PipelineSettings *settings, const Scope *given,
                  Problems *problems)
{
  const Node *vars = node_get (pipeline->root, "vars");
  for (char **variable = settings->variables; variable != NULL && *variable != NULL; variable++) {
    g_auto (GStrv) parts = g_strsplit (*variable, "=", 2);
    Node *value = scope_get (given, parts[0]);
    if (value == NULL || node_get (vars, parts[0]) != NULL)
      continue;
    if (any_document_names (pipeline, parts[0]))
      scope_set (pipeline->scope, parts[0], value);
    else
      problems_add (problems, NULL, "--var %s: the pipeline has no ${%s}", parts[0], parts[0]);
  }
}

static void
check_shared_names (const Pipeline *pipeline, Problems *problems)
{
  for (unsigned i = 0; i < pipeline->matrix->axes->len; i++) {
    const MatrixAxis *axis = pipeline->matrix->axes->pdata[i];
    if (scope_get (pipeline->scope, axis->key) == NULL)
      continue;
    if (node_get (node_get (pipeline->root, "vars"), axis->key) == NULL)
      problems_add (problems, NULL,
                    "--var %s: that is a matrix key, which has several values; --only chooses "
                    "images by their ids",
                    axis->key);
    else
      problems_add (problems, &axis->mark, "'%s' is both a variable and a matrix key; rename one",
                    axis->key);
  }
}

static void
read_manifest (Pipeline *pipeline, Problems *problems)
{
  const Node *node = node_get (pipeline->root, "manifest");
  g_autofree char *file = NULL;
  if (node == NULL && pipeline->path == NULL)
    return;
  if (node == NULL) {
    file = g_strconcat (pipeline->file_stem, ".manifest.json", NULL);
  } else {
    g_autoptr (Node) filled = scope_fill (pipeline->scope, (Node *)node, problems);
    if (filled->kind != NODE_TEXT) {
      problems_add (problems, &node->mark, "'manifest' takes a path, or none");
      return;
    }
    if (strcmp (filled->text, "none") == 0)
      return;
    file = g_strdup (filled->text);
  }
  g_autofree char *path = path_resolve (pipeline->folder, file);
  if (!pipeline->allow_outside && !path_is_within (path, pipeline->folder))
    problems_add (problems, &node->mark,
                  "the manifest would leave the pipeline's folder; --allow-outside permits it");
  else if (g_strcmp0 (path, pipeline->path) == 0)
    problems_add (problems, &node->mark, "the manifest would overwrite this pipeline");
  else
    pipeline->manifest = g_steal_pointer (&path);
}

static void
read_name (Pipeline *pipeline, const char *fallback, Problems *problems)
{
  const Node *node = node_get (pipeline->root, "name");
  pipeline->name = g_strdup (fallback);
  if (node == NULL)
    return;
  g_autoptr (Node) filled = scope_fill (pipeline->scope, (Node *)node, problems);
  if (filled->text == NULL || filled->text[0] == '\0' || filled->kind == NODE_NULL) {
    problems_add (problems, &node->mark, "'name' takes a text");
    return;
  }
  g_free (pipeline->name);
  pipeline->name = g_strdup (filled->text);
}

static void
read_lists (Pipeline *pipeline, const PipelineSettings *settings, bool has_unknown_key,
            Problems *problems)
{
  const Node *root = pipeline->root;
  const Node *stages = node_get (root, "stages"), *outputs = node_get (root, "outputs");
  if (stages == NULL && !has_unknown_key)
    problems_add (
      problems, &root->mark,
      "'stages' is missing: a pipeline begins with a source, such as '- load: photo.png' or "
      "'- generate: { prompt: … }'");
  else if (stages != NULL && (stages->kind != NODE_LIST || node_length (stages) == 0))
    problems_add (problems, &stages->mark,
                  "'stages' takes a list that begins with a source: - load: photo.png");
  else if (stages != NULL)
    pipeline->stage_list = node_ref ((Node *)stages);

  if (outputs == NULL && has_unknown_key)
    return;
  if (outputs == NULL)
    problems_add (problems, &root->mark,
                  "'outputs' is missing: name at least one, such as '- preset: web/responsive'");
  else if (outputs->kind != NODE_LIST || node_length (outputs) == 0)
    problems_add (problems, &outputs->mark, "'outputs' takes a list: - preset: web/responsive");
  else
    for (unsigned i = 0; i < node_length (outputs); i++) {
      OutputRule *rule = output_rule_read (pipeline, outputs->items->pdata[i], settings->presets,
                                           problems);
      if (rule != NULL)
        g_ptr_array_add (pipeline->outputs, rule);
    }
}

/* Everything after the root is known. Takes over nothing; false after problems. */
static bool
resolve (Pipeline *pipeline, const PipelineSettings *settings, const char *fallback_name,
         Problems *problems)
{
  unsigned before = problems_count (problems);
  const Node *root = pipeline->root;
  g_autoptr (Scope) given = read_command_line (settings, problems);
  bool has_unknown_key = pipeline->is_partial;
  check_version (root, has_unknown_key, problems);
  unsigned before_values = problems_count (problems);
  pipeline_read_vars (pipeline->scope, node_get (root, "vars"), given, problems);
  use_command_line (pipeline, settings, given, problems);
  Node *matrix = (Node *)node_get (root, "matrix");
  /* A parent's `from` starts at the parent, whoever added to its matrix. */
  const Node *from = node_get (matrix, "from");
  const Node *origin = from != NULL ? from : matrix;
  const char *folder = origin != NULL ? pipeline_folder_of (pipeline, origin) : pipeline->folder;
  matrix_read (pipeline->matrix, matrix, folder, false, pipeline->scope, problems);
  check_shared_names (pipeline, problems);
  pipeline->is_partial |= problems_count (problems) > before_values;
  read_name (pipeline, fallback_name, problems);
  read_manifest (pipeline, problems);
  read_lists (pipeline, settings, has_unknown_key, problems);
  if (problems_count (problems) == before && !has_unknown_key)
    return true;
  pipeline_check_stages (pipeline, problems);
  return false;
}

Pipeline *
pipeline_load (const char *path, const PipelineSettings *settings, Problems *problems)
{
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *full = path_resolve (current, path);
  g_autofree char *folder = g_path_get_dirname (full);
  g_autoptr (Pipeline) pipeline = pipeline_new (folder);
  pipeline->path = g_strdup (full);
  pipeline->file_stem = path_dup_stem (full);
  pipeline->lock = g_build_filename (folder, PIPELINE_LOCK_NAME, NULL);
  pipeline->config = settings->config;
  pipeline->allow_outside = settings->allow_outside;
  pipeline->follow_links = settings->follow_links;
  g_autoptr (GPtrArray) trail = g_ptr_array_new ();
  pipeline->root = load_merged (pipeline, full, path, NULL, trail, problems);
  if (pipeline->root == NULL || !resolve (pipeline, settings, pipeline->file_stem, problems))
    return NULL;
  return g_steal_pointer (&pipeline);
}

Pipeline *
pipeline_from_document (Document *document, const char *folder, const char *name,
                        const PipelineSettings *settings, Problems *problems)
{
  g_autoptr (Pipeline) pipeline = pipeline_new (folder);
  g_ptr_array_add (pipeline->documents, document);
  g_ptr_array_add (pipeline->document_folders, g_strdup (folder));
  pipeline->root = node_ref (document->root);
  pipeline->config = settings->config;
  pipeline->allow_outside = settings->allow_outside;
  pipeline->follow_links = settings->follow_links;
  if (!secrets_check (document->root, problems) || !check_keys (pipeline, document, problems) ||
      !resolve (pipeline, settings, name, problems))
    return NULL;
  return g_steal_pointer (&pipeline);
}
