
#include "image/blobs.h"
#include "image/decode.h"
#include "pictures.h"

/* With the profile of libvips's own press, or of its screen. */
static VipsImage *
picture_with_profile (PictureKind kind, const char *name)
{
  g_autoptr (VipsImage) image = picture_new (kind, 120, 90);
  VipsImage *copy = NULL;
  VipsBlob *profile = NULL;
  must (vips_copy (image, &copy, NULL));
  must (vips_profile_load (name, &profile, NULL));
  size_t length;
  const void *data = vips_blob_get (profile, &length);
  vips_image_set_blob_copy (copy, VIPS_META_ICC_NAME, data, length);
  vips_area_unref (VIPS_AREA (profile));
  return copy;
}

/* Ink that nobody knows the press of. */
static VipsImage *
picture_of_bare_ink (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_CMYK, 120, 90);
  VipsImage *bare = NULL;
  must (vips_copy (image, &bare, NULL));
  vips_image_remove (bare, VIPS_META_ICC_NAME);
  return bare;
}

static EncodeOptions
pdf_options (double density)
{
  EncodeOptions options = encode_options (IMAGE_FORMAT_PDF);
  options.density = density;
  return options;
}

static bool
holds (GBytes *bytes, const char *needle)
{
  return bytes_hold (bytes, needle, strlen (needle));
}

static void
expect (GBytes *bytes, const char *needle)
{
  if (!holds (bytes, needle))
    g_error ("there is no '%s' in the PDF", needle);
}

static GBytes *
encoded_to (VipsImage *image, const EncodeOptions *options, const EncodePage *page)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "page.pdf");
  char *bytes;
  size_t length;
  EncodeResult result;
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, path, &error), error);
  assert_ok (image_encode_to (image, options, page, &file, &result, &error), error);
  assert_ok (atomic_file_commit (&file, &error), error);
  assert_ok (g_file_get_contents (path, &bytes, &length, &error), error);
  return g_bytes_new_take (bytes, length);
}

/* Of that density, with a packet. */
static GBytes *
encoded_page (VipsImage *image, const EncodeOptions *options)
{
  g_autoptr (GBytes) packet = g_bytes_new_static ("<canary/>", 9);
  const EncodePage page = { .trim_width_mm = vips_image_get_width (image) / options->density * 25.4,
                            .trim_height_mm = vips_image_get_height (image) / options->density *
                                              25.4,
                            .xmp = packet };
  return encoded_to (image, options, &page);
}

static void
without_a_page_the_sheet_is_the_picture (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 120, 90);
  const EncodeOptions options = pdf_options (300);
  g_autoptr (GBytes) bytes = encoded (image, &options);
  expect (bytes, "/MediaBox [0 0 28.8 21.6] /BleedBox [0 0 28.8 21.6] /TrimBox [0 0 28.8 21.6]");
  expect (bytes, "/Width 120 /Height 90 /BitsPerComponent 8 /ColorSpace /DeviceRGB");
  expect (bytes, "%PDF-1.6\n");
}

static void
a_page_has_its_boxes_and_words (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 120, 90);
  g_autoptr (GBytes) packet = g_bytes_new_static ("<canary/>", 9);
  const EncodeOptions options = pdf_options (0);
  const EncodePage page = { .trim_width_mm = 100,
                            .trim_height_mm = 70,
                            .bleed_mm = 3,
                            .slug_mm = 10,
                            .xmp = packet,
                            .title = "Lake" };
  g_autoptr (GBytes) bytes = encoded_to (image, &options, &page);
  expect (bytes, "/MediaBox [0 0 357.16535 272.12598]");
  expect (bytes, "/BleedBox [28.34646 28.34646 328.8189 243.77953]");
  expect (bytes, "/TrimBox [36.85039 36.85039 320.31496 235.27559]");
  expect (bytes, "stream\n<canary/>\nendstream");
  expect (bytes, "/Title (Lake)");
}

static void
ink_with_a_profile_is_x4 (void)
{
  g_autoptr (VipsImage) ink = picture_with_profile (PICTURE_CMYK, "cmyk");
  g_autoptr (VipsImage) bare = picture_of_bare_ink ();
  g_autoptr (VipsImage) screen = picture_with_profile (PICTURE_RGB, "srgb");
  const EncodeOptions options = pdf_options (300);
  g_assert_cmpint (image_pdf_standard (&options, ink), ==, IMAGE_PDF_X4);
  g_assert_cmpint (image_pdf_standard (&options, bare), ==, IMAGE_PDF_PLAIN);
  g_assert_cmpint (image_pdf_standard (&options, screen), ==, IMAGE_PDF_PLAIN);
  g_autoptr (GBytes) x4 = encoded_page (ink, &options);
  g_autoptr (GBytes) unsaid = encoded (ink, &options);
  expect (x4, "/GTS_PDFXVersion (PDF/X-4)");
  g_assert_false (holds (unsaid, "GTS_PDFX"));
  expect (x4, "/DestOutputProfile");
  g_autoptr (GBytes) plain = encoded (screen, &options);
  expect (plain, "/ICCBased");
  g_assert_false (holds (plain, "GTS_PDFX"));
}

