#include "image/self-test.h"

#include <vips/vips.h>

#include "image/decode.h"
#include "image/encode.h"

enum { EDGE = 16 };

static VipsImage *
draw (GError **error)
{
  g_autoptr (VipsImage) ramp = NULL;
  g_autoptr (VipsImage) bytes = NULL;
  VipsImage *picture = NULL;
  if (vips_grey (&ramp, EDGE, EDGE, "uchar", TRUE, NULL) != 0 ||
      vips_copy (ramp, &bytes, "interpretation", VIPS_INTERPRETATION_B_W, NULL) != 0 ||
      vips_colourspace (bytes, &picture, VIPS_INTERPRETATION_sRGB, NULL) != 0) {
    image_set_vips_error (error, IMAGE_ERROR_FAILED, "cannot draw a ramp");
    return NULL;
  }
  return picture;
}

static bool
round_trip (const EncodeOptions *options, GError **error)
{
  g_autoptr (VipsImage) picture = draw (error);
  g_autoptr (VipsImage) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  EncodeResult result;
  return picture != NULL && image_encode (picture, options, &bytes, &result, error) &&
         image_decode (bytes, "what was written", &image_limits_default, &again, error);
}

bool
image_self_test_format (ImageFormat format, GError **error)
{
  const ImageFormatType *type = image_format_type (format);
  if (type == NULL || !type->can_write) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT, "%s is not written by Peel",
                 type != NULL ? type->label : "an unknown format");
    return false;
  }
  const EncodeOptions options = {
    .format = (int)format,
    .quality = { .is_word = true, .word = IMAGE_QUALITY_GOOD },
    .effort = { .is_word = true, .word = IMAGE_EFFORT_AUTO },
    .alpha_quality = 100,
    .compression_level = 6,
    .compression = IMAGE_TIFF_DEFLATE,
  };
  return round_trip (&options, error);
}

bool
image_self_test_palette (GError **error)
{
  const EncodeOptions options = {
    .format = IMAGE_FORMAT_PNG, .compression_level = 6, .palette = true, .colors = 16
  };
  return round_trip (&options, error);
}
