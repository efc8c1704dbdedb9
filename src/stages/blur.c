#include "stages/pixels.h"

typedef struct {
  double sigma;
} BlurOptions;

static const Option rows[] = {
  { OPTION_NUMBER (BlurOptions, sigma), .name = "sigma",
    .help = "Radius: half of the blur lies within two thirds of this", .min = 0.3, .max = 100,
    .unit = "px", .fallback = "2" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (BlurOptions), .shorthand = "sigma" };

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const BlurOptions *options = data;
  PIXELS_STEPS (1);
  g_autoptr (VipsImage) weighed = NULL, blurred = NULL;
  if (!pixels_weigh (in, "blur", &weighed, error))
    return false;
  /* The default cuts the bell off at a fifth of its height, which shows as a box; floats, since
   * libvips's vector code rounds differently from machine to machine. */
  if (vips_gaussblur (weighed, &t[0], options->sigma, "min_ampl", 0.02, "precision",
                      VIPS_PRECISION_FLOAT, NULL))
    return pixels_fail (error, "blur");
  return pixels_unweigh (t[0], in, "blur", &blurred, error) &&
         pixels_keep (blurred, "blur", out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return 1u << DEED_FILTERED;
}

const StageType stage_blur = {
  .name = "blur",
  .summary = "Blurs the picture (Gaussian).",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .apply = apply,
  .deeds = deeds,
};
