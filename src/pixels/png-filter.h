/* The five filters of PNG, which are predictors: 0 none, 1 left, 2 above, 3 their mean, 4 Paeth. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PNG_N_FILTERS = 5 };

/* `length` bytes with `pixel_bytes` (1 to 8, dividing it) to a pixel; `above` is the row before
 * without its filter, zeros for the first. Taken off in place; put on from row to out. */
void png_filter_undo (uint8_t filter, uint8_t *row, const uint8_t *above, size_t length,
                      size_t pixel_bytes);
void png_filter_apply (uint8_t filter, const uint8_t *row, const uint8_t *above, uint8_t *out,
                       size_t length, size_t pixel_bytes);
