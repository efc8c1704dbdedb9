#include "pixels/pdf-rows.h"

#include <string.h>
#include <zlib.h>

#include "pixels/png-choose.h"

/* With Z_FILTERED zlib passes over short matches, which differences of neighbours have by accident. Of two
 * photographs, one of them in 16 bits too, and a drawing, all CMYK (102 MB), level 4 makes 43.6 MB in 2.5 s, Z_RLE
 * 44.6 MB in 0.9 s, Z_FILTERED 6 43.2 MB in 5.3 s, and without it level 4 45.3 MB in 2.0 s and level 6 44.5 MB in
 * 4.4 s, choosing the filters (0.5 s) included. What repeats itself, text on white, stays as small as at level 6; by
 * Z_RLE it is a quarter larger. */
enum { OUT_BYTES = 64 * 1024, LEVEL = 4, STRATEGY = Z_FILTERED, MEM_LEVEL = 9 };

struct PdfRows {
  size_t row_bytes, pixel_bytes;
  bool is_deep;
  PixelSink sink;
  z_stream z;
  uint8_t *row, *above;
  uint8_t *filtered; /* the filter's number, then the row */
  uint8_t *out;
};

PdfRows *
pdf_rows_new (size_t row_bytes, size_t pixel_bytes, bool is_deep, const PixelSink *sink,
              GError **error)
{
  g_autoptr (PdfRows) rows = g_new0 (PdfRows, 1);
  if (deflateInit2 (&rows->z, LEVEL, Z_DEFLATED, MAX_WBITS, MEM_LEVEL, STRATEGY) != Z_OK) {
    pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib could not start: out of memory?");
    return NULL;
  }
  rows->row_bytes = row_bytes;
  rows->pixel_bytes = pixel_bytes;
  rows->is_deep = is_deep;
  rows->sink = *sink;
  rows->row = g_malloc0 (row_bytes);
  rows->above = g_malloc0 (row_bytes);
  rows->filtered = g_malloc (row_bytes + 1);
  rows->out = g_malloc (OUT_BYTES);
  return g_steal_pointer (&rows);
}

void
pdf_rows_free (PdfRows *rows)
{
  if (rows == NULL)
    return;
  deflateEnd (&rows->z);
  g_free (rows->row);
  g_free (rows->above);
  g_free (rows->filtered);
  g_free (rows->out);
  g_free (rows);
}

static bool
deflate_bytes (PdfRows *rows, const uint8_t *bytes, size_t length, int flush, GError **error)
{
  z_stream *z = &rows->z;
  z->next_in = (Bytef *)(uintptr_t)bytes;
  z->avail_in = (uInt)length;
  do {
    z->next_out = rows->out;
    z->avail_out = OUT_BYTES;
    if (deflate (z, flush) == Z_STREAM_ERROR)
      return pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib cannot deflate: %s",
                               z->msg != NULL ? z->msg : "its state is broken");
    size_t n_out = OUT_BYTES - z->avail_out;
    if (n_out > 0 && !rows->sink.write (rows->sink.data, rows->out, n_out, error))
      return false;
  } while (z->avail_out == 0);
  return true;
}

static const uint8_t *
filter (PdfRows *rows)
{
  uint8_t best = png_choose_filter (rows->row, rows->above, rows->row_bytes, rows->pixel_bytes);
  rows->filtered[0] = best;
  png_filter_apply (best, rows->row, rows->above, rows->filtered + 1, rows->row_bytes,
                    rows->pixel_bytes);
  return rows->filtered;
}

static void
take_row (PdfRows *rows, const void *row)
{
  uint8_t *above = rows->above;
  rows->above = rows->row;
  rows->row = above;
  memcpy (rows->row, row, rows->row_bytes);
  uint16_t *samples = (uint16_t *)(void *)rows->row;
  for (size_t i = 0; rows->is_deep && i < rows->row_bytes / 2; i++)
    samples[i] = GUINT16_TO_BE (samples[i]);
}

bool
pdf_rows_add (PdfRows *rows, const void *row, GError **error)
{
  take_row (rows, row);
  return deflate_bytes (rows, filter (rows), rows->row_bytes + 1, Z_NO_FLUSH, error);
}

bool
pdf_rows_finish (PdfRows *rows, GError **error)
{
  return deflate_bytes (rows, NULL, 0, Z_FINISH, error);
}
