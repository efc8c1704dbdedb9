#include "image/decode.h"

#include "image/claims.h"
#include "pictures.h"

static GBytes *
encoded_photo (ImageFormat format, int width, int height)
{
  EncodeOptions options = encode_options (format);
  g_autoptr (VipsImage) image = picture_photo (width, height);
  return encoded (image, &options);
}

/* The first `length` bytes, in a block of just that size. */
static GBytes *
cut (GBytes *bytes, size_t length)
{
  g_assert_cmpint (length, <=, g_bytes_get_size (bytes));
  return g_bytes_new (g_bytes_get_data (bytes, NULL), length);
}

static void
assert_refused (GBytes *bytes, const ImageLimits *limits, ImageErrorCode code, const char *part)
{
  g_autoptr (GError) error = NULL;
  VipsImage *image = NULL;
  g_assert_false (image_decode (bytes, "photo.png", limits, &image, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, IMAGE_ERROR, (int)code);
  g_assert_true (g_str_has_prefix (error->message, "photo.png: "));
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_null (image);
}

static void
assert_probe_refused (GBytes *bytes, const ImageLimits *limits, const char *part)
{
  g_autoptr (GError) error = NULL;
  ImageFacts facts;
  g_assert_false (image_probe (bytes, "photo.png", limits, &facts, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, part));
}

static void
append_big_32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { value >> 24, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff };
  g_byte_array_append (out, bytes, 4);
}

/* PNG's own, a bit at a time: the file is small. */
static uint32_t
checksum_of (const uint8_t *bytes, size_t length)
{
  uint32_t sum = 0xffffffff;
  for (size_t i = 0; i < length; i++) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; bit++)
      sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

static void
append_chunk (GByteArray *out, const char *type, const void *data, uint32_t length)
{
  append_big_32 (out, length);
  unsigned start = out->len;
  g_byte_array_append (out, (const uint8_t *)type, 4);
  g_byte_array_append (out, data, length);
  append_big_32 (out, checksum_of (out->data + start, out->len - start));
}

/* A PNG that is nothing but its claim. */
static GBytes *
header_only_png (uint32_t width, uint32_t height)
{
  GByteArray *out = g_byte_array_new ();
  GByteArray *header = g_byte_array_new ();
  append_big_32 (header, width);
  append_big_32 (header, height);
  g_byte_array_append (header, (const uint8_t *)"\x08\x02\0\0\0", 5);
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
  append_chunk (out, "IHDR", header->data, header->len);
  append_chunk (out, "IDAT", "\x78\x9c\x03\0\0\0\0\1", 8);
  append_chunk (out, "IEND", "", 0);
  g_byte_array_unref (header);
  return g_byte_array_free_to_bytes (out);
}

static void
huge_claims_are_refused_unseen (void)
{
  g_autoptr (GBytes) wide = header_only_png (100000, 100000);
  g_autoptr (GBytes) absurd = header_only_png (0xffffffff, 0xffffffff);
  g_autoptr (GBytes) many = header_only_png (16000, 16000);
  g_autoptr (GBytes) none = header_only_png (0, 5);
  int64_t start = g_get_monotonic_time ();
  assert_refused (
    wide, &image_limits_default, IMAGE_ERROR_LIMIT,
    "100000 x 100000 px has an edge over the limit of 16384 px; --max-edge raises it");
  assert_refused (absurd, &image_limits_default, IMAGE_ERROR_LIMIT, "--max-edge");
  assert_refused (many, &image_limits_default, IMAGE_ERROR_LIMIT,
                  "16000 x 16000 px is 256 megapixels, over the limit of 100; --max-pixels");
  assert_refused (none, &image_limits_default, IMAGE_ERROR_DAMAGED, "0 x 5 px");
  assert_probe_refused (wide, &image_limits_default, "--max-edge");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2000000);
}

