/* Another size. What "keep" (nothing is enlarged) means for each fit: the result has the shape that
 * was asked for, at the largest size for which no pixel is made up.
 *
 *     inside, outside, one edge   the picture's own size
 *     cover, fill                 the largest box of the asked ratio that fits in the picture
 *     contain                     the asked size: the picture at its own size on more background
 */
#include "stages/geometry.h"
#include "stages/given.h"
#include "stages/pixels.h"

#include <math.h>

typedef enum { FIT_INSIDE, FIT_COVER, FIT_CONTAIN, FIT_OUTSIDE, FIT_FILL } Fit;
typedef enum { SMALLER_KEEP, SMALLER_ENLARGE, SMALLER_FAIL } WhenSmaller;

typedef struct {
  int width, height;
  int fit, gravity;
  double dpr;
  int kernel, when_smaller;
  Color background;
  bool linear;
} ResizeOptions;

static const OptionChoice fits[] = {
  { "inside", FIT_INSIDE, "As large as fits in width x height, whole picture" },
  { "cover", FIT_COVER, "Exactly width x height, what sticks out is cut off" },
  { "contain", FIT_CONTAIN, "Exactly width x height, whole picture on a background" },
  { "outside", FIT_OUTSIDE, "As small as covers width x height, whole picture" },
  { "fill", FIT_FILL, "Exactly width x height, distorted" },
  { NULL },
};
static const OptionChoice kernels[] = {
  { "nearest", VIPS_KERNEL_NEAREST, "Hard pixels, for pixel art" },
  { "linear", VIPS_KERNEL_LINEAR, NULL },
  { "cubic", VIPS_KERNEL_CUBIC, "Catmull-Rom" },
  { "mitchell", VIPS_KERNEL_MITCHELL, "Soft, no ringing" },
  { "lanczos2", VIPS_KERNEL_LANCZOS2, NULL },
  { "lanczos3", VIPS_KERNEL_LANCZOS3, "Sharpest" },
  { NULL },
};
static const OptionChoice when_smaller_words[] = {
  { "keep", SMALLER_KEEP, "Never enlarge: the asked shape, as large as the pixels allow" },
  { "enlarge", SMALLER_ENLARGE, "Make up the missing pixels" },
  { "fail", SMALLER_FAIL, "An error (exit code 9)" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_INT (ResizeOptions, width), .name = "width",
    .help = "Width of the result; not given: follows the height", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_INT (ResizeOptions, height), .name = "height",
    .help = "Height of the result; not given: follows the width", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_CHOICE (ResizeOptions, fit), .name = "fit",
    .help = "What happens when width and height have another shape than the picture",
    .choices = fits, .fallback = "inside" },
  { OPTION_CHOICE (ResizeOptions, gravity), .name = "gravity",
    .help = "Which part stays with cover, where the picture lies with contain",
    .choices = gravity_choices, .fallback = "center" },
  { OPTION_NUMBER (ResizeOptions, dpr), .name = "dpr",
    .help = "Device pixel ratio: multiplies width and height", .min = 0.1, .max = 8,
    .fallback = "1" },
  { OPTION_CHOICE (ResizeOptions, kernel), .name = "kernel", .help = "How pixels are mixed",
    .choices = kernels, .fallback = "lanczos3" },
  { OPTION_CHOICE (ResizeOptions, when_smaller), .name = "when-smaller",
    .help = "What to do when the picture has too few pixels", .choices = when_smaller_words,
    .fallback = "keep" },
  { OPTION_COLOR (ResizeOptions, background), .name = "background",
    .help = "Colour around the picture with contain", .fallback = "white" },
  { OPTION_BOOL (ResizeOptions, linear), .name = "linear",
    .help = "Mix light instead of sRGB values: truer, several times slower" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (ResizeOptions), .shorthand = "width" };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const ResizeOptions *options = data;
  bool is_ok = true;
  if (options->width == 0 && options->height == 0)
    is_ok = problems_add (problems, given_mark (node, ""), "'resize' needs 'width' or 'height'");
  bool needs_both = options->fit != FIT_INSIDE && options->fit != FIT_OUTSIDE;
  if (is_ok && needs_both && (options->width == 0 || options->height == 0))
    is_ok = problems_add (problems, given_mark (node, "fit"),
                          "this 'fit' needs both 'width' and 'height'");
  if (given (node, "gravity") && options->fit != FIT_COVER && options->fit != FIT_CONTAIN)
    is_ok = problems_add (problems, given_mark (node, "gravity"),
                          "'gravity' is for 'fit: cover' and 'fit: contain'");
  if (options->fit == FIT_CONTAIN && gravity_is_seeing (options->gravity))
    is_ok = problems_add (problems, given_mark (node, "gravity"),
                          "gravity 'attention' and 'entropy' are for 'fit: cover': contain cuts "
                          "nothing off");
  if (given (node, "background") && options->fit != FIT_CONTAIN)
    is_ok = problems_add (problems, given_mark (node, "background"),
                          "'background' is for 'fit: contain'");
  return is_ok;
}

/* What is done, in this order: resample to `scaled`, then take `box` out of it (cover), or put it
 * into a canvas of the box's size, at its left and top (contain). */
typedef struct {
  int scaled_width, scaled_height;
  Box box;
} Plan;

