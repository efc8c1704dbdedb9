/* blur, sharpen, adjust: what changes values and leaves the size. */
#include "stage-case.h"

static void
test_sweep (void)
{
  static const char *const cases[][2] = {
    { "blur", "{}" },
    { "blur", "0.3" },
    { "blur", "20" },
    { "sharpen", "{}" },
    { "sharpen", "{ sigma: 2, flat: 1, jagged: 5 }" },
    { "adjust", "{ brightness: 1.2 }" },
    { "adjust", "{ contrast: 0.5, gamma: 2.2 }" },
    { "adjust", "{ saturation: 1.5, hue: -40 }" },
    { "adjust", "{ brightness: 0, saturation: 0 }" },
  };
  static const int edges[][2] = { { 1, 1 }, { 3, 1 }, { 37, 23 } };
  for (int kind = 0; kind < PICTURE_N; kind++)
    for (size_t edge = 0; edge < G_N_ELEMENTS (edges); edge++) {
      g_autoptr (VipsImage) in = picture_gradient (kind, edges[edge][0], edges[edge][1]);
      for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
        if (kind == PICTURE_CMYK && !g_str_equal (cases[i][0], "blur")) {
          g_autofree char *ink = stage_error (cases[i][0], cases[i][1], in, true);
          g_autofree char *expected = g_strdup_printf (
            "'%s' works on RGB and grey pictures, and this one is CMYK; put it before 'color', or "
            "'color: srgb' before it",
            cases[i][0]);
          g_assert_cmpstr (ink, ==, expected);
          continue;
        }
        g_autoptr (VipsImage) out = stage_run (cases[i][0], cases[i][1], in);
        g_assert_nonnull (out);
      }
    }
}

static void
test_plain_stays (void)
{
  const double color[] = { 190, 80, 30, 255 };
  static const char *const cases[][2] = { { "blur", "5" }, { "sharpen", "{ sigma: 1, flat: 2 }" } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VipsImage) in = picture_plain (PICTURE_RGBA, 40, 40, color);
    g_autoptr (VipsImage) out = stage_run (cases[i][0], cases[i][1], in);
    assert_pixel (out, 20, 20, 1, 190, 80, 30, 255);
    assert_pixel (out, 0, 39, 1, 190, 80, 30, 255);
  }
}

static void
test_blur_weighs (void)
{
  const double red[] = { 200, 0, 0, 255 }, green[] = { 0, 255, 0, 0 };
  g_autoptr (VipsImage) left = picture_plain (PICTURE_RGBA, 30, 30, red);
  g_autoptr (VipsImage) right = picture_plain (PICTURE_RGBA, 30, 30, green);
  g_autoptr (VipsImage) in = NULL;
  g_assert_cmpint (vips_join (left, right, &in, VIPS_DIRECTION_HORIZONTAL, NULL), ==, 0);
  g_autoptr (VipsImage) out = stage_run ("blur", "4", in);
  assert_pixel (out, 29, 15, 12, 200, 0, 0, 140);
}

static void
test_sharpen_edges (void)
{
  const double dark[] = { 80, 80, 80 }, light[] = { 160, 160, 160 };
  g_autoptr (VipsImage) left = picture_plain (PICTURE_RGB, 30, 30, dark);
  g_autoptr (VipsImage) right = picture_plain (PICTURE_RGB, 30, 30, light);
  g_autoptr (VipsImage) in = NULL;
  g_assert_cmpint (vips_join (left, right, &in, VIPS_DIRECTION_HORIZONTAL, NULL), ==, 0);
  g_autoptr (VipsImage) out = stage_run ("sharpen", "1", in);
  double below[5], above[5];
  pixel_at (out, 29, 15, below);
  pixel_at (out, 30, 15, above);
  g_assert_cmpfloat (below[0], <, 75);
  g_assert_cmpfloat (above[0], >, 165);
  assert_pixel (out, 5, 15, 1, 80, 80, 80);
}

static void
assert_adjusted (const char *yaml, double red, double green, double blue, double tolerance)
{
  const double color[] = { 200, 100, 50, 77 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGBA, 3, 3, color);
  g_autoptr (VipsImage) in16 = picture_plain (PICTURE_RGBA16, 3, 3, color);
  g_autoptr (VipsImage) out = stage_run ("adjust", yaml, in);
  g_autoptr (VipsImage) out16 = stage_run ("adjust", yaml, in16);
  assert_pixel (out, 1, 1, tolerance, red, green, blue, 77);
  assert_pixel (out16, 1, 1, tolerance * 257, red * 257, green * 257, blue * 257, 77 * 257);
}

static void
test_adjust (void)
{
  assert_adjusted ("{ brightness: 0.5 }", 100, 50, 25, 0.5);
  assert_adjusted ("{ brightness: 2 }", 255, 200, 100, 0.5);
  assert_adjusted ("{ contrast: 0 }", 127.5, 127.5, 127.5, 0.5);
  assert_adjusted ("{ contrast: 2 }", 255, 72.5, 0, 0.5);
  assert_adjusted ("{ gamma: 2 }", 225.8, 159.7, 112.9, 0.6);
  assert_adjusted ("{ saturation: 0 }", 128, 128, 128, 4);
  assert_adjusted ("{ hue: 360 }", 200, 100, 50, 2);
  g_autofree char *nothing = stage_case_problems ("adjust", "{ brightness: 1 }");
  g_assert_cmpstr (nothing, ==,
                   "'adjust' changes nothing: give 'brightness', 'contrast', 'gamma', "
                   "'saturation' or 'hue'");
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/tone/shape-is-what-comes-out", test_sweep);
  g_test_add_func ("/stages/tone/plain-colour-stays", test_plain_stays);
  g_test_add_func ("/stages/blur/hidden-colours-do-not-bleed", test_blur_weighs);
  g_test_add_func ("/stages/sharpen/edges-gain-flats-stay", test_sharpen_edges);
  g_test_add_func ("/stages/adjust/values-are-right-in-8-and-16-bit", test_adjust);
  return g_test_run ();
}
