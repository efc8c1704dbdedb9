/* Where everything lies on a proof. Whole pixels, no libvips. */
#pragma once

#include "image/proof.h"

typedef struct {
  int left, top, width, height;
} ProofBox;

/*     +--------------------------------------+
 *     |     +--------------------------+     |
 *     |     | page: slug, bleed, trim  |     |  in the middle of the canvas
 *     |     +--------------------------+     |
 *     |  facts                     legend    |  from panel_top on
 *     +--------------------------------------+  */
typedef struct {
  int width, height; /* of the canvas */
  ProofBox page;
  ProofBox bleed, trim, safe; /* on the canvas; no width: there is none */
  int panel_top;
} ProofLayout;

enum {
  PROOF_MARGIN = 40,
  PROOF_LEAST_WIDTH = 1160, /* for the panel: its two columns of text */
};

/* `width` and `height` are the page's as drawn, `panel_height` what stands below it. */
void proof_layout (const ProofSpec *spec, int width, int height, int panel_height,
                   ProofLayout *out_layout);
