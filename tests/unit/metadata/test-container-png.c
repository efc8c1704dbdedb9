#include "container-check.h"

#include <zlib.h>

/* A chunk whose text is packed behind `head`. */
static void
put_packed (GByteArray *out, const char *type, const char *head, size_t head_length,
            const void *text, size_t length)
{
  uLongf size = compressBound (length);
  g_autofree uint8_t *packed = g_malloc (size);
  g_assert_cmpint (compress (packed, &size, text, length), ==, Z_OK);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_byte_array_append (data, (const uint8_t *)head, (unsigned)head_length);
  g_byte_array_append (data, packed, (unsigned)size);
  carrier_put_chunk (out, type, data->data, data->len);
}

#define PACKED(out, type, head, text)                                                              \
  put_packed (out, type, head, sizeof (head) - 1, text, sizeof (text) - 1)
#define CHUNK(out, type, data) carrier_put_chunk (out, type, data, sizeof (data) - 1)

static GByteArray *
start (void)
{
  static const uint8_t header[] = { 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0 };
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
  carrier_put_chunk (out, "IHDR", header, sizeof header);
  return out;
}

static void
put_pixels (GByteArray *out)
{
  uint8_t pixels[32];
  uLongf length = sizeof pixels;
  g_assert_cmpint (compress (pixels, &length, (const Bytef *)"\0\x7f", 2), ==, Z_OK);
  carrier_put_chunk (out, "IDAT", pixels, length);
}

static GBytes *
end (GByteArray *out)
{
  carrier_put_chunk (out, "IEND", "", 0);
  return g_byte_array_free_to_bytes (out);
}

/* One grey pixel, and all that goes, the way libvips and others strew it about. */
static GBytes *
picture (bool is_strewn)
{
  GByteArray *out = start ();
  if (is_strewn) {
    CHUNK (out, "caBX", "canary");
    CHUNK (out, "eXIf", "II*\0canary");
    CHUNK (out, "tEXt", "Comment\0canary");
    CHUNK (out, "zTXt", "XML:com.adobe.xmp\0\0canary");
  }
  PACKED (out, "iCCP", "profile\0\0", "profile");
  CHUNK (out, "pHYs", "\0\0\x2e\x23\0\0\x2e\x23\1");
  CHUNK (out, "acTL", "\0\0\0\1\0\0\0\0");
  put_pixels (out);
  if (is_strewn) {
    CHUNK (out, "eXIf", "II*\0canary");
    CHUNK (out, "iTXt", "XML:com.adobe.xmp\0\0\0\0\0canary");
    CHUNK (out, "tIME", "canary!");
    CHUNK (out, "prVt", "canary");
  }
  carrier_put_chunk (out, "IEND", "", 0);
  if (is_strewn)
    put_text (out, "canary");
  return g_byte_array_free_to_bytes (out);
}

static void
lists_what_is_there (void)
{
  g_autoptr (GBytes) file = picture (true);
  expect_listed (file, "caBX:C2PA:6 eXIf:EXIF:10 tEXt:TEXT:Comment=canary zTXt:XMP:- iCCP:ICC:7 "
                       "pHYs:DENSITY:9 eXIf:EXIF:10 iTXt:XMP:6 tIME:OTHER:7 prVt:OTHER:6 "
                       "trailer:OTHER:6");
}

static void
reads_every_kind_of_text (void)
{
  GByteArray *out = start ();
  CHUNK (out, "tEXt", "Author\0Z\0o\xeb");
  CHUNK (out, "tEXt", "Au\xe9\0Zo\xc3\xab");
  PACKED (out, "zTXt", "Comment\0\0", "packed");
  CHUNK (out, "iTXt", "Title\0\0\0de\0Titel\0Zo\xc3\xab");
  PACKED (out, "iTXt", "parameters\0\1\0\0\0", "Steps: 20");
  CHUNK (out, "iTXt", "XML:com.adobe.xmpx\0\0\0\0\0text");
  CHUNK (out, "tEXt", "without an end");
  CHUNK (out, "zTXt", "broken\0\0abc");
  PACKED (out, "iTXt", "XML:com.adobe.xmp\0\1\0en\0\0", "<x/>");
  put_pixels (out);
  CHUNK (out, "tEXt", "late\0text");
  g_autoptr (GBytes) file = end (out);
  expect_listed (file, "tEXt:TEXT:Author=Zo\xc3\xab tEXt:TEXT:Au\xc3\xa9=Zo\xc3\xab "
                       "zTXt:TEXT:Comment=packed iTXt:TEXT:Title=Zo\xc3\xab "
                       "iTXt:TEXT:parameters=Steps: 20 iTXt:TEXT:XML:com.adobe.xmpx=text "
                       "tEXt:OTHER:14 zTXt:TEXT:broken=- "
                       "iTXt:XMP:4 tEXt:TEXT:late=text");
}

