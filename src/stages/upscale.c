/* More pixels than there are: by Lanczos interpolation, which invents nothing. */
#include "stages/geometry.h"
#include "stages/given.h"
#include "stages/pixels.h"

#include <math.h>

typedef struct {
  double factor;
  int width, height;
} UpscaleOptions;

static const Option rows[] = {
  { OPTION_NUMBER (UpscaleOptions, factor), .name = "factor", .help = "Times as wide and high",
    .min = 1, .max = 8 },
  { OPTION_INT (UpscaleOptions, width), .name = "width",
    .help = "Width of the result; with height: as large as fits in both", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_INT (UpscaleOptions, height), .name = "height",
    .help = "Height of the result; with width: as large as fits in both", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (UpscaleOptions), .shorthand = "factor" };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  static const char *const sizes[] = { "width", "height", NULL };
  const UpscaleOptions *options = data;
  if (options->factor > 0)
    return given_exclude (node, "does not go with 'factor'", sizes, problems);
  if (options->width == 0 && options->height == 0)
    return problems_add (problems, given_mark (node, ""),
                         "'upscale' needs 'factor', 'width' or 'height'");
  return true;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  const UpscaleOptions *options = data;
  int width, height;
  if (options->factor > 0) {
    width = (int)floor (shape->width * options->factor + 0.5);
    height = (int)floor (shape->height * options->factor + 0.5);
  } else {
    geometry_scale_to (shape->width, shape->height, options->width, options->height, true, &width,
                       &height);
  }
  if (width < shape->width || height < shape->height) {
    if (shape->is_exact)
      return stage_fail (error, STAGE_ERROR_GEOMETRY,
                         "'upscale' would make %dx%d px of %dx%d px; 'resize' makes smaller", width,
                         height, shape->width, shape->height);
    return true;
  }
  geometry_note_scale (shape, width, height);
  return geometry_set_size (shape, "upscale", width, height, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  Shape result = stage_shape_of (in);
  return change_shape (data, &result, error) &&
         pixels_resample (in, result.width, result.height, VIPS_KERNEL_LANCZOS3, false, "upscale",
                          out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return stage_is_resized (before, after) ? 1u << DEED_RESIZED : 0;
}

const StageType stage_upscale = {
  .name = "upscale",
  .summary = "Makes the picture larger by Lanczos interpolation.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
