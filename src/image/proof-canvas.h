/* A plain RGB picture that is drawn on. Whatever lies outside of it is cut off. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/proof-layout.h"

typedef struct {
  uint8_t red, green, blue;
} ProofColor;

typedef struct {
  int width, height;
  uint8_t *rgb;
} ProofCanvas;

void proof_canvas_init (ProofCanvas *canvas, int width, int height, ProofColor color);
void proof_canvas_clear (ProofCanvas *canvas);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProofCanvas, proof_canvas_clear)

/* Mixes `color` in: 256 covers what was there. */
void proof_canvas_fill (ProofCanvas *canvas, const ProofBox *box, ProofColor color, int part);
/* Pixels of a box, three bytes each. */
void proof_canvas_put (ProofCanvas *canvas, const ProofBox *box, const uint8_t *rgb);
/* A line of 2 px on the edge of a box, one of them inside, between two light ones, so that it is seen on any
 * picture. */
void proof_canvas_frame (ProofCanvas *canvas, const ProofBox *box, ProofColor color,
                         bool is_dashed);
/* Hatches what `mask` has set in a box: the colour and white, so that it is seen on that colour too. Rising or
 * falling lines, so that two of them over each other are told apart. */
void proof_canvas_hatch (ProofCanvas *canvas, const ProofBox *box, const uint8_t *mask,
                         ProofColor color, bool is_rising);
/* Paints through a mask of 0 to 255: text. */
void proof_canvas_stamp (ProofCanvas *canvas, const ProofBox *box, const uint8_t *mask,
                         ProofColor color);
