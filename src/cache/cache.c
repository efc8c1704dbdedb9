#include "cache/cache.h"

#include "cache/handle.h"
#include "cache/home.h"

G_DEFINE_QUARK (peel_cache_error, cache_error)

/* Sidecars that a killed process wrote and did not enter any more. What goes wrong here goes wrong
 * again, and is told, when the index is used. */
static bool
enter_in_index (void *data, unsigned shelf)
{
  Cache *cache = data;
  return cache_open_index (cache, NULL) && index_put_shelf (cache->index, shelf, NULL);
}

bool
cache_sweep (Cache *cache)
{
  return writer_sweep (cache->home, enter_in_index, cache);
}

Cache *
cache_open (const char *home, GError **error)
{
  const char *given = g_getenv ("PEEL_HOME");
  if (home == NULL && given != NULL && given[0] != '\0' && given[0] != '/') {
    g_set_error (
      error, CACHE_ERROR, CACHE_ERROR_FAILED,
      "PEEL_HOME is '%s', which is another place from each folder, and originals would be "
      "made again: give it an absolute path",
      given);
    return NULL;
  }
  g_autofree char *place = home != NULL ? g_canonicalize_filename (home, NULL)
                                        : cache_default_home ();
  if (!home_make (place, error))
    return NULL;
  Cache *cache = g_new0 (Cache, 1);
  cache->home = g_steal_pointer (&place);
  cache->writer = (Writer)WRITER_INIT;
  cache_sweep (cache);
  return cache;
}

void
cache_close (Cache *cache)
{
  if (cache == NULL)
    return;
  index_free (cache->index);
  writer_clear (&cache->writer);
  g_free (cache->home);
  g_free (cache);
}

const char *
cache_home (const Cache *cache)
{
  return cache->home;
}
