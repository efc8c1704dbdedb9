#include "run/world.h"

#include <errno.h>
#include <glob.h>

#include "base/base-error.h"
#include "base/path.h"
#include "run/readiness.h"
#include "run/recall.h"
#include "run/run-error.h"

static bool
has_wildcard (const char *pattern)
{
  return strpbrk (pattern, "*?[") != NULL;
}

static bool
expand_pattern (const char *full, GPtrArray *out_paths, GError **error)
{
  glob_t found = { 0 };
  int result = glob (full, GLOB_ERR, NULL, &found);
  for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
    if (g_file_test (found.gl_pathv[i], G_FILE_TEST_IS_REGULAR))
      g_ptr_array_add (out_paths, g_strdup (found.gl_pathv[i]));
  int why = errno;
  globfree (&found);
  if (result == 0 || result == GLOB_NOMATCH)
    return true;
  return base_error_set_errno (error, why, "cannot list %s", full);
}

/* What is there instead of a file. */
static bool
fail_no_file (const char *full, const char *pattern, GError **error)
{
  if (g_file_test (full, G_FILE_TEST_IS_DIR))
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID, "%s is a folder; name the files in it: %s/*",
                 full, pattern);
  else if (g_file_test (full, G_FILE_TEST_EXISTS))
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 "%s is not a regular file, and nothing else is read", full);
  else
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID, "there is no file %s", full);
  return false;
}

/* A name that exists is that file, whatever signs it holds: "photo [1].png" is no pattern then. */
static bool
list_files (void *data, const char *folder, const char *pattern, GPtrArray *out_paths,
            GError **error)
{
  g_autofree char *full = path_resolve (folder, pattern);
  FileStamp stamp;
  if (!has_wildcard (pattern) || file_stamp_read (full, &stamp)) {
    if (!file_stamp_read (full, &stamp))
      return fail_no_file (full, pattern, error);
    g_ptr_array_add (out_paths, g_steal_pointer (&full));
    return true;
  }
  return expand_pattern (full, out_paths, error);
}

bool
world_hash_file (State *state, const char *path, Digest *out_digest, GError **error)
{
  FileStamp stamp;
  bool has_stamp = file_stamp_read (path, &stamp);
  if (state != NULL && has_stamp && state_get_file (state, path, &stamp, out_digest))
    return true;
  if (!digest_of_file (path, out_digest, error))
    return false;
  return state == NULL || !has_stamp || state_put_file (state, path, &stamp, out_digest, error);
}

static bool
file_digest (void *data, const char *path, Digest *out_digest, GError **error)
{
  return world_hash_file (((const World *)data)->state, path, out_digest, error);
}

static char *
real_path (void *data, const char *path)
{
  return path_real (path);
}

/* A look must not make a home where there is none. */
static bool
open_cache (World *world, const char *home, GError **error)
{
  if (world->cache != NULL || world->opened != NULL || !g_file_test (home, G_FILE_TEST_IS_DIR))
    return true;
  world->opened = cache_open (world->home, error);
  return world->opened != NULL;
}

static bool
recall (void *data, const RecallOptions *options, GPtrArray *out_originals, GError **error)
{
  World *world = data;
  g_autofree char *home = world->home != NULL ? g_strdup (world->home) : cache_default_home ();
  if (!open_cache (world, home, error))
    return false;
  Cache *cache = world->cache != NULL ? world->cache : world->opened;
  return recall_find (cache, cache != NULL ? cache_home (cache) : home, options, out_originals,
                      error);
}

static bool
picked (void *data, const char *image_id, int *out_variant, Digest *out_request)
{
  const World *world = data;
  const LockEntry *entry = NULL;
  if (world->lock != NULL)
    entry = lock_file_find_picked (world->lock, lock_file_owner (world->pipeline_name, image_id),
                                   image_id);
  if (entry == NULL)
    return false;
  *out_variant = entry->variant;
  *out_request = entry->request;
  return true;
}

/* Looked at once: a request must not become another while a run goes on. */
static bool
is_ready (void *data, const ProviderType *provider, const Config *config)
{
  World *world = data;
  void *known;
  if (world->ready == NULL)
    world->ready = g_hash_table_new (NULL, NULL);
  if (g_hash_table_lookup_extended (world->ready, provider, NULL, &known))
    return GPOINTER_TO_INT (known) != 0;
  bool found = readiness_of (provider, config, world->token_command);
  g_hash_table_insert (world->ready, (gpointer)provider, GINT_TO_POINTER (found));
  return found;
}

PlanWorld
world_of (World *world)
{
  return (PlanWorld){ world,  list_files, file_digest, real_path,
                      recall, picked,     is_ready,    world->certificate };
}

void
world_clear (World *world)
{
  g_clear_pointer (&world->opened, cache_close);
  g_clear_pointer (&world->ready, g_hash_table_unref);
}
