#include "image/color.h"

#include <vips/vips.h>

#include "image/blobs.h"

GBytes *
image_srgb_profile (void)
{
  VipsBlob *blob = NULL;
  if (vips_profile_load ("srgb", &blob, NULL) != 0) {
    vips_error_clear ();
    return NULL;
  }
  size_t length;
  const void *data = vips_blob_get (blob, &length);
  GBytes *profile = g_bytes_new (data, length);
  vips_area_unref (VIPS_AREA (blob));
  return profile;
}

static bool
is_deep (VipsImage *image)
{
  VipsInterpretation space = vips_image_get_interpretation (image);
  return space == VIPS_INTERPRETATION_RGB16 || space == VIPS_INTERPRETATION_GREY16 ||
         vips_image_get_format (image) == VIPS_FORMAT_USHORT;
}

static VipsInterpretation
space_of_depth (VipsImage *image, int depth)
{
  VipsInterpretation space = vips_image_get_interpretation (image);
  if (space == VIPS_INTERPRETATION_CMYK)
    return space;
  if (vips_image_get_bands (image) < 3)
    return depth == 16 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
  return depth == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

bool
image_to_depth (VipsImage *image, int depth, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) scaled = NULL;
  g_autoptr (VipsImage) rounded = NULL;
  g_autoptr (VipsImage) cast = NULL;
  g_autoptr (VipsImage) named = NULL;
  double factor = 1;

  if (is_deep (image) && depth == 8)
    factor = 1 / 257.0;
  else if (!is_deep (image) && depth == 16)
    factor = 257;
  VipsBandFormat format = depth == 16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR;
  bool is_exact = vips_image_get_format (image) == format;

  if ((is_exact
         ? vips_copy (image, &cast, NULL)
         : vips_linear1 (image, &scaled, factor, 0, NULL) || vips_rint (scaled, &rounded, NULL) ||
             vips_cast (rounded, &cast, format, NULL)) ||
      vips_copy (cast, &named, "interpretation", space_of_depth (cast, depth), NULL))
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "changing to %d bits a channel", depth);
  *out_image = g_steal_pointer (&named);
  return true;
}

bool
image_is_device_space (VipsImage *image)
{
  if (vips_image_get_coding (image) != VIPS_CODING_NONE)
    return false;
  switch (vips_image_get_interpretation (image)) {
  case VIPS_INTERPRETATION_sRGB:
  case VIPS_INTERPRETATION_RGB:
  case VIPS_INTERPRETATION_RGB16:
  case VIPS_INTERPRETATION_B_W:
  case VIPS_INTERPRETATION_GREY16:
  case VIPS_INTERPRETATION_CMYK:
  case VIPS_INTERPRETATION_MULTIBAND:
  case VIPS_INTERPRETATION_HISTOGRAM:
    return true;
  default:
    return false;
  }
}

/* Splits off the alpha: libvips 8.14's icc_transform can crash with one. */
static int
split (VipsImage *image, VipsImage **out_colors, VipsImage **out_alpha)
{
  if (!vips_image_hasalpha (image))
    return vips_copy (image, out_colors, NULL);
  int n_colors = vips_image_get_bands (image) - 1;
  return vips_extract_band (image, out_colors, 0, "n", n_colors, NULL) ||
         vips_extract_band (image, out_alpha, n_colors, NULL);
}

GBytes *
image_dup_profile (VipsImage *image)
{
  enum { HEADER = 128, SPACE_AT = 16 };
  static const char *const spaces[] = { [1] = "GRAY", [3] = "RGB ", [4] = "CMYK" };
  g_autoptr (GBytes) profile = image_dup_blob (image, IMAGE_BLOB_ICC);
  ImageFacts facts;
  if (profile == NULL || !image_is_device_space (image))
    return NULL;
  image_facts_of (image, IMAGE_FORMAT_UNKNOWN, &facts);
  int n = facts.n_channels;
  const char *space = n < (int)G_N_ELEMENTS (spaces) ? spaces[n] : NULL;
  size_t length;
  const uint8_t *data = g_bytes_get_data (profile, &length);
  /* libvips lets any profile pass that has no more channels than the picture. */
  if (space == NULL || length < HEADER || memcmp (data + SPACE_AT, space, 4) != 0 ||
      !image_is_whole_profile (profile) || !vips_icc_is_compatible_profile (image, data, length))
    return NULL;
  return g_steal_pointer (&profile);
}

/* Colours alone, already 8 or 16 bit integers. */
static int
convert (VipsImage *colors, GBytes *profile, int depth, VipsImage **out_image)
{
  VipsInterpretation rgb = depth == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;

  if (profile != NULL && !image_is_srgb_profile (profile))
    return vips_icc_transform (colors, out_image, "srgb", "embedded", TRUE, "intent",
                               VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, "depth",
                               depth, NULL);
  if (vips_image_get_interpretation (colors) == VIPS_INTERPRETATION_CMYK)
    return vips_icc_transform (colors, out_image, "srgb", "input_profile", "cmyk", "intent",
                               VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, "depth",
                               depth, NULL);
  return vips_colourspace (colors, out_image, rgb, NULL);
}

static void
tag_as_srgb (VipsImage *image, bool with_profile)
{
  g_autoptr (GBytes) srgb = with_profile ? image_srgb_profile () : NULL;
  vips_image_remove (image, VIPS_META_ICC_NAME);
  if (srgb != NULL)
    vips_image_set_blob_copy (image, VIPS_META_ICC_NAME, g_bytes_get_data (srgb, NULL),
                              g_bytes_get_size (srgb));
}

/* "changing colours to sRGB" in one place, since every step may say it. */
static bool
fail (GError **error)
{
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "changing the colours to sRGB");
}

static bool
join (VipsImage *colors, VipsImage *alpha, int depth, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) sized = NULL;
  if (alpha == NULL)
    return vips_copy (colors, out_image, NULL) == 0 || fail (error);
  return image_to_depth (alpha, depth, &sized, error) &&
         (vips_bandjoin2 (colors, sized, out_image, NULL) == 0 || fail (error));
}

bool
image_to_srgb (VipsImage *image, int depth, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) device = NULL;
  g_autoptr (VipsImage) colors = NULL;
  g_autoptr (VipsImage) alpha = NULL;
  g_autoptr (VipsImage) integers = NULL;
  g_autoptr (VipsImage) converted = NULL;
  g_autoptr (VipsImage) sized = NULL;
  g_autoptr (VipsImage) joined = NULL;
  g_autoptr (GBytes) profile = image_dup_profile (image);

  if (image_is_device_space (image))
    device = g_object_ref (image);
  else if (vips_colourspace (image, &device, VIPS_INTERPRETATION_RGB16, NULL) != 0)
    return fail (error);

  if (split (device, &colors, &alpha) != 0)
    return fail (error);
  if (!image_to_depth (colors, is_deep (colors) ? 16 : 8, &integers, error))
    return false;
  if (convert (integers, profile, depth, &converted) != 0)
    return fail (error);
  if (!image_to_depth (converted, depth, &sized, error) ||
      !join (sized, alpha, depth, &joined, error))
    return false;
  tag_as_srgb (joined, vips_image_get_typeof (image, VIPS_META_ICC_NAME) != 0);
  *out_image = g_steal_pointer (&joined);
  return true;
}
