#include "container-check.h"
#include "metadata/exif.h"
#include "metadata/ifd.h"
#include "program.h"

enum { WIDTH = 8, N_STRIPS = 2, STRIP_BYTES = 32 };

typedef struct {
  GByteArray *out;
  bool is_big;
  GArray *entries; /* Entry */
} Maker;

typedef struct {
  unsigned tag, type, count;
  uint32_t value;
} Entry;

static void
put_number (Maker *maker, unsigned n_bytes, uint32_t value)
{
  if (maker->is_big)
    put_big (maker->out, n_bytes, value);
  else
    put_little (maker->out, n_bytes, value);
}

static void
entry (Maker *maker, unsigned tag, unsigned type, unsigned count, uint32_t value)
{
  g_array_append_vals (maker->entries, &(Entry){ tag, type, count, value }, 1);
}

/* A value that stands elsewhere. */
static void
far_entry (Maker *maker, unsigned tag, unsigned type, const char *bytes, unsigned length)
{
  entry (maker, tag, type, length, maker->out->len);
  g_byte_array_append (maker->out, (const uint8_t *)bytes, length);
  put_number (maker, length % 2, 0);
}

/* Empties the row of entries and gives the offset of the directory. */
static uint32_t
directory (Maker *maker, uint32_t next)
{
  uint32_t at = maker->out->len;
  put_number (maker, 2, maker->entries->len);
  for (unsigned i = 0; i < maker->entries->len; i++) {
    const Entry *one = &g_array_index (maker->entries, Entry, i);
    put_number (maker, 2, one->tag);
    put_number (maker, 2, one->type);
    put_number (maker, 4, one->count);
    bool is_short = one->type == 3 && one->count == 1;
    put_number (maker, is_short ? 2 : 4, one->value);
    if (is_short)
      put_number (maker, 2, 0);
  }
  put_number (maker, 4, next);
  g_array_set_size (maker->entries, 0);
  return at;
}

static void
set_number (Maker *maker, unsigned at, uint32_t value)
{
  for (unsigned i = 0; i < 4; i++)
    maker->out->data[at + i] = (uint8_t)(value >> (8 * (maker->is_big ? 3 - i : i)));
}

static void
pixel_entries (Maker *maker, uint32_t offsets, uint32_t sizes)
{
  entry (maker, 256, 3, 1, WIDTH);
  entry (maker, 257, 3, 1, WIDTH);
  entry (maker, 258, 3, 1, 8);
  entry (maker, 259, 3, 1, 1);
  entry (maker, 262, 3, 1, 1);
  entry (maker, 273, 4, N_STRIPS, offsets);
  entry (maker, 277, 3, 1, 1);
  entry (maker, 278, 3, 1, WIDTH / N_STRIPS);
  entry (maker, 279, 4, N_STRIPS, sizes);
}

/* Two strips with `junk` before each, EXIF with a maker note, GPS, everything else that may hide something, a second
 * page and a thumbnail. */
static GBytes *
picture_with (bool is_big, const char *junk)
{
  Maker maker = { g_byte_array_new (), is_big, g_array_new (FALSE, FALSE, sizeof (Entry)) };
  put_text (maker.out, is_big ? "MM" : "II");
  put_number (&maker, 2, 42);
  put_number (&maker, 4, 0);
  uint32_t strips[N_STRIPS];
  for (uint32_t i = 0; i < N_STRIPS; i++) {
    put_text (maker.out, junk);
    strips[i] = maker.out->len;
    for (uint8_t j = 0; j < STRIP_BYTES; j++)
      put_number (&maker, 1, (uint32_t)(j * 7 + i * 100) & 0xff);
  }
  uint32_t arrays = maker.out->len;
  put_number (&maker, 4, strips[0]);
  put_number (&maker, 4, strips[1]);
  put_number (&maker, 4, STRIP_BYTES);
  put_number (&maker, 4, STRIP_BYTES);
  uint32_t density = maker.out->len;
  put_number (&maker, 4, 300);
  put_number (&maker, 4, 1);

  uint32_t exposure = maker.out->len;
  put_number (&maker, 4, 1);
  put_number (&maker, 4, 250);
  entry (&maker, 0x829a, 5, 1, exposure);
  entry (&maker, 0x8827, 3, 1, 400);
  far_entry (&maker, 0x927c, 7, "canary maker note", 17);
  uint32_t exif = directory (&maker, 0);
  far_entry (&maker, 2, 2, "canary 50 N", 12);
  uint32_t gps = directory (&maker, 0);
  entry (&maker, 254, 4, 1, 1);
  far_entry (&maker, 270, 2, "canary small", 13);
  uint32_t thumbnail = directory (&maker, 0);
  pixel_entries (&maker, arrays, arrays + 8);
  far_entry (&maker, 285, 2, "canary page", 12);
  uint32_t page = directory (&maker, thumbnail);

  pixel_entries (&maker, arrays, arrays + 8);
  entry (&maker, 282, 5, 1, density);
  entry (&maker, 283, 5, 1, density);
  entry (&maker, 296, 3, 1, 2);
  far_entry (&maker, 315, 2, "canary Ann", 11);
  entry (&maker, 330, 4, 1, thumbnail);
  far_entry (&maker, 700, 1, "<canary xmp/>", 13);
  far_entry (&maker, 33723, 7, "\x1c\x02\x69\0\6canary", 11);
  far_entry (&maker, 34377, 1, "8BIM\4\4\0\0\0\0\0\6canary", 18);
  entry (&maker, 34665, 4, 1, exif);
  far_entry (&maker, 34675, 7, "a profile", 9);
  entry (&maker, 34853, 4, 1, gps);
  far_entry (&maker, 50000, 2, "canary private", 15);
  far_entry (&maker, 52545, 7, "\0\0\0\x0ejumbcanary", 14);
  /* values stand in front of the directory */
  set_number (&maker, 4, directory (&maker, page));
  g_array_unref (maker.entries);
  return g_byte_array_free_to_bytes (maker.out);
}

