/* A PNG of coloured noise that takes no longer to make than to copy: 8-bit palette indexes in stored
 * deflate blocks, a byte a pixel, which makes 4096x4096 px the 17 MB that real ones are. */
#pragma once

#include <stdint.h>
#include <glib.h>

GBytes *noise_png (const char *prompt, int64_t seed, int width, int height);

/* CRC-32 as PNG and gzip have it; begin with 0. */
uint32_t crc32_update (uint32_t crc, const void *data, size_t length);
