#include "image/proof-measure.h"

#include <math.h>
#include <vips/vips.h>

#include "image/color.h"

/* CIEDE2000 between what was asked for and what the press makes of it. */
enum { VISIBLE_DIFFERENCE = 6 };

/* ---- ink ---- */

enum { BINS = 4001 }; /* tenths of a percent, to 400 */

typedef struct {
  ProofInk ink;
  double limit;
  int page_width, page_height, width, height;
  bool is_deep;
  int n_bands;
  int64_t bins[BINS];
  int64_t n_over;
} Scan;

void
proof_ink_clear (ProofInk *ink)
{
  g_clear_pointer (&ink->over, g_free);
}

static void
note_pixel (Scan *scan, int x, int y, double percent)
{
  scan->bins[CLAMP ((int)(percent * 10), 0, BINS - 1)]++;
  scan->ink.max = fmax (scan->ink.max, percent);
  /* A limit of 300 % is kept by what rounding in 8 bits makes 300.0001. */
  if (percent <= scan->limit + 1e-6)
    return;
  int64_t across = (int64_t)x * scan->width / scan->page_width;
  int64_t down = (int64_t)y * scan->height / scan->page_height;
  scan->ink.over[down * scan->width + across] = 255;
  scan->n_over++;
}

/* Called with strips from above, one after the other. */
static int
scan_strip (VipsRegion *region, VipsRect *area, void *data)
{
  Scan *scan = data;
  for (int y = area->top; y < VIPS_RECT_BOTTOM (area); y++) {
    const uint8_t *row = (const uint8_t *)VIPS_REGION_ADDR (region, area->left, y);
    const uint16_t *deep_row = (const uint16_t *)(const void *)row;
    for (int x = 0; x < area->width; x++) {
      unsigned sum = 0;
      for (int c = 0; c < 4; c++)
        sum += scan->is_deep ? deep_row[x * scan->n_bands + c] : row[x * scan->n_bands + c];
      note_pixel (scan, area->left + x, y, sum * 100.0 / (scan->is_deep ? 65535 : 255));
    }
  }
  return 0;
}

/* The least that 99 of 100 pixels do not exceed. */
static double
percentile_99 (const Scan *scan)
{
  int64_t n_below = 0;
  int64_t wanted = ((int64_t)scan->page_width * scan->page_height * 99 + 99) / 100;
  int bin = -1;
  while (n_below < wanted && bin < BINS - 1)
    n_below += scan->bins[++bin];
  return bin / 10.0;
}

bool
proof_measure_ink (VipsImage *page, double limit, int width, int height, ProofInk *out_ink,
                   GError **error)
{
  bool is_deep = vips_image_get_format (page) != VIPS_FORMAT_UCHAR;
  g_autoptr (VipsImage) whole = NULL;
  if (!image_to_depth (page, is_deep ? 16 : 8, &whole, error))
    return false;
  g_autofree Scan *scan = g_new0 (Scan, 1);
  scan->limit = limit;
  scan->page_width = vips_image_get_width (whole);
  scan->page_height = vips_image_get_height (whole);
  scan->width = width;
  scan->height = height;
  scan->is_deep = is_deep;
  scan->n_bands = vips_image_get_bands (whole);
  scan->ink.over = g_malloc0 ((size_t)width * (size_t)height);
  if (vips_sink_disc (whole, scan_strip, scan) != 0) {
    proof_ink_clear (&scan->ink);
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "measuring the page's ink");
  }
  scan->ink.p99 = percentile_99 (scan);
  scan->ink.over_share = (double)scan->n_over / ((double)scan->page_width * scan->page_height);
  *out_ink = scan->ink;
  return true;
}

/* ---- gamut ---- */

static bool
fail (GError **error)
{
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "comparing the page with its proof");
}

bool
proof_show (VipsImage *picture, VipsImage **out_srgb, GError **error)
{
  g_autoptr (VipsImage) srgb = NULL, colored = NULL;
  const double white[] = { 255, 255, 255 };
  if (!image_to_srgb (picture, 8, &srgb, error))
    return false;
  /* Gray stays gray on the way to sRGB. */
  if (vips_colourspace (srgb, &colored, VIPS_INTERPRETATION_sRGB, NULL) != 0)
    return fail (error);
  VipsArrayDouble *background = vips_array_double_new (white, 3);
  bool ok = !vips_image_hasalpha (colored)
              ? vips_copy (colored, out_srgb, NULL) == 0
              : vips_flatten (colored, out_srgb, "background", background, NULL) == 0;
  vips_area_unref (VIPS_AREA (background));
  return ok || fail (error);
}

static bool
to_lab (VipsImage *picture, VipsImage **out_lab, GError **error)
{
  g_autoptr (VipsImage) srgb = NULL;
  return proof_show (picture, &srgb, error) &&
         (vips_colourspace (srgb, out_lab, VIPS_INTERPRETATION_LAB, NULL) == 0 || fail (error));
}

bool
proof_measure_gamut (VipsImage *before, VipsImage *inked, uint8_t **out_mask, GError **error)
{
  g_autoptr (VipsImage) wanted = NULL, got = NULL, gap = NULL, far = NULL, calm = NULL;
  size_t length;
  if (!to_lab (before, &wanted, error) || !to_lab (inked, &got, error))
    return false;
  /* The median takes single pixels off and leaves areas. */
  if (vips_dE00 (wanted, got, &gap, NULL) ||
      vips_more_const1 (gap, &far, VISIBLE_DIFFERENCE, NULL) || vips_median (far, &calm, 3, NULL))
    return fail (error);
  uint8_t *mask = vips_image_write_to_memory (calm, &length);
  if (mask == NULL)
    return fail (error);
  *out_mask = mask;
  return true;
}
