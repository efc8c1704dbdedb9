/* From .zst to .pix: fewer bytes, and many times faster to pixels.
 *
 *     look ── read ── write .pix ── prove ── sync ── lock ── link ── sync ── remove .zst
 *                     without a name         │
 *                                            └ the exact bytes, from the file just written
 *
 * The .zst goes last, and only when the very file that takes its place has given its bytes back.
 * Killed anywhere, a process leaves the .zst, or both. Whatever is uncertain leaves it too. */
#include "cache/blob-repack.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/blob.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/sidecar.h"
#include "pixels/png.h"
#include "pixels/recipe.h"

/* Raised when pixels/ learns to rebuild more: what was tried in vain is then tried again. */
enum { REVISION = 1 };

typedef struct {
  Cache *cache;
  const Digest *digest;
  int n_threads;
  const volatile int *is_stopped;
  char *frame_path, *pixels_path;
  AtomicFile file;
  int64_t file_bytes;
} Repack;

static void
repack_clear (Repack *repack)
{
  atomic_file_clear (&repack->file);
  g_free (repack->frame_path);
  g_free (repack->pixels_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Repack, repack_clear)

static bool
may_go_on (const Repack *repack, GError **error)
{
  if (repack->is_stopped == NULL || g_atomic_int_get (repack->is_stopped) == 0)
    return true;
  g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_STOPPED,
                       "stopped; the original is as it was");
  return false;
}

/* ---- what was tried ---- */

static char *
dup_attempt (void)
{
  return g_strdup_printf ("%d, zlib %s", REVISION, png_deflate_version ());
}

/* *out_is_vain: there is nothing to be had of it, or so it was found before. */
static bool
look_at_sidecar (const Repack *repack, bool *out_is_png, bool *out_is_vain, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = sidecar_read (repack->cache->home, repack->digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  g_autofree char *attempt = dup_attempt ();
  *out_is_png = record == NULL || g_strcmp0 (record->format, "png") == 0;
  *out_is_vain = record != NULL && g_strcmp0 (record->repack_tried, attempt) == 0;
  return true;
}

/* An original without a sidecar is tried again each time. */
static bool
remember_in_vain (const Repack *repack, GError **error)
{
  Cache *cache = repack->cache;
  unsigned shelf = repack->digest->bytes[0];
  if (!writer_mark (&cache->writer, cache->home, shelf, error))
    return false;
  int lock = home_lock_shelf (cache->home, shelf, error);
  if (lock < 0)
    return false;
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = sidecar_read (cache->home, repack->digest, &problem);
  if (record != NULL) {
    g_free (record->repack_tried);
    record->repack_tried = dup_attempt ();
    sidecar_write (cache->home, record, &problem);
  }
  close (lock);
  if (problem == NULL)
    return true;
  g_propagate_error (error, problem);
  return false;
}

/* ---- writing ---- */

static bool
write_piece (void *data, const void *bytes, size_t length, GError **error)
{
  Repack *repack = data;
  repack->file_bytes += (int64_t)length;
  return may_go_on (repack, error) && atomic_file_write (&repack->file, bytes, length, error);
}

/* Sets *out_is_suitable to false without an error when this is no PNG that can be taken apart. */
static bool
write_pixels (Repack *repack, GBytes *bytes, bool want_exact, bool *out_is_suitable,
              bool *out_is_exact, GError **error)
{
  const PixelSink sink = { repack, write_piece };
  PixelFrameInfo info;
  GError *problem = NULL;
  if (!writer_mark (&repack->cache->writer, repack->cache->home, repack->digest->bytes[0], error) ||
      !atomic_file_open (&repack->file, repack->pixels_path, error))
    return false;
  if (pixel_frame_write (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), repack->digest,
                         want_exact, repack->n_threads, &sink, &info, &problem)) {
    *out_is_suitable = true;
    *out_is_exact = info.is_exact;
    return true;
  }
  if (problem->domain == PIXELS_ERROR && problem->code != PIXELS_ERROR_FAILED) {
    g_error_free (problem);
    *out_is_suitable = *out_is_exact = false;
    return true;
  }
  pixels_file_translate (problem);
  g_propagate_error (error, problem);
  return false;
}

/* ---- proving ---- */

static bool
open_written (const Repack *repack, PixelsFile *file, GError **error)
{
  int fd = fcntl (repack->file.fd, F_DUPFD_CLOEXEC, 0);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot read %s", repack->pixels_path);
  return pixels_file_take (file, fd, repack->pixels_path, repack->digest, error);
}

