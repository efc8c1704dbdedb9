#include "stage-case.h"

static void
assert_resized (const char *yaml, int width, int height, int out_width, int out_height)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_GRAY, width, height);
  g_autoptr (VipsImage) out = stage_run ("resize", yaml, in);
  assert_size (out, out_width, out_height);
}

static void
test_fits (void)
{
  assert_resized ("{ width: 30 }", 60, 40, 30, 20);
  assert_resized ("{ height: 30 }", 60, 40, 45, 30);
  assert_resized ("30", 60, 40, 30, 20);
  assert_resized ("{ width: 30, height: 30 }", 60, 40, 30, 20);
  assert_resized ("{ width: 30, height: 30, fit: outside }", 60, 40, 45, 30);
  assert_resized ("{ width: 30, height: 30, fit: cover }", 60, 40, 30, 30);
  assert_resized ("{ width: 30, height: 30, fit: contain }", 60, 40, 30, 30);
  assert_resized ("{ width: 30, height: 30, fit: fill }", 60, 40, 30, 30);
  assert_resized ("{ width: 10, dpr: 2.25 }", 60, 40, 23, 15);
}

static void
test_keep (void)
{
  assert_resized ("{ width: 600 }", 60, 40, 60, 40);
  assert_resized ("{ width: 600, height: 20 }", 60, 40, 30, 20);
  assert_resized ("{ width: 600, height: 600, fit: outside }", 60, 40, 60, 40);
  assert_resized ("{ width: 600, height: 600, fit: cover }", 60, 40, 40, 40);
  assert_resized ("{ width: 600, height: 20, fit: cover }", 60, 40, 60, 2);
  assert_resized ("{ width: 600, height: 600, fit: fill }", 60, 40, 40, 40);
  assert_resized ("{ width: 60, height: 80, fit: contain }", 60, 40, 60, 80);
  assert_resized ("{ width: 600, height: 80, fit: contain }", 60, 40, 600, 80);
  assert_resized ("{ width: 30, dpr: 8 }", 60, 40, 60, 40);
}

static void
test_enlarge (void)
{
  assert_resized ("{ width: 600, when-smaller: enlarge }", 60, 40, 600, 400);
  assert_resized ("{ width: 90, height: 90, fit: cover, when-smaller: enlarge }", 60, 40, 90, 90);
  assert_resized ("{ width: 90, height: 20, fit: fill, when-smaller: enlarge }", 60, 40, 90, 20);
}

static void
test_fail (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_GRAY, 1200, 800);
  g_autofree char *cover = stage_error (
    "resize", "{ width: 2480, height: 3508, fit: cover, when-smaller: fail }", in, true);
  g_assert_cmpstr (cover, ==,
                   "the picture has 1200x800 px, 'resize' needs 2480x3508 px; make a larger "
                   "original, or allow 'when-smaller: enlarge' or 'keep'");
  g_autofree char *width = stage_error ("resize", "{ width: 1201, when-smaller: fail }", in, true);
  g_assert_cmpstr (width, ==,
                   "the picture has 1200x800 px, 'resize' needs 1201x801 px; make a larger "
                   "original, or allow 'when-smaller: enlarge' or 'keep'");
  g_autoptr (VipsImage) exact = stage_run ("resize", "{ width: 1200, when-smaller: fail }", in);
  assert_size (exact, 1200, 800);
}

static void
test_limit (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_GRAY, 10, 10);
  g_autofree char *error = stage_error ("resize", "{ width: 65535, dpr: 8, when-smaller: enlarge }",
                                        in, true);
  g_assert_cmpstr (error, ==,
                   "'resize' would make a picture of 524280x524280 px; the most is 65535 px an "
                   "edge and 500 megapixels");
}

/* stage_run holds the size against shape(); every kernel has its own way to count pixels. */
static void
test_sweep (void)
{
  static const char *const fits[] = { "inside", "cover", "contain", "outside", "fill" };
  static const char *const kernels[] = { "nearest", "linear", "lanczos3" };
  static const int edges[] = { 1, 2, 17, 130 };
  enum { N = G_N_ELEMENTS (edges) };
  int turn = 0;
  for (size_t i = 0; i < N * N; i++) {
    g_autoptr (VipsImage) in = picture_gradient (turn % PICTURE_N, edges[i / N], edges[i % N]);
    for (size_t target = 0; target < N * N; target++, turn++) {
      g_autofree char *yaml = g_strdup_printf (
        "{ width: %d, height: %d, fit: %s, kernel: %s, when-smaller: %s }", edges[target / N],
        edges[target % N], fits[turn % 5], kernels[turn % 3], turn % 7 < 4 ? "enlarge" : "keep");
      g_autoptr (VipsImage) out = stage_run ("resize", yaml, in);
      g_assert_nonnull (out);
    }
  }
}

static void
test_alpha (void)
{
  /* Left opaque red, right fully transparent green: no green may bleed into the edge. */
  for (int linear = 0; linear < 2; linear++) {
    const double red[] = { 200, 0, 0, 255 }, green[] = { 0, 255, 0, 0 };
    g_autoptr (VipsImage) left = picture_plain (PICTURE_RGBA, 50, 40, red);
    g_autoptr (VipsImage) right = picture_plain (PICTURE_RGBA, 50, 40, green);
    g_autoptr (VipsImage) in = NULL;
    g_assert_cmpint (vips_join (left, right, &in, VIPS_DIRECTION_HORIZONTAL, NULL), ==, 0);
    g_autoptr (VipsImage)
      out = stage_run ("resize", linear ? "{ width: 33, linear: true }" : "33", in);
    for (int x = 0; x < 33; x++) {
      double values[5];
      pixel_at (out, x, 5, values);
      if (values[3] > 0)
        g_assert_cmpfloat (values[1], <=, 1);
    }
    assert_pixel (out, 2, 5, 1, 200, 0, 0, 255);
    assert_pixel (out, 30, 5, 0, 0, 0, 0, 0);
  }
}

