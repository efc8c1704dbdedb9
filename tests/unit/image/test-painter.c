#include "image/painter.h"

#include <vips/vips.h>

#include "base/digest.h"
#include "support/scratch.h"

/* The pixels as one block, three bytes each. */
static uint8_t *
pixels_of (const PainterSpec *spec, size_t *out_size)
{
  VipsImage *image = NULL;
  g_autoptr (GError) error = NULL;
  bool drawn = painter_draw (spec, &image, &error);
  g_assert_no_error (error);
  g_assert_true (drawn);
  g_assert_cmpint (vips_image_get_width (image), ==, spec->width);
  g_assert_cmpint (vips_image_get_height (image), ==, spec->height);
  g_assert_cmpint (vips_image_get_bands (image), ==, 3);
  uint8_t *pixels = vips_image_write_to_memory (image, out_size);
  g_assert_nonnull (pixels);
  g_object_unref (image);
  return pixels;
}

static DigestHex
digest_of_picture (const PainterSpec *spec)
{
  size_t size;
  g_autofree uint8_t *pixels = pixels_of (spec, &size);
  Digest digest = digest_of (pixels, size);
  return digest_to_hex (&digest);
}

/* Constants: every compiler, optimisation level, machine and number of threads must meet them.
 * They change when the painter does; the originals that it made do not. */