static bool
sink_and_stop (void *data, const void *bytes, size_t length, GError **error)
{
  return may_go_on (data, error);
}

/* Does this file give the exact bytes, and is every byte of it as its checksum says? */
static bool
prove_bytes (Repack *repack, PixelsFile *file, GError **error)
{
  const PixelSink nowhere = { repack, sink_and_stop };
  return pixels_file_rebuild (file, &nowhere, error) && pixels_file_check (file, error);
}

static bool
row_is_equal (const PixelShape *shape, const uint8_t *row, const uint8_t *png_row)
{
  size_t length = pixel_shape_row_bytes (shape);
  if (shape->bit_depth == 8)
    return memcmp (row, png_row, length) == 0;
  for (size_t i = 0; i < length; i += 2) {
    uint16_t sample;
    memcpy (&sample, row + i, 2);
    if (sample != (png_row[i] << 8 | png_row[i + 1]))
      return false;
  }
  return true;
}

static bool
rows_are_equal (const PixelShape *shape, const uint8_t *pixels, PngReader *reader, GError **error)
{
  size_t length = pixel_shape_row_bytes (shape);
  g_autofree uint8_t *row = g_malloc (length);
  for (int y = 0; y < shape->height; y++) {
    if (!png_reader_next_row (reader, row, NULL, error))
      return false;
    if (!row_is_equal (shape, pixels + (size_t)y * length, row)) {
      g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                   "row %d of the pixel frame is not the PNG's; the original is as it was", y);
      return false;
    }
  }
  return true;
}

/* One that is not exact has no hash to show for itself. */
static bool
prove_pixels (Repack *repack, PixelsFile *file, GBytes *bytes, GError **error)
{
  PixelShape shape;
  g_autoptr (PngReader) reader = png_reader_new (g_bytes_get_data (bytes, NULL),
                                                 g_bytes_get_size (bytes), &shape, error);
  if (reader == NULL)
    return false;
  size_t row_bytes = pixel_shape_row_bytes (&shape);
  g_autofree uint8_t *pixels = g_try_malloc (row_bytes * (size_t)shape.height);
  if (pixels == NULL || !pixel_shape_equal (&shape, &pixel_frame_info (file->frame)->shape)) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "cannot compare the pixels of %s; the original is as it was", repack->frame_path);
    return false;
  }
  return pixel_frame_read (file->frame, pixels, row_bytes, repack->n_threads, error) &&
         rows_are_equal (&shape, pixels, reader, error) && pixels_file_check (file, error);
}

/* ---- changing ---- */

/* Only in favour of the very file that gave the bytes: another process may have taken it away since,
 * and put its name on nothing or on another one. */
static bool
remove_frame (const Repack *repack, const PixelsFile *proven, int lock, GError **error)
{
  if (!home_has_name (proven->fd, repack->pixels_path))
    return true;
  /* The link may be another process's, which died before it synced it. */
  if (fsync (lock) != 0 && errno != EINVAL)
    return base_error_set_errno (error, errno, "cannot sync the folder of %s", repack->pixels_path);
  if (unlink (repack->frame_path) != 0 && errno != ENOENT)
    return base_error_set_errno (error, errno, "cannot remove %s", repack->frame_path);
  return true;
}

/* Under the shelf's lock: whoever removes an original holds it, and then nothing is linked. `proven`:
 * what makes the .zst superfluous, or NULL. */
static bool
settle (Repack *repack, bool is_written, const PixelsFile *proven, GError **error)
{
  if (is_written && fsync (repack->file.fd) != 0)
    return base_error_set_errno (error, errno, "cannot write %s", repack->pixels_path);
  int lock = home_lock_shelf (repack->cache->home, repack->digest->bytes[0], error);
  if (lock < 0)
    return false;
  bool ok = true;
  if (access (repack->frame_path, F_OK) == 0)
    ok = may_go_on (repack, error) && (!is_written || atomic_file_commit (&repack->file, error)) &&
         (proven == NULL || remove_frame (repack, proven, lock, error));
  close (lock);
  return ok;
}

/* ---- all ---- */

/* *out_is_settled: nothing is left to do. A .pix that is damaged goes to quarantine, and one that
 * a newer Peel wrote, or that another zlib proved, is left alone. */
