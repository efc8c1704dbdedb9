#include "cache/pixels-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/cache.h"
#include "cache/home.h"
#include "pixels/recipe.h"

static bool
read_at (void *data, int64_t offset, void *out, size_t length, GError **error)
{
  const PixelsFile *file = data;
  uint8_t *next = out;
  while (length > 0) {
    ssize_t got = pread (file->fd, next, length, offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && errno != EIO)
      return base_error_set_errno (error, errno, "cannot read");
    if (got <= 0) {
      g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
                           got < 0 ? "the disk cannot read it" : "it is cut short");
      return false;
    }
    next += got;
    offset += got;
    length -= (size_t)got;
  }
  return true;
}

void
pixels_file_translate (GError *problem)
{
  if (problem == NULL || problem->domain != PIXELS_ERROR)
    return;
  bool is_damage = problem->code == PIXELS_ERROR_DAMAGED;
  problem->domain = CACHE_ERROR;
  problem->code = is_damage ? CACHE_ERROR_CORRUPT : CACHE_ERROR_FAILED;
}

/* What the functions of pixels/ say, as this room says it. Always false. */
static bool
fail (GError *problem, GError **error)
{
  pixels_file_translate (problem);
  g_propagate_error (error, problem);
  return false;
}

bool
pixels_file_take (PixelsFile *file, int fd, const char *path, const Digest *digest, GError **error)
{
  struct stat status;
  *file = (PixelsFile){ .fd = fd, .path = g_strdup (path) };
  if (fstat (fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read");
  GError *problem = NULL;
  const PixelSource source = { .data = file, .size_bytes = status.st_size, .read_at = read_at };
  file->frame = pixel_frame_open (&source, &problem);
  if (file->frame == NULL)
    return fail (problem, error);
  const Digest *found = &pixel_frame_info (file->frame)->original;
  if (digest_equal (found, digest))
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "it holds the original %s",
               digest_to_hex (found).text);
  return false;
}

bool
pixels_file_open (PixelsFile *file, const char *home, const Digest *digest, GError **error)
{
  g_autofree char *path = home_pixels_path (home, digest);
  *file = (PixelsFile)PIXELS_FILE_INIT;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    return pixels_file_take (file, fd, path, digest, error);
  if (errno != ENOENT)
    base_error_set_errno (error, errno, "cannot open the original %s", path);
  return false;
}

void
pixels_file_clear (PixelsFile *file)
{
  g_clear_pointer (&file->frame, pixel_frame_free);
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  g_clear_pointer (&file->path, g_free);
}

bool
pixels_file_check (PixelsFile *file, GError **error)
{
  GError *problem = NULL;
  return pixel_frame_check (file->frame, &problem) || fail (problem, error);
}

/* ---- rebuilding ---- */

typedef struct {
  DigestStream *digest;
  const PixelSink *sink;
  bool has_refused;
} Tap;

static bool
pass_on (void *data, const void *bytes, size_t length, GError **error)
{
  Tap *tap = data;
  digest_stream_update (tap->digest, bytes, length);
  tap->has_refused = !tap->sink->write (tap->sink->data, bytes, length, error);
  return !tap->has_refused;
}

/* The file is as it was written, and its bytes came out of it then. */
static bool
blame_zlib (const PixelsFile *file, const GError *problem, GError **error)
{
  const char *proven = pixel_frame_info (file->frame)->deflate_version;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_OTHER_ZLIB,
               "its pixels are whole and pictures are made from it as before, but zlib %s%s, which "
               "runs here, does not rebuild its exact bytes, as zlib %s did (%s). Nothing was "
               "moved. A Peel that runs with zlib %s gives them",
               png_deflate_version (), png_deflate_is_classic () ? "" : " (zlib-ng or another)",
               proven, problem != NULL ? problem->message : "they have another hash", proven);
  return false;
}

bool
pixels_file_rebuild (PixelsFile *file, const PixelSink *sink, GError **error)
{
  g_autoptr (DigestStream) digest = digest_stream_new ();
  Tap tap = { .digest = digest, .sink = sink };
  const PixelSink tapped = { &tap, pass_on };
  GError *problem = NULL;
  bool is_rebuilt = pixel_frame_rebuild (file->frame, &tapped, &problem);
  if (tap.has_refused) {
    g_propagate_error (error, problem);
    return false;
  }
  Digest found = digest_stream_finish (digest);
  if (is_rebuilt && digest_equal (&found, &pixel_frame_info (file->frame)->original))
    return true;
  if (problem != NULL && problem->domain != PIXELS_ERROR)
    return fail (problem, error); /* of reading */
  g_autoptr (GError) why = problem;
  return pixels_file_check (file, error) && blame_zlib (file, why, error);
}
