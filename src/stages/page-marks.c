#include "stages/page-marks.h"

#include <math.h>

#include "stages/paper.h"

/* Off the bleed's edge, so that no mark is printed into a picture that lies askew. */
#define OFFSET_MM 3.0
#define LENGTH_MM 5.0
/* A quarter of a point: what layout programs draw. */
#define THICKNESS_MM (0.25 * PAPER_INCH_MM / 72)

static int
px (const PageLayout *layout, double mm)
{
  return (int)fmax (1, rint (mm / PAPER_INCH_MM * layout->sheet.dpi));
}

void
page_marks_place (const PageLayout *layout, Box out_marks[PAGE_MARKS_N])
{
  int offset = px (layout, OFFSET_MM), length = px (layout, LENGTH_MM);
  int thickness = px (layout, THICKNESS_MM);
  const Box *trim = &layout->trim, *full = &layout->full;
  /* The columns and rows in line with the trim, and where the marks begin outside the bleed. */
  const int columns[] = { trim->left - thickness, trim->left + trim->width };
  const int rows[] = { trim->top - thickness, trim->top + trim->height };
  const int lefts[] = { full->left - offset - length, full->left + layout->bleed.width + offset };
  const int tops[] = { full->top - offset - length, full->top + layout->bleed.height + offset };
  for (int i = 0; i < 4; i++) {
    out_marks[i] = (Box){ columns[i % 2], tops[i / 2], thickness, length };
    out_marks[4 + i] = (Box){ lefts[i % 2], rows[i / 2], length, thickness };
  }
}

/* Paper or the blackest single ink, straight in the picture's own numbers: what a profile makes of white may be a
 * tint, and what it makes of black are four inks. */
static int
ink_of (VipsImage *image, bool is_black, double out_ink[PIXELS_MOST_BANDS])
{
  Shape shape = stage_shape_of (image);
  double full = pixels_full (image);
  for (int i = 0; i < shape.n_channels; i++)
    out_ink[i] = shape.n_channels == 4 ? (is_black && i == 3 ? full : 0) : is_black ? 0 : full;
  if (shape.has_alpha)
    out_ink[shape.n_channels] = full;
  return shape.n_channels + shape.has_alpha;
}

bool
page_marks_draw (VipsImage *in, const PageLayout *layout, const char *stage, VipsImage **out_image,
                 GError **error)
{
  PIXELS_STEPS (2 + 2 * PAGE_MARKS_N);
  double ink[PIXELS_MOST_BANDS];
  int n = ink_of (in, false, ink);
  const Box *full = &layout->full;
  g_autoptr (VipsArrayDouble) paper = vips_array_double_new (ink, n);
  if (vips_embed (in, &t[0], full->left, full->top, full->width, full->height, "extend",
                  VIPS_EXTEND_BACKGROUND, "background", paper, NULL))
    return pixels_fail (error, stage);
  n = ink_of (in, true, ink);
  t[1] = vips_image_new_from_image (t[0], ink, n);
  if (t[1] == NULL)
    return pixels_fail (error, stage);
  Box marks[PAGE_MARKS_N];
  page_marks_place (layout, marks);
  VipsImage *page = t[0];
  for (int i = 0; i < PAGE_MARKS_N; i++) {
    VipsImage **step = t + 2 + (ptrdiff_t)2 * i;
    const Box *mark = &marks[i];
    if (vips_extract_area (t[1], &step[0], 0, 0, mark->width, mark->height, NULL) ||
        vips_insert (page, step[0], &step[1], mark->left, mark->top, NULL))
      return pixels_fail (error, stage);
    page = step[1];
  }
  return pixels_give (page, out_image);
}
