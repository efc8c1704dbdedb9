#include "pixels/png.h"

#include "pixels/png-filter.h"
#include "pixels/png-inflate.h"

struct PngReader {
  PngInflate inflater;
  PixelShape shape;
  int n_rows_read;
  uint8_t *row, *above; /* a filter byte and a row each */
};

PngReader *
png_reader_new (const void *png, size_t length, PixelShape *out_shape, GError **error)
{
  PngHead head;
  if (!png_chunks_read_head (png, length, &head, error))
    return NULL;

  PngReader *reader = g_new0 (PngReader, 1);
  if (!png_inflate_init (&reader->inflater, png, length, head.length, error)) {
    g_free (reader);
    return NULL;
  }
  size_t row_bytes = pixel_shape_row_bytes (&head.shape);
  reader->shape = head.shape;
  reader->row = g_malloc0 (1 + row_bytes);
  reader->above = g_malloc0 (1 + row_bytes);
  *out_shape = head.shape;
  return reader;
}

void
png_reader_free (PngReader *reader)
{
  if (reader == NULL)
    return;
  png_inflate_clear (&reader->inflater);
  g_free (reader->row);
  g_free (reader->above);
  g_free (reader);
}

bool
png_reader_next_row (PngReader *reader, uint8_t *row, uint8_t *out_filter, GError **error)
{
  size_t row_bytes = pixel_shape_row_bytes (&reader->shape);
  if (reader->n_rows_read == reader->shape.height)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "all rows of the PNG have been read");

  uint8_t *last = reader->row;
  reader->row = reader->above;
  reader->above = last;
  if (!png_inflate_read (&reader->inflater, reader->row, 1 + row_bytes, error))
    return false;
  uint8_t filter = reader->row[0];
  if (filter >= PNG_N_FILTERS)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "row %d of the PNG names a filter (%u) that the standard does not "
                             "have",
                             reader->n_rows_read, filter);
  png_filter_undo (filter, reader->row + 1, reader->above + 1, row_bytes,
                   pixel_shape_pixel_bytes (&reader->shape));
  memcpy (row, reader->row + 1, row_bytes);
  reader->n_rows_read++;
  if (out_filter != NULL)
    *out_filter = filter;
  return true;
}

bool
png_reader_finish (PngReader *reader, GError **error)
{
  const PngDataWalk *walk = &reader->inflater.walk;
  return png_inflate_finish (&reader->inflater, error) &&
         png_chunks_check_tail (walk->png, walk->length, walk->at, error);
}
