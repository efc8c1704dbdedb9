#include "stage-case.h"

#include <string.h>

static const char *
write_picture (Scratch *scratch, const char *name, VipsImage *image)
{
  void *bytes = NULL;
  size_t length = 0;
  const char *path = scratch_path (scratch, name);
  g_assert_cmpint (vips_pngsave_buffer (image, &bytes, &length, NULL), ==, 0);
  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));
  g_free (bytes);
  return path;
}

/* LOGO in `pattern` is the picture's path. */
static VipsImage *
run_with (const char *pattern, const char *path, VipsImage *in)
{
  g_auto (GStrv) parts = g_strsplit (pattern, "LOGO", -1);
  g_autofree char *yaml = g_strjoinv (path, parts);
  return stage_run ("overlay", yaml, in);
}

static void
test_picture (void)
{
  const double red[] = { 200, 0, 0 }, clear_blue[] = { 0, 0, 255, 128 };
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (VipsImage) logo = picture_plain (PICTURE_RGBA, 4, 2, clear_blue);
  const char *path = write_picture (scratch, "logo.png", logo);
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 40, 30, red);
  g_autoptr (VipsImage)
    out = run_with ("{ image: LOGO, gravity: south-east, margin: 3 }", path, in);
  assert_pixel (out, 0, 0, 0, 200, 0, 0);
  assert_pixel (out, 33, 25, 1, 100, 0, 128);
  assert_pixel (out, 36, 26, 1, 100, 0, 128);
  assert_pixel (out, 37, 26, 0, 200, 0, 0);
  assert_pixel (out, 32, 26, 0, 200, 0, 0);
  g_autoptr (VipsImage) placed = run_with ("{ image: LOGO, left: 0, top: 28 }", path, in);
  assert_pixel (placed, 0, 28, 1, 100, 0, 128);
  g_autoptr (VipsImage) faint = run_with ("{ image: LOGO, opacity: 0.5 }", path, in);
  assert_pixel (faint, 19, 14, 1, 150, 0, 64);
  g_autoptr (VipsImage) wide = run_with ("{ image: LOGO, scale: 0.5 }", path, in);
  assert_pixel (wide, 10, 15, 1, 100, 0, 128);
  assert_pixel (wide, 29, 15, 1, 100, 0, 128);
  assert_pixel (wide, 9, 15, 0, 200, 0, 0);
  g_autoptr (VipsImage) tiled = run_with ("{ image: LOGO, tile: true, margin: 1 }", path, in);
  assert_pixel (tiled, 0, 0, 0, 200, 0, 0);
  assert_pixel (tiled, 1, 1, 1, 100, 0, 128);
  assert_pixel (tiled, 37, 29, 1, 100, 0, 128);
}

static void
test_every_kind (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  for (int top = 0; top < PICTURE_CMYK; top++) {
    g_autoptr (VipsImage) logo = picture_gradient (top, 7, 5);
    const char *path = write_picture (scratch, "logo.png", logo);
    for (int below = 0; below < PICTURE_CMYK; below++) {
      g_autoptr (VipsImage) in = picture_gradient (below, 21, 9);
      g_autoptr (VipsImage) out = run_with ("LOGO", path, in);
      assert_size (out, 21, 9);
    }
  }
  g_autoptr (VipsImage) ink = picture_gradient (PICTURE_CMYK, 21, 9);
  g_autofree char *refused = stage_error ("overlay", "{ text: a }", ink, true);
  g_assert_true (g_str_has_prefix (refused, "'overlay' works on RGB and grey pictures"));
}

static void
test_deep (void)
{
  const double red[] = { 200, 0, 0 }, white[] = { 255, 255, 255 };
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (VipsImage) logo = picture_plain (PICTURE_RGB, 4, 2, white);
  const char *path = write_picture (scratch, "logo.png", logo);
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB16, 40, 30, red);
  g_autoptr (VipsImage) out = run_with ("LOGO", path, in);
  assert_pixel (out, 19, 15, 0, 65535, 65535, 65535);
  assert_pixel (out, 0, 0, 0, 200 * 257, 0, 0);
}

static void
test_text (void)
{
  const double white[] = { 255, 255, 255 };
  for (int kind = 0; kind < PICTURE_CMYK; kind++) {
    if (kind == PICTURE_GRAY_ALPHA || kind == PICTURE_RGBA || kind == PICTURE_RGBA16)
      continue;
    g_autoptr (VipsImage) in = picture_plain (kind, 300, 100, white);
    g_autoptr (VipsImage)
      out = stage_run ("overlay", "{ text: \"<b>Ż & ö</b>\", size: 30, weight: bold }", in);
    double darkest = 0, average = 0;
    g_assert_cmpint (vips_min (out, &darkest, NULL), ==, 0);
    g_assert_cmpint (vips_avg (out, &average, NULL), ==, 0);
    g_assert_cmpfloat (darkest, ==, 0);
    g_assert_cmpfloat (average, >, vips_image_get_format (in) == VIPS_FORMAT_USHORT ? 50000 : 200);
  }
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 300, 100, white);
  g_autoptr (VipsImage) red = stage_run (
    "overlay", "{ text: \"\xe2\x96\x88\", size: 60, color: \"#ff0000\", font: DejaVu Sans }", in);
  assert_pixel (red, 150, 50, 0, 255, 0, 0);
  g_autoptr (VipsImage)
    half = stage_run ("overlay", "{ text: \"\xe2\x96\x88\", size: 60, color: \"#ff000080\" }", in);
  assert_pixel (half, 150, 50, 1, 255, 127, 127);
  g_autoptr (VipsImage) wide = stage_run ("overlay", "{ text: wide, scale: 0.9, size: 10 }", in);
  double difference = 0;
  g_assert_cmpint (vips_deviate (wide, &difference, NULL), ==, 0);
  g_assert_cmpfloat (difference, >, 40);
}

