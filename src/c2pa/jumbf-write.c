#include "c2pa/jumbf.h"

#include <string.h>

/* Of a description box: the label follows, and others may ask for the box by it. */
enum { TOGGLE_REQUESTABLE = 1 << 0, TOGGLE_LABEL = 1 << 1 };

static void
put_header (GByteArray *out, size_t length, const char type[4])
{
  uint8_t header[8] = { (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                        (uint8_t)length };
  memcpy (header + 4, type, 4);
  g_byte_array_append (out, header, sizeof header);
}

size_t
jumbf_begin (GByteArray *out, const char type[4], const char *label)
{
  static const uint8_t rest[12] = { 0x00, 0x11, 0x00, 0x10, 0x80, 0x00,
                                    0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };
  static const uint8_t toggles = TOGGLE_REQUESTABLE | TOGGLE_LABEL;
  size_t began = out->len, n_label = strlen (label) + 1;
  put_header (out, 0, "jumb");
  put_header (out, 8 + 4 + sizeof rest + sizeof toggles + n_label, "jumd");
  g_byte_array_append (out, (const uint8_t *)type, 4);
  g_byte_array_append (out, rest, sizeof rest);
  g_byte_array_append (out, &toggles, sizeof toggles);
  g_byte_array_append (out, (const uint8_t *)label, (unsigned)n_label);
  return began;
}

void
jumbf_end (GByteArray *out, size_t began)
{
  size_t length = out->len - began;
  for (unsigned i = 0; i < 4; i++)
    out->data[began + i] = (uint8_t)(length >> 8 * (3 - i));
}

void
jumbf_put (GByteArray *out, const char type[4], const void *bytes, size_t length)
{
  put_header (out, 8 + length, type);
  g_byte_array_append (out, bytes, (unsigned)length);
}
