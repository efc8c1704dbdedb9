#include "image/codec.h"

#include <vips/vips.h>

#include "image/color.h"

static bool
check_edge (VipsImage *image, const ImageFormatType *type, GError **error)
{
  int width = vips_image_get_width (image), height = vips_image_get_height (image);
  if (MAX (width, height) <= type->most_edge)
    return true;
  g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_TARGET,
               "%s holds at most %d px a side and the picture is %d x %d px; resize it or choose "
               "another format",
               type->label, type->most_edge, width, height);
  return false;
}

/* The bits a channel that the saver gets: 8 or 16. */
static bool
choose_depth (VipsImage *image, const ImageFormatType *type, const EncodeOptions *options,
              int *out_depth, GError **error)
{
  bool is_avif = type->format == IMAGE_FORMAT_AVIF;
  bool is_shallow = type->format == IMAGE_FORMAT_PDF &&
                    (options->pdf == IMAGE_PDF_X1A || options->packing == IMAGE_PDF_JPEG);
  int wanted = options->depth;
  int deep = is_avif ? 12 : type->has_16_bit && !is_shallow ? 16 : 8;

  /* Not 10-bit AVIF: the libheif and libaom of Debian 12 end the process on it. */
  if (wanted != 0 && wanted != 8 && wanted != deep) {
    g_autofree char *also = deep > 8 ? g_strdup_printf (" or %d", deep) : g_strdup ("");
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT,
                 "%s is written with 8%s bits a channel, not %d", type->label, also, wanted);
    return false;
  }
  bool is_deep = vips_image_get_format (image) != VIPS_FORMAT_UCHAR &&
                 (vips_image_get_format (image) == VIPS_FORMAT_USHORT ||
                  vips_image_get_interpretation (image) == VIPS_INTERPRETATION_RGB16 ||
                  vips_image_get_interpretation (image) == VIPS_INTERPRETATION_GREY16);
  if (wanted > 8)
    *out_depth = 16;
  else if (wanted == 8 || is_avif || deep == 8 || options->palette)
    *out_depth = 8;
  else
    *out_depth = is_deep ? 16 : 8;
  return true;
}

/* WebP and AVIF (as libvips writes it) have no gray of their own: their savers would turn gray into
 * three bands and leave a gray profile on it. */
static bool
needs_srgb (VipsImage *image, const ImageFormatType *type)
{
  bool is_cmyk = vips_image_get_interpretation (image) == VIPS_INTERPRETATION_CMYK;
  bool is_gray = vips_image_get_bands (image) < 3;
  bool has_gray = type->format != IMAGE_FORMAT_WEBP && type->format != IMAGE_FORMAT_AVIF;
  return !image_is_device_space (image) || (is_cmyk && !type->has_cmyk) || (is_gray && !has_gray);
}

static bool
change_pixels (VipsImage *image, const ImageFormatType *type, int depth, VipsImage **out_image,
               GError **error)
{
  if (needs_srgb (image, type))
    return image_to_srgb (image, depth, out_image, error);
  return image_to_depth (image, depth, out_image, error);
}

/* Alpha over white: no ink in CMYK, which no format of ours holds beside an alpha. */
static bool
flatten (VipsImage *image, const ImageFormatType *type, VipsImage **out_image, GError **error)
{
  bool is_cmyk = vips_image_get_interpretation (image) == VIPS_INTERPRETATION_CMYK;
  double most = vips_image_get_format (image) == VIPS_FORMAT_USHORT ? 65535 : 255;
  double white = is_cmyk ? 0 : most;

  if (!vips_image_hasalpha (image) || (type->has_alpha && !is_cmyk)) {
    *out_image = g_object_ref (image);
    return true;
  }
  VipsArrayDouble *background = vips_array_double_new (&white, 1);
  int failed = vips_flatten (image, out_image, "background", background, "max_alpha", most, NULL);
  vips_area_unref (VIPS_AREA (background));
  if (failed)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "flattening the alpha");
  return true;
}

/* A gray profile on RGB pixels (or the other way) makes readers refuse the file or show it wrong. */
static void
drop_unfit_profile (VipsImage *image)
{
  g_autoptr (GBytes) icc = image_dup_profile (image);
  if (icc == NULL)
    vips_image_remove (image, VIPS_META_ICC_NAME);
}

static bool
describe (VipsImage *image, double density_dpi, VipsImage **out_image, GError **error)
{
  double per_mm = (density_dpi > 0 ? density_dpi : 72.0) / 25.4;
  if (vips_copy (image, out_image, "xres", per_mm, "yres", per_mm, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "setting the density");
  vips_image_set_string (*out_image, VIPS_META_RESOLUTION_UNIT, "in");
  drop_unfit_profile (*out_image);
  return true;
}

bool
image_prepare (VipsImage *image, const EncodeOptions *options, double density_dpi,
               VipsImage **out_image, GError **error)
{
  const ImageFormatType *type = image_format_type ((ImageFormat)options->format);
  g_autoptr (VipsImage) changed = NULL;
  g_autoptr (VipsImage) flat = NULL;
  int depth;

  return check_edge (image, type, error) && choose_depth (image, type, options, &depth, error) &&
         change_pixels (image, type, depth, &changed, error) &&
         flatten (changed, type, &flat, error) && describe (flat, density_dpi, out_image, error);
}
