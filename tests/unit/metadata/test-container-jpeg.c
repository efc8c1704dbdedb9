#include "container-check.h"

#define SEGMENT(out, marker, data) carrier_put_segment (out, marker, data, sizeof (data) - 1, "", 0)

#define XMP "http://ns.adobe.com/xap/1.0/\0"
#define MORE "http://ns.adobe.com/xmp/extension/\0"
#define GUID "0123456789ABCDEF0123456789ABCDEF"
#define JFIF "JFIF\0\1\2\1\1\x2c\1\x2c\0\0"

static GByteArray *
start (void)
{
  GByteArray *out = g_byte_array_new ();
  put_big (out, 2, 0xffd8);
  return out;
}

/* 8 by 8 grey pixels: tables of one code each, a block of two bits. */
static void
put_pixels (GByteArray *out)
{
  g_autofree char *ones = g_strnfill (64, 1);
  carrier_put_segment (out, 0xdb, "\0", 1, ones, 64);
  SEGMENT (out, 0xc0, "\10\0\10\0\10\1\1\x11\0");
  SEGMENT (out, 0xc4, "\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
  SEGMENT (out, 0xc4, "\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
  SEGMENT (out, 0xda, "\1\1\0\0\77\0");
  put_big (out, 1, 0x3f);
}

static GBytes *
end (GByteArray *out)
{
  put_big (out, 2, 0xffd9);
  return g_byte_array_free_to_bytes (out);
}

static GBytes *
picture (bool is_strewn)
{
  GByteArray *out = start ();
  if (is_strewn) {
    SEGMENT (out, 0xe1, "Exif\0\0II*\0canary");
    SEGMENT (out, 0xe0, "JFIF\0\1\2\1\1\x2c\1\x2c\1\2canary");
    SEGMENT (out, 0xe0,
             "JFXX\0\x10"
             "canary");
    SEGMENT (out, 0xe1, XMP "canary");
    SEGMENT (out, 0xe1, MORE GUID "\0\0\0\6\0\0\0\0canary");
    SEGMENT (out, 0xe1, "canary");
    SEGMENT (out, 0xe2, "MPF\0canary");
    SEGMENT (out, 0xeb, "JP\0\1\0\0\0\1\0\0\0\x0fjumbcanary");
    SEGMENT (out, 0xec, "Ducky\0canary");
    SEGMENT (out, 0xed, "Photoshop 3.0\0canary");
    SEGMENT (out, 0xfe, "canary");
  } else {
    SEGMENT (out, 0xe0, JFIF);
  }
  if (is_strewn)
    SEGMENT (out, 0xee, "Adobe\0\x64\0\0\0\0\0canary");
  else
    SEGMENT (out, 0xee, "Adobe\0\x64\0\0\0\0\0");
  SEGMENT (out, 0xe2, "ICC_PROFILE\0\2\2file");
  SEGMENT (out, 0xe2, "ICC_PROFILE\0\1\2pro");
  put_pixels (out);
  if (is_strewn)
    SEGMENT (out, 0xef, "canary");
  put_big (out, 2, 0xffd9);
  if (is_strewn)
    put_text (out, "canary");
  return g_byte_array_free_to_bytes (out);
}

static void
lists_what_is_there (void)
{
  g_autoptr (GBytes) file = picture (true);
  expect_listed (file,
                 "APP1:EXIF:10 APP0:DENSITY:9 APP0:OTHER:6 APP0:OTHER:12 APP1:XMP:6 APP1:XMP:6 "
                 "APP1:OTHER:6 APP2:OTHER:10 APP11:C2PA:14 APP12:OTHER:12 APP13:IPTC:20 "
                 "COM:TEXT:Comment=canary APP2:ICC:7*2 APP15:OTHER:6 trailer:OTHER:6");
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_ICC)->data, "profile"));
}

