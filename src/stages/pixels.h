/* What the image stages share on the libvips side: alpha, colours in the picture's own space, and
 * sizes that are exact.
 *
 * A picture between stages is 8-bit, 16-bit or float; grey, RGB or CMYK; with straight alpha as
 * the last band or without; its ICC profile, if any, attached. Stages keep all of that unless
 * changing it is what they are for. */
#pragma once

#include <vips/vips.h>

#include "stages/geometry.h"
#include "stages/stage.h"

static inline void
pixels_array_free (VipsArrayDouble *array)
{
  if (array != NULL)
    vips_area_unref (VIPS_AREA (array));
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VipsArrayDouble, pixels_array_free)

/* libvips's way to hold the steps of a chain: pointers that live as long as `context`. */
#define PIXELS_STEPS(n)                                                                            \
  g_autoptr (VipsImage) context = vips_image_new ();                                               \
  VipsImage **t = (VipsImage **)vips_object_local_array (VIPS_OBJECT (context), n)

enum { PIXELS_MOST_BANDS = 5 }; /* CMYK and alpha */

/* Gives *out_image a reference of `image`. Always true. */
bool pixels_give (VipsImage *image, VipsImage **out_image);
/* Sets "'STAGE' failed: <what libvips said>". Always false. */
bool pixels_fail (GError **error, const char *stage);
#define pixels_fail(...) ALWAYS_FALSE (pixels_fail (__VA_ARGS__))
/* Computes every pixel of `in` once and keeps it, for stages that take long over a pixel: a later
 * shrink asks for overlapping strips, and a sharpened 2K picture reduced to 160 px took 5 s instead
 * of a half. */
bool pixels_keep (VipsImage *in, const char *stage, VipsImage **out_image, GError **error);

/* STAGE_ERROR_FAILED on a CMYK picture, for stages that work on light. */
bool pixels_refuse_ink (const Shape *shape, const char *stage, GError **error);

/* The value of a full channel: 255, 65535, or 1 for linear float. */
double pixels_full (VipsImage *image);

/* Colour bands and alpha apart; *out_alpha is NULL when there is none. */
bool pixels_split (VipsImage *in, const char *stage, VipsImage **out_color, VipsImage **out_alpha,
                   GError **error);
/* And together; `alpha` (0 to full of its own format, or NULL) takes on the colour's format. */
bool pixels_join (VipsImage *color, VipsImage *alpha, const char *stage, VipsImage **out_image,
                  GError **error);
/* The picture with an alpha band, opaque where it had none. */
bool pixels_with_alpha (VipsImage *in, const char *stage, VipsImage **out_image, GError **error);

/* Colours weighted by their alpha, as float, for whatever mixes neighbouring pixels; a picture
 * without alpha is given back as it is. And back, in the format of `like`. */
bool pixels_weigh (VipsImage *in, const char *stage, VipsImage **out_image, GError **error);
bool pixels_unweigh (VipsImage *in, VipsImage *like, const char *stage, VipsImage **out_image,
                     GError **error);
/* Rounds and clips to the band format of `like`. */
bool pixels_round (VipsImage *in, VipsImage *like, const char *stage, VipsImage **out_image,
                   GError **error);

/* An sRGB picture in the colour space, profile and depth of `like` (alpha kept). */
bool pixels_match (VipsImage *srgb, VipsImage *like, const char *stage, VipsImage **out_image,
                   GError **error);
/* A colour in the bands of `like`, alpha last if it has alpha. Returns the number of bands in
 * *out_n. */
bool pixels_ink (VipsImage *like, const Color *color, const char *stage,
                 double out_ink[PIXELS_MOST_BANDS], int *out_n, GError **error);

/* The picture on a colour, without alpha. */
bool pixels_flatten (VipsImage *in, const Color *background, const char *stage,
                     VipsImage **out_image, GError **error);

/* Part of a picture. */
bool pixels_extract (VipsImage *in, int left, int top, int width, int height, const char *stage,
                     VipsImage **out_image, GError **error);
/* The picture on a canvas of the box's size, at its left and top (not negative). With a background
 * that lets through, the result has alpha, if its space can. */
bool pixels_place (VipsImage *in, const Box *canvas, const Color *background, VipsExtend extend,
                   const char *stage, VipsImage **out_image, GError **error);
/* The place of a width x height box by attention or entropy, which decodes the picture. The same
 * whatever the number of threads. */
bool pixels_interesting (VipsImage *in, int gravity, int width, int height, const char *stage,
                         int *out_left, int *out_top, GError **error);

/* Exactly width x height, alpha weighed, the picture's format kept. */
bool pixels_resample (VipsImage *in, int width, int height, VipsKernel kernel, bool linear,
                      const char *stage, VipsImage **out_image, GError **error);
