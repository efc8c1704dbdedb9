/* What the IDAT chunks of a PNG hold, inflated: for each row its filter byte and its bytes. */
#pragma once

#include <zlib.h>

#include "pixels/png-chunks.h"

typedef struct {
  PngDataWalk walk;
  z_stream z;
  bool is_at_stream_end;
} PngInflate; /* zlib keeps its address: not to be copied */

/* `at`: the first IDAT chunk. On success: png_inflate_clear. */
bool png_inflate_init (PngInflate *inflater, const void *png, size_t length, size_t at,
                       GError **error);
/* Exactly `length` bytes; fewer are left: PIXELS_ERROR_DAMAGED. */
bool png_inflate_read (PngInflate *inflater, uint8_t *out, size_t length, GError **error);
/* No bytes are left, the stream's checksum is right, nothing stands behind it in IDAT.
 * inflater->walk.at is then where the tail is. */
bool png_inflate_finish (PngInflate *inflater, GError **error);
void png_inflate_clear (PngInflate *inflater);
