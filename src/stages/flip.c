#include "stages/pixels.h"

typedef enum { FLIP_HORIZONTAL, FLIP_VERTICAL, FLIP_BOTH } Direction;

typedef struct {
  int direction;
} FlipOptions;

static const OptionChoice directions[] = {
  { "horizontal", FLIP_HORIZONTAL, "Left becomes right, as in a mirror" },
  { "vertical", FLIP_VERTICAL, "Top becomes bottom" },
  { "both", FLIP_BOTH, "Half a turn" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_CHOICE (FlipOptions, direction), .name = "direction", .help = "What changes sides",
    .choices = directions, .fallback = "horizontal" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (FlipOptions), .shorthand = "direction" };

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const FlipOptions *options = data;
  PIXELS_STEPS (1);
  VipsDirection direction = options->direction == FLIP_VERTICAL ? VIPS_DIRECTION_VERTICAL
                                                                : VIPS_DIRECTION_HORIZONTAL;
  if (options->direction == FLIP_BOTH ? vips_rot (in, &t[0], VIPS_ANGLE_D180, NULL)
                                      : vips_flip (in, &t[0], direction, NULL))
    return pixels_fail (error, "flip");
  return pixels_give (t[0], out_image);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return 1u << DEED_ORIENTED;
}

const StageType stage_flip = {
  .name = "flip",
  .summary = "Mirrors the picture.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .apply = apply,
  .deeds = deeds,
};
