#include "image/color.h"

#include "image/blobs.h"
#include "pictures.h"

static GBytes *
profile_named (const char *name)
{
  VipsBlob *blob = NULL;
  size_t length;
  must (vips_profile_load (name, &blob, NULL));
  const void *data = vips_blob_get (blob, &length);
  GBytes *profile = g_bytes_new (data, length);
  vips_area_unref (VIPS_AREA (blob));
  return profile;
}

static VipsImage *
with_profile (VipsImage *image, GBytes *profile)
{
  VipsImage *tagged = NULL;
  must (vips_copy (image, &tagged, NULL));
  vips_image_set_blob_copy (tagged, VIPS_META_ICC_NAME, g_bytes_get_data (profile, NULL),
                            g_bytes_get_size (profile));
  return tagged;
}

static double
largest_gap (VipsImage *a, VipsImage *b)
{
  g_autoptr (VipsImage) gap = NULL;
  g_autoptr (VipsImage) distance = NULL;
  double most;
  must (vips_subtract (a, b, &gap, NULL));
  must (vips_abs (gap, &distance, NULL));
  must (vips_max (distance, &most, NULL));
  return most;
}

static void
profiles_are_known_by_their_numbers (void)
{
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (0, &error), error);
  g_autoptr (GBytes) srgb = image_srgb_profile ();
  g_autoptr (GBytes) p3 = profile_named ("p3");
  g_autoptr (GBytes) cmyk = profile_named ("cmyk");
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (srgb, 0, 200);
  g_autoptr (GBytes) nothing = g_bytes_new ("", 0);
  g_assert_true (image_is_srgb_profile (srgb));
  g_assert_false (image_is_srgb_profile (p3));
  g_assert_false (image_is_srgb_profile (cmyk));
  g_assert_false (image_is_srgb_profile (cut));
  g_assert_false (image_is_srgb_profile (nothing));
}

static void
only_a_profile_of_its_own_space_tells_of_a_picture (void)
{
  static const PictureKind kinds[] = { PICTURE_GRAY, PICTURE_GRAY_ALPHA, PICTURE_RGB,
                                       PICTURE_RGBA_16, PICTURE_CMYK };
  static const char *const spaces[] = { "GRAY", "GRAY", "RGB ", "RGB ", "CMYK" };
  static const char *const others[] = { "GRAY", "RGB ", "CMYK", "Lab " };
  g_autoptr (GBytes) junk = g_bytes_new_take (g_malloc0 (3000), 3000);
  g_autoptr (GBytes) cut = g_bytes_new_static ("icc", 3);
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (VipsImage) image = picture_new (kinds[i], 8, 8);
    g_autoptr (GBytes) srgb = profile_named ("srgb");
    size_t length;
    g_autofree uint8_t *data = g_bytes_unref_to_data (g_steal_pointer (&srgb), &length);
    for (unsigned k = 0; k < G_N_ELEMENTS (others); k++) {
      memcpy (data + 16, others[k], 4);
      g_autoptr (GBytes) profile = g_bytes_new (data, length);
      g_autoptr (VipsImage) tagged = with_profile (image, profile);
      g_autoptr (GBytes) found = image_dup_profile (tagged);
      g_assert_cmpint (found != NULL, ==, strcmp (spaces[i], others[k]) == 0);
      g_assert_true (found == NULL || g_bytes_equal (found, profile));
    }
    g_autoptr (VipsImage) with_junk = with_profile (image, junk);
    g_autoptr (VipsImage) with_cut = with_profile (image, cut);
    g_assert_null (image_dup_profile (with_junk));
    g_assert_null (image_dup_profile (with_cut));
  }
}

static void
srgb_stays_bit_for_bit (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGBA, 40, 30);
  g_autoptr (GBytes) profile = image_srgb_profile ();
  g_autoptr (VipsImage) tagged = with_profile (photo, profile);
  g_autoptr (VipsImage) bare_result = NULL;
  g_autoptr (VipsImage) tagged_result = NULL;
  assert_ok (image_to_srgb (photo, 8, &bare_result, &error), error);
  assert_ok (image_to_srgb (tagged, 8, &tagged_result, &error), error);
  g_assert_cmpfloat (largest_gap (photo, bare_result), ==, 0);
  g_assert_cmpfloat (largest_gap (photo, tagged_result), ==, 0);
  g_assert_cmpint (vips_image_get_typeof (bare_result, VIPS_META_ICC_NAME), ==, 0);
  g_assert_cmpint (vips_image_get_typeof (tagged_result, VIPS_META_ICC_NAME), !=, 0);
}

