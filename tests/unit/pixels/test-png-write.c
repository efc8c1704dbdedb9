/* What is written is read back by png.h; image/test-encode has libpng read it. */
#include "pixels/png-write.h"

#include <string.h>
#include <zlib.h>

#include "pixels/png-chunks.h"
#include "pixels/png.h"
#include "png-maker.h"

static const PngWriteOptions usual = { .level = 6, .filter = PNG_WRITE_ADAPTIVE };

/* `rows` as PNG has them. */
static GBytes *
write_rows (const GByteArray *rows, const PixelShape *shape, const PngWriteOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PngWriter) writer = png_writer_new (shape, options, &error);
  g_assert_no_error (error);
  size_t row_bytes = pixel_shape_row_bytes (shape);
  g_autofree uint8_t *row = g_malloc (row_bytes);
  for (int y = 0; y < shape->height; y++) {
    memcpy (row, rows->data + (size_t)y * row_bytes, row_bytes);
    for (size_t i = 0; i < row_bytes && shape->bit_depth == 16; i += 2) {
      uint16_t sample = (uint16_t)(row[i] << 8 | row[i + 1]);
      memcpy (row + i, &sample, sizeof sample);
    }
    png_writer_add_row (writer, row, &error);
    g_assert_no_error (error);
  }
  GBytes *png = png_writer_finish (writer, &error);
  g_assert_no_error (error);
  return png;
}

static GByteArray *
read_rows (GBytes *png, const PixelShape *expected, GByteArray *filters)
{
  g_autoptr (GError) error = NULL;
  PixelShape shape;
  size_t length;
  const void *bytes = g_bytes_get_data (png, &length);
  g_autoptr (PngReader) reader = png_reader_new (bytes, length, &shape, &error);
  g_assert_no_error (error);
  g_assert_true (pixel_shape_equal (&shape, expected));
  size_t row_bytes = pixel_shape_row_bytes (&shape);
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_byte_array_set_size (rows, (unsigned)(row_bytes * (size_t)shape.height));
  for (int y = 0; y < shape.height; y++) {
    uint8_t filter;
    png_reader_next_row (reader, rows->data + (size_t)y * row_bytes, &filter, &error);
    g_assert_no_error (error);
    g_byte_array_append (filters, &filter, 1);
  }
  png_reader_finish (reader, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&rows);
}

/* Written and read back; the file. */
static GBytes *
round_trip (const PixelShape *shape, PictureKind kind, const PngWriteOptions *options)
{
  g_autoptr (GByteArray) rows = make_rows (shape, kind);
  g_autoptr (GBytes) png = write_rows (rows, shape, options);
  g_autoptr (GByteArray) filters = g_byte_array_new ();
  g_autoptr (GByteArray) back = read_rows (png, shape, filters);
  g_assert_cmpmem (back->data, back->len, rows->data, rows->len);
  for (unsigned y = 0; y < filters->len && options->filter < PNG_N_FILTERS; y++)
    g_assert_cmpint (filters->data[y], ==, options->filter);
  return g_steal_pointer (&png);
}

static void
every_shape_and_filter_comes_back (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 40 }, { 40, 1 }, { 37, 23 }, { 5, 3 } };
  for (int n_channels = 1; n_channels <= 4; n_channels++) {
    for (int bit_depth = 8; bit_depth <= 16; bit_depth += 8) {
      for (int filter = 0; filter <= PNG_WRITE_ADAPTIVE; filter++) {
        for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
          const PixelShape shape = { sizes[i][0], sizes[i][1], n_channels, bit_depth };
          const PngWriteOptions options = { .level = 6, .filter = filter };
          g_bytes_unref (
            round_trip (&shape, filter % 2 ? PICTURE_NOISE : PICTURE_SMOOTH, &options));
        }
      }
    }
  }
}

