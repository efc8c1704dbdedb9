#include "stage-case.h"

static void
test_ratio (void)
{
  static const struct {
    const char *ratio;
    int width, height, out_width, out_height;
  } cases[] = {
    { "1:1", 101, 50, 50, 50 }, { "1:1", 50, 101, 50, 50 },    { "16:9", 1, 1, 1, 1 },
    { "16:9", 37, 41, 37, 21 }, { "9:16", 41, 37, 21, 37 },    { "65535:1", 9, 9, 9, 1 },
    { "1:65535", 9, 9, 1, 9 },  { "3:2", 300, 200, 300, 200 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, cases[i].width, cases[i].height);
    g_autofree char *yaml = g_strdup_printf ("\"%s\"", cases[i].ratio);
    g_autoptr (VipsImage) out = stage_run ("crop", yaml, in);
    assert_size (out, cases[i].out_width, cases[i].out_height);
  }
}

static void
test_box (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGBA16, 31, 17);
  double expected[5], got[5];
  g_autoptr (VipsImage) out = stage_run ("crop", "{ left: 3, top: 5, width: 10, height: 4 }", in);
  assert_size (out, 10, 4);
  pixel_at (in, 3, 5, expected);
  pixel_at (out, 0, 0, got);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat (got[i], ==, expected[i]);
  g_autoptr (VipsImage) rest = stage_run ("crop", "{ left: 30, top: 1 }", in);
  assert_size (rest, 1, 16);
}

static void
test_gravity (void)
{
  static const struct {
    const char *gravity;
    int x, y;
  } cases[] = {
    { "north-west", 0, 0 }, { "north", 4, 0 },  { "north-east", 9, 0 },
    { "west", 0, 3 },       { "center", 4, 3 }, { "east", 9, 3 },
    { "south-west", 0, 7 }, { "south", 4, 7 },  { "south-east", 9, 7 },
  };
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 19, 17);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *yaml = g_strdup_printf ("{ width: 10, height: 10, gravity: %s }",
                                             cases[i].gravity);
    g_autoptr (VipsImage) out = stage_run ("crop", yaml, in);
    double expected[5], got[5];
    pixel_at (in, cases[i].x, cases[i].y, expected);
    pixel_at (out, 0, 0, got);
    for (int band = 0; band < 3; band++)
      g_assert_cmpfloat (got[band], ==, expected[band]);
  }
}

/* A busy square at the right of a plain picture. */
static VipsImage *
picture_with_subject (PictureKind kind)
{
  const double gray[] = { 128, 128, 128, 255 };
  g_autoptr (VipsImage) plain = picture_plain (kind, 300, 100, gray);
  g_autoptr (VipsImage) busy = picture_gradient (kind, 40, 40);
  VipsImage *out = NULL;
  g_assert_cmpint (vips_insert (plain, busy, &out, 240, 30, NULL), ==, 0);
  return out;
}

static void
test_seeing (void)
{
  static const char *const gravities[] = { "attention", "entropy" };
  for (int kind = 0; kind < PICTURE_CMYK; kind++)
    for (size_t i = 0; i < G_N_ELEMENTS (gravities); i++) {
      if (kind == PICTURE_GRAY_ALPHA)
        continue; /* alpha is the second band of the plain colour */
      g_autoptr (VipsImage) in = picture_with_subject (kind);
      g_autofree char *yaml = g_strdup_printf ("{ aspect-ratio: \"1:1\", gravity: %s }",
                                               gravities[i]);
      g_autoptr (VipsImage) out = stage_run ("crop", yaml, in);
      g_autoptr (VipsImage) again = stage_run ("crop", yaml, in);
      assert_size (out, 100, 100);
      /* The subject is in: the result is not one colour. */
      g_autoptr (VipsImage) first = NULL;
      double deviation = 0, difference = 0;
      g_assert_cmpint (vips_deviate (out, &deviation, NULL), ==, 0);
      g_assert_cmpfloat (deviation, >, 5);
      g_assert_cmpint (vips_subtract (out, again, &first, NULL), ==, 0);
      g_assert_cmpint (vips_deviate (first, &difference, NULL), ==, 0);
      g_assert_cmpfloat (difference, ==, 0);
    }
}

static void
test_outside (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 640, 480);
  g_autofree char *too_large = stage_error ("crop", "{ width: 800, height: 600 }", in, true);
  g_assert_cmpstr (too_large, ==,
                   "'crop' takes a box of 800x600 px, but the picture has only 640x480 px");
  g_autofree char *leaves = stage_error ("crop", "{ left: 600, top: 10, width: 41, height: 10 }",
                                         in, true);
  g_assert_cmpstr (leaves, ==,
                   "'crop' takes a box of 41x10 px at 600,10, which leaves the picture: it has "
                   "640x480 px");
  g_autofree char *nothing = stage_error ("crop", "{ left: 640 }", in, true);
  g_assert_cmpstr (nothing, ==,
                   "'crop' takes a box of 0x480 px at 640,0, which leaves the picture: it has "
                   "640x480 px");
}

static void
test_rules (void)
{
  static const char *const cases[][2] = {
    { "{}", "'crop' needs 'aspect-ratio', or 'width' and 'height'" },
    { "{ aspect-ratio: \"1:1\", width: 3, top: 4 }",
      "'width' does not go with 'aspect-ratio': take the shape or the box\n"
      "'top' does not go with 'aspect-ratio': take the shape or the box" },
    { "{ left: 1, top: 1, gravity: north }",
      "'gravity' does not go with 'left' and 'top': they say the place" },
    { "{ left: 1, width: 10, gravity: attention }",
      "gravity 'attention' and 'entropy' do not go with 'left' or 'top'" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *problems = stage_case_problems ("crop", cases[i][0]);
    g_assert_cmpstr (problems, ==, cases[i][1]);
  }
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/crop/ratio-keeps-the-largest-part", test_ratio);
  g_test_add_func ("/stages/crop/box-takes-exactly-those-pixels", test_box);
  g_test_add_func ("/stages/crop/gravity-says-the-place", test_gravity);
  g_test_add_func ("/stages/crop/attention-and-entropy-find-the-subject", test_seeing);
  g_test_add_func ("/stages/crop/box-outside-says-the-size", test_outside);
  g_test_add_func ("/stages/crop/rules-across-options", test_rules);
  return g_test_run ();
}
