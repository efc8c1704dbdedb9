/* Does this libvips write and read what Peel needs? For `peel doctor`. image_start first. */
#pragma once

#include "image/image.h"

/* Writes a small picture and reads it again. False: what could not be done. GIF and HEIC are only
 * read by Peel, and not tried here. */
bool image_self_test_format (ImageFormat format, GError **error);
/* Makes a PNG with a palette. */
bool image_self_test_palette (GError **error);
