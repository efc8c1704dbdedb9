/* What stands for a picture until it is loaded, small enough for a manifest. All work on the picture
 * as sRGB; any kind of picture will do. Each returns a new string, or NULL with an error. */
#pragma once

#include "image/image.h"

/* ThumbHash (evanw.github.io/thumbhash) in base64: shape, colours and transparency in 25 bytes. */
char *placeholder_thumbhash (VipsImage *image, GError **error);

/* BlurHash (github.com/woltapp/blurhash), 4x3 components lengthwise; transparency lies on white. */
char *placeholder_blurhash (VipsImage *image, GError **error);

/* A WebP of at most 32 px as a data URI of at most 600 characters. */
char *placeholder_lqip (VipsImage *image, GError **error);

/* The colour of most pixels, "#rrggbb": the mean of the fullest cell of a 16x16x16 grid. White
 * when all is transparent. */
char *placeholder_color (VipsImage *image, GError **error);