static void
joins_what_stands_in_pieces (void)
{
  GByteArray *out = start ();
  SEGMENT (out, 0xe1, XMP "<x>" GUID "</x>");
  SEGMENT (out, 0xe1, MORE GUID "\0\0\0\6\0\0\0\0<y>");
  SEGMENT (out, 0xe1, MORE GUID "\0\0\0\6\0\0\0\3</y");
  SEGMENT (out, 0xed,
           "Photoshop 3.0\0"
           "8BIM one");
  SEGMENT (out, 0xed, "Photoshop 3.0\0 two");
  SEGMENT (out, 0xeb, "JP\0\7\0\0\0\1\0\0\0\x1fjumb one");
  SEGMENT (out, 0xeb, "JP\0\10\0\0\0\1\0\0\0\x1fjumb\0\0\0\0jumdnot c2pa");
  SEGMENT (out, 0xeb, "JP\0\7\0\0\0\2\0\0\0\x1fjumb two");
  put_pixels (out);
  g_autoptr (GBytes) file = end (out);
  expect_listed (file, "APP1:XMP:45*3 APP13:IPTC:26*2 APP11:C2PA:16*2 APP11:OTHER:24");
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_XMP)->data, GUID "</x><y></y"));
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_IPTC)->data, "8BIM one two"));
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_C2PA)->data, "jumb one two"));
}

static void
tells_of_missing_pieces (void)
{
  static const struct {
    const char *data;
    size_t length;
    unsigned marker;
    const char *line;
  } rows[] = {
#define ROW(marker, data, line) { data, sizeof (data) - 1, marker, line }
    ROW (0xe2, "ICC_PROFILE\0\1\2pro", "APP2:ICC:-"),
    ROW (0xe2, "ICC_PROFILE\0\0\1pro", "APP2:ICC:-"),
    ROW (0xe2, "ICC_PROFILE\0\2\1pro", "APP2:ICC:-"),
    ROW (0xe2, "ICC_PROFILE\0\0\0pro", "APP2:ICC:-"),
    ROW (0xe2, "ICC_PROFILE\0\1\1pro", "APP2:ICC:3"),
    ROW (0xe2, "ICC_PROFILE\0", "APP2:OTHER:12"),
    ROW (0xeb, "JP\0\7\0\0\0\2\0\0\0\x1fjumb two", "APP11:C2PA:-"),
    ROW (0xeb, "JP\0\7\0\0\0\1\0\0\0\x1fjum", "APP11:OTHER:15"),
    ROW (0xe1, MORE GUID "\0\0\0\6\0\0\0\3</y", "APP1:XMP:3"),
    ROW (0xe1, MORE GUID "\0\0\0\6\0\0\0", "APP1:OTHER:74"),
    ROW (0xe1, "Exif\0", "APP1:OTHER:5"),
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    GByteArray *out = start ();
    carrier_put_segment (out, rows[i].marker, rows[i].data, rows[i].length, "", 0);
    put_pixels (out);
    g_autoptr (GBytes) file = end (out);
    expect_listed (file, rows[i].line);
  }
}

static void
pieces_have_to_agree (void)
{
  GByteArray *out = start ();
  SEGMENT (out, 0xe2, "ICC_PROFILE\0\1\2pro");
  SEGMENT (out, 0xe2, "ICC_PROFILE\0\2\3file");
  SEGMENT (out, 0xeb, "JP\0\7\0\0\0\1\0\0\0\x1fjumb one");
  SEGMENT (out, 0xeb, "JP\0\7\0\0\0\3\0\0\0\x1fjumb two");
  put_pixels (out);
  g_autoptr (GBytes) file = end (out);
  expect_listed (file, "APP2:ICC:-*2 APP11:C2PA:-*2");
}

/* Those past the sixteenth are strangers. */
static void
joins_a_bounded_number_of_stores (void)
{
  GByteArray *out = start ();
  for (int i = 0; i < 300; i++)
    SEGMENT (out, 0xeb, "JP\0\7\0\0\0\1\0\0\0\x1fjumb one");
  put_pixels (out);
  g_autoptr (GBytes) file = end (out);
  g_autofree char *line = listed (file);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, 300);
  g_assert_cmpstr (words[15], ==, "APP11:C2PA:12");
  g_assert_cmpstr (words[16], ==, "APP11:OTHER:18");
}

