/* The header of a zlib stream tells a little of its making: FLEVEL is 0 for level 1 and for the
 * strategies that do not search, 1 for levels 2 to 5, 2 for 6, 3 for 7 to 9.
 *
 *     libpng, libvips, OpenCV, ImageMagick   memLevel 8 (ImageMagick 9); strategy "filtered" where
 *                                            rows are filtered, OpenCV run-length with level 1
 *     Pillow                                 memLevel 9, "filtered" */
#include "pixels/deflate-guesses.h"

#include <zlib.h>

typedef struct {
  uint8_t level, strategy;
} Style;

enum { N_FLEVELS = 4, MOST_STYLES = 6, BLOCK_IS_FIXED = 1 };

/* By FLEVEL. Up to level 3 "filtered" is the same as the default; runs and Huffman alone are the
 * same at every level. Of 7 to 9, 9 is the likely one; but a block of 7 is deflated in a tenth of
 * the time. */
static const Style styles[N_FLEVELS][MOST_STYLES] = {
  { { 1, Z_DEFAULT_STRATEGY }, { 1, Z_RLE }, { 6, Z_HUFFMAN_ONLY } },
  { { 3, Z_DEFAULT_STRATEGY },
    { 4, Z_FILTERED },
    { 4, Z_DEFAULT_STRATEGY },
    { 2, Z_DEFAULT_STRATEGY },
    { 5, Z_FILTERED },
    { 5, Z_DEFAULT_STRATEGY } },
  { { 6, Z_FILTERED }, { 6, Z_DEFAULT_STRATEGY } },
  { { 7, Z_FILTERED },
    { 7, Z_DEFAULT_STRATEGY },
    { 9, Z_FILTERED },
    { 9, Z_DEFAULT_STRATEGY },
    { 8, Z_FILTERED },
    { 8, Z_DEFAULT_STRATEGY } },
};
static const Style defaults[] = { { 6, Z_FILTERED },
                                  { 6, Z_DEFAULT_STRATEGY },
                                  { 1, Z_DEFAULT_STRATEGY } };
static const uint8_t usual_mem_levels[] = { 8, 9 };
static const uint8_t other_mem_levels[] = { 7, 6, 5, 4, 3, 2, 1 };

typedef struct {
  GArray *ways;
  PngDeflateWay way; /* what all have in common */
} Guesses;

static void
add (Guesses *guesses, Style style, const uint8_t *mem_levels, size_t n_mem_levels)
{
  for (size_t i = 0; i < n_mem_levels; i++) {
    guesses->way.level = style.level;
    guesses->way.strategy = style.strategy;
    guesses->way.mem_level = mem_levels[i];
    g_array_append_val (guesses->ways, guesses->way);
  }
}

static void
add_styles (Guesses *guesses, unsigned flevel, const uint8_t *mem_levels, size_t n_mem_levels)
{
  for (size_t i = 0; i < MOST_STYLES && styles[flevel][i].level > 0; i++)
    add (guesses, styles[flevel][i], mem_levels, n_mem_levels);
}

static void
add_for_window (Guesses *guesses, unsigned flevel, bool is_fixed)
{
  add_styles (guesses, flevel, usual_mem_levels, sizeof usual_mem_levels);
  add_styles (guesses, flevel, other_mem_levels, sizeof other_mem_levels);
  for (uint8_t level = 1; level <= 9 && is_fixed && flevel == 0; level++)
    add (guesses, (Style){ level, Z_FIXED }, usual_mem_levels, sizeof usual_mem_levels);
  /* A header that somebody else put before what zlib gave. */
  for (size_t i = 0; i < G_N_ELEMENTS (defaults); i++)
    add (guesses, defaults[i], usual_mem_levels, sizeof usual_mem_levels);
}

GArray *
deflate_guesses_new (const uint8_t header[2], uint8_t first, int64_t n_raw)
{
  Guesses guesses = {
    g_array_new (false, false, sizeof (PngDeflateWay)),
    { .method = PNG_DEFLATE_ZLIB, .header = { header[0], header[1] }, .feed = PNG_FED_BY_ROWS }
  };
  unsigned flevel = header[1] >> 6;
  bool is_fixed = (first >> 1 & 3) == BLOCK_IS_FIXED;
  /* zlib makes 9 of 8. libpng deflates small pictures with a larger window than it then writes
   * into the header, the smallest that holds all rows: any that is larger finds the same. */
  uint8_t told = (uint8_t)MAX ((header[0] >> 4) + 8, 9);
  if (n_raw <= INT64_C (1) << ((header[0] >> 4) + 8)) {
    guesses.way.window_bits = MAX_WBITS;
    add_for_window (&guesses, flevel, is_fixed);
  }
  if (guesses.ways->len == 0 || told < MAX_WBITS) {
    guesses.way.window_bits = told;
    add_for_window (&guesses, flevel, is_fixed);
  }
  return guesses.ways;
}
