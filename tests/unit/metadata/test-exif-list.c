#include "support/carrier.h"
#include "metadata/exif-list.h"

enum { VALUES_AT = 1024 };

/* A block in little-endian order: directories one behind another, longer values at VALUES_AT. */
typedef struct {
  GByteArray *out, *values;
} Block;

static Block
begin (void)
{
  Block block = { g_byte_array_new (), g_byte_array_new () };
  put_text (block.out, "II*");
  put_little (block.out, 1, 0);
  put_little (block.out, 4, 8);
  return block;
}

static void
put_short (Block *block, unsigned tag, unsigned value)
{
  put_little (block->out, 2, tag);
  put_little (block->out, 2, 3);
  put_little (block->out, 4, 1);
  put_little (block->out, 4, value);
}

static void
put_long (Block *block, unsigned tag, unsigned value)
{
  put_little (block->out, 2, tag);
  put_little (block->out, 2, 4);
  put_little (block->out, 4, 1);
  put_little (block->out, 4, value);
}

static void
put_value (Block *block, unsigned tag, unsigned type, unsigned count, const void *bytes,
           size_t length)
{
  put_little (block->out, 2, tag);
  put_little (block->out, 2, type);
  put_little (block->out, 4, count);
  put_little (block->out, 4, VALUES_AT + block->values->len);
  g_byte_array_append (block->values, bytes, (unsigned)length);
}

static void
put_rational (Block *block, unsigned tag, unsigned type, uint32_t a, uint32_t b)
{
  g_autoptr (GByteArray) pair = g_byte_array_new ();
  put_little (pair, 4, a);
  put_little (pair, 4, b);
  put_value (block, tag, type, 1, pair->data, pair->len);
}

static GBytes *
finish (Block *block)
{
  while (block->out->len < VALUES_AT)
    put_little (block->out, 1, 0);
  g_byte_array_append (block->out, block->values->data, block->values->len);
  g_byte_array_unref (block->values);
  return g_byte_array_free_to_bytes (block->out);
}

/* The value of the first line of this name, or "". */
static const char *
value_of (const ExifList *list, ExifListDirectory directory, const char *name)
{
  for (unsigned i = 0; i < list->lines->len; i++) {
    const ExifLine *line = list->lines->pdata[i];
    if (line->directory == directory && strcmp (line->name, name) == 0)
      return line->value;
  }
  return "";
}

static void
list_ok (GBytes *block, bool is_file, ExifList *list)
{
  g_autoptr (GError) error = NULL;
  assert_ok (exif_list (block, is_file, list, &error), error);
}

/* IFD0, then the EXIF directory, then IFD1 with a thumbnail of two bytes. */
static GBytes *
camera_block (void)
{
  Block block = begin ();
  unsigned exif_at = 8 + 2 + 6 * 12 + 4, ifd1_at = exif_at + 2 + 6 * 12 + 4;
  put_little (block.out, 2, 6);
  put_value (&block, 0x010f, 2, 6, "Canon", 6);
  put_short (&block, 0x0112, 6);
  put_rational (&block, 0x011a, 5, 300, 1);
  put_rational (&block, 0x011b, 5, 118, 1);
  put_short (&block, 0x0128, 2);
  put_long (&block, 0x8769, exif_at);
  put_little (block.out, 4, ifd1_at);
  put_little (block.out, 2, 6);
  put_rational (&block, 0x829a, 5, 1, 125);
  put_rational (&block, 0x9204, 10, (uint32_t)-1, 3);
  put_value (&block, 0x9286, 7, 14, "UNICODE\0Z\0o\0\xeb\0", 14);
  put_value (&block, 0x927c, 7, 16, "canary-maker-nt", 16);
  put_value (&block, 0xa300, 7, 9, "\1\2\3\4\5\6\7\x08\x09", 9);
  put_short (&block, 0xfedc, 7);
  put_little (block.out, 4, 0);
  put_little (block.out, 2, 2);
  put_long (&block, 0x0201, VALUES_AT);
  put_long (&block, 0x0202, 2);
  put_little (block.out, 4, 0);
  return finish (&block);
}

static void
tells_values_in_words (void)
{
  g_auto (ExifList) list = { NULL };
  g_autoptr (GBytes) block = camera_block ();
  list_ok (block, false, &list);
  g_assert_cmpstr (value_of (&list, EXIF_LIST_IFD0, "Make"), ==, "Canon");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_IFD0, "Orientation"), ==, "to be turned right (6)");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_EXIF, "ExposureTime"), ==, "1/125");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_EXIF, "ExposureBiasValue"), ==, "-0.3333333333");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_EXIF, "UserComment"), ==, "Zo\xc3\xab");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_EXIF, "FileSource"), ==, "9 bytes");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_EXIF, "0xfedc"), ==, "7");
  g_assert_cmpuint (list.orientation, ==, 6);
  g_assert_false (list.has_location);
}

static void
of_maker_notes_and_thumbnails_only_sizes (void)
{
  g_auto (ExifList) list = { NULL };
  g_autoptr (GBytes) block = camera_block ();
  list_ok (block, false, &list);
  g_assert_cmpuint (list.maker_note_bytes, ==, 16);
  g_assert_cmpuint (list.thumbnail_bytes, ==, 2);
  g_assert_cmpstr (value_of (&list, EXIF_LIST_EXIF, "MakerNote"), ==, "");
}

static void
tells_density (void)
{
  g_auto (ExifList) list = { NULL };
  g_autoptr (GBytes) block = camera_block ();
  list_ok (block, false, &list);
  g_assert_cmpfloat (list.x_dpi, ==, 300);
  g_assert_cmpfloat (list.y_dpi, ==, 118);
}

