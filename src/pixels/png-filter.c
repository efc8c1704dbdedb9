#include "pixels/png-filter.h"

#include <string.h>
#include <glib.h>

#include "pixels/png-predict.h"

/* With a step that is known at compile time the pixel to the left stays in registers: three times
 * as fast for Paeth, which is most of the rows of a photograph. */
static inline __attribute__ ((always_inline)) void
undo_mean (uint8_t *row, const uint8_t *above, size_t length, size_t step)
{
  uint8_t left[8] = { 0 };
  for (size_t i = 0; i < length; i += step) {
    for (size_t k = 0; k < step; k++) {
      left[k] = (uint8_t)(row[i + k] + ((left[k] + above[i + k]) >> 1));
      row[i + k] = left[k];
    }
  }
}

static inline __attribute__ ((always_inline)) void
undo_paeth (uint8_t *row, const uint8_t *above, size_t length, size_t step)
{
  uint8_t left[8] = { 0 }, corner[8] = { 0 };
  for (size_t i = 0; i < length; i += step) {
    for (size_t k = 0; k < step; k++) {
      left[k] = (uint8_t)(row[i + k] + png_paeth (left[k], above[i + k], corner[k]));
      corner[k] = above[i + k];
      row[i + k] = left[k];
    }
  }
}

static inline __attribute__ ((always_inline)) void
undo_left (uint8_t *row, size_t length, size_t step)
{
  uint8_t left[8] = { 0 };
  for (size_t i = 0; i < length; i += step) {
    for (size_t k = 0; k < step; k++) {
      left[k] = (uint8_t)(row[i + k] + left[k]);
      row[i + k] = left[k];
    }
  }
}

static inline __attribute__ ((always_inline)) void
undo_by_left (uint8_t filter, uint8_t *row, const uint8_t *above, size_t length, size_t step)
{
  if (filter == 1)
    undo_left (row, length, step);
  else if (filter == 3)
    undo_mean (row, above, length, step);
  else
    undo_paeth (row, above, length, step);
}

void
png_filter_undo (uint8_t filter, uint8_t *row, const uint8_t *above, size_t length,
                 size_t pixel_bytes)
{
  if (filter == 0)
    return;
  if (filter == 2) {
    for (size_t i = 0; i < length; i++)
      row[i] = (uint8_t)(row[i] + above[i]);
    return;
  }
  switch (pixel_bytes) {
  case 1:
    undo_by_left (filter, row, above, length, 1);
    break;
  case 2:
    undo_by_left (filter, row, above, length, 2);
    break;
  case 3:
    undo_by_left (filter, row, above, length, 3);
    break;
  case 4:
    undo_by_left (filter, row, above, length, 4);
    break;
  case 6:
    undo_by_left (filter, row, above, length, 6);
    break;
  default:
    undo_by_left (filter, row, above, length, 8);
    break;
  }
}

/* What `filter` (1 to 4) makes of the bytes from `at` on, 16 at a time; how far it came. Constant
 * where this is called, which makes a loop of its own for each. */
PNG_INLINED size_t
apply_vectors (uint8_t filter, const uint8_t *row, const uint8_t *above, uint8_t *out, size_t at,
               size_t length, size_t pixel_bytes)
{
  for (; length - at >= PNG_N_LANES; at += PNG_N_LANES) {
    PngBytes v = png_load (row + at), b = png_load (above + at);
    PngBytes a = png_load (row + at - pixel_bytes), c = png_load (above + at - pixel_bytes);
    PngBytes guess = filter == 1   ? a
                     : filter == 2 ? b
                     : filter == 3 ? png_means (a, b)
                                   : png_paeths (a, b, c);
    png_store (out + at, v - guess);
  }
  return at;
}

static void
apply_scalar (uint8_t filter, const uint8_t *row, const uint8_t *above, uint8_t *out, size_t at,
              size_t length, size_t pixel_bytes)
{
  for (; at < length; at++) {
    /* Left of the first pixel there are zeros. */
    uint8_t a = at < pixel_bytes ? 0 : row[at - pixel_bytes];
    uint8_t c = at < pixel_bytes ? 0 : above[at - pixel_bytes], b = above[at];
    int guess = filter == 1   ? a
                : filter == 2 ? b
                : filter == 3 ? (a + b) >> 1
                              : png_paeth (a, b, c);
    out[at] = (uint8_t)(row[at] - guess);
  }
}

void
png_filter_apply (uint8_t filter, const uint8_t *row, const uint8_t *above, uint8_t *out,
                  size_t length, size_t pixel_bytes)
{
  if (filter == 0) {
    memcpy (out, row, length);
    return;
  }
  size_t at = MIN (pixel_bytes, length);
  apply_scalar (filter, row, above, out, 0, at, pixel_bytes);
  if (filter == 1)
    at = apply_vectors (1, row, above, out, at, length, pixel_bytes);
  else if (filter == 2)
    at = apply_vectors (2, row, above, out, at, length, pixel_bytes);
  else if (filter == 3)
    at = apply_vectors (3, row, above, out, at, length, pixel_bytes);
  else
    at = apply_vectors (4, row, above, out, at, length, pixel_bytes);
  apply_scalar (filter, row, above, out, at, length, pixel_bytes);
}
