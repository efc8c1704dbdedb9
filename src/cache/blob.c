#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/frame.h"
#include "cache/handle.h"
#include "cache/home.h"

#define BLOB_SUFFIX ".zst"

enum { SHORTEST_PREFIX = 4 };

static const char damage_advice[] =
  "No other original was touched. An original that was loaded from a file comes back with the "
  "next run; one that was generated must be put back from a copy, or be generated again";

static bool
refuse_hash (const Digest *found, GError **error)
{
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "its bytes have the SHA-256 %s",
               digest_to_hex (found).text);
  return false;
}

static bool
check_hash (GBytes *bytes, const Digest *digest, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  Digest found = digest_of (data, length);
  return digest_equal (&found, digest) || refuse_hash (&found, error);
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

/* ---- checking ---- */

static bool
add_to_digest (void *data, const void *bytes, size_t length, GError **error)
{
  digest_stream_update (data, bytes, length);
  return true;
}

bool
blob_check_frame (int fd, const Digest *digest, int64_t most_bytes, GError **error)
{
  g_autoptr (DigestStream) stream = digest_stream_new ();
  GError *problem = NULL;
  if (frame_copy (fd, most_bytes, add_to_digest, stream, &problem)) {
    Digest found = digest_stream_finish (stream);
    return digest_equal (&found, digest) || refuse_hash (&found, error);
  }
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_TOO_LARGE))
    problem->code = CACHE_ERROR_CORRUPT;
  g_propagate_error (error, problem);
  return false;
}

bool
blob_is_stored_well (const char *home, const Digest *digest, int64_t n_bytes, bool *out_is_stored,
                     GError **error)
{
  g_autofree char *path = home_blob_path (home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT)
    return base_error_set_errno (error, errno, "cannot open the original %s", path);
  if (fd < 0) {
    *out_is_stored = false;
    return true;
  }
  GError *problem = NULL;
  bool is_stored = blob_check_frame (fd, digest, n_bytes, &problem);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    g_free (home_quarantine (home, path, fd));
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

/* ---- finding ---- */

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
