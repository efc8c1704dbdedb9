/* A picture's rows, from above, each computed once: for what writes or measures them as they come. */
#pragma once

#include "image/image.h"

/* `row` is whole. Called from a thread of libvips's, for one row after the other, until it is false. */
typedef bool (*ImageRowFunc) (void *data, int y, const void *row, GError **error);

/* False with the error that `func` gave, else with what libvips says under `what` ("drawing a proof"). */
bool image_each_row (VipsImage *image, ImageRowFunc func, void *data, const char *what,
                     GError **error);
