/* A part of the picture: the largest box of a ratio, or a box in pixels. */
#include "stages/geometry.h"
#include "stages/given.h"
#include "stages/pixels.h"

typedef struct {
  Ratio aspect_ratio;
  NumberOrWord left, top;
  int width, height;
  int gravity;
} CropOptions;

enum { BY_GRAVITY };
static const OptionChoice offset_words[] = {
  { "auto", BY_GRAVITY, "Where gravity puts it" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_RATIO (CropOptions, aspect_ratio), .name = "aspect-ratio",
    .help = "Keep the largest part of this shape, such as 16:9" },
  { OPTION_NUMBER_OR_WORD (CropOptions, left), .name = "left",
    .help = "Distance of the box from the left edge", .min = 0, .max = GEOMETRY_MOST_EDGE,
    .unit = "px", .choices = offset_words, .fallback = "auto" },
  { OPTION_NUMBER_OR_WORD (CropOptions, top), .name = "top",
    .help = "Distance of the box from the upper edge", .min = 0, .max = GEOMETRY_MOST_EDGE,
    .unit = "px", .choices = offset_words, .fallback = "auto" },
  { OPTION_INT (CropOptions, width), .name = "width",
    .help = "Width of the box; not given: up to the right edge", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_INT (CropOptions, height), .name = "height",
    .help = "Height of the box; not given: down to the lower edge", .min = 1,
    .max = GEOMETRY_MOST_EDGE, .unit = "px" },
  { OPTION_CHOICE (CropOptions, gravity), .name = "gravity",
    .help = "Which part stays, where left and top do not say it", .choices = gravity_choices,
    .fallback = "center" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (CropOptions),
                                           .shorthand = "aspect-ratio" };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const CropOptions *options = data;
  bool has_offset = !options->left.is_word || !options->top.is_word;
  bool has_box = options->width > 0 || options->height > 0 || has_offset;
  if (options->aspect_ratio.width > 0) {
    static const char *const box[] = { "left", "top", "width", "height", NULL };
    return given_exclude (node, "does not go with 'aspect-ratio': take the shape or the box", box,
                          problems);
  }
  if (!has_box)
    return problems_add (problems, given_mark (node, ""),
                         "'crop' needs 'aspect-ratio', or 'width' and 'height'");
  if (!options->left.is_word && !options->top.is_word && given (node, "gravity"))
    return problems_add (problems, given_mark (node, "gravity"),
                         "'gravity' does not go with 'left' and 'top': they say the place");
  if (has_offset && gravity_is_seeing (options->gravity))
    return problems_add (problems, given_mark (node, "gravity"),
                         "gravity 'attention' and 'entropy' do not go with 'left' or 'top'");
  return true;
}

/* Where the box is; a gravity that sees pixels is taken as center. */
static bool
find_box (const CropOptions *options, const Shape *shape, Box *out_box, GError **error)
{
  int left = options->left.is_word ? -1 : (int)options->left.number;
  int top = options->top.is_word ? -1 : (int)options->top.number;
  Box box = { 0 };
  if (options->aspect_ratio.width > 0) {
    geometry_ratio_inside (options->aspect_ratio, shape->width, shape->height, &box.width,
                           &box.height);
  } else {
    box.width = options->width > 0 ? options->width : shape->width - MAX (left, 0);
    box.height = options->height > 0 ? options->height : shape->height - MAX (top, 0);
  }
  gravity_place (options->gravity, shape->width, shape->height, box.width, box.height, &box.left,
                 &box.top);
  if (left >= 0)
    box.left = left;
  if (top >= 0)
    box.top = top;
  if (box.width < 1 || box.height < 1 || box.left < 0 || box.top < 0 ||
      box.left + box.width > shape->width || box.top + box.height > shape->height) {
    if (left < 0 && top < 0)
      return stage_fail (error, STAGE_ERROR_GEOMETRY,
                         "'crop' takes a box of %dx%d px, but the picture has only %dx%d px",
                         box.width, box.height, shape->width, shape->height);
    return stage_fail (error, STAGE_ERROR_GEOMETRY,
                       "'crop' takes a box of %dx%d px at %d,%d, which leaves the picture: it has "
                       "%dx%d px",
                       MAX (box.width, 0), MAX (box.height, 0), box.left, box.top, shape->width,
                       shape->height);
  }
  *out_box = box;
  return true;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  Box box;
  /* A size that is only an upper estimate fails no box: the pixels decide. */
  if (!shape->is_exact) {
    const CropOptions *options = data;
    if (options->aspect_ratio.width == 0) {
      shape->width = options->width > 0 ? MIN (options->width, shape->width) : shape->width;
      shape->height = options->height > 0 ? MIN (options->height, shape->height) : shape->height;
    }
    return true;
  }
  if (!find_box (data, shape, &box, error))
    return false;
  shape->width = box.width;
  shape->height = box.height;
  return true;
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const CropOptions *options = data;
  Shape shape = stage_shape_of (in);
  Box box;
  if (!find_box (options, &shape, &box, error))
    return false;
  if (gravity_is_seeing (options->gravity) &&
      !pixels_interesting (in, options->gravity, box.width, box.height, "crop", &box.left, &box.top,
                           error))
    return false;
  return pixels_extract (in, box.left, box.top, box.width, box.height, "crop", out_image, error);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return stage_is_resized (before, after) ? 1u << DEED_CROPPED : 0;
}

const StageType stage_crop = {
  .name = "crop",
  .summary = "Keeps a part of the picture: a shape such as 16:9, or a box.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
