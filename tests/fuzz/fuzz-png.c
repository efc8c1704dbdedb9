/* The readers of PNGs, by rows and whole, which agree about everything, and the search for a recipe: a PNG that has
 * one is rebuilt byte for byte. */
#include "fuzz-target.h"
#include "pixels/png-whole.h"
#include "pixels/png.h"
#include "pixels/recipe.h"
#include "png-repair.h"

enum { SIGNATURE = 8, MOST_BYTES = 256 * 1024 };

static bool
read_row (void *data, uint8_t *row, GError **error)
{
  return png_reader_next_row (data, row, NULL, error);
}

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static void
check_recipe (const PngRecipe *recipe, const uint8_t *png, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) stored = png_recipe_store (recipe);
  g_autoptr (PngRecipe) loaded = png_recipe_load (stored->data, stored->len, &error);
  g_assert_no_error (error);
  PixelShape shape;
  g_autoptr (PngReader) reader = png_reader_new (png, size, &shape, &error);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  PixelSink sink = { out, append };
  png_recipe_rebuild (loaded, &shape, read_row, reader, &sink, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (out->data, out->len, png, size);
}

/* `rows`: what the other reader read, 16 bits big-endian; NULL: it found damage. */
static void
check_whole (const uint8_t *png, size_t size, const PixelShape *shape, const uint8_t *rows)
{
  g_autoptr (GError) error = NULL;
  PixelShape found;
  g_autoptr (GBytes) whole = png_whole_read (png, size, &found, &error);
  g_assert_true ((whole == NULL) == (error != NULL));
  g_assert_true ((whole == NULL) == (rows == NULL));
  if (whole == NULL)
    return;
  size_t length, n = pixel_shape_row_bytes (shape) * (size_t)shape->height;
  const uint8_t *bytes = g_bytes_get_data (whole, &length);
  g_assert_true (found.width == shape->width && found.height == shape->height);
  g_assert_cmpuint (length, ==, n);
  if (shape->bit_depth == 8)
    g_assert_cmpmem (bytes, length, rows, n);
  for (size_t i = 0; shape->bit_depth == 16 && i < n; i += 2) {
    uint16_t sample;
    memcpy (&sample, bytes + i, sizeof sample);
    g_assert_cmpuint (sample, ==, (unsigned)rows[i] << 8 | rows[i + 1]);
  }
}

static void
try_png (const uint8_t *png, size_t size)
{
  g_autoptr (GError) error = NULL;
  PixelShape shape;
  g_autoptr (PngReader) reader = png_reader_new (png, size, &shape, &error);
  g_assert_cmpint (reader == NULL, ==, error != NULL);
  if (reader == NULL || pixel_shape_row_bytes (&shape) * (size_t)shape.height > MOST_BYTES)
    return;
  size_t row_bytes = pixel_shape_row_bytes (&shape);
  g_autofree uint8_t *rows = g_malloc (row_bytes * (size_t)shape.height);
  bool is_sound = true;
  for (int y = 0; y < shape.height && is_sound; y++)
    is_sound = png_reader_next_row (reader, rows + row_bytes * (size_t)y, NULL, &error);
  is_sound = is_sound && png_reader_finish (reader, &error);
  g_assert_cmpint (is_sound, ==, error == NULL);
  check_whole (png, size, &shape, is_sound ? rows : NULL);

  g_autoptr (GError) refused = NULL;
  g_autoptr (PngRecipe) recipe = png_recipe_find (png, size, &refused);
  g_assert_true (recipe == NULL || (is_sound && refused == NULL));
  g_assert_true (!is_sound || refused == NULL);
  if (recipe != NULL)
    check_recipe (recipe, png, size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  try_png (data, size);
  if (size > SIGNATURE) {
    g_autofree uint8_t *repaired = g_memdup2 (data, size);
    png_repair_chunks (repaired + SIGNATURE, size - SIGNATURE);
    try_png (repaired, size);
  }
  return 0;
}