static void
every_limit_holds (void)
{
  g_autoptr (GBytes) bytes = encoded_photo (IMAGE_FORMAT_WEBP, 60, 40);
  ImageLimits limits = image_limits_default;
  limits.most_edge = 59;
  assert_refused (bytes, &limits, IMAGE_ERROR_LIMIT, "60 x 40 px has an edge over");
  limits = image_limits_default;
  limits.most_pixels = 2399;
  assert_refused (bytes, &limits, IMAGE_ERROR_LIMIT, "--max-pixels");
  limits.most_pixels = 2400;
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) image = NULL;
  assert_ok (image_decode (bytes, "photo.webp", &limits, &image, &error), error);
  limits = image_limits_default;
  limits.most_bytes = (int64_t)g_bytes_get_size (bytes) - 1;
  assert_refused (bytes, &limits, IMAGE_ERROR_LIMIT, "--max-file-size");
}

static void
metadata_has_limits (void)
{
  static const struct {
    const char *field, *label;
  } cases[] = { { VIPS_META_EXIF_NAME, "its EXIF is" }, { VIPS_META_XMP_NAME, "its XMP is" } };
  ImageLimits limits = image_limits_default;
  limits.most_exif_bytes = limits.most_xmp_bytes = 3;
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VipsImage) photo = picture_photo (16, 16);
    g_autoptr (VipsImage) image = NULL;
    EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
    options.zlib = true; /* libvips writes what the picture carries beside its pixels */
    must (vips_copy (photo, &image, NULL));
    vips_image_set_blob_copy (image, cases[i].field, "Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", 20);
    g_autoptr (GBytes) bytes = encoded (image, &options);
    assert_refused (bytes, &limits, IMAGE_ERROR_LIMIT, cases[i].label);
  }
}

static void
what_is_no_picture_is_refused (void)
{
  static const char *const texts[] = {
    "",         "GIF",          "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "%PDF-1.4", "\xff\xd8\xff", "RIFF....WEBP"
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = g_bytes_new (texts[i], strlen (texts[i]));
    VipsImage *image = NULL;
    g_assert_false (image_decode (bytes, "x", &image_limits_default, &image, &error));
    g_assert_true (g_error_matches (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT) ||
                   g_error_matches (error, IMAGE_ERROR, IMAGE_ERROR_DAMAGED));
  }
}

/* Cut at every tenth part: an error or, where told so, a picture; never a crash, never silence. */
static void
cut_short_is_damaged_unless_allowed (void)
{
  static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP,
                                         IMAGE_FORMAT_TIFF };
  ImageLimits lenient = image_limits_default;
  lenient.allow_damaged = true;
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    g_autoptr (GBytes) whole = encoded_photo (formats[f], 120, 90);
    for (unsigned part = 1; part <= 9; part++) {
      g_autoptr (GBytes) bytes = cut (whole, g_bytes_get_size (whole) * part / 10);
      g_autoptr (GError) error = NULL;
      g_autoptr (VipsImage) image = NULL;
      assert_refused (bytes, &image_limits_default, IMAGE_ERROR_DAMAGED, "");
      bool read = image_decode (bytes, "photo", &lenient, &image, &error);
      g_assert_true (read == (error == NULL));
    }
  }
}

static void
a_check_sees_what_is_missing (void)
{
  static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP,
                                         IMAGE_FORMAT_TIFF };
  ImageLimits lenient = image_limits_default;
  lenient.allow_damaged = true;
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    g_autoptr (GBytes) whole = encoded_photo (formats[f], 120, 90);
    g_autoptr (GBytes) half = cut (whole, g_bytes_get_size (whole) / 2);
    g_autoptr (GError) error = NULL;
    assert_ok (image_check (whole, "photo", &lenient, &error), error);
    g_assert_false (image_check (half, "photo", &lenient, &error));
    g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_DAMAGED);
    g_assert_true (g_str_has_prefix (error->message, "photo: "));
  }
}

static void
allowed_damage_gives_what_there_is (void)
{
  ImageLimits lenient = image_limits_default;
  lenient.allow_damaged = true;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) whole = encoded_photo (IMAGE_FORMAT_PNG, 120, 90);
  g_autoptr (GBytes) bytes = cut (whole, g_bytes_get_size (whole) / 2);
  g_autoptr (VipsImage) image = NULL;
  assert_refused (bytes, &image_limits_default, IMAGE_ERROR_DAMAGED, "--allow-damaged");
  assert_ok (image_decode (bytes, "photo.png", &lenient, &image, &error), error);
  g_assert_cmpint (vips_image_get_height (image), ==, 90);
}

