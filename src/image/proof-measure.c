#include "image/proof-measure.h"

#include <string.h>
#include <vips/vips.h>

#include "image/color.h"
#include "image/rows.h"

/* ---- ink ---- */

typedef struct {
  double limit;
  int page_width, page_height, width, height;
  unsigned full; /* of one ink: 255 or 65535 */
  int64_t n_over;
  uint8_t *over;
} Scan;

void
proof_ink_clear (ProofInk *ink)
{
  g_clear_pointer (&ink->over, g_free);
}

/* The first and the last pixel of the proof that show a pixel of the page: one or two, more where it is enlarged. */
static void
find_shown (int at, int page_size, int size, int *out_first, int *out_last)
{
  *out_first = (int)((int64_t)at * size / page_size);
  *out_last = (int)(((int64_t)(at + 1) * size - 1) / page_size);
}

static void
mark_pixel (Scan *scan, int x, int y)
{
  int left, right, top, bottom;
  find_shown (x, scan->page_width, scan->width, &left, &right);
  find_shown (y, scan->page_height, scan->height, &top, &bottom);
  for (int row = top; row <= bottom; row++)
    memset (scan->over + (size_t)row * (size_t)scan->width + left, UINT8_MAX,
            (size_t)(right - left + 1));
  scan->n_over++;
}

static bool
scan_row (void *data, int y, const void *row, GError **error)
{
  enum { N_INKS = 4 };
  Scan *scan = data;
  bool is_deep = scan->full > UINT8_MAX;
  const uint8_t *samples = row;
  const uint16_t *deep_samples = row;
  for (int x = 0; x < scan->page_width; x++) {
    unsigned sum = 0;
    for (int k = 0; k < N_INKS; k++)
      sum += is_deep ? deep_samples[x * N_INKS + k] : samples[x * N_INKS + k];
    if (100.0 * sum / scan->full > scan->limit)
      mark_pixel (scan, x, y);
  }
  return true;
}

/* The four inks alone, as whole numbers. */
static bool
take_inks (VipsImage *page, VipsImage **out_inks, GError **error)
{
  g_autoptr (VipsImage) inks = NULL;
  bool is_deep = vips_image_get_format (page) != VIPS_FORMAT_UCHAR;
  if (vips_extract_band (page, &inks, 0, "n", 4, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "measuring the page's ink");
  return image_to_depth (inks, is_deep ? 16 : 8, out_inks, error);
}

bool
proof_measure_ink (VipsImage *page, double limit, int width, int height, ProofInk *out_ink,
                   GError **error)
{
  g_autoptr (InkMeter) meter = ink_meter_new ();
  g_autoptr (VipsImage) inks = NULL, watched = NULL;
  g_autofree uint8_t *over = g_malloc0 ((size_t)width * (size_t)height);
  if (!take_inks (page, &inks, error) || !ink_meter_watch (meter, inks, &watched, error))
    return false;
  Scan scan = {
    .limit = limit,
    .page_width = vips_image_get_width (inks),
    .page_height = vips_image_get_height (inks),
    .width = width,
    .height = height,
    .full = vips_image_get_format (inks) == VIPS_FORMAT_UCHAR ? UINT8_MAX : UINT16_MAX,
    .over = over,
  };
  if (!image_each_row (watched, scan_row, &scan, "measuring the page's ink", error))
    return false;
  *out_ink = (ProofInk){
    .over_share = (double)scan.n_over / ((double)scan.page_width * scan.page_height),
    .over = g_steal_pointer (&over),
  };
  ink_meter_read (meter, &out_ink->ink);
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

/* Colours that lose or change what makes them colours, in CIEDE2000 with the lightness left out. Paper is never as dark
 * as a screen: counted too, it marks the shadows of most photographs, and on newsprint all blacks. Measured on coated
 * and newsprint profiles: skin, grass, gold and wood 0 to 4 on coated paper, blacks of any to 3.9 (that is the
 * profiles' own tables), the screen's blue, green, cyan, magenta and violet 10 to 18, a strong sky blue 5.4 to 5.9. */
enum { VISIBLE_DIFFERENCE = 5 };

/* `wanted` as light as `got`. */
static int
level (VipsImage *wanted, VipsImage *got, VipsImage **out_leveled)
{
  g_autoptr (VipsImage) lightness = NULL, colors = NULL, joined = NULL;
  return vips_extract_band (got, &lightness, 0, NULL) ||
         vips_extract_band (wanted, &colors, 1, "n", 2, NULL) ||
         vips_bandjoin2 (lightness, colors, &joined, NULL) ||
         vips_copy (joined, out_leveled, "interpretation", VIPS_INTERPRETATION_LAB, NULL);
}

bool
proof_measure_gamut (VipsImage *before, VipsImage *inked, uint8_t **out_mask, GError **error)
{
  g_autoptr (VipsImage) wanted = NULL, got = NULL, leveled = NULL, gap = NULL, far = NULL;
  g_autoptr (VipsImage) calm = NULL;
  size_t length;
  if (!to_lab (before, &wanted, error) || !to_lab (inked, &got, error))
    return false;
  /* The median takes single pixels off and leaves areas. */
  if (level (wanted, got, &leveled) || vips_dE00 (leveled, got, &gap, NULL) ||
      vips_more_const1 (gap, &far, VISIBLE_DIFFERENCE, NULL) || vips_median (far, &calm, 3, NULL))
    return fail (error);
  uint8_t *mask = vips_image_write_to_memory (calm, &length);
  if (mask == NULL)
    return fail (error);
  *out_mask = mask;
  return true;
}
