/* Boxes and sizes in whole pixels. No libvips: shape() and apply() call the same functions, so what
 * a plan says is what comes out. All rounding is half up, all arithmetic in 64 bits. */
#pragma once

#include "option/option.h"
#include "stages/stage.h"

/* Where something is put, or which part stays. */
typedef enum {
  GRAVITY_CENTER,
  GRAVITY_NORTH,
  GRAVITY_NORTH_EAST,
  GRAVITY_EAST,
  GRAVITY_SOUTH_EAST,
  GRAVITY_SOUTH,
  GRAVITY_SOUTH_WEST,
  GRAVITY_WEST,
  GRAVITY_NORTH_WEST,
  GRAVITY_ATTENTION, /* what draws the eye: looks at pixels */
  GRAVITY_ENTROPY,   /* what has most detail: looks at pixels */
} Gravity;

/* The nine places, and those with the two that look at pixels. */
extern const OptionChoice gravity_places[];
extern const OptionChoice gravity_choices[];

static inline bool
gravity_is_seeing (int gravity)
{
  return gravity == GRAVITY_ATTENTION || gravity == GRAVITY_ENTROPY;
}

typedef struct {
  int left, top, width, height;
} Box;

/* Left and top of an inner box in an outer one; negative when it is larger. A middle that falls
 * between two pixels goes to the left or upper one. A gravity that sees pixels counts as center. */
void gravity_place (int gravity, int outer_width, int outer_height, int inner_width,
                    int inner_height, int *out_left, int *out_top);

/* round (a * b / c), at least 1; c > 0. */
int geometry_scale (int64_t a, int64_t b, int64_t c);
/* width x height scaled to a box: as large as fits in it, or as small as covers it. One edge of the
 * box may be 0: free. */
void geometry_scale_to (int width, int height, int box_width, int box_height, bool inside,
                        int *out_width, int *out_height);
/* The largest size of a ratio within width x height, and the smallest around it. */
void geometry_ratio_inside (Ratio ratio, int width, int height, int *out_width, int *out_height);
void geometry_ratio_around (Ratio ratio, int width, int height, int *out_width, int *out_height);

enum {
  GEOMETRY_MOST_EDGE = 65535, /* px: what JPEG and most programs can hold */
  GEOMETRY_MOST_MEGAPIXELS = 500,
};

/* The picture is resampled to this size: remembers by how much more than all its own pixels that is. */
void geometry_note_scale (Shape *shape, int width, int height);

/* Gives the shape its new size; STAGE_ERROR_GEOMETRY when that is over the limits. */
bool geometry_set_size (Shape *shape, const char *stage, int64_t width, int64_t height,
                        GError **error);