static void
reads_raw_profiles (void)
{
  GByteArray *out = start ();
  CHUNK (out, "tEXt", "Raw profile type exif\0\nexif\n      14\n457869660000\n49492a0008000000\n");
  PACKED (out, "zTXt", "Raw profile type APP1\0\0",
          "\ngeneric profile\n      33\n"
          "687474703a2f2f6e732e61646f62652e636f6d2f7861702f312e302f003c782f3e00\n");
  CHUNK (out, "tEXt", "Raw profile type xmp\0\nxmp\n 4\n3c78\n2f3e\n");
  CHUNK (out, "tEXt", "Raw profile type iptc\0\niptc\n 5\n1c02050000\n");
  CHUNK (out, "tEXt", "Raw profile type exif\0\nexif\n 5\n1c0205\n");
  CHUNK (out, "tEXt", "Raw profile type exif\0\nexif\n 5\nzz");
  CHUNK (out, "tEXt", "Raw profile type exif\0\nexif\n");
  g_autoptr (GBytes) file = end (out);
  expect_listed (file, "tEXt:EXIF:8 zTXt:XMP:4 tEXt:XMP:4 tEXt:IPTC:5 tEXt:EXIF:- tEXt:EXIF:- "
                       "tEXt:EXIF:-");
}

/* Bombs cost no more than their limit, however many there are. */
static void
unpacks_no_more_than_the_limits (void)
{
  enum { SIZE = 6 << 20 };
  g_autofree char *filler = g_strnfill (SIZE, 'a');
  GByteArray *out = start ();
  put_packed (out, "iCCP", "p\0\0", 3, filler, SIZE);
  g_autoptr (GByteArray) xmp = g_byte_array_new (), text = g_byte_array_new ();
  put_packed (xmp, "iTXt", "XML:com.adobe.xmp\0\1\0\0\0", 22, filler, SIZE);
  put_packed (text, "zTXt", "Bomb\0\0", 6, filler, SIZE);
  for (int i = 0; i < 100; i++)
    g_byte_array_append (out, xmp->data, xmp->len);
  put_packed (out, "zTXt", "big\0\0", 5, filler, (1 << 20) - 10);
  for (int i = 0; i < 100; i++)
    g_byte_array_append (out, text->data, text->len);
  CHUNK (out, "tEXt", "after\0text");
  for (int i = 0; i < 5000; i++)
    CHUNK (out, "tIME", "1234567");
  g_autoptr (GBytes) file = end (out);
  gint64 began = g_get_monotonic_time ();
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 3 * G_USEC_PER_SEC);
  g_assert_cmpuint (blocks->len, ==, BLOCK_MOST_BLOCKS);
  const Block *icc = g_ptr_array_index (blocks, 0), *bomb = g_ptr_array_index (blocks, 105);
  const Block *late = g_ptr_array_index (blocks, 20), *after = g_ptr_array_index (blocks, 202);
  g_assert_cmpstr (after->keyword, ==, "after");
  g_assert_null (after->data); /* or each bomb would be unpacked up to what is left */
  g_assert_cmpstr (late->trouble, ==, "there are too many packed blocks before it");
  g_assert_cmpstr (icc->trouble, ==, "it is over 4194304 bytes");
  g_assert_cmpstr (bomb->trouble, ==, "the texts together are over 1048576 bytes");
  g_assert_null (container_find (blocks, BLOCK_XMP));
  g_assert_cmpuint (g_bytes_get_size (container_find (blocks, BLOCK_TEXT)->data), ==,
                    (1 << 20) - 10);
}

static void
texts_share_one_limit (void)
{
  static const size_t sizes[] = { 600000, 400000, 100000 };
  g_autofree char *filler = g_strnfill (sizes[0], 'a');
  GByteArray *out = start ();
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    put_packed (out, "zTXt", "a\0\0", 3, filler, sizes[i]);
  CHUNK (out, "a\x1b[m", "any bytes");
  g_autoptr (GBytes) file = end (out);
  g_autoptr (GPtrArray) blocks = container_list (file);
  const Block *second = g_ptr_array_index (blocks, 1), *third = g_ptr_array_index (blocks, 2),
              *odd = g_ptr_array_index (blocks, 3);
  g_assert_nonnull (second->data);
  g_assert_cmpstr (third->trouble, ==, "the texts together are over 1048576 bytes");
  g_assert_cmpstr (odd->name, ==, "a??m");
}

/* What was unpacked in vain counts. */
static void
broken_texts_use_the_limit_up (void)
{
  enum { SIZE = 600000 };
  g_autofree char *filler = g_strnfill (SIZE, 'a');
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  put_packed (whole, "zTXt", "Bomb\0\0", 6, filler, SIZE);
  GByteArray *out = start ();
  carrier_put_chunk (out, "zTXt", whole->data + 8,
                     whole->len - 12 - 3); /* without the end of its sum */
  g_autofree char *text = g_strnfill (BLOCK_MOST_TEXT_BYTES - SIZE + 1000, 'b');
  text[1] = '\0';
  carrier_put_chunk (out, "tEXt", text, BLOCK_MOST_TEXT_BYTES - SIZE + 1000);
  g_autoptr (GBytes) file = end (out);
  expect_listed (file, "zTXt:TEXT:Bomb=- tEXt:TEXT:b=-");
}

