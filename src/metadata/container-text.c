#include "metadata/container-text.h"

#include <string.h>

#include <zlib.h>

char *
text_as_utf8 (const void *bytes, size_t length, size_t *out_length)
{
  const uint8_t *at = bytes;
  if (g_utf8_validate (bytes, (gssize)length, NULL)) {
    *out_length = length;
    return g_strndup (bytes, length);
  }
  GString *text = g_string_sized_new (length);
  for (size_t i = 0; i < length; i++) {
    if (at[i] != 0)
      g_string_append_unichar (text, at[i]);
  }
  *out_length = text->len;
  return g_string_free (text, FALSE);
}

Block *
listing_add_text (Listing *listing, const char *name, size_t at, size_t length, char *keyword,
                  const void *text, size_t text_length)
{
  Block *block;
  if (text_length > listing->text_left) {
    block = listing_add_slice (listing, BLOCK_TEXT, name, at, length, 0, text_length);
  } else {
    size_t size;
    char *utf8 = text_as_utf8 (text, text_length, &size);
    block = listing_add (listing, BLOCK_TEXT, name, at, length, g_bytes_new_take (utf8, size),
                         NULL);
  }
  if (block != NULL)
    block->keyword = keyword;
  else
    g_free (keyword);
  return block;
}

GBytes *
text_unpack (const uint8_t *bytes, size_t length, size_t most, size_t *out_produced)
{
  uint8_t piece[16384];
  z_stream stream = { .next_in = (Bytef *)bytes, .avail_in = (uInt)MIN (length, UINT_MAX) };
  *out_produced = 0;
  if (inflateInit (&stream) != Z_OK)
    return NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  int state = Z_OK;
  while (state == Z_OK && out->len <= most) {
    stream.next_out = piece;
    stream.avail_out = sizeof piece;
    state = inflate (&stream, Z_NO_FLUSH);
    size_t n = MIN (sizeof piece - stream.avail_out, most + 1 - out->len);
    g_byte_array_append (out, piece, (unsigned)n);
  }
  inflateEnd (&stream);
  *out_produced = out->len;
  if (state != Z_STREAM_END && out->len <= most)
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
text_raw_profile (const uint8_t *bytes, size_t length, size_t most)
{
  const uint8_t *at = bytes, *end = bytes + length;
  while (at < end && g_ascii_isspace (*at))
    at++;
  at = at < end ? memchr (at, '\n', (size_t)(end - at)) : NULL; /* behind the name */
  if (at == NULL)
    return NULL;
  while (at < end && g_ascii_isspace (*at))
    at++;
  size_t size = 0;
  for (; at < end && g_ascii_isdigit (*at) && size <= most; at++)
    size = size * 10 + (size_t)(*at - '0');
  if (at == end || *at != '\n')
    return NULL;
  size = MIN (size, most + 1);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  int high = -1;
  for (; at < end && out->len < size; at++) {
    int digit = g_ascii_xdigit_value ((char)*at);
    if (digit < 0 && !g_ascii_isspace (*at))
      return NULL;
    if (digit < 0)
      continue;
    if (high < 0) {
      high = digit;
      continue;
    }
    uint8_t byte = (uint8_t)(high << 4 | digit);
    g_byte_array_append (out, &byte, 1);
    high = -1;
  }
  return out->len == size ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}
