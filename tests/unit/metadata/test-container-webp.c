#include "container-check.h"

static void
put_chunk (GByteArray *out, const char *type, const void *data, size_t length)
{
  put_text (out, type);
  put_little (out, 4, length);
  g_byte_array_append (out, data, (unsigned)length);
  if (length & 1)
    put_big (out, 1, 0);
}

#define CHUNK(out, type, data) put_chunk (out, type, data, sizeof (data) - 1)

/* One pixel that can be seen through. */
#define LOSSLESS "\x2f\0\0\0\x10\7\x10\x11\x11\x88\x88\xfe\7"
/* The header of a lossy frame of 300 by 200. */
#define LOSSY "\0\0\0\x9d\1\x2a\x2c\1\xc8\0"

static GByteArray *
start (void)
{
  GByteArray *out = g_byte_array_new ();
  put_text (out, "RIFF....WEBP");
  return out;
}

static GBytes *
end (GByteArray *out)
{
  for (unsigned i = 0; i < 4; i++)
    out->data[4 + i] = (uint8_t)((out->len - 8) >> (8 * i));
  return g_byte_array_free_to_bytes (out);
}

static GBytes *
simple (const char *type, const char *data, size_t length)
{
  GByteArray *out = start ();
  put_chunk (out, type, data, length);
  return end (out);
}

static GBytes *
picture (bool is_strewn)
{
  GByteArray *out = start ();
  if (is_strewn) /* every flag and what is reserved, and more than there should be */
    CHUNK (out, "VP8X", "\xff\xff\xff\xff\0\0\0\0\0\0canary");
  else
    CHUNK (out, "VP8X", "\x32\0\0\0\0\0\0\0\0\0");
  if (is_strewn)
    CHUNK (out, "abcd", "canary");
  CHUNK (out, "ICCP", "profile");
  CHUNK (out, "ANIM", "\0\0\0\0\0\0");
  GByteArray *frame = g_byte_array_new ();
  g_byte_array_append (frame, (const uint8_t *)"\0\0\0\0\0\0\0\0\0\0\0\0\x64\0\0\0", 16);
  CHUNK (frame, "ALPH", "alpha");
  if (is_strewn)
    CHUNK (frame, "efgh", "canary");
  CHUNK (frame, "VP8L", LOSSLESS);
  put_chunk (out, "ANMF", frame->data, frame->len);
  g_byte_array_unref (frame);
  if (is_strewn) {
    CHUNK (out, "EXIF", "Exif\0\0II*\0canary");
    CHUNK (out, "XMP ", "canary!");
    CHUNK (out, "XMP ", "canary");
    CHUNK (out, "C2PA", "canary");
  }
  GBytes *file = end (out);
  if (!is_strewn)
    return file;
  GByteArray *longer = g_bytes_unref_to_array (file);
  put_text (longer, "canary");
  return g_byte_array_free_to_bytes (longer);
}

static void
lists_what_is_there (void)
{
  g_autoptr (GBytes) file = picture (true);
  expect_listed (file, "abcd:OTHER:6 ICCP:ICC:7 EXIF:EXIF:10 XMP :XMP:7 XMP :XMP:6 C2PA:C2PA:6 "
                       "trailer:OTHER:6");
}

static void
takes_all_metadata_off (void)
{
  g_autoptr (GBytes) clean = picture (false);
  g_autoptr (GBytes) out = put_blobs (picture (true), &(MetadataBlobs){ 0 });
  g_assert_true (g_bytes_equal (out, clean));
  g_autoptr (GBytes) bare = simple ("VP8L", LOSSLESS, sizeof LOSSLESS - 1);
  g_autoptr (GBytes) same = put_blobs (g_bytes_ref (bare), &(MetadataBlobs){ 0 });
  g_assert_true (g_bytes_equal (bare, same));
}

