#include "metadata/png.h"

#include <stdint.h>

#include <zlib.h>

enum { SIGNATURE = 8, CHUNK_HEADER = 8, CHUNK_FRAME = 12, MOST_CHUNK = 0x7fffffff };

static uint32_t
read32 (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void
append32 (GByteArray *out, uint32_t value)
{
  uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                      (uint8_t)value };
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_chunk (GByteArray *out, const char *type, const void *head, size_t head_length,
              const void *data, size_t length)
{
  append32 (out, (uint32_t)(head_length + length));
  size_t start = out->len;
  g_byte_array_append (out, (const uint8_t *)type, 4);
  g_byte_array_append (out, head, (unsigned)head_length);
  g_byte_array_append (out, data, (unsigned)length);
  append32 (out, (uint32_t)crc32 (0, out->data + start, (uInt)(out->len - start)));
}

static void
append_blocks (GByteArray *out, const MetadataBlobs *blobs)
{
  static const char prefix[] = { 'E', 'x', 'i', 'f', 0, 0 };
  static const char xmp_head[] = "XML:com.adobe.xmp\0\0\0\0"; /* and its own NUL: five */
  if (blobs->exif != NULL) {
    size_t length;
    const uint8_t *bytes = g_bytes_get_data (blobs->exif, &length);
    size_t skipped = length >= sizeof prefix && memcmp (bytes, prefix, sizeof prefix) == 0
                       ? sizeof prefix
                       : 0;
    append_chunk (out, "eXIf", "", 0, bytes + skipped, length - skipped);
  }
  if (blobs->xmp != NULL)
    append_chunk (out, "iTXt", xmp_head, sizeof xmp_head, g_bytes_get_data (blobs->xmp, NULL),
                  g_bytes_get_size (blobs->xmp));
}

static bool
goes (const uint8_t *type)
{
  static const char types[][5] = { "eXIf", "tEXt", "zTXt", "iTXt", "tIME", "caBX" };
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
    if (memcmp (type, types[i], 4) == 0)
      return true;
  }
  return false;
}

static bool
fail (GError **error)
{
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
               "the encoded PNG is not a row of whole chunks");
  return false;
}

bool
metadata_png_put (GBytes *png, const MetadataBlobs *blobs, GBytes **out_png, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (png, &length);
  if (length < SIGNATURE || length > MOST_CHUNK ||
      memcmp (bytes, "\x89PNG\r\n\x1a\n", SIGNATURE) != 0)
    return fail (error);

  g_autoptr (GByteArray) out = g_byte_array_sized_new ((unsigned)length);
  g_byte_array_append (out, bytes, SIGNATURE);
  for (size_t at = SIGNATURE; at < length;) {
    const uint8_t *chunk = bytes + at;
    if (length - at < CHUNK_FRAME || read32 (chunk) > length - at - CHUNK_FRAME)
      return fail (error);
    size_t size = CHUNK_FRAME + read32 (chunk);
    if (!goes (chunk + 4))
      g_byte_array_append (out, chunk, (unsigned)size);
    if (at == SIGNATURE)
      append_blocks (out, blobs);
    at += size;
  }
  *out_png = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return true;
}
