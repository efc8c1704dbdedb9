#include "image/encode.h"

#include "image/blobs.h"
#include "image/color.h"
#include "image/decode.h"
#include "pictures.h"

static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP,
                                       IMAGE_FORMAT_AVIF, IMAGE_FORMAT_TIFF };

static VipsImage *
decoded (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  VipsImage *image = NULL;
  assert_ok (image_decode (bytes, "test", &image_limits_default, &image, &error), error);
  return image;
}

/* Mean difference a channel on the 8-bit sRGB scale, both over white. */
static double
difference (VipsImage *a, VipsImage *b)
{
  g_autoptr (GError) error = NULL;
  VipsImage *sides[2] = { a, b };
  g_autoptr (VipsImage) left = NULL;
  g_autoptr (VipsImage) right = NULL;
  VipsImage **flat[2] = { &left, &right };
  g_autoptr (VipsImage) gap = NULL;
  g_autoptr (VipsImage) distance = NULL;
  double mean;
  for (int i = 0; i < 2; i++) {
    g_autoptr (VipsImage) srgb = NULL;
    assert_ok (image_to_srgb (sides[i], 8, &srgb, &error), error);
    double white = 255;
    if (!vips_image_hasalpha (srgb)) {
      *flat[i] = g_steal_pointer (&srgb);
      continue;
    }
    VipsArrayDouble *background = vips_array_double_new (&white, 1);
    must (vips_flatten (srgb, flat[i], "background", background, NULL));
    vips_area_unref (VIPS_AREA (background));
  }
  must (vips_subtract (left, right, &gap, NULL));
  must (vips_abs (gap, &distance, NULL));
  must (vips_avg (distance, &mean, NULL));
  return mean;
}

static void
every_format_holds_every_kind (void)
{
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++)
    for (PictureKind kind = 0; kind < PICTURE_N_KINDS; kind++) {
      const ImageFormatType *type = image_format_type (formats[f]);
      EncodeOptions options = encode_options (formats[f]);
      g_autoptr (VipsImage) image = picture_new (kind, 67, 45);
      g_autoptr (GBytes) bytes = encoded (image, &options);
      g_autoptr (VipsImage) back = decoded (bytes);
      ImageFacts before, after;
      image_facts_of (image, IMAGE_FORMAT_UNKNOWN, &before);
      image_facts_of (back, type->format, &after);

      g_test_message ("%s of kind %d: %d channels, %d bits, difference %.2f", type->label, kind,
                      after.n_channels, after.bit_depth, difference (image, back));
      g_assert_cmpint (
        image_format_of_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), ==,
        type->format);
      g_assert_cmpint (after.width, ==, 67);
      g_assert_cmpint (after.height, ==, 45);
      g_assert_cmpint (after.has_alpha, ==, before.has_alpha && type->has_alpha);
      g_assert_cmpint (after.bit_depth, ==, before.bit_depth == 16 && type->has_16_bit ? 16 : 8);
      if (kind == PICTURE_CMYK)
        g_assert_cmpint (after.n_channels, ==, type->has_cmyk ? 4 : 3);
      g_assert_cmpfloat (difference (image, back), <, type->has_quality ? 6 : 0.51);
    }
}

static void
one_pixel_is_a_picture (void)
{
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    EncodeOptions options = encode_options (formats[f]);
    g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 1, 1);
    g_autoptr (GBytes) bytes = encoded (image, &options);
    g_autoptr (VipsImage) back = decoded (bytes);
    g_assert_cmpint (vips_image_get_width (back), ==, 1);
  }
}

static void
alpha_goes_over_white (void)
{
  EncodeOptions options = encode_options (IMAGE_FORMAT_JPEG);
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGBA_16, 64, 16);
  g_autoptr (GBytes) bytes = encoded (image, &options);
  g_autoptr (VipsImage) back = decoded (bytes);
  double *pixel;
  int n;
  must (vips_getpoint (back, &pixel, &n, 0, 8, NULL));
  g_assert_cmpint (n, ==, 3);
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat (pixel[i], >, 240);
  g_free (pixel);
}

