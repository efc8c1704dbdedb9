#include <zlib.h>

#include "pixels/png.h"
#include "pixels/recipe.h"
#include "png-maker.h"
#include "support/scratch.h"

/* ---- rebuilding ---- */

typedef struct {
  const GByteArray *rows;
  size_t at, row_bytes;
} Rows;

static bool
next_row (void *data, uint8_t *row, GError **error)
{
  Rows *rows = data;
  g_assert_cmpuint (rows->at + rows->row_bytes, <=, rows->rows->len);
  memcpy (row, rows->rows->data + rows->at, rows->row_bytes);
  rows->at += rows->row_bytes;
  return true;
}

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static GByteArray *
rebuild (const PngRecipe *recipe, const PixelShape *shape, const GByteArray *rows, GError **error)
{
  Rows from = { rows, 0, pixel_shape_row_bytes (shape) };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  PixelSink sink = { out, append };
  if (!png_recipe_rebuild (recipe, shape, next_row, &from, &sink, error))
    return NULL;
  return g_steal_pointer (&out);
}

/* Finds the recipe, takes it through its stored form and rebuilds the PNG. Bytes of the form. */
static unsigned
come_back (const GByteArray *png, const PixelShape *shape, const GByteArray *rows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PngRecipe) found = png_recipe_find (png->data, png->len, &error);
  g_assert_no_error (error);
  g_assert_nonnull (found);
  g_assert_true (png_recipe_is_exact (found));
  g_autoptr (GByteArray) stored = png_recipe_store (found);
  g_autoptr (PngRecipe) loaded = png_recipe_load (stored->data, stored->len, &error);
  g_assert_no_error (error);
  g_autoptr (GByteArray) again = png_recipe_store (loaded);
  g_assert_cmpmem (again->data, again->len, stored->data, stored->len);
  g_autoptr (GByteArray) rebuilt = rebuild (loaded, shape, rows, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (rebuilt->data, rebuilt->len, png->data, png->len);
  return stored->len;
}

static void
check_making (const PngMaking *making)
{
  g_autoptr (GByteArray) rows = make_rows (&making->shape, making->kind);
  g_autoptr (GByteArray) png = make_png (making);
  come_back (png, &making->shape, rows);
}

/* ---- what writers choose ---- */

static void
test_every_level_and_strategy_is_found (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 160, 80, 3, 8 };
  for (making.level = 0; making.level <= 9; making.level++) {
    for (making.strategy = Z_DEFAULT_STRATEGY; making.strategy <= Z_FIXED; making.strategy++) {
      for (making.kind = PICTURE_SMOOTH; making.kind <= PICTURE_PATTERN; making.kind++)
        check_making (&making);
    }
  }
}

static void
test_every_mem_level_is_found (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 200, 160, 3, 8 };
  for (making.mem_level = 1; making.mem_level <= MAX_MEM_LEVEL; making.mem_level++) {
    for (making.level = 1; making.level <= 9; making.level += 4)
      check_making (&making);
  }
}

static void
test_every_window_is_found (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 200, 100, 3, 8 };
  for (making.window_bits = 9; making.window_bits <= MAX_WBITS; making.window_bits++) {
    for (making.kind = PICTURE_SMOOTH; making.kind <= PICTURE_PATTERN; making.kind++)
      check_making (&making);
  }
}

/* 1000 bytes, of which the end repeats the start, farther back than a window of 1024 reaches, and
 * the middle something near. */
static void
test_a_window_that_just_holds_the_rows_is_found (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 999, 1, 1, 8 };
  making.kind = PICTURE_NOISE;
  making.filter = 0;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  for (unsigned i = 0; i < rows->len; i++)
    rows->data[i] &= 63; /* or it would be stored */
  memcpy (rows->data + 400, rows->data + 300, 50);
  memcpy (rows->data + 800, rows->data, 199);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making.shape, making.filter);
  unsigned last_length = 1000;
  for (making.window_bits = 10; making.window_bits <= 15; making.window_bits += 5) {
    making.header_window_bits = 10;
    g_autoptr (GByteArray) stream = make_stream (filtered, &making);
    g_assert_cmpuint (stream->len + 100, <, last_length);
    last_length = stream->len;
    g_autoptr (GByteArray) png = make_png_around (&making.shape, stream, 0);
    come_back (png, &making.shape, rows);
  }
}

