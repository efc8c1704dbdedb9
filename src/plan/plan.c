/* Which images there are: rows of the matrix, times files of a `load`, variants of a `generate` or
 * originals of a `recall`. */
#include "plan/plan-private.h"

#include "base/path.h"

static void
image_free (gpointer data)
{
  PlanImage *image = data;
  g_free (image->id);
  g_free (image->stem);
  g_free (image->file);
  g_free (image);
}

PlanOriginal *
plan_original_new (const char *name, const Digest *digest)
{
  PlanOriginal *original = g_new0 (PlanOriginal, 1);
  original->name = g_strdup (name);
  original->digest = *digest;
  return original;
}

void
plan_original_free (PlanOriginal *original)
{
  if (original == NULL)
    return;
  g_free (original->name);
  g_free (original);
}

void
plan_free (Plan *plan)
{
  if (plan == NULL)
    return;
  g_clear_pointer (&plan->images, g_ptr_array_unref);
  g_clear_pointer (&plan->rows, g_ptr_array_unref);
  step_cache_free (plan->steps);
  g_free (plan->real_folder);
  g_free (plan);
}

const Pipeline *
plan_pipeline (const Plan *plan)
{
  return plan->pipeline;
}

unsigned
plan_n_images (const Plan *plan)
{
  return plan->images->len;
}

const PlanImage *
plan_image (const Plan *plan, unsigned i)
{
  return plan->images->pdata[i];
}

/* ---- rows ---- */

Scope *
plan_row_scope (const Plan *plan, unsigned row)
{
  Scope *scope = scope_new (plan->pipeline->scope);
  matrix_row_fill_scope (plan->rows->pdata[row], scope);
  return scope;
}

Step *
plan_source_step (const Plan *plan, unsigned row, Problems *problems)
{
  g_autoptr (Scope) scope = plan_row_scope (plan, row);
  const ChainPart part = plan_shared_part (plan, scope);
  return chain_read_source (plan->steps, &part, problems);
}

ChainPart
plan_shared_part (const Plan *plan, const Scope *scope)
{
  Node *list = plan->pipeline->stage_list;
  return (ChainPart){ .list = list,
                      .scope = scope,
                      .folder = pipeline_folder_of (plan->pipeline, list),
                      .generate = config_generate (plan->pipeline->config) };
}

/* The values of a row joined by commas, in the order of the matrix; NULL for a row without any. */
static char *
join_values (const MatrixRow *row)
{
  if (row->n == 0)
    return NULL;
  GString *joined = g_string_new (NULL);
  for (unsigned i = 0; i < row->n; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? "," : "", row->values[i]->text);
  return g_string_free (joined, FALSE);
}

/* A table's row is called by its id, else its name, else its number. */
static char *
table_row_id (const MatrixRow *row, unsigned number)
{
  static const char *const columns[] = { "id", "name" };
  for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++) {
    const Node *value = matrix_row_get (row, columns[i]);
    if (value != NULL && value->text[0] != '\0' && value->kind != NODE_NULL)
      return g_strdup (value->text);
  }
  return g_strdup_printf ("%u", number + 1);
}

/* ---- images ---- */

static char *
image_id (const Plan *plan, unsigned row, const char *base)
{
  const MatrixRow *values = plan->rows->pdata[row];
  if (plan->pipeline->matrix->table != NULL)
    return table_row_id (values, row);
  g_autofree char *joined = join_values (values);
  return joined != NULL ? g_strdup_printf ("%s@%s", base, joined) : g_strdup (base);
}

static void
add_image (Plan *plan, PlanImage *image, GHashTable *ids, const Mark *mark, Problems *problems)
{
  g_ptr_array_add (plan->images, image);
  g_autofree char *key = g_strdup_printf ("%s#%d", image->id, image->variant);
  PlanImage *other = g_hash_table_lookup (ids, key);
  bool is_same_file = other != NULL && image->file != NULL && image->row == other->row &&
                      g_strcmp0 (image->file, other->file) == 0;
  if (other == NULL) {
    g_hash_table_insert (ids, g_steal_pointer (&key), image);
    return;
  }
  /* Two patterns may name one file, which is loaded once. */
  if (!is_same_file && image->file != NULL && other->file != NULL)
    problems_add (
      problems, mark,
      "two images have the id '%s': %s and %s; rename a file or load them in two pipelines",
      image->id, other->file, image->file);
  else if (!is_same_file)
    problems_add (problems, mark,
                  "two images have the id '%s'; give the rows different values, or an 'id'",
                  image->id);
  g_ptr_array_remove_index (plan->images, plan->images->len - 1);
}

/* The variant that was picked for this image, 0: none. A choice among answers to another question is
 * no choice any more. It need not be among the variants that are asked for now. */
static int
picked_variant (const Plan *plan, unsigned row, char *id)
{
  g_autoptr (Problems) told_elsewhere = problems_new ();
  PlanImage image = { .id = id, .row = row };
  Digest request;
  if (plan->world->picked == NULL ||
      !plan->world->picked (plan->world->data, id, &image.variant, &request))
    return 0;
  g_autoptr (PlanRequest) asked = plan_request_of (plan, &image, told_elsewhere);
  return asked != NULL && plan_find_choice (asked, &request) >= 0 ? image.variant : 0;
}

