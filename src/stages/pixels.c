#include "stages/pixels.h"

#include "stages/enlarge.h"

#define ENLARGED_FIELD "peel-enlarged"

static double
enlarged_of (VipsImage *image)
{
  double enlarged = 0;
  if (vips_image_get_typeof (image, ENLARGED_FIELD) != 0)
    vips_image_get_double (image, ENLARGED_FIELD, &enlarged);
  return enlarged;
}

Shape
stage_shape_of (VipsImage *image)
{
  bool has_alpha = vips_image_hasalpha (image);
  return (Shape){
    .width = vips_image_get_width (image),
    .height = vips_image_get_height (image),
    .is_exact = true,
    .has_alpha = has_alpha,
    .bit_depth = vips_image_get_format (image) == VIPS_FORMAT_UCHAR ? 8 : 16,
    .n_channels = vips_image_get_bands (image) - (has_alpha ? 1 : 0),
    .enlarged = enlarged_of (image),
    .sheet = sheet_of (image),
  };
}

bool
stage_is_resized (VipsImage *before, VipsImage *after)
{
  return vips_image_get_width (before) != vips_image_get_width (after) ||
         vips_image_get_height (before) != vips_image_get_height (after);
}

bool
pixels_give (VipsImage *image, VipsImage **out_image)
{
  *out_image = g_object_ref (image);
  return true;
}

bool
pixels_keep (VipsImage *in, const char *stage, VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (1);
  if (vips_tilecache (in, &t[0], "tile_width", vips_image_get_width (in), "tile_height", 64,
                      "max_tiles", -1, "threaded", TRUE, NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[0], out_image);
}

#undef pixels_fail
bool
pixels_fail (GError **error, const char *stage)
{
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "'%s' failed", stage);
}

bool
pixels_refuse_ink (const Shape *shape, const char *stage, GError **error)
{
  if (shape->n_channels != 4)
    return true;
  return stage_fail (error, STAGE_ERROR_FAILED,
                     "'%s' works on RGB and grey pictures, and this one is CMYK; put it before "
                     "'color', or 'color: srgb' before it",
                     stage);
}

double
pixels_full (VipsImage *image)
{
  switch (vips_image_get_interpretation (image)) {
  case VIPS_INTERPRETATION_RGB16:
  case VIPS_INTERPRETATION_GREY16:
    return 65535;
  case VIPS_INTERPRETATION_scRGB:
    return 1;
  default:
    return vips_image_get_format (image) == VIPS_FORMAT_USHORT ? 65535 : 255;
  }
}

/* ---- alpha ---- */

