/* Rows come out of the PNG one after another; bands are made of them side by side and written in
 * order. The sink only goes forward, so the table of bands stands behind them. */
#include "pixels/frame.h"

#include <pthread.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "pixels/band.h"
#include "pixels/frame-layout.h"
#include "pixels/little-endian.h"
#include "pixels/png.h"
#include "pixels/recipe.h"

/* Mostly a byte per row and chunks that are compressed already: small, whatever it costs. */
enum { RECIPE_LEVEL = 9 };

/* ---- what is written, with its checksum ---- */

typedef struct {
  const PixelSink *sink;
  XXH64_state_t *checksum;
} Output;

static bool
output_write (const Output *output, const void *bytes, size_t length, GError **error)
{
  XXH64_update (output->checksum, bytes, length);
  return output->sink->write (output->sink->data, bytes, length, error);
}

/* The checksum of all that was written, and of nothing after it. */
static bool
output_end (const Output *output, GError **error)
{
  uint8_t checksum[FRAME_CHECKSUM_BYTES];
  put_le64 (checksum, XXH64_digest (output->checksum));
  return output->sink->write (output->sink->data, checksum, sizeof checksum, error);
}

/* ---- bands in the making ---- */

typedef struct {
  uint8_t *rows;
  int n_rows;
  BandWriter *writer;
  GByteArray *stored;
  bool is_done;
} Slot;

/* POSIX's mutex, not GLib's: ThreadSanitizer sees nothing of that one. */
typedef struct {
  const FrameHeader *header;
  PngReader *reader;
  const Output *output;
  Slot *slots; /* band b is in slot b % n_slots */
  int n_slots;
  GThread **helpers; /* as many as slots; NULL: this thread makes the bands itself */
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int n_begun, n_taken; /* bands whose rows are there; those that a helper has taken */
  bool is_over;         /* no more will be begun */
  GByteArray *table;
} Line;

static void
make_band (Slot *slot)
{
  band_writer_store (slot->writer, slot->rows, slot->n_rows, slot->stored);
}

static gpointer
make_bands (gpointer data)
{
  Line *line = data;
  pthread_mutex_lock (&line->mutex);
  for (;;) {
    while (line->n_taken == line->n_begun && !line->is_over)
      pthread_cond_wait (&line->changed, &line->mutex);
    if (line->is_over)
      break;
    Slot *slot = &line->slots[line->n_taken++ % line->n_slots];
    pthread_mutex_unlock (&line->mutex);
    make_band (slot);
    pthread_mutex_lock (&line->mutex);
    slot->is_done = true;
    pthread_cond_broadcast (&line->changed);
  }
  pthread_mutex_unlock (&line->mutex);
  return NULL;
}

static void
line_init (Line *line, const FrameHeader *header, int n_threads)
{
  int most_rows = header->rows_per_band;
  const PixelShape *shape = &header->info.shape;
  line->header = header;
  line->table = g_byte_array_new ();
  line->n_slots = CLAMP (n_threads, 1, frame_band_count (header));
  line->slots = g_new0 (Slot, (size_t)line->n_slots);
  for (int i = 0; i < line->n_slots; i++) {
    Slot *slot = &line->slots[i];
    slot->rows = g_malloc ((size_t)most_rows * pixel_shape_row_bytes (shape));
    slot->writer = band_writer_new (shape, most_rows);
    slot->stored = g_byte_array_new ();
  }
  pthread_mutex_init (&line->mutex, NULL);
  pthread_cond_init (&line->changed, NULL);
  if (line->n_slots == 1)
    return;
  line->helpers = g_new (GThread *, (size_t)line->n_slots);
  for (int i = 0; i < line->n_slots; i++)
    line->helpers[i] = g_thread_new ("pixel-frame", make_bands, line);
}

static void
line_clear (Line *line)
{
  pthread_mutex_lock (&line->mutex);
  line->is_over = true;
  pthread_cond_broadcast (&line->changed);
  pthread_mutex_unlock (&line->mutex);
  for (int i = 0; line->helpers != NULL && i < line->n_slots; i++)
    g_thread_join (line->helpers[i]);
  g_free (line->helpers);
  for (int i = 0; i < line->n_slots; i++) {
    g_free (line->slots[i].rows);
    band_writer_free (line->slots[i].writer);
    g_byte_array_unref (line->slots[i].stored);
  }
  g_free (line->slots);
  g_byte_array_unref (line->table);
  pthread_mutex_destroy (&line->mutex);
  pthread_cond_destroy (&line->changed);
}

