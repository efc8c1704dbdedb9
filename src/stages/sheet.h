/* The sheet of paper that a picture is made for: what `page` finds out and what whoever writes the file,
 * draws a proof of it or tells of it needs to know. It travels with the picture.
 *
 *     +--------------------------+  the picture's edge
 *     | slug: marks              |
 *     |  +--------------------+  |  bleed: cut away, printed so that no white edge is left
 *     |  |  +--------------+  |  |  trim: the sheet that is left
 *     |  |  |   - safe -   |  |  |  nothing that matters between trim and safe
 *     |  |  +--------------+  |  |
 *     |  +--------------------+  |
 *     +--------------------------+
 */
#pragma once

#include <stdbool.h>

typedef struct _VipsImage VipsImage;

/* What the bleed is made of. */
typedef enum {
  SHEET_BLEED_NONE,
  SHEET_BLEED_PIXELS, /* the picture goes on outside the trim */
  SHEET_BLEED_MIRROR, /* its edge, mirrored */
  SHEET_BLEED_EDGE,   /* its outermost pixels, drawn out */
} SheetBleed;

/* "pixels", "mirror", "edge"; NULL for NONE. */
extern const char *const sheet_bleed_words[SHEET_BLEED_EDGE + 1];

typedef struct {
  double width_mm, height_mm; /* of the trim, as the sheet lies; 0: there is no sheet */
  double bleed_mm;            /* on each side */
  double safe_mm;             /* inside the trim */
  double slug_mm;             /* on each side, outside the bleed; 0: no marks */
  int dpi;                    /* of the pixels that are written */
  double effective_dpi; /* what the picture's own pixels give here, before anything enlarged them */
  double enlarged;      /* times as wide as they were; 1: not at all */
  int bleed;            /* SheetBleed */
} Sheet;

/* Puts the sheet on a picture (that nobody else has yet), and finds it again: all zeros where there is none. */
void sheet_put (VipsImage *image, const Sheet *sheet);
Sheet sheet_of (VipsImage *image);