static GBytes *
picture (bool is_big)
{
  return picture_with (is_big, "canary between");
}

static GBytes *
put (GBytes *file, const MetadataBlobs *blobs)
{
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (container_put (file, blobs, &out, &error), error);
  return out;
}

static GBytes *
exif_block (void)
{
  g_auto (MetadataRecord) record = { 0 };
  metadata_record_add_bytes (&record, METADATA_RIGHTS, (const uint8_t *)"\xc2\xa9 me", 5);
  return exif_build (&record, &(ExifFacts){ .width = WIDTH, .height = WIDTH });
}

static void
check_list (bool is_big)
{
  g_autoptr (GBytes) file = picture (is_big);
  g_autoptr (GPtrArray) blocks = container_list (file);
  const Block *exif = find_block (blocks, BLOCK_EXIF, "34665");
  g_assert_nonnull (exif);
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GPtrArray) camera = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (exif_read (exif->data, &record, &camera, &error), error);
  g_assert_cmpuint (camera->len, ==, 2);
  g_assert_cmpuint (record.strangers, ==,
                    METADATA_STRANGER_LOCATION | METADATA_STRANGER_MAKER_NOTE);
  g_assert_cmpstr (metadata_record_text (&record, METADATA_CREATOR), ==, "canary Ann");
  g_assert_true (bytes_hold (find_block (blocks, BLOCK_XMP, "700")->data, "<canary xmp/>"));
  g_assert_true (bytes_hold (find_block (blocks, BLOCK_IPTC, "33723")->data, "canary"));
  g_assert_true (bytes_hold (find_block (blocks, BLOCK_IPTC, "34377")->data, "8BIM"));
  g_assert_true (bytes_hold (find_block (blocks, BLOCK_ICC, "34675")->data, "a profile"));
  g_assert_true (bytes_hold (find_block (blocks, BLOCK_C2PA, "52545")->data, "jumb"));
  g_assert_nonnull (find_block (blocks, BLOCK_DENSITY, "282"));
  g_assert_nonnull (find_block (blocks, BLOCK_OTHER, "thumbnail"));
  g_assert_nonnull (find_block (blocks, BLOCK_OTHER, "50000"));
}

static void
lists_every_block (void)
{
  check_list (false);
  check_list (true);
}

static void
takes_all_metadata_off (void)
{
  for (int is_big = 0; is_big < 2; is_big++) {
    g_autoptr (GBytes) file = picture (is_big != 0);
    g_autoptr (GBytes) out = put (file, &(MetadataBlobs){ 0 });
    g_autoptr (GBytes) again = put (out, &(MetadataBlobs){ 0 });
    g_assert_false (bytes_hold (out, "canary"));
    g_assert_true (g_bytes_equal (out, again));
    g_autoptr (GPtrArray) blocks = container_list (out);
    g_assert_cmpuint (blocks->len, ==, 2);
    g_assert_nonnull (find_block (blocks, BLOCK_ICC, "34675"));
    g_assert_nonnull (find_block (blocks, BLOCK_DENSITY, "282"));
    /* The strips are where they were. */
    const uint8_t *old = g_bytes_get_data (file, NULL), *new = g_bytes_get_data (out, NULL);
    g_assert_cmpmem (old + 8 + 14, STRIP_BYTES, new + 8 + 14, STRIP_BYTES);
    g_assert_cmpmem (old + 8 + 28 + STRIP_BYTES, STRIP_BYTES, new + 8 + 28 + STRIP_BYTES,
                     STRIP_BYTES);
  }
}

typedef struct {
  const uint8_t *bytes;
  unsigned last_tag;
} Order;

