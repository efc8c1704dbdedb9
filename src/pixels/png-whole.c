#include "pixels/png-whole.h"

#include <libdeflate.h>

#include "pixels/large-pages.h"
#include "pixels/png-chunks.h"
#include "pixels/png-filter.h"

/* The bytes of all IDATs, borrowed or `out_joined`; out_tail is where the next chunk is. */
static bool
join_data (const uint8_t *png, size_t length, size_t at, const uint8_t **out_data,
           size_t *out_length, uint8_t **out_joined, size_t *out_tail, GError **error)
{
  PngDataWalk walk = { png, length, at };
  const uint8_t *data = NULL;
  size_t n_data = 0;
  g_autofree uint8_t *joined = NULL;
  for (;;) {
    const uint8_t *bytes;
    size_t n;
    bool is_end;
    if (!png_chunks_next_data (&walk, &bytes, &n, &is_end, error))
      return false;
    if (is_end)
      break;
    if (data == NULL) {
      data = bytes;
      n_data = n;
      continue;
    }
    /* Room for all there can be: what is not written of it takes no memory. */
    if (joined == NULL) {
      joined = g_malloc (length - at);
      memcpy (joined, data, n_data);
      data = joined;
    }
    memcpy (joined + n_data, bytes, n);
    n_data += n;
  }
  *out_data = data;
  *out_length = n_data;
  *out_tail = walk.at;
  *out_joined = g_steal_pointer (&joined);
  return true;
}

static bool
inflate_all (const uint8_t *data, size_t length, uint8_t *out, size_t n_out, GError **error)
{
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor ();
  size_t n_in = 0;
  if (decompressor == NULL)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "there is no memory to inflate with");
  enum libdeflate_result result = libdeflate_zlib_decompress_ex (decompressor, data, length, out,
                                                                 n_out, &n_in, NULL);
  libdeflate_free_decompressor (decompressor);
  return (result == LIBDEFLATE_SUCCESS && n_in == length) ||
         pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                           "the PNG's IDAT chunks do not hold the rows that its header tells of");
}

static void
turn_samples (uint8_t *row, size_t length)
{
  for (size_t i = 0; i < length; i += 2) {
    uint16_t sample;
    memcpy (&sample, row + i, sizeof sample);
    sample = GUINT16_FROM_BE (sample);
    memcpy (row + i, &sample, sizeof sample);
  }
}

/* Takes the filters off, and closes the gaps that their bytes leave: a row moves down by as many
 * bytes as it has rows above it and one. A row of 16 bits is turned when the next is done. */
static bool
undo_all (uint8_t *rows, const PixelShape *shape, GError **error)
{
  size_t row_bytes = pixel_shape_row_bytes (shape), step = pixel_shape_pixel_bytes (shape);
  g_autofree uint8_t *zeros = g_malloc0 (row_bytes);
  uint8_t *above = zeros;
  for (int y = 0; y < shape->height; y++) {
    uint8_t *piece = rows + (size_t)y * (1 + row_bytes), *row = rows + (size_t)y * row_bytes;
    uint8_t filter = piece[0];
    if (filter >= PNG_N_FILTERS)
      return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                               "row %d of the PNG names a filter (%u) that the standard does not "
                               "have",
                               y, filter);
    png_filter_undo (filter, piece + 1, above, row_bytes, step);
    memmove (row, piece + 1, row_bytes);
    if (shape->bit_depth == 16 && y > 0)
      turn_samples (above, row_bytes);
    above = row;
  }
  if (shape->bit_depth == 16)
    turn_samples (above, row_bytes);
  return true;
}

GBytes *
png_whole_read (const void *png, size_t length, PixelShape *out_shape, GError **error)
{
  PngHead head;
  const uint8_t *data;
  size_t n_data, tail;
  g_autofree uint8_t *joined = NULL;
  if (!png_chunks_read_head (png, length, &head, error) ||
      !join_data (png, length, head.length, &data, &n_data, &joined, &tail, error) ||
      !png_chunks_check_tail (png, length, tail, error))
    return NULL;

  size_t row_bytes = pixel_shape_row_bytes (&head.shape), height = (size_t)head.shape.height;
  g_autofree uint8_t *rows = g_try_malloc ((1 + row_bytes) * height);
  if (rows == NULL) {
    pixels_set_error (error, PIXELS_ERROR_FAILED, "there is no memory for %d x %d px",
                      head.shape.width, head.shape.height);
    return NULL;
  }
  large_pages_ask (rows, (1 + row_bytes) * height);
  if (!inflate_all (data, n_data, rows, (1 + row_bytes) * height, error) ||
      !undo_all (rows, &head.shape, error))
    return NULL;
  *out_shape = head.shape;
  return g_bytes_new_take (g_steal_pointer (&rows), row_bytes * height);
}
