/* Rows of pixels as PDF packs them: big endian, each behind one of PNG's filters (/Predictor 15), deflated. */
#pragma once

#include "pixels/pixels.h"

typedef struct PdfRows PdfRows;

/* `pixel_bytes`: 1 to 8. `is_deep`: samples are of 16 bits, in the machine's order. */
PdfRows *pdf_rows_new (size_t row_bytes, size_t pixel_bytes, bool is_deep, const PixelSink *sink,
                       GError **error);
void pdf_rows_free (PdfRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PdfRows, pdf_rows_free)

bool pdf_rows_add (PdfRows *rows, const void *row, GError **error);
bool pdf_rows_finish (PdfRows *rows, GError **error);
