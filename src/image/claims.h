/* What a file's first bytes claim of its size, read by a few bounded look-ups of our own, so that a
 * picture of a hundred thousand pixels a side is refused before any library has seen it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/format.h"

/* False when the bytes tell nothing (a format without a fixed place for it, or too short); whether
 * the picture is sound is for its loader to say. Never reads past `length`. */
bool image_claims (ImageFormat format, const uint8_t *bytes, size_t length, int64_t *out_width,
                   int64_t *out_height);

enum { IMAGE_MOST_BOXES = 65536 };

/* Has an AVIF or HEIC file no more boxes than that, inside of others too? A library makes an object of
 * each, of 8 bytes some hundred. */
bool image_boxes_are_few (const uint8_t *bytes, size_t length);

/* How many segments of a JPEG are metadata (APPn, comments), between its scans too. Linear; libjpeg
 * keeps them in a list that it walks for each. */
unsigned image_count_jpeg_notes (const uint8_t *bytes, size_t length);
