/* Texts of PNGs are none of libvips's business: it unpacks every one of them, however much that is.
 * metadata/ reads them itself, within limits. */
#pragma once

#include <stdint.h>
#include <glib.h>

enum { IMAGE_MOST_PNG_TEXT_BYTES = 1 << 16 };

/* The PNG without its tEXt, zTXt and iTXt chunks, when these are together longer than the limit; else the
 * same bytes. XMP that is not packed stays: its length is known, and checked. What is no row of
 * chunks is taken over as it stands. A new reference. */
GBytes *image_png_without_texts (GBytes *png);

/* How long the packed XMP is that is left out: no more than `most` + 1 bytes are unpacked. */
int64_t image_png_packed_xmp_bytes (GBytes *png, int64_t most);
