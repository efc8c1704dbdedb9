#include <errno.h>
#include <unistd.h>

#include "cache/blob-file.h"
#include "cache/blob.h"
#include "cache/home.h"

static bool
has_frame (const char *home, const Digest *digest)
{
  g_autofree char *path = home_blob_path (home, digest);
  return access (path, F_OK) == 0;
}

/* What a .pix that cannot be used means: while the .zst is there nothing is lost. */
static bool
do_without (const char *home, const Digest *digest, const PixelsFile *file, GError *problem,
            GError **error)
{
  bool is_damaged = g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  if (is_damaged && !has_frame (home, digest))
    return blob_fail (home, file->path, file->fd, problem, error);
  if (is_damaged)
    home_quarantine (home, file->path, file->fd, NULL);
  /* A newer Peel's, or not readable now: whoever reads the bytes is told if that matters. */
  g_clear_error (&problem);
  return false;
}

static bool
is_within (const PixelShape *shape, int64_t most_pixels, GError **error)
{
  if (shape->width <= most_pixels / shape->height)
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
               "it has %d x %d px, and at most %" G_GINT64_FORMAT " px are read here", shape->width,
               shape->height, most_pixels);
  return false;
}

static bool
read_pixels (const PixelsFile *file, int n_threads, BlobPixels *out_pixels, GError **error)
{
  const PixelFrameInfo *info = pixel_frame_info (file->frame);
  size_t row_bytes = pixel_shape_row_bytes (&info->shape);
  BlobPixels pixels = { .shape = info->shape, .original_bytes = info->original_bytes };
  pixels.length = row_bytes * (size_t)info->shape.height;
  pixels.pixels = g_try_malloc (pixels.length);
  if (pixels.pixels == NULL) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "no memory for %zu bytes of pixels",
                 pixels.length);
    return false;
  }
  if (pixel_frame_read (file->frame, pixels.pixels, row_bytes, n_threads, error))
    pixels.head = pixel_frame_head (file->frame, error);
  if (pixels.head == NULL) {
    blob_pixels_clear (&pixels);
    return false;
  }
  *out_pixels = pixels;
  return true;
}

bool
blob_read_pixels (const char *home, const Digest *digest, int64_t most_pixels, int n_threads,
                  BlobPixels *out_pixels, GError **error)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  GError *problem = NULL;
  if (!pixels_file_open (&file, home, digest, &problem))
    return problem != NULL && do_without (home, digest, &file, problem, error);
  if (!is_within (&pixel_frame_info (file.frame)->shape, most_pixels, &problem))
    return blob_fail (home, file.path, file.fd, problem, error);
  if (read_pixels (&file, n_threads, out_pixels, &problem))
    return true;
  pixels_file_translate (problem);
  return do_without (home, digest, &file, problem, error);
}

void
blob_pixels_clear (BlobPixels *pixels)
{
  g_clear_pointer (&pixels->pixels, g_free);
  g_clear_pointer (&pixels->head, g_bytes_unref);
}
