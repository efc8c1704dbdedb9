/* What stands below the page on a proof: the numbers, and what the lines and hatches mean. */
#pragma once

#include "image/proof-canvas.h"
#include "image/proof-measure.h"

/* The colours of what is drawn over the page: far from each other, and rare in pictures. */
extern const ProofColor proof_bleed_color, proof_trim_color, proof_safe_color, proof_gamut_color,
  proof_over_color;

/* What was found out from the page's pixels. */
typedef struct {
  int width, height; /* of the page, px */
  bool is_ink;       /* then `ink` holds */
  ProofInk ink;
  double limit; /* percent, that `ink` was measured against */
  bool has_gamut;
  double gamut_share; /* 0 to 1, of what is printed */
} ProofFindings;

/* Pieces of text and samples at their places. */
typedef struct {
  GPtrArray *pieces;
  int height;
} ProofPanel;

bool proof_panel_init (ProofPanel *panel, const ProofSpec *spec, const ProofFindings *findings,
                       GError **error);
void proof_panel_clear (ProofPanel *panel);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProofPanel, proof_panel_clear)

void proof_panel_draw (const ProofPanel *panel, ProofCanvas *canvas, int left, int top);
