#include "pixels/frame.h"

#include <pthread.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "pixels/band.h"
#include "pixels/frame-layout.h"
#include "pixels/large-pages.h"
#include "pixels/little-endian.h"
#include "pixels/recipe.h"

enum {
  CHUNK_BYTES = 256 * 1024,
  /* zstd: a block of 128 KiB takes at least 3 bytes. */
  MOST_EXPANSION = 128 * 1024 / 3,
};

typedef struct {
  int64_t offset;
  uint32_t length;
  uint64_t checksum;
} Band;

struct PixelFrame {
  PixelSource source;
  FrameHeader header;
  Band *bands;
  int n_bands;
  uint32_t most_band_bytes; /* of those that are stored */
};

#define damaged(error, ...) pixels_set_error (error, PIXELS_ERROR_DAMAGED, __VA_ARGS__)

static bool
read_at (const PixelFrame *frame, int64_t offset, void *out, size_t length, GError **error)
{
  return frame->source.read_at (frame->source.data, offset, out, length, error);
}

/* Every band is where the one before it ends, the table follows the last, and then nothing but
 * checksums. */
static bool
take_table (PixelFrame *frame, const uint8_t *table, int64_t table_offset, GError **error)
{
  int64_t offset = FRAME_HEADER_BYTES + (int64_t)frame->header.recipe_stored_bytes;
  for (int i = 0; i < frame->n_bands; i++) {
    const uint8_t *entry = table + (size_t)i * FRAME_TABLE_ENTRY_BYTES;
    Band *band = &frame->bands[i];
    *band = (Band){ offset, get_le32 (entry + 8), get_le64 (entry) };
    if (band->length <
        band_least_bytes (&frame->header.info.shape, frame_band_rows (&frame->header, i)))
      return damaged (error, "band %d of %d claims more pixels than %u bytes can hold", i + 1,
                      frame->n_bands, band->length);
    offset += band->length;
    frame->most_band_bytes = MAX (frame->most_band_bytes, band->length);
  }
  if (offset != table_offset)
    return damaged (error, "the bands of the pixel frame do not fill it");
  return true;
}

static bool
read_table (PixelFrame *frame, GError **error)
{
  frame->n_bands = frame_band_count (&frame->header);
  size_t table_bytes = (size_t)frame->n_bands * FRAME_TABLE_ENTRY_BYTES;
  int64_t table_offset = frame->source.size_bytes - FRAME_TRAILER_BYTES - (int64_t)table_bytes;
  if (table_offset < FRAME_HEADER_BYTES + (int64_t)frame->header.recipe_stored_bytes)
    return damaged (error,
                    "the pixel frame is cut off: %" G_GINT64_FORMAT
                    " bytes cannot hold what its header tells of",
                    frame->source.size_bytes);
  g_autofree uint8_t *table = g_malloc (table_bytes + FRAME_CHECKSUM_BYTES);
  if (!read_at (frame, table_offset, table, table_bytes + FRAME_CHECKSUM_BYTES, error))
    return false;
  if (get_le64 (table + table_bytes) != frame_checksum (table, table_bytes))
    return damaged (error, "the pixel frame is cut off, or its table of bands is damaged: the "
                           "table's checksum differs");
  frame->bands = g_new (Band, (size_t)frame->n_bands);
  return take_table (frame, table, table_offset, error);
}

PixelFrame *
pixel_frame_open (const PixelSource *source, GError **error)
{
  g_autoptr (PixelFrame) frame = g_new0 (PixelFrame, 1);
  frame->source = *source;
  uint8_t header[FRAME_HEADER_BYTES];
  if (source->size_bytes < FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES) {
    damaged (error, "%" G_GINT64_FORMAT " bytes are too few for a pixel frame", source->size_bytes);
    return NULL;
  }
  if (!read_at (frame, 0, header, sizeof header, error) ||
      !frame_header_load (header, &frame->header, error) || !read_table (frame, error))
    return NULL;
  return g_steal_pointer (&frame);
}

void
pixel_frame_free (PixelFrame *frame)
{
  if (frame == NULL)
    return;
  g_free (frame->bands);
  g_free (frame);
}

const PixelFrameInfo *
pixel_frame_info (const PixelFrame *frame)
{
  return &frame->header.info;
}

/* ---- bands ---- */

