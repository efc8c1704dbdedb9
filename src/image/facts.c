#include "image/image.h"

#include <vips/vips.h>

static int
bits_of (VipsBandFormat format)
{
  switch (format) {
  case VIPS_FORMAT_UCHAR:
  case VIPS_FORMAT_CHAR:
    return 8;
  case VIPS_FORMAT_USHORT:
  case VIPS_FORMAT_SHORT:
    return 16;
  default:
    return 32;
  }
}

void
image_facts_of (VipsImage *image, ImageFormat format, ImageFacts *out_facts)
{
  bool has_alpha = vips_image_hasalpha (image);
  *out_facts = (ImageFacts){
    .format = format,
    .width = vips_image_get_width (image),
    .height = vips_image_get_height (image),
    .orientation = CLAMP (vips_image_get_orientation (image), 1, 8),
    .has_alpha = has_alpha,
    .bit_depth = bits_of (vips_image_get_format (image)),
    .n_channels = vips_image_get_bands (image) - has_alpha,
    .has_icc = vips_image_get_typeof (image, VIPS_META_ICC_NAME) != 0,
  };
  /* Packed spaces (LabQ, Radiance) hold three channels in other clothes. */
  if (vips_image_get_coding (image) != VIPS_CODING_NONE)
    out_facts->n_channels = 3;
}
