#include <glib.h>

#include "pixels/png-whole.h"
#include "pixels/png.h"
#include "png-maker.h"
#include "support/scratch.h"

/* All rows; *out_filters a byte per row. NULL: the error that stopped it. */
static GByteArray *
read_all (const GByteArray *png, PixelShape *out_shape, GByteArray *filters, GError **error)
{
  g_autoptr (PngReader) reader = png_reader_new (png->data, png->len, out_shape, error);
  if (reader == NULL)
    return NULL;
  size_t row_bytes = pixel_shape_row_bytes (out_shape);
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autofree uint8_t *row = g_malloc (row_bytes);
  for (int y = 0; y < out_shape->height; y++) {
    uint8_t filter;
    if (!png_reader_next_row (reader, row, &filter, error))
      return NULL;
    g_byte_array_append (rows, row, (unsigned)row_bytes);
    g_byte_array_append (filters, &filter, 1);
  }
  return png_reader_finish (reader, error) ? g_steal_pointer (&rows) : NULL;
}

/* All at once: the same rows, the samples in the machine's order. */
static void
read_whole (const GByteArray *png, const PixelShape *expected, const GByteArray *made)
{
  g_autoptr (GError) error = NULL;
  PixelShape shape;
  g_autoptr (GBytes) pixels = png_whole_read (png->data, png->len, &shape, &error);
  g_assert_no_error (error);
  g_assert_true (pixel_shape_equal (&shape, expected));
  size_t length;
  const uint8_t *rows = g_bytes_get_data (pixels, &length);
  g_assert_cmpuint (length, ==, made->len);
  if (shape.bit_depth == 8)
    g_assert_cmpmem (rows, length, made->data, made->len);
  for (size_t i = 0; i < length && shape.bit_depth == 16; i += 2) {
    uint16_t sample;
    memcpy (&sample, rows + i, sizeof sample);
    g_assert_cmpuint (sample, ==, (unsigned)made->data[i] << 8 | made->data[i + 1]);
  }
}

static void
read_back (const PngMaking *making)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) made = make_rows (&making->shape, making->kind);
  g_autoptr (GByteArray) png = make_png (making);
  g_autoptr (GByteArray) filters = g_byte_array_new ();
  PixelShape shape;
  g_autoptr (GByteArray) rows = read_all (png, &shape, filters, &error);
  g_assert_no_error (error);
  g_assert_true (pixel_shape_equal (&shape, &making->shape));
  g_assert_cmpmem (rows->data, rows->len, made->data, made->len);
  read_whole (png, &making->shape, made);
  for (int y = 0; y < (int)filters->len; y++)
    g_assert_cmpint (filters->data[y], ==,
                     making->filter == FILTERS_MIXED ? y * 3 % 5 : making->filter);
}

static void
test_every_shape_and_filter_is_read (void)
{
  for (int n_channels = 1; n_channels <= 4; n_channels++) {
    for (int bit_depth = 8; bit_depth <= 16; bit_depth += 8) {
      for (int filter = 0; filter <= FILTERS_MIXED; filter++) {
        PngMaking making = png_making_default;
        making.shape = (PixelShape){ 37, 23, n_channels, bit_depth };
        making.filter = filter;
        making.kind = filter % 2 == 0 ? PICTURE_SMOOTH : PICTURE_NOISE;
        read_back (&making);
      }
    }
  }
}

static void
test_a_single_pixel_is_read (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 1, 1, 4, 16 };
  read_back (&making);
}

static void
test_any_cut_into_chunks_is_read (void)
{
  PngMaking making = png_making_default;
  for (making.idat_bytes = 0; making.idat_bytes < 5; making.idat_bytes++)
    read_back (&making);
}

/* Reads a PNG that must not be read to its end. */
static void
refuse (const GByteArray *png, PixelsErrorCode code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) filters = g_byte_array_new ();
  PixelShape shape;
  g_autoptr (GByteArray) rows = read_all (png, &shape, filters, &error);
  g_assert_null (rows);
  g_assert_error (error, PIXELS_ERROR, (int)code);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
  g_clear_error (&error);
  g_assert_null (png_whole_read (png->data, png->len, &shape, &error));
  g_assert_error (error, PIXELS_ERROR, (int)code);
}

static void
test_a_cut_anywhere_is_found (void)
{
  PngMaking making = png_making_default;
  making.idat_bytes = 1000;
  g_autoptr (GByteArray) png = make_png (&making);
  for (unsigned length = 8; length < png->len; length++) {
    g_autoptr (GByteArray) cut = g_byte_array_new ();
    g_byte_array_append (cut, png->data, length);
    refuse (cut, PIXELS_ERROR_DAMAGED, "");
  }
}