static void
wrong_checksum_is_damaged (void)
{
  g_autoptr (GBytes) whole = encoded_photo (IMAGE_FORMAT_PNG, 60, 40);
  size_t length = g_bytes_get_size (whole);
  g_autofree uint8_t *data = g_memdup2 (g_bytes_get_data (whole, NULL), length);
  data[length / 2] ^= 0x10;
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);
  assert_refused (bytes, &image_limits_default, IMAGE_ERROR_DAMAGED, "cut short or corrupt");
}

static void
each_format_is_told_and_probed (void)
{
  static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP,
                                         IMAGE_FORMAT_AVIF, IMAGE_FORMAT_TIFF };
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = encoded_photo (formats[f], 50, 30);
    ImageFacts facts;
    assert_ok (image_probe (bytes, "photo", &image_limits_default, &facts, &error), error);
    g_assert_cmpint (facts.format, ==, formats[f]);
    g_assert_cmpint (facts.width, ==, 50);
    g_assert_cmpint (facts.height, ==, 30);
    g_assert_cmpint (facts.n_channels, ==, 3);
    g_assert_cmpint (facts.bit_depth, ==, 8);
    g_assert_false (facts.has_alpha);
  }
}

static void
claims_agree_with_the_loader (void)
{
  static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP };
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++)
    for (int alpha = 0; alpha < 2; alpha++)
      for (int lossless = 0; lossless < 2; lossless++) {
        EncodeOptions options = encode_options (formats[f]);
        options.lossless = lossless;
        g_autoptr (VipsImage) image = picture_new (alpha ? PICTURE_RGBA : PICTURE_RGB, 51, 37);
        g_autoptr (GBytes) bytes = encoded (image, &options);
        int64_t width, height;
        g_assert_true (image_claims (formats[f], g_bytes_get_data (bytes, NULL),
                                     g_bytes_get_size (bytes), &width, &height));
        g_assert_cmpint (width, ==, 51);
        g_assert_cmpint (height, ==, 37);
      }
}

/* Under ASan: a read past a cut would be seen. */
static void
claims_never_read_past_the_end (void)
{
  static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP,
                                         IMAGE_FORMAT_GIF };
  for (unsigned f = 0; f < G_N_ELEMENTS (formats); f++) {
    g_autoptr (GBytes) whole = encoded_photo (
      formats[f] == IMAGE_FORMAT_GIF ? IMAGE_FORMAT_PNG : formats[f], 51, 37);
    for (size_t length = 0; length < MIN (700, g_bytes_get_size (whole)); length++) {
      g_autofree uint8_t *copy = g_memdup2 (g_bytes_get_data (whole, NULL), length);
      int64_t width, height;
      image_claims (formats[f], copy, length, &width, &height);
      image_count_jpeg_notes (copy, length);
    }
  }
}

/* The picture with that many comments behind its `n_before` first bytes. */
static GBytes *
with_comments (GBytes *jpeg, size_t n_before, unsigned n_comments)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (jpeg, &length);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, bytes, (unsigned)n_before);
  for (unsigned i = 0; i < n_comments; i++)
    g_byte_array_append (out, (const uint8_t *)"\xff\xfe\0\3x", 5);
  g_byte_array_append (out, bytes + n_before, (unsigned)(length - n_before));
  return g_byte_array_free_to_bytes (out);
}

