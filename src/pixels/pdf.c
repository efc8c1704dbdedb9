#include "pixels/pdf.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

#include "pixels/pdf-file.h"
#include "pixels/pdf-rows.h"

enum {
  CATALOG = 1,
  PAGES,
  PAGE,
  CONTENT,
  INFO,
  PICTURE,
  PICTURE_LENGTH,
  N_ALWAYS = PICTURE_LENGTH
};

enum { ICC_HEADER = 128, MOST_UNIT = 75000 };

/* A page is a function of what it is made from, never of when: equal recipes give equal files. */
#define DATE "(D:20000101000000Z)"

struct PdfWriter {
  PdfPage page;
  PdfFile file;
  unsigned metadata, profile; /* objects; 0: none */
  unsigned n_objects;
  double unit;       /* how many points the page's unit is */
  PdfRows *rows;     /* once the first came */
  int n_rows;        /* that came */
  int64_t stream_at; /* where the picture's bytes begin */
  bool is_jpeg;
};

static const struct {
  const char *label, *marker, *header;
} standards[] = {
  [PDF_PLAIN] = { "a PDF", NULL, "%PDF-1.6" },
  [PDF_X4] = { "PDF/X-4", "PDF/X-4", "%PDF-1.6" },
  [PDF_X1A] = { "PDF/X-1a", "PDF/X-1a:2003", "%PDF-1.4" },
};

/* ---- what cannot be ---- */

static const char *
device_space (int n_channels)
{
  return n_channels == 1 ? "DeviceGray" : n_channels == 3 ? "DeviceRGB" : "DeviceCMYK";
}

static bool
check_profile (const PdfPage *page, GError **error)
{
  const char *label = standards[page->standard].label;
  const char *space = page->n_channels == 1 ? "GRAY" : page->n_channels == 3 ? "RGB " : "CMYK";
  if (page->icc == NULL) {
    if (page->standard == PDF_X4)
      return pixels_set_error (
        error, PIXELS_ERROR_UNSUITABLE,
        "PDF/X-4 holds the colour profile of its ink, and the picture has "
        "none; convert it with 'color: { profile: … }', keep the profile, or "
        "write 'pdf: plain'");
    if (page->standard == PDF_X1A && page->condition == NULL)
      return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                               "PDF/X-1a names what it is printed by: keep the colour profile, or "
                               "give 'condition: FOGRA39' (or another of the ICC's registry)");
    return true;
  }
  size_t length;
  const uint8_t *data = g_bytes_get_data (page->icc, &length);
  if (length < ICC_HEADER || memcmp (data + 16, space, 4) != 0)
    return pixels_set_error (
      error, PIXELS_ERROR_UNSUITABLE,
      "the colour profile is not one of a picture with %d channels; convert with "
      "'color', or leave it out: 'metadata: { drop: [icc] }'",
      page->n_channels);
  if (page->standard != PDF_PLAIN && memcmp (data + 12, "prtr", 4) != 0)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "%s wants the profile of a press, and this one is of another device; "
                             "convert with 'color: { profile: … }', or write 'pdf: plain'",
                             label);
  if (page->standard == PDF_X1A && data[8] >= 4)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "PDF/X-1a takes colour profiles of ICC version 2, and this one is of "
                             "version %d; write 'pdf: x-4', or take a profile of version 2",
                             data[8]);
  return true;
}

static bool
check_size (const PdfPage *page, GError **error)
{
  double least = fmin (page->width_mm, page->height_mm);
  double most = fmax (page->width_mm, page->height_mm);
  const char *label = standards[page->standard].label;
  if (!(least >= PDF_LEAST_SIDE_MM))
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "a page of a PDF is at least 1.06 mm a side, and this one is %.2f x "
                             "%.2f mm",
                             page->width_mm, page->height_mm);
  if (most > PDF_MOST_SIDE_MM * (page->standard == PDF_X1A ? 1 : MOST_UNIT))
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "a page of %s is at most %.0f mm a side, and this one is %.0f x %.0f "
                             "mm; %s",
                             label, PDF_MOST_SIDE_MM, page->width_mm, page->height_mm,
                             page->standard == PDF_X1A ? "write 'pdf: x-4', or the page at a scale"
                                                       : "write the page at a scale");
  g_return_val_if_fail (page->bleed_at_mm >= 0 && page->trim_at_mm >= page->bleed_at_mm &&
                          2 * page->trim_at_mm < least,
                        false);
  return true;
}

