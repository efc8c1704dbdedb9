/* pad, rotate, flip, trim, upscale: what moves pixels. */
#include "stage-case.h"

static const int edges[][2] = { { 1, 1 }, { 2, 1 }, { 7, 13 }, { 40, 31 } };

static void
test_sweep (void)
{
  static const char *const cases[][2] = {
    { "pad", "\"16:9\"" },
    { "pad", "{ width: 50, height: 61, gravity: south-east }" },
    { "pad", "{ width: 51, height: 60, extend: mirror }" },
    { "pad", "{ top: 1, left: 3, extend: copy }" },
    { "pad", "{ right: 5, bottom: 2, background: transparent }" },
    { "pad", "{ aspect-ratio: \"1:3\", background: \"#11223380\" }" },
    { "rotate", "auto" },
    { "rotate", "90" },
    { "rotate", "-180" },
    { "rotate", "270" },
    { "rotate", "3.7" },
    { "rotate", "{ angle: 45, background: transparent }" },
    { "rotate", "{ angle: -91.25, background: \"#f00\" }" },
    { "flip", "horizontal" },
    { "flip", "vertical" },
    { "flip", "both" },
    { "upscale", "1" },
    { "upscale", "2.3" },
    { "upscale", "{ width: 77 }" },
    { "upscale", "{ width: 77, height: 90 }" },
  };
  for (int kind = 0; kind < PICTURE_N; kind++)
    for (size_t edge = 0; edge < G_N_ELEMENTS (edges); edge++) {
      g_autoptr (VipsImage) in = picture_gradient (kind, edges[edge][0], edges[edge][1]);
      for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
        g_autoptr (VipsImage) out = stage_run (cases[i][0], cases[i][1], in);
        g_assert_nonnull (out);
      }
    }
}

static void
assert_same_pixel (VipsImage *a, int ax, int ay, VipsImage *b, int bx, int by)
{
  double left[5] = { 0 }, right[5] = { 0 };
  pixel_at (a, ax, ay, left);
  pixel_at (b, bx, by, right);
  for (int i = 0; i < vips_image_get_bands (a); i++)
    g_assert_cmpfloat (left[i], ==, right[i]);
}

static void
test_flip (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGBA16, 9, 5);
  g_autoptr (VipsImage) horizontal = stage_run ("flip", "{}", in);
  g_autoptr (VipsImage) vertical = stage_run ("flip", "vertical", in);
  g_autoptr (VipsImage) both = stage_run ("flip", "both", in);
  assert_same_pixel (in, 1, 2, horizontal, 7, 2);
  assert_same_pixel (in, 1, 1, vertical, 1, 3);
  assert_same_pixel (in, 1, 1, both, 7, 3);
}

static void
test_quarters (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 9, 5);
  g_autoptr (VipsImage) quarter = stage_run ("rotate", "90", in);
  g_autoptr (VipsImage) back = stage_run ("rotate", "-90", quarter);
  assert_size (quarter, 5, 9);
  assert_same_pixel (in, 0, 0, quarter, 4, 0); /* clockwise */
  assert_same_pixel (in, 3, 2, back, 3, 2);
}

static void
test_slant (void)
{
  const double red[] = { 200, 0, 0 }, half[] = { 200, 0, 0, 128 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 101, 51, red);
  g_autoptr (VipsImage) blue = stage_run ("rotate", "{ angle: 30, background: blue }", in);
  assert_size (blue, 113, 95);
  assert_pixel (blue, 0, 0, 0, 0, 0, 255);
  assert_pixel (blue, 112, 94, 0, 0, 0, 255);
  assert_pixel (blue, 56, 47, 0, 200, 0, 0);
  g_autoptr (VipsImage) clear = stage_run ("rotate", "{ angle: 30, background: transparent }", in);
  assert_pixel (clear, 0, 0, 0, 0, 0, 0, 0);
  assert_pixel (clear, 56, 47, 0, 200, 0, 0, 255);
  /* The edge is mixed with nothing: red stays red down to the last visible pixel. */
  for (int x = 0; x < 113; x++) {
    double values[5];
    pixel_at (clear, x, 30, values);
    if (values[3] > 20)
      g_assert_cmpfloat_with_epsilon (values[0], 200, 3);
    g_assert_cmpfloat (values[2], <=, 1);
  }
  g_autoptr (VipsImage) glass = picture_plain (PICTURE_RGBA, 30, 30, half);
  g_autoptr (VipsImage)
    turned = stage_run ("rotate", "{ angle: 10, background: \"#00ff0080\" }", glass);
  assert_pixel (turned, 0, 0, 1, 0, 255, 0, 128);
  assert_pixel (turned, 17, 17, 1, 200, 0, 0, 128);
}

