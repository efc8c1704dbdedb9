#include "pixels/png-chunks.h"

#include <libdeflate.h>
#include <zlib.h>

enum { SIGNATURE = 8, IHDR_BYTES = 13 };

typedef struct {
  const uint8_t *type, *bytes;
  size_t length;
} Chunk;

uint32_t
png_chunks_get32 (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void
png_chunks_put32 (uint8_t *at, uint32_t value)
{
  at[0] = (uint8_t)(value >> 24);
  at[1] = (uint8_t)(value >> 16);
  at[2] = (uint8_t)(value >> 8);
  at[3] = (uint8_t)value;
}

static bool
is (const Chunk *chunk, const char *type)
{
  return memcmp (chunk->type, type, 4) == 0;
}

/* The chunk at `at`, its CRC checked. */
static bool
read_chunk (const uint8_t *png, size_t length, size_t at, Chunk *out_chunk, GError **error)
{
  if (length - at < PNG_CHUNK_FRAME)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG is cut off at byte %zu, where a chunk should begin", length);
  Chunk chunk = { png + at + 4, png + at + PNG_CHUNK_HEADER, png_chunks_get32 (png + at) };
  for (int i = 0; i < 4; i++) {
    if (!g_ascii_isalpha (chunk.type[i]))
      return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                               "the PNG has no chunk at byte %zu: its name is not four letters",
                               at);
  }
  if (chunk.length > PNG_MOST_CHUNK || chunk.length > length - at - PNG_CHUNK_FRAME)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG is cut off: its chunk %.4s at byte %zu would have %zu bytes",
                             (const char *)chunk.type, at, chunk.length);
  uint32_t crc = libdeflate_crc32 (0, chunk.type, 4 + chunk.length);
  if (crc != png_chunks_get32 (chunk.bytes + chunk.length))
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG is damaged: the checksum of its chunk %.4s at byte %zu "
                             "does not match",
                             (const char *)chunk.type, at);
  *out_chunk = chunk;
  return true;
}

static bool
read_shape (const uint8_t *ihdr, PixelShape *out_shape, GError **error)
{
  static const uint8_t n_channels_of_type[] = { [0] = 1, [2] = 3, [4] = 2, [6] = 4 };
  uint32_t width = png_chunks_get32 (ihdr), height = png_chunks_get32 (ihdr + 4);
  unsigned depth = ihdr[8], type = ihdr[9];
  if (ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] > 1)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG's header names a compression (%u), filter (%u) or "
                             "interlacing (%u) that the standard does not have",
                             ihdr[10], ihdr[11], ihdr[12]);
  if (ihdr[12] != 0)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE, "the PNG is interlaced");
  if (type == 3)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE, "the PNG has a palette");
  if (type >= sizeof n_channels_of_type || n_channels_of_type[type] == 0)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG's header names a colour type (%u) that the standard does "
                             "not have",
                             type);
  if (depth != 8 && depth != 16)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "the PNG has %u bits a sample; 8 and 16 are handled", depth);
  PixelShape shape = { (int)MIN (width, INT_MAX), (int)MIN (height, INT_MAX),
                       n_channels_of_type[type], (int)depth };
  if (!pixel_shape_check (&shape, error))
    return false;
  *out_shape = shape;
  return true;
}

/* A chunk of the head behind IHDR. */
static bool
check_head_chunk (const Chunk *chunk, GError **error)
{
  if (is (chunk, "tRNS"))
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "the PNG has a transparent colour (tRNS)");
  if (is (chunk, "acTL"))
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE, "the PNG is animated (acTL)");
  if (is (chunk, "IHDR") || is (chunk, "IEND"))
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG has a chunk %.4s where pixels should come",
                             (const char *)chunk->type);
  /* A capital first: nobody may show the picture who does not know the chunk. */
  if (g_ascii_isupper (chunk->type[0]) && !is (chunk, "PLTE"))
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "the PNG needs a chunk that is not known here (%.4s)",
                             (const char *)chunk->type);
  return true;
}

bool
png_chunks_read_head (const void *png, size_t length, PngHead *out_head, GError **error)
{
  const uint8_t *bytes = png;
  if (length < SIGNATURE || memcmp (bytes, "\x89PNG\r\n\x1a\n", SIGNATURE) != 0)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE, "not a PNG: its signature is missing");

  Chunk chunk;
  PngHead head = { 0 };
  size_t at = SIGNATURE;
  if (!read_chunk (bytes, length, at, &chunk, error))
    return false;
  if (!is (&chunk, "IHDR") || chunk.length != IHDR_BYTES)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the PNG does not begin with a header (IHDR of %d bytes)", IHDR_BYTES);
  if (!read_shape (chunk.bytes, &head.shape, error))
    return false;

  for (at += PNG_CHUNK_FRAME + chunk.length; at < length; at += PNG_CHUNK_FRAME + chunk.length) {
    if (length - at >= PNG_CHUNK_HEADER && memcmp (bytes + at + 4, "IDAT", 4) == 0)
      break;
    if (!read_chunk (bytes, length, at, &chunk, error) || !check_head_chunk (&chunk, error))
      return false;
  }
  head.length = at;
  *out_head = head;
  return true;
}

bool
png_chunks_next_data (PngDataWalk *walk, const uint8_t **out_bytes, size_t *out_length,
                      bool *out_is_end, GError **error)
{
  Chunk chunk;
  if (!read_chunk (walk->png, walk->length, walk->at, &chunk, error))
    return false;
  *out_is_end = !is (&chunk, "IDAT");
  if (!*out_is_end) {
    walk->at += PNG_CHUNK_FRAME + chunk.length;
    *out_bytes = chunk.bytes;
    *out_length = chunk.length;
  }
  return true;
}

bool
png_chunks_check_tail (const void *png, size_t length, size_t at, GError **error)
{
  Chunk chunk;
  for (;; at += PNG_CHUNK_FRAME + chunk.length) {
    if (!read_chunk (png, length, at, &chunk, error))
      return false;
    if (is (&chunk, "IEND"))
      return true;
    if (g_ascii_isupper (chunk.type[0]))
      return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                               "the PNG has a chunk %.4s at byte %zu, behind its pixels",
                               (const char *)chunk.type, at);
  }
}

int64_t
png_chunks_unpacked_bytes (const uint8_t *bytes, size_t length, int64_t most)
{
  uint8_t piece[16384];
  int64_t n = 0;
  z_stream stream = { .next_in = (Bytef *)bytes, .avail_in = (uInt)length };
  if (inflateInit (&stream) != Z_OK)
    return 0;
  int state = Z_OK;
  while (state == Z_OK && n <= most) {
    stream.next_out = piece;
    stream.avail_out = sizeof piece;
    state = inflate (&stream, Z_NO_FLUSH);
    n += (int64_t)(sizeof piece - stream.avail_out);
  }
  inflateEnd (&stream);
  return MIN (n, most + 1);
}
