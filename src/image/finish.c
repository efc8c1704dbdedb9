#include "image/codec.h"

#include <math.h>
#include <string.h>

static uint32_t
big_32 (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void
append_jfif (GByteArray *out, double density_dpi)
{
  uint16_t density = density_dpi > 0 ? (uint16_t)CLAMP (rint (density_dpi), 1, 65535) : 1;
  const uint8_t segment[] = {
    0xff,
    0xe0,
    0,
    16,
    'J',
    'F',
    'I',
    'F',
    0,
    1,
    2,
    density_dpi > 0 ? 1 : 0, /* dots per inch, or a ratio */
    density >> 8,
    density & 0xff,
    density >> 8,
    density & 0xff,
    0,
    0, /* no thumbnail */
  };
  g_byte_array_append (out, segment, sizeof segment);
}

static bool
segment_is (const uint8_t *segment, uint8_t marker, const char *name, size_t name_length)
{
  return segment[1] == marker && memcmp (segment + 4, name, name_length) == 0;
}

/* FFD8, then FF marker length(2) data … up to FFDA, where the scan begins. */
GBytes *
finish_jpeg (GBytes *bytes, double density_dpi, bool with_jfif)
{
  size_t length;
  const uint8_t *data = g_bytes_get_data (bytes, &length);
  g_autoptr (GByteArray) out = g_byte_array_sized_new ((unsigned)length + 32);
  size_t at = 2;

  g_byte_array_append (out, data, 2);
  if (with_jfif)
    append_jfif (out, density_dpi);
  while (at + 12 <= length && data[at] == 0xff && data[at + 1] >= 0xe0 && data[at + 1] <= 0xef) {
    size_t size = 2 + ((size_t)data[at + 2] << 8 | data[at + 3]);
    if (at + size > length)
      break;
    bool is_dropped = (with_jfif && segment_is (data + at, 0xe0, "JFIF", 5)) ||
                      segment_is (data + at, 0xe1, "Exif\0", 6);
    if (!is_dropped)
      g_byte_array_append (out, data + at, (unsigned)size);
    at += size;
  }
  g_byte_array_append (out, data + at, (unsigned)(length - at));
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* signature(8), then length(4) type(4) data crc(4) …; pHYs stands before IDAT. */
GBytes *
finish_png_without_density (GBytes *bytes)
{
  size_t length;
  const uint8_t *data = g_bytes_get_data (bytes, &length);
  for (size_t at = 8; at + 12 <= length;) {
    size_t size = 12 + (size_t)big_32 (data + at);
    if (memcmp (data + at + 4, "IDAT", 4) == 0 || size > length - at)
      break;
    if (memcmp (data + at + 4, "pHYs", 4) == 0) {
      g_autoptr (GByteArray) out = g_byte_array_sized_new ((unsigned)length);
      g_byte_array_append (out, data, (unsigned)at);
      g_byte_array_append (out, data + at + size, (unsigned)(length - at - size));
      return g_byte_array_free_to_bytes (g_steal_pointer (&out));
    }
    at += size;
  }
  return g_bytes_ref (bytes);
}

/* "RIFF" size(4) "WEBP", then fourcc(4) size(4) data, padded to even; VP8X first when there is any
 * metadata, its first byte the flags. */
GBytes *
finish_webp_without_exif (GBytes *bytes)
{
  enum { HEADER = 12, FLAG_EXIF = 0x08 };
  size_t length;
  const uint8_t *data = g_bytes_get_data (bytes, &length);

  if (length < HEADER + 18 || memcmp (data + HEADER, "VP8X", 4) != 0)
    return g_bytes_ref (bytes);
  for (size_t at = HEADER; at + 8 <= length;) {
    size_t size = (size_t)data[at + 4] | (size_t)data[at + 5] << 8 | (size_t)data[at + 6] << 16 |
                  (size_t)data[at + 7] << 24;
    size += 8 + (size & 1);
    if (size > length - at)
      break;
    if (memcmp (data + at, "EXIF", 4) == 0) {
      g_autoptr (GByteArray) out = g_byte_array_sized_new ((unsigned)length);
      g_byte_array_append (out, data, (unsigned)at);
      g_byte_array_append (out, data + at + size, (unsigned)(length - at - size));
      out->data[HEADER + 8] &= (uint8_t)~FLAG_EXIF;
      for (unsigned i = 0; i < 4; i++)
        out->data[4 + i] = (uint8_t)((out->len - 8) >> (8 * i));
      return g_byte_array_free_to_bytes (g_steal_pointer (&out));
    }
    at += size;
  }
  return g_bytes_ref (bytes);
}
