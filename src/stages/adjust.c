/* Brightness, contrast and gamma work on sRGB values, as CSS filters do; saturation and hue in LCh,
 * where they leave the lightness alone. In this order: brightness, contrast, gamma, saturation and
 * hue. */
#include "stages/given.h"
#include "stages/pixels.h"

typedef struct {
  double brightness, contrast, saturation, hue, gamma;
} AdjustOptions;

static const Option rows[] = {
  { OPTION_NUMBER (AdjustOptions, brightness), .name = "brightness",
    .help = "Multiplies values: 0 is black, 1 changes nothing", .min = 0, .max = 10,
    .fallback = "1" },
  { OPTION_NUMBER (AdjustOptions, contrast), .name = "contrast",
    .help = "Multiplies the distance from middle grey: 0 is grey", .min = 0, .max = 10,
    .fallback = "1" },
  { OPTION_NUMBER (AdjustOptions, gamma), .name = "gamma",
    .help = "Lightens (above 1) or darkens (below 1) the middle; black and white stay", .min = 0.1,
    .max = 10, .fallback = "1" },
  { OPTION_NUMBER (AdjustOptions, saturation), .name = "saturation",
    .help = "Multiplies the strength of colours: 0 is grey", .min = 0, .max = 10, .fallback = "1" },
  { OPTION_NUMBER (AdjustOptions, hue), .name = "hue", .help = "Turns the colour wheel",
    .min = -360, .max = 360, .unit = "°", .fallback = "0" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (AdjustOptions), NULL };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const AdjustOptions *options = data;
  if (options->brightness == 1 && options->contrast == 1 && options->gamma == 1 &&
      options->saturation == 1 && options->hue == 0)
    return problems_add (problems, given_mark (node, ""),
                         "'adjust' changes nothing: give 'brightness', 'contrast', 'gamma', "
                         "'saturation' or 'hue'");
  return true;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  return pixels_refuse_ink (shape, "adjust", error);
}

/* As float, 0 to full. */
static bool
adjust_values (const AdjustOptions *options, VipsImage *color, VipsImage **out_image,
               GError **error)
{
  PIXELS_STEPS (5);
  double full = pixels_full (color);
  /* ((v * b) - m) * c + m, with m the middle. */
  double factor = options->brightness * options->contrast;
  double offset = full / 2 * (1 - options->contrast);
  if (vips_linear1 (color, &t[0], factor, offset, NULL))
    return pixels_fail (error, "adjust");
  if (options->gamma == 1)
    return pixels_give (t[0], out_image);
  /* Powers want 0 to 1. */
  g_autoptr (VipsImage) clipped = NULL;
  if (!pixels_round (t[0], color, "adjust", &clipped, error))
    return false;
  if (vips_linear1 (clipped, &t[1], 1 / full, 0, NULL) ||
      vips_pow_const1 (t[1], &t[2], 1 / options->gamma, NULL) ||
      vips_linear1 (t[2], &t[3], full, 0, NULL))
    return pixels_fail (error, "adjust");
  return pixels_give (t[3], out_image);
}

static bool
adjust_chroma (const AdjustOptions *options, VipsImage *color, VipsImage **out_image,
               GError **error)
{
  bool is_gray = vips_image_get_bands (color) < 3;
  if (is_gray || (options->saturation == 1 && options->hue == 0))
    return pixels_give (color, out_image);
  PIXELS_STEPS (4);
  const double factors[] = { 1, options->saturation, 1 };
  const double offsets[] = { 0, 0, options->hue };
  if (vips_colourspace (color, &t[0], VIPS_INTERPRETATION_LCH, NULL) ||
      vips_linear (t[0], &t[1], factors, offsets, 3, NULL) ||
      vips_copy (t[1], &t[2], "interpretation", VIPS_INTERPRETATION_LCH, NULL) ||
      vips_colourspace (t[2], &t[3], vips_image_get_interpretation (color), NULL))
    return pixels_fail (error, "adjust");
  return pixels_round (t[3], color, "adjust", out_image, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  Shape shape = stage_shape_of (in);
  g_autoptr (VipsImage) color = NULL, alpha = NULL, values = NULL, rounded = NULL, chroma = NULL;
  return pixels_refuse_ink (&shape, "adjust", error) &&
         pixels_split (in, "adjust", &color, &alpha, error) &&
         adjust_values (data, color, &values, error) &&
         pixels_round (values, color, "adjust", &rounded, error) &&
         adjust_chroma (data, rounded, &chroma, error) &&
         pixels_join (chroma, alpha, "adjust", out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return 1u << DEED_ADJUSTED_COLOR;
}

const StageType stage_adjust = {
  .name = "adjust",
  .summary = "Changes brightness, contrast, gamma, saturation and hue.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
