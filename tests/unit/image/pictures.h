/* Pictures to encode and decode, made on the spot: photographic pixels in every kind a file holds. */
#pragma once

#include <vips/vips.h>

#include "image/encode.h"
#include "image/painter.h"
#include "support/scratch.h"

typedef enum {
  PICTURE_RGB,
  PICTURE_RGBA,
  PICTURE_GRAY,
  PICTURE_GRAY_ALPHA,
  PICTURE_RGB_16,
  PICTURE_RGBA_16,
  PICTURE_GRAY_16,
  PICTURE_CMYK,
  PICTURE_FLOAT,
  PICTURE_N_KINDS
} PictureKind;

/* g_test makes warnings fatal, libvips's among them ("ignoring nclx profile"); ours stay so. */
static inline void
pictures_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_log_set_fatal_mask (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
}

static inline void
must (int failed)
{
  if (failed)
    g_error ("libvips: %s", vips_error_buffer ());
}

static inline VipsImage *
picture_photo (int width, int height)
{
  g_autoptr (GError) error = NULL;
  VipsImage *image = NULL;
  const PainterSpec spec = {
    .prompt = "lighthouse", .seed = 3, .variant = 1, .width = width, .height = height
  };
  assert_ok (image_start (0, &error), error);
  assert_ok (painter_draw (&spec, &image, &error), error);
  return image;
}

/* A ramp from clear to opaque along x, as bright as `most`. */
static inline VipsImage *
picture_with_alpha (VipsImage *image, VipsBandFormat format, double most)
{
  g_autoptr (VipsImage) xy = NULL;
  g_autoptr (VipsImage) x = NULL;
  g_autoptr (VipsImage) scaled = NULL;
  g_autoptr (VipsImage) alpha = NULL;
  VipsImage *joined = NULL;
  int width = vips_image_get_width (image);
  must (vips_xyz (&xy, width, vips_image_get_height (image), NULL));
  must (vips_extract_band (xy, &x, 0, NULL));
  must (vips_linear1 (x, &scaled, most / MAX (width - 1, 1), 0.5, NULL));
  must (vips_cast (scaled, &alpha, format, NULL));
  must (vips_bandjoin2 (image, alpha, &joined, NULL));
  return joined;
}

static inline VipsImage *
picture_new (PictureKind kind, int width, int height)
{
  g_autoptr (VipsImage) rgb = picture_photo (width, height);
  g_autoptr (VipsImage) base = NULL;
  VipsImage *image = NULL;
  switch (kind) {
  case PICTURE_RGBA:
    return picture_with_alpha (rgb, VIPS_FORMAT_UCHAR, 255);
  case PICTURE_GRAY:
    must (vips_colourspace (rgb, &image, VIPS_INTERPRETATION_B_W, NULL));
    return image;
  case PICTURE_GRAY_ALPHA:
    must (vips_colourspace (rgb, &base, VIPS_INTERPRETATION_B_W, NULL));
    return picture_with_alpha (base, VIPS_FORMAT_UCHAR, 255);
  case PICTURE_RGB_16:
    must (vips_colourspace (rgb, &image, VIPS_INTERPRETATION_RGB16, NULL));
    return image;
  case PICTURE_RGBA_16:
    must (vips_colourspace (rgb, &base, VIPS_INTERPRETATION_RGB16, NULL));
    return picture_with_alpha (base, VIPS_FORMAT_USHORT, 65535);
  case PICTURE_GRAY_16:
    must (vips_colourspace (rgb, &image, VIPS_INTERPRETATION_GREY16, NULL));
    return image;
  case PICTURE_CMYK:
    must (vips_icc_transform (rgb, &image, "cmyk", "input_profile", "srgb", NULL));
    return image;
  case PICTURE_FLOAT:
    must (vips_cast (rgb, &image, VIPS_FORMAT_FLOAT, NULL));
    return image;
  default:
    return g_steal_pointer (&rgb);
  }
}

/* What stages/recompress.c gives when nothing is set. */
static inline EncodeOptions
encode_options (ImageFormat format)
{
  return (EncodeOptions){
    .format = (int)format,
    .quality = { .is_word = true, .word = IMAGE_QUALITY_GOOD },
    .min_quality = 30,
    .effort = { .is_word = true, .word = IMAGE_EFFORT_AUTO },
    .optimize_coding = true,
    .alpha_quality = 100,
    .compression_level = 6,
    .filter = IMAGE_PNG_FILTER_NONE,
    .colors = 256,
    .dither = 1,
    .compression = IMAGE_TIFF_LZW,
    .predictor = true,
  };
}

static inline GBytes *
encoded (VipsImage *image, const EncodeOptions *options)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = NULL;
  EncodeResult result;
  assert_ok (image_encode (image, options, &bytes, &result, &error), error);
  return bytes;
}

static inline bool
bytes_hold (GBytes *bytes, const char *needle, size_t length)
{
  return memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), needle, length) != NULL;
}
