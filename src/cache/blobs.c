#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "cache/frame.h"
#include "cache/handle.h"
#include "cache/home.h"

#define BLOB_SUFFIX ".zst"

enum { SHORTEST_PREFIX = 4 };

static const char damage_advice[] =
  "No other original was touched. An original that was loaded from a file comes back with the "
  "next run; one that was generated must be put back from a copy, or be generated again";

static bool
check_hash (GBytes *bytes, const Digest *digest, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  Digest found = digest_of (data, length);
  if (digest_equal (&found, digest))
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "its bytes have the SHA-256 %s",
               digest_to_hex (&found).text);
  return false;
}

static GBytes *
read_open_blob (const char *home, const char *path, int fd, const Digest *digest,
                int64_t most_bytes, GError **error)
{
  GError *problem = NULL;
  g_autoptr (GBytes) bytes = frame_read (fd, most_bytes, &problem);
  if (bytes != NULL && check_hash (bytes, digest, &problem))
    return g_steal_pointer (&bytes);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    home_explain_damage (&problem, home, path, fd, "original in", damage_advice);
  else
    g_prefix_error (&problem, "the original in %s: ", path);
  g_propagate_error (error, problem);
  return NULL;
}

GBytes *
cache_read_blob (const char *home, const Digest *digest, int64_t most_bytes, GError **error)
{
  g_autofree char *path = home_blob_path (home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT)
      base_error_set_errno (error, errno, "cannot open the original %s", path);
    return NULL;
  }
  GBytes *bytes = read_open_blob (home, path, fd, digest, most_bytes, error);
  close (fd);
  return bytes;
}

GBytes *
cache_get (Cache *cache, const Digest *digest, int64_t most_bytes, GError **error)
{
  return cache_read_blob (cache->home, digest, most_bytes, error);
}

bool
cache_has (Cache *cache, const Digest *digest)
{
  g_autofree char *path = home_blob_path (cache->home, digest);
  return access (path, F_OK) == 0;
}

/* Whoever puts bytes that are there already holds a good copy of them, so this is the moment to
 * look whether the stored one is still good. A damaged one goes to quarantine, to be written anew. */
static bool
is_stored_well (Cache *cache, const char *path, GBytes *bytes, bool *out_is_stored, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    *out_is_stored = false;
    return true;
  }
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open the original %s", path);
  GError *problem = NULL;
  g_autoptr (GBytes) stored = frame_read (fd, (int64_t)g_bytes_get_size (bytes), &problem);
  bool is_stored = stored != NULL && g_bytes_equal (stored, bytes);
  /* Of another length, or other bytes of the same: no frame of this name may hold that. */
  bool is_damaged = (stored != NULL && !is_stored) ||
                    g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT) ||
                    g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
  if (is_damaged) {
    g_free (home_quarantine (cache->home, path, fd));
    g_clear_error (&problem);
  }
  close (fd);
  if (problem != NULL) {
    g_propagate_prefixed_error (error, problem, "the original in %s: ", path);
    return false;
  }
  *out_is_stored = is_stored;
  return true;
}

static bool
store (const char *path, const void *data, size_t length, bool *out_exists, GError **error)
{
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  return atomic_file_open (&file, path, error) && frame_write (&file, data, length, error) &&
         atomic_file_commit_new (&file, out_exists, error);
}

bool
cache_put (Cache *cache, GBytes *bytes, Digest *out_digest, bool *out_was_there, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  Digest digest = digest_of (data, length);
  g_autofree char *path = home_blob_path (cache->home, &digest);
  bool was_there;
  if (!is_stored_well (cache, path, bytes, &was_there, error))
    return false;
  if (!was_there && (!writer_mark (&cache->writer, cache->home, digest.bytes[0], error) ||
                     !store (path, data, length, &was_there, error)))
    return false;
  *out_digest = digest;
  if (out_was_there != NULL)
    *out_was_there = was_there;
  return true;
}

static bool
is_prefix (const char *text, size_t *out_length)
{
  size_t length = strspn (text, "0123456789abcdefABCDEF");
  *out_length = length;
  return text[length] == '\0' && length >= SHORTEST_PREFIX && length <= DIGEST_HEX_CHARACTERS;
}

/* The digest in a blob's file name. */
static bool
digest_of_name (const char *name, Digest *out_digest)
{
  if (strlen (name) != DIGEST_HEX_CHARACTERS + strlen (BLOB_SUFFIX) ||
      !g_str_has_suffix (name, BLOB_SUFFIX))
    return false;
  g_autofree char *hex = g_strndup (name, DIGEST_HEX_CHARACTERS);
  return digest_from_hex (hex, out_digest);
}

unsigned
cache_find_prefix (Cache *cache, const char *prefix, Digest *out_digest)
{
  size_t length;
  if (!is_prefix (prefix, &length))
    return 0;
  g_autofree char *wanted = g_ascii_strdown (prefix, -1);
  g_autofree char *shelf = g_strdup_printf ("%s/originals/%.2s", cache->home, wanted);
  DIR *listing = opendir (shelf);
  if (listing == NULL)
    return 0;
  unsigned n_found = 0;
  for (struct dirent *entry; n_found < 2 && (entry = readdir (listing)) != NULL;) {
    Digest digest;
    if (strncmp (entry->d_name, wanted, length) != 0 || !digest_of_name (entry->d_name, &digest))
      continue;
    if (n_found++ == 0)
      *out_digest = digest;
  }
  closedir (listing);
  return n_found;
}