/* A slant by a little keeps the middle where it was, whichever way. */
static void
test_slant_is_clockwise (void)
{
  const double white[] = { 255, 255, 255 }, black[] = { 0, 0, 0 };
  g_autoptr (VipsImage) plain = picture_plain (PICTURE_RGB, 61, 61, white);
  g_autoptr (VipsImage) dot = picture_plain (PICTURE_RGB, 7, 7, black);
  g_autoptr (VipsImage) in = NULL;
  g_assert_cmpint (vips_insert (plain, dot, &in, 27, 2, NULL), ==, 0); /* at the top */
  g_autoptr (VipsImage) out = stage_run ("rotate", "45", in);
  assert_size (out, 87, 87);
  /* 25 px above the middle goes to 18 right of and 18 above it. */
  assert_pixel (out, 43 + 18, 43 - 18, 2, 0, 0, 0);
  assert_pixel (out, 43 - 18, 43 - 18, 2, 255, 255, 255);
}

static void
test_pad (void)
{
  const double blue[] = { 0, 0, 255 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 10, 6, blue);
  g_autoptr (VipsImage) square = stage_run ("pad", "\"1:1\"", in);
  assert_size (square, 10, 10);
  assert_pixel (square, 0, 1, 0, 255, 255, 255);
  assert_pixel (square, 0, 2, 0, 0, 0, 255);
  assert_pixel (square, 0, 8, 0, 255, 255, 255);
  g_autoptr (VipsImage) clear = stage_run ("pad", "{ left: 2, background: \"#ff000040\" }", in);
  assert_size (clear, 12, 6);
  assert_pixel (clear, 1, 1, 0, 255, 0, 0, 64);
  assert_pixel (clear, 2, 1, 0, 0, 0, 255, 255);
  g_autoptr (VipsImage) gradient = picture_gradient (PICTURE_RGB, 10, 6);
  g_autoptr (VipsImage) mirror = stage_run ("pad", "{ left: 3, extend: mirror }", gradient);
  assert_same_pixel (gradient, 2, 3, mirror, 0, 3);
  g_autoptr (VipsImage) copy = stage_run ("pad", "{ top: 3, extend: copy }", gradient);
  assert_same_pixel (gradient, 4, 0, copy, 4, 0);
}

static void
test_pad_in_its_space (void)
{
  const double gray[] = { 100 }, deep[] = { 0, 0, 0 }, ink[] = { 10, 20, 30, 40 };
  g_autoptr (VipsImage) g = picture_plain (PICTURE_GRAY, 4, 4, gray);
  g_autoptr (VipsImage) padded = stage_run ("pad", "{ left: 1, background: black }", g);
  assert_pixel (padded, 0, 0, 0, 0);
  g_autoptr (VipsImage) d = picture_plain (PICTURE_RGB16, 4, 4, deep);
  g_autoptr (VipsImage) padded16 = stage_run ("pad", "{ left: 1, background: \"#ff8001\" }", d);
  assert_pixel (padded16, 0, 0, 0, 65535, 128 * 257, 257);
  g_autoptr (VipsImage) c = picture_plain (PICTURE_CMYK, 4, 4, ink);
  g_autoptr (VipsImage) paper = stage_run ("pad", "{ left: 1 }", c);
  assert_pixel (paper, 0, 0, 1, 0, 0, 0, 0);
  assert_pixel (paper, 1, 0, 0, 10, 20, 30, 40);
}

