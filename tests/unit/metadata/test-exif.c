#include "support/carrier.h"
#include "metadata/exif.h"

#define ZOLC "\xc5\xbb\xc3\xb3\xc5\x82\xc4\x87"

/* A camera's block: rights, camera, EXIF directory with maker note, GPS, and an IFD1 thumbnail,
 * in either byte order. Values longer than four bytes stand behind the directories. */
typedef struct {
  GByteArray *out, *values;
  bool is_big;
} Block;

static void
put (Block *block, GByteArray *out, unsigned n_bytes, uint64_t value)
{
  if (block->is_big)
    put_big (out, n_bytes, value);
  else
    put_little (out, n_bytes, value);
}

enum { VALUES_AT = 512 };

static void
put_entry (Block *block, unsigned tag, unsigned type, unsigned count, const void *bytes,
           size_t length)
{
  put (block, block->out, 2, tag);
  put (block, block->out, 2, type);
  put (block, block->out, 4, count);
  put (block, block->out, 4, VALUES_AT + block->values->len);
  g_byte_array_append (block->values, bytes, (unsigned)length);
}

static void
put_string (Block *block, unsigned tag, const char *text)
{
  put_entry (block, tag, 2, (unsigned)strlen (text) + 1, text, strlen (text) + 1);
}

static void
put_number (Block *block, unsigned tag, unsigned type, uint32_t value)
{
  put (block, block->out, 2, tag);
  put (block, block->out, 2, type);
  put (block, block->out, 4, 1);
  put (block, block->out, type == 3 ? 2 : 4, value);
  if (type == 3)
    put (block, block->out, 2, 0);
}

static void
pad_to (Block *block, unsigned offset)
{
  g_assert_cmpuint (block->out->len, <=, offset);
  while (block->out->len < offset)
    put (block, block->out, 1, 0);
}

static void
put_exif_directory (Block *block)
{
  put (block, block->out, 2, 5);
  g_autoptr (GByteArray) time = g_byte_array_new ();
  put (block, time, 4, 1);
  put (block, time, 4, 250);
  put_entry (block, 0x829a, 5, 1, time->data, time->len);
  put_number (block, 0x8827, 3, 400);
  put_string (block, 0x9003, "2024:05:06 07:08:09");
  put_entry (block, 0x927c, 7, 16, "canary-maker-nt", 16);
  put_string (block, 0xa431, "canary-serial");
  put (block, block->out, 4, 0);
}

static GBytes *
camera_block (bool is_big)
{
  Block block = { g_byte_array_new (), g_byte_array_new (), is_big };
  put_text (block.out, is_big ? "MM" : "II");
  put (&block, block.out, 2, 42);
  put (&block, block.out, 4, 8);
  put (&block, block.out, 2, 8);
  put_string (&block, 0x010e, "On the lake");
  put_string (&block, 0x010f, "Camera Works");
  put_string (&block, 0x0110, "prompt:{\"canary\"}");
  put_number (&block, 0x0112, 3, 6);
  put_string (&block, 0x013b, "Ana " ZOLC "; Bob");
  put_string (&block, 0x8298, "\xa9 Latin"); /* Latin-1, as many write it */
  put_number (&block, 0x8769, 4, 200);
  put_number (&block, 0x8825, 4, 300);
  put (&block, block.out, 4, 400); /* IFD1 */
  pad_to (&block, 200);
  put_exif_directory (&block);
  pad_to (&block, 300);
  put (&block, block.out, 2, 1);
  put_string (&block, 0x001d, "canary-gps");
  put (&block, block.out, 4, 0);
  pad_to (&block, 400);
  put (&block, block.out, 2, 1);
  put_string (&block, 0x010f, "canary-ifd1");
  put (&block, block.out, 4, 0);
  pad_to (&block, VALUES_AT);
  g_byte_array_append (block.out, block.values->data, block.values->len);
  g_byte_array_unref (block.values);
  return g_byte_array_free_to_bytes (block.out);
}