static void
add_generated (Plan *plan, unsigned row, const Step *source, GHashTable *ids, Problems *problems)
{
  const GenerateOptions *options = source->options;
  g_autofree char *id = image_id (plan, row, plan->pipeline->name);
  int picked = picked_variant (plan, row, id);
  int first = picked > 0 ? picked : 1, last = picked > 0 ? picked : options->variants;
  for (int variant = first; variant <= last; variant++) {
    PlanImage *image = g_new0 (PlanImage, 1);
    image->id = g_strdup (id);
    image->stem = path_safe_name (image->id);
    image->row = row;
    image->variant = variant;
    image->has_variants = last > first;
    image->is_picked = picked > 0;
    add_image (plan, image, ids, &source->mark, problems);
  }
}

static void
add_loaded (Plan *plan, unsigned row, const Step *source, GHashTable *ids, Problems *problems)
{
  const LoadOptions *options = source->options;
  const Node *files = source->node->kind == NODE_MAP ? node_get (source->node, "files")
                                                     : source->node;
  const Mark *mark = files != NULL ? &files->mark : &source->mark;
  for (char **pattern = options->files; *pattern != NULL; pattern++) {
    g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GError) error = NULL;
    if (!plan->world->list_files (plan->world->data, source->folder, *pattern, paths, &error)) {
      problems_add (problems, mark, "%s", error->message);
      continue;
    }
    if (paths->len == 0)
      problems_add (problems, mark, "no file matches '%s' in %s", *pattern, source->folder);
    for (unsigned i = 0; i < paths->len; i++) {
      PlanImage *image = g_new0 (PlanImage, 1);
      image->source = PLAN_LOADED;
      image->file = g_strdup (paths->pdata[i]);
      image->stem = path_dup_stem (image->file);
      image->id = image_id (plan, row, image->stem);
      image->row = row;
      image->variant = 1;
      add_image (plan, image, ids, mark, problems);
    }
  }
}

/* A table's row may find several, and more of them tomorrow: its id alone would not tell them
 * apart, or change what an image is called when another one comes. */
static char *
recalled_id (const Plan *plan, unsigned row, const PlanOriginal *original)
{
  if (plan->pipeline->matrix->table == NULL)
    return image_id (plan, row, original->name);
  g_autofree char *row_id = image_id (plan, row, "");
  return g_strdup_printf ("%s-%.8s", row_id, digest_to_hex (&original->digest).text);
}

static void
add_recalled (Plan *plan, unsigned row, const Step *source, GHashTable *ids, Problems *problems)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)plan_original_free);
  g_autoptr (GError) error = NULL;
  if (!plan->world->recall (plan->world->data, source->options, found, &error)) {
    problems_add (problems, &source->mark, "%s", error->message);
    return;
  }
  for (unsigned i = 0; i < found->len; i++) {
    const PlanOriginal *original = found->pdata[i];
    PlanImage *image = g_new0 (PlanImage, 1);
    image->source = PLAN_RECALLED;
    image->original = original->digest;
    image->id = recalled_id (plan, row, original);
    image->stem = path_safe_name (image->id);
    image->row = row;
    image->variant = 1;
    add_image (plan, image, ids, &source->mark, problems);
  }
}

static void
list_images (Plan *plan, Problems *problems)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (unsigned row = 0; row < plan->rows->len; row++) {
    g_autoptr (Step) source = plan_source_step (plan, row, problems);
    if (source == NULL)
      continue;
    if (source->type->options == &generate_options)
      add_generated (plan, row, source, ids, problems);
    else if (source->type->options == &recall_options)
      add_recalled (plan, row, source, ids, problems);
    else
      add_loaded (plan, row, source, ids, problems);
  }
}

/* A plan that cannot be is looked through all the same, so that all mistakes are told in one go:
 * for the images there are, or for one that stands for them. */
static void
check_the_rest (Plan *plan, Problems *problems)
{
  if (plan->images->len == 0) {
    PlanImage *image = g_new0 (PlanImage, 1);
    image->id = g_strdup (plan->pipeline->name);
    image->stem = path_safe_name (image->id);
    image->source = PLAN_LOADED;
    image->file = g_strdup ("");
    image->variant = 1;
    g_ptr_array_add (plan->images, image);
  }
  unsigned n_targets_missed;
  plan_check (plan, false, &n_targets_missed, problems);
}

Plan *
plan_new (const Pipeline *pipeline, const PlanWorld *world, Problems *problems)
{
  g_autoptr (Plan) plan = g_new0 (Plan, 1);
  unsigned before = problems_count (problems);
  plan->pipeline = pipeline;
  plan->world = world;
  plan->real_folder = world->real_path != NULL ? world->real_path (world->data, pipeline->folder)
                                               : g_strdup (pipeline->folder);
  plan->steps = step_cache_new ();
  plan->images = g_ptr_array_new_with_free_func (image_free);
  const Node *matrix = node_get (pipeline->root, "matrix");
  plan->rows = matrix_rows (pipeline->matrix, 0, 0, matrix != NULL ? &matrix->mark : NULL,
                            problems);
  if (plan->rows != NULL)
    list_images (plan, problems);
  if (problems_count (problems) == before)
    return g_steal_pointer (&plan);
  if (plan->rows != NULL)
    check_the_rest (plan, problems);
  return NULL;
}

Step *
plan_load_step (const Plan *plan, unsigned i, Problems *problems)
{
  return plan_source_step (plan, plan_image (plan, i)->row, problems);
}