static void
x1a_is_of_8_bits (void)
{
  g_autoptr (VipsImage) ink = picture_with_profile (PICTURE_CMYK, "cmyk");
  g_autoptr (VipsImage) wide = NULL;
  g_autoptr (VipsImage) deep = NULL;
  must (vips_cast (ink, &wide, VIPS_FORMAT_USHORT, NULL));
  must (vips_linear1 (wide, &deep, 257, 0, NULL));
  g_autoptr (VipsImage) deep_ink = NULL;
  must (vips_cast (deep, &deep_ink, VIPS_FORMAT_USHORT, NULL));
  EncodeOptions options = pdf_options (300);
  options.pdf = IMAGE_PDF_X4;
  g_autoptr (GBytes) x4 = encoded_page (deep_ink, &options);
  expect (x4, "/BitsPerComponent 16 /ColorSpace /DeviceCMYK");
  options.pdf = IMAGE_PDF_X1A;
  options.condition = (char *)"FOGRA39";
  g_autoptr (GBytes) x1a = encoded (deep_ink, &options);
  expect (x1a, "/BitsPerComponent 8 /ColorSpace /DeviceCMYK");
  expect (x1a, "/OutputConditionIdentifier (FOGRA39)");
  expect (x1a, "/GTS_PDFXVersion (PDF/X-1a:2003)");
}

static void
nothing_is_transparent (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGBA_16, 120, 90);
  g_autoptr (VipsImage) gray = picture_new (PICTURE_GRAY_ALPHA, 120, 90);
  const EncodeOptions options = pdf_options (300);
  g_autoptr (GBytes) bytes = encoded (image, &options);
  g_autoptr (GBytes) gray_bytes = encoded (gray, &options);
  expect (bytes, "/BitsPerComponent 16 /ColorSpace /DeviceRGB");
  expect (bytes, "/Colors 3 ");
  expect (gray_bytes, "/ColorSpace /DeviceGray");
  g_assert_false (holds (bytes, "SMask"));
  g_assert_false (holds (bytes, "/Group"));
}

/* The JPEG alone: neither profile nor EXIF twice. */
static void
a_jpeg_is_packed_in (void)
{
  g_autoptr (VipsImage) ink = picture_with_profile (PICTURE_CMYK, "cmyk");
  g_autoptr (VipsImage) screen = picture_with_profile (PICTURE_RGB_16, "srgb");
  EncodeOptions options = pdf_options (300);
  options.packing = IMAGE_PDF_JPEG;
  g_autoptr (GBytes) bytes = encoded (ink, &options);
  expect (bytes, "/Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]");
  expect (bytes, "Adobe");
  g_assert_false (holds (bytes, "ICC_PROFILE"));
  g_assert_false (holds (bytes, "Exif"));
  g_autoptr (GBytes) rgb = encoded (screen, &options);
  expect (rgb, "/BitsPerComponent 8 /ColorSpace [/ICCBased");
  expect (rgb, "/Filter /DCTDecode /Length");
  options.quality = (NumberOrWord){ .number = 20 };
  g_autoptr (GBytes) small = encoded (screen, &options);
  g_assert_cmpuint (g_bytes_get_size (small), <, g_bytes_get_size (rgb));
}

static void
expect_refusal (VipsImage *image, const EncodeOptions *options, const char *words)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = NULL;
  EncodeResult result;
  g_assert_false (image_encode (image, options, &bytes, &result, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' is not in: %s", words, error->message);
}

static void
what_cannot_be_says_what_to_do (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 120, 90);
  g_autoptr (VipsImage) ink = picture_of_bare_ink ();
  EncodeOptions options = pdf_options (0);
  /* As a picture is that nobody has given a density. */
  vips_image_remove (image, VIPS_META_RESOLUTION_UNIT);
  expect_refusal (image, &options, "page: A4");
  options = pdf_options (300);
  options.pdf = IMAGE_PDF_X4;
  expect_refusal (image, &options, "color: { profile");
  expect_refusal (ink, &options, "in XMP");
  options.pdf = IMAGE_PDF_X1A;
  expect_refusal (ink, &options, "condition: FOGRA39");
  options.condition = (char *)"FOGRA39";
  options.depth = 16;
  expect_refusal (ink, &options, "8 bits a channel, not 16");
}

static void
equal_pictures_give_equal_files (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB_16, 333, 777);
  const EncodeOptions options = pdf_options (300);
  g_autoptr (GBytes) first = encoded (image, &options);
  g_autoptr (GBytes) again = encoded (image, &options);
  g_autoptr (GBytes) streamed = encoded_to (image, &options, NULL);
  g_assert_true (g_bytes_equal (first, again));
  g_assert_true (g_bytes_equal (first, streamed));
}

static void
it_is_written_and_not_read (void)
{
  g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 120, 90);
  const EncodeOptions options = pdf_options (300);
  g_autoptr (GBytes) bytes = encoded (image, &options);
  g_autoptr (GError) error = NULL;
  VipsImage *back = NULL;
  g_assert_cmpint (image_format_of_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)),
                   ==, IMAGE_FORMAT_PDF);
  g_assert_false (image_decode (bytes, "a.pdf", &image_limits_default, &back, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==,
                   "a.pdf: a PDF is written by Peel, not read; take the picture it was made of");
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
#define TEST(name, function) g_test_add_func ("/image/codec-pdf/" name, function)
  TEST ("without-a-page-the-sheet-is-the-picture", without_a_page_the_sheet_is_the_picture);
  TEST ("a-page-has-its-boxes-and-words", a_page_has_its_boxes_and_words);
  TEST ("ink-with-a-profile-is-x4", ink_with_a_profile_is_x4);
  TEST ("x1a-is-of-8-bits", x1a_is_of_8_bits);
  TEST ("nothing-is-transparent", nothing_is_transparent);
  TEST ("a-jpeg-is-packed-in", a_jpeg_is_packed_in);
  TEST ("what-cannot-be-says-what-to-do", what_cannot_be_says_what_to_do);
  TEST ("equal-pictures-give-equal-files", equal_pictures_give_equal_files);
  TEST ("it-is-written-and-not-read", it_is_written_and_not_read);
  return g_test_run ();
}
