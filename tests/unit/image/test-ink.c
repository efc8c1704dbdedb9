#include "image/ink.h"

#include "image/decode.h"
#include "pictures.h"

/* 200 pixels: one of 400 %, one of 300 %, the others of 50 % cyan alone. */
static VipsImage *
page (int full)
{
  enum { WIDTH = 20, HEIGHT = 10 };
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (0, &error), error);
  bool is_deep = full > 255;
  size_t n = (size_t)WIDTH * HEIGHT * 4, size = n * (is_deep ? 2 : 1);
  g_autofree uint8_t *bytes = g_malloc0 (size);
  uint16_t *words = (uint16_t *)bytes;
  for (size_t i = 0; i < n; i++) {
    int value = i < 4 ? full : i < 8 ? (i == 7 ? 0 : full) : i % 4 == 0 ? full / 2 : 0;
    if (is_deep)
      words[i] = (uint16_t)value;
    else
      bytes[i] = (uint8_t)value;
  }
  g_autoptr (VipsImage) memory = vips_image_new_from_memory_copy (
    bytes, size, WIDTH, HEIGHT, 4, is_deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
  VipsImage *image = NULL;
  must (vips_copy (memory, &image, "interpretation", VIPS_INTERPRETATION_CMYK, NULL));
  return image;
}

static Ink
ink_of (VipsImage *image, ImageFormat format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  EncodeOptions options = encode_options (format);
  EncodeResult result;
  assert_ok (image_encode (image, &options, &bytes, &result, &error), error);
  return result.ink;
}

static void
every_pixel_counts (void)
{
  for (int full = 255; full <= 65535; full *= 257) {
    g_autoptr (VipsImage) image = page (full);
    Ink ink = ink_of (image, IMAGE_FORMAT_TIFF);
    double half = 100.0 * (full / 2) / full;
    g_assert_cmpfloat_with_epsilon (ink.max, 400, 1e-9);
    /* 198 of 200 are 99 %. */
    g_assert_cmpfloat_with_epsilon (ink.p99, half, 1e-9);
    g_assert_cmpfloat_with_epsilon (ink.mean[0], (198 * half + 200) / 200, 1e-9);
    g_assert_cmpfloat_with_epsilon (ink.mean[1], 1, 1e-9);
    g_assert_cmpfloat_with_epsilon (ink.mean[3], 0.5, 1e-9);
  }
}

static void
a_search_for_bytes_counts_once (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = picture_new (PICTURE_CMYK, 256, 192);
  Ink plain = ink_of (image, IMAGE_FORMAT_JPEG);
  g_autoptr (GBytes) bytes = NULL;
  EncodeOptions options = encode_options (IMAGE_FORMAT_JPEG);
  EncodeResult result;
  g_autoptr (GBytes) full = encoded (image, &options);
  options.min_quality = 1;
  options.max_bytes = (int64_t)g_bytes_get_size (full) - 4000; /* most of it is the profile */
  assert_ok (image_encode (image, &options, &bytes, &result, &error), error);
  g_assert_cmpint (result.n_encodes, >, 1);
  g_assert_cmpmem (&result.ink, sizeof plain, &plain, sizeof plain);
  g_assert_true (plain.is_known);
  g_assert_cmpfloat (plain.max, >, 100);
}

static void
no_ink_in_light (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 32, 32);
  Ink ink = ink_of (image, IMAGE_FORMAT_TIFF), none = { 0 };
  g_assert_cmpmem (&ink, sizeof ink, &none, sizeof none);
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/ink/every-pixel-counts", every_pixel_counts);
  g_test_add_func ("/image/ink/a-search-for-bytes-counts-once", a_search_for_bytes_counts_once);
  g_test_add_func ("/image/ink/no-ink-in-light", no_ink_in_light);
  return g_test_run ();
}
