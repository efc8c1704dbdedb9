#include "stage-case.h"

#include <string.h>
#include <sys/stat.h>

/* One of libvips's own profiles as a file. */
static const char *
write_profile (Scratch *scratch, const char *name)
{
  VipsBlob *blob = NULL;
  size_t length;
  g_assert_cmpint (vips_profile_load (name, &blob, NULL), ==, 0);
  const void *data = vips_blob_get (blob, &length);
  g_autofree char *file = g_strconcat (name, ".icc", NULL);
  const char *path = scratch_path (scratch, file);
  g_assert_true (g_file_set_contents (path, data, (gssize)length, NULL));
  vips_area_unref (VIPS_AREA (blob));
  return path;
}

/* No press, but a profile that is always there. */
static const char *
write_cmyk_profile (Scratch *scratch)
{
  return write_profile (scratch, "cmyk");
}

static void
test_spaces (void)
{
  static const char *const cases[] = { "srgb",
                                       "p3",
                                       "gray",
                                       "{ space: p3, depth: 16 }",
                                       "{ space: gray, depth: 8 }",
                                       "{ space: srgb, depth: 8 }" };
  static const int edges[][2] = { { 1, 1 }, { 7, 3 }, { 33, 65 } };
  for (int kind = 0; kind < PICTURE_N; kind++)
    for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
      for (size_t edge = 0; edge < G_N_ELEMENTS (edges); edge++) {
        g_autoptr (VipsImage) in = picture_gradient (kind, edges[edge][0], edges[edge][1]);
        g_autoptr (VipsImage) out = stage_run ("color", cases[i], in);
        assert_size (out, edges[edge][0], edges[edge][1]);
      }
}

static void
test_values (void)
{
  const double red[] = { 255, 0, 0, 128 }, gray[] = { 90, 90, 90 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGBA, 4, 4, red);
  g_autoptr (VipsImage) p3 = stage_run ("color", "p3", in);
  assert_pixel (p3, 1, 1, 1, 234, 51, 35, 128); /* sRGB red in Display P3 */
  g_autoptr (VipsImage) back = stage_run ("color", "srgb", p3);
  assert_pixel (back, 1, 1, 2, 255, 0, 0, 128);
  g_autoptr (VipsImage) deep = stage_run ("color", "{ space: srgb, depth: 16 }", in);
  assert_pixel (deep, 1, 1, 0, 65535, 0, 0, 128 * 257);
  g_autoptr (VipsImage) plain = picture_plain (PICTURE_RGB, 4, 4, gray);
  g_autoptr (VipsImage) one = stage_run ("color", "gray", plain);
  assert_pixel (one, 1, 1, 1, 90);
  g_assert_cmpint (vips_image_get_typeof (one, VIPS_META_ICC_NAME), ==, 0);
  g_assert_cmpint (vips_image_get_typeof (p3, VIPS_META_ICC_NAME), !=, 0);
}

static void
test_cmyk (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = write_cmyk_profile (scratch);
  const double clear[] = { 10, 20, 30, 0 };
  g_autofree char *yaml = g_strdup_printf ("{ profile-file: %s }", path);
  g_autofree char *named = g_strdup_printf ("{ space: cmyk, profile: %s, depth: 16 }", path);
  for (int kind = 0; kind < PICTURE_N; kind++) {
    g_autoptr (VipsImage) in = picture_gradient (kind, 9, 5);
    g_autoptr (VipsImage) out = stage_run ("color", yaml, in);
    g_autoptr (VipsImage) deep = stage_run ("color", named, in);
    g_assert_cmpint (vips_image_get_bands (out), ==, 4);
    g_assert_cmpint (vips_image_get_interpretation (out), ==, VIPS_INTERPRETATION_CMYK);
    g_assert_cmpint (vips_image_get_format (deep), ==, VIPS_FORMAT_USHORT);
  }
  /* Transparent is paper: no ink, whatever colour hides under it. */
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGBA, 4, 4, clear);
  g_autoptr (VipsImage) paper = stage_run ("color", yaml, in);
  assert_pixel (paper, 1, 1, 1, 0, 0, 0, 0);
}

static void
collect (void *data, const char *path)
{
  g_ptr_array_add (data, g_strdup (path));
}

static void
test_resource (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = write_cmyk_profile (scratch);
  g_autofree char *yaml = g_strdup_printf ("{ profile: %s }", path);
  g_autoptr (StageCase) stage_case = stage_case_new ("color", yaml);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  stage_find ("color")->each_resource (stage_case_options (stage_case), collect, paths);
  g_assert_cmpuint (paths->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (paths, 0), ==, path);
}