/* Density as the file's own fields have it, by a reader that is not libvips's saver. */
static void
density_is_where_readers_look (void)
{
  static const char jfif[] = "\xff\xe0\0\x10JFIF\0\1\2\1\1\x2c\1\x2c";
  static const char phys[] = "pHYs\0\0\x2e\x23\0\0\x2e\x23\1"; /* 11811 a metre */
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 32, 32);
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    EncodeOptions options = encode_options (formats[f]);
    options.density = 300;
    g_autoptr (GBytes) bytes = encoded (image, &options);
    g_autoptr (VipsImage) back = decoded (bytes);
    if (formats[f] == IMAGE_FORMAT_JPEG)
      g_assert_true (bytes_hold (bytes, jfif, sizeof jfif - 1));
    if (formats[f] == IMAGE_FORMAT_PNG)
      g_assert_true (bytes_hold (bytes, phys, sizeof phys - 1));
    /* WebP and AVIF have it in EXIF alone, which container_put writes. */
    if (formats[f] == IMAGE_FORMAT_JPEG || formats[f] == IMAGE_FORMAT_TIFF)
      g_assert_cmpfloat_with_epsilon (vips_image_get_xres (back) * 25.4, 300, 1e-3);
  }
}

static void
density_of_the_picture_counts (void)
{
  static const char jfif[] = "\xff\xe0\0\x10JFIF\0\1\2\1\0\x48\0\x48";
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 8, 8);
  g_autoptr (VipsImage) dense = NULL;
  GBytes *const none[IMAGE_N_BLOBS] = { NULL };
  EncodeOptions options = encode_options (IMAGE_FORMAT_JPEG);
  assert_ok (image_with_blobs (image, none, 72, &dense, &error), error);
  g_autoptr (GBytes) bytes = encoded (dense, &options);
  g_assert_true (bytes_hold (bytes, jfif, sizeof jfif - 1));
}

static void
no_density_is_written_unasked (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGBA, 32, 32);
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  g_autoptr (GBytes) png = encoded (image, &options);
  g_assert_false (bytes_hold (png, "pHYs", 4));
  options = encode_options (IMAGE_FORMAT_JPEG);
  g_autoptr (GBytes) jpeg = encoded (image, &options);
  g_assert_false (bytes_hold (jpeg, "Exif", 4));
  g_assert_true (bytes_hold (jpeg, "JFIF\0\1\2\0\0\1\0\1", 12));
  options = encode_options (IMAGE_FORMAT_WEBP);
  g_autoptr (GBytes) webp = encoded (image, &options);
  g_assert_false (bytes_hold (webp, "EXIF", 4));
}

static void
no_exif_is_made_up_for_a_density (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 32, 32);
  EncodeOptions options = encode_options (IMAGE_FORMAT_JPEG);
  options.density = 300;
  g_autoptr (GBytes) jpeg = encoded (image, &options);
  g_assert_false (bytes_hold (jpeg, "Exif", 4));
  options.format = IMAGE_FORMAT_WEBP;
  g_autoptr (GBytes) webp = encoded (image, &options);
  g_assert_false (bytes_hold (webp, "EXIF", 4));
}

static void
threads_leave_no_trace (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGBA, 300, 200);
  int threads = vips_concurrency_get ();
  for (unsigned f = 0; f <= G_N_ELEMENTS (formats); f++) {
    bool is_palette = f == G_N_ELEMENTS (formats);
    EncodeOptions options = encode_options (is_palette ? IMAGE_FORMAT_PNG : formats[f]);
    options.palette = is_palette;
    vips_concurrency_set (1);
    g_autoptr (GBytes) alone = encoded (image, &options);
    vips_concurrency_set (8);
    g_autoptr (GBytes) together = encoded (image, &options);
    g_assert_true (g_bytes_equal (alone, together));
  }
  vips_concurrency_set (threads);
}

static void
words_grow_with_quality (void)
{
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    int before = 0;
    for (int word = IMAGE_QUALITY_LOW; word <= IMAGE_QUALITY_HIGHEST; word++) {
      const NumberOrWord quality = { .is_word = true, .word = word };
      int number = image_quality_number (formats[f], &quality);
      if (image_format_type (formats[f])->has_quality)
        g_assert_cmpint (number, >, before);
      else
        g_assert_cmpint (number, ==, 0);
      g_assert_cmpint (number, <=, 100);
      before = number;
    }
  }
}