static void
same_spec_gives_these_pixels (void)
{
  static const struct {
    PainterSpec spec;
    const char *digest;
  } cases[] = {
    { { "a brass diver's watch on slate", 0, 1, 96, 96 },
      "a0cd60aae4596801687a0dbf72374cf83b027c6e673f733887bcdc8f9665e5ae" },
    { { "red vase, portrait", 7, 2, 61, 113 },
      "007adb9ef2a79cd6bf6c2cdf768497d4bdc2cb7315f74fea8d68ef56ccdfdfd6" },
    { { "sea at sunset", -1, 1, 160, 67 },
      "a9616e0c5d804524259aa8eaa5141e49626a118d12e443c46b32869fd593b15e" },
    { { "mountains", 3, 16, 128, 80 },
      "2a0a3a2744e10d0bd00eb2ca338c27cbb08a4d8e40f29e84ed24fc1765b8476b" },
    { { "", 0, 1, 1, 1 }, "d18b3deacaf52efeb3aaabc9390c1a454a9ea3962cf8a121e47af500fb444995" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (digest_of_picture (&cases[i].spec).text, ==, cases[i].digest);
}

static void
every_part_of_the_spec_matters (void)
{
  const PainterSpec specs[] = {
    { "a cup", 0, 1, 40, 30 }, { "a cup.", 0, 1, 40, 30 }, { "a cup", 1, 1, 40, 30 },
    { "a cup", 0, 2, 40, 30 }, { "a cup", 0, 1, 30, 40 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (specs); i++)
    for (unsigned j = i + 1; j < G_N_ELEMENTS (specs); j++)
      g_assert_cmpstr (digest_of_picture (&specs[i]).text, !=, digest_of_picture (&specs[j]).text);
}

/* Whoever asks for a part, in whatever tiles, gets the pixels of the whole. */
static void
assert_tiles_do_not_show (const char *prompt)
{
  enum { WIDTH = 90, HEIGHT = 70 };
  const PainterSpec spec = { prompt, 5, 1, WIDTH, HEIGHT };
  size_t size;
  g_autofree uint8_t *whole = pixels_of (&spec, &size);
  VipsImage *image = NULL;
  g_assert_true (painter_draw (&spec, &image, NULL));
  for (int top = 0; top < HEIGHT; top += 23)
    for (int left = 0; left < WIDTH; left += 17) {
      VipsRect tile = { left, top, MIN (17, WIDTH - left), MIN (23, HEIGHT - top) };
      VipsRegion *region = vips_region_new (image);
      g_assert_cmpint (vips_region_prepare (region, &tile), ==, 0);
      size_t row_bytes = 3 * (size_t)tile.width;
      for (int y = top; y < top + tile.height; y++)
        g_assert_cmpmem (VIPS_REGION_ADDR (region, left, y), row_bytes,
                         whole + 3 * ((size_t)y * WIDTH + (size_t)left), row_bytes);
      g_object_unref (region);
    }
  g_object_unref (image);
}

static void
tiles_do_not_show (void)
{
  static const char *const prompts[] = { "copper bowl in the dark", "mountains", "the sea",
                                         "a watch", "portrait" };
  for (unsigned i = 0; i < G_N_ELEMENTS (prompts); i++)
    assert_tiles_do_not_show (prompts[i]);
}

/* The mean of each cell of an 8x8 grid. */
static void
thumbnail_of (const PainterSpec *spec, double out[64])
{
  size_t size;
  g_autofree uint8_t *pixels = pixels_of (spec, &size);
  int cell = spec->width / 8;
  for (int i = 0; i < 64; i++) {
    double sum = 0.0;
    for (int y = 0; y < cell; y++)
      for (int x = 0; x < 3 * cell; x++)
        sum += pixels[3 * ((i / 8 * cell + y) * spec->width + i % 8 * cell) + x];
    out[i] = sum / (3.0 * cell * cell);
  }
}

static void
larger_pictures_show_the_same_scene (void)
{
  static const char *const prompts[] = { "white marble and gold", "a lake", "wristwatch, steel" };
  for (unsigned i = 0; i < G_N_ELEMENTS (prompts); i++) {
    double small[64], large[64];
    thumbnail_of (&(PainterSpec){ prompts[i], 1, 1, 128, 128 }, small);
    thumbnail_of (&(PainterSpec){ prompts[i], 1, 1, 512, 512 }, large);
    /* Fine texture comes with pixels: glitter on water and veins of stone shift a cell a little. */
    double off = 0.0;
    for (int k = 0; k < 64; k++) {
      g_assert_cmpfloat_with_epsilon (small[k], large[k], 20.0);
      off += ABS (small[k] - large[k]) / 64.0;
    }
    g_assert_cmpfloat (off, <, 3.0);
  }
}

static void
pictures_are_neither_flat_nor_noise (void)
{
  double cells[64], least = 255.0, most = 0.0;
  const PainterSpec spec = { "three pears", 0, 1, 128, 128 };
  thumbnail_of (&spec, cells);
  for (int k = 0; k < 64; k++) {
    least = MIN (least, cells[k]);
    most = MAX (most, cells[k]);
  }
  g_assert_cmpfloat (most - least, >, 40.0);
  size_t size;
  g_autofree uint8_t *pixels = pixels_of (&spec, &size);
  double step = 0.0;
  for (size_t i = 3; i < size; i++)
    step += ABS (pixels[i] - pixels[i - 3]);
  g_assert_cmpfloat (step / (double)size, <, 8.0);
}

static void
sizes_out_of_range_are_refused (void)
{
  static const int sizes[][2] = { { 0, 10 }, { 10, 0 }, { 8193, 10 }, { 10, 8193 }, { -1, -1 } };
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
    VipsImage *image = NULL;
    g_autoptr (GError) error = NULL;
    PainterSpec spec = { "x", 0, 1, sizes[i][0], sizes[i][1] };
    g_assert_false (painter_draw (&spec, &image, &error));
    g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT);
    g_assert_null (image);
  }
}

static void
slivers_are_drawn (void)
{
  size_t size;
  g_free (pixels_of (&(PainterSpec){ "a banner", 0, 1, 8192, 1 }, &size));
  g_free (pixels_of (&(PainterSpec){ "a banner", 0, 1, 1, 8192 }, &size));
  g_assert_cmpuint (size, ==, 3 * 8192);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (image_start (2, NULL));
  g_test_add_func ("/image/painter/same-spec-gives-these-pixels", same_spec_gives_these_pixels);
  g_test_add_func ("/image/painter/every-part-of-the-spec-matters", every_part_of_the_spec_matters);
  g_test_add_func ("/image/painter/tiles-do-not-show", tiles_do_not_show);
  g_test_add_func ("/image/painter/larger-pictures-show-the-same-scene",
                   larger_pictures_show_the_same_scene);
  g_test_add_func ("/image/painter/pictures-are-neither-flat-nor-noise",
                   pictures_are_neither_flat_nor_noise);
  g_test_add_func ("/image/painter/sizes-out-of-range-are-refused", sizes_out_of_range_are_refused);
  g_test_add_func ("/image/painter/slivers-are-drawn", slivers_are_drawn);
  return g_test_run ();
}