static bool
check (const PdfPage *page, GError **error)
{
  const char *label = standards[page->standard].label;
  g_return_val_if_fail (
    page->width >= 1 && page->height >= 1 &&
      (page->n_channels == 1 || page->n_channels == 3 || page->n_channels == 4) &&
      (page->bit_depth == 8 || page->bit_depth == 16),
    false);
  if (page->width > PIXELS_MOST_SIDE || page->height > PIXELS_MOST_SIDE)
    return pixels_set_error (error, PIXELS_ERROR_TOO_LARGE, "%d x %d px is over %d px a side",
                             page->width, page->height, PIXELS_MOST_SIDE);
  if (page->standard != PDF_PLAIN && page->n_channels != 4)
    return pixels_set_error (
      error, PIXELS_ERROR_UNSUITABLE,
      "%s holds CMYK, and the picture is %s; put 'color: { profile: … }' into "
      "the stages, or write 'pdf: plain'",
      label, page->n_channels == 3 ? "RGB" : "gray");
  if (page->standard == PDF_X1A && page->bit_depth != 8)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "PDF/X-1a holds 8 bits a channel, not 16; write 'pdf: x-4'");
  if (page->standard == PDF_X4 && page->xmp == NULL)
    return pixels_set_error (
      error, PIXELS_ERROR_UNSUITABLE,
      "PDF/X-4 says what it is in XMP, and there is none; write 'pdf: plain'");
  return check_size (page, error) && check_profile (page, error);
}

/* ---- dictionaries ---- */

static void
append_box (GString *out, const PdfWriter *writer, const char *name, double at_mm)
{
  double scale = 72 / 25.4 / writer->unit;
  const double corners[] = { at_mm, at_mm, writer->page.width_mm - at_mm,
                             writer->page.height_mm - at_mm };
  g_string_append_printf (out, " /%s [", name);
  for (size_t i = 0; i < G_N_ELEMENTS (corners); i++) {
    if (i > 0)
      g_string_append_c (out, ' ');
    pdf_append_number (out, corners[i] * scale);
  }
  g_string_append_c (out, ']');
}

static void
append_entry (GString *out, const char *name, const char *text)
{
  g_string_append_printf (out, " /%s ", name);
  pdf_append_text (out, text);
}

static void
append_intent (GString *out, const PdfWriter *writer)
{
  const PdfPage *page = &writer->page;
  const char *info = page->profile_name != NULL ? page->profile_name
                     : page->condition != NULL  ? page->condition
                                                : "The profile in this file";
  g_string_append (out, " /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFX");
  append_entry (out, "OutputConditionIdentifier",
                page->condition != NULL ? page->condition : "Custom");
  if (page->condition != NULL)
    append_entry (out, "RegistryName", "http://www.color.org");
  append_entry (out, "Info", info);
  if (writer->profile != 0)
    g_string_append_printf (out, " /DestOutputProfile %u 0 R", writer->profile);
  g_string_append (out, " >>]");
}

static bool
put_object (PdfWriter *writer, unsigned number, GString *entries, GError **error)
{
  return pdf_file_begin (&writer->file, number, error) &&
         pdf_file_print (&writer->file, error, "<<%s >>\nendobj\n", entries->str);
}

static bool
put_catalog (PdfWriter *writer, GError **error)
{
  g_autoptr (GString) entries = g_string_new (" /Type /Catalog");
  g_string_append_printf (entries, " /Pages %d 0 R", PAGES);
  if (writer->metadata != 0)
    g_string_append_printf (entries, " /Metadata %u 0 R", writer->metadata);
  if (writer->page.standard != PDF_PLAIN)
    append_intent (entries, writer);
  return put_object (writer, CATALOG, entries, error);
}