/* What a thread reads bands with. */
typedef struct {
  const PixelFrame *frame;
  BandReader *reader;
  uint8_t *stored;
} Bands;

static void
bands_init (Bands *bands, const PixelFrame *frame)
{
  *bands = (Bands){ .frame = frame };
  bands->reader = band_reader_new (&frame->header.info.shape, frame->header.rows_per_band,
                                   plane_kernels_best ());
  bands->stored = g_malloc (frame->most_band_bytes);
}

static void
bands_clear (Bands *bands)
{
  band_reader_free (bands->reader);
  g_free (bands->stored);
}

static bool
bands_read (Bands *bands, int i, void *out, size_t stride_bytes, GError **error)
{
  const PixelFrame *frame = bands->frame;
  const Band *band = &frame->bands[i];
  if (!read_at (frame, band->offset, bands->stored, band->length, error))
    return false;
  if (frame_checksum (bands->stored, band->length) != band->checksum)
    return damaged (error, "band %d of %d of the pixel frame is damaged: its checksum differs",
                    i + 1, frame->n_bands);
  if (!band_reader_load (bands->reader, bands->stored, band->length,
                         frame_band_rows (&frame->header, i), out, stride_bytes, error)) {
    g_prefix_error (error, "band %d of %d of the pixel frame is damaged: ", i + 1, frame->n_bands);
    return false;
  }
  return true;
}

/* ---- all pixels ---- */

typedef struct {
  PixelFrame *frame;
  uint8_t *out;
  size_t stride_bytes;
  int next_band; /* atomic; past the last: nothing is left, or something failed */
  pthread_mutex_t mutex;
  GError *error; /* of the first that failed */
} Reading;

static gpointer
read_bands (gpointer data)
{
  Reading *reading = data;
  PixelFrame *frame = reading->frame;
  size_t band_stride = (size_t)frame->header.rows_per_band * reading->stride_bytes;
  Bands bands;
  bands_init (&bands, frame);
  for (;;) {
    g_autoptr (GError) error = NULL;
    int i = g_atomic_int_add (&reading->next_band, 1);
    if (i >= frame->n_bands)
      break;
    if (bands_read (&bands, i, reading->out + (size_t)i * band_stride, reading->stride_bytes,
                    &error))
      continue;
    g_atomic_int_set (&reading->next_band, frame->n_bands);
    pthread_mutex_lock (&reading->mutex);
    if (reading->error == NULL)
      reading->error = g_steal_pointer (&error);
    pthread_mutex_unlock (&reading->mutex);
  }
  bands_clear (&bands);
  return NULL;
}

bool
pixel_frame_read (PixelFrame *frame, void *out, size_t stride_bytes, int n_threads, GError **error)
{
  Reading reading = { .frame = frame, .out = out, .stride_bytes = stride_bytes };
  pthread_mutex_init (&reading.mutex, NULL);
  large_pages_ask (out, stride_bytes * (size_t)frame->header.info.shape.height);
  int n_helpers = CLAMP (n_threads, 1, frame->n_bands) - 1;
  g_autofree GThread **helpers = g_new (GThread *, (size_t)n_helpers + 1);
  for (int i = 0; i < n_helpers; i++)
    helpers[i] = g_thread_new ("pixel-frame", read_bands, &reading);
  read_bands (&reading);
  for (int i = 0; i < n_helpers; i++)
    g_thread_join (helpers[i]);
  pthread_mutex_destroy (&reading.mutex);
  if (reading.error == NULL)
    return true;
  g_propagate_error (error, reading.error);
  return false;
}

/* ---- the PNG ---- */