static void
check_entry (const IfdEntry *one, void *data)
{
  Order *order = data;
  g_assert_cmpuint (one->tag, >, order->last_tag);
  order->last_tag = one->tag;
  g_assert_true (one->size <= 4 || (one->data - order->bytes) % 2 == 0);
}

static void
entries_are_sorted_and_values_even (void)
{
  g_autoptr (GBytes) file = picture (false), exif = exif_block (), xmp = bytes_of ("<odd/>!");
  g_autoptr (GBytes) out = put (file, &(MetadataBlobs){ .exif = exif, .xmp = xmp });
  Ifd ifd;
  Order order = { g_bytes_get_data (out, NULL), 0 };
  g_assert_true (ifd_open (order.bytes, g_bytes_get_size (out), &ifd));
  g_assert_cmpuint (ifd.first % 2, ==, 0);
  g_assert_cmpuint (ifd_each (&ifd, ifd.first, check_entry, &order), ==, 0);
  g_assert_cmpuint (order.last_tag, ==, 34675);
}

static void
puts_blocks_that_others_read (void)
{
  for (int is_big = 0; is_big < 2; is_big++) {
    g_autoptr (GBytes) file = picture (is_big != 0), exif = exif_block ();
    g_autoptr (GBytes) xmp = bytes_of ("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
    g_autoptr (GBytes) out = put (file, &(MetadataBlobs){ .exif = exif, .xmp = xmp });
    g_autoptr (GPtrArray) blocks = container_list (out);
    g_assert_true (g_bytes_equal (container_find (blocks, BLOCK_XMP)->data, xmp));
    g_assert_cmpuint (blocks->len, ==, 4);
    g_autoptr (Scratch) scratch = scratch_new ();
    const char *path = scratch_path (scratch, "a.tif");
    g_autoptr (GError) error = NULL;
    assert_ok (g_file_set_contents (path, g_bytes_get_data (out, NULL),
                                    (gssize)g_bytes_get_size (out), &error),
               error);
    g_autofree char *info = program_run ((const char *[]){ "tiffinfo", "-D", path, NULL });
    g_autofree char *read = program_run (
      (const char *[]){ "exiftool", "-validate", "-warning", "-a", "-copyright", path, NULL });
    if (info == NULL || read == NULL)
      return;
    g_assert_null (strstr (info, "arning"));
    g_assert_null (strstr (info, "rror"));
    g_assert_nonnull (strstr (info, "300, 300 pixels/inch"));
    g_assert_nonnull (strstr (read, "\xc2\xa9 me"));
    g_assert_null (strstr (read, "IFD0 pointer"));
  }
}

/* exif_read() gives values in one byte order. */
static void
assert_camera (GBytes *file)
{
  g_autoptr (GPtrArray) blocks = container_list (file), camera = NULL;
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GError) error = NULL;
  assert_ok (exif_read (container_find (blocks, BLOCK_EXIF)->data, &record, &camera, &error),
             error);
  g_assert_cmpuint (camera->len, ==, 2);
  const ExifField *exposure = g_ptr_array_index (camera, 0), *iso = g_ptr_array_index (camera, 1);
  g_assert_cmpmem (g_bytes_get_data (exposure->data, NULL), 8, "\1\0\0\0\xfa\0\0\0", 8);
  g_assert_cmpmem (g_bytes_get_data (iso->data, NULL), 2, "\x90\1", 2);
}

static void
values_cross_byte_orders (void)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr (GBytes) from = picture (i == 0), to = picture (i != 0);
    g_autoptr (GPtrArray) blocks = container_list (from);
    g_autoptr (GBytes)
      out = put (to, &(MetadataBlobs){ .exif = container_find (blocks, BLOCK_EXIF)->data });
    assert_camera (from);
    assert_camera (out);
  }
}

/* libtiff turns IPTC as numbers of four bytes. */
static void
turned_iptc_is_turned_back (void)
{
  Maker maker = { g_byte_array_new (), true, g_array_new (FALSE, FALSE, sizeof (Entry)) };
  put_text (maker.out, "MM");
  put_big (maker.out, 6, 0x002a00000000);
  entry (&maker, 33723, 4, 2, maker.out->len);
  g_byte_array_append (maker.out, (const uint8_t *)"\0\x69\2\34cba\3", 8);
  set_number (&maker, 4, directory (&maker, 0));
  g_array_unref (maker.entries);
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (maker.out);
  g_autoptr (GPtrArray) blocks = container_list (file);
  const Block *iptc = container_find (blocks, BLOCK_IPTC);
  g_assert_nonnull (iptc);
  g_assert_cmpmem (g_bytes_get_data (iptc->data, NULL), 8, "\34\2\x69\0\3abc", 8);
}

