/* Recipes of PNGs: what is loaded is stored as the same bytes, and rebuilds something or fails with
 * an error, within what its lengths allow. */
#include "fuzz-target.h"
#include "pixels/png.h"
#include "pixels/recipe.h"
#include "png-repair.h"

enum { HEAD = 2 + 4, SIGNATURE = 8, MOST_BYTES = 256 * 1024 };

typedef struct {
  size_t row_bytes;
  uint32_t state;
} Rows;

static bool
make_row (void *data, uint8_t *row, GError **error)
{
  Rows *rows = data;
  for (size_t i = 0; i < rows->row_bytes; i++) {
    rows->state = rows->state * 1664525 + 1013904223;
    row[i] = (uint8_t)(rows->state >> 29);
  }
  return true;
}

static bool
count (void *data, const void *bytes, size_t length, GError **error)
{
  *(uint64_t *)data += length;
  return true;
}

static void
try_recipe (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PngRecipe) recipe = png_recipe_load (data, size, &error);
  g_assert_cmpint (recipe == NULL, ==, error != NULL);
  if (recipe == NULL)
    return;
  g_autoptr (GByteArray) stored = png_recipe_store (recipe);
  g_assert_cmpmem (stored->data, stored->len, data, size);

  /* The head has a header that a reader takes. */
  PixelShape shape;
  g_autoptr (GBytes) head = png_recipe_head (recipe);
  size_t head_length;
  const void *head_bytes = g_bytes_get_data (head, &head_length);
  g_autoptr (PngReader) reader = png_reader_new (head_bytes, head_length, &shape, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reader);
  if (pixel_shape_row_bytes (&shape) * (size_t)shape.height > MOST_BYTES)
    return;
  Rows rows = { pixel_shape_row_bytes (&shape), 1 };
  uint64_t n_written = 0;
  PixelSink sink = { &n_written, count };
  bool ok = png_recipe_rebuild (recipe, &shape, make_row, &rows, &sink, &error);
  g_assert_cmpint (ok, ==, error == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  try_recipe (data, size);
  if (size > HEAD + SIGNATURE) {
    g_autofree uint8_t *repaired = g_memdup2 (data, size);
    png_repair_chunks (repaired + HEAD + SIGNATURE, size - HEAD - SIGNATURE);
    try_recipe (repaired, size);
  }
  return 0;
}