static void
max_bytes_is_met_with_few_tries (void)
{
  static const ImageFormat lossy[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_WEBP };
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 256, 192);
  for (unsigned f = 0; f < G_N_ELEMENTS (lossy); f++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = NULL;
    EncodeOptions options = encode_options (lossy[f]);
    EncodeResult result;
    options.quality = (NumberOrWord){ .number = 100 };
    options.min_quality = 1;
    g_autoptr (GBytes) full = encoded (image, &options);
    options.max_bytes = (int64_t)g_bytes_get_size (full) / 4;
    assert_ok (image_encode (image, &options, &bytes, &result, &error), error);
    g_assert_cmpint (g_bytes_get_size (bytes), <=, options.max_bytes);
    g_assert_cmpint (g_bytes_get_size (bytes), >, options.max_bytes / 2);
    g_assert_cmpint (result.n_encodes, <=, 8);
    g_assert_cmpint (result.quality, <, 100);

    /* The result is what that quality alone gives. */
    options.max_bytes = 0;
    options.quality.number = result.quality;
    g_autoptr (GBytes) again = encoded (image, &options);
    g_assert_true (g_bytes_equal (bytes, again));
  }
}

static void
assert_target_error (const EncodeOptions *options, const char *part)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = NULL;
  EncodeResult result;
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 128, 96);
  g_assert_false (image_encode (image, options, &bytes, &result, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_TARGET);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (bytes);
}

static void
max_bytes_out_of_reach_is_said (void)
{
  EncodeOptions options = encode_options (IMAGE_FORMAT_JPEG);
  options.max_bytes = 200;
  assert_target_error (&options, "at quality 30; make the picture smaller, lower min-quality (30)");
  options = encode_options (IMAGE_FORMAT_PNG);
  options.max_bytes = 200;
  assert_target_error (&options, "has no quality to lower");
}

static void
too_long_an_edge_is_said (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = NULL;
  GBytes *bytes = NULL;
  EncodeResult result;
  EncodeOptions options = encode_options (IMAGE_FORMAT_WEBP);
  assert_ok (image_start (0, &error), error);
  must (vips_black (&image, 16384, 1, "bands", 3, NULL));
  g_assert_false (image_encode (image, &options, &bytes, &result, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_TARGET);
}

/* libheif of Debian 12 ends the process on 10 bits. */
static void
avif_has_8_or_12_bits_never_10 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB_16, 32, 32);
  GBytes *bytes = NULL;
  EncodeResult result;
  EncodeOptions options = encode_options (IMAGE_FORMAT_AVIF);
  options.depth = 12;
  g_autoptr (GBytes) deep = encoded (image, &options);
  g_autoptr (VipsImage) back = decoded (deep);
  g_assert_cmpfloat (difference (image, back), <, 6);
  options.depth = 10;
  g_assert_false (image_encode (image, &options, &bytes, &result, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT);
}

static void
lossless_is_exact (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 64, 48);
  EncodeOptions options = encode_options (IMAGE_FORMAT_WEBP);
  options.lossless = true;
  g_autoptr (GBytes) webp = encoded (image, &options);
  g_autoptr (VipsImage) back = decoded (webp);
  g_assert_cmpfloat (difference (image, back), ==, 0);
}

static void
palette_has_no_more_colors_than_asked (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 64, 48);
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  options.palette = true;
  options.colors = 16;
  g_autoptr (GBytes) bytes = encoded (image, &options);
  const uint8_t *data = g_bytes_get_data (bytes, NULL);
  g_assert_cmpint (data[24], ==, 4); /* bits */
  g_assert_cmpint (data[25], ==, 3); /* palette */
}

static void
a_profile_that_does_not_fit_is_left_out (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = picture_new (PICTURE_GRAY, 16, 16);
  g_autoptr (VipsImage) tagged = NULL;
  g_autoptr (GBytes) srgb = image_srgb_profile ();
  GBytes *const blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = srgb };
  assert_ok (image_with_blobs (image, blobs, 0, &tagged, &error), error);
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  g_autoptr (GBytes) png = encoded (tagged, &options);
  g_assert_false (bytes_hold (png, "iCCP", 4));
  options = encode_options (IMAGE_FORMAT_WEBP);
  g_autoptr (GBytes) webp = encoded (tagged, &options);
  g_assert_true (bytes_hold (webp, "ICCP", 4)); /* three bands there: it fits */
}

/* libvips takes any profile of fewer channels for one that fits. */
static void
ink_is_not_told_by_gray (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) ink = picture_new (PICTURE_CMYK, 16, 16);
  g_autoptr (VipsImage) tagged = NULL;
  g_autoptr (GBytes) press = image_dup_blob (ink, IMAGE_BLOB_ICC);
  size_t length;
  uint8_t *data = g_bytes_unref_to_data (g_steal_pointer (&press), &length);
  memcpy (data + 16, "GRAY", 4);
  g_autoptr (GBytes) gray = g_bytes_new_take (data, length);
  GBytes *const blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = gray };
  assert_ok (image_with_blobs (ink, blobs, 300, &tagged, &error), error);
  g_assert_null (image_dup_profile (tagged));
  static const ImageFormat holders[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_TIFF, IMAGE_FORMAT_PDF };
  for (unsigned i = 0; i < G_N_ELEMENTS (holders); i++) {
    EncodeOptions options = encode_options (holders[i]);
    g_autoptr (GBytes) bytes = encoded (tagged, &options);
    g_assert_false (bytes_hold (bytes, "prtrGRAY", 8));
  }
}

