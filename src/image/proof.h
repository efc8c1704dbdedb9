/* A proof: what a person looks at before a page goes to the press. The finished page as it will look
 * (through its own profile, on sRGB), where it is cut, what the press cannot print, where there is too
 * much ink, and the numbers below it. */
#pragma once

#include "image/image.h"

/* What is known of the page. Lengths as in stages/sheet.h: the picture covers trim, bleed and slug. */
typedef struct {
  const char *name;           /* of the file */
  double width_mm, height_mm; /* of the trim; 0: there is no sheet */
  double bleed_mm, safe_mm, slug_mm;
  const char *bleed_from; /* "pixels", "mirror", "edge"; NULL: no bleed */
  int dpi;                /* that is written; 0: none */
  double effective_dpi;   /* that the picture's own pixels give; 0: not known */
  const char *profile;    /* what the profile calls itself, or NULL */
  double max_ink;         /* percent that was asked for, 0: none */
  /* The page before it became ink, and that picture made ink in the same way, both of the size that
   * proof_page_size tells. Their difference is what the press cannot print. NULL: it is not told. */
  VipsImage *before, *inked;
} ProofSpec;

/* What a page without a limit of its own is measured against, percent: the limit of most coated papers, to which
 * profiles are made. */
enum { PROOF_USUAL_INK = 300 };

/* The size at which a page of width x height px is drawn. */
void proof_page_size (int width, int height, int *out_width, int *out_height);
/* The picture at exactly that size, lazily. */
bool proof_shrink (VipsImage *picture, int width, int height, VipsImage **out_picture,
                   GError **error);

/* Draws the proof of `page`: 8-bit sRGB in memory, no alpha. */
bool proof_draw (VipsImage *page, const ProofSpec *spec, VipsImage **out_proof, GError **error);