static PngRecipe *
read_recipe (PixelFrame *frame, GError **error)
{
  const FrameHeader *header = &frame->header;
  size_t stored_bytes = header->recipe_stored_bytes, bytes = header->recipe_bytes;
  if (bytes / MOST_EXPANSION > stored_bytes) {
    damaged (error, "the recipe claims more bytes than %zu can hold", stored_bytes);
    return NULL;
  }
  g_autofree uint8_t *stored = g_malloc (MAX (stored_bytes, 1));
  if (!read_at (frame, FRAME_HEADER_BYTES, stored, stored_bytes, error))
    return NULL;
  if (frame_checksum (stored, stored_bytes) != header->recipe_checksum) {
    damaged (error, "the recipe of the pixel frame is damaged: its checksum differs");
    return NULL;
  }
  g_autofree uint8_t *recipe = g_try_malloc (MAX (bytes, 1));
  if (recipe == NULL) {
    pixels_set_error (error, PIXELS_ERROR_FAILED, "no memory for the %zu bytes of its recipe",
                      bytes);
    return NULL;
  }
  size_t got = ZSTD_decompress (recipe, bytes, stored, stored_bytes);
  if (ZSTD_isError (got) || got != bytes) {
    damaged (error, "the recipe of the pixel frame is damaged: %s",
             ZSTD_isError (got) ? ZSTD_getErrorName (got) : "it is shorter than it claims");
    return NULL;
  }
  return png_recipe_load (recipe, bytes, error);
}

GBytes *
pixel_frame_head (PixelFrame *frame, GError **error)
{
  g_autoptr (PngRecipe) recipe = read_recipe (frame, error);
  return recipe != NULL ? png_recipe_head (recipe) : NULL;
}

/* Rows of one band after another. */
typedef struct {
  Bands bands;
  uint8_t *pixels;
  int next_band, n_rows, next_row;
} Rows;

static bool
next_row (void *data, uint8_t *row, GError **error)
{
  Rows *rows = data;
  const FrameHeader *header = &rows->bands.frame->header;
  size_t row_bytes = pixel_shape_row_bytes (&header->info.shape);
  if (rows->next_row == rows->n_rows) {
    if (rows->next_band == rows->bands.frame->n_bands)
      return pixels_set_error (error, PIXELS_ERROR_FAILED,
                               "more rows were asked for than there are");
    if (!bands_read (&rows->bands, rows->next_band, rows->pixels, row_bytes, error))
      return false;
    rows->n_rows = frame_band_rows (header, rows->next_band++);
    rows->next_row = 0;
  }
  memcpy (row, rows->pixels + (size_t)rows->next_row++ * row_bytes, row_bytes);
  if (header->info.shape.bit_depth == 16)
    for (size_t i = 0; i < row_bytes; i += 2) {
      uint16_t sample;
      memcpy (&sample, row + i, 2);
      sample = GUINT16_TO_BE (sample);
      memcpy (row + i, &sample, 2);
    }
  return true;
}

bool
pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error)
{
  const FrameHeader *header = &frame->header;
  if (!header->info.is_exact)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "this pixel frame has the pixels of its PNG, not what gives its very "
                             "bytes back");
  g_autoptr (PngRecipe) recipe = read_recipe (frame, error);
  if (recipe == NULL)
    return false;
  if (!png_recipe_is_exact (recipe))
    return damaged (error, "the pixel frame says that it is exact, its recipe does not");
  Rows rows = { 0 };
  bands_init (&rows.bands, frame);
  rows.pixels = g_malloc ((size_t)header->rows_per_band *
                          pixel_shape_row_bytes (&header->info.shape));
  bool ok = png_recipe_rebuild (recipe, &header->info.shape, next_row, &rows, sink, error);
  g_free (rows.pixels);
  bands_clear (&rows.bands);
  return ok;
}

/* ---- every byte ---- */

bool
pixel_frame_check (PixelFrame *frame, GError **error)
{
  XXH64_state_t *checksum = XXH64_createState ();
  if (checksum == NULL)
    g_error ("no memory for a checksum");
  XXH64_reset (checksum, 0);
  g_autofree uint8_t *chunk = g_malloc (CHUNK_BYTES);
  int64_t end = frame->source.size_bytes - FRAME_CHECKSUM_BYTES;
  bool ok = true;
  for (int64_t offset = 0; ok && offset < end;) {
    size_t length = (size_t)MIN (end - offset, CHUNK_BYTES);
    ok = read_at (frame, offset, chunk, length, error);
    if (ok)
      XXH64_update (checksum, chunk, length);
    offset += (int64_t)length;
  }
  uint64_t found = XXH64_digest (checksum);
  XXH64_freeState (checksum);
  if (!ok || !read_at (frame, end, chunk, FRAME_CHECKSUM_BYTES, error))
    return false;
  if (found != get_le64 (chunk))
    return damaged (error, "the pixel frame is damaged: its checksum differs");
  return true;
}
