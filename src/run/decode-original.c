#include "run/decode-original.h"

#include "base/path.h"
#include "cache/blob.h"
#include "image/decode.h"
#include "run/run-error.h"
#include "run/task.h"

static GBytes *
read_file (const char *path, const Digest *digest, const ImageLimits *limits, GError **error)
{
  char *text = NULL;
  size_t length;
  if (!path_read_file (path, limits->most_bytes, &text, &length, error))
    return NULL;
  GBytes *bytes = g_bytes_new_take (text, length);
  Digest found = digest_of (text, length);
  if (digest_equal (&found, digest))
    return bytes;
  g_bytes_unref (bytes);
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED,
               "%s changed while it was being worked on; run again", path);
  return NULL;
}

static GBytes *
read_cached (const char *home, const Digest *digest, const ImageLimits *limits, GError **error)
{
  GError *problem = NULL;
  GBytes *bytes = cache_read_blob (home, digest, limits->most_bytes, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (bytes == NULL)
    g_set_error (error, RUN_ERROR, RUN_ERROR_CORRUPT, "original %.12s is not in the cache any more",
                 digest_to_hex (digest).text);
  return bytes;
}

/* False without an error: there are no pixels, or what is said of them is for the bytes to say. */
static bool
take_pixels (const char *home, const Digest *digest, const char *name, const ImageLimits *limits,
             int n_threads, VipsImage **out_picture, GBytes **out_told, GError **error)
{
  g_auto (BlobPixels) pixels = { .pixels = NULL };
  GError *problem = NULL;
  if (!blob_read_pixels (home, digest, limits->most_pixels, n_threads, &pixels, &problem)) {
    bool is_told_better = g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
    if (is_told_better)
      g_clear_error (&problem);
    if (problem != NULL)
      g_propagate_error (error, problem);
    return false;
  }
  if (pixels.original_bytes > limits->most_bytes)
    return false;
  g_autoptr (GBytes) rows = g_bytes_new_take (g_steal_pointer (&pixels.pixels), pixels.length);
  if (!image_decode_pixels (pixels.head, &pixels.shape, rows, name, limits, out_picture, error))
    return false;
  *out_told = g_steal_pointer (&pixels.head);
  return true;
}

bool
decode_original (const Node *task, const char *home, const ImageLimits *limits, int n_threads,
                 VipsImage **out_picture, GBytes **out_told, GError **error)
{
  const char *path = task_text (task, "path"), *hex = task_text (task, "original");
  const char *name = task_text (task, "name");
  Digest digest;
  if (name == NULL)
    name = "the original";
  if (hex == NULL || strlen (hex) != DIGEST_HEX_CHARACTERS || !digest_from_hex (hex, &digest)) {
    g_set_error_literal (error, RUN_ERROR, RUN_ERROR_FAILED,
                         "the worker was given a broken task: no original");
    return false;
  }
  GError *problem = NULL;
  if (path == NULL &&
      take_pixels (home, &digest, name, limits, n_threads, out_picture, out_told, &problem))
    return true;
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  g_autoptr (GBytes) bytes = path != NULL ? read_file (path, &digest, limits, error)
                                          : read_cached (home, &digest, limits, error);
  if (bytes == NULL || !image_decode (bytes, name, limits, out_picture, error))
    return false;
  *out_told = g_steal_pointer (&bytes);
  return true;
}
