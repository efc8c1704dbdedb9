/* Value noise along rows of pixels: what gives the painter's surfaces their grain.
 * Floats, but only + - * and casts, in a fixed order: equal bits from every compiler. */
#pragma once

#include <stdint.h>

/* A stretch of one pixel row. Positions are picture units (see painter-scene.h) and belong to the
 * absolute pixel, never to the stretch, so that any tiling gives the same picture. */
typedef struct {
  int left, n, top;          /* px: the first pixel, how many, which row */
  float y;                   /* of the row's centre */
  float pixel;               /* width of a pixel in picture units */
  float *x;                  /* centres */
  float *red, *green, *blue; /* linear light, 0 to about 4 */
  float *spare[3];           /* scratch of n each */
  float *lattice;            /* scratch of n + PAINTER_LATTICE_EXTRA */
} PaintRow;

enum { PAINTER_LATTICE_EXTRA = 8 };

/* The pixels from `from` up to `to` of the row; none when `from` is not below `to`. */
PaintRow painter_row_part (const PaintRow *row, int from, int to);

/* Where a row runs through a noise field: at (offset + scale * x, y), a cell per unit. */
typedef struct {
  uint32_t seed;
  float offset, scale; /* scale > 0 */
  float y;
  float footprint_y; /* how far a pixel reaches in y; finer octaves are left out */
} NoiseLine;

/* Avalanches 32 bits (the multipliers are those of Wellons' lowbias32 search). */
static inline uint32_t
painter_mix (uint32_t x)
{
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return x;
}

/* out[i] += amplitude * noise, noise from -1 to 1. */
void painter_noise_add (const PaintRow *row, NoiseLine line, float amplitude, float *out);

/* out[i] = the sum of up to `octaves` octaves, each twice as fine and `gain` times as strong as the
 * one before, fading out where they would be finer than the pixels. */
void painter_noise_fbm (const PaintRow *row, NoiseLine line, int octaves, float gain, float *out);

/* fbm at one place, for outlines. */
float painter_noise_at (uint32_t seed, float x, float y);
