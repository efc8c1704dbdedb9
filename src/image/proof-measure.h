/* What a proof finds out from pixels. */
#pragma once

#include "image/ink.h"
#include "image/proof.h"

typedef struct {
  Ink ink;
  double over_share; /* 0 to 1: pixels of the page over the limit */
  uint8_t *over;     /* one byte for each pixel of the proof: any of the page's below it is over */
} ProofInk;

void proof_ink_clear (ProofInk *ink);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProofInk, proof_ink_clear)

/* Every pixel of a CMYK page, once, from above. width x height is the proof's size of it. */
bool proof_measure_ink (VipsImage *page, double limit, int width, int height, ProofInk *out_ink,
                        GError **error);

/* The colours as a screen shows them: 8-bit sRGB, on white where the picture lets through. */
bool proof_show (VipsImage *picture, VipsImage **out_srgb, GError **error);

/* Which colours come out visibly other: a byte for each pixel, 0 or 255. New. */
bool proof_measure_gamut (VipsImage *before, VipsImage *inked, uint8_t **out_mask, GError **error);