static void
every_level_comes_back_whole_and_streamed (void)
{
  const PixelShape shape = { 301, 200, 3, 8 };
  size_t sizes[2][PNG_WRITE_MOST_LEVEL + 1];
  for (int level = 0; level <= PNG_WRITE_MOST_LEVEL; level++) {
    for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
      PngWriteOptions options = usual;
      options.level = level;
      options.most_whole = is_streamed ? 1 : 0;
      g_autoptr (GBytes) png = round_trip (&shape, PICTURE_SMOOTH, &options);
      sizes[is_streamed][level] = g_bytes_get_size (png);
    }
  }
  for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
    g_assert_cmpuint (sizes[is_streamed][0], >, 301 * 200 * 3);
    g_assert_cmpuint (sizes[is_streamed][1], <, 301 * 200 * 3);
    g_assert_cmpuint (sizes[is_streamed][12], <, sizes[is_streamed][1]);
  }
}

/* Chunks of a megabyte, each with its CRC: the reader checks them. */
static void
a_streamed_picture_has_many_chunks (void)
{
  const PixelShape shape = { 1000, 1000, 4, 8 };
  for (int level = 0; level <= 1; level++) {
    PngWriteOptions options = usual;
    options.level = level;
    options.most_whole = 1000 * 1000;
    g_autoptr (GBytes) png = round_trip (&shape, PICTURE_NOISE, &options);
    size_t length, n_idats = 0;
    const uint8_t *bytes = g_bytes_get_data (png, &length);
    for (size_t at = 8; at < length; at += PNG_CHUNK_FRAME + png_chunks_get32 (bytes + at))
      n_idats += memcmp (bytes + at + 4, "IDAT", 4) == 0;
    g_assert_cmpuint (n_idats, ==, 4);
  }
}

static void
the_limit_of_what_is_whole_is_exact (void)
{
  const PixelShape shape = { 100, 50, 3, 8 };
  const size_t n_raw = 301 * 50;
  PngWriteOptions options = usual;
  g_autoptr (GBytes) whole = round_trip (&shape, PICTURE_SMOOTH, &options);
  options.most_whole = n_raw;
  g_autoptr (GBytes) just_whole = round_trip (&shape, PICTURE_SMOOTH, &options);
  options.most_whole = n_raw - 1;
  g_autoptr (GBytes) streamed = round_trip (&shape, PICTURE_SMOOTH, &options);
  g_assert_true (g_bytes_equal (whole, just_whole));
  g_assert_false (g_bytes_equal (whole, streamed));
}

static const uint8_t *
find_chunk (GBytes *png, const char *type, uint32_t *out_length)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (png, &length);
  for (size_t at = 8; at < length; at += PNG_CHUNK_FRAME + *out_length) {
    *out_length = png_chunks_get32 (bytes + at);
    if (memcmp (bytes + at + 4, type, 4) == 0)
      return bytes + at + PNG_CHUNK_HEADER;
  }
  return NULL;
}

static void
a_profile_and_a_density_are_in_their_chunks (void)
{
  const PixelShape shape = { 20, 10, 3, 8 };
  g_autofree uint8_t *profile = g_malloc (3000);
  for (int i = 0; i < 3000; i++)
    profile[i] = (uint8_t)(i * i >> 5);
  g_autoptr (GBytes) icc = g_bytes_new (profile, 3000);
  PngWriteOptions options = usual;
  options.icc = icc;
  options.icc_name = "a name";
  options.dots_per_m = 11811;
  for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
    options.most_whole = is_streamed ? 1 : 0;
    g_autoptr (GBytes) png = round_trip (&shape, PICTURE_SMOOTH, &options);
    uint32_t length;
    const uint8_t *iccp = find_chunk (png, "iCCP", &length);
    g_assert_nonnull (iccp);
    g_assert_cmpmem (iccp, 8, "a name\0\0", 8);
    uint8_t back[3001];
    uLongf n_back = sizeof back;
    g_assert_cmpint (uncompress (back, &n_back, iccp + 8, length - 8), ==, Z_OK);
    g_assert_cmpmem (back, n_back, profile, 3000);
    const uint8_t *phys = find_chunk (png, "pHYs", &length);
    g_assert_nonnull (phys);
    g_assert_cmpmem (phys, length, "\0\0\x2e\x23\0\0\x2e\x23\1", 9);
  }
}

