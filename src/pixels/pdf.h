/* A PDF of one page that is one picture, written from front to back: neither the file nor the picture stands in
 * memory.
 *
 *     %PDF-1.6
 *     1 catalog   2 pages   3 page   4 what is drawn   5 information   [8 XMP]   [9 colour profile]
 *     6 the picture's rows, as they come
 *     7 how many bytes they were
 *     the table of places, the trailer
 *
 *     MediaBox +-------------------------+   the picture's edge
 *              | BleedBox +-----------+  |
 *              |          | TrimBox   |  |
 *
 * PDF 1.6 (ISO 32000-1 and before), PDF/X-1a:2003 (ISO 15930-4), PDF/X-4 (ISO 15930-7). Nothing is ever
 * transparent, encrypted, interactive or outside the file. */
#pragma once

#include "pixels/pixels.h"

typedef enum {
  PDF_PLAIN, /* 1.6; its colours are those of the profile */
  PDF_X4,  /* 1.6; ink, the profile of the press as the output intent, and a packet that says so */
  PDF_X1A, /* 1.4; ink of 8 bits, and a profile or the name of a printing condition */
} PdfStandard;

/* All of it is borrowed while the writer lives. */
typedef struct {
  PdfStandard standard;
  int width, height;          /* px */
  int n_channels;             /* 1 gray, 3 RGB, 4 CMYK, 0 no ink */
  int bit_depth;              /* 8 or 16 */
  double width_mm, height_mm; /* of the whole picture */
  double bleed_at_mm;         /* from its edge on each side to the BleedBox; 0: there is no slug */
  double trim_at_mm;          /* and to the TrimBox */
  GBytes *icc;                /* NULL: none */
  const char *profile_name;   /* what the profile calls itself, NULL: not known */
  const char *condition;      /* a name of the ICC's registry, "FOGRA39"; NULL: none */
  GBytes *xmp;                /* a packet; NULL: none */
  const char *title;          /* NULL: "Untitled" */
  uint8_t id[16];
} PdfPage;

typedef struct PdfWriter PdfWriter;

/* Writes all that stands before the picture. A page that cannot be is PIXELS_ERROR_UNSUITABLE, in
 * words that say what to do. */
PdfWriter *pdf_writer_new (const PdfPage *page, const PixelSink *sink, GError **error);
void pdf_writer_free (PdfWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PdfWriter, pdf_writer_free)

/* The next row from above: channels side by side, samples of 16 bits in the machine's order. */
bool pdf_writer_add_row (PdfWriter *writer, const void *row, GError **error);
/* All of the picture, in place of rows: a JPEG of its size and channels. `is_inverted`: 0 is full ink, as in
 * the CMYK that Adobe's marker announces. */
bool pdf_writer_put_jpeg (PdfWriter *writer, GBytes *jpeg, bool is_inverted, GError **error);
/* After all rows, or the JPEG. */
bool pdf_writer_finish (PdfWriter *writer, GError **error);

/* The least and the largest side of a page, mm: 3 and 14400 points. Larger ones are written in larger units,
 * which X-1a does not know. */
#define PDF_LEAST_SIDE_MM (3 * 25.4 / 72)
#define PDF_MOST_SIDE_MM (14400 * 25.4 / 72)