/* libpng 1.6 deflates with the smallest window that leaves 262 bytes free, and then writes the
 * smallest into the header that holds the rows. */
static void
test_the_header_libpng_patches_is_kept (void)
{
  for (int height = 1; height < 80; height++) {
    PngMaking making = png_making_default;
    making.shape = (PixelShape){ 70, height, 3, 8 };
    making.kind = PICTURE_PATTERN;
    int n_raw = 211 * height;
    while (making.window_bits > 9 && n_raw + 262 <= 1 << (making.window_bits - 1))
      making.window_bits--;
    making.header_window_bits = 15;
    while (making.header_window_bits > 8 && n_raw <= 1 << (making.header_window_bits - 1))
      making.header_window_bits--;
    check_making (&making);
  }
}

static void
test_every_filter_and_shape_comes_back (void)
{
  for (int n_channels = 1; n_channels <= 4; n_channels++) {
    for (int bit_depth = 8; bit_depth <= 16; bit_depth += 8) {
      for (int filter = 0; filter <= FILTERS_MIXED; filter++) {
        PngMaking making = png_making_default;
        making.shape = (PixelShape){ 91, 40, n_channels, bit_depth };
        making.filter = filter;
        check_making (&making);
      }
    }
  }
}

static void
test_a_header_of_another_level_is_kept (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 300, 200, 3, 8 };
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making.shape, making.filter);
  g_autoptr (GByteArray) stream = make_stream (filtered, &making);
  stream->data[1] = 0x01;
  g_autoptr (GByteArray) png = make_png_around (&making.shape, stream, 0);
  come_back (png, &making.shape, rows);
}

/* The window slides at row ends when rows are handed over one by one. Here one ends just where the
 * slide takes the only match there is: bytes that repeat at the largest distance. */
static void
test_rows_fed_at_once_are_told_from_rows_fed_one_by_one (void)
{
  enum { WIDTH = 65534, WINDOW = 32768, SLIDE = 2 * WINDOW - 262 };
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ WIDTH, 3, 1, 8 };
  making.kind = PICTURE_NOISE;
  making.filter = 0;
  making.idat_bytes = 0;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  for (unsigned i = 0; i < rows->len; i++)
    rows->data[i] &= 127; /* or blocks would be stored */
  memcpy (rows->data + SLIDE - 1, rows->data + WINDOW - 1, 200);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making.shape, making.filter);
  g_autoptr (GByteArray) by_rows = make_stream (filtered, &making);
  making.is_fed_whole = true;
  g_autoptr (GByteArray) whole = make_stream (filtered, &making);
  g_assert_false (by_rows->len == whole->len &&
                  memcmp (by_rows->data, whole->data, whole->len) == 0);

  g_autoptr (GByteArray) png_by_rows = make_png_around (&making.shape, by_rows, 0);
  g_autoptr (GByteArray) png_whole = make_png_around (&making.shape, whole, 0);
  come_back (png_by_rows, &making.shape, rows);
  come_back (png_whole, &making.shape, rows);
}

static void
test_a_long_file_comes_back (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 700, 600, 3, 8 };
  making.mem_level = 9;
  check_making (&making);
  making.is_fed_whole = true;
  making.level = 1;
  check_making (&making);
  making.level = 0;
  check_making (&making);
}

/* ---- what stands around the stream ---- */

static void
test_any_cut_into_chunks_comes_back (void)
{
  PngMaking making = png_making_default;
  for (making.idat_bytes = 0; making.idat_bytes < 7; making.idat_bytes++)
    check_making (&making);
  making.shape = (PixelShape){ 400, 300, 3, 8 };
  making.kind = PICTURE_NOISE;
  for (making.idat_bytes = 1000; making.idat_bytes < 300000; making.idat_bytes *= 3)
    check_making (&making);
}

