#include "pixels/png-deflate.h"

#include <zlib.h>

#include "pixels/png-chunks.h"
#include "pixels/png-runs.h"

enum { OUT_BYTES = 64 * 1024 };

struct PngDeflater {
  PngDeflateWay way;
  PixelSink sink;
  uint32_t adler;

  z_stream z;
  uint8_t *out;

  /* Fed whole: what waits until there is a window. */
  uint8_t *gathered;
  size_t n_gathered, n_wanted;

  const GArray *blocks;
  PngRunsWalk walk;
  uint32_t left_in_block;
};

bool
png_deflate_way_is_sound (const PngDeflateWay *way)
{
  unsigned header = way->header[0] * 256u + way->header[1];
  if ((header >> 8 & 15) != Z_DEFLATED || header >> 12 > 7 || header % 31 != 0 ||
      (header & 0x20) != 0)
    return false;
  if (way->method == PNG_DEFLATE_STORED)
    return true;
  return way->method == PNG_DEFLATE_ZLIB && way->level >= 1 && way->level <= 9 &&
         way->mem_level >= 1 && way->mem_level <= MAX_MEM_LEVEL && way->strategy <= Z_FIXED &&
         way->window_bits >= 9 && way->window_bits <= MAX_WBITS && way->feed <= PNG_FED_WHOLE;
}

PngDeflater *
png_deflater_new (const PngDeflateWay *way, const GArray *blocks, const PixelSink *sink,
                  GError **error)
{
  g_autoptr (PngDeflater) deflater = g_new0 (PngDeflater, 1);
  deflater->way = *way;
  deflater->sink = *sink;
  deflater->blocks = blocks;
  deflater->adler = (uint32_t)adler32 (0, NULL, 0);
  if (way->method == PNG_DEFLATE_ZLIB) {
    if (deflateInit2 (&deflater->z, way->level, Z_DEFLATED, -way->window_bits, way->mem_level,
                      way->strategy) != Z_OK) {
      pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib could not start: out of memory?");
      return NULL;
    }
    deflater->out = g_malloc (OUT_BYTES);
    if (way->feed == PNG_FED_WHOLE) {
      deflater->n_wanted = (size_t)1 << way->window_bits;
      deflater->gathered = g_malloc (deflater->n_wanted);
    }
  }
  if (!sink->write (sink->data, way->header, sizeof way->header, error))
    return NULL;
  return g_steal_pointer (&deflater);
}

void
png_deflater_free (PngDeflater *deflater)
{
  if (deflater == NULL)
    return;
  deflateEnd (&deflater->z);
  g_free (deflater->out);
  g_free (deflater->gathered);
  g_free (deflater);
}

static bool
give (PngDeflater *deflater, const void *bytes, size_t length, GError **error)
{
  return deflater->sink.write (deflater->sink.data, bytes, length, error);
}

static bool
run_zlib (PngDeflater *deflater, const uint8_t *bytes, size_t length, int flush, GError **error)
{
  z_stream *z = &deflater->z;
  z->next_in = (Bytef *)(uintptr_t)bytes;
  z->avail_in = (uInt)length;
  do {
    z->next_out = deflater->out;
    z->avail_out = OUT_BYTES;
    int result = deflate (z, flush);
    if (result == Z_STREAM_ERROR)
      return pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib cannot deflate: %s",
                               z->msg != NULL ? z->msg : "its state is broken");
    size_t n_out = OUT_BYTES - z->avail_out;
    if (n_out > 0 && !give (deflater, deflater->out, n_out, error))
      return false;
  } while (z->avail_out == 0);
  return true;
}

/* When all of its input is there, deflate takes two windows of it first and one at each slide, so
 * with pieces of a window it slides at the same moments. */
static bool
gather (PngDeflater *deflater, const uint8_t *bytes, size_t length, GError **error)
{
  while (length > 0) {
    size_t n = MIN (length, deflater->n_wanted - deflater->n_gathered);
    memcpy (deflater->gathered + deflater->n_gathered, bytes, n);
    deflater->n_gathered += n;
    bytes += n;
    length -= n;
    if (deflater->n_gathered == deflater->n_wanted) {
      if (!run_zlib (deflater, deflater->gathered, deflater->n_gathered, Z_NO_FLUSH, error))
        return false;
      deflater->n_gathered = 0;
    }
  }
  return true;
}

static bool
open_block (PngDeflater *deflater, GError **error)
{
  uint32_t length;
  if (!png_runs_next (deflater->blocks, &deflater->walk, &length))
    return pixels_set_error (error, PIXELS_ERROR_FAILED,
                             "the recipe's blocks end before the rows do");
  bool is_last = png_runs_are_at_end (deflater->blocks, &deflater->walk);
  uint8_t header[] = { is_last, (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)~length,
                       (uint8_t)(~length >> 8) };
  deflater->left_in_block = length;
  return give (deflater, header, sizeof header, error);
}

static bool
store (PngDeflater *deflater, const uint8_t *bytes, size_t length, GError **error)
{
  while (length > 0) {
    if (deflater->left_in_block == 0) {
      if (!open_block (deflater, error))
        return false;
      continue;
    }
    size_t n = MIN (length, deflater->left_in_block);
    if (!give (deflater, bytes, n, error))
      return false;
    deflater->left_in_block -= (uint32_t)n;
    bytes += n;
    length -= n;
  }
  return true;
}

bool
png_deflater_add_row (PngDeflater *deflater, const uint8_t *row, size_t length, GError **error)
{
  deflater->adler = (uint32_t)adler32_z (deflater->adler, row, length);
  if (deflater->way.method == PNG_DEFLATE_STORED)
    return store (deflater, row, length, error);
  if (deflater->way.feed == PNG_FED_WHOLE)
    return gather (deflater, row, length, error);
  return run_zlib (deflater, row, length, Z_NO_FLUSH, error);
}

bool
png_deflater_finish (PngDeflater *deflater, GError **error)
{
  if (deflater->way.method == PNG_DEFLATE_ZLIB) {
    if (!run_zlib (deflater, deflater->gathered, deflater->n_gathered, Z_FINISH, error))
      return false;
  } else {
    while (!png_runs_are_at_end (deflater->blocks, &deflater->walk) ||
           deflater->left_in_block > 0) {
      if (deflater->left_in_block > 0)
        return pixels_set_error (error, PIXELS_ERROR_FAILED,
                                 "the recipe's blocks hold more than the rows");
      if (!open_block (deflater, error))
        return false;
    }
  }
  uint8_t adler[4];
  png_chunks_put32 (adler, deflater->adler);
  return give (deflater, adler, sizeof adler, error);
}