static GPtrArray *
read_block (GBytes *block, MetadataRecord *record)
{
  GPtrArray *camera = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (exif_read (block, record, &camera, &error), error);
  return camera;
}

static void
reads_by_the_list (void)
{
  for (int is_big = 0; is_big < 2; is_big++) {
    g_auto (MetadataRecord) record = { 0 };
    g_autoptr (GBytes) block = camera_block (is_big);
    g_autoptr (GPtrArray) camera = read_block (block, &record);
    g_assert_cmpstr (metadata_record_text (&record, METADATA_DESCRIPTION), ==, "On the lake");
    g_assert_cmpstr (metadata_record_text (&record, METADATA_RIGHTS), ==, "\xc2\xa9 Latin");
    g_assert_cmpuint (metadata_record_count (&record, METADATA_CREATOR), ==, 2);
    g_assert_cmpstr (metadata_record_text (&record, METADATA_CREATOR), ==, "Ana " ZOLC);
    g_assert_cmpuint (record.strangers, ==,
                      METADATA_STRANGER_LOCATION | METADATA_STRANGER_THUMBNAIL |
                        METADATA_STRANGER_MAKER_NOTE | METADATA_STRANGER_DEVICE |
                        METADATA_STRANGER_ORIENTATION);
    g_assert_cmpuint (camera->len, ==, 4);
  }
}

static void
builds_the_same_from_both_orders (void)
{
  GBytes *built[2] = { NULL, NULL };
  for (int is_big = 0; is_big < 2; is_big++) {
    g_auto (MetadataRecord) record = { 0 };
    g_autoptr (GBytes) block = camera_block (is_big);
    g_autoptr (GPtrArray) camera = read_block (block, &record);
    built[is_big] = exif_build (&record, &(ExifFacts){ camera, 640, 480, 300 });
  }
  g_assert_true (g_bytes_equal (built[0], built[1]));
  g_bytes_unref (built[0]);
  g_bytes_unref (built[1]);
}

static void
others_read_what_is_built (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GBytes) block = camera_block (true);
  g_autoptr (GPtrArray) camera = read_block (block, &record);
  metadata_record_remove (&record, METADATA_RIGHTS);
  metadata_record_add (&record, METADATA_RIGHTS, NULL, "Ana " ZOLC " \xc2\xa9");
  MetadataBlobs blobs = { .exif = exif_build (&record, &(ExifFacts){ camera, 640, 480, 299.72 }) };
  g_assert_false (bytes_hold (blobs.exif, "canary"));
  g_autofree char *said = carrier_ask (&blobs, "exiftool",
                                       "-charset exif=utf8 -s -n -EXIF:all -warning -error");
  g_autofree char *agreed = carrier_ask (&blobs, "exiv2", "-Pkt");
  metadata_blobs_clear (&blobs);
  if (said == NULL || agreed == NULL)
    return;
  static const struct {
    const char *name, *value;
  } lines[] = {
    { "Copyright", ": Ana " ZOLC " \xc2\xa9" },
    { "Artist", ": Ana " ZOLC "; Bob" },
    { "ImageDescription", ": On the lake" },
    { "Make", ": Camera Works" },
    { "ExposureTime", ": 0.004" },
    { "ISO", ": 400" },
    { "DateTimeOriginal", ": 2024:05:06 " },
    { "Orientation", ": 1" },
    { "XResolution", ": 299.72" },
    { "ResolutionUnit", ": 2" },
    { "ExifImageWidth", ": 640" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++) {
    const char *line = strstr (said, lines[i].name);
    g_assert_nonnull (line);
    const char *value = strstr (line, lines[i].value);
    g_assert_true (value != NULL && value < strchr (line, '\n'));
  }
  g_assert_null (strstr (said, "Warning"));
  g_assert_null (strstr (said, "GPS"));
  g_assert_nonnull (strstr (agreed, "Ana " ZOLC " \xc2\xa9"));
  g_assert_null (strstr (agreed, "GPS"));
}

static void
builds_nothing_for_nothing (void)
{
  MetadataRecord record = { 0 };
  g_assert_null (exif_build (&record, &(ExifFacts){ NULL, 640, 480, 0 }));
}