/* lcms reads the small profile, and what it says are the colours of libvips's. */
static void
the_small_srgb_profile_is_srgb (void)
{
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGB, 64, 64);
  g_autoptr (GBytes) small = image_srgb_small_profile ();
  g_autoptr (VipsImage) tagged = with_profile (photo, small);
  g_autoptr (VipsImage) converted = NULL;
  g_assert_cmpuint (g_bytes_get_size (small), <, 512);
  g_assert_true (image_is_srgb_profile (small));
  must (vips_icc_transform (tagged, &converted, "srgb", "embedded", TRUE, NULL));
  g_assert_cmpfloat (largest_gap (photo, converted), <=, 1);
}

static void
wide_colors_are_converted (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGBA, 40, 30);
  g_autoptr (GBytes) p3 = profile_named ("p3");
  g_autoptr (VipsImage) tagged = with_profile (photo, p3);
  g_autoptr (VipsImage) result = NULL;
  assert_ok (image_to_srgb (tagged, 8, &result, &error), error);
  g_autoptr (GBytes) now = image_dup_blob (result, IMAGE_BLOB_ICC);
  g_assert_true (image_is_srgb_profile (now));
  g_assert_cmpint (vips_image_get_bands (result), ==, 4);
  g_assert_cmpfloat (largest_gap (photo, result), >, 2);

  g_autoptr (VipsImage) alpha_before = NULL;
  g_autoptr (VipsImage) alpha_after = NULL;
  must (vips_extract_band (photo, &alpha_before, 3, NULL));
  must (vips_extract_band (result, &alpha_after, 3, NULL));
  g_assert_cmpfloat (largest_gap (alpha_before, alpha_after), ==, 0);
}

static void
absolute_spaces_come_back (void)
{
  static const VipsInterpretation spaces[] = { VIPS_INTERPRETATION_LAB, VIPS_INTERPRETATION_XYZ,
                                               VIPS_INTERPRETATION_scRGB };
  g_autoptr (VipsImage) photo = picture_photo (40, 30);
  for (unsigned i = 0; i < G_N_ELEMENTS (spaces); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (VipsImage) there = NULL;
    g_autoptr (VipsImage) back = NULL;
    must (vips_colourspace (photo, &there, spaces[i], NULL));
    assert_ok (image_to_srgb (there, 8, &back, &error), error);
    g_assert_cmpfloat (largest_gap (photo, back), <=, 2);
  }
}

static void
depth_changes_are_exact_both_ways (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGBA, 64, 48);
  g_autoptr (VipsImage) deep = NULL;
  g_autoptr (VipsImage) back = NULL;
  double most;
  assert_ok (image_to_depth (photo, 16, &deep, &error), error);
  assert_ok (image_to_depth (deep, 8, &back, &error), error);
  must (vips_max (deep, &most, NULL));
  g_assert_cmpfloat (most, ==, 65535); /* the alpha's end: white stays white */
  g_assert_cmpint (vips_image_get_interpretation (deep), ==, VIPS_INTERPRETATION_RGB16);
  g_assert_cmpfloat (largest_gap (photo, back), ==, 0);
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/color/profiles-are-known-by-their-numbers",
                   profiles_are_known_by_their_numbers);
  g_test_add_func ("/image/color/only-a-profile-of-its-own-space-tells-of-a-picture",
                   only_a_profile_of_its_own_space_tells_of_a_picture);
  g_test_add_func ("/image/color/srgb-stays-bit-for-bit", srgb_stays_bit_for_bit);
  g_test_add_func ("/image/color/the-small-srgb-profile-is-srgb", the_small_srgb_profile_is_srgb);
  g_test_add_func ("/image/color/wide-colors-are-converted", wide_colors_are_converted);
  g_test_add_func ("/image/color/absolute-spaces-come-back", absolute_spaces_come_back);
  g_test_add_func ("/image/color/depth-changes-are-exact-both-ways",
                   depth_changes_are_exact_both_ways);
  return g_test_run ();
}
