/* More canvas: to a size, to a shape, or by so many pixels. Nothing is ever cut off. */
#include "stages/geometry.h"
#include "stages/given.h"
#include "stages/pixels.h"

typedef struct {
  int width, height;
  Ratio aspect_ratio;
  int top, right, bottom, left;
  int gravity;
  Color background;
  int extend;
} PadOptions;

static const OptionChoice extends[] = {
  { "background", VIPS_EXTEND_BACKGROUND, "One colour" },
  { "mirror", VIPS_EXTEND_MIRROR, "The picture mirrored at its edges" },
  { "copy", VIPS_EXTEND_COPY, "The outermost pixels drawn out" },
  { NULL },
};

#define EDGE .min = 0, .max = GEOMETRY_MOST_EDGE, .unit = "px", .fallback = "0"
static const Option rows[] = {
  { OPTION_INT (PadOptions, width), .name = "width", .help = "Width of the result", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_INT (PadOptions, height), .name = "height", .help = "Height of the result", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_RATIO (PadOptions, aspect_ratio), .name = "aspect-ratio",
    .help = "Add as little as gives this shape, such as 1:1" },
  { OPTION_INT (PadOptions, top), .name = "top", .help = "Rows added above", EDGE },
  { OPTION_INT (PadOptions, right), .name = "right", .help = "Columns added on the right", EDGE },
  { OPTION_INT (PadOptions, bottom), .name = "bottom", .help = "Rows added below", EDGE },
  { OPTION_INT (PadOptions, left), .name = "left", .help = "Columns added on the left", EDGE },
  { OPTION_CHOICE (PadOptions, gravity), .name = "gravity",
    .help = "Where the picture lies, with width, height or aspect-ratio", .choices = gravity_places,
    .fallback = "center" },
  { OPTION_COLOR (PadOptions, background), .name = "background", .help = "Colour of the new canvas",
    .fallback = "white" },
  { OPTION_CHOICE (PadOptions, extend), .name = "extend", .help = "What the new canvas is made of",
    .choices = extends, .fallback = "background" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (PadOptions), .shorthand = "aspect-ratio" };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  static const char *const edges[] = { "top", "right", "bottom", "left", NULL };
  static const char *const sizes[] = { "width", "height", NULL };
  static const char *const gravity[] = { "gravity", NULL };
  static const char *const background[] = { "background", NULL };
  const PadOptions *options = data;
  bool is_ok = true;
  bool has_size = options->width > 0 || options->height > 0;
  bool has_ratio = options->aspect_ratio.width > 0;
  bool has_edges = options->top > 0 || options->right > 0 || options->bottom > 0 ||
                   options->left > 0;
  if (!has_size && !has_ratio && !has_edges)
    return problems_add (problems, given_mark (node, ""),
                         "'pad' needs 'aspect-ratio', 'width' and 'height', or pixels at the edges "
                         "('top', 'right', 'bottom', 'left')");
  if (has_ratio)
    is_ok = given_exclude (node, "does not go with 'aspect-ratio'", sizes, problems) &&
            given_exclude (node, "does not go with 'aspect-ratio'", edges, problems);
  else if (has_size)
    is_ok = given_exclude (node, "does not go with 'width' and 'height'", edges, problems);
  else
    is_ok = given_exclude (node, "is for 'aspect-ratio', 'width' and 'height'", gravity, problems);
  if (options->extend != VIPS_EXTEND_BACKGROUND)
    is_ok = given_exclude (node, "is for 'extend: background'", background, problems) && is_ok;
  return is_ok;
}

/* The canvas, and where on it the picture lies. */
static bool
find_canvas (const PadOptions *options, const Shape *shape, Box *out_canvas, GError **error)
{
  Box canvas = { 0, 0, shape->width, shape->height };
  if (options->aspect_ratio.width > 0) {
    geometry_ratio_around (options->aspect_ratio, shape->width, shape->height, &canvas.width,
                           &canvas.height);
  } else if (options->width > 0 || options->height > 0) {
    canvas.width = options->width > 0 ? options->width : shape->width;
    canvas.height = options->height > 0 ? options->height : shape->height;
  } else {
    /* Three numbers of at most 65535: no overflow. */
    canvas = (Box){ options->left, options->top, options->left + shape->width + options->right,
                    options->top + shape->height + options->bottom };
    *out_canvas = canvas;
    return true;
  }
  if (canvas.width < shape->width || canvas.height < shape->height)
    return stage_fail (error, STAGE_ERROR_GEOMETRY,
                       "'pad' makes %dx%d px, but the picture has %dx%d px already; 'resize' or "
                       "'crop' it first",
                       canvas.width, canvas.height, shape->width, shape->height);
  gravity_place (options->gravity, canvas.width, canvas.height, shape->width, shape->height,
                 &canvas.left, &canvas.top);
  *out_canvas = canvas;
  return true;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  const PadOptions *options = data;
  Box canvas = { 0 };
  /* An upper estimate may be larger than the canvas while the picture is not. */
  if (!find_canvas (options, shape, &canvas, shape->is_exact ? error : NULL)) {
    if (shape->is_exact)
      return false;
    canvas.width = options->width > 0 ? options->width : shape->width;
    canvas.height = options->height > 0 ? options->height : shape->height;
  }
  if (options->extend == VIPS_EXTEND_BACKGROUND && options->background.alpha < 1 &&
      shape->n_channels != 4)
    shape->has_alpha = true;
  return geometry_set_size (shape, "pad", canvas.width, canvas.height, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const PadOptions *options = data;
  Shape shape = stage_shape_of (in), result = shape;
  Box canvas = { 0 };
  if (!change_shape (options, &result, error) || !find_canvas (options, &shape, &canvas, error))
    return false;
  return pixels_place (in, &canvas, &options->background, (VipsExtend)options->extend, "pad",
                       out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return stage_is_resized (before, after) ? 1u << DEED_PADDED : 0;
}

const StageType stage_pad = {
  .name = "pad",
  .summary = "Adds canvas around the picture.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
