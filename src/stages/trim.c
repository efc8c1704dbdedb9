#include "stages/given.h"
#include "stages/pixels.h"

typedef struct {
  double threshold;
  Color background; /* all zero: the top-left pixel */
} TrimOptions;

static const Option rows[] = {
  { OPTION_NUMBER (TrimOptions, threshold), .name = "threshold",
    .help = "How far from the background still counts as background, in steps of 255", .min = 0,
    .max = 255, .fallback = "10" },
  { OPTION_COLOR (TrimOptions, background), .name = "background",
    .help = "Colour to cut away; not given: that of the top-left pixel" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (TrimOptions), .shorthand = "threshold" };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const TrimOptions *options = data;
  if (given (node, "background") && options->background.alpha < 1)
    return problems_add (problems, given_mark (node, "background"),
                         "'background' of 'trim' takes an opaque colour; leave it out to cut away "
                         "what is like the top-left pixel, transparent or not");
  return true;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  shape->is_exact = false;
  return true;
}

/* Colours weighed by alpha with the alpha beside them, so that everything transparent is alike and
 * unlike everything that is not. */
static bool
prepare (VipsImage *in, VipsImage **out_image, GError **error)
{
  if (!vips_image_hasalpha (in))
    return pixels_give (in, out_image);
  PIXELS_STEPS (1);
  g_autoptr (VipsImage) weighed = NULL;
  if (!pixels_weigh (in, "trim", &weighed, error))
    return false;
  /* As bands without a meaning: vips_find_trim would flatten an alpha away. */
  if (vips_copy (weighed, &t[0], "interpretation", VIPS_INTERPRETATION_MULTIBAND, NULL))
    return pixels_fail (error, "trim");
  return pixels_give (t[0], out_image);
}

static bool
find_background (const TrimOptions *options, VipsImage *in, VipsImage *prepared,
                 VipsArrayDouble **out_background, GError **error)
{
  double ink[PIXELS_MOST_BANDS];
  int n = 0;
  if (options->background.alpha > 0) {
    if (!pixels_ink (in, &options->background, "trim", ink, &n, error))
      return false;
    *out_background = vips_array_double_new (ink, n);
    return true;
  }
  g_autofree double *corner = NULL;
  if (vips_getpoint (prepared, &corner, &n, 0, 0, NULL))
    return pixels_fail (error, "trim");
  *out_background = vips_array_double_new (corner, n);
  return true;
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const TrimOptions *options = data;
  g_autoptr (VipsImage) prepared = NULL;
  g_autoptr (VipsArrayDouble) background = NULL;
  int left, top, width, height;
  if (!prepare (in, &prepared, error) ||
      !find_background (options, in, prepared, &background, error))
    return false;
  if (vips_find_trim (prepared, &left, &top, &width, &height, "threshold",
                      options->threshold * pixels_full (in) / 255, "background", background, NULL))
    return pixels_fail (error, "trim");
  if (width < 1 || height < 1)
    return stage_fail (error, STAGE_ERROR_GEOMETRY,
                       "'trim' finds nothing but background; a lower 'threshold' (now %g) or "
                       "another 'background' may help",
                       options->threshold);
  return pixels_extract (in, left, top, width, height, "trim", out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return stage_is_resized (before, after) ? 1u << DEED_CROPPED : 0;
}

const StageType stage_trim = {
  .name = "trim",
  .summary = "Cuts away a border of one colour.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