static void
test_trim (void)
{
  const double white[] = { 255, 255, 255, 255 }, clear[] = { 9, 9, 9, 0 },
               red[] = { 200, 0, 0, 255 };
  for (int kind = 0; kind < PICTURE_N; kind++) {
    if (kind == PICTURE_CMYK || kind == PICTURE_GRAY_ALPHA)
      continue; /* their bands mean something else */
    g_autoptr (VipsImage) plain = picture_plain (kind, 60, 40, white);
    g_autoptr (VipsImage) dot = picture_plain (kind, 11, 9, red);
    g_autoptr (VipsImage) in = NULL;
    g_assert_cmpint (vips_insert (plain, dot, &in, 20, 10, NULL), ==, 0);
    g_autoptr (VipsImage) out = stage_run ("trim", "{}", in);
    assert_size (out, 11, 9);
    g_autoptr (VipsImage) named = stage_run ("trim", "{ background: white, threshold: 20 }", in);
    assert_size (named, 11, 9);
    g_autofree char *nothing = stage_error ("trim", "{}", plain, false);
    g_assert_cmpstr (nothing, ==,
                     "'trim' finds nothing but background; a lower 'threshold' (now 10) or another "
                     "'background' may help");
  }
  /* Transparent around the same colour: the alpha alone says where the picture is. */
  g_autoptr (VipsImage) around = picture_plain (PICTURE_RGBA, 60, 40, clear);
  const double same[] = { 0, 0, 0, 255 };
  g_autoptr (VipsImage) dot = picture_plain (PICTURE_RGBA, 11, 9, same);
  g_autoptr (VipsImage) in = NULL;
  g_assert_cmpint (vips_insert (around, dot, &in, 20, 10, NULL), ==, 0);
  g_autoptr (VipsImage) out = stage_run ("trim", "{}", in);
  assert_size (out, 11, 9);
}

static void
test_upscale (void)
{
  const double blue[] = { 10, 20, 255 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 10, 6, blue);
  g_autoptr (VipsImage) out = stage_run ("upscale", "{ width: 30, height: 40 }", in);
  assert_size (out, 30, 18);
  assert_pixel (out, 0, 0, 0, 10, 20, 255);
  assert_pixel (out, 29, 17, 0, 10, 20, 255);
  g_autofree char *smaller = stage_error ("upscale", "{ width: 9 }", in, true);
  g_assert_cmpstr (smaller, ==, "'upscale' would make 9x5 px of 10x6 px; 'resize' makes smaller");
}

static void
test_refuses (void)
{
  static const char *const cases[][3] = {
    { "pad", "{}",
      "'pad' needs 'aspect-ratio', 'width' and 'height', or pixels at the edges ('top', 'right', "
      "'bottom', 'left')" },
    { "pad", "{ aspect-ratio: \"1:1\", width: 3 }", "'width' does not go with 'aspect-ratio'" },
    { "pad", "{ width: 3, top: 3 }", "'top' does not go with 'width' and 'height'" },
    { "pad", "{ top: 3, gravity: north }",
      "'gravity' is for 'aspect-ratio', 'width' and 'height'" },
    { "pad", "{ top: 3, extend: copy, background: red }",
      "'background' is for 'extend: background'" },
    { "rotate", "{ angle: 180, background: red }",
      "'background' is for angles that are no multiple of 90" },
    { "trim", "{ background: transparent }",
      "'background' of 'trim' takes an opaque colour; leave it out to cut away what is like the "
      "top-left pixel, transparent or not" },
    { "upscale", "{ factor: 2, width: 3 }", "'width' does not go with 'factor'" },
    { "upscale", "{}", "'upscale' needs 'factor', 'width' or 'height'" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *problems = stage_case_problems (cases[i][0], cases[i][1]);
    g_assert_cmpstr (problems, ==, cases[i][2]);
  }
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 1200, 800);
  g_autofree char *small = stage_error ("pad", "{ width: 800, height: 900 }", in, true);
  g_assert_cmpstr (small, ==,
                   "'pad' makes 800x900 px, but the picture has 1200x800 px already; 'resize' or "
                   "'crop' it first");
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/canvas/shape-is-what-comes-out", test_sweep);
  g_test_add_func ("/stages/flip/moves-pixels-to-the-other-side", test_flip);
  g_test_add_func ("/stages/rotate/quarters-keep-every-pixel", test_quarters);
  g_test_add_func ("/stages/rotate/slant-shows-background-in-corners", test_slant);
  g_test_add_func ("/stages/rotate/slant-is-clockwise-around-the-middle", test_slant_is_clockwise);
  g_test_add_func ("/stages/pad/adds-canvas", test_pad);
  g_test_add_func ("/stages/pad/background-is-in-the-pictures-space", test_pad_in_its_space);
  g_test_add_func ("/stages/trim/cuts-the-border-away", test_trim);
  g_test_add_func ("/stages/upscale/enlarges-only", test_upscale);
  g_test_add_func ("/stages/canvas/refuses-in-clear-words", test_refuses);
  return g_test_run ();
}