static void
test_any_flipped_byte_is_found (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 9, 7, 3, 8 };
  g_autoptr (GByteArray) png = make_png (&making);
  for (unsigned at = 0; at < png->len; at++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GByteArray) filters = g_byte_array_new ();
    PixelShape shape;
    png->data[at] ^= 0x10;
    g_autoptr (GByteArray) rows = read_all (png, &shape, filters, &error);
    png->data[at] ^= 0x10;
    g_assert_null (rows);
    g_assert_nonnull (error);
  }
}

/* IHDR with a byte of its 13 set to a value. */
static GByteArray *
with_header_byte (unsigned at, uint8_t value)
{
  GByteArray *png = g_byte_array_new ();
  put_signature (png);
  uint8_t ihdr[13] = { 0, 0, 0, 4, 0, 0, 0, 4, 8, 2 };
  ihdr[at] = value;
  put_chunk (png, "IHDR", ihdr, sizeof ihdr);
  return png;
}

static void
test_other_kinds_are_unsuitable (void)
{
  static const struct {
    unsigned at;
    uint8_t value;
    PixelsErrorCode code;
    const char *words;
  } cases[] = {
    { 9, 3, PIXELS_ERROR_UNSUITABLE, "palette" },
    { 12, 1, PIXELS_ERROR_UNSUITABLE, "interlaced" },
    { 8, 4, PIXELS_ERROR_UNSUITABLE, "4 bits a sample" },
    { 9, 5, PIXELS_ERROR_DAMAGED, "colour type (5)" },
    { 9, 7, PIXELS_ERROR_DAMAGED, "colour type (7)" },
    { 10, 1, PIXELS_ERROR_DAMAGED, "a compression (1)" },
    { 11, 64, PIXELS_ERROR_DAMAGED, "filter (64)" },
    { 12, 2, PIXELS_ERROR_DAMAGED, "interlacing (2)" },
    { 3, 0, PIXELS_ERROR_DAMAGED, "0 x 4 px" },
    { 0, 0xff, PIXELS_ERROR_TOO_LARGE, "1000000 px a side" },
    { 5, 0x10, PIXELS_ERROR_TOO_LARGE, "1000000 px a side" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) png = with_header_byte (cases[i].at, cases[i].value);
    refuse (png, cases[i].code, cases[i].words);
  }
}

static void
test_chunks_that_change_the_picture_are_unsuitable (void)
{
  static const struct {
    const char *type;
    PixelsErrorCode code;
    const char *words;
  } cases[] = {
    { "tRNS", PIXELS_ERROR_UNSUITABLE, "transparent colour" },
    { "acTL", PIXELS_ERROR_UNSUITABLE, "animated" },
    { "CgBI", PIXELS_ERROR_UNSUITABLE, "a chunk that is not known here (CgBI)" },
    { "IHDR", PIXELS_ERROR_DAMAGED, "a chunk IHDR where pixels should come" },
    { "IEND", PIXELS_ERROR_DAMAGED, "a chunk IEND where pixels should come" },
    { "ab1d", PIXELS_ERROR_DAMAGED, "not four letters" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) png = with_header_byte (12, 0);
    put_chunk (png, cases[i].type, "\0\1\0\1\0\1", 6);
    refuse (png, cases[i].code, cases[i].words);
  }
  g_autoptr (GByteArray) other = g_byte_array_new ();
  g_byte_array_append (other, (const uint8_t *)"GIF89a, not a PNG", 17);
  refuse (other, PIXELS_ERROR_UNSUITABLE, "signature");
}

/* The default picture with other data: `grown` rows of it more or fewer, or a byte behind. */
static GByteArray *
with_other_rows (int grown, bool has_byte_behind)
{
  PngMaking making = png_making_default;
  PixelShape told = making.shape;
  making.shape.height += grown;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making.shape, making.filter);
  g_autoptr (GByteArray) stream = make_stream (filtered, &making);
  if (has_byte_behind)
    g_byte_array_append (stream, (const uint8_t *)"x", 1);
  return make_png_around (&told, stream, 0);
}

static void
test_a_stream_of_another_length_is_found (void)
{
  g_autoptr (GByteArray) fewer = with_other_rows (-1, false);
  g_autoptr (GByteArray) more = with_other_rows (1, false);
  g_autoptr (GByteArray) behind = with_other_rows (0, true);
  refuse (fewer, PIXELS_ERROR_DAMAGED, "fewer rows");
  refuse (more, PIXELS_ERROR_DAMAGED, "more rows");
  refuse (behind, PIXELS_ERROR_DAMAGED, "behind the end of its pixels");
}

