/* A PDF as a row of numbered objects: written from front to back, with the table of their places behind them. */
#pragma once

#include "pixels/pixels.h"

enum { PDF_MOST_OBJECTS = 16 };

typedef struct {
  PixelSink sink;
  int64_t at;                            /* bytes written */
  int64_t offsets[PDF_MOST_OBJECTS + 1]; /* of object 1 and on; 0: not written */
} PdfFile;

bool pdf_file_write (PdfFile *file, const void *bytes, size_t length, GError **error);
/* Of numbers whole ones only: fractions would be written as the locale does. */
bool pdf_file_print (PdfFile *file, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* "N 0 obj\n", here. A place that has more than ten digits is PIXELS_ERROR_TOO_LARGE. */
bool pdf_file_begin (PdfFile *file, unsigned number, GError **error);
/* All of an object that is a stream; `entries` are those of its dictionary but /Length. */
bool pdf_file_put_stream (PdfFile *file, unsigned number, const char *entries, const void *bytes,
                          size_t length, GError **error);
/* The table and the trailer; objects 1 to `n_objects` have been written. */
bool pdf_file_finish (PdfFile *file, unsigned n_objects, unsigned root, unsigned info,
                      const uint8_t id[16], GError **error);

/* A text string: "(plain)" or "<FEFF…>". UTF-8 that is none is made so. */
void pdf_append_text (GString *out, const char *text);
/* A number with up to five digits behind the point, whatever the locale: a ten-thousandth of a pixel of print. */
void pdf_append_number (GString *out, double number);
