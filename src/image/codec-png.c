/* Most PNGs are written by pixels/png-write.h, which takes rows as libvips computes them. What that
 * does not write is left to libvips: palettes, interlacing, and files whose bytes zlib must have
 * made. */
#include "image/codec.h"

#include <math.h>
#include <vips/vips.h>

#include "image/blobs.h"
#include "image/rows.h"
#include "pixels/png-write.h"

/* ---- by libvips ---- */

/* The byte after size and depth in IHDR; 3 is a palette. */
static bool
has_palette (GBytes *bytes)
{
  const uint8_t *data = g_bytes_get_data (bytes, NULL);
  return g_bytes_get_size (bytes) > 25 && data[25] == 3;
}

static int
palette_bits (int n_colors)
{
  return n_colors < 2 ? 8 : n_colors == 2 ? 1 : n_colors <= 4 ? 2 : n_colors <= 16 ? 4 : 8;
}

static bool
write_by_libvips (const CodecJob *job, GBytes **out_bytes, GError **error)
{
  static const VipsForeignPngFilter filters[] = {
    [IMAGE_PNG_FILTER_NONE] = VIPS_FOREIGN_PNG_FILTER_NONE,
    [IMAGE_PNG_FILTER_SUB] = VIPS_FOREIGN_PNG_FILTER_SUB,
    [IMAGE_PNG_FILTER_UP] = VIPS_FOREIGN_PNG_FILTER_UP,
    [IMAGE_PNG_FILTER_AVERAGE] = VIPS_FOREIGN_PNG_FILTER_AVG,
    [IMAGE_PNG_FILTER_PAETH] = VIPS_FOREIGN_PNG_FILTER_PAETH,
    [IMAGE_PNG_FILTER_ALL] = VIPS_FOREIGN_PNG_FILTER_ALL,
  };
  enum { MOST_ZLIB_LEVEL = 9 };
  const EncodeOptions *options = job->options;
  bool is_deep = vips_image_get_format (job->image) == VIPS_FORMAT_USHORT;
  int bits = options->palette ? palette_bits (options->colors) : is_deep ? 16 : 8;
  int level = MIN (options->compression_level, MOST_ZLIB_LEVEL);
  void *buffer;
  size_t length;

  if (vips_pngsave_buffer (job->image, &buffer, &length, "compression", level, "interlace",
                           options->progressive, "filter", filters[options->filter], "palette",
                           options->palette, "bitdepth", bits, "dither", options->dither,
                           NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the PNG");

  g_autoptr (GBytes) bytes = codec_take (buffer, length);
  if (options->palette && !has_palette (bytes)) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FAILED,
                 "this libvips cannot make palettes: it was built without libimagequant; leave "
                 "'palette' out, or install a libvips that has it");
    return false;
  }
  *out_bytes = job->density_dpi > 0 ? g_steal_pointer (&bytes) : finish_png_without_density (bytes);
  return true;
}

/* ---- by our own writer ---- */

static bool
is_for_writer (const CodecJob *job)
{
  const EncodeOptions *options = job->options;
  VipsBandFormat format = vips_image_get_format (job->image);
  return !options->palette && !options->progressive && !options->zlib &&
         (format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT) &&
         vips_image_get_bands (job->image) <= 4;
}

static bool
add_row (void *writer, int y, const void *row, GError **error)
{
  return png_writer_add_row (writer, row, error);
}

static bool
write_by_ourselves (const CodecJob *job, GBytes **out_bytes, GError **error)
{
  static const int filters[] = {
    [IMAGE_PNG_FILTER_NONE] = 0,  [IMAGE_PNG_FILTER_SUB] = 1,
    [IMAGE_PNG_FILTER_UP] = 2,    [IMAGE_PNG_FILTER_AVERAGE] = 3,
    [IMAGE_PNG_FILTER_PAETH] = 4, [IMAGE_PNG_FILTER_ALL] = PNG_WRITE_ADAPTIVE,
  };
  VipsImage *image = job->image;
  const PixelShape shape = {
    .width = vips_image_get_width (image),
    .height = vips_image_get_height (image),
    .n_channels = vips_image_get_bands (image),
    .bit_depth = vips_image_get_format (image) == VIPS_FORMAT_USHORT ? 16 : 8,
  };
  g_autoptr (GBytes) icc = image_dup_blob (image, IMAGE_BLOB_ICC);
  const PngWriteOptions options = {
    .level = job->options->compression_level,
    .filter = filters[job->options->filter],
    /* image_prepare made it pixels per mm. */
    .dots_per_m = job->density_dpi > 0 ? (uint32_t)rint (vips_image_get_xres (image) * 1000) : 0,
    .icc = icc,
    .icc_name = "icc",
  };
  g_autoptr (PngWriter) writer = png_writer_new (&shape, &options, error);
  if (writer == NULL ||
      !image_each_row (image, add_row, writer, "computing the picture for the PNG", error))
    return false;
  *out_bytes = png_writer_finish (writer, error);
  return *out_bytes != NULL;
}

bool
codec_png (const CodecJob *job, GBytes **out_bytes, GError **error)
{
  return is_for_writer (job) ? write_by_ourselves (job, out_bytes, error)
                             : write_by_libvips (job, out_bytes, error);
}