/* libjpeg walks all it has for each, also for those between scans. */
static void
a_flood_of_segments_is_refused_unseen (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = encoded_photo (IMAGE_FORMAT_JPEG, 51, 37);
  g_autoptr (GBytes) most = with_comments (photo, 2, 2047); /* and the JFIF header */
  g_autoptr (GBytes) over = with_comments (photo, 2, 2048);
  g_autoptr (GBytes) flood = with_comments (photo, 2, 400000);
  g_autoptr (GBytes) behind = with_comments (photo, g_bytes_get_size (photo) - 2, 400000);
  ImageLimits damaged = image_limits_default;
  damaged.allow_damaged = true;
  int64_t start = g_get_monotonic_time ();
  assert_ok (image_check (most, "photo.jpg", &image_limits_default, &error), error);
  assert_refused (over, &image_limits_default, IMAGE_ERROR_LIMIT,
                  "it has 2049 segments of metadata, over the limit of 2048");
  assert_refused (flood, &damaged, IMAGE_ERROR_LIMIT, "400001 segments");
  assert_refused (behind, &damaged, IMAGE_ERROR_LIMIT, "400001 segments");
  assert_probe_refused (flood, &damaged, "400001 segments");
  g_assert_false (image_check (flood, "photo.jpg", &damaged, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2000000);
}

static GBytes *
frames_as_gif (int n_frames)
{
  g_autoptr (VipsImage) photo = picture_photo (16, 16 * n_frames);
  g_autoptr (VipsImage) paged = NULL;
  void *buffer;
  size_t length;
  must (vips_copy (photo, &paged, NULL));
  vips_image_set_int (paged, VIPS_META_PAGE_HEIGHT, 16);
  must (vips_gifsave_buffer (paged, &buffer, &length, NULL));
  return g_bytes_new_with_free_func (buffer, length, g_free, buffer);
}

static void
frames_past_the_limit_are_refused (void)
{
  ImageLimits limits = image_limits_default;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = frames_as_gif (3);
  g_autoptr (VipsImage) image = NULL;
  assert_refused (bytes, &limits, IMAGE_ERROR_LIMIT, "it has 3 pages or frames");
  limits.most_pages = 3;
  assert_ok (image_decode (bytes, "photo.gif", &limits, &image, &error), error);
  g_assert_cmpint (vips_image_get_height (image), ==, 16);
  g_assert_cmpint (vips_image_get_typeof (image, VIPS_META_PAGE_HEIGHT), ==, 0);
}

static GBytes *
turned_jpeg (int orientation)
{
  g_autoptr (VipsImage) photo = picture_photo (48, 32);
  g_autoptr (VipsImage) image = NULL;
  void *buffer;
  size_t length;
  must (vips_copy (photo, &image, NULL));
  vips_image_set_int (image, VIPS_META_ORIENTATION, orientation);
  must (vips_jpegsave_buffer (image, &buffer, &length, NULL));
  return g_bytes_new_with_free_func (buffer, length, g_free, buffer);
}

static void
orientation_is_in_the_pixels_only (void)
{
  for (int orientation = 1; orientation <= 8; orientation++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = turned_jpeg (orientation);
    g_autoptr (VipsImage) image = NULL;
    ImageFacts facts;
    bool is_turned = orientation >= 5;

    assert_ok (image_probe (bytes, "photo.jpg", &image_limits_default, &facts, &error), error);
    g_assert_cmpint (facts.orientation, ==, orientation);
    g_assert_cmpint (facts.width, ==, is_turned ? 32 : 48);
    assert_ok (image_decode (bytes, "photo.jpg", &image_limits_default, &image, &error), error);
    g_assert_cmpint (vips_image_get_width (image), ==, is_turned ? 32 : 48);
    g_assert_cmpint (vips_image_get_orientation (image), ==, 1);
  }
}

/* libvips 8.14's heifload frees its profile with the loader's image. */
static void
profile_outlives_the_loader (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) cmyk = picture_new (PICTURE_CMYK, 16, 16);
  EncodeOptions options = encode_options (IMAGE_FORMAT_AVIF);
  g_autoptr (GBytes) bytes = encoded (cmyk, &options);
  g_autoptr (VipsImage) image = NULL;
  const void *data;
  size_t length;
  assert_ok (image_decode (bytes, "photo.avif", &image_limits_default, &image, &error), error);
  g_clear_pointer (&bytes, g_bytes_unref);
  must (vips_image_get_blob (image, VIPS_META_ICC_NAME, &data, &length));
  g_assert_cmpmem ((const char *)data + 36, 4, "acsp", 4);
}

/* ---- from a head and pixels ---- */

