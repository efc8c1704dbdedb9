/* Rows of pixels to take apart: as a PNG holds them, all bytes set, the same on every machine. */
#pragma once

#include <glib.h>

#include "pixels/pixels.h"

typedef enum {
  DRAWN_FLAT,   /* one colour */
  DRAWN_SMOOTH, /* neighbours differ by 1 at most, at 8 bits */
  DRAWN_GRAIN,  /* a soft slope with noise, as photographs have */
  DRAWN_NOISE,  /* any byte anywhere */
  DRAWN_N,
} Drawn;

static inline uint8_t *
draw_rows (const PixelShape *shape, Drawn drawn)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  int n_samples = shape->width * shape->n_channels, n_bytes = shape->bit_depth / 8;
  uint8_t *rows = g_malloc ((size_t)shape->height * (size_t)n_samples * (size_t)n_bytes);
  uint8_t *to = rows;
  for (int y = 0; y < shape->height; y++)
    for (int i = 0; i < n_samples; i++) {
      int x = i / shape->n_channels, channel = i % shape->n_channels;
      int sample = 40 + 20 * channel;
      if (drawn == DRAWN_SMOOTH)
        sample += (x + y) / 8 + g_rand_int_range (random, 0, 2);
      else if (drawn == DRAWN_GRAIN)
        sample += (x + y) / 4 + g_rand_int_range (random, -12, 13);
      else if (drawn == DRAWN_NOISE)
        sample = g_rand_int_range (random, 0, 65536);
      *to++ = (uint8_t)sample;
      if (n_bytes == 2)
        *to++ = (uint8_t)(drawn == DRAWN_NOISE ? sample >> 8 : sample * 37);
    }
  return rows;
}