static void
takes_all_metadata_off (void)
{
  g_autoptr (GBytes) clean = picture (false);
  g_autoptr (GBytes) out = put_blobs (picture (true), &(MetadataBlobs){ 0 });
  g_assert_true (g_bytes_equal (out, clean));
}

static void
puts_each_block_once (void)
{
  g_autoptr (GBytes) file = picture (true);
  check_put (file);
  g_auto (MetadataBlobs) blobs = { 0 };
  some_blobs (&blobs);
  metadata_blobs_add_text (&blobs, "parameters", "Steps: 20\nSampler: Euler");
  metadata_blobs_add_text (&blobs, "XML:com.adobe.xmp", "canary"); /* not a name for texts */
  metadata_blobs_add_text (&blobs, "Raw profile type exif", "canary");
  metadata_blobs_add_text (&blobs, " blank", "canary");
  g_autofree char *long_keyword = g_strnfill (80, 'k');
  metadata_blobs_add_text (&blobs, long_keyword, "canary");
  g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &blobs);
  g_assert_false (bytes_hold (out, "canary"));
  g_assert_false (bytes_hold (out, "Exif"));
  g_autofree char *line = listed (out);
  g_assert_nonnull (strstr (line, " iTXt:TEXT:Comment=gr\xc3\xbc\xc3\x9f tEXt:TEXT:parameters="
                                  "Steps: 20\nSampler: Euler iCCP:ICC:7 pHYs:DENSITY:9"));
  g_autofree char *found = metadata_find_source_type (g_bytes_get_data (out, NULL),
                                                      g_bytes_get_size (out));
  g_assert_cmpstr (found, ==, "trainedAlgorithmicMedia");
}

static void
puts_a_store_behind_the_header (void)
{
  g_autoptr (GBytes) file = picture (false), store = store_of (77), out = NULL;
  g_autoptr (GError) error = NULL;
  check_stores (file);
  size_t at, length;
  assert_ok (container_put_c2pa (file, store, &out, &at, &length, &error), error);
  g_assert_cmpuint (at, ==, 33);
  g_assert_cmpuint (length, ==, 12 + 77);
}

static void
others_find_no_fault (void)
{
  g_auto (MetadataBlobs) blobs = { 0 };
  some_blobs (&blobs);
  GByteArray *plain = start ();
  put_pixels (plain);
  g_autoptr (GBytes) out = put_blobs (end (plain), &blobs), store = store_of (77), signed_ = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (container_put_c2pa (out, store, &signed_, NULL, NULL, &error), error);
  g_autofree char *verdict = carrier_ask_file (signed_, "a.png", "pngcheck", "-v");
  g_autofree char *said = carrier_ask_file (out, "a.png", "exiv2", "-pa");
  g_autofree char *text = carrier_ask_file (out, "a.png", "exiftool", "-Comment -Copyright");
  if (verdict == NULL || said == NULL || text == NULL)
    return;
  g_assert_nonnull (strstr (verdict, "No errors detected"));
  g_assert_nonnull (strstr (said, "\xc2\xa9 me"));
  g_assert_nonnull (strstr (said, "trainedAlgorithmicMedia"));
  g_assert_nonnull (strstr (text, "gr\xc3\xbc\xc3\x9f"));
}

static void
refuses_what_is_not_whole (void)
{
  g_autoptr (GBytes) whole = picture (true);
  check_damage (whole);
  size_t length;
  g_autofree uint8_t *bytes = g_memdup2 (g_bytes_get_data (whole, &length), 200);
  g_autoptr (GBytes) cut = g_bytes_new (bytes, 200);
  GByteArray *longer = g_byte_array_new (); /* a header of 14 bytes */
  g_byte_array_append (longer, bytes, 8);
  CHUNK (longer, "IHDR", "\0\0\0\1\0\0\0\1\10\0\0\0\0\0");
  put_pixels (longer);
  g_autoptr (GBytes) odd = end (longer);
  g_assert_false (container_put (odd, &(MetadataBlobs){ 0 }, &(GBytes *){ NULL }, NULL));
  g_autoptr (GError) error = NULL;
  GBytes *out = NULL;
  g_assert_false (container_put (cut, &(MetadataBlobs){ 0 }, &out, &error));
  g_assert_cmpstr (error->message, ==,
                   "the PNG file is not a row of whole chunks; encode it again");
  g_assert_null (out);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/container-png/" name, function)
  ADD ("lists-what-is-there", lists_what_is_there);
  ADD ("reads-every-kind-of-text", reads_every_kind_of_text);
  ADD ("reads-raw-profiles", reads_raw_profiles);
  ADD ("unpacks-no-more-than-the-limits", unpacks_no_more_than_the_limits);
  ADD ("texts-share-one-limit", texts_share_one_limit);
  ADD ("broken-texts-use-the-limit-up", broken_texts_use_the_limit_up);
  ADD ("takes-all-metadata-off", takes_all_metadata_off);
  ADD ("puts-each-block-once", puts_each_block_once);
  ADD ("puts-a-store-behind-the-header", puts_a_store_behind_the_header);
  ADD ("others-find-no-fault", others_find_no_fault);
  ADD ("refuses-what-is-not-whole", refuses_what_is_not_whole);
  return g_test_run ();
}