/* The default picture, its stream in IDATs of these lengths and a last of the rest, other chunks
 * around. */
static GByteArray *
in_pieces (const unsigned *lengths, size_t n_lengths, GByteArray **out_rows)
{
  PngMaking making = png_making_default;
  *out_rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) filtered = make_filtered (*out_rows, &making.shape, making.filter);
  g_autoptr (GByteArray) stream = make_stream (filtered, &making);
  GByteArray *png = g_byte_array_new ();
  put_signature (png);
  put_header (png, &making.shape);
  put_chunk (png, "pHYs", "\0\0\x0b\x13\0\0\x0b\x13\1", 9);
  put_chunk (png, "tEXt", "Comment\0before", 14);
  size_t at = 0;
  for (size_t i = 0; i < n_lengths; at += lengths[i], i++)
    put_chunk (png, "IDAT", stream->data + at, lengths[i]);
  put_chunk (png, "IDAT", stream->data + at, stream->len - at);
  put_chunk (png, "IDAT", "", 0);
  put_chunk (png, "tEXt", "Comment\0after", 13);
  put_chunk (png, "IEND", "", 0);
  g_byte_array_append (png, (const uint8_t *)"whatever follows", 16);
  return png;
}

static void
test_chunks_around_the_pixels_come_back (void)
{
  static const unsigned lengths[] = { 0, 0, 1, 0, 1, 100, 100, 7, 0, 0 };
  g_autoptr (GByteArray) rows = NULL;
  g_autoptr (GByteArray) png = in_pieces (lengths, G_N_ELEMENTS (lengths), &rows);
  g_assert_cmpuint (come_back (png, &png_making_default.shape, rows), <, 500);
}

static void
test_a_recipe_is_small (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 600, 200, 3, 8 };
  making.idat_bytes = 100;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) png = make_png (&making);
  g_assert_cmpuint (come_back (png, &making.shape, rows), <, 200 + 100);
}

/* ---- what cannot be rebuilt ---- */

/* Streams that zlib gives in no one way. */
static GByteArray *
change_stream (int which, GByteArray **out_rows)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 300, 200, 3, 8 };
  *out_rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) filtered = make_filtered (*out_rows, &making.shape, making.filter);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  z_stream z = { 0 };
  deflateInit2 (&z, 6, Z_DEFLATED, MAX_WBITS, 8, Z_FILTERED);
  g_byte_array_set_size (out, filtered->len * 2);
  z.next_in = filtered->data;
  z.next_out = out->data;
  z.avail_out = out->len;
  z.avail_in = filtered->len / 2 * (unsigned)which;
  deflate (&z, Z_SYNC_FLUSH);
  deflateParams (&z, 1, Z_DEFAULT_STRATEGY);
  z.avail_in = (unsigned)(filtered->data + filtered->len - z.next_in);
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (unsigned)z.total_out);
  deflateEnd (&z);
  return make_png_around (&making.shape, out, 8192);
}

static void
test_an_unknown_deflate_has_no_recipe_but_a_head (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) rows = NULL;
  g_autoptr (GByteArray) png = change_stream (1, &rows);
  g_assert_null (png_recipe_find (png->data, png->len, &error));
  g_assert_no_error (error);

  g_autoptr (PngRecipe) head = png_recipe_head_only (png->data, png->len, &error);
  g_assert_no_error (error);
  g_assert_false (png_recipe_is_exact (head));
  g_autoptr (GByteArray) stored = png_recipe_store (head);
  g_autoptr (PngRecipe) loaded = png_recipe_load (stored->data, stored->len, &error);
  g_assert_no_error (error);
  g_assert_false (png_recipe_is_exact (loaded));
  PixelShape shape = { 300, 200, 3, 8 };
  g_assert_null (rebuild (loaded, &shape, rows, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "around the PNG's pixels"));
}

