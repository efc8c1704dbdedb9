/* The page is drawn small, then what lies outside the trim is paled, then come the hatches, then the lines: the
 * lines are what is measured by eye, so nothing covers them. */
#include "image/proof.h"

#include <string.h>
#include <vips/vips.h>

#include "image/proof-panel.h"

static const ProofColor desk = { 238, 238, 240 }, paper = { 255, 255, 255 };

/* Of 256: the bleed is still to be judged. */
enum { PALENESS = 96 };

static bool
fail (GError **error)
{
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "drawing a proof");
}

bool
proof_shrink (VipsImage *picture, int width, int height, VipsImage **out_picture, GError **error)
{
  g_autoptr (VipsImage) resized = NULL;
  double across = (double)width / vips_image_get_width (picture);
  double down = (double)height / vips_image_get_height (picture);
  if (vips_resize (picture, &resized, across, "vscale", down, NULL) ||
      /* What is rounded elsewhere may be a pixel off. */
      (vips_image_get_width (resized) == width && vips_image_get_height (resized) == height
         ? vips_copy (resized, out_picture, NULL)
         : vips_gravity (resized, out_picture, VIPS_COMPASS_DIRECTION_NORTH_WEST, width, height,
                         "extend", VIPS_EXTEND_COPY, NULL)))
    return fail (error);
  return true;
}

/* 3 bytes a pixel, new. */
static bool
read_page (VipsImage *small, uint8_t **out_rgb, GError **error)
{
  g_autoptr (VipsImage) srgb = NULL;
  size_t length;
  if (!proof_show (small, &srgb, error))
    return false;
  uint8_t *rgb = vips_image_write_to_memory (srgb, &length);
  if (rgb == NULL)
    return fail (error);
  *out_rgb = rgb;
  return true;
}

/* ---- what is found out ---- */

typedef struct {
  int width, height; /* of the page as drawn */
  uint8_t *rgb;      /* the page */
  uint8_t *gamut;    /* its mask, or NULL */
  ProofFindings findings;
} Sight;

static void
sight_clear (Sight *sight)
{
  g_free (sight->rgb);
  g_free (sight->gamut);
  proof_ink_clear (&sight->findings.ink);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sight, sight_clear)

/* The part of what is printed: a slug is white and would make any share look small. */
static double
share_of (const uint8_t *mask, int width, const ProofBox *printed)
{
  int64_t n = 0;
  for (int y = printed->top; y < printed->top + printed->height; y++)
    for (int x = printed->left; x < printed->left + printed->width; x++)
      n += mask[(size_t)y * (size_t)width + (size_t)x] != 0;
  return (double)n / ((double)printed->width * printed->height);
}

static bool
look (VipsImage *page, const ProofSpec *spec, Sight *sight, GError **error)
{
  g_autoptr (VipsImage) small = NULL;
  ProofFindings *findings = &sight->findings;
  findings->width = vips_image_get_width (page);
  findings->height = vips_image_get_height (page);
  findings->is_ink = vips_image_get_interpretation (page) == VIPS_INTERPRETATION_CMYK;
  findings->limit = spec->max_ink > 0 ? spec->max_ink : PROOF_USUAL_INK;
  proof_page_size (findings->width, findings->height, &sight->width, &sight->height);
  if (!proof_shrink (page, sight->width, sight->height, &small, error) ||
      !read_page (small, &sight->rgb, error))
    return false;
  if (findings->is_ink && !proof_measure_ink (page, findings->limit, sight->width, sight->height,
                                              &findings->ink, error))
    return false;
  findings->has_gamut = spec->before != NULL;
  return !findings->has_gamut ||
         proof_measure_gamut (spec->before, spec->inked, &sight->gamut, error);
}

/* ---- what is drawn ---- */

static void
pale_outside (ProofCanvas *canvas, const ProofBox *page, const ProofBox *trim)
{
  int right = trim->left + trim->width, bottom = trim->top + trim->height;
  int page_right = page->left + page->width, page_bottom = page->top + page->height;
  const ProofBox sides[] = {
    { page->left, page->top, page->width, trim->top - page->top },
    { page->left, bottom, page->width, page_bottom - bottom },
    { page->left, trim->top, trim->left - page->left, trim->height },
    { right, trim->top, page_right - right, trim->height },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (sides); i++)
    proof_canvas_fill (canvas, &sides[i], paper, PALENESS);
}

static void
draw_page (ProofCanvas *canvas, const ProofLayout *layout, const Sight *sight)
{
  const ProofBox *page = &layout->page;
  proof_canvas_put (canvas, page, sight->rgb);
  if (layout->trim.width > 0)
    pale_outside (canvas, page, &layout->trim);
  if (sight->gamut != NULL)
    proof_canvas_hatch (canvas, page, sight->gamut, proof_gamut_color, true);
  if (sight->findings.ink.over != NULL)
    proof_canvas_hatch (canvas, page, sight->findings.ink.over, proof_over_color, false);
  if (layout->safe.width > 0)
    proof_canvas_frame (canvas, &layout->safe, proof_safe_color, true);
  if (layout->bleed.width > 0)
    proof_canvas_frame (canvas, &layout->bleed, proof_bleed_color, false);
  if (layout->trim.width > 0)
    proof_canvas_frame (canvas, &layout->trim, proof_trim_color, false);
}

static bool
to_picture (const ProofCanvas *canvas, VipsImage **out_picture, GError **error)
{
  size_t length = (size_t)canvas->width * (size_t)canvas->height * 3;
  g_autoptr (VipsImage) raw = vips_image_new_from_memory_copy (
    canvas->rgb, length, canvas->width, canvas->height, 3, VIPS_FORMAT_UCHAR);
  if (raw == NULL ||
      vips_copy (raw, out_picture, "interpretation", VIPS_INTERPRETATION_sRGB, NULL) != 0)
    return fail (error);
  return true;
}

bool
proof_draw (VipsImage *page, const ProofSpec *spec, VipsImage **out_proof, GError **error)
{
  g_auto (Sight) sight = { 0 };
  g_auto (ProofPanel) panel = { 0 };
  g_auto (ProofCanvas) canvas = { 0 };
  ProofLayout layout;
  if (!look (page, spec, &sight, error))
    return false;
  proof_layout (spec, sight.width, sight.height, 0, &layout);
  if (sight.gamut != NULL) {
    ProofBox printed = layout.bleed.width > 0  ? layout.bleed
                       : layout.trim.width > 0 ? layout.trim
                                               : layout.page;
    printed.left -= layout.page.left;
    printed.top -= layout.page.top;
    sight.findings.gamut_share = share_of (sight.gamut, sight.width, &printed);
  }
  if (!proof_panel_init (&panel, spec, &sight.findings, error))
    return false;
  proof_layout (spec, sight.width, sight.height, panel.height, &layout);
  proof_canvas_init (&canvas, layout.width, layout.height, desk);
  draw_page (&canvas, &layout, &sight);
  /* Under the page's edge, if the page is wide enough. */
  int panel_left = MIN (layout.page.left, (layout.width - PROOF_LEAST_WIDTH) / 2 + PROOF_MARGIN);
  proof_panel_draw (&panel, &canvas, panel_left, layout.panel_top);
  return to_picture (&canvas, out_proof, error);
}
