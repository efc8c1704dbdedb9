/* The inner loops from stored planes to pixels: once in plain C, once for vectors of 16 bytes. A
 * test holds them to each other.
 *
 * Rows of a plane are bytes, or 16-bit numbers in the machine's order, and never overlap. All
 * arithmetic wraps. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a sample is guessed from: a is left of it, b above, c left of b; 0 where there is none. */
typedef enum {
  PLANE_LEFT,     /* a */
  PLANE_ABOVE,    /* b */
  PLANE_GRADIENT, /* a + b - c */
  PLANE_HALF,     /* a + (b - c) / 2, where b - c has a sign and the half is rounded down */
  PLANE_N_PREDICTORS,
} PlanePredictor;

/* How a plane of bytes stands before zstd. Residuals are small, and no code of zstd's is shorter
 * than a bit, so small ones share a byte, the first in its lowest bits: 4 bits hold -7 to 7 and
 * 2 bits -1 to 1, as two's complement. The least value (-8, -2) stands for the next of the
 * escapes, which are bytes after all rows. Every row begins with a byte of its own. */
typedef enum {
  PLANE_BYTES,
  PLANE_PAIRS, /* 4 bits each */
  PLANE_QUADS, /* 2 bits each */
  PLANE_N_PACKINGS,
} PlanePacking;

enum {
  PLANES_MOST = 4,       /* channels */
  PLANES_MOST_BYTES = 8, /* and planes of bytes: 16 bit has two for each */
  PLANE_ESCAPES_SLACK = 80,
};

typedef struct {
  /* Pairs or quads to residuals. *escapes moves on; false when it would pass `end`, behind which
   * PLANE_ESCAPES_SLACK more bytes can be read. */
  bool (*unpack) (PlanePacking packing, const uint8_t *packed, const uint8_t **escapes,
                  const uint8_t *end, uint8_t *residuals, int width);
  /* row = residuals + what `predictor` guesses, for the samples `from` to `end` - 1; those before
   * are done. */
  void (*undo8) (PlanePredictor predictor, const uint8_t *residuals, const uint8_t *above,
                 uint8_t *row, int from, int end);
  /* The same for 16 bit; the residuals' high bytes and low bytes stand apart. */
  void (*undo16) (PlanePredictor predictor, const uint8_t *high, const uint8_t *low,
                  const uint16_t *above, uint16_t *row, int from, int end);
  /* Planes to pixels: those of planes.h. */
  void (*weave8) (int n_channels, uint8_t *const planes[PLANES_MOST], uint8_t *out, int width);
  void (*weave16) (int n_channels, uint16_t *const planes[PLANES_MOST], uint16_t *out, int width);
} PlaneKernels;

const PlaneKernels *plane_kernels_scalar (void);
/* The vector ones where this processor has them, else the scalar ones. */
const PlaneKernels *plane_kernels_best (void);
