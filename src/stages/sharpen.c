#include "stages/pixels.h"

typedef struct {
  double sigma, flat, jagged;
} SharpenOptions;

static const Option rows[] = {
  { OPTION_NUMBER (SharpenOptions, sigma), .name = "sigma",
    .help = "Radius: 0.5 for screens after a resize, 1 to 2 for print", .min = 0.1, .max = 10,
    .unit = "px", .fallback = "0.5" },
  { OPTION_NUMBER (SharpenOptions, flat), .name = "flat",
    .help = "Strength in flat areas; above 0 sharpens noise too", .min = 0, .max = 100,
    .fallback = "0" },
  { OPTION_NUMBER (SharpenOptions, jagged), .name = "jagged", .help = "Strength at edges", .min = 0,
    .max = 100, .fallback = "3" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (SharpenOptions), .shorthand = "sigma" };

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  return pixels_refuse_ink (shape, "sharpen", error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const SharpenOptions *options = data;
  Shape shape = stage_shape_of (in);
  g_autoptr (VipsImage) color = NULL, alpha = NULL, rounded = NULL, joined = NULL;
  PIXELS_STEPS (1);
  if (!pixels_refuse_ink (&shape, "sharpen", error) ||
      !pixels_split (in, "sharpen", &color, &alpha, error))
    return false;
  if (vips_sharpen (color, &t[0], "sigma", options->sigma, "m1", options->flat, "m2",
                    options->jagged, NULL))
    return pixels_fail (error, "sharpen");
  return pixels_round (t[0], color, "sharpen", &rounded, error) &&
         pixels_join (rounded, alpha, "sharpen", &joined, error) &&
         pixels_keep (joined, "sharpen", out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return 1u << DEED_ENHANCED;
}

const StageType stage_sharpen = {
  .name = "sharpen",
  .summary = "Sharpens edges of the lightness, colours stay.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