/* Reads the rows of a band and has it made. */
static bool
line_begin (Line *line, int band, GError **error)
{
  Slot *slot = &line->slots[band % line->n_slots];
  size_t row_bytes = pixel_shape_row_bytes (&line->header->info.shape);
  slot->n_rows = frame_band_rows (line->header, band);
  for (int y = 0; y < slot->n_rows; y++)
    if (!png_reader_next_row (line->reader, slot->rows + (size_t)y * row_bytes, NULL, error))
      return false;
  if (line->helpers == NULL) {
    make_band (slot);
    return true;
  }
  pthread_mutex_lock (&line->mutex);
  slot->is_done = false;
  line->n_begun++;
  pthread_cond_broadcast (&line->changed);
  pthread_mutex_unlock (&line->mutex);
  return true;
}

/* Waits for a band, writes it, and notes it in the table. */
static bool
line_end (Line *line, int band, GError **error)
{
  Slot *slot = &line->slots[band % line->n_slots];
  if (line->helpers != NULL) {
    pthread_mutex_lock (&line->mutex);
    while (!slot->is_done)
      pthread_cond_wait (&line->changed, &line->mutex);
    pthread_mutex_unlock (&line->mutex);
  }
  uint8_t entry[FRAME_TABLE_ENTRY_BYTES];
  put_le64 (entry, frame_checksum (slot->stored->data, slot->stored->len));
  put_le32 (entry + 8, slot->stored->len);
  g_byte_array_append (line->table, entry, sizeof entry);
  return output_write (line->output, slot->stored->data, slot->stored->len, error);
}

static bool
write_bands (Line *line, GError **error)
{
  int n_bands = frame_band_count (line->header);
  for (int i = 0; i < n_bands + line->n_slots; i++) {
    if (i >= line->n_slots && !line_end (line, i - line->n_slots, error))
      return false;
    if (i < n_bands && !line_begin (line, i, error))
      return false;
  }
  return true;
}

/* ---- the frame ---- */

static bool
store_recipe (const void *png, size_t length, bool want_exact, FrameHeader *header, GByteArray *out,
              GError **error)
{
  g_autoptr (PngRecipe) recipe = NULL;
  g_autoptr (GError) inner = NULL;
  if (want_exact)
    recipe = png_recipe_find (png, length, &inner);
  if (inner == NULL && recipe == NULL)
    recipe = png_recipe_head_only (png, length, &inner);
  if (recipe == NULL) {
    g_propagate_error (error, g_steal_pointer (&inner));
    return false;
  }
  g_autoptr (GByteArray) bytes = png_recipe_store (recipe);
  g_byte_array_set_size (out, (unsigned)ZSTD_compressBound (bytes->len));
  size_t stored = ZSTD_compress (out->data, out->len, bytes->data, bytes->len, RECIPE_LEVEL);
  if (ZSTD_isError (stored))
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "cannot compress the recipe: %s",
                             ZSTD_getErrorName (stored));
  g_byte_array_set_size (out, (unsigned)stored);
  header->info.is_exact = png_recipe_is_exact (recipe);
  header->recipe_bytes = bytes->len;
  header->recipe_stored_bytes = out->len;
  header->recipe_checksum = frame_checksum (out->data, out->len);
  return true;
}

static bool
write_frame (const FrameHeader *header, const GByteArray *recipe, PngReader *reader, int n_threads,
             const Output *output, GError **error)
{
  uint8_t start[FRAME_HEADER_BYTES];
  frame_header_store (header, start);
  Line line = { .reader = reader, .output = output };
  line_init (&line, header, n_threads);
  bool ok = output_write (output, start, sizeof start, error) &&
            output_write (output, recipe->data, recipe->len, error) && write_bands (&line, error) &&
            png_reader_finish (reader, error);
  if (ok) {
    uint8_t checksum[FRAME_CHECKSUM_BYTES];
    put_le64 (checksum, frame_checksum (line.table->data, line.table->len));
    ok = output_write (output, line.table->data, line.table->len, error) &&
         output_write (output, checksum, sizeof checksum, error) && output_end (output, error);
  }
  line_clear (&line);
  return ok;
}

bool
pixel_frame_write (const void *png, size_t length, const Digest *original, bool want_exact,
                   int n_threads, const PixelSink *sink, PixelFrameInfo *out_info, GError **error)
{
  FrameHeader header = { .info = { .original = *original, .original_bytes = (int64_t)length } };
  PixelFrameInfo *info = &header.info;
  g_autoptr (PngReader) reader = png_reader_new (png, length, &info->shape, error);
  if (reader == NULL)
    return false;
  header.rows_per_band = band_rows_for (&info->shape);
  g_strlcpy (info->deflate_version, png_deflate_version (), sizeof info->deflate_version);
  g_autoptr (GByteArray) recipe = g_byte_array_new ();
  if (!store_recipe (png, length, want_exact, &header, recipe, error))
    return false;
  Output output = { sink, XXH64_createState () };
  if (output.checksum == NULL)
    g_error ("no memory for a checksum");
  XXH64_reset (output.checksum, 0);
  bool ok = write_frame (&header, recipe, reader, n_threads, &output, error);
  XXH64_freeState (output.checksum);
  if (ok)
    *out_info = *info;
  return ok;
}