static void
test_a_wrong_filter_or_adler_is_found (void)
{
  PngMaking making = png_making_default;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making.shape, making.filter);
  g_autoptr (GByteArray) sound = make_stream (filtered, &making);
  sound->data[sound->len - 1] ^= 1;
  g_autoptr (GByteArray) wrong_adler = make_png_around (&making.shape, sound, 0);
  refuse (wrong_adler, PIXELS_ERROR_DAMAGED, "the PNG's pixels are damaged: incorrect data check");

  filtered->data[2 * (1 + pixel_shape_row_bytes (&making.shape))] = 5;
  g_autoptr (GByteArray) stream = make_stream (filtered, &making);
  g_autoptr (GByteArray) wrong_filter = make_png_around (&making.shape, stream, 0);
  refuse (wrong_filter, PIXELS_ERROR_DAMAGED, "row 2 of the PNG names a filter (5)");
}

/* The default picture with a chunk between two IDATs, and one behind them. */
static GByteArray *
with_chunks (const char *between, const char *behind)
{
  PngMaking making = png_making_default;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making.shape, making.filter);
  g_autoptr (GByteArray) stream = make_stream (filtered, &making);
  GByteArray *png = g_byte_array_new ();
  put_signature (png);
  put_header (png, &making.shape);
  put_chunk (png, "pHYs", "\0\0\x0b\x13\0\0\x0b\x13\1", 9);
  put_chunk (png, "IDAT", stream->data, 500);
  put_chunk (png, between, "", 0);
  put_chunk (png, "IDAT", stream->data + 500, stream->len - 500);
  put_chunk (png, "IDAT", "", 0);
  put_chunk (png, behind, "", 0);
  put_chunk (png, "IEND", "", 0);
  g_byte_array_append (png, (const uint8_t *)"more", 4);
  return png;
}

static void
test_other_chunks_are_passed_by (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) filters = g_byte_array_new ();
  g_autoptr (GByteArray) sound = with_chunks ("IDAT", "tEXt");
  PixelShape shape;
  g_autoptr (GByteArray) rows = read_all (sound, &shape, filters, &error);
  g_assert_no_error (error);
  g_assert_nonnull (rows);

  g_autoptr (GByteArray) parted = with_chunks ("tEXt", "tIME");
  g_autoptr (GByteArray) late = with_chunks ("IDAT", "PLTE");
  refuse (parted, PIXELS_ERROR_DAMAGED, "end early");
  refuse (late, PIXELS_ERROR_DAMAGED, "a chunk PLTE");
}

static void
test_no_row_comes_after_the_last (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) png = make_png (&png_making_default);
  PixelShape shape;
  g_autoptr (PngReader) reader = png_reader_new (png->data, png->len, &shape, &error);
  g_autofree uint8_t *row = g_malloc (pixel_shape_row_bytes (&shape));
  for (int y = 0; y < shape.height; y++)
    assert_ok (png_reader_next_row (reader, row, NULL, &error), error);
  g_assert_false (png_reader_next_row (reader, row, NULL, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/png/every-shape-and-filter-is-read",
                   test_every_shape_and_filter_is_read);
  g_test_add_func ("/pixels/png/a-single-pixel-is-read", test_a_single_pixel_is_read);
  g_test_add_func ("/pixels/png/any-cut-into-chunks-is-read", test_any_cut_into_chunks_is_read);
  g_test_add_func ("/pixels/png/a-cut-anywhere-is-found", test_a_cut_anywhere_is_found);
  g_test_add_func ("/pixels/png/any-flipped-byte-is-found", test_any_flipped_byte_is_found);
  g_test_add_func ("/pixels/png/other-kinds-are-unsuitable", test_other_kinds_are_unsuitable);
  g_test_add_func ("/pixels/png/chunks-that-change-the-picture-are-unsuitable",
                   test_chunks_that_change_the_picture_are_unsuitable);
  g_test_add_func ("/pixels/png/a-stream-of-another-length-is-found",
                   test_a_stream_of_another_length_is_found);
  g_test_add_func ("/pixels/png/a-wrong-filter-or-adler-is-found",
                   test_a_wrong_filter_or_adler_is_found);
  g_test_add_func ("/pixels/png/other-chunks-are-passed-by", test_other_chunks_are_passed_by);
  g_test_add_func ("/pixels/png/no-row-comes-after-the-last", test_no_row_comes_after_the_last);
  return g_test_run ();
}
