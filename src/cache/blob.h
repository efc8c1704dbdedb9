/* Originals as files: how one comes in, in pieces and in constant memory. (cache.h has what most
 * callers need: whole ones.) */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#include "cache/cache.h"
#include "cache/compression.h"

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
