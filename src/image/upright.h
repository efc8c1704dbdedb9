/* Orientation: turned into the pixels, and taken out of everything that would turn them again. */
#pragma once

#include "image/image.h"

/* `image` must be in memory. The result carries no orientation: not as a field, and the one in the
 * EXIF block (which metadata/ may pass on) reads 1. */
bool image_make_upright (VipsImage *image, VipsImage **out_image, GError **error);

/* Sets IFD0's Orientation (0x0112) in an EXIF block to 1 where it stands. Malformed blocks are left
 * as they are. Never reads or writes past `length`. */
void image_exif_set_upright (uint8_t *exif, size_t length);
