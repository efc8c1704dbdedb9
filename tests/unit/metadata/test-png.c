#include "carrier.h"
#include "metadata/container.h"
#include "metadata/png.h"

#include <zlib.h>

static void
put_chunk (GByteArray *out, const char *type, const void *data, size_t length)
{
  put_big (out, 4, length);
  unsigned start = out->len;
  put_text (out, type);
  g_byte_array_append (out, data, (unsigned)length);
  put_big (out, 4, crc32 (0, out->data + start, out->len - start));
}

/* One grey pixel, and every chunk that goes, the way libvips strews them about. */
static GByteArray *
picture (bool is_strewn)
{
  static const uint8_t header[] = { 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0 };
  static const uint8_t density[] = { 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1 };
  uint8_t pixels[32];
  uLongf length = sizeof pixels;
  g_assert_cmpint (compress (pixels, &length, (const Bytef *)"\0\x7f", 2), ==, Z_OK);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
  put_chunk (out, "IHDR", header, sizeof header);
  if (is_strewn) {
    put_chunk (out, "caBX", "canary", 6);
    put_chunk (out, "eXIf", "II*\0canary", 10);
    put_chunk (out, "tEXt", "Comment\0canary", 14);
    put_chunk (out, "zTXt", "XML:com.adobe.xmp\0\0canary", 25);
  }
  put_chunk (out, "pHYs", density, sizeof density);
  put_chunk (out, "IDAT", pixels, length);
  if (is_strewn) {
    put_chunk (out, "eXIf", "II*\0canary", 10);
    put_chunk (out, "iTXt", "XML:com.adobe.xmp\0\0\0\0\0canary", 28);
    put_chunk (out, "tIME", "canary!", 7);
  }
  put_chunk (out, "IEND", "", 0);
  return out;
}

static GBytes *
put (bool is_strewn, const MetadataBlobs *blobs)
{
  g_autoptr (GBytes) png = g_byte_array_free_to_bytes (picture (is_strewn));
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_png_put (png, blobs, &out, &error), error);
  return out;
}

static void
takes_all_metadata_off (void)
{
  g_autoptr (GBytes) clean = g_byte_array_free_to_bytes (picture (false));
  g_autoptr (GBytes) out = put (true, &(MetadataBlobs){ 0 });
  g_assert_true (g_bytes_equal (out, clean));
}

static void
composed (MetadataBlobs *blobs)
{
  MetadataOptions options = { .policy = METADATA_STRIP,
                              .set = { .copyright = (char *)"\xc2\xa9 me" } };
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_compose (&options, &(MetadataBlobs){ 0 },
                               &(MetadataFacts){ .source_type = "trainedAlgorithmicMedia" },
                               &(MetadataCarrier){ .container = CONTAINER_PNG, .density_dpi = 300 },
                               blobs, NULL, &error),
             error);
}

static void
puts_each_block_once (void)
{
  g_auto (MetadataBlobs) blobs = { 0 };
  composed (&blobs);
  g_autoptr (GBytes) out = put (true, &blobs), again = NULL;
  g_assert_false (bytes_hold (out, "canary"));
  g_assert_false (bytes_hold (out, "Exif"));
  g_autofree char *found = metadata_find_source_type (g_bytes_get_data (out, NULL),
                                                      g_bytes_get_size (out));
  g_assert_cmpstr (found, ==, "trainedAlgorithmicMedia");
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_png_put (out, &blobs, &again, &error), error);
  g_assert_true (g_bytes_equal (out, again));
}

static void
run (const char *program, const char *argument, const char *path, char **out_text, int *out_status)
{
  const char *command[] = { program, argument, path, NULL };
  g_autoptr (GError) error = NULL;
  g_spawn_sync (NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, out_text, NULL,
                out_status, &error);
  g_assert_no_error (error);
}

static void
others_find_no_fault (void)
{
  g_autofree char *pngcheck = g_find_program_in_path ("pngcheck");
  g_autofree char *exiv2 = g_find_program_in_path ("exiv2");
  if (pngcheck == NULL || exiv2 == NULL) {
    g_test_skip ("pngcheck or exiv2 is not installed");
    return;
  }
  g_auto (MetadataBlobs) blobs = { 0 };
  composed (&blobs);
  g_autoptr (GBytes) out = put (true, &blobs);
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "a.png");
  g_autoptr (GError) error = NULL;
  assert_ok (g_file_set_contents (path, g_bytes_get_data (out, NULL),
                                  (gssize)g_bytes_get_size (out), &error),
             error);
  g_autofree char *verdict = NULL, *said = NULL;
  int status;
  run (pngcheck, "-v", path, &verdict, &status);
  g_assert_cmpint (status, ==, 0);
  g_assert_nonnull (strstr (verdict, "No errors detected"));
  run (exiv2, "-pa", path, &said, &status);
  g_assert_nonnull (strstr (said, "\xc2\xa9 me"));
  g_assert_nonnull (strstr (said, "trainedAlgorithmicMedia"));
}

static void
refuses_what_is_not_whole (void)
{
  g_autoptr (GByteArray) whole = picture (true);
  for (unsigned length = 0; length < whole->len; length++) {
    g_autoptr (GBytes) cut = g_bytes_new (whole->data, length);
    g_autoptr (GBytes) out = NULL;
    metadata_png_put (cut, &(MetadataBlobs){ 0 }, &out, NULL);
  }
  whole->data[8] = 0xff; /* the length of the header */
  g_autoptr (GBytes) png = g_bytes_new (whole->data, whole->len);
  g_autoptr (GError) error = NULL;
  GBytes *out = NULL;
  g_assert_false (metadata_png_put (png, &(MetadataBlobs){ 0 }, &out, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  g_assert_null (out);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/png/takes-all-metadata-off", takes_all_metadata_off);
  g_test_add_func ("/metadata/png/puts-each-block-once", puts_each_block_once);
  g_test_add_func ("/metadata/png/others-find-no-fault", others_find_no_fault);
  g_test_add_func ("/metadata/png/refuses-what-is-not-whole", refuses_what_is_not_whole);
  return g_test_run ();
}
