#include "image/png-texts.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "pixels/png-chunks.h"

enum { SIGNATURE = 8 };

/* The length of the chunk at `at`; 0 when it is none. */
static size_t
chunk_size (const uint8_t *png, size_t length, size_t at)
{
  if (length - at < PNG_CHUNK_FRAME)
    return 0;
  uint32_t claimed = png_chunks_get32 (png + at);
  return claimed > length - at - PNG_CHUNK_FRAME ? 0 : PNG_CHUNK_FRAME + (size_t)claimed;
}

static bool
is_text (const uint8_t *chunk, size_t size)
{
  static const char plain_xmp[] = "XML:com.adobe.xmp\0"; /* and its own NUL: it is not packed */
  const uint8_t *type = chunk + 4, *data = chunk + PNG_CHUNK_HEADER;
  if (memcmp (type, "tEXt", 4) == 0 || memcmp (type, "zTXt", 4) == 0)
    return true;
  return memcmp (type, "iTXt", 4) == 0 && (size - PNG_CHUNK_FRAME < sizeof plain_xmp ||
                                           memcmp (data, plain_xmp, sizeof plain_xmp) != 0);
}

/* Goes through the chunks; what is not left out is copied to `out`, which may be NULL. Returns how many bytes
 * are left out. */
static size_t
leave_out (const uint8_t *png, size_t length, uint8_t *out)
{
  size_t left_out = 0, start = 0, at = SIGNATURE, size;
  for (; at < length && (size = chunk_size (png, length, at)) > 0; at += size) {
    if (!is_text (png + at, size))
      continue;
    if (out != NULL)
      memcpy (out + start - left_out, png + start, at - start);
    left_out += size;
    start = at + size;
  }
  if (out != NULL && start < length)
    memcpy (out + start - left_out, png + start, length - start);
  return left_out;
}

GBytes *
image_png_without_texts (GBytes *png)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (png, &length);
  size_t left_out = leave_out (bytes, length, NULL);
  if (left_out <= IMAGE_MOST_PNG_TEXT_BYTES)
    return g_bytes_ref (png);
  uint8_t *out = g_malloc (length - left_out);
  leave_out (bytes, length, out);
  return g_bytes_new_take (out, length - left_out);
}

/* Where the packed text of XMP begins in a chunk; SIZE_MAX: it is none. */
static size_t
find_packed_xmp (const uint8_t *chunk, size_t size)
{
  static const char keyword[] = "XML:com.adobe.xmp";
  enum { FLAG = PNG_CHUNK_HEADER + sizeof keyword };
  if (size < PNG_CHUNK_FRAME + sizeof keyword + 2 || memcmp (chunk + 4, "iTXt", 4) != 0 ||
      memcmp (chunk + PNG_CHUNK_HEADER, keyword, sizeof keyword) != 0 || chunk[FLAG] == 0)
    return SIZE_MAX;
  const uint8_t *at = chunk + FLAG + 2, *end = chunk + size - 4;
  for (int i = 0; i < 2; i++) { /* language, translated keyword */
    at = memchr (at, 0, (size_t)(end - at));
    if (at == NULL)
      return SIZE_MAX;
    at++;
  }
  return (size_t)(at - chunk);
}

int64_t
image_png_packed_xmp_bytes (GBytes *png, int64_t most)
{
  size_t length, size;
  const uint8_t *bytes = g_bytes_get_data (png, &length);
  int64_t sum = 0;
  for (size_t at = SIGNATURE;
       at < length && sum <= most && (size = chunk_size (bytes, length, at)) > 0; at += size) {
    size_t start = find_packed_xmp (bytes + at, size);
    if (start != SIZE_MAX)
      sum += png_chunks_unpacked_bytes (bytes + at + start, size - 4 - start, most - sum);
  }
  return sum;
}
