/* What goes first decides what a crash leaves behind. The bytes go first: from then on no look-up
 * answers with the original. Then the sidecar, and its row last, so that a rebuild of the index in
 * between does not enter it again. What is left half-way is a row or a sidecar of an original that
 * is gone, which a look-up tells of as lost; removing it again finishes it. */
#include <errno.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/query.h"

static bool
remove_file (char *path, GError **error)
{
  g_autofree char *owned = path;
  return unlink (owned) == 0 || errno == ENOENT ||
         base_error_set_errno (error, errno, "cannot remove %s", owned);
}

static bool
remove_all (Cache *cache, const Digest *digest, GError **error)
{
  return remove_file (home_pixels_path (cache->home, digest), error) &&
         remove_file (home_blob_path (cache->home, digest), error) &&
         remove_file (home_sidecar_path (cache->home, digest), error) &&
         index_remove (cache->index, digest, error);
}

bool
cache_remove_if (Cache *cache, const Digest *digest,
                 bool (*may_go) (void *data, Cache *cache, GError **error), void *data,
                 bool *out_removed, GError **error)
{
  unsigned shelf = digest->bytes[0];
  GError *problem = NULL;
  if (!cache_open_index (cache, error) || !writer_mark (&cache->writer, cache->home, shelf, error))
    return false;
  int lock = home_lock_shelf (cache->home, shelf, error);
  if (lock < 0)
    return false;
  bool goes = may_go == NULL || may_go (data, cache, &problem);
  bool is_tried = goes && problem == NULL;
  *out_removed = is_tried && remove_all (cache, digest, &problem);
  close (lock);
  if (is_tried && !*out_removed)
    cache->writer.is_unfinished = true;
  if (problem == NULL)
    return true;
  g_propagate_error (error, problem);
  return false;
}

bool
cache_remove (Cache *cache, const Digest *digest, GError **error)
{
  bool is_removed;
  return cache_remove_if (cache, digest, NULL, NULL, &is_removed, error);
}