static void
a_file_on_disk_is_the_one_in_memory (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = picture_new (PICTURE_CMYK, 300, 1000);
  EncodeOptions options = encode_options (IMAGE_FORMAT_TIFF);
  EncodeResult result;
  g_autoptr (GBytes) bytes = encoded (image, &options);
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, scratch_path (scratch, "a.tif"), &error), error);
  assert_ok (image_encode_to (image, &options, NULL, &file, &result, &error), error);
  assert_ok (atomic_file_commit (&file, &error), error);
  g_autofree char *text = NULL;
  size_t length;
  assert_ok (g_file_get_contents (scratch_path (scratch, "a.tif"), &text, &length, &error), error);
  g_assert_cmpmem (text, length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The chunk without its length, name and CRC; empty: there is none. */
static GBytes *
chunk_of (GBytes *png, const char *type)
{
  size_t length;
  const uint8_t *data = g_bytes_get_data (png, &length);
  for (size_t at = 8; at + 12 <= length;) {
    size_t size = (size_t)data[at] << 24 | (size_t)data[at + 1] << 16 | (size_t)data[at + 2] << 8 |
                  data[at + 3];
    if (memcmp (data + at + 4, type, 4) == 0)
      return g_bytes_new (data + at + 8, size);
    at += size + 12;
  }
  return g_bytes_new (NULL, 0);
}

static void
assert_same_pixels (VipsImage *a, VipsImage *b)
{
  g_autoptr (VipsImage) gap = NULL;
  g_autoptr (VipsImage) distance = NULL;
  double most;
  g_assert_cmpint (vips_image_get_format (a), ==, vips_image_get_format (b));
  g_assert_cmpint (vips_image_get_interpretation (a), ==, vips_image_get_interpretation (b));
  g_assert_cmpint (vips_image_get_bands (a), ==, vips_image_get_bands (b));
  must (vips_subtract (a, b, &gap, NULL));
  must (vips_abs (gap, &distance, NULL));
  must (vips_max (distance, &most, NULL));
  g_assert_cmpfloat (most, ==, 0);
}

static void
assert_as_libvips_writes (VipsImage *image, const EncodeOptions *options)
{
  g_autoptr (VipsImage) our_pixels = NULL;
  g_autoptr (VipsImage) their_pixels = NULL;
  EncodeOptions by_libvips = *options;
  by_libvips.zlib = true;
  by_libvips.compression_level = MIN (options->compression_level, 9);
  g_autoptr (GBytes) ours = encoded (image, options);
  g_autoptr (GBytes) theirs = encoded (image, &by_libvips);
  static const char *const chunks[] = { "IHDR", "pHYs" };
  for (unsigned i = 0; i < G_N_ELEMENTS (chunks); i++) {
    g_autoptr (GBytes) our_chunk = chunk_of (ours, chunks[i]);
    g_autoptr (GBytes) their_chunk = chunk_of (theirs, chunks[i]);
    g_assert_true (g_bytes_equal (our_chunk, their_chunk));
  }
  /* libpng reads both. */
  size_t length;
  void *data = (void *)(uintptr_t)g_bytes_get_data (ours, &length);
  must (vips_pngload_buffer (data, length, &our_pixels, "fail_on", VIPS_FAIL_ON_WARNING, NULL));
  data = (void *)(uintptr_t)g_bytes_get_data (theirs, &length);
  must (vips_pngload_buffer (data, length, &their_pixels, NULL));
  assert_same_pixels (our_pixels, their_pixels);
  g_autoptr (GBytes) our_icc = image_dup_blob (our_pixels, IMAGE_BLOB_ICC);
  g_autoptr (GBytes) their_icc = image_dup_blob (their_pixels, IMAGE_BLOB_ICC);
  g_assert_cmpint (our_icc != NULL, ==, their_icc != NULL);
  g_assert_true (our_icc == NULL || g_bytes_equal (our_icc, their_icc));
}

static void
a_png_is_what_libvips_would_write (void)
{
  static const double densities[] = { 0, 72, 300, 254.7 };
  g_autoptr (GBytes) srgb = image_srgb_profile ();
  for (int kind = 0; kind < PICTURE_N_KINDS; kind++) {
    for (int filter = IMAGE_PNG_FILTER_NONE; filter <= IMAGE_PNG_FILTER_ALL; filter++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (VipsImage) image = picture_new ((PictureKind)kind, 61, 47);
      g_autoptr (VipsImage) tagged = NULL;
      bool is_rgb = vips_image_get_bands (image) == 3 || kind == PICTURE_RGBA;
      GBytes *const blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = is_rgb ? srgb : NULL };
      assert_ok (image_with_blobs (image, blobs, densities[filter % 4], &tagged, &error), error);
      EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
      options.filter = filter;
      options.compression_level = filter * 2;
      assert_as_libvips_writes (tagged, &options);
    }
  }
}

