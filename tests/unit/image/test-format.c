#include "image/format.h"
#include "support/scratch.h"

static ImageFormat
sniffed (const char *bytes, size_t length)
{
  /* A copy of the exact length, so that a read past it is seen. */
  g_autofree uint8_t *copy = g_memdup2 (bytes, length);
  return image_format_of_bytes (copy, length);
}
#define SNIFF(text) sniffed (text, sizeof (text) - 1)

static void
magic_tells_the_format (void)
{
  g_assert_cmpint (SNIFF ("\x89PNG\r\n\x1a\n"), ==, IMAGE_FORMAT_PNG);
  g_assert_cmpint (SNIFF ("\xff\xd8\xff\xe0"), ==, IMAGE_FORMAT_JPEG);
  g_assert_cmpint (SNIFF ("RIFF\0\0\0\0WEBPVP8 "), ==, IMAGE_FORMAT_WEBP);
  g_assert_cmpint (SNIFF ("II*\0"), ==, IMAGE_FORMAT_TIFF);
  g_assert_cmpint (SNIFF ("MM\0*"), ==, IMAGE_FORMAT_TIFF);
  g_assert_cmpint (SNIFF ("GIF89a"), ==, IMAGE_FORMAT_GIF);
}

static void
brands_tell_avif_from_heic (void)
{
  g_assert_cmpint (SNIFF ("\0\0\0\x1c"
                          "ftypavif\0\0\0\0avifmif1miaf"),
                   ==, IMAGE_FORMAT_AVIF);
  g_assert_cmpint (SNIFF ("\0\0\0\x1c"
                          "ftypmif1\0\0\0\0miafMA1Bavif"),
                   ==, IMAGE_FORMAT_AVIF);
  g_assert_cmpint (SNIFF ("\0\0\0\x18"
                          "ftypheic\0\0\0\0mif1heic"),
                   ==, IMAGE_FORMAT_HEIC);
  g_assert_cmpint (SNIFF ("\0\0\0\x14"
                          "ftypisom\0\0\0\0mp41"),
                   ==, IMAGE_FORMAT_UNKNOWN);
}

/* What stands after the box belongs to the next one. */
static void
brands_end_with_their_box (void)
{
  g_assert_cmpint (SNIFF ("\0\0\0\x10"
                          "ftypisom\0\0\0\0avifavif"),
                   ==, IMAGE_FORMAT_UNKNOWN);
}

static void
scraps_are_unknown (void)
{
  g_assert_cmpint (SNIFF (""), ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (SNIFF ("\x89PNG"), ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (SNIFF ("RIFF\0\0\0\0WAVE"), ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (SNIFF ("\0\0\0\x1c"
                          "ftyp"),
                   ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (SNIFF ("<svg xmlns="), ==, IMAGE_FORMAT_UNKNOWN);
}

static void
paths_and_names_tell_the_format (void)
{
  g_assert_cmpint (image_format_of_path ("out/a.b/photo.JPEG"), ==, IMAGE_FORMAT_JPEG);
  g_assert_cmpint (image_format_of_path ("photo.tif"), ==, IMAGE_FORMAT_TIFF);
  g_assert_cmpint (image_format_of_path ("photo.webp/photo"), ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (image_format_of_path (".png"), ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (image_format_of_path ("photo."), ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_cmpint (image_format_of_name ("jpg"), ==, IMAGE_FORMAT_JPEG);
  g_assert_cmpint (image_format_of_name ("avif"), ==, IMAGE_FORMAT_AVIF);
  g_assert_cmpint (image_format_of_name ("bmp"), ==, IMAGE_FORMAT_UNKNOWN);
}

static void
extension_of_a_format_leads_back (void)
{
  g_assert_null (image_format_type (IMAGE_FORMAT_UNKNOWN));
  for (ImageFormat f = IMAGE_FORMAT_JPEG; f <= IMAGE_FORMAT_HEIC; f++) {
    const ImageFormatType *type = image_format_type (f);
    g_assert_nonnull (type);
    g_assert_cmpint (image_format_of_name (type->name), ==, f);
    g_assert_cmpint (image_format_of_name (type->extension), ==, f);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/format/magic-tells-the-format", magic_tells_the_format);
  g_test_add_func ("/image/format/brands-tell-avif-from-heic", brands_tell_avif_from_heic);
  g_test_add_func ("/image/format/brands-end-with-their-box", brands_end_with_their_box);
  g_test_add_func ("/image/format/scraps-are-unknown", scraps_are_unknown);
  g_test_add_func ("/image/format/paths-and-names-tell-the-format",
                   paths_and_names_tell_the_format);
  g_test_add_func ("/image/format/extension-of-a-format-leads-back",
                   extension_of_a_format_leads_back);
  return g_test_run ();
}
