/* Deflate as a given writer did it. zlib is deterministic: level, memLevel, strategy and window
 * decide what comes out. How the output is fetched does not; how the input is handed over nearly
 * does not: only the moment at which the window slides depends on it, and a match at exactly the
 * largest distance is lost when it slides just then. So rows are handed over one by one where the
 * writer did that (libpng, Pillow), and all at once where it did that (compress2).
 *
 * A stream that is stored throughout (level 0, or noise) has no choices but its blocks' lengths,
 * and level 0 is the one where zlib's own depend on the buffers of its caller. */
#pragma once

#include "pixels/pixels.h"

typedef enum { PNG_DEFLATE_ZLIB = 1, PNG_DEFLATE_STORED } PngDeflateMethod;
typedef enum { PNG_FED_BY_ROWS, PNG_FED_WHOLE } PngDeflateFeed;

typedef struct {
  uint8_t method;
  uint8_t header[2];                               /* of the zlib stream, as it is */
  uint8_t level, mem_level, strategy, window_bits; /* as deflateInit2 takes them; level 1 to 9 */
  uint8_t feed;
} PngDeflateWay;

bool png_deflate_way_is_sound (const PngDeflateWay *way);

typedef struct PngDeflater PngDeflater;
/* `blocks`: the runs of stored blocks, NULL for zlib. All is borrowed. */
PngDeflater *png_deflater_new (const PngDeflateWay *way, const GArray *blocks,
                               const PixelSink *sink, GError **error);
/* A filter byte and its row. The sink gets what is ready. */
bool png_deflater_add_row (PngDeflater *deflater, const uint8_t *row, size_t length,
                           GError **error);
bool png_deflater_finish (PngDeflater *deflater, GError **error);
void png_deflater_free (PngDeflater *deflater);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PngDeflater, png_deflater_free)
