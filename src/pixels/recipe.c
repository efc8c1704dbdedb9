#include "pixels/recipe.h"

#include "pixels/png-chunks.h"
#include "pixels/png-filter.h"
#include "pixels/png-idat.h"
#include "pixels/recipe-parts.h"

void
png_recipe_free (PngRecipe *recipe)
{
  if (recipe == NULL)
    return;
  g_clear_pointer (&recipe->head, g_bytes_unref);
  g_clear_pointer (&recipe->blocks, g_array_unref);
  g_clear_pointer (&recipe->idats, g_array_unref);
  g_clear_pointer (&recipe->tail, g_bytes_unref);
  g_free (recipe->filters);
  g_free (recipe);
}

bool
png_recipe_is_exact (const PngRecipe *recipe)
{
  return recipe->is_exact;
}

GBytes *
png_recipe_head (const PngRecipe *recipe)
{
  /* An empty IDAT with its CRC. */
  static const uint8_t no_data[] = { 0, 0, 0, 0, 'I', 'D', 'A', 'T', 0x35, 0xaf, 0x06, 0x1e };
  size_t length, tail_length;
  const uint8_t *bytes = g_bytes_get_data (recipe->head, &length);
  const uint8_t *tail = g_bytes_get_data (recipe->tail, &tail_length);
  GByteArray *out = g_byte_array_sized_new ((unsigned)(length + sizeof no_data + tail_length));
  g_byte_array_append (out, bytes, (unsigned)length);
  g_byte_array_append (out, no_data, sizeof no_data);
  g_byte_array_append (out, tail, (unsigned)tail_length);
  return g_byte_array_free_to_bytes (out);
}

static bool
add_to_idat (void *data, const void *bytes, size_t length, GError **error)
{
  return png_idat_add (data, bytes, length, error);
}

static bool
put_bytes (const PixelSink *sink, GBytes *bytes, GError **error)
{
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  return length == 0 || sink->write (sink->data, data, length, error);
}

/* Every row, with its filter, into the deflater. */
static bool
put_rows (const PngRecipe *recipe, PngRowSource next_row, void *data, PngDeflater *deflater,
          GError **error)
{
  size_t row_bytes = pixel_shape_row_bytes (&recipe->shape);
  size_t pixel_bytes = pixel_shape_pixel_bytes (&recipe->shape);
  g_autofree uint8_t *first = g_malloc0 (row_bytes), *second = g_malloc0 (row_bytes);
  g_autofree uint8_t *filtered = g_malloc (1 + row_bytes);
  uint8_t *row = first, *above = second;
  for (int y = 0; y < recipe->shape.height; y++) {
    if (!next_row (data, row, error))
      return false;
    filtered[0] = recipe->filters[y];
    png_filter_apply (filtered[0], row, above, filtered + 1, row_bytes, pixel_bytes);
    if (!png_deflater_add_row (deflater, filtered, 1 + row_bytes, error))
      return false;
    uint8_t *last = row;
    row = above;
    above = last;
  }
  return true;
}

bool
png_recipe_rebuild (const PngRecipe *recipe, const PixelShape *shape, PngRowSource next_row,
                    void *data, const PixelSink *sink, GError **error)
{
  if (!recipe->is_exact)
    return pixels_set_error (error, PIXELS_ERROR_FAILED,
                             "the recipe holds what is around the PNG's pixels, not how they were "
                             "deflated");
  if (!pixel_shape_equal (shape, &recipe->shape))
    return pixels_set_error (
      error, PIXELS_ERROR_FAILED, "the recipe is of another picture: %d x %d px, not %d x %d",
      recipe->shape.width, recipe->shape.height, shape->width, shape->height);
  if (recipe->way.method == PNG_DEFLATE_ZLIB && !png_deflate_is_classic ())
    return pixels_set_error (error, PIXELS_ERROR_FAILED,
                             "the PNG was deflated by zlib, and the zlib of this system (%s) is "
                             "another; run where zlib itself is installed",
                             png_deflate_version ());

  g_autoptr (PngIdat) idat = png_idat_new (recipe->idats, sink);
  PixelSink to_idat = { idat, add_to_idat };
  if (!put_bytes (sink, recipe->head, error))
    return false;
  g_autoptr (PngDeflater)
    deflater = png_deflater_new (&recipe->way, recipe->blocks, &to_idat, error);
  return deflater != NULL && put_rows (recipe, next_row, data, deflater, error) &&
         png_deflater_finish (deflater, error) && png_idat_finish (idat, error) &&
         put_bytes (sink, recipe->tail, error);
}