static void
density_alone_is_something (void)
{
  MetadataRecord record = { 0 };
  g_autoptr (GBytes) block = exif_build (&record, &(ExifFacts){ NULL, 640, 480, 300 });
  g_assert_nonnull (block);
  g_assert_cmpmem (g_bytes_get_data (block, NULL), 6, "Exif\0\0", 6);
}

/* Cut anywhere and with any byte turned, a block is read or refused and nothing else. */
static void
survives_damage (void)
{
  for (int is_big = 0; is_big < 2; is_big++) {
    g_autoptr (GBytes) whole = camera_block (is_big);
    size_t length = g_bytes_get_size (whole);
    for (size_t i = 0; i < length; i++) {
      g_autofree uint8_t *copy = g_memdup2 (g_bytes_get_data (whole, NULL), length);
      copy[i] = 0xff;
      for (int is_cut = 0; is_cut < 2; is_cut++) {
        g_auto (MetadataRecord) record = { 0 };
        g_autoptr (GBytes) block = g_bytes_new (copy, is_cut ? i : length);
        g_autoptr (GPtrArray) camera = NULL;
        if (!exif_read (block, &record, &camera, NULL))
          continue;
        g_autoptr (GBytes) built = exif_build (&record, &(ExifFacts){ camera, 1, 1, 72 });
        g_assert_false (bytes_hold (built, "canary-maker"));
      }
    }
  }
}

static void
refuses_large_and_foreign_blocks (void)
{
  g_autofree char *large = g_malloc0 (EXIF_MOST_BYTES + 1);
  memcpy (large, "II*", 3);
  GBytes *blocks[] = { g_bytes_new (large, EXIF_MOST_BYTES + 1), bytes_of ("Exif"), bytes_of (""),
                       bytes_of ("XX*.........") };
  for (size_t i = 0; i < G_N_ELEMENTS (blocks); i++) {
    g_auto (MetadataRecord) record = { 0 };
    g_autoptr (GError) error = NULL;
    GPtrArray *camera = NULL;
    g_assert_false (exif_read (blocks[i], &record, &camera, &error));
    g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
    g_bytes_unref (blocks[i]);
  }
}

/* The EXIF directory is the one that points at it. */
static void
survives_a_loop (void)
{
  Block block = { g_byte_array_new (), g_byte_array_new (), false };
  put_text (block.out, "II");
  put (&block, block.out, 2, 42);
  put (&block, block.out, 4, 8);
  put (&block, block.out, 2, 1);
  put_number (&block, 0x8769, 4, 8);
  put (&block, block.out, 4, 8);
  g_byte_array_unref (block.values);
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (block.out);
  g_autoptr (GPtrArray) camera = read_block (bytes, &record);
  g_assert_cmpuint (camera->len, ==, 0);
}

/* A block of little-endian numbers with the one comment, in a character set of eight bytes. */
static GBytes *
comment_block (const void *comment, size_t length)
{
  GByteArray *out = g_byte_array_new ();
  put_text (out, "II");
  put_little (out, 2, 42);
  put_little (out, 4, 8);
  put_little (out, 2, 1);
  put_little (out, 2, 0x8769);
  put_little (out, 2, 4);
  put_little (out, 4, 1);
  put_little (out, 4, 26);
  put_little (out, 4, 0);
  put_little (out, 2, 1);
  put_little (out, 2, 0x9286);
  put_little (out, 2, 7);
  put_little (out, 4, length);
  put_little (out, 4, 44);
  put_little (out, 4, 0);
  g_byte_array_append (out, comment, (unsigned)length);
  return g_byte_array_free_to_bytes (out);
}

