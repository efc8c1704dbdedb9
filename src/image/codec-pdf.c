#include <vips/vips.h>

#include "image/blobs.h"
#include "image/codec.h"
#include "image/rows.h"
#include "pixels/pdf.h"

enum { MOST_JPEG_EDGE = 65500 };

static bool
is_ink (VipsImage *image)
{
  return vips_image_get_interpretation (image) == VIPS_INTERPRETATION_CMYK;
}

ImagePdfStandard
image_pdf_standard (const EncodeOptions *options, VipsImage *image)
{
  if (options->pdf != IMAGE_PDF_AUTO)
    return (ImagePdfStandard)options->pdf;
  bool has_profile = vips_image_get_typeof (image, VIPS_META_ICC_NAME) != 0;
  return is_ink (image) && has_profile ? IMAGE_PDF_X4 : IMAGE_PDF_PLAIN;
}

/* ---- what libvips and the writer say to each other ---- */

static bool
write_bytes (void *target, const void *bytes, size_t length, GError **error)
{
  if (vips_target_write (target, bytes, length) == 0)
    return true;
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the PDF");
}

static bool
add_row (void *writer, int y, const void *row, GError **error)
{
  return pdf_writer_add_row (writer, row, error);
}

static bool
put_rows (const CodecJob *job, PdfWriter *writer, GError **error)
{
  return image_each_row (job->image, add_row, writer, "computing the picture for the PDF", error);
}

/* The profile stands in the PDF, once. libvips inverts CMYK for JPEG, as Adobe does: the readers of PDFs look
 * at the dictionary, not for Adobe's marker. Huffman tables made for this picture, and progressive ones, would keep all
 * of its coefficients in memory: 280 MB for A2 at 300 dpi. */
static bool
put_jpeg (const CodecJob *job, PdfWriter *writer, GError **error)
{
  int width = vips_image_get_width (job->image), height = vips_image_get_height (job->image);
  if (MAX (width, height) > MOST_JPEG_EDGE) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_TARGET,
                 "'packing: jpeg' holds at most %d px a side and the picture is %d x %d px; take "
                 "'packing: deflate'",
                 MOST_JPEG_EDGE, width, height);
    return false;
  }
  g_autoptr (VipsImage) bare = NULL;
  g_autoptr (GBytes) jpeg = NULL;
  GBytes *const blobs[IMAGE_N_BLOBS] = { NULL };
  EncodeOptions options = *job->options;
  options.optimize_coding = false;
  options.progressive = false;
  options.restart_interval = 0;
  if (!image_with_blobs (job->image, blobs, 0, &bare, error))
    return false;
  CodecJob plain = *job;
  plain.image = bare;
  plain.options = &options;
  plain.density_dpi = 0;
  return codec_jpeg (&plain, &jpeg, error) &&
         pdf_writer_put_jpeg (writer, jpeg, is_ink (job->image), error);
}

/* ---- */

static bool
fill_page (const CodecJob *job, const EncodePage *page, PdfPage *out_page, GError **error)
{
  static const PdfStandard standards[] = {
    [IMAGE_PDF_PLAIN] = PDF_PLAIN,
    [IMAGE_PDF_X4] = PDF_X4,
    [IMAGE_PDF_X1A] = PDF_X1A,
  };
  VipsImage *image = job->image;
  ImagePdfStandard standard = image_pdf_standard (job->options, image);
  bool has_packet = page != NULL && page->xmp != NULL;
  if (job->options->pdf == IMAGE_PDF_AUTO && !has_packet)
    standard = IMAGE_PDF_PLAIN;
  *out_page = (PdfPage){
    .standard = standards[standard],
    .width = vips_image_get_width (image),
    .height = vips_image_get_height (image),
    .n_channels = vips_image_get_bands (image),
    .bit_depth = vips_image_get_format (image) == VIPS_FORMAT_USHORT ? 16 : 8,
    .condition = job->options->condition,
  };
  if (page != NULL) {
    double around_mm = page->bleed_mm + page->slug_mm;
    out_page->width_mm = page->trim_width_mm + 2 * around_mm;
    out_page->height_mm = page->trim_height_mm + 2 * around_mm;
    out_page->bleed_at_mm = page->slug_mm;
    out_page->trim_at_mm = around_mm;
    out_page->profile_name = page->profile_name;
    out_page->xmp = page->xmp;
    out_page->title = page->title;
    memcpy (out_page->id, page->id, sizeof page->id);
    return true;
  }
  if (job->density_dpi <= 0) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT,
                 "a PDF's page has a size: put 'page: A4' (or another) into the stages, or give "
                 "'recompress' a 'density'");
    return false;
  }
  out_page->width_mm = out_page->width / job->density_dpi * 25.4;
  out_page->height_mm = out_page->height / job->density_dpi * 25.4;
  return true;
}

/* The writer's words are for whoever wrote the pipeline: of a page that cannot be they are a matter of format. */
static bool
pass_on (GError *cause, GError **error)
{
  bool is_unfit = g_error_matches (cause, PIXELS_ERROR, PIXELS_ERROR_UNSUITABLE);
  if (cause->domain != PIXELS_ERROR)
    g_propagate_error (error, cause);
  else {
    g_set_error_literal (error, IMAGE_ERROR, is_unfit ? IMAGE_ERROR_FORMAT : IMAGE_ERROR_FAILED,
                         cause->message);
    g_error_free (cause);
  }
  return false;
}

static bool
write_page (const CodecJob *job, const PdfPage *page, VipsTarget *target, GError **error)
{
  const PixelSink sink = { target, write_bytes };
  g_autoptr (PdfWriter) writer = pdf_writer_new (page, &sink, error);
  bool is_jpeg = job->options->packing == IMAGE_PDF_JPEG;
  return writer != NULL &&
         (is_jpeg ? put_jpeg (job, writer, error) : put_rows (job, writer, error)) &&
         pdf_writer_finish (writer, error);
}

bool
codec_pdf (const CodecJob *job, const EncodePage *page, VipsTarget *target, GError **error)
{
  PdfPage written;
  GError *cause = NULL;
  if (!fill_page (job, page, &written, error))
    return false;
  g_autoptr (GBytes) icc = image_dup_blob (job->image, IMAGE_BLOB_ICC);
  written.icc = icc;
  return write_page (job, &written, target, &cause) || pass_on (cause, error);
}
