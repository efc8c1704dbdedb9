#include "image/blobs.h"

#include "image/color.h"
#include "image/decode.h"
#include "pictures.h"

#define CANARY "CaNaRy"

/* An EXIF block with one ASCII tag (0x8298, copyright) of `text`. */
static GBytes *
exif_with (const char *text)
{
  uint32_t length = (uint32_t)strlen (text) + 1;
  GByteArray *out = g_byte_array_new ();
  const uint8_t head[] = {
    'E', 'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x98, 0x82, 2, 0, (uint8_t)length,
    0,   0,   0,   26,  0, 0, 0,   0,   0,   0, 0
  };
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, (const uint8_t *)text, length);
  return g_byte_array_free_to_bytes (out);
}

/* A picture with something to hide in every place libvips has for it. */
static VipsImage *
planted (void)
{
  static const char *const fields[] = {
    "exif-ifd0-Copyright",          "exif-ifd0-Artist",     "exif-ifd2-UserComment",
    "exif-ifd3-GPSAreaInformation", "png-comment-0-prompt", "png-comment-1-Author",
    VIPS_META_IMAGEDESCRIPTION,     "some-field",           "gif-comment",
  };
  static const char *const blobs[] = { VIPS_META_XMP_NAME, VIPS_META_IPTC_NAME,
                                       VIPS_META_PHOTOSHOP_NAME, "jpeg-thumbnail-data" };
  VipsImage *image = NULL;
  g_autoptr (VipsImage) photo = picture_photo (40, 30);
  g_autoptr (GBytes) exif = exif_with (CANARY " exif");
  must (vips_copy (photo, &image, NULL));
  vips_image_set_blob_copy (image, VIPS_META_EXIF_NAME, g_bytes_get_data (exif, NULL),
                            g_bytes_get_size (exif));
  for (unsigned i = 0; i < G_N_ELEMENTS (fields); i++)
    vips_image_set_string (image, fields[i], CANARY);
  for (unsigned i = 0; i < G_N_ELEMENTS (blobs); i++)
    vips_image_set_blob_copy (image, blobs[i], CANARY, strlen (CANARY));
  return image;
}

static void
without (VipsImage *image, GBytes *const blobs[IMAGE_N_BLOBS], const char *canary)
{
  for (ImageFormat f = IMAGE_FORMAT_JPEG; f <= IMAGE_FORMAT_TIFF; f++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (VipsImage) clean = NULL;
    EncodeOptions options = encode_options (f);
    /* Uncompressed where text might hide: a deflated canary is not found by its bytes. */
    options.compression = IMAGE_TIFF_NONE;
    assert_ok (image_with_blobs (image, blobs, 0, &clean, &error), error);
    g_autoptr (GBytes) bytes = encoded (clean, &options);
    g_assert_false (bytes_hold (bytes, canary, strlen (canary)));
    g_assert_false (bytes_hold (bytes, "zTXt", 4));
  }
}

static void
nothing_remains_but_what_is_given (void)
{
  g_autoptr (VipsImage) image = planted ();
  GBytes *const none[IMAGE_N_BLOBS] = { NULL };
  without (image, none, CANARY);
}

/* The same through a real file: what loaders attach has other names than what tests set. */
static void
nothing_remains_of_a_read_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = planted ();
  g_autoptr (VipsImage) read = NULL;
  GBytes *const none[IMAGE_N_BLOBS] = { NULL };
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  options.zlib = true; /* by libvips, which writes all that the picture carries */
  g_autoptr (GBytes) png = encoded (image, &options);
  g_assert_true (bytes_hold (png, CANARY, strlen (CANARY)));
  assert_ok (image_decode (png, "planted", &image_limits_default, &read, &error), error);
  without (read, none, CANARY);
}

static void
the_source_keeps_its_own (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = planted ();
  g_autoptr (VipsImage) clean = NULL;
  GBytes *const none[IMAGE_N_BLOBS] = { NULL };
  assert_ok (image_with_blobs (image, none, 0, &clean, &error), error);
  g_assert_cmpuint (vips_image_get_typeof (image, VIPS_META_XMP_NAME), !=, 0);
  g_assert_cmpuint (vips_image_get_typeof (clean, VIPS_META_XMP_NAME), ==, 0);
}

static void
a_given_profile_arrives_alone (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = planted ();
  g_autoptr (VipsImage) dressed = NULL;
  g_autoptr (GBytes) icc = image_srgb_profile ();
  GBytes *const blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = icc };
  assert_ok (image_with_blobs (image, blobs, 300, &dressed, &error), error);
  for (ImageFormat f = IMAGE_FORMAT_JPEG; f <= IMAGE_FORMAT_TIFF; f++) {
    EncodeOptions options = encode_options (f);
    g_autoptr (VipsImage) back = NULL;
    g_autoptr (GBytes) bytes = encoded (dressed, &options);
    assert_ok (image_decode (bytes, "dressed", &image_limits_default, &back, &error), error);
    g_autoptr (GBytes) back_icc = image_dup_blob (back, IMAGE_BLOB_ICC);
    g_assert_false (bytes_hold (bytes, CANARY, strlen (CANARY)));
    g_assert_true (g_bytes_equal (back_icc, icc));
  }
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/blobs/nothing-remains-but-what-is-given",
                   nothing_remains_but_what_is_given);
  g_test_add_func ("/image/blobs/nothing-remains-of-a-read-file", nothing_remains_of_a_read_file);
  g_test_add_func ("/image/blobs/the-source-keeps-its-own", the_source_keeps_its_own);
  g_test_add_func ("/image/blobs/a-given-profile-arrives-alone", a_given_profile_arrives_alone);
  return g_test_run ();
}
