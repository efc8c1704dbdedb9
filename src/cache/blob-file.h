/* What the files of this room that read originals share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "base/digest.h"

/* Reads the open .zst through and hashes it. CACHE_ERROR_CORRUPT: it does not hold the original
 * `digest`, or more than `most_bytes`. */
bool blob_check_frame (int fd, const Digest *digest, int64_t most_bytes, GError **error);

/* For whoever has good bytes of an original in hand, `n_bytes` of them: the moment to look whether
 * the stored ones are still good. A damaged file goes to quarantine, and then *out_is_stored is
 * false. */
bool blob_is_stored_well (const char *home, const Digest *digest, int64_t n_bytes,
                          bool *out_is_stored, GError **error);
