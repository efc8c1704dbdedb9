/* Which zlib is this? zlib-ng can stand in zlib's place under the same name; its streams are as
 * good, but they are others. */
#include <zlib.h>

#include "base/digest.h"
#include "pixels/png-deflate.h"
#include "pixels/recipe.h"

/* Long enough for the window to slide. */
enum { TRIAL_ROWS = 100, TRIAL_ROW_BYTES = 1000 };

/* Of the streams below: the same by zlib 1.2.5, 1.2.8, 1.2.9, 1.2.11 to 1.2.13, 1.3 and 1.3.1. */
static const char trial_hex[] = "eb1453a19622e52b7ecd7158607749a847bebefd6176749144b904e449003037";

const char *
png_deflate_version (void)
{
  return zlibVersion ();
}

/* Gradients, noise and repeats, so that every kind of match and block comes up. */
static void
fill_row (uint8_t *row, unsigned y, uint32_t *state)
{
  for (unsigned x = 0; x < TRIAL_ROW_BYTES; x++) {
    *state = *state * 1664525 + 1013904223;
    uint8_t noise = (uint8_t)(*state >> 24);
    if (y % 4 == 3)
      row[x] = (uint8_t)(x * x / 97 % 23);
    else
      row[x] = (uint8_t)((noise & (y / 8 % 2 == 0 ? 3 : 31)) + (noise > 250 ? x : 0));
  }
}

static bool
add_to_digest (void *data, const void *bytes, size_t length, GError **error)
{
  digest_stream_update (data, bytes, length);
  return true;
}

static bool
deflate_trial (const PngDeflateWay *way, DigestStream *stream)
{
  PixelSink sink = { stream, add_to_digest };
  g_autoptr (PngDeflater) deflater = png_deflater_new (way, NULL, &sink, NULL);
  uint8_t row[TRIAL_ROW_BYTES];
  uint32_t state = 1;
  bool ok = deflater != NULL;
  for (unsigned y = 0; y < TRIAL_ROWS && ok; y++) {
    fill_row (row, y, &state);
    ok = png_deflater_add_row (deflater, row, sizeof row, NULL);
  }
  return ok && png_deflater_finish (deflater, NULL);
}

static bool
run_trials (void)
{
  static const struct {
    uint8_t level, mem_level, strategy;
  } trials[] = {
    { 1, 8, Z_DEFAULT_STRATEGY },
    { 3, 9, Z_DEFAULT_STRATEGY },
    { 4, 8, Z_FILTERED },
    { 6, 8, Z_DEFAULT_STRATEGY },
    { 6, 9, Z_FILTERED },
    { 9, 8, Z_FILTERED },
    { 6, 8, Z_HUFFMAN_ONLY },
    { 1, 8, Z_RLE },
    { 6, 8, Z_FIXED },
  };
  g_autoptr (DigestStream) stream = digest_stream_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (trials); i++) {
    PngDeflateWay way = { PNG_DEFLATE_ZLIB,   { 0x78, 0x9c }, trials[i].level, trials[i].mem_level,
                          trials[i].strategy, MAX_WBITS,      PNG_FED_BY_ROWS };
    if (!deflate_trial (&way, stream))
      return false;
  }
  Digest digest = digest_stream_finish (stream);
  return strcmp (digest_to_hex (&digest).text, trial_hex) == 0;
}

bool
png_deflate_is_classic (void)
{
  enum { UNKNOWN, ANOTHER, CLASSIC };
  static size_t known = UNKNOWN;
  if (g_once_init_enter (&known))
    g_once_init_leave (&known, run_trials () ? CLASSIC : ANOTHER);
  return known == CLASSIC;
}