/* The packet alone, when what it names is not whole. */
static void
an_extension_counts_when_it_is_whole (void)
{
  GByteArray *out = start ();
  SEGMENT (out, 0xe1, XMP "<x>" GUID "</x>");
  SEGMENT (out, 0xe1, MORE GUID "\0\0\0\7\0\0\0\0<y>");
  SEGMENT (out, 0xe1, MORE GUID "\0\0\0\7\0\0\0\2</y");
  put_pixels (out);
  g_autoptr (GBytes) file = end (out);
  expect_listed (file, "APP1:XMP:39*2 APP1:XMP:3");
}

/* Stuffed bytes, restarts, fill bytes, several scans with tables and blocks between them, DNL. */
static void
walks_through_scans (void)
{
  static const char first[] = "\x12\xff\0\x34\xff\xd0\x56\xff\xd7\xff\xff\0\x78";
  GByteArray *out = start ();
  SEGMENT (out, 0xdd, "\0\1");
  put_big (out, 2, 0xffff); /* fill */
  SEGMENT (out, 0xc2, "\10\0\10\0\10\1\1\x11\0");
  SEGMENT (out, 0xda, "\1\1\0\0\77\0");
  g_byte_array_append (out, (const uint8_t *)first, sizeof first - 1);
  SEGMENT (out, 0xdc, "\0\10");
  SEGMENT (out, 0xfe, "between");
  SEGMENT (out, 0xda, "\1\1\0\1\77\0");
  put_text (out, "scan");
  put_big (out, 3, 0xffffff);
  put_big (out, 2, 0xffd9);
  unsigned length = out->len;
  put_text (out, "film");
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (out);
  expect_listed (file, "COM:TEXT:Comment=between trailer:OTHER:4");
  g_autoptr (GBytes) bare = put_blobs (g_bytes_ref (file), &(MetadataBlobs){ 0 });
  /* without the comment, the fill before a header, and what follows the end */
  g_assert_cmpuint (g_bytes_get_size (bare), ==, length - 4 - strlen ("between") - 2);
  g_assert_true (bytes_hold (bare, "\x12\xff"));
  g_assert_true (bytes_hold (bare, "scan\xff\xff\xff\xff\xd9"));
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
  metadata_blobs_add_text (&blobs, "parameters", "canary"); /* comments have no names */
  g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &blobs);
  g_autofree char *line = listed (out);
  g_assert_true (g_str_has_prefix (line, "APP0:DENSITY:9 APP1:EXIF:"));
  g_assert_true (g_str_has_suffix (line, " COM:TEXT:Comment=gr\xc3\xbc\xc3\x9f APP2:ICC:7*2"));
}

static void
puts_iptc_with_its_name_around_it (void)
{
  static const struct {
    const char *data;
    size_t length;
  } rows[] = { { "\x1c\2\5\0\3abc", 8 },
               { "8BIM\4\4\0\0\0\0\0\x08\x1c\2\5\0\3abc", 20 },
               { "Photoshop 3.0\0"
                 "8BIM\4\4\0\0\0\0\0\x08\x1c\2\5\0\3abc",
                 34 } };
  g_autoptr (GBytes) file = picture (true);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (MetadataBlobs) blobs = { .iptc = g_bytes_new (rows[i].data, rows[i].length) };
    g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &blobs);
    g_autoptr (GPtrArray) blocks = container_list (out);
    const Block *block = container_find (blocks, BLOCK_IPTC);
    g_assert_cmpmem (g_bytes_get_data (block->data, NULL), g_bytes_get_size (block->data),
                     rows[2].data, rows[2].length);
  }
}

static void
refuses_what_is_over_a_segment (void)
{
  g_autoptr (GBytes) file = picture (false);
  g_autofree char *filler = g_strnfill (65536, 'x');
  g_auto (MetadataBlobs) blobs = { .xmp = g_bytes_new (filler, 65505) };
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_false (container_put (file, &blobs, &out, &error));
  g_assert_cmpstr (error->message, ==,
                   "an XMP packet of 65505 bytes does not go into a JPEG, which holds 65504; make "
                   "it shorter");
}