static void
puts_each_block_once (void)
{
  g_autoptr (GBytes) file = picture (true);
  check_put (file);
  g_auto (MetadataBlobs) blobs = { 0 };
  some_blobs (&blobs);
  g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &blobs);
  const uint8_t *bytes = g_bytes_get_data (out, NULL);
  g_assert_cmphex (bytes[20], ==, 0x3e);
  g_assert_false (bytes_hold (out, "Exif"));
  g_autofree char *line = listed (out);
  g_assert_true (g_str_has_prefix (line, "ICCP:ICC:7 EXIF:EXIF:"));
}

static void
describes_a_simple_file (void)
{
  static const struct {
    const char *type, *data;
    size_t length;
    uint8_t expected[10];
  } rows[] = {
    { "VP8L", LOSSLESS, sizeof LOSSLESS - 1, { 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
    { "VP8 ", LOSSY, sizeof LOSSY - 1, { 0x04, 0, 0, 0, 0x2b, 1, 0, 0xc7, 0, 0 } },
  };
  g_auto (MetadataBlobs) blobs = { .xmp = bytes_of ("<x/>") };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) file = simple (rows[i].type, rows[i].data, rows[i].length);
    check_put (file);
    check_stores (file);
    g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &blobs);
    const uint8_t *bytes = g_bytes_get_data (out, NULL);
    g_assert_cmpmem (bytes + 12, 4, "VP8X", 4);
    g_assert_cmpmem (bytes + 20, 10, rows[i].expected, 10);
    g_assert_true (bytes_hold (out, rows[i].type));
  }
  /* no key frame, no start code, no signature, no size: nothing can be told */
  static const char *const bad[] = { "\1\0\0\x9d\1\x2a\x2c\1\xc8\0", "\0\0\0\x9d\1\x2b\x2c\1\xc8\0",
                                     "\x2e\0\0\0\x10\7\x10\x11\x11\x88",
                                     "\0\0\0\x9d\1\x2a\0\0\0\0" };
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GBytes) file = simple (i == 2 ? "VP8L" : "VP8 ", bad[i], 10);
    GBytes *out = NULL;
    g_assert_false (container_put (file, &blobs, &out, NULL));
  }
}

static void
puts_a_store_last (void)
{
  g_autoptr (GBytes) file = picture (false), store = store_of (77), out = NULL;
  g_autoptr (GError) error = NULL;
  check_stores (file);
  size_t at, length;
  assert_ok (container_put_c2pa (file, store, &out, &at, &length, &error), error);
  g_assert_cmpuint (at, ==, g_bytes_get_size (file));
  g_assert_cmpuint (length, ==, 8 + 77);
  g_assert_cmpuint (at + length + 1, ==, g_bytes_get_size (out)); /* the odd store is filled up */
  g_assert_cmpuint (((const uint8_t *)g_bytes_get_data (out, NULL))[4], ==,
                    (g_bytes_get_size (out) - 8) & 0xff);
}

static void
others_find_no_fault (void)
{
  g_auto (MetadataBlobs) blobs = { 0 };
  some_blobs (&blobs);
  g_autoptr (GBytes) out = put_blobs (simple ("VP8L", LOSSLESS, sizeof LOSSLESS - 1), &blobs);
  g_autofree char *verdict = carrier_ask_file (out, "a.webp", "webpinfo", "-diag");
  g_autofree char *said = carrier_ask_file (out, "a.webp", "exiv2", "-pa");
  g_autofree char *text = carrier_ask_file (out, "a.webp", "exiftool", "-Warning -XResolution");
  if (verdict == NULL || said == NULL || text == NULL)
    return;
  g_assert_nonnull (strstr (verdict, "No error detected."));
  g_assert_null (strstr (verdict, "Warning"));
  g_assert_nonnull (strstr (said, "\xc2\xa9 me"));
  g_assert_nonnull (strstr (said, "trainedAlgorithmicMedia"));
  g_assert_nonnull (strstr (text, "300"));
  g_assert_null (strstr (text, "Warning"));
}