static bool
use_what_is_there (Repack *repack, bool *out_is_settled, GError **error)
{
  const char *home = repack->cache->home;
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  GError *problem = NULL;
  bool is_there = pixels_file_open (&file, home, repack->digest, &problem);
  bool is_proven = is_there && pixel_frame_info (file.frame)->is_exact &&
                   prove_bytes (repack, &file, &problem);
  if (is_proven) {
    *out_is_settled = true;
    return settle (repack, false, &file, error);
  }
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_STOPPED)) {
    g_propagate_error (error, problem);
    return false;
  }
  bool is_damaged = g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  if (is_damaged)
    home_quarantine (home, file.path, file.fd, NULL);
  *out_is_settled = (is_there || problem != NULL) && !is_damaged;
  g_clear_error (&problem);
  return true;
}

static bool
is_worth_it (const Repack *repack, PixelsChoice pixels)
{
  BlobStorage storage;
  return pixels == PIXELS_ALWAYS || (blob_storage (repack->cache->home, repack->digest, &storage) &&
                                     repack->file_bytes < storage.frame_bytes);
}

/* Consumes `bytes`: while the exact bytes come out of the file they need not be in memory. */
static bool
prove_and_settle (Repack *repack, bool is_exact, GBytes *bytes, GError **error)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  GError *problem = NULL;
  bool ok = open_written (repack, &file, &problem);
  if (is_exact)
    g_clear_pointer (&bytes, g_bytes_unref);
  ok = ok && (is_exact ? prove_bytes (repack, &file, &problem)
                       : prove_pixels (repack, &file, bytes, &problem));
  g_bytes_unref (bytes);
  if (ok)
    return settle (repack, true, is_exact ? &file : NULL, error);
  pixels_file_translate (problem);
  if (!g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_STOPPED))
    g_prefix_error (&problem,
                    "the original in %s was left as it is, since what was to take its "
                    "place is not as it should be: ",
                    repack->frame_path);
  g_propagate_error (error, problem);
  return false;
}

static bool
repack_frame (Repack *repack, PixelsChoice pixels, GError **error)
{
  bool is_settled, is_png, is_vain;
  if (!use_what_is_there (repack, &is_settled, error))
    return false;
  if (is_settled)
    return true;
  if (!look_at_sidecar (repack, &is_png, &is_vain, error))
    return false;
  bool try_exact = !is_vain && png_deflate_is_classic ();
  if (!is_png || (!try_exact && pixels == PIXELS_AUTO))
    return true;
  GError *problem = NULL;
  g_autoptr (GBytes)
    bytes = cache_read_blob (repack->cache->home, repack->digest, PIXELS_MOST_BYTES, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  if (bytes == NULL)
    return problem == NULL; /* gone meanwhile */
  bool is_suitable, is_exact;
  if (!may_go_on (repack, error) ||
      !write_pixels (repack, bytes, try_exact, &is_suitable, &is_exact, error))
    return false;
  if (is_suitable && (is_exact || pixels == PIXELS_ALWAYS) && is_worth_it (repack, pixels))
    return prove_and_settle (repack, is_exact, g_steal_pointer (&bytes), error);
  return remember_in_vain (repack, error);
}

bool
blob_repack (Cache *cache, const Digest *digest, PixelsChoice pixels, int n_threads,
             const volatile int *is_stopped, RepackResult *out_result, int64_t *out_bytes_before,
             int64_t *out_bytes_after, GError **error)
{
  g_auto (Repack) repack = {
    .cache = cache,
    .digest = digest,
    .n_threads = n_threads,
    .is_stopped = is_stopped,
    .frame_path = home_blob_path (cache->home, digest),
    .pixels_path = home_pixels_path (cache->home, digest),
    .file = ATOMIC_FILE_INIT,
  };
  BlobStorage before, after;
  if (!blob_storage (cache->home, digest, &before)) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "there is no original %s in the cache",
                 digest_to_hex (digest).text);
    return false;
  }
  if (pixels != PIXELS_OFF && before.frame_bytes > 0 && !repack_frame (&repack, pixels, error))
    return false;
  blob_storage (cache->home, digest, &after);
  *out_result = after.pixels_bytes == 0  ? REPACK_NOTHING
                : after.frame_bytes == 0 ? REPACK_DONE
                                         : REPACK_BESIDE;
  *out_bytes_before = before.frame_bytes + before.pixels_bytes;
  *out_bytes_after = after.frame_bytes + after.pixels_bytes;
  return true;
}
