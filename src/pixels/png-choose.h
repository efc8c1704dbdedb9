/* Which of PNG's filters a row is written with: the one whose residuals, as numbers from -128 to
 * 127, have the least sum of absolute values. That is what libpng does too; it knows nothing of what
 * deflate finds, and on photographs nothing cheap comes nearer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "pixels/png-filter.h"

/* Rows as in png_filter_apply. The sum for each filter. Twins, the second for vectors of 16 bytes: a
 * test holds them to each other. */
void png_choose_costs_scalar (const uint8_t *row, const uint8_t *above, size_t length,
                              size_t pixel_bytes, uint64_t out_costs[PNG_N_FILTERS]);
void png_choose_costs (const uint8_t *row, const uint8_t *above, size_t length, size_t pixel_bytes,
                       uint64_t out_costs[PNG_N_FILTERS]);

/* The filter with the least sum; of equal ones the first, which costs a reader least. */
uint8_t png_choose_filter (const uint8_t *row, const uint8_t *above, size_t length,
                           size_t pixel_bytes);
