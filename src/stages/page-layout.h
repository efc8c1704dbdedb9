/* Where on a sheet a picture's pixels come to lie. Arithmetic alone: what a plan says and what comes out are
 * the same numbers.
 *
 * A picture reaches a density when it has the pixels that the area takes, rounded as they are written: 2480x3508 px
 * are an A4 sheet of 300 dpi, although 210 mm are 2480.3 px. */
#pragma once

#include "stages/geometry.h"

typedef enum { PAGE_COVER, PAGE_CONTAIN } PageFit;
typedef enum { PAGE_AUTO, PAGE_AS_WRITTEN, PAGE_PORTRAIT, PAGE_LANDSCAPE } PageOrientation;
enum { PAGE_BLEED_AUTO = SHEET_BLEED_NONE }; /* other wishes are a SheetBleed */

typedef struct {
  double width_mm, height_mm; /* of the trim, as written */
  double bleed_mm, safe_mm, slug_mm;
  double dpi, min_dpi; /* min_dpi 0: by the size of the trim */
  PageFit fit;
  PageOrientation orientation;
  int gravity;
  int bleed_from; /* PAGE_BLEED_AUTO or SheetBleed */
} PageWish;

/* In this order: `crop` is cut out of the picture and resampled to `scaled`; that lies on `base` (the trim, or
 * trim and bleed when the bleed is of pixels), that on `bleed`, that on `full`. A box has the size of the canvas
 * and the place of what lies on it; those that change nothing have the size of what lies on them. */
typedef struct {
  Sheet sheet;
  Box crop;
  int scaled_width, scaled_height;
  Box base, bleed, full;
  Box trim; /* in the full picture */
} PageLayout;

/* What is asked of the smallest density where nobody says it. dpi */
double page_default_min_dpi (double width_mm, double height_mm);

/* Of a picture of this size. False: it has too few pixels; out_layout holds the sheet alone, whose dpi is the largest
 * whole `min_dpi` that would be taken (0: none) with the same bleed, and *out_min_dpi is what was missed. */
bool page_lay_out (const PageWish *wish, int width, int height, PageLayout *out_layout,
                   double *out_min_dpi);
