#include "plan/paths.h"

#include "base/digest.h"
#include "base/path.h"

typedef enum { PATH_OUTPUT, PATH_INPUT, PATH_MANIFEST, PATH_PROOF } PathKind;

/* A million outputs must not cost a million strings: a path is remembered by the first 15 bytes of
 * its SHA-256, for which a chance collision is out of reach. */
typedef struct {
  uint8_t bytes[15];
  uint8_t kind; /* PathKind */
} PathKey;

struct PlanPaths {
  GHashTable *seen;  /* PathKey* */
  GPtrArray *blocks; /* PathKey[BLOCK] */
  unsigned used;
  const PlanWorld *world;
  GHashTable *real_folders; /* char* → char*: many outputs share a folder */
};

enum { BLOCK = 1024 };

static unsigned
hash_key (const void *key)
{
  unsigned value;
  memcpy (&value, ((const PathKey *)key)->bytes, sizeof value);
  return value;
}

static int
equal_keys (const void *a, const void *b)
{
  return memcmp (((const PathKey *)a)->bytes, ((const PathKey *)b)->bytes,
                 sizeof ((PathKey *)0)->bytes) == 0;
}

PlanPaths *
plan_paths_new (const PlanWorld *world)
{
  PlanPaths *paths = g_new0 (PlanPaths, 1);
  paths->seen = g_hash_table_new (hash_key, equal_keys);
  paths->blocks = g_ptr_array_new_with_free_func (g_free);
  paths->used = BLOCK;
  paths->world = world;
  paths->real_folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return paths;
}

void
plan_paths_free (PlanPaths *paths)
{
  if (paths == NULL)
    return;
  g_hash_table_unref (paths->seen);
  g_ptr_array_unref (paths->blocks);
  g_hash_table_unref (paths->real_folders);
  g_free (paths);
}

/* The path as the file system sees it: its folder without links. Its last part stays: a link that
 * has an output's name is replaced, not followed. New string. */
static char *
settle_folder (PlanPaths *paths, const char *path)
{
  if (paths->world->real_path == NULL)
    return g_strdup (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  const char *real = g_hash_table_lookup (paths->real_folders, folder);
  if (real == NULL) {
    char *found = paths->world->real_path (paths->world->data, folder);
    g_hash_table_insert (paths->real_folders, g_steal_pointer (&folder), found);
    real = found;
  }
  return g_build_filename (real, name, NULL);
}

/* The key of that path, and whether it is new. */
static PathKey *
remember (PlanPaths *paths, const char *given, bool *out_is_new)
{
  g_autofree char *path = settle_folder (paths, given);
  Digest digest = digest_of (path, strlen (path));
  PathKey key = { .kind = PATH_OUTPUT };
  memcpy (key.bytes, digest.bytes, sizeof key.bytes);
  PathKey *known = g_hash_table_lookup (paths->seen, &key);
  *out_is_new = known == NULL;
  if (known != NULL)
    return known;
  if (paths->used == BLOCK) {
    g_ptr_array_add (paths->blocks, g_new (PathKey, BLOCK));
    paths->used = 0;
  }
  PathKey *stored = (PathKey *)paths->blocks->pdata[paths->blocks->len - 1] + paths->used++;
  *stored = key;
  g_hash_table_add (paths->seen, stored);
  return stored;
}

/* False when the path was there already, which it then stays. */
static bool
add (PlanPaths *paths, const char *path, PathKind kind)
{
  bool is_new;
  PathKey *key = remember (paths, path, &is_new);
  if (is_new)
    key->kind = (uint8_t)kind;
  return is_new;
}

/* A file that is read: by the name it was given and, if that is a link, by where it leads. */
static bool
add_input (PlanPaths *paths, const char *path)
{
  bool ok = add (paths, path, PATH_INPUT);
  if (paths->world->real_path == NULL)
    return ok;
  g_autofree char *real = paths->world->real_path (paths->world->data, path);
  add (paths, real, PATH_INPUT);
  return ok;
}

static void
add_documents (PlanPaths *paths, const Pipeline *pipeline)
{
  for (unsigned i = 0; i < pipeline->documents->len; i++) {
    const Document *document = pipeline->documents->pdata[i];
    if (document->source == NULL)
      continue;
    g_autofree char *name = g_path_get_basename (document->source->name);
    g_autofree char *path = path_resolve (pipeline->document_folders->pdata[i], name);
    add_input (paths, path);
  }
  for (unsigned i = 0; i < pipeline->outputs->len; i++) {
    const Preset *preset = ((OutputRule *)pipeline->outputs->pdata[i])->preset;
    if (preset != NULL)
      add_input (paths, preset->path);
  }
}

bool
plan_paths_add_plan (PlanPaths *paths, const Plan *plan)
{
  const Pipeline *pipeline = plan_pipeline (plan);
  if (pipeline->path != NULL)
    add_documents (paths, pipeline);
  if (pipeline->lock != NULL)
    add_input (paths, pipeline->lock);
  if (pipeline->matrix->table_path != NULL)
    add_input (paths, pipeline->matrix->table_path);
  for (unsigned i = 0; i < plan_n_images (plan); i++)
    if (plan_image (plan, i)->file != NULL)
      add_input (paths, plan_image (plan, i)->file);
  return pipeline->manifest == NULL || add (paths, pipeline->manifest, PATH_MANIFEST);
}

bool
plan_paths_add_input (PlanPaths *paths, const char *path)
{
  add_input (paths, path);
  bool is_new;
  return remember (paths, path, &is_new)->kind == PATH_INPUT;
}

bool
plan_paths_claim (PlanPaths *paths, const char *path, const char *shown, const Mark *mark,
                  Problems *problems)
{
  bool is_new;
  PathKey *key = remember (paths, path, &is_new);
  if (is_new)
    return true;
  if (key->kind == PATH_INPUT)
    return problems_add (problems, mark,
                         "this output would overwrite a file that the pipeline reads: %s", shown);
  if (key->kind == PATH_MANIFEST)
    return problems_add (problems, mark, "this output and the manifest would both write %s", shown);
  if (key->kind == PATH_PROOF)
    return problems_add (problems, mark, "this output and the proof of another would both write %s",
                         shown);
  return problems_add (
    problems, mark,
    "two derivatives would write %s: add {name}, {width}, {ext}, {variant} or a matrix key to 'to'",
    shown);
}

bool
derivative_is_for_print (const Derivative *derivative)
{
  return derivative->shape.sheet.width_mm > 0 || derivative->shape.n_channels == 4;
}

bool
plan_paths_claim_proof (PlanPaths *paths, const Derivative *derivative, Problems *problems)
{
  g_autofree char *path = g_strconcat (derivative->path, PROOF_SUFFIX, NULL);
  return add (paths, path, PATH_PROOF) ||
         problems_add (problems, &derivative->mark,
                       "the proof of this output would be written over another file of this run: "
                       "%s" PROOF_SUFFIX,
                       derivative->shown);
}
