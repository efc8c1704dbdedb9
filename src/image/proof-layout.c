#include "image/proof-layout.h"

#include <math.h>

/* Fine enough for a screen and a look at the details, small enough to be sent by mail. */
enum { LONG_EDGE = 1600, MOST_SCALE = 2 };

void
proof_page_size (int width, int height, int *out_width, int *out_height)
{
  double scale = fmin (MOST_SCALE, (double)LONG_EDGE / MAX (width, height));
  *out_width = MAX (1, (int)floor (width * scale + 0.5));
  *out_height = MAX (1, (int)floor (height * scale + 0.5));
}

/* The part of `page` that lies `inset_mm` inside its edges. Each edge is rounded for itself, so that boxes that share
 * an edge share it here. Empty when nothing is left. */
static ProofBox
inset (const ProofBox *page, double inset_mm, double full_width_mm, double full_height_mm)
{
  int across = (int)floor (inset_mm / full_width_mm * page->width + 0.5);
  int down = (int)floor (inset_mm / full_height_mm * page->height + 0.5);
  if (page->width <= 2 * across || page->height <= 2 * down)
    return (ProofBox){ 0 };
  return (ProofBox){ page->left + across, page->top + down, page->width - 2 * across,
                     page->height - 2 * down };
}

void
proof_layout (const ProofSpec *spec, int width, int height, int panel_height,
              ProofLayout *out_layout)
{
  ProofLayout layout = { .width = MAX (width + 2 * PROOF_MARGIN, PROOF_LEAST_WIDTH) };
  layout.page = (ProofBox){ (layout.width - width) / 2, PROOF_MARGIN, width, height };
  layout.panel_top = height + 2 * PROOF_MARGIN;
  layout.height = layout.panel_top + panel_height + PROOF_MARGIN;
  if (spec->width_mm > 0 && spec->height_mm > 0) {
    double outside = spec->bleed_mm + spec->slug_mm;
    double full_width = spec->width_mm + 2 * outside, full_height = spec->height_mm + 2 * outside;
    layout.trim = inset (&layout.page, outside, full_width, full_height);
    if (spec->bleed_mm > 0)
      layout.bleed = inset (&layout.page, spec->slug_mm, full_width, full_height);
    if (spec->safe_mm > 0)
      layout.safe = inset (&layout.page, outside + spec->safe_mm, full_width, full_height);
  }
  *out_layout = layout;
}