static bool
put_page (PdfWriter *writer, GError **error)
{
  const PdfPage *page = &writer->page;
  g_autoptr (GString) pages = g_string_new (" /Type /Pages");
  g_autoptr (GString) entries = g_string_new (" /Type /Page");
  g_string_append_printf (pages, " /Kids [%d 0 R] /Count 1", PAGE);
  g_string_append_printf (entries, " /Parent %d 0 R", PAGES);
  append_box (entries, writer, "MediaBox", 0);
  append_box (entries, writer, "BleedBox", page->bleed_at_mm);
  append_box (entries, writer, "TrimBox", page->trim_at_mm);
  if (writer->unit > 1) {
    g_string_append (entries, " /UserUnit ");
    pdf_append_number (entries, writer->unit);
  }
  g_string_append_printf (entries, " /Resources << /XObject << /Im0 %d 0 R >> >> /Contents %d 0 R",
                          PICTURE, CONTENT);
  return put_object (writer, PAGES, pages, error) && put_object (writer, PAGE, entries, error);
}

/* A picture is one unit wide and high until the matrix says otherwise. */
static bool
put_content (PdfWriter *writer, GError **error)
{
  double scale = 72 / 25.4 / writer->unit;
  g_autoptr (GString) drawn = g_string_new ("q ");
  pdf_append_number (drawn, writer->page.width_mm * scale);
  g_string_append (drawn, " 0 0 ");
  pdf_append_number (drawn, writer->page.height_mm * scale);
  g_string_append (drawn, " 0 0 cm /Im0 Do Q");
  return pdf_file_begin (&writer->file, CONTENT, error) &&
         pdf_file_print (&writer->file, error, "<< /Length %zu >>\nstream\n%s\nendstream\nendobj\n",
                         drawn->len, drawn->str);
}

static bool
put_info (PdfWriter *writer, GError **error)
{
  const PdfPage *page = &writer->page;
  const char *marker = standards[page->standard].marker;
  g_autoptr (GString) entries = g_string_new (NULL);
  append_entry (entries, "Title", page->title != NULL ? page->title : "Untitled");
  append_entry (entries, "Creator", "Peel");
  append_entry (entries, "Producer", "Peel");
  g_string_append (entries, " /CreationDate " DATE " /ModDate " DATE " /Trapped /False");
  if (marker != NULL)
    append_entry (entries, "GTS_PDFXVersion", marker);
  return put_object (writer, INFO, entries, error);
}

static bool
put_metadata (PdfWriter *writer, GError **error)
{
  size_t length;
  if (writer->metadata == 0)
    return true;
  const void *packet = g_bytes_get_data (writer->page.xmp, &length);
  /* As it is: whoever looks for labels finds it without unpacking anything. */
  return pdf_file_put_stream (&writer->file, writer->metadata, "/Type /Metadata /Subtype /XML",
                              packet, length, error);
}

static bool
put_profile (PdfWriter *writer, GError **error)
{
  size_t length;
  if (writer->profile == 0)
    return true;
  const void *icc = g_bytes_get_data (writer->page.icc, &length);
  uLongf n_packed = compressBound (length);
  g_autofree uint8_t *packed = g_malloc (n_packed);
  if (compress2 (packed, &n_packed, icc, length, Z_BEST_COMPRESSION) != Z_OK)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "zlib cannot pack the colour profile");
  g_autofree char *entries = g_strdup_printf ("/N %d /Alternate /%s /Filter /FlateDecode",
                                              writer->page.n_channels,
                                              device_space (writer->page.n_channels));
  return pdf_file_put_stream (&writer->file, writer->profile, entries, packed, n_packed, error);
}

/* The mark is of four bytes over 127: what carries files sees that it is no text. */
static bool
put_header (PdfWriter *writer, GError **error)
{
  return pdf_file_print (&writer->file, error, "%s\n%%\xe2\xe3\xcf\xd3\n",
                         standards[writer->page.standard].header);
}

PdfWriter *
pdf_writer_new (const PdfPage *page, const PixelSink *sink, GError **error)
{
  if (!check (page, error))
    return NULL;
  g_autoptr (PdfWriter) writer = g_new0 (PdfWriter, 1);
  writer->page = *page;
  writer->file.sink = *sink;
  writer->n_objects = N_ALWAYS;
  if (page->xmp != NULL)
    writer->metadata = ++writer->n_objects;
  if (page->icc != NULL)
    writer->profile = ++writer->n_objects;
  writer->unit = fmax (1, ceil (fmax (page->width_mm, page->height_mm) / PDF_MOST_SIDE_MM));
  bool ok = put_header (writer, error) && put_catalog (writer, error) && put_page (writer, error) &&
            put_content (writer, error) && put_info (writer, error) &&
            put_metadata (writer, error) && put_profile (writer, error);
  return ok ? g_steal_pointer (&writer) : NULL;
}

