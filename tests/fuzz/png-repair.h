/* A fuzzer never guesses a CRC: this puts right those of a row of PNG chunks, so that what it
 * changes within them is looked at. */
#pragma once

#include <stdint.h>
#include <glib.h>
#include <zlib.h>

static inline void
png_repair_chunks (uint8_t *chunks, size_t length)
{
  for (size_t at = 0; length - at >= 12;) {
    uint32_t n = (uint32_t)chunks[at] << 24 | (uint32_t)chunks[at + 1] << 16 |
                 (uint32_t)chunks[at + 2] << 8 | chunks[at + 3];
    if (n > length - at - 12)
      return;
    uint32_t crc = GUINT32_TO_BE ((uint32_t)crc32 (0, chunks + at + 4, (uInt)(4 + n)));
    memcpy (chunks + at + 8 + n, &crc, sizeof crc);
    at += 12 + (size_t)n;
  }
}