static void
collect (void *data, const char *path)
{
  g_ptr_array_add (data, g_strdup (path));
}

static GPtrArray *
resources (const char *yaml)
{
  g_autoptr (StageCase) stage_case = stage_case_new ("overlay", yaml);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  stage_find ("overlay")->each_resource (stage_case_options (stage_case), collect, paths);
  return paths;
}

static void
test_resources (void)
{
  g_autoptr (GPtrArray) plain = resources ("{ text: Sale, font: DejaVu Sans }");
  g_assert_cmpuint (plain->len, ==, 1);
  g_assert_true (g_str_has_suffix (g_ptr_array_index (plain, 0), "/DejaVuSans.ttf"));
  g_autoptr (GPtrArray) bold = resources ("{ text: Sale, font: DejaVu Sans, weight: bold }");
  g_assert_true (g_str_has_suffix (g_ptr_array_index (bold, 0), "/DejaVuSans-Bold.ttf"));
  /* The file itself is hashed as an option. */
  g_autofree char *by_file = g_strdup_printf ("{ text: Sale, font-file: %s }",
                                              (char *)g_ptr_array_index (plain, 0));
  g_autoptr (GPtrArray) file = resources (by_file);
  g_assert_cmpuint (file->len, ==, 0);
  const double white[] = { 255, 255, 255 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 300, 100, white);
  g_autoptr (VipsImage) a = stage_run ("overlay", by_file, in);
  g_autoptr (VipsImage) b = stage_run ("overlay", "{ text: Sale, font: DejaVu Sans }", in);
  g_autoptr (VipsImage) difference = NULL;
  double most = 1;
  g_assert_cmpint (vips_subtract (a, b, &difference, NULL), ==, 0);
  g_assert_cmpint (vips_deviate (difference, &most, NULL), ==, 0);
  g_assert_cmpfloat (most, ==, 0);
}

static void
test_refuses (void)
{
  static const char *const cases[][2] = {
    { "{}", "'overlay' needs 'image' or 'text', one of them" },
    { "{ image: a.png, text: a }", "'overlay' needs 'image' or 'text', one of them" },
    { "{ image: a.png, color: red }", "'color' is for 'text'" },
    { "{ text: a, tile: true, left: 3 }", "'left' does not go with 'tile'" },
    { "{ text: a, left: 3, top: 3, margin: 1 }",
      "'margin' does not go with 'left' and 'top': they say the place" },
    { "{ text: \"  \" }", "'text' is empty" },
    { "{ text: a, font: \"A, B\" }", "'font' takes one family" },
    { "{ text: a, font-file: CMakeLists.txt, weight: bold }",
      "'weight' does not go with 'font-file', which has its own" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *problems = stage_case_problems ("overlay", cases[i][0]);
    g_assert_true (g_str_has_prefix (problems, cases[i][1]) ||
                   strstr (problems, cases[i][1]) != NULL);
  }
  g_autofree char *font = stage_case_problems ("overlay", "{ text: a, font: Nosuch Grotesk }");
  g_assert_true (g_str_has_prefix (font, "the font 'Nosuch Grotesk' is not installed"));
  g_assert_true (g_str_has_suffix (font, "; install it, or give its file as 'font-file'"));
}

static void
test_outside (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (VipsImage) logo = picture_gradient (PICTURE_RGB, 50, 20);
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 40, 30);
  const char *path = write_picture (scratch, "logo.png", logo);
  g_autofree char *large = stage_error ("overlay", path, in, false);
  g_assert_cmpstr (large, ==,
                   "the overlay of 50x20 px at -5,5 does not fit in the picture of 40x30 px; "
                   "'scale' makes it a part of the picture's width");
  g_autofree char *missing = stage_error ("overlay", "/nosuch/logo.png", in, false);
  g_assert_nonnull (strstr (missing, "/nosuch/logo.png"));
  const char *text = scratch_write (scratch, "text.png", "no picture");
  g_autofree char *bad = stage_error ("overlay", text, in, false);
  g_assert_true (g_str_has_prefix (bad, "text.png: "));
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/overlay/picture-lies-where-told", test_picture);
  g_test_add_func ("/stages/overlay/any-picture-on-any-picture", test_every_kind);
  g_test_add_func ("/stages/overlay/sixteen-bits-stay", test_deep);
  g_test_add_func ("/stages/overlay/text-is-set-and-never-markup", test_text);
  g_test_add_func ("/stages/overlay/fonts-are-resources", test_resources);
  g_test_add_func ("/stages/overlay/rules-across-options", test_refuses);
  g_test_add_func ("/stages/overlay/outside-is-an-error", test_outside);
  return g_test_run ();
}
