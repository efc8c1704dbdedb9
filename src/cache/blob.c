/* An original is looked for as .zst, as exact .pix, and once more as .zst: between the first look
 * and the second another process may have turned one into the other, and the new one is always
 * there before the old one goes. */
#include "cache/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/frame.h"
#include "cache/handle.h"
#include "cache/home.h"

enum { SHORTEST_PREFIX = 4, N_LOOKS = 3, LOOK_AT_PIXELS = 1 };

const char blob_damage_advice[] =
  "No other original was touched. An original that was loaded from a file comes back with the "
  "next run; one that was generated must be put back from a copy, or be generated again";

bool
blob_fail (const char *home, const char *path, int fd, GError *problem, GError **error)
{
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    home_explain_damage (&problem, home, path, fd, "original in", blob_damage_advice);
  else
    g_prefix_error (&problem, "the original in %s: ", path);
  g_propagate_error (error, problem);
  return false;
}

static bool
refuse_hash (const Digest *found, GError **error)
{
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "its bytes have the SHA-256 %s",
               digest_to_hex (found).text);
  return false;
}

/* ---- whole ---- */

static GBytes *
read_frame (const char *home, const Digest *digest, int64_t most_bytes, GError **error)
{
  g_autofree char *path = home_blob_path (home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT)
      base_error_set_errno (error, errno, "cannot open the original %s", path);
    return NULL;
  }
  GError *problem = NULL;
  GBytes *bytes = frame_read (fd, most_bytes, &problem);
  if (bytes != NULL) {
    Digest found = digest_of (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    if (!digest_equal (&found, digest)) {
      g_clear_pointer (&bytes, g_bytes_unref);
      refuse_hash (&found, &problem);
    }
  }
  if (problem != NULL)
    blob_fail (home, path, fd, problem, error);
  close (fd);
  return bytes;
}

typedef struct {
  uint8_t *bytes;
  size_t length, room;
} Buffer;

static bool
fill_buffer (void *data, const void *bytes, size_t length, GError **error)
{
  Buffer *buffer = data;
  if (length > buffer->room - buffer->length) {
    g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_FAILED, "it is longer than it claims");
    return false;
  }
  memcpy (buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  return true;
}

static GBytes *
rebuild_bytes (PixelsFile *file, int64_t most_bytes, GError **error)
{
  int64_t size = pixel_frame_info (file->frame)->original_bytes;
  if (size > most_bytes) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "it holds %" G_GINT64_FORMAT " bytes, and at most %" G_GINT64_FORMAT
                 " are read here",
                 size, most_bytes);
    return NULL;
  }
  Buffer buffer = { g_try_malloc ((size_t)MAX (size, 1)), 0, (size_t)size };
  if (buffer.bytes == NULL) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "no memory for its %" G_GINT64_FORMAT " bytes", size);
    return NULL;
  }
  const PixelSink sink = { &buffer, fill_buffer };
  if (pixels_file_rebuild (file, &sink, error))
    return g_bytes_new_take (buffer.bytes, buffer.length);
  g_free (buffer.bytes);
  return NULL;
}

/* Opens it if its original can be rebuilt from it; says why not in *error, if that is an error. */
static bool
open_exact (PixelsFile *file, const char *home, const Digest *digest, GError **error)
{
  GError *problem = NULL;
  if (pixels_file_open (file, home, digest, &problem))
    return pixel_frame_info (file->frame)->is_exact;
  if (problem != NULL)
    blob_fail (home, file->path, file->fd, problem, error);
  return false;
}

static GBytes *
read_rebuilt (const char *home, const Digest *digest, int64_t most_bytes, GError **error)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  if (!open_exact (&file, home, digest, error))
    return NULL;
  GError *problem = NULL;
  GBytes *bytes = rebuild_bytes (&file, most_bytes, &problem);
  if (problem != NULL)
    blob_fail (home, file.path, file.fd, problem, error);
  return bytes;
}

