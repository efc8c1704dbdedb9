#include "stages/pixels.h"

typedef struct {
  Color background;
} FlattenOptions;

static const Option rows[] = {
  { OPTION_COLOR (FlattenOptions, background), .name = "background",
    .help = "Colour under transparent parts", .fallback = "white" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (FlattenOptions),
                                           .shorthand = "background" };

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  shape->has_alpha = false;
  return true;
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const FlattenOptions *options = data;
  return pixels_flatten (in, &options->background, "flatten", out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return stage_shape_of (before).has_alpha ? 1u << DEED_FLATTENED : 0;
}

const StageType stage_flatten = {
  .name = "flatten",
  .summary = "Lays the picture on a colour, so that nothing is transparent.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