bool
pixels_split (VipsImage *in, const char *stage, VipsImage **out_color, VipsImage **out_alpha,
              GError **error)
{
  int n = vips_image_get_bands (in);
  if (!vips_image_hasalpha (in)) {
    *out_alpha = NULL;
    return pixels_give (in, out_color);
  }
  PIXELS_STEPS (2);
  if (vips_extract_band (in, &t[0], 0, "n", n - 1, NULL) ||
      vips_extract_band (in, &t[1], n - 1, NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[0], out_color) && pixels_give (t[1], out_alpha);
}

bool
pixels_join (VipsImage *color, VipsImage *alpha, const char *stage, VipsImage **out_image,
             GError **error)
{
  if (alpha == NULL)
    return pixels_give (color, out_image);
  PIXELS_STEPS (4);
  double alpha_full = vips_image_get_format (alpha) == VIPS_FORMAT_USHORT ? 65535 : 255;
  double scale = pixels_full (color) / alpha_full;
  /* 8 to 16 bit is times 257, so that opaque stays opaque. */
  if (scale == 1)
    t[0] = g_object_ref (alpha);
  else if (vips_linear1 (alpha, &t[0], scale, 0, NULL))
    return pixels_fail (error, stage);
  bool is_float = vips_band_format_isfloat (vips_image_get_format (color));
  if (is_float ? vips_copy (t[0], &t[1], NULL) : vips_rint (t[0], &t[1], NULL))
    return pixels_fail (error, stage);
  if (vips_cast (t[1], &t[2], vips_image_get_format (color), NULL) ||
      vips_bandjoin2 (color, t[2], &t[3], NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[3], out_image);
}

bool
pixels_with_alpha (VipsImage *in, const char *stage, VipsImage **out_image, GError **error)
{
  if (vips_image_hasalpha (in))
    return pixels_give (in, out_image);
  PIXELS_STEPS (2);
  if (vips_bandjoin_const1 (in, &t[0], pixels_full (in), NULL) ||
      vips_cast (t[0], &t[1], vips_image_get_format (in), NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[1], out_image);
}

bool
pixels_weigh (VipsImage *in, const char *stage, VipsImage **out_image, GError **error)
{
  if (!vips_image_hasalpha (in))
    return pixels_give (in, out_image);
  PIXELS_STEPS (1);
  if (vips_premultiply (in, &t[0], "max_alpha", pixels_full (in), NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[0], out_image);
}

bool
pixels_unweigh (VipsImage *in, VipsImage *like, const char *stage, VipsImage **out_image,
                GError **error)
{
  if (!vips_image_hasalpha (like))
    return pixels_round (in, like, stage, out_image, error);
  PIXELS_STEPS (1);
  if (vips_unpremultiply (in, &t[0], "max_alpha", pixels_full (like), NULL))
    return pixels_fail (error, stage);
  return pixels_round (t[0], like, stage, out_image, error);
}

bool
pixels_round (VipsImage *in, VipsImage *like, const char *stage, VipsImage **out_image,
              GError **error)
{
  VipsBandFormat format = vips_image_get_format (like);
  if (vips_image_get_format (in) == format)
    return pixels_give (in, out_image);
  PIXELS_STEPS (2);
  /* vips_cast cuts fractions off; it clips to the range. */
  bool is_float = vips_band_format_isfloat (format);
  if (is_float ? vips_copy (in, &t[0], NULL) : vips_rint (in, &t[0], NULL))
    return pixels_fail (error, stage);
  if (vips_cast (t[0], &t[1], format, NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[1], out_image);
}

/* ---- parts and sizes ---- */

bool
pixels_extract (VipsImage *in, int left, int top, int width, int height, const char *stage,
                VipsImage **out_image, GError **error)
{
  if (left == 0 && top == 0 && width == vips_image_get_width (in) &&
      height == vips_image_get_height (in))
    return pixels_give (in, out_image);
  PIXELS_STEPS (1);
  if (vips_extract_area (in, &t[0], left, top, width, height, NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[0], out_image);
}

bool
pixels_place (VipsImage *in, const Box *canvas, const Color *background, VipsExtend extend,
              const char *stage, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) base = NULL;
  bool adds_alpha = extend == VIPS_EXTEND_BACKGROUND && background->alpha < 1 &&
                    stage_shape_of (in).n_channels != 4;
  if (adds_alpha ? !pixels_with_alpha (in, stage, &base, error) : !pixels_give (in, &base))
    return false;
  PIXELS_STEPS (1);
  double ink[PIXELS_MOST_BANDS] = { 0 };
  int n = vips_image_get_bands (base);
  if (extend == VIPS_EXTEND_BACKGROUND && !pixels_ink (base, background, stage, ink, &n, error))
    return false;
  g_autoptr (VipsArrayDouble) around = vips_array_double_new (ink, n);
  if (vips_embed (base, &t[0], canvas->left, canvas->top, canvas->width, canvas->height, "extend",
                  extend, "background", around, NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[0], out_image);
}

bool
pixels_interesting (VipsImage *in, int gravity, int width, int height, const char *stage,
                    int *out_left, int *out_top, GError **error)
{
  PIXELS_STEPS (2);
  VipsInteresting interesting = gravity == GRAVITY_ENTROPY ? VIPS_INTERESTING_ENTROPY
                                                           : VIPS_INTERESTING_ATTENTION;
  /* smartcrop asks for the same places again and again: computed each time, what is before it (a
   * sharpen of 4 megapixels, say) takes minutes. */
  g_autoptr (VipsImage) computed = vips_image_copy_memory (in);
  if (computed == NULL || vips_copy (computed, &t[0], NULL))
    return pixels_fail (error, stage);
  /* Where several places are equally interesting, the thread that comes last would win. */
  vips_image_set_int (t[0], VIPS_META_CONCURRENCY, 1);
  if (vips_smartcrop (t[0], &t[1], width, height, "interesting", interesting, NULL))
    return pixels_fail (error, stage);
  *out_left = CLAMP (-t[1]->Xoffset, 0, vips_image_get_width (in) - width);
  *out_top = CLAMP (-t[1]->Yoffset, 0, vips_image_get_height (in) - height);
  return true;
}

/* libvips counts the size of what it makes from factors; a pixel more or less is mended here. */
static bool
resize_exactly (VipsImage *in, int width, int height, VipsKernel kernel, const char *stage,
                VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (2);
  int old_width = vips_image_get_width (in), old_height = vips_image_get_height (in);
  bool grows = width > old_width || height > old_height;
  if (grows && kernel != VIPS_KERNEL_NEAREST) {
    /* What shrinks goes first: fewer pixels to enlarge. */
    int shrunk_width = MIN (width, old_width), shrunk_height = MIN (height, old_height);
    if (shrunk_width == old_width && shrunk_height == old_height)
      return enlarge (in, width, height, kernel, stage, out_image, error);
    return resize_exactly (in, shrunk_width, shrunk_height, kernel, stage, &t[0], error) &&
           enlarge (t[0], width, height, kernel, stage, out_image, error);
  }
  double scale = (double)width / old_width, vscale = (double)height / old_height;
  if (vips_resize (in, &t[0], scale, "vscale", vscale, "kernel", kernel, NULL))
    return pixels_fail (error, stage);
  if (vips_image_get_width (t[0]) == width && vips_image_get_height (t[0]) == height)
    return pixels_give (t[0], out_image);
  if (vips_embed (t[0], &t[1], 0, 0, width, height, "extend", VIPS_EXTEND_COPY, NULL))
    return pixels_fail (error, stage);
  return pixels_give (t[1], out_image);
}

static bool
resample_weighed (VipsImage *in, int width, int height, VipsKernel kernel, const char *stage,
                  VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) weighed = NULL, resized = NULL;
  return pixels_weigh (in, stage, &weighed, error) &&
         resize_exactly (weighed, width, height, kernel, stage, &resized, error) &&
         pixels_unweigh (resized, in, stage, out_image, error);
}

static bool
resample_linear (VipsImage *in, int width, int height, VipsKernel kernel, const char *stage,
                 VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) color = NULL, alpha = NULL, linear = NULL, resized = NULL;
  g_autoptr (VipsImage) resized_color = NULL, resized_alpha = NULL;
  PIXELS_STEPS (5);
  if (!pixels_split (in, stage, &color, &alpha, error))
    return false;
  if (vips_colourspace (color, &t[0], VIPS_INTERPRETATION_scRGB, NULL))
    return pixels_fail (error, stage);
  if (!pixels_join (t[0], alpha, stage, &linear, error) ||
      !resample_weighed (linear, width, height, kernel, stage, &resized, error) ||
      !pixels_split (resized, stage, &resized_color, &resized_alpha, error))
    return false;
  if (vips_colourspace (resized_color, &t[1], vips_image_get_interpretation (in), NULL))
    return pixels_fail (error, stage);
  if (resized_alpha == NULL)
    return pixels_round (t[1], in, stage, out_image, error);
  /* Alpha came along as 0 to 1. */
  if (vips_linear1 (resized_alpha, &t[2], pixels_full (in), 0, NULL) ||
      vips_bandjoin2 (t[1], t[2], &t[3], NULL))
    return pixels_fail (error, stage);
  return pixels_round (t[3], in, stage, out_image, error);
}

/* "peel-enlarged" travels with the picture as its profile does. */
static bool
note_scale (VipsImage *in, VipsImage *scaled, const char *stage, VipsImage **out_image,
            GError **error)
{
  Shape shape = stage_shape_of (in);
  geometry_note_scale (&shape, vips_image_get_width (scaled), vips_image_get_height (scaled));
  PIXELS_STEPS (1);
  if (vips_copy (scaled, &t[0], NULL))
    return pixels_fail (error, stage);
  vips_image_set_double (t[0], ENLARGED_FIELD, shape.enlarged);
  return pixels_give (t[0], out_image);
}

bool
pixels_resample (VipsImage *in, int width, int height, VipsKernel kernel, bool linear,
                 const char *stage, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) scaled = NULL;
  if (width == vips_image_get_width (in) && height == vips_image_get_height (in))
    return pixels_give (in, out_image);
  /* Copies of pixels mix nothing: no weighing, no light. */
  bool ok = kernel == VIPS_KERNEL_NEAREST
              ? resize_exactly (in, width, height, kernel, stage, &scaled, error)
            : linear ? resample_linear (in, width, height, kernel, stage, &scaled, error)
                     : resample_weighed (in, width, height, kernel, stage, &scaled, error);
  return ok && note_scale (in, scaled, stage, out_image, error);
}
