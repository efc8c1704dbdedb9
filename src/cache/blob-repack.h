/* Turning originals into pixel frames. */
#pragma once

#include "cache/cache.h"

typedef enum {
  REPACK_DONE,    /* a .pix alone */
  REPACK_BESIDE,  /* a .pix beside the .zst: it saves decoding, and its bytes cannot be rebuilt */
  REPACK_NOTHING, /* the .zst stays as it was */
} RepackResult;

typedef enum {
  PIXELS_AUTO,   /* where the exact bytes can be rebuilt and the .pix is smaller */
  PIXELS_OFF,    /* nothing is done */
  PIXELS_ALWAYS, /* of every PNG that can be taken apart, smaller or not, rebuildable or not */
} PixelsChoice;

/* Writes a .pix, rebuilds the exact bytes from that file, and only then removes the .zst. What was
 * tried in vain is remembered in the sidecar, so that the next repack costs no more than a look.
 * Damage that is found on the way is a CACHE_ERROR_CORRUPT, and told as in cache_get.
 *
 * `is_stopped` (may be NULL) is looked at now and then: not 0 ends it with CACHE_ERROR_STOPPED.
 * Bytes are of all files that hold this original's content. Safe beside other processes. */
bool blob_repack (Cache *cache, const Digest *digest, PixelsChoice pixels, int n_threads,
                  const volatile int *is_stopped, RepackResult *out_result,
                  int64_t *out_bytes_before, int64_t *out_bytes_after, GError **error);
