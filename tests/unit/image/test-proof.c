#include "image/proof-canvas.h"
#include "image/proof-measure.h"
#include "pictures.h"

/* See tests/support/leaks.txt. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

/* A sheet of 100 x 50 mm with 5 mm of bleed and 10 mm of slug: 130 x 80 mm. */
static const ProofSpec sheet = {
  .name = "a.tif",
  .width_mm = 100,
  .height_mm = 50,
  .bleed_mm = 5,
  .safe_mm = 4,
  .slug_mm = 10,
};

static void
assert_box (const ProofBox *box, int left, int top, int width, int height)
{
  g_assert_cmpint (box->left, ==, left);
  g_assert_cmpint (box->top, ==, top);
  g_assert_cmpint (box->width, ==, width);
  g_assert_cmpint (box->height, ==, height);
}

static void
a_page_is_drawn_at_a_size_for_screens (void)
{
  static const int cases[][4] = {
    { 2551, 3579, 1140, 1600 },
    { 3579, 2551, 1600, 1140 },
    { 1600, 900, 1600, 900 },
    { 800, 400, 1600, 800 },
    { 300, 200, 600, 400 },
    { 20000, 1, 1600, 1 },
    { 1, 1, 2, 2 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    int width, height;
    proof_page_size (cases[i][0], cases[i][1], &width, &height);
    g_assert_cmpint (width, ==, cases[i][2]);
    g_assert_cmpint (height, ==, cases[i][3]);
  }
}

static void
boxes_lie_at_their_millimetres (void)
{
  ProofLayout layout;
  proof_layout (&sheet, 1300, 800, 200, &layout);
  g_assert_cmpint (layout.width, ==, 1300 + 2 * PROOF_MARGIN);
  g_assert_cmpint (layout.height, ==, 800 + 3 * PROOF_MARGIN + 200);
  g_assert_cmpint (layout.panel_top, ==, 800 + 2 * PROOF_MARGIN);
  assert_box (&layout.page, PROOF_MARGIN, PROOF_MARGIN, 1300, 800);
  assert_box (&layout.bleed, PROOF_MARGIN + 100, PROOF_MARGIN + 100, 1100, 600);
  assert_box (&layout.trim, PROOF_MARGIN + 150, PROOF_MARGIN + 150, 1000, 500);
  assert_box (&layout.safe, PROOF_MARGIN + 190, PROOF_MARGIN + 190, 920, 420);
}

static void
what_there_is_not_has_no_box (void)
{
  ProofLayout layout;
  ProofSpec spec = { .name = "a.tif" };
  proof_layout (&spec, 100, 50, 0, &layout);
  g_assert_cmpint (layout.width, ==, PROOF_LEAST_WIDTH);
  g_assert_cmpint (layout.trim.width, ==, 0);
  g_assert_cmpint (layout.bleed.width, ==, 0);
  spec = sheet;
  spec.bleed_mm = spec.slug_mm = 0;
  spec.safe_mm = 25; /* as much as there is */
  proof_layout (&spec, 1000, 500, 0, &layout);
  assert_box (&layout.trim, layout.page.left, layout.page.top, 1000, 500);
  g_assert_cmpint (layout.bleed.width, ==, 0);
  g_assert_cmpint (layout.safe.width, ==, 0);
}

static bool
is_color (const ProofCanvas *canvas, int x, int y, ProofColor color)
{
  const uint8_t *at = canvas->rgb + ((size_t)y * (size_t)canvas->width + (size_t)x) * 3;
  return at[0] == color.red && at[1] == color.green && at[2] == color.blue;
}

static void
a_line_lies_on_both_sides_of_an_edge (void)
{
  static const ProofColor black = { 0, 0, 0 }, red = { 255, 0, 0 };
  g_auto (ProofCanvas) canvas = { 0 };
  const ProofBox box = { 10, 10, 20, 20 };
  proof_canvas_init (&canvas, 40, 40, black);
  proof_canvas_frame (&canvas, &box, red, false);
  for (int x = 0; x < 40; x++)
    g_assert_true (is_color (&canvas, x, 20, red) == (x == 9 || x == 10 || x == 29 || x == 30));
  g_assert_false (is_color (&canvas, 8, 20, black));
  g_assert_false (is_color (&canvas, 11, 20, black));
  g_assert_true (is_color (&canvas, 7, 20, black));
  /* What lies outside is cut off. */
  const ProofBox large = { -5, -5, 100, 100 };
  proof_canvas_frame (&canvas, &large, red, true);
  proof_canvas_fill (&canvas, &large, red, 256);
  g_assert_true (is_color (&canvas, 39, 39, red));
}

static void
a_hatch_stays_in_its_mask (void)
{
  enum { SIZE = 24 };
  static const ProofColor black = { 0, 0, 0 }, red = { 255, 0, 0 };
  g_auto (ProofCanvas) canvas = { 0 };
  const ProofBox box = { 0, 0, SIZE, SIZE };
  uint8_t mask[SIZE * SIZE] = { 0 };
  for (int i = 0; i < SIZE * SIZE / 2; i++)
    mask[i] = 255;
  proof_canvas_init (&canvas, SIZE, SIZE, black);
  proof_canvas_hatch (&canvas, &box, mask, red, true);
  int n_full = 0;
  for (int y = 0; y < SIZE; y++)
    for (int x = 0; x < SIZE; x++) {
      g_assert_true (is_color (&canvas, x, y, black) == (y >= SIZE / 2));
      n_full += is_color (&canvas, x, y, red);
    }
  /* Lines, not a flat colour: what is below is still seen. */
  g_assert_cmpint (n_full, >, SIZE * SIZE / 2 / 10);
  g_assert_cmpint (n_full, <, SIZE * SIZE / 2 / 2);
}

/* One pixel of `ink` in a page without any. */
static VipsImage *
page_with_a_spot (int width, int height, int x, int y, double full)
{
  VipsImage *page = NULL;
  g_autoptr (VipsImage) black = NULL, paper = NULL;
  must (vips_black (&black, width, height, "bands", 4, NULL));
  must (vips_copy (black, &paper, "interpretation", VIPS_INTERPRETATION_CMYK, NULL));
  must (full > 255 ? vips_cast (paper, &page, VIPS_FORMAT_USHORT, NULL)
                   : vips_copy (paper, &page, NULL));
  VipsImage *memory = vips_image_copy_memory (page);
  g_object_unref (page);
  double ink[] = { full, full, full, full / 5 };
  must (vips_draw_point (memory, ink, 4, x, y, NULL));
  return memory;
}

static void
one_pixel_over_the_limit_is_seen (void)
{
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (0, &error), error);
  for (int deep = 0; deep < 2; deep++) {
    g_autoptr (VipsImage) page = page_with_a_spot (100, 60, 99, 59, deep ? 65535 : 255);
    g_auto (ProofInk) ink = { .over = NULL };
    assert_ok (proof_measure_ink (page, 300, 10, 6, &ink, &error), error);
    g_assert_cmpfloat_with_epsilon (ink.ink.max, 320, 1e-9);
    g_assert_cmpfloat (ink.ink.p99, ==, 0);
    g_assert_cmpfloat_with_epsilon (ink.over_share, 1 / 6000.0, 1e-12);
    for (int i = 0; i < 60; i++)
      g_assert_cmpint (ink.over[i], ==, i == 59 ? 255 : 0);
    g_auto (ProofInk) allowed = { .over = NULL };
    assert_ok (proof_measure_ink (page, 320, 10, 6, &allowed, &error), error);
    g_assert_cmpfloat (allowed.over_share, ==, 0);
  }
}

