/* The hashes are held against what the formats' own JavaScript gives for the same pixels
 * (npm thumbhash 0.1.1, blurhash 2.0.5; the latter scales by the largest term and forgets that the
 * largest may be negative, where the C reference does not: mended before asking it). */
#include "image/placeholder.h"

#include <string.h>
#include <vips/vips.h>

#include "image/decode.h"
#include "support/scratch.h"

static VipsImage *
picture (int width, int height, bool has_alpha)
{
  g_autofree uint8_t *bytes = g_malloc ((size_t)width * height * 4);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      uint8_t *pixel = bytes + 4 * ((size_t)y * width + x);
      pixel[0] = (uint8_t)(255 * x / (width - 1));
      pixel[1] = (uint8_t)(255 * y / (height - 1));
      pixel[2] = (uint8_t)((x * 7 + y * 13) & 255);
      pixel[3] = has_alpha ? (uint8_t)(255 - 200 * x / width) : 255;
    }
  g_autoptr (VipsImage) bare = vips_image_new_from_memory_copy (
    bytes, (size_t)width * height * 4, width, height, 4, VIPS_FORMAT_UCHAR);
  VipsImage *image = NULL;
  g_assert_cmpint (vips_copy (bare, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), ==,
                   0);
  return image;
}

static VipsImage *
plain (int width, int height, double red, double green, double blue, double alpha)
{
  const double values[] = { red, green, blue, alpha };
  const double none[] = { 0, 0, 0, 0 };
  g_autoptr (VipsImage) black = NULL, colored = NULL;
  VipsImage *image = NULL;
  g_assert_cmpint (vips_black (&black, width, height, "bands", 4, NULL), ==, 0);
  g_assert_cmpint (vips_linear (black, &colored, none, values, 4, "uchar", TRUE, NULL), ==, 0);
  g_assert_cmpint (vips_copy (colored, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL),
                   ==, 0);
  return image;
}

static void
assert_hash (char *(*make) (VipsImage *, GError **), VipsImage *image, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = make (image, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, expected);
}

static void
test_thumbhash (void)
{
  static const struct {
    int width, height;
    bool has_alpha;
    const char *hash;
  } cases[] = {
    { 60, 40, false, "3/cJPZpwh3dweId3d3iHd4CACPh4" },
    { 40, 60, false, "3wcKNRpwd4B3d3d4eHd3eIBwCPh4" },
    { 50, 50, false, "HwgKPxpwhodwd3iHd3h3eHh2CAiIgI8H" },
    { 60, 40, true, "nceFI5ApUXdQZ3dRYBj1eY94d4iHiHg=" },
    { 30, 90, true, "nceFIhApUWB4d4dhYBj1eY+Ih4iIeIc=" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VipsImage) image = picture (cases[i].width, cases[i].height, cases[i].has_alpha);
    assert_hash (placeholder_thumbhash, image, cases[i].hash);
  }
}

static void
test_blurhash (void)
{
  g_autoptr (VipsImage) wide = picture (60, 40, false);
  g_autoptr (VipsImage) high = picture (40, 60, false);
  g_autoptr (VipsImage) square = picture (50, 50, false);
  assert_hash (placeholder_blurhash, wide, "L$HVC*2Y$4Sgl}ayjsf4gbfjfPfi");
  assert_hash (placeholder_blurhash, high, "T$HeqO2s$5hpayjqgbfifPi}a{jq");
  assert_hash (placeholder_blurhash, square, "L$HetU2s$3Swl|ayjsf7gafkfNfg");
}

static void
test_color (void)
{
  g_autoptr (VipsImage) orange = plain (300, 200, 250, 120, 3, 255);
  g_autoptr (VipsImage) hidden = plain (30, 20, 250, 120, 3, 0);
  g_autoptr (VipsImage) patch = plain (120, 100, 10, 20, 200, 255);
  g_autoptr (VipsImage) mixed = NULL;
  assert_hash (placeholder_color, orange, "#fa7803");
  assert_hash (placeholder_color, hidden, "#ffffff");
  g_assert_cmpint (vips_insert (orange, patch, &mixed, 0, 0, NULL), ==, 0);
  assert_hash (placeholder_color, mixed, "#fa7803");
}

static void
test_lqip (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 3000 }, { 640, 480 }, { 33, 90 } };
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int has_alpha = 0; has_alpha < 2; has_alpha++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (VipsImage) image = sizes[i][0] > 1
                                      ? picture (sizes[i][0], sizes[i][1], has_alpha)
                                      : plain (1, sizes[i][1], 200, 30, 10, 255 - has_alpha * 99);
      g_autofree char *uri = placeholder_lqip (image, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (uri, "data:image/webp;base64,"));
      g_assert_cmpuint (strlen (uri), <=, 600);
      size_t length;
      g_autofree uint8_t *data = g_base64_decode (strchr (uri, ',') + 1, &length);
      g_autoptr (GBytes) bytes = g_bytes_new (data, length);
      g_autoptr (VipsImage) decoded = NULL;
      assert_ok (image_decode (bytes, "lqip", &image_limits_default, &decoded, &error), error);
      g_assert_cmpint (vips_image_get_width (decoded), <=, 32);
      g_assert_cmpint (vips_image_get_height (decoded), <=, 32);
    }
}

/* Noise is what compresses worst. */
static void
test_lqip_of_noise (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) noise = NULL, image = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autofree uint8_t *pixels = g_malloc (64 * 64 * 4);
  for (int i = 0; i < 64 * 64 * 4; i++)
    pixels[i] = (uint8_t)g_rand_int_range (random, 0, 256);
  noise = vips_image_new_from_memory_copy (pixels, 64 * 64 * 4, 64, 64, 4, VIPS_FORMAT_UCHAR);
  g_assert_cmpint (vips_copy (noise, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), ==,
                   0);
  g_autofree char *uri = placeholder_lqip (image, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (uri), <=, 600);
}

/* Grey, 16 bit, CMYK: all are brought to sRGB first. */
static void
test_kinds (void)
{
  static const VipsInterpretation spaces[] = { VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_RGB16,
                                               VIPS_INTERPRETATION_CMYK };
  g_autoptr (VipsImage) rgba = picture (300, 20, false);
  g_autoptr (VipsImage) rgb = NULL;
  g_assert_cmpint (vips_extract_band (rgba, &rgb, 0, "n", 3, NULL), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (spaces); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (VipsImage) image = NULL;
    g_assert_cmpint (vips_colourspace (rgb, &image, spaces[i], NULL), ==, 0);
    g_autofree char *thumbhash = placeholder_thumbhash (image, &error);
    g_assert_no_error (error);
    g_autofree char *blurhash = placeholder_blurhash (image, &error);
    g_assert_no_error (error);
    g_autofree char *color = placeholder_color (image, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (strlen (blurhash), ==, 28);
    g_assert_cmpuint (strlen (color), ==, 7);
    g_assert_cmpuint (strlen (thumbhash), >, 20);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (2, &error), error);
  g_test_add_func ("/image/placeholder/thumbhash-is-the-formats-own", test_thumbhash);
  g_test_add_func ("/image/placeholder/blurhash-is-the-formats-own", test_blurhash);
  g_test_add_func ("/image/placeholder/colour-is-that-of-most-pixels", test_color);
  g_test_add_func ("/image/placeholder/lqip-is-a-small-webp", test_lqip);
  g_test_add_func ("/image/placeholder/lqip-of-noise-is-small-too", test_lqip_of_noise);
  g_test_add_func ("/image/placeholder/any-colour-space-will-do", test_kinds);
  return g_test_run ();
}
