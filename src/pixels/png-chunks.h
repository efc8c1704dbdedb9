/* Where things lie in a PNG:
 *
 *     signature  IHDR  chunk …  │  IDAT  IDAT … IDAT  │  chunk …  IEND  whatever follows
 *              head             │       data          │            tail
 *
 * A chunk is its length (32 bits, big-endian), four letters, its bytes, and a CRC-32 of both. */
#pragma once

#include "pixels/pixels.h"

enum {
  PNG_CHUNK_HEADER = 8,
  PNG_CHUNK_FRAME = 12, /* what a chunk adds to its bytes */
  PNG_MOST_CHUNK = 0x7fffffff,
};

typedef struct {
  PixelShape shape;
  size_t length; /* bytes before the first IDAT chunk; all there are if there is none */
} PngHead;

/* Checks all of the head: structure, CRCs, limits, and that the picture is of a kind that png.h
 * reads. A head that ends whole without an IDAT is taken. */
bool png_chunks_read_head (const void *png, size_t length, PngHead *out_head, GError **error);

/* Goes through the IDAT chunks. Begin with `at` at the first; at the end it is where the tail is. */
typedef struct {
  const uint8_t *png;
  size_t length, at;
} PngDataWalk;

/* The bytes of the next IDAT, borrowed, perhaps none; *out_is_end instead when the next chunk is
 * another. The CRC is checked. */
bool png_chunks_next_data (PngDataWalk *walk, const uint8_t **out_bytes, size_t *out_length,
                           bool *out_is_end, GError **error);

/* The chunks from `at` to IEND are sound, and none of them is an IDAT. */
bool png_chunks_check_tail (const void *png, size_t length, size_t at, GError **error);

uint32_t png_chunks_get32 (const uint8_t *at);
void png_chunks_put32 (uint8_t *at, uint32_t value);

/* How long a zlib stream is, unpacked, as far as it goes: no more than `most` + 1 bytes are. */
int64_t png_chunks_unpacked_bytes (const uint8_t *bytes, size_t length, int64_t most);