static void
comments_are_read_in_every_spelling (void)
{
  static const struct {
    size_t length;
    const char *bytes;
  } rows[] = {
    { 8 + 5, "ASCII\0\0\0a \xc5\xbb " },
    { 8 + 8, "UNICODE\0a\0 \0\x7b\x01 \0" },
    { 8 + 8, "UNICODE\0\0a\0 \x01\x7b\0 " }, /* not the order of the block */
    { 8 + 10, "UNICODE\0\xfe\xff\0a\0 \x01\x7b\0 " },
    { 8 + 5, "\0\0\0\0\0\0\0\0a \xc5\xbb " },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) block = comment_block (rows[i].bytes, rows[i].length);
    g_auto (GStrv) texts = exif_read_texts (block);
    g_assert_cmpuint (g_strv_length (texts), ==, 1);
    g_assert_cmpstr (texts[0], ==, "a \xc5\xbb ");
  }
  g_autoptr (GBytes) cut = comment_block ("UNICODE\0\xd8", 9), no_block = bytes_of ("Exif");
  g_auto (GStrv) texts = exif_read_texts (cut), no_texts = exif_read_texts (no_block);
  g_assert_cmpuint (g_strv_length (texts), <=, 1);
  g_assert_cmpuint (g_strv_length (no_texts), ==, 0);
}

static void
a_comment_is_read_by_others (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_auto (MetadataBlobs)
    blobs = { .exif = exif_build (&record, &(ExifFacts){ .comment = "a " ZOLC "\nSteps: 20" }) };
  g_auto (GStrv) texts = exif_read_texts (blobs.exif);
  g_assert_cmpstr (texts[0], ==, "a " ZOLC "\nSteps: 20");
  g_autofree char *exiftool = carrier_ask (&blobs, "exiftool", "-s3 -b -UserComment");
  g_autofree char *exiv2 = carrier_ask (&blobs, "exiv2", "-q -Pt -g Exif.Photo.UserComment");
  if (exiftool != NULL)
    g_assert_cmpstr (g_strstrip (exiftool), ==, "a " ZOLC "\nSteps: 20");
  if (exiv2 != NULL)
    g_assert_cmpstr (g_strstrip (exiv2), ==, "charset=Unicode a " ZOLC "\nSteps: 20");
}

/* Thousands of entries that share one long text: each text is read once. */
static void
the_same_tag_again_costs_nothing (void)
{
  static const unsigned tags[] = { 0x013b, 0x8298, 0x010e, 0x9286 };
  enum { N_ENTRIES = 2000 };
  for (size_t i = 0; i < G_N_ELEMENTS (tags); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    put_text (out, "II");
    put_little (out, 2, 42);
    put_little (out, 4, 8);
    put_little (out, 2, N_ENTRIES);
    for (int k = 0; k < N_ENTRIES; k++) {
      put_little (out, 2, tags[i]);
      put_little (out, 2, 2);
      put_little (out, 4, 40000);
      put_little (out, 4, 16);
    }
    while (out->len < 40100)
      put_little (out, 1, ';');
    g_autoptr (GBytes) block = g_bytes_new (out->data, out->len);
    g_auto (MetadataRecord) record = { 0 };
    g_autoptr (GPtrArray) camera = read_block (block, &record);
    g_auto (GStrv) texts = exif_read_texts (block);
    g_assert_nonnull (camera);
    g_assert_cmpuint (g_strv_length (texts), <=, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/exif/" name, function)
  ADD ("reads-by-the-list", reads_by_the_list);
  ADD ("builds-the-same-from-both-orders", builds_the_same_from_both_orders);
  ADD ("others-read-what-is-built", others_read_what_is_built);
  ADD ("builds-nothing-for-nothing", builds_nothing_for_nothing);
  ADD ("density-alone-is-something", density_alone_is_something);
  ADD ("survives-damage", survives_damage);
  ADD ("refuses-large-and-foreign-blocks", refuses_large_and_foreign_blocks);
  ADD ("survives-a-loop", survives_a_loop);
  ADD ("comments-are-read-in-every-spelling", comments_are_read_in_every_spelling);
  ADD ("a-comment-is-read-by-others", a_comment_is_read_by_others);
  ADD ("the-same-tag-again-costs-nothing", the_same_tag_again_costs_nothing);
  return g_test_run ();
}
