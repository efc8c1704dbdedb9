/* Numbers in both byte orders, and the prefix that EXIF has in some places. */
#pragma once

#include <stdint.h>
#include <string.h>

#include <glib.h>

static inline unsigned
big16 (const uint8_t *at)
{
  return (unsigned)at[0] << 8 | at[1];
}

static inline uint32_t
big32 (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint32_t
little32 (const uint8_t *at)
{
  return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static inline void
append_bytes (GByteArray *out, const void *bytes, size_t length)
{
  g_byte_array_append (out, bytes, (unsigned)length);
}

static inline void
append_big32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                            (uint8_t)value };
  append_bytes (out, bytes, sizeof bytes);
}

static inline void
append_little32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 24) };
  append_bytes (out, bytes, sizeof bytes);
}

/* How many bytes of an EXIF block stand before its TIFF structure: "Exif\0\0", or none. */
static inline size_t
exif_prefix_length (const uint8_t *bytes, size_t length)
{
  static const uint8_t prefix[] = { 'E', 'x', 'i', 'f', 0, 0 };
  return length >= sizeof prefix && memcmp (bytes, prefix, sizeof prefix) == 0 ? sizeof prefix : 0;
}
