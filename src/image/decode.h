/* From bytes to an upright picture. The format is chosen by magic bytes and its one loader called;
 * a file name never reaches libvips (it would read options out of it). */
#pragma once

#include "image/image.h"
#include "pixels/pixels.h"

/* Header only: checks the limits, fills the facts. `name` is for errors. */
bool image_probe (GBytes *bytes, const char *name, const ImageLimits *limits, ImageFacts *out_facts,
                  GError **error);

/* Decodes all pixels and keeps none: are they whole? The error says what is wrong. */
bool image_check (GBytes *bytes, const char *name, const ImageLimits *limits, GError **error);

/* The whole picture, upright (orientation applied and the tag removed), in memory, so that several
 * threads and chains can read it. Its EXIF is gone; other blobs stay (see blobs.h). */
bool image_decode (GBytes *bytes, const char *name, const ImageLimits *limits,
                   VipsImage **out_image, GError **error);

/* What image_decode gives of a PNG, from its parts: `head` is the PNG without its pixels, `pixels`
 * rows without gaps, 16 bits in the machine's order. They are not copied; the picture holds on to
 * them. */
bool image_decode_pixels (GBytes *head, const PixelShape *shape, GBytes *pixels, const char *name,
                          const ImageLimits *limits, VipsImage **out_image, GError **error);