static uint32_t
big_32_at (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Everything before the pixels, and a picture's end. */
static GBytes *
head_of (GBytes *png)
{
  const uint8_t *data = g_bytes_get_data (png, NULL);
  size_t at = 8;
  while (memcmp (data + at + 4, "IDAT", 4) != 0)
    at += 12 + big_32_at (data + at);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, data, (unsigned)at);
  append_chunk (out, "IDAT", "", 0);
  append_chunk (out, "IEND", "", 0);
  return g_byte_array_free_to_bytes (out);
}

/* What the PNG holds, not turned. */
static GBytes *
pixels_of (GBytes *png, PixelShape *out_shape)
{
  g_autoptr (VipsImage) image = NULL;
  size_t length;
  must (vips_pngload_buffer ((void *)g_bytes_get_data (png, NULL), g_bytes_get_size (png), &image,
                             NULL));
  *out_shape = (PixelShape){
    .width = vips_image_get_width (image),
    .height = vips_image_get_height (image),
    .n_channels = vips_image_get_bands (image),
    .bit_depth = vips_image_get_format (image) == VIPS_FORMAT_USHORT ? 16 : 8,
  };
  void *data = vips_image_write_to_memory (image, &length);
  g_assert_nonnull (data);
  return g_bytes_new_take (data, length);
}

static void
assert_same_field (VipsImage *image, VipsImage *wanted, const char *field)
{
  g_autofree char *text = NULL, *wanted_text = NULL;
  const void *blob, *wanted_blob;
  size_t length, wanted_length;
  if (strcmp (field, "filename") == 0)
    return;
  if (vips_image_get_typeof (wanted, field) != VIPS_TYPE_BLOB) {
    must (vips_image_get_as_string (wanted, field, &wanted_text));
    must (vips_image_get_as_string (image, field, &text));
    g_assert_cmpstr (text, ==, wanted_text);
    return;
  }
  must (vips_image_get_blob (wanted, field, &wanted_blob, &wanted_length));
  must (vips_image_get_blob (image, field, &blob, &length));
  g_assert_cmpmem (blob, length, wanted_blob, wanted_length);
}

static void
assert_same_picture (VipsImage *image, VipsImage *wanted)
{
  g_auto (GStrv) fields = vips_image_get_fields (image);
  g_auto (GStrv) wanted_fields = vips_image_get_fields (wanted);
  g_assert_cmpuint (g_strv_length (fields), ==, g_strv_length (wanted_fields));
  for (unsigned i = 0; wanted_fields[i] != NULL; i++)
    assert_same_field (image, wanted, wanted_fields[i]);
  size_t length, wanted_length;
  g_autofree void *data = vips_image_write_to_memory (image, &length);
  g_autofree void *wanted_data = vips_image_write_to_memory (wanted, &wanted_length);
  g_assert_cmpmem (data, length, wanted_data, wanted_length);
}

static void
check_parts (VipsImage *picture)
{
  g_autoptr (GError) error = NULL;
  void *data;
  size_t length;
  PixelShape shape;
  must (vips_pngsave_buffer (picture, &data, &length, NULL));
  g_autoptr (GBytes) png = g_bytes_new_take (data, length);
  g_autoptr (GBytes) head = head_of (png);
  g_autoptr (GBytes) pixels = pixels_of (png, &shape);
  g_autoptr (VipsImage) image = NULL;
  g_autoptr (VipsImage) wanted = NULL;
  assert_ok (image_decode (png, "photo.png", &image_limits_default, &wanted, &error), error);
  assert_ok (
    image_decode_pixels (head, &shape, pixels, "photo.png", &image_limits_default, &image, &error),
    error);
  /* The picture holds on to its pixels. */
  g_clear_pointer (&pixels, g_bytes_unref);
  assert_same_picture (image, wanted);
}

static void
parts_give_the_same_picture (void)
{
  static const PictureKind kinds[] = { PICTURE_RGB,    PICTURE_RGBA,    PICTURE_GRAY,
                                       PICTURE_RGB_16, PICTURE_RGBA_16, PICTURE_GRAY_16 };
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (VipsImage) plain = picture_new (kinds[i], 61, 40);
    check_parts (plain);
    g_autoptr (VipsImage) told = NULL;
    g_autoptr (VipsImage) profile = picture_new (PICTURE_CMYK, 8, 8);
    const void *icc;
    size_t length;
    must (vips_copy (plain, &told, "xres", 11.5, "yres", 12.5, NULL));
    must (vips_image_get_blob (profile, VIPS_META_ICC_NAME, &icc, &length));
    vips_image_set_blob_copy (told, VIPS_META_ICC_NAME, icc, length);
    vips_image_set_blob_copy (told, VIPS_META_XMP_NAME, "<x:xmpmeta/>", 12);
    vips_image_set_string (told, "png-comment-0-Title", "A lighthouse");
    vips_image_set_int (told, VIPS_META_ORIENTATION, 6);
    check_parts (told);
  }
}