static void
puts_a_store_behind_the_jfif_header (void)
{
  g_autoptr (GBytes) file = picture (false);
  GByteArray *bare = start ();
  put_pixels (bare);
  g_autoptr (GBytes) plain = end (bare);
  check_stores (file);
  check_stores (plain);
  g_autoptr (GBytes) store = store_of (77), odd = bytes_of ("not a box"), out = NULL;
  g_autoptr (GError) error = NULL;
  size_t at, length;
  assert_ok (container_put_c2pa (file, store, &out, &at, &length, &error), error);
  g_assert_cmpuint (at, ==, 2 + 18);
  g_assert_cmpuint (length, ==, 4 + 8 + 77);
  GBytes *none = NULL;
  g_assert_false (container_put_c2pa (file, odd, &none, NULL, NULL, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);

  g_autoptr (GBytes) other = g_bytes_new ("\0\0\0\x14jumb\0\0\0\x0cjumdcbor", 20);
  g_autoptr (GError) refused = NULL;
  g_assert_false (container_put_c2pa (file, other, &none, NULL, NULL, &refused));
  g_assert_cmpstr (refused->message, ==,
                   "what is to be put as Content Credentials is not one JUMBF box of C2PA");
}

static void
others_find_no_fault (void)
{
  g_auto (MetadataBlobs) blobs = { 0 };
  some_blobs (&blobs);
  GByteArray *plain = start ();
  SEGMENT (plain, 0xe0, JFIF);
  put_pixels (plain);
  g_autoptr (GBytes) out = put_blobs (end (plain), &blobs), store = store_of (70000), full = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (container_put_c2pa (out, store, &full, NULL, NULL, &error), error);
  g_autofree char *verdict = carrier_ask_file (full, "a.jpg", "djpeg", "-pnm");
  g_autofree char *said = carrier_ask_file (full, "a.jpg", "exiv2", "-pa");
  g_autofree char *text = carrier_ask_file (full, "a.jpg", "exiftool", "-Comment -XResolution");
  if (verdict == NULL || said == NULL || text == NULL)
    return;
  g_assert_true (g_str_has_prefix (verdict, "P5\n8 8\n255\n"));
  g_assert_nonnull (strstr (said, "\xc2\xa9 me"));
  g_assert_nonnull (strstr (said, "trainedAlgorithmicMedia"));
  g_assert_nonnull (strstr (text, "gr\xc3\xbc\xc3\x9f"));
  g_assert_nonnull (strstr (text, "300"));
}

static void
refuses_what_is_not_whole (void)
{
  g_autoptr (GBytes) whole = picture (true);
  check_damage (whole);
  GByteArray *cut = start ();
  put_pixels (cut);
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (cut);
  g_autoptr (GError) error = NULL;
  GBytes *out = NULL;
  g_assert_false (container_put (file, &(MetadataBlobs){ 0 }, &out, &error));
  g_assert_cmpstr (error->message, ==,
                   "the JPEG file is not a row of whole segments; encode it again");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/container-jpeg/" name, function)
  ADD ("lists-what-is-there", lists_what_is_there);
  ADD ("joins-what-stands-in-pieces", joins_what_stands_in_pieces);
  ADD ("tells-of-missing-pieces", tells_of_missing_pieces);
  ADD ("pieces-have-to-agree", pieces_have_to_agree);
  ADD ("joins-a-bounded-number-of-stores", joins_a_bounded_number_of_stores);
  ADD ("an-extension-counts-when-it-is-whole", an_extension_counts_when_it_is_whole);
  ADD ("walks-through-scans", walks_through_scans);
  ADD ("takes-all-metadata-off", takes_all_metadata_off);
  ADD ("puts-each-block-once", puts_each_block_once);
  ADD ("puts-iptc-with-its-name-around-it", puts_iptc_with_its_name_around_it);
  ADD ("refuses-what-is-over-a-segment", refuses_what_is_over_a_segment);
  ADD ("puts-a-store-behind-the-jfif-header", puts_a_store_behind_the_jfif_header);
  ADD ("others-find-no-fault", others_find_no_fault);
  ADD ("refuses-what-is-not-whole", refuses_what_is_not_whole);
  return g_test_run ();
}
