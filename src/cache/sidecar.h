/* A sidecar: what is told of an original, as a JSON file beside it. */
#pragma once

#include "cache/cache.h"

enum { SIDECAR_MOST_BYTES = 8 * 1024 * 1024 };

/* The text of the file, with its checksum. New string. */
char *sidecar_format (const CacheRecord *record);
/* The opposite. Anything but a whole, unchanged text is a CACHE_ERROR_CORRUPT that says what is
 * wrong; one of a newer Peel is a CACHE_ERROR_FAILED. */
CacheRecord *sidecar_parse (const char *text, size_t length, GError **error);

/* NULL without an error: none. A damaged one is moved to quarantine: CACHE_ERROR_CORRUPT. */
CacheRecord *sidecar_read (const char *home, const Digest *digest, GError **error);
bool sidecar_write (const char *home, const CacheRecord *record, GError **error);
/* Calls `visit`, which takes the record, for each sidecar of a shelf, until it returns false. One
 * that cannot be read keeps no other out: it is added to *damage. */
void sidecar_visit_shelf (const char *home, unsigned shelf,
                          bool (*visit) (void *data, CacheRecord *record), void *data,
                          GError **damage);
/* Several are told of in one error, line by line. Takes `problem`, which may be NULL. */
void sidecar_add_damage (GError **damage, GError *problem);
/* The digest in a sidecar's file name. */
bool sidecar_name_to_digest (const char *name, Digest *out_digest);