static void
assert_parts_refused (GBytes *head, const PixelShape *shape, GBytes *pixels,
                      const ImageLimits *limits, ImageErrorCode code)
{
  g_autoptr (GError) error = NULL;
  VipsImage *image = NULL;
  g_assert_false (image_decode_pixels (head, shape, pixels, "photo.png", limits, &image, &error));
  g_assert_error (error, IMAGE_ERROR, (int)code);
  g_assert_null (image);
}

static void
parts_that_do_not_fit_are_refused (void)
{
  g_autoptr (GBytes) png = encoded_photo (IMAGE_FORMAT_PNG, 30, 20);
  g_autoptr (GBytes) jpeg = encoded_photo (IMAGE_FORMAT_JPEG, 30, 20);
  g_autoptr (GBytes) head = head_of (png);
  PixelShape shape;
  g_autoptr (GBytes) pixels = pixels_of (png, &shape);
  g_autoptr (GBytes) less = cut (pixels, g_bytes_get_size (pixels) - 1);
  const ImageLimits *limits = &image_limits_default;
  assert_parts_refused (head, &shape, less, limits, IMAGE_ERROR_DAMAGED);
  assert_parts_refused (jpeg, &shape, pixels, limits, IMAGE_ERROR_DAMAGED);
  assert_parts_refused (less, &shape, pixels, limits, IMAGE_ERROR_FORMAT);
  PixelShape turned = shape, deep = shape;
  turned.width = 20;
  turned.height = 30;
  assert_parts_refused (head, &turned, pixels, limits, IMAGE_ERROR_DAMAGED);
  deep.bit_depth = 16;
  assert_parts_refused (head, &deep, pixels, limits, IMAGE_ERROR_DAMAGED);
  ImageLimits small = image_limits_default;
  small.most_pixels = 599;
  assert_parts_refused (head, &shape, pixels, &small, IMAGE_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
#define CLAIM(name, function) g_test_add_func ("/image/decode/" name, function)
  CLAIM ("a-check-sees-what-is-missing", a_check_sees_what_is_missing);
  CLAIM ("huge-claims-are-refused-unseen", huge_claims_are_refused_unseen);
  CLAIM ("every-limit-holds", every_limit_holds);
  CLAIM ("metadata-has-limits", metadata_has_limits);
  CLAIM ("what-is-no-picture-is-refused", what_is_no_picture_is_refused);
  CLAIM ("cut-short-is-damaged-unless-allowed", cut_short_is_damaged_unless_allowed);
  CLAIM ("allowed-damage-gives-what-there-is", allowed_damage_gives_what_there_is);
  CLAIM ("wrong-checksum-is-damaged", wrong_checksum_is_damaged);
  CLAIM ("each-format-is-told-and-probed", each_format_is_told_and_probed);
  CLAIM ("claims-agree-with-the-loader", claims_agree_with_the_loader);
  CLAIM ("claims-never-read-past-the-end", claims_never_read_past_the_end);
  CLAIM ("a-flood-of-segments-is-refused-unseen", a_flood_of_segments_is_refused_unseen);
  CLAIM ("frames-past-the-limit-are-refused", frames_past_the_limit_are_refused);
  CLAIM ("orientation-is-in-the-pixels-only", orientation_is_in_the_pixels_only);
  CLAIM ("profile-outlives-the-loader", profile_outlives_the_loader);
  CLAIM ("parts-give-the-same-picture", parts_give_the_same_picture);
  CLAIM ("parts-that-do-not-fit-are-refused", parts_that_do_not_fit_are_refused);
  return g_test_run ();
}
