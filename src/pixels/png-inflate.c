#include "pixels/png-inflate.h"

bool
png_inflate_init (PngInflate *inflater, const void *png, size_t length, size_t at, GError **error)
{
  *inflater = (PngInflate){ .walk = { png, length, at } };
  if (inflateInit (&inflater->z) != Z_OK)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib could not start: out of memory?");
  return true;
}

void
png_inflate_clear (PngInflate *inflater)
{
  inflateEnd (&inflater->z);
}

/* Takes the next IDAT when the last one is used up; false without an error set: there is none. */
static bool
refill (PngInflate *inflater, GError **error)
{
  while (inflater->z.avail_in == 0) {
    const uint8_t *bytes;
    size_t length;
    bool is_end;
    if (!png_chunks_next_data (&inflater->walk, &bytes, &length, &is_end, error) || is_end)
      return false;
    inflater->z.next_in = (Bytef *)(uintptr_t)bytes;
    inflater->z.avail_in = (uInt)length;
  }
  return true;
}

/* Some bytes more, at most z.avail_out of them. */
static bool
step (PngInflate *inflater, GError **error)
{
  GError *refused = NULL;
  if (!refill (inflater, &refused)) {
    if (refused != NULL) {
      g_propagate_error (error, refused);
      return false;
    }
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG's pixels end early: its IDAT chunks hold no whole stream");
  }
  int result = inflate (&inflater->z, Z_NO_FLUSH);
  if (result == Z_MEM_ERROR)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib is out of memory");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED, "the PNG's pixels are damaged: %s",
                             inflater->z.msg != NULL ? inflater->z.msg : "no deflate stream");
  inflater->is_at_stream_end = result == Z_STREAM_END;
  return true;
}

bool
png_inflate_read (PngInflate *inflater, uint8_t *out, size_t length, GError **error)
{
  inflater->z.next_out = out;
  inflater->z.avail_out = (uInt)length;
  while (inflater->z.avail_out > 0) {
    if (inflater->is_at_stream_end)
      return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                               "the PNG holds fewer rows than its header says");
    if (!step (inflater, error))
      return false;
  }
  return true;
}

bool
png_inflate_finish (PngInflate *inflater, GError **error)
{
  uint8_t more;
  inflater->z.next_out = &more;
  inflater->z.avail_out = 1;
  while (!inflater->is_at_stream_end && inflater->z.avail_out > 0) {
    if (!step (inflater, error))
      return false;
  }
  if (inflater->z.avail_out == 0)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG holds more rows than its header says");
  GError *refused = NULL;
  if (refill (inflater, &refused))
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG has bytes in IDAT behind the end of its pixels");
  if (refused == NULL)
    return true;
  g_propagate_error (error, refused);
  return false;
}
