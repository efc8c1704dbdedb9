#include "stages/page-layout.h"

#include <math.h>

#include "stages/paper.h"

typedef struct {
  double width, height; /* inches */
} Area;

double
page_default_min_dpi (double width_mm, double height_mm)
{
  /* The farther away a sheet hangs, the coarser it may be. A percent lets 8x10 in, letter, 11x14 in, 30x40 cm and
   * tabloid into the classes of A4 and A3 that they belong to. */
  double area = width_mm * height_mm;
  if (area <= 210.0 * 297 * 1.01)
    return 300;
  return area <= 297.0 * 420 * 1.01 ? 250 : 150;
}

/* At least a pixel. */
static int
pixels_of (double inches, double dpi)
{
  return (int)fmax (1, floor (inches * dpi + 0.5));
}

/* Cover needs both sides, contain the one that touches the trim. */
static bool
reaches (PageFit fit, const Area *area, int width, int height, double dpi)
{
  bool by_width = pixels_of (area->width, dpi) <= width;
  bool by_height = pixels_of (area->height, dpi) <= height;
  return fit == PAGE_CONTAIN ? by_width || by_height : by_width && by_height;
}

static double
effective_dpi (PageFit fit, const Area *area, int width, int height)
{
  double across = width / area->width, down = height / area->height;
  return fit == PAGE_CONTAIN ? fmax (across, down) : fmin (across, down);
}

static void
turn (const PageWish *wish, int width, int height, Sheet *sheet)
{
  bool is_landscape = sheet->width_mm > sheet->height_mm;
  bool be_landscape = wish->orientation == PAGE_LANDSCAPE;
  if (wish->orientation == PAGE_AUTO)
    be_landscape = width == height ? is_landscape : width > height;
  if (wish->orientation == PAGE_AS_WRITTEN || be_landscape == is_landscape)
    return;
  double turned = sheet->width_mm;
  sheet->width_mm = sheet->height_mm;
  sheet->height_mm = turned;
}

static Area
area_around (const Sheet *sheet, double around_mm)
{
  return (Area){ (sheet->width_mm + 2 * around_mm) / PAPER_INCH_MM,
                 (sheet->height_mm + 2 * around_mm) / PAPER_INCH_MM };
}

/* What the bleed is made of, and the area that the picture's own pixels have to fill for that. */
static Area
choose_bleed (const PageWish *wish, int width, int height, double min_dpi, Sheet *sheet)
{
  Area trim = area_around (sheet, 0), all = area_around (sheet, sheet->bleed_mm);
  sheet->bleed = wish->bleed_from;
  if (sheet->bleed_mm <= 0)
    sheet->bleed = SHEET_BLEED_NONE;
  else if (wish->bleed_from == PAGE_BLEED_AUTO && wish->fit == PAGE_CONTAIN)
    sheet->bleed = SHEET_BLEED_MIRROR;
  else if (wish->bleed_from == PAGE_BLEED_AUTO)
    /* Where both are too coarse it is the pixels that are told, since less of them is what to ask for. */
    sheet->bleed = !reaches (wish->fit, &all, width, height, min_dpi) &&
                       reaches (wish->fit, &trim, width, height, min_dpi)
                     ? SHEET_BLEED_MIRROR
                     : SHEET_BLEED_PIXELS;
  return sheet->bleed == SHEET_BLEED_PIXELS ? all : trim;
}

/* The largest whole density that the pixels reach, up to the one that is asked for. On a side of less than half an
 * inch rounding gives more than one step. */
static int
settle_dpi (const PageWish *wish, const Area *area, int width, int height, double effective)
{
  int dpi = (int)floor (effective), most = (int)rint (wish->dpi);
  while (dpi < most && reaches (wish->fit, area, width, height, dpi + 1))
    dpi++;
  return MIN (dpi, most);
}

static Box
centred (int inner_width, int inner_height, int width, int height)
{
  Box box = { .width = width, .height = height };
  gravity_place (GRAVITY_CENTER, width, height, inner_width, inner_height, &box.left, &box.top);
  return box;
}

static Box
canvas_of (const Area *area, int dpi, const Box *inner)
{
  /* Rounding is monotone: what is larger on paper is no smaller in pixels. */
  return centred (inner->width, inner->height, pixels_of (area->width, dpi),
                  pixels_of (area->height, dpi));
}

static void
lay_on_base (const PageWish *wish, int width, int height, PageLayout *layout)
{
  Box *base = &layout->base;
  layout->crop = (Box){ 0, 0, width, height };
  if (wish->fit == PAGE_CONTAIN) {
    geometry_scale_to (width, height, base->width, base->height, true, &layout->scaled_width,
                       &layout->scaled_height);
    gravity_place (wish->gravity, base->width, base->height, layout->scaled_width,
                   layout->scaled_height, &base->left, &base->top);
    return;
  }
  Ratio ratio = { base->width, base->height };
  geometry_ratio_inside (ratio, width, height, &layout->crop.width, &layout->crop.height);
  gravity_place (wish->gravity, width, height, layout->crop.width, layout->crop.height,
                 &layout->crop.left, &layout->crop.top);
  layout->scaled_width = base->width;
  layout->scaled_height = base->height;
}

bool
page_lay_out (const PageWish *wish, int width, int height, PageLayout *out_layout,
              double *out_min_dpi)
{
  PageLayout layout = { .sheet = { .width_mm = wish->width_mm,
                                   .height_mm = wish->height_mm,
                                   .bleed_mm = wish->bleed_mm,
                                   .safe_mm = wish->safe_mm,
                                   .slug_mm = wish->slug_mm } };
  Sheet *sheet = &layout.sheet;
  turn (wish, width, height, sheet);
  double min_dpi = wish->min_dpi;
  if (min_dpi <= 0)
    min_dpi = fmin (page_default_min_dpi (sheet->width_mm, sheet->height_mm), wish->dpi);
  Area area = choose_bleed (wish, width, height, min_dpi, sheet);
  sheet->effective_dpi = effective_dpi (wish->fit, &area, width, height);
  sheet->dpi = settle_dpi (wish, &area, width, height, sheet->effective_dpi);
  *out_min_dpi = min_dpi;
  *out_layout = layout;
  if (!reaches (wish->fit, &area, width, height, min_dpi))
    return false;

  Area trim = area_around (sheet, 0), bled = area_around (sheet, sheet->bleed_mm);
  Area full = area_around (sheet, sheet->bleed_mm + sheet->slug_mm);
  layout.base = (Box){ 0, 0, pixels_of (area.width, sheet->dpi),
                       pixels_of (area.height, sheet->dpi) };
  lay_on_base (wish, width, height, &layout);
  layout.bleed = canvas_of (&bled, sheet->dpi, &layout.base);
  layout.full = canvas_of (&full, sheet->dpi, &layout.bleed);
  layout.trim = (Box){ .width = pixels_of (trim.width, sheet->dpi),
                       .height = pixels_of (trim.height, sheet->dpi) };
  Box in_bleed = centred (layout.trim.width, layout.trim.height, layout.bleed.width,
                          layout.bleed.height);
  layout.trim.left = layout.full.left + in_bleed.left;
  layout.trim.top = layout.full.top + in_bleed.top;
  *out_layout = layout;
  return true;
}