static void
nothing_is_written_unasked (void)
{
  const PixelShape shape = { 20, 10, 3, 8 };
  g_autoptr (GBytes) png = round_trip (&shape, PICTURE_SMOOTH, &usual);
  uint32_t length;
  g_assert_null (find_chunk (png, "iCCP", &length));
  g_assert_null (find_chunk (png, "pHYs", &length));
}

static void
equal_rows_give_equal_bytes (void)
{
  const PixelShape shape = { 200, 150, 4, 16 };
  for (size_t most_whole = 0; most_whole < 2; most_whole++) {
    PngWriteOptions options = usual;
    options.most_whole = most_whole;
    g_autoptr (GBytes) one = round_trip (&shape, PICTURE_SMOOTH, &options);
    g_autoptr (GBytes) other = round_trip (&shape, PICTURE_SMOOTH, &options);
    g_assert_true (g_bytes_equal (one, other));
  }
}

static void
adaptive_is_smaller_than_any_one_filter (void)
{
  const PixelShape shape = { 400, 300, 3, 8 };
  PngWriteOptions options = usual;
  g_autoptr (GBytes) adaptive = round_trip (&shape, PICTURE_SMOOTH, &options);
  options.filter = 0;
  g_autoptr (GBytes) none = round_trip (&shape, PICTURE_SMOOTH, &options);
  g_assert_cmpuint (g_bytes_get_size (adaptive), <, g_bytes_get_size (none));
}

static void
what_cannot_be_a_png_is_refused (void)
{
  static const PixelShape wrong[] = {
    { 0, 1, 3, 8 }, { 1, 0, 3, 8 }, { 1, 1, 5, 8 }, { 1, 1, 0, 8 }, { 1, 1, 3, 12 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (png_writer_new (&wrong[i], &usual, &error));
    g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_UNSUITABLE);
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) icc = g_bytes_new_static ("icc", 3);
  PngWriteOptions options = usual;
  options.icc = icc;
  options.icc_name = "";
  g_assert_null (png_writer_new (&(PixelShape){ 1, 1, 3, 8 }, &options, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
}

static void
too_few_rows_are_no_file (void)
{
  const PixelShape shape = { 10, 3, 3, 8 };
  const uint8_t row[30] = { 0 };
  for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
    g_autoptr (GError) error = NULL;
    PngWriteOptions options = usual;
    options.most_whole = is_streamed ? 1 : 0;
    g_autoptr (PngWriter) writer = png_writer_new (&shape, &options, &error);
    g_assert_true (png_writer_add_row (writer, row, &error));
    g_assert_null (png_writer_finish (writer, &error));
    g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
    g_assert_cmpstr (error->message, ==, "a PNG of 3 rows was given 1");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/png-write/every-shape-and-filter-comes-back",
                   every_shape_and_filter_comes_back);
  g_test_add_func ("/pixels/png-write/every-level-comes-back-whole-and-streamed",
                   every_level_comes_back_whole_and_streamed);
  g_test_add_func ("/pixels/png-write/a-streamed-picture-has-many-chunks",
                   a_streamed_picture_has_many_chunks);
  g_test_add_func ("/pixels/png-write/the-limit-of-what-is-whole-is-exact",
                   the_limit_of_what_is_whole_is_exact);
  g_test_add_func ("/pixels/png-write/a-profile-and-a-density-are-in-their-chunks",
                   a_profile_and_a_density_are_in_their_chunks);
  g_test_add_func ("/pixels/png-write/nothing-is-written-unasked", nothing_is_written_unasked);
  g_test_add_func ("/pixels/png-write/equal-rows-give-equal-bytes", equal_rows_give_equal_bytes);
  g_test_add_func ("/pixels/png-write/adaptive-is-smaller-than-any-one-filter",
                   adaptive_is_smaller_than_any_one_filter);
  g_test_add_func ("/pixels/png-write/too-few-rows-are-no-file", too_few_rows_are_no_file);
  g_test_add_func ("/pixels/png-write/what-cannot-be-a-png-is-refused",
                   what_cannot_be_a_png_is_refused);
  return g_test_run ();
}
