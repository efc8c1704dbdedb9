#include "pixels/png-idat.h"

#include <zlib.h>

#include "pixels/png-chunks.h"
#include "pixels/png-runs.h"

enum { BUFFER_BYTES = 64 * 1024 };

struct PngIdat {
  const GArray *lengths;
  PngRunsWalk walk;
  bool is_open;
  uint32_t left, crc; /* of the open chunk */
  PixelSink sink;
  size_t n_buffered;
  uint8_t buffer[BUFFER_BYTES];
};

PngIdat *
png_idat_new (const GArray *lengths, const PixelSink *sink)
{
  PngIdat *idat = g_new0 (PngIdat, 1);
  idat->lengths = lengths;
  idat->sink = *sink;
  return idat;
}

void
png_idat_free (PngIdat *idat)
{
  g_free (idat);
}

static bool
flush (PngIdat *idat, GError **error)
{
  size_t n = idat->n_buffered;
  idat->n_buffered = 0;
  return n == 0 || idat->sink.write (idat->sink.data, idat->buffer, n, error);
}

static bool
put (PngIdat *idat, const uint8_t *bytes, size_t length, GError **error)
{
  while (length > 0) {
    if (idat->n_buffered == BUFFER_BYTES && !flush (idat, error))
      return false;
    size_t n = MIN (length, BUFFER_BYTES - idat->n_buffered);
    memcpy (idat->buffer + idat->n_buffered, bytes, n);
    idat->n_buffered += n;
    bytes += n;
    length -= n;
  }
  return true;
}

static bool
open_chunk (PngIdat *idat, uint32_t length, GError **error)
{
  uint8_t header[PNG_CHUNK_HEADER] = { [4] = 'I', 'D', 'A', 'T' };
  png_chunks_put32 (header, length);
  idat->is_open = true;
  idat->left = length;
  idat->crc = (uint32_t)crc32 (0, header + 4, 4);
  return put (idat, header, sizeof header, error);
}

/* Ends the open chunk if it is full. */
static bool
close_full_chunk (PngIdat *idat, GError **error)
{
  if (!idat->is_open || idat->left > 0)
    return true;
  uint8_t crc[4];
  png_chunks_put32 (crc, idat->crc);
  idat->is_open = false;
  return put (idat, crc, sizeof crc, error);
}

bool
png_idat_add (PngIdat *idat, const void *data, size_t length, GError **error)
{
  const uint8_t *bytes = data;
  while (length > 0) {
    uint32_t next;
    if (!idat->is_open && !png_runs_next (idat->lengths, &idat->walk, &next))
      return pixels_set_error (
        error, PIXELS_ERROR_FAILED,
        "the deflated rows are longer than the PNG's: they are not its rows");
    if (!idat->is_open && !open_chunk (idat, next, error))
      return false;
    size_t n = MIN (length, idat->left);
    idat->crc = (uint32_t)crc32 (idat->crc, bytes, (uInt)n);
    idat->left -= (uint32_t)n;
    if (!put (idat, bytes, n, error) || !close_full_chunk (idat, error))
      return false;
    bytes += n;
    length -= n;
  }
  return true;
}

bool
png_idat_finish (PngIdat *idat, GError **error)
{
  uint32_t next;
  while (!idat->is_open && png_runs_next (idat->lengths, &idat->walk, &next)) {
    if (!open_chunk (idat, next, error) || !close_full_chunk (idat, error))
      return false;
  }
  if (idat->is_open)
    return pixels_set_error (error, PIXELS_ERROR_FAILED,
                             "the deflated rows are shorter than the PNG's: they are not its rows");
  return flush (idat, error);
}