static void
test_linear (void)
{
  /* A fine black and white grid is as bright as half the light: sRGB 188, not 128. */
  static const struct {
    PictureKind kind;
    double full;
  } cases[] = {
    { PICTURE_RGB, 255 }, { PICTURE_RGBA, 255 }, { PICTURE_GRAY, 255 }, { PICTURE_RGB16, 65535 }
  };
  const double black[] = { 0, 0, 0, 255 }, white[] = { 255, 255, 255, 255 };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VipsImage) a = picture_plain (cases[i].kind, 1, 64, black);
    g_autoptr (VipsImage) b = picture_plain (cases[i].kind, 1, 64, white);
    g_autoptr (VipsImage) pair = NULL, grid = NULL;
    g_assert_cmpint (vips_join (a, b, &pair, VIPS_DIRECTION_HORIZONTAL, NULL), ==, 0);
    g_assert_cmpint (vips_replicate (pair, &grid, 32, 1, NULL), ==, 0);
    g_autoptr (VipsImage) light = stage_run ("resize", "{ width: 8, linear: true }", grid);
    g_autoptr (VipsImage) values = stage_run ("resize", "{ width: 8 }", grid);
    double with_light[5], without[5];
    pixel_at (light, 4, 4, with_light);
    pixel_at (values, 4, 4, without);
    g_assert_cmpfloat_with_epsilon (with_light[0] / cases[i].full, 188 / 255.0, 0.02);
    g_assert_cmpfloat_with_epsilon (without[0] / cases[i].full, 128 / 255.0, 0.02);
  }
}

static void
test_contain (void)
{
  const double blue[] = { 0, 0, 255 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 40, 20, blue);
  g_autoptr (VipsImage) out = stage_run (
    "resize", "{ width: 20, height: 20, fit: contain, background: \"#ff8000\" }", in);
  assert_pixel (out, 10, 0, 0, 255, 128, 0);
  assert_pixel (out, 10, 4, 0, 255, 128, 0);
  assert_pixel (out, 10, 5, 0, 0, 0, 255);
  assert_pixel (out, 10, 14, 0, 0, 0, 255);
  assert_pixel (out, 10, 15, 0, 255, 128, 0);
  g_autoptr (VipsImage) clear = stage_run (
    "resize", "{ width: 20, height: 20, fit: contain, background: transparent, gravity: north }",
    in);
  assert_pixel (clear, 10, 0, 0, 0, 0, 255, 255);
  assert_pixel (clear, 10, 19, 0, 0, 0, 0, 0);
}

static void
test_rules (void)
{
  static const char *const cases[][2] = {
    { "{}", "'resize' needs 'width' or 'height'" },
    { "{ width: 3, fit: cover }", "this 'fit' needs both 'width' and 'height'" },
    { "{ width: 3, gravity: north }", "'gravity' is for 'fit: cover' and 'fit: contain'" },
    { "{ width: 3, background: red }", "'background' is for 'fit: contain'" },
    { "{ width: 3, height: 3, fit: contain, gravity: entropy }",
      "gravity 'attention' and 'entropy' are for 'fit: cover': contain cuts nothing off" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *problems = stage_case_problems ("resize", cases[i][0]);
    g_assert_cmpstr (problems, ==, cases[i][1]);
  }
}

static void
test_gravity (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 100, 50);
  g_autoptr (VipsImage)
    west = stage_run ("resize", "{ width: 25, height: 25, fit: cover, gravity: west }", in);
  g_autoptr (VipsImage)
    east = stage_run ("resize", "{ width: 25, height: 25, fit: cover, gravity: east }", in);
  g_autoptr (VipsImage)
    seen = stage_run ("resize", "{ width: 25, height: 25, fit: cover, gravity: attention }", in);
  double left[5], right[5];
  pixel_at (west, 0, 12, left);
  pixel_at (east, 24, 12, right);
  g_assert_cmpfloat (left[0], <, 10);
  g_assert_cmpfloat (right[0], >, 245);
  assert_size (seen, 25, 25);
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/resize/fits-give-their-sizes", test_fits);
  g_test_add_func ("/stages/resize/keep-enlarges-nothing", test_keep);
  g_test_add_func ("/stages/resize/enlarge-gives-what-was-asked", test_enlarge);
  g_test_add_func ("/stages/resize/fail-says-what-is-needed", test_fail);
  g_test_add_func ("/stages/resize/size-has-a-limit", test_limit);
  g_test_add_func ("/stages/resize/shape-is-what-comes-out", test_sweep);
  g_test_add_func ("/stages/resize/alpha-does-not-bleed", test_alpha);
  g_test_add_func ("/stages/resize/linear-mixes-light", test_linear);
  g_test_add_func ("/stages/resize/contain-fills-with-background", test_contain);
  g_test_add_func ("/stages/resize/cover-cuts-by-gravity", test_gravity);
  g_test_add_func ("/stages/resize/rules-across-options", test_rules);
  return g_test_run ();
}
