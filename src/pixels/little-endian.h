/* Numbers of a pixel frame and of a recipe, the lowest byte first, at any address. */
#pragma once

#include <stdint.h>
#include <string.h>
#include <glib.h>

static inline void
put_le32 (uint8_t *to, uint32_t value)
{
  value = GUINT32_TO_LE (value);
  memcpy (to, &value, sizeof value);
}

static inline void
put_le64 (uint8_t *to, uint64_t value)
{
  value = GUINT64_TO_LE (value);
  memcpy (to, &value, sizeof value);
}

static inline uint32_t
get_le32 (const uint8_t *from)
{
  uint32_t value;
  memcpy (&value, from, sizeof value);
  return GUINT32_FROM_LE (value);
}

static inline uint64_t
get_le64 (const uint8_t *from)
{
  uint64_t value;
  memcpy (&value, from, sizeof value);
  return GUINT64_FROM_LE (value);
}
