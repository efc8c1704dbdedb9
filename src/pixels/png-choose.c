#include "pixels/png-choose.h"

#include <stdbool.h>
#include <stdlib.h>

#include "pixels/png-predict.h"

static inline unsigned
magnitude (int residual)
{
  return (unsigned)abs ((int8_t)residual);
}

/* The bytes `from` to `end` - 1. */
static void
add_costs (const uint8_t *row, const uint8_t *above, size_t from, size_t end, size_t pixel_bytes,
           uint64_t costs[PNG_N_FILTERS])
{
  for (size_t i = from; i < end; i++) {
    bool is_first = i < pixel_bytes;
    int left = is_first ? 0 : row[i - pixel_bytes];
    int corner = is_first ? 0 : above[i - pixel_bytes];
    costs[0] += magnitude (row[i]);
    costs[1] += magnitude (row[i] - left);
    costs[2] += magnitude (row[i] - above[i]);
    costs[3] += magnitude (row[i] - ((left + above[i]) >> 1));
    costs[4] += magnitude (row[i] - png_paeth (left, above[i], corner));
  }
}

void
png_choose_costs_scalar (const uint8_t *row, const uint8_t *above, size_t length,
                         size_t pixel_bytes, uint64_t out_costs[PNG_N_FILTERS])
{
  memset (out_costs, 0, PNG_N_FILTERS * sizeof *out_costs);
  add_costs (row, above, 0, length, pixel_bytes, out_costs);
}

typedef uint16_t Shorts __attribute__ ((vector_size (16)));
typedef uint32_t Words __attribute__ ((vector_size (16)));

/* As numbers with a sign; -128 is its own negative, and as a byte without one it is 128. */
PNG_INLINED Shorts
magnitudes (PngBytes v)
{
  PngBytes magnitude = png_least (v, -v);
  return ((Shorts)magnitude & 0xff) + ((Shorts)magnitude >> 8);
}

PNG_INLINED uint64_t
total (Shorts sums)
{
  Words halves = ((Words)sums & 0xffff) + ((Words)sums >> 16);
  return (uint64_t)halves[0] + halves[1] + halves[2] + halves[3];
}

/* A lane of 16 bits grows by 256 at most with each vector. */
enum { MOST_TURNS = 255 };

/* `n_turns` vectors from `at` on, which has a pixel to its left. */
static void
add_vectors (const uint8_t *row, const uint8_t *above, size_t at, size_t n_turns,
             size_t pixel_bytes, uint64_t costs[PNG_N_FILTERS])
{
  Shorts sums[PNG_N_FILTERS] = { { 0 } };
  for (const size_t end = at + n_turns * PNG_N_LANES; at < end; at += PNG_N_LANES) {
    PngBytes v = png_load (row + at), a = png_load (row + at - pixel_bytes);
    PngBytes b = png_load (above + at), c = png_load (above + at - pixel_bytes);
    sums[0] += magnitudes (v);
    sums[1] += magnitudes (v - a);
    sums[2] += magnitudes (v - b);
    sums[3] += magnitudes (v - png_means (a, b));
    sums[4] += magnitudes (v - png_paeths (a, b, c));
  }
  for (int i = 0; i < PNG_N_FILTERS; i++)
    costs[i] += total (sums[i]);
}

void
png_choose_costs (const uint8_t *row, const uint8_t *above, size_t length, size_t pixel_bytes,
                  uint64_t out_costs[PNG_N_FILTERS])
{
  memset (out_costs, 0, PNG_N_FILTERS * sizeof *out_costs);
  add_costs (row, above, 0, pixel_bytes, pixel_bytes, out_costs);
  size_t at = pixel_bytes;
  while (length - at >= PNG_N_LANES) {
    size_t n_turns = (length - at) / PNG_N_LANES;
    if (n_turns > MOST_TURNS)
      n_turns = MOST_TURNS;
    add_vectors (row, above, at, n_turns, pixel_bytes, out_costs);
    at += n_turns * PNG_N_LANES;
  }
  add_costs (row, above, at, length, pixel_bytes, out_costs);
}

uint8_t
png_choose_filter (const uint8_t *row, const uint8_t *above, size_t length, size_t pixel_bytes)
{
  uint64_t costs[PNG_N_FILTERS];
  uint8_t best = 0;
  png_choose_costs (row, above, length, pixel_bytes, costs);
  for (uint8_t i = 1; i < PNG_N_FILTERS; i++)
    if (costs[i] < costs[best])
      best = i;
  return best;
}