static void
hostile_files_end (void)
{
  g_autoptr (GBytes) whole = picture (true), exif = exif_block ();
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (whole, &length);
  for (size_t n = 0; n < length; n++) {
    g_autofree uint8_t *copy = g_memdup2 (bytes, n);
    g_autoptr (GBytes) cut = g_bytes_new (copy, n);
    g_ptr_array_unref (container_list (cut));
    g_autoptr (GBytes) out = NULL;
    g_assert_false (container_put (cut, &(MetadataBlobs){ .exif = exif }, &out, NULL));
  }
  for (size_t i = 0; i < length; i++) {
    g_autofree uint8_t *copy = g_memdup2 (bytes, length);
    copy[i] ^= 0xff;
    g_autoptr (GBytes) bent = g_bytes_new (copy, length);
    g_ptr_array_unref (container_list (bent));
    g_autoptr (GBytes) out = NULL;
    container_put (bent, &(MetadataBlobs){ .exif = exif }, &out, NULL);
  }
}

/* A directory that is its own next, EXIF, GPS and thumbnail. */
static void
loops_end (void)
{
  Maker maker = { g_byte_array_new (), false, g_array_new (FALSE, FALSE, sizeof (Entry)) };
  put_text (maker.out, "II*");
  put_big (maker.out, 5, 0x0008000000);
  entry (&maker, 330, 4, 1, 8);
  entry (&maker, 34665, 4, 1, 8);
  entry (&maker, 34853, 4, 1, 8);
  directory (&maker, 8);
  g_array_unref (maker.entries);
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (maker.out), out = NULL;
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_cmpuint (blocks->len, <=, 20);
  g_autoptr (GError) error = NULL;
  g_assert_false (container_put (file, &(MetadataBlobs){ 0 }, &out, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
}

static void
embeds_no_credentials (void)
{
  g_autoptr (GBytes) file = picture (false), store = bytes_of ("store"), out = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_false (container_embeds_c2pa (CONTAINER_TIFF));
  g_assert_false (container_put_c2pa (file, store, &out, NULL, NULL, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
}

static void
a_tail_makes_the_same_file (void)
{
  for (int is_big = 0; is_big <= 1; is_big++) {
    g_autoptr (GBytes) file = picture_with (is_big, ""), exif = exif_block (),
                       xmp = g_bytes_new ("<xmp/>", 6);
    const MetadataBlobs blobs = { .exif = exif, .xmp = xmp };
    g_autoptr (GBytes) whole = put (file, &blobs);
    g_autoptr (GError) error = NULL;
    ContainerTail tail;
    assert_ok (container_put_tail (file, &blobs, &tail, &error), error);
    GByteArray *joined = g_byte_array_new ();
    g_byte_array_append (joined, g_bytes_get_data (file, NULL), (unsigned)tail.at);
    memcpy (joined->data, tail.header, sizeof tail.header);
    g_byte_array_append (joined, g_bytes_get_data (tail.tail, NULL),
                         (unsigned)g_bytes_get_size (tail.tail));
    g_autoptr (GBytes) made = g_byte_array_free_to_bytes (joined);
    g_assert_true (g_bytes_equal (made, whole));
    g_bytes_unref (tail.tail);
  }
}

/* What lies there would stay in the file. */
static void
no_tail_for_pixels_with_something_between (void)
{
  g_autoptr (GBytes) file = picture (false);
  g_autoptr (GError) error = NULL;
  ContainerTail tail = { .tail = NULL };
  g_assert_false (container_put_tail (file, &(MetadataBlobs){ 0 }, &tail, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  g_assert_null (tail.tail);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/container-tiff/lists-every-block", lists_every_block);
  g_test_add_func ("/metadata/container-tiff/takes-all-metadata-off", takes_all_metadata_off);
  g_test_add_func ("/metadata/container-tiff/puts-blocks-that-others-read",
                   puts_blocks_that_others_read);
  g_test_add_func ("/metadata/container-tiff/entries-are-sorted-and-values-even",
                   entries_are_sorted_and_values_even);
  g_test_add_func ("/metadata/container-tiff/values-cross-byte-orders", values_cross_byte_orders);
  g_test_add_func ("/metadata/container-tiff/turned-iptc-is-turned-back",
                   turned_iptc_is_turned_back);
  g_test_add_func ("/metadata/container-tiff/hostile-files-end", hostile_files_end);
  g_test_add_func ("/metadata/container-tiff/loops-end", loops_end);
  g_test_add_func ("/metadata/container-tiff/a-tail-makes-the-same-file",
                   a_tail_makes_the_same_file);
  g_test_add_func ("/metadata/container-tiff/no-tail-for-pixels-with-something-between",
                   no_tail_for_pixels_with_something_between);
  g_test_add_func ("/metadata/container-tiff/embeds-no-credentials", embeds_no_credentials);
  return g_test_run ();
}
