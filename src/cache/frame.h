/* One zstd frame, with its content size and a checksum: what a blob file is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "base/atomic-file.h"

bool frame_write (AtomicFile *file, const void *data, size_t length, GError **error);

/* The content of the frame that the open file holds from its start to its end. Anything else is a
 * CACHE_ERROR_CORRUPT that says what is wrong; content of more than `most_bytes` is a
 * CACHE_ERROR_TOO_LARGE. NULL: error. */
GBytes *frame_read (int fd, int64_t most_bytes, GError **error);