static bool
fail_too_small (const Shape *shape, int width, int height, GError **error)
{
  return stage_fail (error, STAGE_ERROR_TARGET,
                     "the picture has %dx%d px, 'resize' needs %dx%d px; make a larger original, "
                     "or allow 'when-smaller: enlarge' or 'keep'",
                     shape->width, shape->height, width, height);
}

/* cover and fill on a picture that is too small: their shape at the size it allows. */
static void
shrink_target (const Shape *shape, int *width, int *height)
{
  Ratio ratio = { *width, *height };
  int most_width, most_height;
  geometry_ratio_inside (ratio, shape->width, shape->height, &most_width, &most_height);
  *width = most_width;
  *height = most_height;
}

static bool
make_plan (const ResizeOptions *options, const Shape *shape, Plan *out_plan, GError **error)
{
  int width = options->width == 0 ? 0 : (int)fmax (1, floor (options->width * options->dpr + 0.5));
  int height = options->height == 0 ? 0
                                    : (int)fmax (1, floor (options->height * options->dpr + 0.5));
  bool inside = options->fit == FIT_INSIDE || options->fit == FIT_CONTAIN;
  int scaled_width = width, scaled_height = height;
  if (options->fit != FIT_FILL)
    geometry_scale_to (shape->width, shape->height, width, height, inside, &scaled_width,
                       &scaled_height);

  bool is_smaller = scaled_width > shape->width || scaled_height > shape->height;
  bool is_exact_box = options->fit == FIT_COVER || options->fit == FIT_FILL;
  if (is_smaller && options->when_smaller == SMALLER_FAIL)
    return fail_too_small (shape, is_exact_box ? width : scaled_width,
                           is_exact_box ? height : scaled_height, error);
  if (is_smaller && options->when_smaller == SMALLER_KEEP) {
    if (is_exact_box)
      shrink_target (shape, &width, &height);
    scaled_width = options->fit == FIT_FILL ? width : shape->width;
    scaled_height = options->fit == FIT_FILL ? height : shape->height;
  }
  Plan plan = { scaled_width, scaled_height, { 0, 0, scaled_width, scaled_height } };
  if (options->fit == FIT_COVER || options->fit == FIT_CONTAIN) {
    plan.box.width = width;
    plan.box.height = height;
    bool is_cover = options->fit == FIT_COVER;
    gravity_place (options->gravity, is_cover ? scaled_width : width,
                   is_cover ? scaled_height : height, is_cover ? width : scaled_width,
                   is_cover ? height : scaled_height, &plan.box.left, &plan.box.top);
  }
  *out_plan = plan;
  return true;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  const ResizeOptions *options = data;
  if (options->linear && shape->n_channels == 4)
    return stage_fail (error, STAGE_ERROR_FAILED,
                       "'linear' mixes light, but the picture is CMYK ink; resize before 'color'");
  Plan plan;
  if (!make_plan (options, shape, &plan, error))
    return false;
  if (options->fit == FIT_CONTAIN && options->background.alpha < 1 && shape->n_channels != 4)
    shape->has_alpha = true;
  Shape scaled = *shape;
  geometry_note_scale (shape, plan.scaled_width, plan.scaled_height);
  return geometry_set_size (&scaled, "resize", plan.scaled_width, plan.scaled_height, error) &&
         geometry_set_size (shape, "resize", plan.box.width, plan.box.height, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const ResizeOptions *options = data;
  Shape shape = stage_shape_of (in), result = shape;
  Plan plan;
  if (!change_shape (options, &result, error) || !make_plan (options, &shape, &plan, error))
    return false;
  g_autoptr (VipsImage) scaled = NULL;
  if (!pixels_resample (in, plan.scaled_width, plan.scaled_height, (VipsKernel)options->kernel,
                        options->linear, "resize", &scaled, error))
    return false;
  if (options->fit == FIT_CONTAIN)
    return pixels_place (scaled, &plan.box, &options->background, VIPS_EXTEND_BACKGROUND, "resize",
                         out_image, error);
  if (gravity_is_seeing (options->gravity) &&
      !pixels_interesting (scaled, options->gravity, plan.box.width, plan.box.height, "resize",
                           &plan.box.left, &plan.box.top, error))
    return false;
  return pixels_extract (scaled, plan.box.left, plan.box.top, plan.box.width, plan.box.height,
                         "resize", out_image, error);
}

/* One pixel of rounding is no cut. */
static bool
has_other_ratio (const Shape *before, const Shape *after)
{
  double scaled = (double)before->height * after->width / before->width;
  return fabs (scaled - after->height) > 1.0;
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  const ResizeOptions *options = data;
  Shape was = stage_shape_of (before), is = stage_shape_of (after);
  bool is_other = has_other_ratio (&was, &is);
  unsigned bits = stage_is_resized (before, after) ? 1u << DEED_RESIZED : 0;
  if (is_other && options->fit == FIT_COVER)
    bits |= 1u << DEED_CROPPED;
  if (is_other && options->fit == FIT_CONTAIN)
    bits |= 1u << DEED_PADDED;
  return bits;
}

const StageType stage_resize = {
  .name = "resize",
  .summary = "Makes the picture another size; never larger unless asked.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