/* Enlarged, every pixel that shows it is marked. */
static void
a_small_page_is_marked_without_holes (void)
{
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (0, &error), error);
  g_autoptr (VipsImage) page = page_with_a_spot (4, 2, 1, 1, 255);
  g_auto (ProofInk) ink = { .over = NULL };
  assert_ok (proof_measure_ink (page, 300, 8, 4, &ink, &error), error);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 8; x++)
      g_assert_cmpint (ink.over[y * 8 + x], ==, y >= 2 && (x == 2 || x == 3) ? 255 : 0);
}

static bool
is_marked (double red, double green, double blue)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) black = NULL, plain = NULL, before = NULL, inked = NULL;
  g_autofree uint8_t *mask = NULL;
  double one[] = { 1, 1, 1 }, color[] = { red, green, blue };
  must (vips_black (&black, 5, 5, "bands", 3, NULL));
  must (vips_linear (black, &plain, one, color, 3, "uchar", TRUE, NULL));
  must (vips_copy (plain, &before, "interpretation", VIPS_INTERPRETATION_sRGB, NULL));
  must (vips_icc_transform (before, &inked, "cmyk", "input_profile", "srgb", "intent",
                            VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, NULL));
  assert_ok (proof_measure_gamut (before, inked, &mask, &error), error);
  return mask[12] != 0;
}

