/* All pixels of a PNG at once, by libdeflate, which inflates in a third of zlib's time but wants all
 * of its input and all of its output in one piece. Memory: the pixels and, where the file has more
 * than one IDAT, what those hold. Of other PNGs than png.h reads it says PIXELS_ERROR_UNSUITABLE. */
#pragma once

#include "pixels/pixels.h"

/* Rows without gaps, 16 bits in the machine's order. All is checked that png_reader_finish checks.
 * NULL: the error. */
GBytes *png_whole_read (const void *png, size_t length, PixelShape *out_shape, GError **error);
