#include "stages/geometry.h"

#include <math.h>

#define PLACES                                                                                     \
  { "center", GRAVITY_CENTER, NULL }, { "north", GRAVITY_NORTH, "The middle of the upper edge" },  \
    { "north-east", GRAVITY_NORTH_EAST, NULL }, { "east", GRAVITY_EAST, NULL },                    \
    { "south-east", GRAVITY_SOUTH_EAST, NULL }, { "south", GRAVITY_SOUTH, NULL },                  \
    { "south-west", GRAVITY_SOUTH_WEST, NULL }, { "west", GRAVITY_WEST, NULL },                    \
  {                                                                                                \
    "north-west", GRAVITY_NORTH_WEST, NULL                                                         \
  }

const OptionChoice gravity_places[] = { PLACES, { NULL } };
const OptionChoice gravity_choices[] = {
  PLACES,
  { "attention", GRAVITY_ATTENTION, "What draws the eye: edges, skin, strong colours" },
  { "entropy", GRAVITY_ENTROPY, "Where most detail is" },
  { NULL },
};

/* Half of a difference, rounded down whatever its sign, so that a move by one pixel of the outer
 * size never jumps over zero. */
static int
half (int difference)
{
  return difference >= 0 ? difference / 2 : -((1 - difference) / 2);
}

void
gravity_place (int gravity, int outer_width, int outer_height, int inner_width, int inner_height,
               int *out_left, int *out_top)
{
  int free_width = outer_width - inner_width, free_height = outer_height - inner_height;
  int left = half (free_width), top = half (free_height);
  switch ((Gravity)gravity) {
  case GRAVITY_NORTH_WEST:
  case GRAVITY_WEST:
  case GRAVITY_SOUTH_WEST:
    left = 0;
    break;
  case GRAVITY_NORTH_EAST:
  case GRAVITY_EAST:
  case GRAVITY_SOUTH_EAST:
    left = free_width;
    break;
  case GRAVITY_CENTER:
  case GRAVITY_NORTH:
  case GRAVITY_SOUTH:
  case GRAVITY_ATTENTION:
  case GRAVITY_ENTROPY:
    break;
  }
  switch ((Gravity)gravity) {
  case GRAVITY_NORTH_WEST:
  case GRAVITY_NORTH:
  case GRAVITY_NORTH_EAST:
    top = 0;
    break;
  case GRAVITY_SOUTH_WEST:
  case GRAVITY_SOUTH:
  case GRAVITY_SOUTH_EAST:
    top = free_height;
    break;
  case GRAVITY_CENTER:
  case GRAVITY_WEST:
  case GRAVITY_EAST:
  case GRAVITY_ATTENTION:
  case GRAVITY_ENTROPY:
    break;
  }
  *out_left = left;
  *out_top = top;
}

int
geometry_scale (int64_t a, int64_t b, int64_t c)
{
  int64_t rounded = (2 * a * b + c) / (2 * c);
  return (int)CLAMP (rounded, 1, G_MAXINT);
}

void
geometry_scale_to (int width, int height, int box_width, int box_height, bool inside,
                   int *out_width, int *out_height)
{
  bool is_narrow = (int64_t)box_width * height <= (int64_t)box_height * width;
  bool by_width = box_height == 0 || (box_width != 0 && is_narrow == inside);
  *out_width = by_width ? box_width : geometry_scale (width, box_height, height);
  *out_height = by_width ? geometry_scale (height, box_width, width) : box_height;
}

void
geometry_ratio_inside (Ratio ratio, int width, int height, int *out_width, int *out_height)
{
  bool too_wide = (int64_t)width * ratio.height > (int64_t)height * ratio.width;
  *out_width = too_wide ? MIN (width, geometry_scale (height, ratio.width, ratio.height)) : width;
  *out_height = too_wide ? height : MIN (height, geometry_scale (width, ratio.height, ratio.width));
}

void
geometry_ratio_around (Ratio ratio, int width, int height, int *out_width, int *out_height)
{
  bool too_wide = (int64_t)width * ratio.height > (int64_t)height * ratio.width;
  *out_width = too_wide ? width : MAX (width, geometry_scale (height, ratio.width, ratio.height));
  *out_height = too_wide ? MAX (height, geometry_scale (width, ratio.height, ratio.width)) : height;
}

void
geometry_note_scale (Shape *shape, int width, int height)
{
  double before = shape->enlarged > 0 ? shape->enlarged : 1;
  double now = before * fmax ((double)width / shape->width, (double)height / shape->height);
  /* Made smaller again, the pixels are the picture's own again. */
  shape->enlarged = now > 1 ? now : 0;
}

bool
geometry_set_size (Shape *shape, const char *stage, int64_t width, int64_t height, GError **error)
{
  if (width > GEOMETRY_MOST_EDGE || height > GEOMETRY_MOST_EDGE ||
      width * height > (int64_t)GEOMETRY_MOST_MEGAPIXELS * 1000000)
    return stage_fail (error, STAGE_ERROR_GEOMETRY,
                       "'%s' would make a picture of %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                       " px; the most is %d px an edge and %d megapixels",
                       stage, width, height, GEOMETRY_MOST_EDGE, GEOMETRY_MOST_MEGAPIXELS);
  shape->width = (int)width;
  shape->height = (int)height;
  return true;
}