/* A picture that a chain computes comes in strips. */
static void
a_tall_lazy_picture_comes_in_order (void)
{
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGB_16, 50, 40);
  g_autoptr (VipsImage) tall = NULL;
  must (vips_resize (photo, &tall, 3, "vscale", 60.0, NULL));
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  options.filter = IMAGE_PNG_FILTER_ALL;
  assert_as_libvips_writes (tall, &options);
}

/* The error of a chain is the chain's. */
static int
fail_to_compute (VipsRegion *region, void *sequence, void *a, void *b, gboolean *stop)
{
  vips_error ("test", "%s", "the rows are gone");
  return -1;
}

static void
a_chain_that_fails_says_so (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGB, 50, 40);
  g_autoptr (VipsImage) broken = vips_image_new ();
  GBytes *bytes = NULL;
  EncodeResult result;
  must (vips_image_pipelinev (broken, VIPS_DEMAND_STYLE_ANY, photo, NULL));
  must (vips_image_generate (broken, NULL, fail_to_compute, NULL, NULL, NULL));
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  vips_error_clear (); /* what loaders said before */
  g_assert_false (image_encode (broken, &options, &bytes, &result, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "the rows are gone"));
  g_assert_null (bytes);
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/encode/every-format-holds-every-kind", every_format_holds_every_kind);
  g_test_add_func ("/image/encode/one-pixel-is-a-picture", one_pixel_is_a_picture);
  g_test_add_func ("/image/encode/alpha-goes-over-white", alpha_goes_over_white);
  g_test_add_func ("/image/encode/density-is-where-readers-look", density_is_where_readers_look);
  g_test_add_func ("/image/encode/density-of-the-picture-counts", density_of_the_picture_counts);
  g_test_add_func ("/image/encode/no-density-is-written-unasked", no_density_is_written_unasked);
  g_test_add_func ("/image/encode/no-exif-is-made-up-for-a-density",
                   no_exif_is_made_up_for_a_density);
  g_test_add_func ("/image/encode/threads-leave-no-trace", threads_leave_no_trace);
  g_test_add_func ("/image/encode/a-file-on-disk-is-the-one-in-memory",
                   a_file_on_disk_is_the_one_in_memory);
  g_test_add_func ("/image/encode/words-grow-with-quality", words_grow_with_quality);
  g_test_add_func ("/image/encode/max-bytes-is-met-with-few-tries",
                   max_bytes_is_met_with_few_tries);
  g_test_add_func ("/image/encode/max-bytes-out-of-reach-is-said", max_bytes_out_of_reach_is_said);
  g_test_add_func ("/image/encode/too-long-an-edge-is-said", too_long_an_edge_is_said);
  g_test_add_func ("/image/encode/avif-has-8-or-12-bits-never-10", avif_has_8_or_12_bits_never_10);
  g_test_add_func ("/image/encode/lossless-is-exact", lossless_is_exact);
  g_test_add_func ("/image/encode/palette-has-no-more-colors-than-asked",
                   palette_has_no_more_colors_than_asked);
  g_test_add_func ("/image/encode/a-profile-that-does-not-fit-is-left-out",
                   a_profile_that_does_not_fit_is_left_out);
  g_test_add_func ("/image/encode/ink-is-not-told-by-gray", ink_is_not_told_by_gray);
  g_test_add_func ("/image/encode/a-png-is-what-libvips-would-write",
                   a_png_is_what_libvips_would_write);
  g_test_add_func ("/image/encode/a-tall-lazy-picture-comes-in-order",
                   a_tall_lazy_picture_comes_in_order);
  g_test_add_func ("/image/encode/a-chain-that-fails-says-so", a_chain_that_fails_says_so);
  return g_test_run ();
}
