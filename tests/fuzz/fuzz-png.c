/* The reader of PNGs and the search for a recipe: a PNG that has one is rebuilt byte for byte. */
#include "fuzz-target.h"
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

static void
try_png (const uint8_t *png, size_t size)
{
  g_autoptr (GError) error = NULL;
  PixelShape shape;
  g_autoptr (PngReader) reader = png_reader_new (png, size, &shape, &error);
  g_assert_cmpint (reader == NULL, ==, error != NULL);
  if (reader == NULL || pixel_shape_row_bytes (&shape) * (size_t)shape.height > MOST_BYTES)
    return;
  g_autofree uint8_t *row = g_malloc (pixel_shape_row_bytes (&shape));
  bool is_sound = true;
  for (int y = 0; y < shape.height && is_sound; y++)
    is_sound = png_reader_next_row (reader, row, NULL, &error);
  is_sound = is_sound && png_reader_finish (reader, &error);
  g_assert_cmpint (is_sound, ==, error == NULL);

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
