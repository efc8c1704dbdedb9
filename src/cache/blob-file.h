/* What the files of this room that read originals share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "base/digest.h"
#include "cache/pixels-file.h"

#define BLOB_FRAME_SUFFIX ".zst"
#define BLOB_PIXELS_SUFFIX ".pix"
#define BLOB_SIDECAR_SUFFIX ".json"

/* Reads the open .zst through and hashes it. CACHE_ERROR_CORRUPT: it does not hold the original
 * `digest`, or more than `most_bytes`. */
bool blob_check_frame (int fd, const Digest *digest, int64_t most_bytes, GError **error);

/* For whoever has good bytes of an original in hand, `n_bytes` of them: the moment to look whether
 * the stored ones are still good. A damaged file goes to quarantine, and then *out_is_stored is
 * false. */
bool blob_is_stored_well (const char *home, const Digest *digest, int64_t n_bytes,
                          bool *out_is_stored, GError **error);
/* The same for who will rely on what is stored instead of storing his own: it is marked as used
 * now, and whoever decided earlier that it may go leaves it. */
bool blob_claim_stored (const char *home, const Digest *digest, int64_t n_bytes,
                        bool *out_is_stored, GError **error);

/* What to do when the bytes of an original are damaged. */
extern const char blob_damage_advice[];

/* Why something is wrong with the open file `path` of an original: one that is damaged goes to
 * quarantine. Consumes `problem`; always false. */
bool blob_fail (const char *home, const char *path, int fd, GError *problem, GError **error);

/* The same for a .pix: its header, its checksum, and (with `rebuild`) the exact bytes.
 * CACHE_ERROR_OTHER_ZLIB as in pixels-file.h. */
bool blob_check_pixels (PixelsFile *file, bool rebuild, GError **error);

/* The digest in a name of 64 hex digits and `suffix`. */
bool blob_name_to_digest (const char *name, const char *suffix, Digest *out_digest);
