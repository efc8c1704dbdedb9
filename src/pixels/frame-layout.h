/* The fixed parts of a pixel frame, as docs/formats/blob.md draws them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "pixels/frame.h"

enum {
  FRAME_HEADER_BYTES = 112,
  FRAME_TABLE_ENTRY_BYTES = 12,
  FRAME_CHECKSUM_BYTES = 8,
  /* After the entries: the table's checksum and the file's. */
  FRAME_TRAILER_BYTES = 2 * FRAME_CHECKSUM_BYTES,
};

typedef struct {
  PixelFrameInfo info;
  int rows_per_band;
  uint32_t recipe_stored_bytes, recipe_bytes;
  uint64_t recipe_checksum; /* of the stored bytes */
} FrameHeader;

/* XXH64 with seed 0. */
uint64_t frame_checksum (const void *bytes, size_t length);

int frame_band_count (const FrameHeader *header);
/* Rows of a band: the last may have fewer. */
int frame_band_rows (const FrameHeader *header, int band);

void frame_header_store (const FrameHeader *header, uint8_t out[FRAME_HEADER_BYTES]);
/* What it says of itself is within limits afterwards; it may still not fit the file. */
bool frame_header_load (const uint8_t in[FRAME_HEADER_BYTES], FrameHeader *out_header,
                        GError **error);
