/* Turns. Quarters move pixels; other angles are cubic, on a canvas that holds the whole picture. */
#include "stages/geometry.h"
#include "stages/given.h"
#include "stages/pixels.h"

#include <math.h>

typedef struct {
  NumberOrWord angle;
  Color background;
} RotateOptions;

enum { BY_ORIENTATION };
static const OptionChoice angle_words[] = {
  { "auto", BY_ORIENTATION,
    "By the EXIF orientation, which reading a picture has always applied: changes nothing" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_NUMBER_OR_WORD (RotateOptions, angle), .name = "angle",
    .help = "Clockwise; multiples of 90 keep every pixel", .min = -360, .max = 360, .unit = "°",
    .choices = angle_words, .fallback = "auto" },
  { OPTION_COLOR (RotateOptions, background), .name = "background",
    .help = "Colour of the corners that a slanted picture leaves", .fallback = "white" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (RotateOptions), .shorthand = "angle" };

/* 0 to below 360. */
static double
angle_of (const RotateOptions *options)
{
  double angle = options->angle.is_word ? 0 : fmod (options->angle.number, 360);
  return angle < 0 ? angle + 360 : angle;
}

static bool
is_slanted (double angle)
{
  return fmod (angle, 90) != 0;
}

static bool
check (const void *data, const Node *node, Problems *problems)
{
  if (given (node, "background") && !is_slanted (angle_of (data)))
    return problems_add (problems, given_mark (node, "background"),
                         "'background' is for angles that are no multiple of 90");
  return true;
}

/* The box around the slanted picture, in whole pixels. */
static void
slanted_size (double angle, const Shape *shape, int64_t *out_width, int64_t *out_height)
{
  /* A hair over a whole pixel is rounding of sin and cos, not picture. */
  const double hair = 1e-6;
  double c = fabs (cos (angle * G_PI / 180)), s = fabs (sin (angle * G_PI / 180));
  *out_width = (int64_t)ceil (shape->width * c + shape->height * s - hair);
  *out_height = (int64_t)ceil (shape->width * s + shape->height * c - hair);
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  const RotateOptions *options = data;
  double angle = angle_of (options);
  int64_t width = shape->width, height = shape->height;
  if (is_slanted (angle)) {
    slanted_size (angle, shape, &width, &height);
    if (options->background.alpha < 1 && shape->n_channels != 4)
      shape->has_alpha = true;
  } else if (fmod (angle, 180) != 0) {
    width = shape->height;
    height = shape->width;
  }
  return geometry_set_size (shape, "rotate", width, height, error);
}

/* Around the middle of the picture into the middle of the canvas. `in` has weighed colours, `ink`
 * too. */
static bool
turn (VipsImage *in, double angle, const Shape *result, const double *ink, int n,
      VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (1);
  double c = cos (angle * G_PI / 180), s = sin (angle * G_PI / 180);
  double half_width = (vips_image_get_width (in) - 1) / 2.0;
  double half_height = (vips_image_get_height (in) - 1) / 2.0;
  g_autoptr (VipsArrayDouble) background = vips_array_double_new (ink, n);
  VipsArrayInt *area = vips_array_int_newv (4, 0, 0, result->width, result->height);
  VipsInterpolate *bicubic = vips_interpolate_new ("bicubic");
  int status = vips_affine (in, &t[0], c, -s, s, c, "interpolate", bicubic, "oarea", area, "idx",
                            -half_width, "idy", -half_height, "odx", (result->width - 1) / 2.0,
                            "ody", (result->height - 1) / 2.0, "background", background, "extend",
                            VIPS_EXTEND_BACKGROUND, "premultiplied", TRUE, NULL);
  g_object_unref (bicubic);
  vips_area_unref (VIPS_AREA (area));
  if (status != 0)
    return pixels_fail (error, "rotate");
  return pixels_give (t[0], out_image);
}

static bool
apply_slanted (const RotateOptions *options, const Shape *result, VipsImage *in,
               VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) base = NULL, weighed = NULL, turned = NULL;
  double ink[PIXELS_MOST_BANDS];
  int n;
  if (result->has_alpha ? !pixels_with_alpha (in, "rotate", &base, error)
                        : !pixels_give (in, &base))
    return false;
  if (!pixels_ink (base, &options->background, "rotate", ink, &n, error) ||
      !pixels_weigh (base, "rotate", &weighed, error))
    return false;
  if (result->has_alpha)
    for (int i = 0; i < n - 1; i++)
      ink[i] *= options->background.alpha;
  return turn (weighed, angle_of (options), result, ink, n, &turned, error) &&
         pixels_unweigh (turned, base, "rotate", out_image, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const RotateOptions *options = data;
  double angle = angle_of (options);
  Shape result = stage_shape_of (in);
  if (!change_shape (options, &result, error))
    return false;
  if (is_slanted (angle))
    return apply_slanted (options, &result, in, out_image, error);
  PIXELS_STEPS (1);
  if (vips_rot (in, &t[0], (VipsAngle)(angle / 90), NULL))
    return pixels_fail (error, "rotate");
  return pixels_give (t[0], out_image);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return 1u << DEED_ORIENTED;
}

const StageType stage_rotate = {
  .name = "rotate",
  .summary = "Turns the picture clockwise.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
