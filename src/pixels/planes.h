/* Pixels as planes of residuals, which zstd can make small.
 *
 * The planes of samples are gray | gray, alpha | G, R-G, B-(R+G)/2 | the same and alpha, all
 * wrapping at the bit depth, the half rounded down. Each row of each is predicted, segment by
 * segment; above the first row everything is 0. Of 16-bit residuals the high bytes are one plane of bytes and the
 * low bytes the next, so there are as many planes of bytes as bytes in a pixel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#include "pixels/pixels.h"
#include "pixels/plane-kernels.h"

enum { PLANES_SEGMENT = 512 }; /* px; the last of a row may have fewer */

/* Planes of bytes. */
int planes_count (const PixelShape *shape);
/* Segments of a row, and so bytes of predictors. */
int planes_segments (const PixelShape *shape);

/* Rows as a PNG holds them (16 bit big-endian), close together. `residuals` takes the planes of
 * bytes one after another, each of n_rows * width; `predictors` for each row a byte for each
 * segment, two bits for each channel, the first in the lowest. */
void planes_split (const PixelShape *shape, const uint8_t *rows, int n_rows, uint8_t *predictors,
                   uint8_t *residuals);

/* False: bits are set of channels that there are not. */
bool planes_check_predictors (const PixelShape *shape, const uint8_t *predictors, int n_rows);

/* And back, row by row. */
typedef struct PlaneJoiner PlaneJoiner;
PlaneJoiner *plane_joiner_new (const PixelShape *shape, const PlaneKernels *kernels);
void plane_joiner_free (PlaneJoiner *joiner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlaneJoiner, plane_joiner_free)
/* The next row comes first in a band. */
void plane_joiner_restart (PlaneJoiner *joiner);
/* A row of each plane of bytes to a row of pixels, 16 bit in the machine's order. */
void plane_joiner_row (PlaneJoiner *joiner, const uint8_t *predictors,
                       const uint8_t *const residuals[PLANES_MOST_BYTES], void *out);
