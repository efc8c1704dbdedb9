/* Colours between sRGB, in which users name them, and the space of the picture at hand. */
#include "stages/pixels.h"

#include <math.h>

#include "image/blobs.h"
#include "image/color.h"

/* Through the profile that `like` carries: libvips exports with the one on the picture. */
static bool
match_profile (VipsImage *srgb, VipsImage *like, int n_channels, VipsImage **out_image)
{
  PIXELS_STEPS (3);
  const void *profile;
  size_t length;
  int depth = pixels_full (like) == 255 ? 8 : 16;
  if (vips_image_get_blob (like, VIPS_META_ICC_NAME, &profile, &length) ||
      vips_icc_import (srgb, &t[0], "input_profile", "srgb", "intent", VIPS_INTENT_RELATIVE,
                       "black_point_compensation", TRUE, NULL) ||
      vips_copy (t[0], &t[1], NULL))
    return false;
  vips_image_set_blob_copy (t[1], VIPS_META_ICC_NAME, profile, length);
  if (vips_icc_export (t[1], &t[2], "intent", VIPS_INTENT_RELATIVE, "black_point_compensation",
                       TRUE, "depth", depth, NULL) ||
      vips_image_get_bands (t[2]) != n_channels)
    return false;
  return pixels_give (t[2], out_image);
}

/* True for a profile that must be gone through; sRGB's own would only round. */
static bool
has_other_profile (VipsImage *image)
{
  g_autoptr (GBytes) profile = image_dup_blob (image, IMAGE_BLOB_ICC);
  return profile != NULL && !image_is_srgb_profile (profile);
}

bool
pixels_match (VipsImage *srgb, VipsImage *like, const char *stage, VipsImage **out_image,
              GError **error)
{
  g_autoptr (VipsImage) color = NULL, alpha = NULL, deep = NULL, matched = NULL, sized = NULL;
  Shape shape = stage_shape_of (like);
  if (!pixels_split (srgb, stage, &color, &alpha, error) ||
      !image_to_depth (color, shape.bit_depth, &deep, error))
    return false;
  if (!has_other_profile (like) || !match_profile (deep, like, shape.n_channels, &matched)) {
    /* A profile that does not fit the picture says nothing about it. */
    vips_error_clear ();
    int status = shape.n_channels == 4
                   ? vips_icc_transform (deep, &matched, "cmyk", "input_profile", "srgb", "intent",
                                         VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE,
                                         "depth", shape.bit_depth, NULL)
                   : vips_colourspace (deep, &matched, vips_image_get_interpretation (like), NULL);
    if (status != 0)
      return pixels_fail (error, stage);
  }
  return pixels_round (matched, like, stage, &sized, error) &&
         pixels_join (sized, alpha, stage, out_image, error);
}

bool
pixels_ink (VipsImage *like, const Color *color, const char *stage,
            double out_ink[PIXELS_MOST_BANDS], int *out_n, GError **error)
{
  PIXELS_STEPS (4);
  g_autoptr (VipsImage) matched = NULL;
  const double rgb[3] = { rint (color->red), rint (color->green), rint (color->blue) };
  if (vips_black (&t[0], 1, 1, "bands", 3, NULL) || vips_linear (t[0], &t[1], rgb, rgb, 3, NULL) ||
      vips_cast (t[1], &t[2], VIPS_FORMAT_UCHAR, NULL) ||
      vips_copy (t[2], &t[3], "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
    return pixels_fail (error, stage);
  if (!pixels_match (t[3], like, stage, &matched, error))
    return false;
  int n = 0;
  g_autofree double *point = NULL;
  if (vips_getpoint (matched, &point, &n, 0, 0, NULL))
    return pixels_fail (error, stage);
  n = MIN (n, PIXELS_MOST_BANDS - 1);
  for (int i = 0; i < n; i++)
    out_ink[i] = point[i];
  if (vips_image_hasalpha (like))
    out_ink[n++] = rint (color->alpha * pixels_full (like));
  *out_n = n;
  return true;
}

bool
pixels_flatten (VipsImage *in, const Color *background, const char *stage, VipsImage **out_image,
                GError **error)
{
  if (!vips_image_hasalpha (in))
    return pixels_give (in, out_image);
  PIXELS_STEPS (1);
  double ink[PIXELS_MOST_BANDS];
  int n;
  if (!pixels_ink (in, background, stage, ink, &n, error))
    return false;
  g_autoptr (VipsArrayDouble) under = vips_array_double_new (ink, n - 1);
  if (vips_flatten (in, &t[0], "background", under, "max_alpha", pixels_full (in), NULL))
    return pixels_fail (error, stage);
  return pixels_round (t[0], in, stage, out_image, error);
}
