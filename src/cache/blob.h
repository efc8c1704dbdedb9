/* Originals as files: in and out in pieces, as pixels, and how they are stored. (cache.h has what
 * most callers need: whole ones.)
 *
 * An original is a .zst, or an exact .pix, from which its bytes can be rebuilt, or both. A .pix that
 * is not exact may stand beside a .zst and saves decoding, no more. Another process may turn one
 * into the other at any time; nothing here needs a lock. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#include "cache/cache.h"
#include "cache/compression.h"
#include "pixels/pixels.h"

/* ---- in ---- */

/* An original on its way into the cache, hashed and compressed as it comes: below 512 KiB of
 * memory whatever its size (not at max). Several may be open at once. */
typedef struct BlobWriter BlobWriter;

BlobWriter *blob_writer_new (Cache *cache, CacheCompression compression, GError **error);
/* How many bytes will come, where that is known: a full disk's message tells what is missing. */
void blob_writer_expect (BlobWriter *writer, int64_t n_bytes);
bool blob_writer_write (BlobWriter *writer, const void *bytes, size_t length, GError **error);
/* Durable afterwards. *out_was_there (may be NULL): equal bytes were stored, and are whole. A
 * stored copy that turns out to be damaged goes to quarantine, and these bytes take its place. */
bool blob_writer_commit (BlobWriter *writer, Digest *out_digest, bool *out_was_there,
                         GError **error);
/* Forgets what was not committed. */
void blob_writer_free (BlobWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BlobWriter, blob_writer_free)

/* The rest of an open file, of at most `most_bytes`, else CACHE_ERROR_TOO_LARGE. `name` is for
 * messages. The last two may be NULL. */
bool blob_put_file (Cache *cache, int fd, const char *name, CacheCompression compression,
                    int64_t most_bytes, Digest *out_digest, int64_t *out_bytes, bool *out_was_there,
                    GError **error);

/* ---- out ---- */

/* How an original is stored. Sizes 0: not so. */
typedef struct {
  int64_t frame_bytes;   /* .zst */
  int64_t pixels_bytes;  /* .pix */
  bool pixels_are_exact; /* the .pix alone gives the exact bytes */
} BlobStorage;

/* False: nothing that gives its bytes; what there is (a .pix that is not exact) is in *out all the
 * same. Reads headers only. */
bool blob_storage (const char *home, const Digest *digest, BlobStorage *out_storage);

/* The exact bytes in order, hashed on the way: after the last of them the hash was right, and until
 * then nothing is sure. False without an error: not in the cache. CACHE_ERROR_CORRUPT: damaged,
 * and moved to quarantine. CACHE_ERROR_OTHER_ZLIB: see cache.h. */
bool blob_copy (const char *home, const Digest *digest, const PixelSink *sink, GError **error);

/* An original's pixels, and the PNG without them. */
typedef struct {
  PixelShape shape;
  int64_t original_bytes;
  void *pixels; /* rows without gaps, 16 bits in the machine's order; malloc'd */
  size_t length;
  GBytes *head; /* metadata and all, as png_recipe_head gives it */
} BlobPixels;

/* From a .pix, many times faster than decoding the PNG. False without an error: there is none that
 * this Peel reads; take the bytes. A damaged one beside a .zst goes to quarantine and is no error;
 * one that stands alone is a CACHE_ERROR_CORRUPT. */
bool blob_read_pixels (const char *home, const Digest *digest, int64_t most_pixels, int n_threads,
                       BlobPixels *out_pixels, GError **error);
void blob_pixels_clear (BlobPixels *pixels);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BlobPixels, blob_pixels_clear)

/* ---- all ---- */

/* What stands on a shelf under one name. */
typedef struct {
  Digest digest;
  bool has_frame, has_pixels, has_sidecar;
} BlobListing;

/* All of shelf 0 to 255, in the order of their digests. While other processes write it may tell of
 * less than there is. */
bool blob_list_shelf (const char *home, unsigned shelf,
                      bool (*visit) (void *data, const BlobListing *item, GError **error),
                      void *data, GError **error);

/* ---- again and again ---- */

typedef enum {
  BLOB_WHOLE,
  BLOB_DAMAGED, /* a file of it was, and is in quarantine now; the message says whether another is left */
  BLOB_MISSING,    /* nothing gives its bytes */
  BLOB_OTHER_ZLIB, /* whole by its checksum; its bytes could not be rebuilt here (cache.h) */
} BlobState;

/* Reads every byte of what is stored of an original. With `rebuild`, or where another zlib is
 * running than the one that proved it, the exact bytes are rebuilt from a .pix too (seconds).
 * *out_message: what was found and done; NULL when it is whole; new string. *out_bytes: read.
 * False: a file cannot be read now. For any thread. */
bool blob_verify (const char *home, const Digest *digest, bool rebuild, BlobState *out_state,
                  int64_t *out_bytes, char **out_message, GError **error);
