/* Orientation: turned into the pixels, and taken off the picture. */
#pragma once

#include "image/image.h"

/* `image` must be in memory. The result carries no orientation: not as a field, and no EXIF. */
bool image_make_upright (VipsImage *image, VipsImage **out_image, GError **error);
