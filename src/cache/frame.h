/* One zstd frame, with its content size and a checksum, and behind it a checksum of the file: what
 * a blob file is. docs/formats/blob.md has the layout. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

enum {
  /* Magic, descriptor (size in 8 bytes, checksum), window, size. */
  FRAME_HEADER_BYTES = 14,
  /* A skippable frame: magic, length, XXH64. */
  FRAME_TRAILER_BYTES = 16,
};

/* The content of the blob that the open file holds from its start to its end. Anything else is a
 * CACHE_ERROR_CORRUPT that says what is wrong; content of more than `most_bytes` is a
 * CACHE_ERROR_TOO_LARGE. NULL: error. A file without the trailer is taken too: homes that were
 * begun with Peel 0.1 hold such. */
GBytes *frame_read (int fd, int64_t most_bytes, GError **error);

/* The same in pieces, in constant memory (the window, some 256 KiB for what this Peel wrote). What
 * was passed on before an error is not to be trusted. False from `write` ends it with its error. */
bool frame_copy (int fd, int64_t most_bytes,
                 bool (*write) (void *data, const void *bytes, size_t length, GError **error),
                 void *data, GError **error);

/* The trailer of a frame whose bytes have this hash (in which order, says blob.md). */
void frame_make_trailer (uint64_t hash, uint8_t out_trailer[FRAME_TRAILER_BYTES]);
