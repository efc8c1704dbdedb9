#include "pixels/frame-layout.h"

#include <string.h>
#include <xxhash.h>

#include "pixels/little-endian.h"

/* As PNG's: a high bit, a name, and line ends that a transfer as text would change. */
static const uint8_t MAGIC[8] = { 0x89, 'P', 'I', 'X', '\r', '\n', 0x1a, '\n' };

enum {
  VERSION = 1,
  FLAG_EXACT = 1,
  FLAGS_KNOWN = FLAG_EXACT,
  BAND_MOST_BYTES = 64 * 1024 * 1024, /* of pixels: what a reader has in memory at least */
  /* Head, tail, runs of two kinds and a filter a row come to less at their limits. */
  RECIPE_MOST_BYTES = 256 * 1024 * 1024,
};

/* Offsets in the header. */
enum {
  AT_VERSION = 8,
  AT_FLAGS = 12,
  AT_WIDTH = 16,
  AT_HEIGHT = 20,
  AT_CHANNELS = 24,
  AT_BIT_DEPTH = 25,
  AT_RESERVED = 26,
  AT_ROWS_PER_BAND = 28,
  AT_ORIGINAL_BYTES = 32,
  AT_ORIGINAL = 40,
  AT_RECIPE_STORED_BYTES = 72,
  AT_RECIPE_BYTES = 76,
  AT_RECIPE_CHECKSUM = 80,
  AT_DEFLATE = 88,
  AT_CHECKSUM = 104,
};

uint64_t
frame_checksum (const void *bytes, size_t length)
{
  return XXH64 (bytes, length, 0);
}

int
frame_band_count (const FrameHeader *header)
{
  return 1 + (header->info.shape.height - 1) / header->rows_per_band;
}

int
frame_band_rows (const FrameHeader *header, int band)
{
  return MIN (header->rows_per_band, header->info.shape.height - band * header->rows_per_band);
}

void
frame_header_store (const FrameHeader *header, uint8_t out[FRAME_HEADER_BYTES])
{
  const PixelFrameInfo *info = &header->info;
  memset (out, 0, FRAME_HEADER_BYTES);
  memcpy (out, MAGIC, sizeof MAGIC);
  put_le32 (out + AT_VERSION, VERSION);
  put_le32 (out + AT_FLAGS, info->is_exact ? FLAG_EXACT : 0);
  put_le32 (out + AT_WIDTH, (uint32_t)info->shape.width);
  put_le32 (out + AT_HEIGHT, (uint32_t)info->shape.height);
  out[AT_CHANNELS] = (uint8_t)info->shape.n_channels;
  out[AT_BIT_DEPTH] = (uint8_t)info->shape.bit_depth;
  put_le32 (out + AT_ROWS_PER_BAND, (uint32_t)header->rows_per_band);
  put_le64 (out + AT_ORIGINAL_BYTES, (uint64_t)info->original_bytes);
  memcpy (out + AT_ORIGINAL, info->original.bytes, DIGEST_BYTES);
  put_le32 (out + AT_RECIPE_STORED_BYTES, header->recipe_stored_bytes);
  put_le32 (out + AT_RECIPE_BYTES, header->recipe_bytes);
  put_le64 (out + AT_RECIPE_CHECKSUM, header->recipe_checksum);
  memcpy (out + AT_DEFLATE, info->deflate_version, PIXEL_FRAME_DEFLATE_CHARACTERS);
  put_le64 (out + AT_CHECKSUM, frame_checksum (out, AT_CHECKSUM));
}

/* Magic, checksum, version, flags: in all versions they are where they are in this one. */
static bool
check_kind (const uint8_t *in, GError **error)
{
  if (memcmp (in, MAGIC, sizeof MAGIC) != 0)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED, "it does not begin as a pixel frame");
  if (get_le64 (in + AT_CHECKSUM) != frame_checksum (in, AT_CHECKSUM))
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "the header of the pixel frame is damaged: its checksum differs");
  uint32_t version = get_le32 (in + AT_VERSION), flags = get_le32 (in + AT_FLAGS);
  if (version != VERSION)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "it is a pixel frame of version %u, and this program reads version "
                             "%d; use the newer program that wrote it",
                             version, VERSION);
  if ((flags & ~(uint32_t)FLAGS_KNOWN) != 0)
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "the pixel frame has flags (0x%x) that this program does not know; "
                             "use the newer program that wrote it",
                             flags & ~(uint32_t)FLAGS_KNOWN);
  return true;
}

static bool
check_claims (const FrameHeader *header, GError **error)
{
  const PixelShape *shape = &header->info.shape;
  if (!pixel_shape_check (shape, error))
    return false;
  if (header->rows_per_band < 1 || header->rows_per_band > shape->height ||
      pixel_shape_row_bytes (shape) > (size_t)(BAND_MOST_BYTES / header->rows_per_band))
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "bands of %d rows of %zu bytes are out "
                             "of bounds",
                             header->rows_per_band, pixel_shape_row_bytes (shape));
  if (header->recipe_bytes > RECIPE_MOST_BYTES)
    return pixels_set_error (error, PIXELS_ERROR_TOO_LARGE,
                             "its recipe claims %u bytes; %d at most are read here",
                             header->recipe_bytes, RECIPE_MOST_BYTES);
  if (header->info.original_bytes < 0)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED, "the original's size is out of bounds");
  return true;
}

/* What is too large for an int is too large for everything. */
static int
get_int (const uint8_t *from)
{
  return (int)MIN (get_le32 (from), (uint32_t)G_MAXINT);
}

bool
frame_header_load (const uint8_t in[FRAME_HEADER_BYTES], FrameHeader *out_header, GError **error)
{
  if (!check_kind (in, error))
    return false;
  FrameHeader header = {
    .info = {
      .shape = { get_int (in + AT_WIDTH), get_int (in + AT_HEIGHT), in[AT_CHANNELS],
                 in[AT_BIT_DEPTH] },
      .is_exact = (get_le32 (in + AT_FLAGS) & FLAG_EXACT) != 0,
      .original_bytes = (int64_t)get_le64 (in + AT_ORIGINAL_BYTES),
    },
    .rows_per_band = get_int (in + AT_ROWS_PER_BAND),
    .recipe_stored_bytes = get_le32 (in + AT_RECIPE_STORED_BYTES),
    .recipe_bytes = get_le32 (in + AT_RECIPE_BYTES),
    .recipe_checksum = get_le64 (in + AT_RECIPE_CHECKSUM),
  };
  memcpy (header.info.original.bytes, in + AT_ORIGINAL, DIGEST_BYTES);
  memcpy (header.info.deflate_version, in + AT_DEFLATE, PIXEL_FRAME_DEFLATE_CHARACTERS);
  if (header.info.deflate_version[PIXEL_FRAME_DEFLATE_CHARACTERS - 1] != '\0' ||
      in[AT_RESERVED] != 0 || in[AT_RESERVED + 1] != 0)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                             "bytes of the pixel frame's header that are always 0 are not");
  if (!check_claims (&header, error))
    return false;
  *out_header = header;
  return true;
}