static void
test_damage_is_told_of (void)
{
  PngMaking making = png_making_default;
  making.idat_bytes = 1000;
  g_autoptr (GByteArray) png = make_png (&making);
  for (unsigned length = 0; length < png->len; length += length < 100 ? 1 : 97) {
    g_autoptr (GError) error = NULL;
    g_assert_null (png_recipe_find (png->data, length, &error));
    g_assert_error (error, PIXELS_ERROR,
                    (length < 8 ? PIXELS_ERROR_UNSUITABLE : PIXELS_ERROR_DAMAGED));
  }
  png->data[png->len / 2] ^= 1;
  g_autoptr (GError) error = NULL;
  g_assert_null (png_recipe_find (png->data, png->len, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "checksum of its chunk IDAT"));
}

static void
test_other_rows_give_an_error_or_other_bytes (void)
{
  g_autoptr (GError) error = NULL;
  PngMaking making = png_making_default;
  g_autoptr (GByteArray) rows = make_rows (&making.shape, making.kind);
  g_autoptr (GByteArray) png = make_png (&making);
  g_autoptr (PngRecipe) recipe = png_recipe_find (png->data, png->len, &error);
  g_autoptr (GByteArray) noise = make_rows (&making.shape, PICTURE_NOISE);
  g_autoptr (GByteArray) flat = make_rows (&making.shape, PICTURE_FLAT);
  g_assert_null (rebuild (recipe, &making.shape, noise, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "longer than the PNG's"));
  g_clear_error (&error);
  g_assert_null (rebuild (recipe, &making.shape, flat, &error));
  g_assert_nonnull (strstr (error->message, "shorter than the PNG's"));
  g_clear_error (&error);
  PixelShape other = making.shape;
  other.width--;
  g_assert_null (rebuild (recipe, &other, rows, &error));
  g_assert_nonnull (strstr (error->message, "another picture: 64 x 48 px, not 63 x 48"));
}

/* Takes as many writes as the number says, less one. */
static bool
refuse_some (void *data, const void *bytes, size_t length, GError **error)
{
  unsigned *n_writes = data;
  if (--*n_writes > 0)
    return true;
  g_set_error_literal (error, PIXELS_ERROR, PIXELS_ERROR_FAILED, "the sink is full");
  return false;
}

static void
test_a_sink_that_fails_stops_it (void)
{
  PngMaking making = png_making_default;
  making.shape = (PixelShape){ 300, 300, 3, 8 };
  g_autoptr (GByteArray) rows = make_rows (&making.shape, PICTURE_NOISE);
  making.kind = PICTURE_NOISE;
  g_autoptr (GByteArray) png = make_png (&making);
  g_autoptr (PngRecipe) recipe = png_recipe_find (png->data, png->len, NULL);
  for (unsigned n = 1; n < 5; n++) {
    g_autoptr (GError) error = NULL;
    Rows from = { rows, 0, pixel_shape_row_bytes (&making.shape) };
    unsigned n_writes = n;
    PixelSink sink = { &n_writes, refuse_some };
    g_assert_false (png_recipe_rebuild (recipe, &making.shape, next_row, &from, &sink, &error));
    g_assert_cmpstr (error->message, ==, "the sink is full");
    g_assert_cmpuint (n_writes, ==, 0);
  }
}

/* ---- heads and stored bytes ---- */

