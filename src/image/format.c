#include "image/format.h"

#include <string.h>
#include <glib.h>

static const char *const jpeg_extensions[] = { "jpg", "jpeg", "jpe", "jfif", NULL };
static const char *const png_extensions[] = { "png", NULL };
static const char *const webp_extensions[] = { "webp", NULL };
static const char *const avif_extensions[] = { "avif", NULL };
static const char *const tiff_extensions[] = { "tif", "tiff", NULL };
static const char *const gif_extensions[] = { "gif", NULL };
static const char *const heic_extensions[] = { "heic", "heif", "hif", NULL };
static const char *const pdf_extensions[] = { "pdf", NULL };

/* Edges: JPEG is libjpeg's JPEG_MAX_DIMENSION, PNG libpng's default width limit, WebP its 14-bit
 * fields, AVIF what libvips's heifsave takes, TIFF libvips's own VIPS_MAX_COORD, PDF our writer's. */
static const ImageFormatType types[] = {
  { .format = IMAGE_FORMAT_JPEG,
    .name = "jpeg",
    .label = "JPEG",
    .mime = "image/jpeg",
    .extension = "jpg",
    .extensions = jpeg_extensions,
    .most_edge = 65500,
    .can_write = true,
    .has_cmyk = true,
    .has_quality = true },
  { .format = IMAGE_FORMAT_PNG,
    .name = "png",
    .label = "PNG",
    .mime = "image/png",
    .extension = "png",
    .extensions = png_extensions,
    .most_edge = 1000000,
    .can_write = true,
    .has_alpha = true,
    .has_16_bit = true },
  { .format = IMAGE_FORMAT_WEBP,
    .name = "webp",
    .label = "WebP",
    .mime = "image/webp",
    .extension = "webp",
    .extensions = webp_extensions,
    .most_edge = 16383,
    .can_write = true,
    .has_alpha = true,
    .has_quality = true },
  { .format = IMAGE_FORMAT_AVIF,
    .name = "avif",
    .label = "AVIF",
    .mime = "image/avif",
    .extension = "avif",
    .extensions = avif_extensions,
    .most_edge = 16384,
    .can_write = true,
    .has_alpha = true,
    .has_quality = true },
  { .format = IMAGE_FORMAT_TIFF,
    .name = "tiff",
    .label = "TIFF",
    .mime = "image/tiff",
    .extension = "tif",
    .extensions = tiff_extensions,
    .most_edge = 10000000,
    .can_write = true,
    .has_alpha = true,
    .has_cmyk = true,
    .has_16_bit = true,
    .streams = true },
  { .format = IMAGE_FORMAT_GIF,
    .name = "gif",
    .label = "GIF",
    .mime = "image/gif",
    .extension = "gif",
    .extensions = gif_extensions,
    .most_edge = 65535,
    .has_alpha = true },
  { .format = IMAGE_FORMAT_HEIC,
    .name = "heic",
    .label = "HEIC",
    .mime = "image/heic",
    .extension = "heic",
    .extensions = heic_extensions,
    .most_edge = 16384,
    .has_alpha = true,
    .has_quality = true },
  { .format = IMAGE_FORMAT_PDF,
    .name = "pdf",
    .label = "PDF",
    .mime = "application/pdf",
    .extension = "pdf",
    .extensions = pdf_extensions,
    .most_edge = 1000000,
    .can_write = true,
    .write_only = true,
    .has_cmyk = true,
    .has_16_bit = true,
    .streams = true },
};

const ImageFormatType *
image_format_type (ImageFormat format)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].format == format)
      return &types[i];
  return NULL;
}

static ImageFormat
format_of_extension (const char *extension)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    for (size_t j = 0; types[i].extensions[j] != NULL; j++)
      if (g_ascii_strcasecmp (extension, types[i].extensions[j]) == 0)
        return types[i].format;
  return IMAGE_FORMAT_UNKNOWN;
}

ImageFormat
image_format_of_path (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *file = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (file, '.');
  /* ".png" is a hidden file without an extension. */
  if (dot == NULL || dot == file)
    return IMAGE_FORMAT_UNKNOWN;
  return format_of_extension (dot + 1);
}

ImageFormat
image_format_of_name (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (name, types[i].name) == 0)
      return types[i].format;
  return format_of_extension (name);
}

static bool
brand_is_one_of (const uint8_t *brand, const char *const *brands)
{
  for (size_t i = 0; brands[i] != NULL; i++)
    if (memcmp (brand, brands[i], 4) == 0)
      return true;
  return false;
}

/* AVIF and HEIC share the ISO base media container; the brands of its first box tell which:
 *     size(4) "ftyp" major(4) minor(4) compatible(4)…
 * The major brand may be the neutral "mif1", so an AV1 brand anywhere in the list decides. */
static ImageFormat
format_of_ftyp (const uint8_t *bytes, size_t length)
{
  static const char *const avif[] = { "avif", "avis", NULL };
  static const char *const heic[] = { "heic", "heix", "heim", "heis", "hevc",
                                      "hevx", "mif1", "msf1", NULL };
  size_t box = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
  size_t end = MIN (box, length);
  ImageFormat found = IMAGE_FORMAT_UNKNOWN;

  for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
    if (brand_is_one_of (bytes + at, avif))
      return IMAGE_FORMAT_AVIF;
    if (brand_is_one_of (bytes + at, heic))
      found = IMAGE_FORMAT_HEIC;
  }
  return found;
}

ImageFormat
image_format_of_bytes (const uint8_t *bytes, size_t length)
{
  static const struct {
    ImageFormat format;
    uint8_t length;
    char magic[9];
  } magics[] = {
    { IMAGE_FORMAT_PNG, 8, "\x89PNG\r\n\x1a\n" },
    { IMAGE_FORMAT_JPEG, 3, "\xff\xd8\xff" },
    { IMAGE_FORMAT_TIFF, 4, "II*\0" },
    { IMAGE_FORMAT_TIFF, 4, "MM\0*" },
    { IMAGE_FORMAT_TIFF, 4, "II+\0" },
    { IMAGE_FORMAT_TIFF, 4, "MM\0+" },
    { IMAGE_FORMAT_GIF, 6, "GIF87a" },
    { IMAGE_FORMAT_GIF, 6, "GIF89a" },
    { IMAGE_FORMAT_PDF, 5, "%PDF-" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (magics); i++)
    if (length >= magics[i].length && memcmp (bytes, magics[i].magic, magics[i].length) == 0)
      return magics[i].format;
  if (length >= 12 && memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WEBP", 4) == 0)
    return IMAGE_FORMAT_WEBP;
  if (length >= 12 && memcmp (bytes + 4, "ftyp", 4) == 0)
    return format_of_ftyp (bytes, length);
  return IMAGE_FORMAT_UNKNOWN;
}