GBytes *
cache_read_blob (const char *home, const Digest *digest, int64_t most_bytes, GError **error)
{
  GError *problem = NULL;
  GBytes *bytes = NULL;
  for (int i = 0; i < N_LOOKS && bytes == NULL && problem == NULL; i++)
    bytes = i == LOOK_AT_PIXELS ? read_rebuilt (home, digest, most_bytes, &problem)
                                : read_frame (home, digest, most_bytes, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return bytes;
}

GBytes *
cache_get (Cache *cache, const Digest *digest, int64_t most_bytes, GError **error)
{
  return cache_read_blob (cache->home, digest, most_bytes, error);
}

/* ---- in pieces ---- */

/* The caller's sink, of which must be known whether an error is its own. */
typedef struct {
  DigestStream *digest;
  const PixelSink *sink; /* NULL: the hash is all that is wanted */
  bool has_refused;
} Tap;

static bool
pass_on (void *data, const void *bytes, size_t length, GError **error)
{
  Tap *tap = data;
  if (tap->digest != NULL)
    digest_stream_update (tap->digest, bytes, length);
  tap->has_refused = tap->sink != NULL && !tap->sink->write (tap->sink->data, bytes, length, error);
  return !tap->has_refused;
}

static bool
pass_frame_on (int fd, const Digest *digest, int64_t most_bytes, Tap *tap, GError **error)
{
  g_autoptr (DigestStream) stream = digest_stream_new ();
  tap->digest = stream;
  bool is_whole = frame_copy (fd, most_bytes, pass_on, tap, error);
  tap->digest = NULL;
  if (!is_whole)
    return false;
  Digest found = digest_stream_finish (stream);
  return digest_equal (&found, digest) || refuse_hash (&found, error);
}

static bool
copy_frame (const char *home, const Digest *digest, Tap *tap, GError **error)
{
  g_autofree char *path = home_blob_path (home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno != ENOENT &&
           base_error_set_errno (error, errno, "cannot open the original %s", path);
  GError *problem = NULL;
  bool ok = pass_frame_on (fd, digest, G_MAXINT64, tap, &problem);
  if (tap->has_refused)
    g_propagate_error (error, problem);
  else if (!ok)
    blob_fail (home, path, fd, problem, error);
  close (fd);
  return ok;
}

static bool
copy_rebuilt (const char *home, const Digest *digest, Tap *tap, GError **error)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  const PixelSink sink = { tap, pass_on };
  GError *problem = NULL;
  if (!open_exact (&file, home, digest, error))
    return false;
  if (pixels_file_rebuild (&file, &sink, &problem))
    return true;
  if (!tap->has_refused)
    return blob_fail (home, file.path, file.fd, problem, error);
  g_propagate_error (error, problem);
  return false;
}

bool
blob_copy (const char *home, const Digest *digest, const PixelSink *sink, GError **error)
{
  Tap tap = { .sink = sink };
  GError *problem = NULL;
  bool ok = false;
  for (int i = 0; i < N_LOOKS && !ok && problem == NULL; i++)
    ok = i == LOOK_AT_PIXELS ? copy_rebuilt (home, digest, &tap, &problem)
                             : copy_frame (home, digest, &tap, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return ok;
}

/* ---- checking ---- */

bool
blob_check_frame (int fd, const Digest *digest, int64_t most_bytes, GError **error)
{
  Tap tap = { .sink = NULL };
  GError *problem = NULL;
  if (pass_frame_on (fd, digest, most_bytes, &tap, &problem))
    return true;
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_TOO_LARGE))
    problem->code = CACHE_ERROR_CORRUPT;
  g_propagate_error (error, problem);
  return false;
}

bool
blob_check_pixels (PixelsFile *file, bool rebuild, GError **error)
{
  Tap tap = { .sink = NULL };
  const PixelSink nowhere = { &tap, pass_on };
  return pixels_file_check (file, error) &&
         (!rebuild || !pixel_frame_info (file->frame)->is_exact ||
          pixels_file_rebuild (file, &nowhere, error));
}

/* What is found to be damaged is put away, and is then not there. */
static bool
put_away (const char *home, const char *path, int fd, GError *problem, GError **error)
{
  g_autofree char *fate = NULL;
  g_autoptr (GError) damage = problem;
  if (home_quarantine (home, path, fd, &fate))
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
               "the original in %s is damaged (%s) %s, so good bytes cannot take its place: make "
               "that a folder of the same disk that can be written, and do it again",
               path, damage->message, fate);
  return false;
}

static bool
is_well (const char *home, const char *path, int fd, GError *problem, bool *out_is_stored,
         GError **error)
{
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    *out_is_stored = false;
    return put_away (home, path, fd, problem, error);
  }
  if (problem != NULL) {
    g_propagate_prefixed_error (error, problem, "the original in %s: ", path);
    return false;
  }
  *out_is_stored = true;
  return true;
}

static bool
frame_is_stored_well (const char *home, const Digest *digest, int64_t n_bytes, bool *out_is_stored,
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
  blob_check_frame (fd, digest, n_bytes, &problem);
  bool ok = is_well (home, path, fd, problem, out_is_stored, error);
  close (fd);
  return ok;
}

static bool
pixels_are_stored_well (const char *home, const Digest *digest, bool *out_is_stored, GError **error)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  GError *problem = NULL;
  bool is_exact = pixels_file_open (&file, home, digest, &problem) &&
                  pixel_frame_info (file.frame)->is_exact;
  if (is_exact)
    pixels_file_check (&file, &problem);
  /* A newer Peel's is nothing that this one can rely on. */
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_FAILED))
    g_clear_error (&problem);
  else if (problem == NULL && is_exact) {
    *out_is_stored = true;
    return true;
  }
  if (problem == NULL) {
    *out_is_stored = false;
    return true;
  }
  return is_well (home, file.path, file.fd, problem, out_is_stored, error);
}

bool
blob_is_stored_well (const char *home, const Digest *digest, int64_t n_bytes, bool *out_is_stored,
                     GError **error)
{
  bool is_stored = false;
  for (int i = 0; i < N_LOOKS && !is_stored; i++)
    if (!(i == LOOK_AT_PIXELS ? pixels_are_stored_well (home, digest, &is_stored, error)
                              : frame_is_stored_well (home, digest, n_bytes, &is_stored, error)))
      return false;
  *out_is_stored = is_stored;
  return true;
}

static bool
touch (char *path)
{
  g_autofree char *owned = path;
  /* Who may not change the time may read it all the same. */
  return utimensat (AT_FDCWD, owned, NULL, 0) == 0 || errno != ENOENT;
}

bool
blob_claim_stored (const char *home, const Digest *digest, int64_t n_bytes, bool *out_is_stored,
                   GError **error)
{
  bool is_stored;
  if (!blob_is_stored_well (home, digest, n_bytes, &is_stored, error))
    return false;
  if (is_stored) {
    int lock = home_lock_shelf (home, digest->bytes[0], error);
    if (lock < 0)
      return false;
    is_stored = touch (home_blob_path (home, digest)) || touch (home_pixels_path (home, digest));
    close (lock);
  }
  *out_is_stored = is_stored;
  return true;
}