static void
the_next_page_of_a_file_is_no_thumbnail (void)
{
  g_auto (ExifList) list = { NULL };
  g_autoptr (GBytes) block = camera_block ();
  list_ok (block, true, &list);
  g_assert_cmpuint (list.thumbnail_bytes, ==, 0);
  for (unsigned i = 0; i < list.lines->len; i++)
    g_assert_cmpint (((const ExifLine *)list.lines->pdata[i])->directory, !=, EXIF_LIST_IFD1);
}

static void
tells_places (void)
{
  static const uint8_t latitude[] = { 48, 0, 0, 0, 1,  0, 0, 0, 12, 0, 0, 0,
                                      1,  0, 0, 0, 61, 0, 0, 0, 2,  0, 0, 0 };
  Block block = begin ();
  g_auto (ExifList) list = { NULL };
  put_little (block.out, 2, 1);
  put_long (&block, 0x8825, 8 + 2 + 12 + 4);
  put_little (block.out, 4, 0);
  put_little (block.out, 2, 1);
  put_value (&block, 2, 5, 3, latitude, sizeof latitude);
  put_little (block.out, 4, 0);
  g_autoptr (GBytes) bytes = finish (&block);
  list_ok (bytes, false, &list);
  g_assert_cmpstr (value_of (&list, EXIF_LIST_GPS, "GPSLatitude"), ==, "48\xc2\xb0 12' 30.5\"");
  g_assert_true (list.has_location);
}

/* Each directory leads to itself, and the next one to the first. */
static void
circles_end (void)
{
  Block block = begin ();
  g_auto (ExifList) list = { NULL };
  put_little (block.out, 2, 3);
  put_long (&block, 0x8769, 8);
  put_long (&block, 0x8825, 8);
  put_long (&block, 0xa005, 8);
  put_little (block.out, 4, 8);
  g_autoptr (GBytes) bytes = finish (&block);
  list_ok (bytes, false, &list);
  g_assert_cmpuint (list.lines->len, <=, 5 * 3);
}

/* Thousands of entries that all point to the same kilobytes. */
static void
values_are_bounded_together (void)
{
  Block block = { g_byte_array_new (), g_byte_array_new () };
  g_autofree char *text = g_strnfill (32000, 'x');
  g_auto (ExifList) list = { NULL };
  put_text (block.out, "II*");
  put_little (block.out, 1, 0);
  put_little (block.out, 4, 8);
  put_little (block.out, 2, 2500);
  for (unsigned i = 0; i < 2500; i++) {
    put_little (block.out, 2, 0x010e);
    put_little (block.out, 2, 2);
    put_little (block.out, 4, 32000);
    put_little (block.out, 4, 8 + 2 + 2500 * 12 + 4);
  }
  put_little (block.out, 4, 0);
  put_text (block.out, text);
  g_byte_array_unref (block.values);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (block.out);
  list_ok (bytes, false, &list);
  size_t sum = 0;
  for (unsigned i = 0; i < list.lines->len; i++)
    sum += strlen (((const ExifLine *)list.lines->pdata[i])->value);
  g_assert_cmpuint (sum, <=, EXIF_LIST_MOST_BYTES + EXIF_LIST_MOST_VALUE_BYTES + 8);
  g_assert_cmpuint (list.lines->len + list.n_left_out, ==, 2500);
}

static void
what_is_cut_is_read_as_far_as_it_goes (void)
{
  g_autoptr (GBytes) whole = camera_block ();
  for (size_t length = 0; length <= g_bytes_get_size (whole); length++) {
    g_autofree uint8_t *copy = g_memdup2 (g_bytes_get_data (whole, NULL), MAX (length, 1));
    g_autoptr (GBytes) cut = g_bytes_new_static (copy, length);
    g_autoptr (GError) error = NULL;
    g_auto (ExifList) list = { NULL };
    bool ok = exif_list (cut, false, &list, &error);
    g_assert_true (ok == (error == NULL));
    g_assert_true (ok == (length >= 8));
  }
}

/* Those that libexif has no name for. */
static void
names_what_others_name (void)
{
  Block block = begin ();
  put_little (block.out, 2, 4);
  put_value (&block, 0x013c, 2, 7, "iPhone", 7);
  put_short (&block, 0x013d, 2);
  put_short (&block, 0x4746, 5);
  put_short (&block, 0xeeee, 1);
  put_little (block.out, 4, 0);
  g_autoptr (GBytes) bytes = finish (&block);
  g_auto (ExifList) list = { NULL };
  g_autoptr (GError) error = NULL;
  assert_ok (exif_list (bytes, false, &list, &error), error);
  g_assert_cmpstr (value_of (&list, EXIF_LIST_IFD0, "HostComputer"), ==, "iPhone");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_IFD0, "Predictor"), ==, "2");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_IFD0, "Rating"), ==, "5");
  g_assert_cmpstr (value_of (&list, EXIF_LIST_IFD0, "0xeeee"), ==, "1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/exif-list/" name, function)
  ADD ("tells-values-in-words", tells_values_in_words);
  ADD ("of-maker-notes-and-thumbnails-only-sizes", of_maker_notes_and_thumbnails_only_sizes);
  ADD ("tells-density", tells_density);
  ADD ("the-next-page-of-a-file-is-no-thumbnail", the_next_page_of_a_file_is_no_thumbnail);
  ADD ("tells-places", tells_places);
  ADD ("circles-end", circles_end);
  ADD ("values-are-bounded-together", values_are_bounded_together);
  ADD ("what-is-cut-is-read-as-far-as-it-goes", what_is_cut_is_read_as_far_as_it_goes);
  ADD ("names-what-others-name", names_what_others_name);
  return g_test_run ();
}