static void
test_refuses (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *text = scratch_write (scratch, "no.icc", "not a profile");
  const char *path = write_cmyk_profile (scratch);
  g_autofree char *cmyk = stage_case_problems ("color", "cmyk");
  g_assert_true (g_str_has_prefix (
    cmyk, "'color: cmyk' needs the press's profile: name one that is installed in /"));
  g_assert_true (g_str_has_suffix (
    cmyk, "/usr/share/color/icc as 'profile', or give its path as 'profile-file'"));
  g_autofree char *unknown = stage_case_problems ("color", "{ profile: Nowhere Coated }");
  g_assert_true (g_str_has_prefix (unknown, "there is no profile 'Nowhere Coated' in /"));
  g_autofree char *built = stage_case_problems ("color", "{ profile: peel-nothing }");
  g_assert_nonnull (strstr (built, "/scripts/build-profiles' builds it from free measurements"));
  g_autofree char *bad_yaml = g_strdup_printf ("{ profile-file: %s }", text);
  g_autofree char *bad = stage_case_problems ("color", bad_yaml);
  g_autofree char *bad_expected = g_strdup_printf ("'%s' is not an ICC profile", text);
  g_assert_cmpstr (bad, ==, bad_expected);
  g_autofree char *other_yaml = g_strdup_printf ("{ space: srgb, profile-file: %s }", path);
  g_autofree char *other = stage_case_problems ("color", other_yaml);
  g_autofree char *other_expected = g_strdup_printf (
    "the profile '%s' has 4 channels, the asked 'space' 3", path);
  g_assert_cmpstr (other, ==, other_expected);
  g_autofree char *nothing = stage_case_problems ("color", "{}");
  g_assert_cmpstr (nothing, ==, "'color' needs 'space' or 'profile'");
  const char *screen = write_profile (scratch, "srgb");
  g_autofree char *light_yaml = g_strdup_printf ("{ profile-file: %s, max-ink: 300 }", screen);
  g_autofree char *light = stage_case_problems ("color", light_yaml);
  g_autofree char *light_expected = g_strdup_printf (
    "'max-ink' is for CMYK, and the profile '%s' is for RGB", screen);
  g_assert_cmpstr (light, ==, light_expected);
  g_autofree char *inked_yaml = g_strdup_printf ("{ profile-file: %s, max-ink: 300 }", path);
  g_autofree char *inked = stage_case_problems ("color", inked_yaml);
  g_assert_cmpstr (inked, ==, "");
  g_autofree char *depth = stage_case_problems ("color", "{ space: srgb, depth: 10 }");
  g_assert_cmpstr (depth, ==, "'depth' takes 8 or 16, not 10");
}

/* Of the press's own profile: cut short, called a link, or no file at all. */
static void
test_refuses_profiles (void)
{
  static const struct {
    const char *name, *expected;
  } cases[] = {
    { "cut.icc", "is damaged: it ends before its tags do" },
    { "link.icc", "is a profile of class 'link', which says nothing of a device's colours" },
    { "pipe.icc", "is no regular file" },
  };
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = write_cmyk_profile (scratch);
  g_autofree char *text = NULL;
  size_t length;
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (g_file_set_contents (scratch_path (scratch, "cut.icc"), text, 1000, NULL));
  memcpy (text + 12, "link", 4);
  g_assert_true (
    g_file_set_contents (scratch_path (scratch, "link.icc"), text, (gssize)length, NULL));
  g_assert_cmpint (mkfifo (scratch_path (scratch, "pipe.icc"), 0600), ==, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *yaml = g_strdup_printf ("{ profile-file: %s }",
                                             scratch_path (scratch, cases[i].name));
    g_autofree char *problems = stage_case_problems ("color", yaml);
    g_assert_nonnull (strstr (problems, cases[i].expected));
  }
}

/* Of two steps, one after the other; 0: it has none. */
static double
limit_of (const char *path, int first, int second)
{
  const int limits[] = { first, second };
  Delivery delivery = { .max_ink = 0 };
  for (unsigned i = 0; i < G_N_ELEMENTS (limits); i++) {
    g_autoptr (GString) yaml = g_string_new (NULL);
    g_string_printf (yaml, "{ profile-file: %s", path);
    if (limits[i] > 0)
      g_string_append_printf (yaml, ", max-ink: %d", limits[i]);
    g_string_append (yaml, " }");
    g_autoptr (StageCase) stage_case = stage_case_new ("color", yaml->str);
    stage_find ("color")->deliver (stage_case_options (stage_case), &delivery);
  }
  return delivery.max_ink;
}

static void
test_limit (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = write_cmyk_profile (scratch);
  g_assert_cmpfloat (limit_of (path, 0, 0), ==, 0);
  g_assert_cmpfloat (limit_of (path, 280, 0), ==, 280);
  g_assert_cmpfloat (limit_of (path, 0, 280), ==, 280);
  g_assert_cmpfloat (limit_of (path, 280, 240), ==, 240);
  g_assert_cmpfloat (limit_of (path, 280, 320), ==, 280);
}

static void
test_flatten (void)
{
  const double half[] = { 255, 0, 0, 128 };
  for (int kind = 0; kind < PICTURE_N; kind++) {
    g_autoptr (VipsImage) in = picture_gradient (kind, 7, 5);
    g_autoptr (VipsImage) out = stage_run ("flatten", "{}", in);
    g_assert_false (vips_image_hasalpha (out));
  }
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGBA, 2, 2, half);
  g_autoptr (VipsImage) white = stage_run ("flatten", "{}", in);
  g_autoptr (VipsImage) blue = stage_run ("flatten", "blue", in);
  assert_pixel (white, 0, 0, 1, 255, 127, 127);
  assert_pixel (blue, 0, 0, 1, 128, 0, 127);
  g_autoptr (VipsImage) in16 = picture_plain (PICTURE_RGBA16, 2, 2, half);
  g_autoptr (VipsImage) white16 = stage_run ("flatten", "{}", in16);
  assert_pixel (white16, 0, 0, 257, 65535, 127 * 257, 127 * 257);
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/color/shape-is-what-comes-out", test_spaces);
  g_test_add_func ("/stages/color/values-are-right", test_values);
  g_test_add_func ("/stages/color/cmyk-has-four-inks-and-no-alpha", test_cmyk);
  g_test_add_func ("/stages/color/named-profile-is-a-resource", test_resource);
  g_test_add_func ("/stages/color/refuses-in-clear-words", test_refuses);
  g_test_add_func ("/stages/color/refuses-profiles-that-are-none", test_refuses_profiles);
  g_test_add_func ("/stages/color/the-least-of-several-limits-holds", test_limit);
  g_test_add_func ("/stages/flatten/lays-on-the-background", test_flatten);
  return g_test_run ();
}
