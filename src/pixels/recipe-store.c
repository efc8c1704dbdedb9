/* A recipe as bytes: docs/formats/blob.md has the layout. */
#include "pixels/little-endian.h"
#include "pixels/png-chunks.h"
#include "pixels/png-filter.h"
#include "pixels/recipe-parts.h"

enum { VERSION = 1, HEAD_ALONE = 0 };

static void
store32 (GByteArray *out, size_t value)
{
  uint8_t bytes[4];
  put_le32 (bytes, (uint32_t)value);
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
store_bytes (GByteArray *out, GBytes *bytes)
{
  size_t length;
  const uint8_t *data = g_bytes_get_data (bytes, &length);
  store32 (out, length);
  g_byte_array_append (out, data, (unsigned)length);
}

static void
store_runs (GByteArray *out, const GArray *runs)
{
  store32 (out, runs->len);
  for (unsigned i = 0; i < runs->len; i++) {
    const PngRun *run = &g_array_index (runs, PngRun, i);
    store32 (out, run->count);
    store32 (out, run->length);
  }
}

GByteArray *
png_recipe_store (const PngRecipe *recipe)
{
  const PngDeflateWay *way = &recipe->way;
  GByteArray *out = g_byte_array_new ();
  uint8_t start[] = { VERSION, recipe->is_exact ? way->method : HEAD_ALONE };
  g_byte_array_append (out, start, sizeof start);
  store_bytes (out, recipe->head);
  if (!recipe->is_exact) {
    store_bytes (out, recipe->tail);
    return out;
  }
  g_byte_array_append (out, way->header, sizeof way->header);
  if (way->method == PNG_DEFLATE_ZLIB) {
    uint8_t settings[] = { way->level, way->mem_level, way->strategy, way->window_bits, way->feed };
    g_byte_array_append (out, settings, sizeof settings);
  } else
    store_runs (out, recipe->blocks);
  store_runs (out, recipe->idats);
  g_byte_array_append (out, recipe->filters, (unsigned)recipe->shape.height);
  store_bytes (out, recipe->tail);
  return out;
}

typedef struct {
  const uint8_t *at;
  size_t left;
} Cursor;

/* The next `length` bytes; NULL: there are fewer. */
static const uint8_t *
take (Cursor *cursor, size_t length)
{
  if (length > cursor->left)
    return NULL;
  const uint8_t *at = cursor->at;
  cursor->at += length;
  cursor->left -= length;
  return at;
}

static bool
take32 (Cursor *cursor, uint32_t *out_value)
{
  const uint8_t *at = take (cursor, sizeof *out_value);
  if (at == NULL)
    return false;
  *out_value = (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 |
               (uint32_t)at[0];
  return true;
}

static GBytes *
take_bytes (Cursor *cursor)
{
  uint32_t length;
  const uint8_t *bytes = take32 (cursor, &length) ? take (cursor, length) : NULL;
  return bytes != NULL ? g_bytes_new (bytes, length) : NULL;
}

/* Runs of pieces of at most `most` bytes; *out_total are all. NULL: they are not sound. */
static GArray *
take_runs (Cursor *cursor, uint32_t most, int64_t *out_total)
{
  uint32_t n_runs;
  if (!take32 (cursor, &n_runs) || n_runs > cursor->left / sizeof (PngRun))
    return NULL;
  g_autoptr (GArray) runs = png_runs_new ();
  int64_t n_pieces = 0, total = 0;
  for (uint32_t i = 0; i < n_runs; i++) {
    PngRun run;
    if (!take32 (cursor, &run.count) || !take32 (cursor, &run.length))
      return NULL;
    bool repeats = i > 0 && g_array_index (runs, PngRun, i - 1).length == run.length;
    n_pieces += run.count;
    if (run.count == 0 || run.length > most || repeats || n_pieces > PNG_MOST_PIECES)
      return NULL;
    total += (int64_t)run.count * run.length;
    g_array_append_val (runs, run);
  }
  *out_total = total;
  return g_steal_pointer (&runs);
}

static bool
load_head (Cursor *cursor, PngRecipe *recipe, GError **error)
{
  recipe->head = take_bytes (cursor);
  if (recipe->head == NULL)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED, "the recipe of a PNG is cut off");
  PngHead head;
  size_t length;
  const void *bytes = g_bytes_get_data (recipe->head, &length);
  if (!png_chunks_read_head (bytes, length, &head, error)) {
    g_prefix_error (error, "the recipe of a PNG is damaged: ");
    return false;
  }
  if (head.length != length)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the recipe of a PNG is damaged: there is an IDAT in its head");
  recipe->shape = head.shape;
  return true;
}

static bool
load_way (Cursor *cursor, PngRecipe *recipe)
{
  PngDeflateWay *way = &recipe->way;
  const uint8_t *header = take (cursor, sizeof way->header);
  if (header == NULL)
    return false;
  memcpy (way->header, header, sizeof way->header);
  if (way->method == PNG_DEFLATE_STORED) {
    int64_t total;
    recipe->blocks = take_runs (cursor, UINT16_MAX, &total);
    return recipe->blocks != NULL && png_deflate_way_is_sound (way) &&
           total == (int64_t)(1 + pixel_shape_row_bytes (&recipe->shape)) * recipe->shape.height;
  }
  const uint8_t *settings = take (cursor, 5);
  if (settings == NULL)
    return false;
  way->level = settings[0];
  way->mem_level = settings[1];
  way->strategy = settings[2];
  way->window_bits = settings[3];
  way->feed = settings[4];
  return png_deflate_way_is_sound (way);
}

static bool
load_rest (Cursor *cursor, PngRecipe *recipe)
{
  int64_t total;
  size_t height = (size_t)recipe->shape.height;
  if (!recipe->is_exact) {
    recipe->tail = take_bytes (cursor);
    return recipe->tail != NULL;
  }
  if (!load_way (cursor, recipe))
    return false;
  recipe->idats = take_runs (cursor, PNG_MOST_CHUNK, &total);
  const uint8_t *filters = recipe->idats != NULL ? take (cursor, height) : NULL;
  if (filters == NULL)
    return false;
  for (size_t i = 0; i < height; i++) {
    if (filters[i] >= PNG_N_FILTERS)
      return false;
  }
  recipe->filters = g_memdup2 (filters, height);
  recipe->tail = take_bytes (cursor);
  return recipe->tail != NULL;
}

PngRecipe *
png_recipe_load (const void *bytes, size_t length, GError **error)
{
  Cursor cursor = { bytes, length };
  const uint8_t *start = take (&cursor, 2);
  if (start == NULL) {
    pixels_set_error (error, PIXELS_ERROR_DAMAGED, "the recipe of a PNG is cut off");
    return NULL;
  }
  if (start[0] != VERSION || start[1] > PNG_DEFLATE_STORED) {
    pixels_set_error (error, PIXELS_ERROR_FAILED,
                      "the recipe of a PNG is of version %u, kind %u; this Peel knows version %d",
                      start[0], start[1], VERSION);
    return NULL;
  }
  g_autoptr (PngRecipe) recipe = g_new0 (PngRecipe, 1);
  recipe->is_exact = start[1] != HEAD_ALONE;
  recipe->way.method = start[1];
  if (!load_head (&cursor, recipe, error))
    return NULL;
  if (!load_rest (&cursor, recipe) || cursor.left > 0) {
    pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                      "the recipe of a PNG is damaged: what follows its head makes no sense");
    return NULL;
  }
  return g_steal_pointer (&recipe);
}