/* Chunks that are no file of a picture, behind a head that fits them. */
static void
refuses_chunks_that_make_no_picture (void)
{
  static const struct {
    const char *bytes;
    size_t length;
  } rows[] = {
#define ROW(bytes) { bytes, sizeof (bytes) - 1 }
#define FRAME "\0\0\0\0\0\0\0\0\0\0\0\0\x64\0\0\0"
    ROW ("VP8L\4\0\0\0\x2f\0\0\0VP8X\12\0\0\0\0\0\0\0\0\0\0\0\0\0"), /* the head is not first */
    ROW ("VP8X\10\0\0\0\0\0\0\0\0\0\0\0VP8L\4\0\0\0\x2f\0\0\0"),     /* and too short */
    ROW ("VP8L\4\0\0\0\x2f\0\0\0EXI"),                               /* a piece of a chunk */
    ROW ("VP8L\4\0\0\0\x2f\0\0\0EXIF\5\0\0\0abcd"),                  /* longer than the file */
    ROW ("ANMF\0\0\0\0"),                                            /* a frame without its head */
    ROW ("ANMF\34\0\0\0" FRAME "VP8L\5\0\0\0\x2f\0\0\0"),            /* pixels longer than it */
    ROW ("ANMF\22\0\0\0" FRAME "VP"),                                /* a piece of a chunk in it */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    GByteArray *chunks = start ();
    g_byte_array_append (chunks, (const uint8_t *)rows[i].bytes, (unsigned)rows[i].length);
    g_autoptr (GBytes) made = end (chunks);
    g_autoptr (GBytes) file = g_bytes_new (g_bytes_get_data (made, NULL), g_bytes_get_size (made));
    GBytes *out = NULL;
    g_autoptr (GError) error = NULL;
    g_assert_false (container_put (file, &(MetadataBlobs){ 0 }, &out, &error));
    g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  }
}

static void
a_last_chunk_may_lack_what_fills_it_up (void)
{
  static const uint8_t size = sizeof LOSSLESS - 1;
  GByteArray *chunks = start ();
  put_text (chunks, "VP8L");
  put_little (chunks, 4, size);
  g_byte_array_append (chunks, (const uint8_t *)LOSSLESS, size);
  g_autoptr (GBytes) file = end (chunks);
  g_autoptr (GBytes) whole = simple ("VP8L", LOSSLESS, size);
  g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &(MetadataBlobs){ 0 });
  g_assert_true (g_bytes_equal (out, whole));
  check_stores (file);
}

/* The file's own size is less than its head's: all of it stands behind the file. */
static void
believes_no_size_of_nothing (void)
{
  GByteArray *chunks = start ();
  CHUNK (chunks, "EXIF", "II*");
  memset (chunks->data + 4, 0, 4);
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (chunks);
  expect_listed (file, "trailer:OTHER:12");
}

static void
refuses_what_is_not_whole (void)
{
  g_autoptr (GBytes) whole = picture (true), plain = simple ("VP8 ", LOSSY, sizeof LOSSY - 1);
  check_damage (whole);
  check_damage (plain);
  g_autoptr (GBytes) empty = end (start ());
  g_autoptr (GError) error = NULL;
  GBytes *out = NULL;
  g_assert_false (container_put (empty, &(MetadataBlobs){ 0 }, &out, &error));
  g_assert_cmpstr (error->message, ==,
                   "the WebP file is not a row of whole chunks; encode it again");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/container-webp/" name, function)
  ADD ("lists-what-is-there", lists_what_is_there);
  ADD ("takes-all-metadata-off", takes_all_metadata_off);
  ADD ("puts-each-block-once", puts_each_block_once);
  ADD ("describes-a-simple-file", describes_a_simple_file);
  ADD ("puts-a-store-last", puts_a_store_last);
  ADD ("others-find-no-fault", others_find_no_fault);
  ADD ("refuses-chunks-that-make-no-picture", refuses_chunks_that_make_no_picture);
  ADD ("a-last-chunk-may-lack-what-fills-it-up", a_last_chunk_may_lack_what_fills_it_up);
  ADD ("believes-no-size-of-nothing", believes_no_size_of_nothing);
  ADD ("refuses-what-is-not-whole", refuses_what_is_not_whole);
  return g_test_run ();
}