void
pdf_writer_free (PdfWriter *writer)
{
  if (writer == NULL)
    return;
  pdf_rows_free (writer->rows);
  g_free (writer);
}

/* ---- the picture ---- */

static void
append_picture (GString *out, const PdfWriter *writer)
{
  const PdfPage *page = &writer->page;
  g_string_append_printf (out,
                          " /Type /XObject /Subtype /Image /Width %d /Height %d"
                          " /BitsPerComponent %d /ColorSpace ",
                          page->width, page->height, page->bit_depth);
  /* In the standards ink is ink, and the output intent says whose; an ICCBased twin of it is forbidden. */
  if (page->standard == PDF_PLAIN && writer->profile != 0)
    g_string_append_printf (out, "[/ICCBased %u 0 R]", writer->profile);
  else
    g_string_append_printf (out, "/%s", device_space (page->n_channels));
}

static bool
begin_picture (PdfWriter *writer, const char *packing, GError **error)
{
  g_autoptr (GString) entries = g_string_new (NULL);
  append_picture (entries, writer);
  /* How long it is is known when it is written, and then stands behind it. */
  bool ok = pdf_file_begin (&writer->file, PICTURE, error) &&
            pdf_file_print (&writer->file, error, "<<%s %s /Length %d 0 R >>\nstream\n",
                            entries->str, packing, PICTURE_LENGTH);
  writer->stream_at = writer->file.at;
  return ok;
}

static bool
write_packed (void *data, const void *bytes, size_t length, GError **error)
{
  return pdf_file_write (data, bytes, length, error);
}

static bool
begin_rows (PdfWriter *writer, GError **error)
{
  const PdfPage *page = &writer->page;
  size_t pixel_bytes = (size_t)(page->n_channels * page->bit_depth / 8);
  const PixelSink sink = { &writer->file, write_packed };
  g_autofree char *packing = g_strdup_printf (
    "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors %d /BitsPerComponent %d "
    "/Columns %d >>",
    page->n_channels, page->bit_depth, page->width);
  writer->rows = pdf_rows_new (pixel_bytes * (size_t)page->width, pixel_bytes,
                               page->bit_depth == 16, &sink, error);
  return writer->rows != NULL && begin_picture (writer, packing, error);
}

bool
pdf_writer_add_row (PdfWriter *writer, const void *row, GError **error)
{
  g_return_val_if_fail (!writer->is_jpeg && writer->n_rows < writer->page.height, false);
  if (writer->rows == NULL && !begin_rows (writer, error))
    return false;
  writer->n_rows++;
  return pdf_rows_add (writer->rows, row, error);
}

bool
pdf_writer_put_jpeg (PdfWriter *writer, GBytes *jpeg, bool is_inverted, GError **error)
{
  size_t length;
  const void *data = g_bytes_get_data (jpeg, &length);
  g_return_val_if_fail (writer->rows == NULL && !writer->is_jpeg && writer->page.bit_depth == 8,
                        false);
  static const char *const inversions[] = {
    [1] = " /Decode [1 0]", [3] = " /Decode [1 0 1 0 1 0]", [4] = " /Decode [1 0 1 0 1 0 1 0]"
  };
  g_autofree char *packing = g_strconcat (
    "/Filter /DCTDecode", is_inverted ? inversions[writer->page.n_channels] : "", NULL);
  writer->is_jpeg = true;
  return begin_picture (writer, packing, error) &&
         pdf_file_write (&writer->file, data, length, error);
}

bool
pdf_writer_finish (PdfWriter *writer, GError **error)
{
  PdfFile *file = &writer->file;
  if (!writer->is_jpeg && writer->n_rows < writer->page.height)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "a PDF of %d rows was given %d",
                             writer->page.height, writer->n_rows);
  if (writer->rows != NULL && !pdf_rows_finish (writer->rows, error))
    return false;
  int64_t length = file->at - writer->stream_at;
  return pdf_file_print (file, error, "\nendstream\nendobj\n") &&
         pdf_file_begin (file, PICTURE_LENGTH, error) &&
         pdf_file_print (file, error, "%" G_GINT64_FORMAT "\nendobj\n", length) &&
         pdf_file_finish (file, writer->n_objects, CATALOG, INFO, writer->page.id, error);
}
