/* A stage with options as a user writes them, and pictures to run it on. */
#pragma once

#include <vips/vips.h>

#include "stages/stage.h"
#include "support/scratch.h"

typedef struct StageCase StageCase;

/* Starts libvips and GLib's tests; for main(). */
void stage_case_start (int *argc, char ***argv);

/* `yaml` is the stage's value: "{ width: 3 }". Files are relative to the current folder. */
StageCase *stage_case_new (const char *name, const char *yaml);
void stage_case_free (StageCase *stage_case);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StageCase, stage_case_free)
const void *stage_case_options (StageCase *stage_case);

/* What options_read and check say, without places: messages joined by newlines, "" for none. */
char *stage_case_problems (const char *name, const char *yaml);

/* Applies, reads every pixel into memory, and holds the result against what shape() promised. */
VipsImage *stage_case_apply (StageCase *stage_case, VipsImage *in);
VipsImage *stage_run (const char *name, const char *yaml, VipsImage *in);
/* The error of apply (or of pulling its pixels); shape must say the same for exact shapes if
 * `in_shape`. New string. */
char *stage_error (const char *name, const char *yaml, VipsImage *in, bool in_shape);

/* Pictures: a gradient, different in every channel; alpha falls from left to right. */
typedef enum {
  PICTURE_RGB,
  PICTURE_RGBA,
  PICTURE_GRAY,
  PICTURE_GRAY_ALPHA,
  PICTURE_RGB16,
  PICTURE_RGBA16,
  PICTURE_CMYK,
  PICTURE_N
} PictureKind;
VipsImage *picture_gradient (PictureKind kind, int width, int height);
/* One colour (as many numbers as bands, 8 bit values). */
VipsImage *picture_plain (PictureKind kind, int width, int height, const double *values);

void pixel_at (VipsImage *image, int x, int y, double out_values[5]);
#define assert_pixel(image, x, y, tolerance, ...)                                                  \
  assert_pixel_is (__FILE__, __LINE__, image, x, y, tolerance, (const double[]){ __VA_ARGS__ },    \
                   sizeof ((const double[]){ __VA_ARGS__ }) / sizeof (double))
void assert_pixel_is (const char *file, int line, VipsImage *image, int x, int y, double tolerance,
                      const double *expected, size_t n);
#define assert_size(image, width, height)                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_cmpint (vips_image_get_width (image), ==, width);                                     \
    g_assert_cmpint (vips_image_get_height (image), ==, height);                                   \
  }                                                                                                \
  G_STMT_END
