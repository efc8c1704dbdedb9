#include "plan/paths.h"

#include "base/digest.h"

/* A million outputs must not cost a million strings: a path is remembered by the first 15 bytes of
 * its SHA-256, for which a chance collision is out of reach. */
typedef struct {
  uint8_t bytes[15];
  bool is_input;
} PathKey;

struct PlanPaths {
  GHashTable *seen;  /* PathKey* */
  GPtrArray *blocks; /* PathKey[BLOCK] */
  unsigned used;
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
plan_paths_new (void)
{
  PlanPaths *paths = g_new0 (PlanPaths, 1);
  paths->seen = g_hash_table_new (hash_key, equal_keys);
  paths->blocks = g_ptr_array_new_with_free_func (g_free);
  paths->used = BLOCK;
  return paths;
}

void
plan_paths_free (PlanPaths *paths)
{
  if (paths == NULL)
    return;
  g_hash_table_unref (paths->seen);
  g_ptr_array_unref (paths->blocks);
  g_free (paths);
}

/* The key of that path, and whether it is new. */
static PathKey *
remember (PlanPaths *paths, const char *path, bool *out_is_new)
{
  Digest digest = digest_of (path, strlen (path));
  PathKey key = { .is_input = false };
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

void
plan_paths_add_input (PlanPaths *paths, const char *path)
{
  bool is_new;
  remember (paths, path, &is_new)->is_input = true;
}

bool
plan_paths_claim (PlanPaths *paths, const char *path, const char *shown, const Mark *mark,
                  Problems *problems)
{
  bool is_new;
  PathKey *key = remember (paths, path, &is_new);
  if (is_new)
    return true;
  if (key->is_input)
    return problems_add (problems, mark, "this output would overwrite the file it reads: %s",
                         shown);
  return problems_add (
    problems, mark,
    "two derivatives would write %s: add {name}, {width}, {ext}, {variant} or a matrix key to 'to'",
    shown);
}