static void
test_the_head_is_a_png_without_pixels (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) rows = NULL;
  g_autoptr (GByteArray) png = in_pieces (NULL, 0, &rows);
  g_autoptr (PngRecipe) recipe = png_recipe_find (png->data, png->len, &error);
  g_autoptr (GBytes) head = png_recipe_head (recipe);

  PngMaking making = png_making_default;
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  put_signature (expected);
  put_header (expected, &making.shape);
  put_chunk (expected, "pHYs", "\0\0\x0b\x13\0\0\x0b\x13\1", 9);
  put_chunk (expected, "tEXt", "Comment\0before", 14);
  put_chunk (expected, "IDAT", "", 0);
  put_chunk (expected, "tEXt", "Comment\0after", 13);
  put_chunk (expected, "IEND", "", 0);
  g_byte_array_append (expected, (const uint8_t *)"whatever follows", 16);
  g_assert_cmpmem (g_bytes_get_data (head, NULL), g_bytes_get_size (head), expected->data,
                   expected->len);

  /* Of one that cannot be rebuilt, too. */
  g_autoptr (PngRecipe) around = png_recipe_head_only (png->data, png->len, &error);
  g_autoptr (GByteArray) stored = png_recipe_store (around);
  g_autoptr (PngRecipe) loaded = png_recipe_load (stored->data, stored->len, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) same = png_recipe_head (loaded);
  g_assert_true (g_bytes_equal (head, same));
}

static GByteArray *
stored_recipe (int level)
{
  PngMaking making = png_making_default;
  making.level = level;
  making.shape = (PixelShape){ 9, 7, 3, 8 };
  g_autoptr (GByteArray) png = make_png (&making);
  g_autoptr (PngRecipe) recipe = png_recipe_find (png->data, png->len, NULL);
  return png_recipe_store (recipe);
}

static void
test_a_cut_recipe_is_refused (void)
{
  for (int level = 0; level <= 6; level += 6) {
    g_autoptr (GByteArray) stored = stored_recipe (level);
    for (unsigned length = 0; length < stored->len; length++) {
      g_autoptr (GError) error = NULL;
      g_autofree uint8_t *cut = g_memdup2 (stored->data, length);
      g_assert_null (png_recipe_load (cut, length, &error));
      g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);
    }
    g_autoptr (GError) error = NULL;
    g_byte_array_append (stored, (const uint8_t *)"", 1);
    g_assert_null (png_recipe_load (stored->data, stored->len, &error));
    g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);
  }
}

/* Where things lie in the stored recipe of a 9 x 7 px picture, whose head is 33 bytes. */
enum {
  AT_ZLIB_HEADER = 2 + 4 + 33,
  AT_SETTINGS = AT_ZLIB_HEADER + 2,
  AT_IDATS = AT_SETTINGS + 5,
  AT_FILTERS = AT_IDATS + 4 + 8,
  AT_BLOCKS = AT_ZLIB_HEADER + 2,
};

static void
test_changed_recipes_are_refused (void)
{
  static const struct {
    int level;
    unsigned at;
    uint8_t value;
    PixelsErrorCode code;
    const char *words;
  } cases[] = {
    { 6, 0, 2, PIXELS_ERROR_FAILED, "version 2" },
    { 6, 1, 3, PIXELS_ERROR_FAILED, "kind 3" },
    { 6, 5, 0xff, PIXELS_ERROR_DAMAGED, "cut off" },
    { 6, 6, 0x88, PIXELS_ERROR_UNSUITABLE, "signature" },
    { 6, 25, 1, PIXELS_ERROR_DAMAGED, "checksum" },
    { 6, AT_ZLIB_HEADER, 0x79, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS, 0, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS, 10, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS + 1, 10, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS + 2, 5, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS + 3, 8, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS + 3, 16, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_SETTINGS + 4, 2, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_IDATS, 2, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_IDATS + 3, 0xff, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_IDATS + 4, 0, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_IDATS + 4 + 2, 0x41, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_IDATS + 8 + 3, 0xff, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_FILTERS + 6, 5, PIXELS_ERROR_DAMAGED, "no sense" },
    { 6, AT_FILTERS + 7 + 1, 1, PIXELS_ERROR_DAMAGED, "no sense" },
    { 0, AT_BLOCKS + 4, 2, PIXELS_ERROR_DAMAGED, "no sense" },
    { 0, AT_BLOCKS + 8, 1, PIXELS_ERROR_DAMAGED, "no sense" },
    { 0, AT_BLOCKS + 10, 1, PIXELS_ERROR_DAMAGED, "no sense" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GByteArray) stored = stored_recipe (cases[i].level);
    g_assert_cmpuint (stored->data[cases[i].at], !=, cases[i].value);
    stored->data[cases[i].at] = cases[i].value;
    g_assert_null (png_recipe_load (stored->data, stored->len, &error));
    g_assert_error (error, PIXELS_ERROR, (int)cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].words));
  }
}