static void
strong_colours_are_marked_and_blacks_are_not (void)
{
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (0, &error), error);
  g_assert_true (is_marked (0, 0, 255));
  g_assert_true (is_marked (0, 255, 0));
  g_assert_true (is_marked (255, 0, 255));
  g_assert_false (is_marked (0, 0, 0));
  g_assert_false (is_marked (16, 16, 16));
  g_assert_false (is_marked (128, 128, 128));
  g_assert_false (is_marked (255, 255, 255));
  g_assert_false (is_marked (224, 172, 140));
  g_assert_false (is_marked (58, 26, 16));
}

static void
a_proof_is_plain_srgb_with_a_panel (void)
{
  static const PictureKind kinds[] = { PICTURE_RGB,     PICTURE_RGBA, PICTURE_GRAY,
                                       PICTURE_GRAY_16, PICTURE_CMYK, PICTURE_RGBA_16 };
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (VipsImage) page = picture_new (kinds[i], 130, 80);
    g_autoptr (VipsImage) proof = NULL;
    assert_ok (proof_draw (page, &sheet, &proof, &error), error);
    g_assert_cmpint (vips_image_get_bands (proof), ==, 3);
    g_assert_cmpint (vips_image_get_format (proof), ==, VIPS_FORMAT_UCHAR);
    g_assert_cmpint (vips_image_get_width (proof), ==, PROOF_LEAST_WIDTH);
    g_assert_cmpint (vips_image_get_height (proof), >, 160 + 3 * PROOF_MARGIN);
  }
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/proof/a-page-is-drawn-at-a-size-for-screens",
                   a_page_is_drawn_at_a_size_for_screens);
  g_test_add_func ("/image/proof/boxes-lie-at-their-millimetres", boxes_lie_at_their_millimetres);
  g_test_add_func ("/image/proof/what-there-is-not-has-no-box", what_there_is_not_has_no_box);
  g_test_add_func ("/image/proof/a-line-lies-on-both-sides-of-an-edge",
                   a_line_lies_on_both_sides_of_an_edge);
  g_test_add_func ("/image/proof/a-hatch-stays-in-its-mask", a_hatch_stays_in_its_mask);
  g_test_add_func ("/image/proof/one-pixel-over-the-limit-is-seen",
                   one_pixel_over_the_limit_is_seen);
  g_test_add_func ("/image/proof/a-small-page-is-marked-without-holes",
                   a_small_page_is_marked_without_holes);
  g_test_add_func ("/image/proof/strong-colours-are-marked-and-blacks-are-not",
                   strong_colours_are_marked_and_blacks_are_not);
  g_test_add_func ("/image/proof/a-proof-is-plain-srgb-with-a-panel",
                   a_proof_is_plain_srgb_with_a_panel);
  return g_test_run ();
}