static void
test_equal_lengths_stand_in_one_run (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) stored = stored_recipe (6);
  g_autoptr (GByteArray) split = g_byte_array_new ();
  g_byte_array_append (split, stored->data, AT_FILTERS);
  split->data[AT_IDATS] = 2;
  g_byte_array_append (split, stored->data + AT_FILTERS - 8, stored->len - (AT_FILTERS - 8));
  g_assert_null (png_recipe_load (split->data, split->len, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);

  split->data[AT_FILTERS + 4] ^= 1;
  g_clear_error (&error);
  g_autoptr (PngRecipe) sound = png_recipe_load (split->data, split->len, &error);
  g_assert_no_error (error);
  g_assert_nonnull (sound);
}

/* ---- which zlib ---- */

static void
test_this_zlib_is_zlib (void)
{
  g_assert_cmpstr (png_deflate_version (), ==, zlibVersion ());
  g_assert_true (png_deflate_is_classic ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/recipe/every-level-and-strategy-is-found",
                   test_every_level_and_strategy_is_found);
  g_test_add_func ("/pixels/recipe/every-mem-level-is-found", test_every_mem_level_is_found);
  g_test_add_func ("/pixels/recipe/every-window-is-found", test_every_window_is_found);
  g_test_add_func ("/pixels/recipe/a-window-that-just-holds-the-rows-is-found",
                   test_a_window_that_just_holds_the_rows_is_found);
  g_test_add_func ("/pixels/recipe/the-header-libpng-patches-is-kept",
                   test_the_header_libpng_patches_is_kept);
  g_test_add_func ("/pixels/recipe/every-filter-and-shape-comes-back",
                   test_every_filter_and_shape_comes_back);
  g_test_add_func ("/pixels/recipe/a-header-of-another-level-is-kept",
                   test_a_header_of_another_level_is_kept);
  g_test_add_func ("/pixels/recipe/rows-fed-at-once-are-told-from-rows-fed-one-by-one",
                   test_rows_fed_at_once_are_told_from_rows_fed_one_by_one);
  g_test_add_func ("/pixels/recipe/a-long-file-comes-back", test_a_long_file_comes_back);
  g_test_add_func ("/pixels/recipe/any-cut-into-chunks-comes-back",
                   test_any_cut_into_chunks_comes_back);
  g_test_add_func ("/pixels/recipe/chunks-around-the-pixels-come-back",
                   test_chunks_around_the_pixels_come_back);
  g_test_add_func ("/pixels/recipe/is-small", test_a_recipe_is_small);
  g_test_add_func ("/pixels/recipe/an-unknown-deflate-has-no-recipe-but-a-head",
                   test_an_unknown_deflate_has_no_recipe_but_a_head);
  g_test_add_func ("/pixels/recipe/damage-is-told-of", test_damage_is_told_of);
  g_test_add_func ("/pixels/recipe/other-rows-give-an-error-or-other-bytes",
                   test_other_rows_give_an_error_or_other_bytes);
  g_test_add_func ("/pixels/recipe/a-sink-that-fails-stops-it", test_a_sink_that_fails_stops_it);
  g_test_add_func ("/pixels/recipe/the-head-is-a-png-without-pixels",
                   test_the_head_is_a_png_without_pixels);
  g_test_add_func ("/pixels/recipe/a-cut-one-is-refused", test_a_cut_recipe_is_refused);
  g_test_add_func ("/pixels/recipe/changed-ones-are-refused", test_changed_recipes_are_refused);
  g_test_add_func ("/pixels/recipe/equal-lengths-stand-in-one-run",
                   test_equal_lengths_stand_in_one_run);
  g_test_add_func ("/pixels/deflate/this-zlib-is-zlib", test_this_zlib_is_zlib);
  return g_test_run ();
}
