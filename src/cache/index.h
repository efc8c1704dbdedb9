/* index.sqlite: all that the sidecars hold of originals, to be searched. Holds nothing that they do
 * not hold. */
#pragma once

#include "cache/index-rows.h"

typedef struct Index Index;

/* Opens it, or makes it from the sidecars. A sidecar that was found damaged on the way is told by
 * the next index_put or index_find, once. */
Index *index_open (const char *home, GError **error);
void index_free (Index *index);
/* What was wrong with the file, if it had to be made anew since it was opened or this was asked:
 * "index.sqlite was damaged (…); …". NULL: nothing. New string. */
char *index_steal_mended (Index *index);

/* Enters the record. The sidecar must be written first. */
bool index_put (Index *index, const CacheRecord *record, GError **error);
/* Forgets an original. Its sidecar must be removed first. */
bool index_remove (Index *index, const Digest *original, GError **error);
/* Makes it agree with the sidecars of a shelf. A damaged one is told as in index_open. */
bool index_put_shelf (Index *index, unsigned shelf, GError **error);
/* Makes the file anew. `progress` may be NULL. Damaged sidecars are a CACHE_ERROR_CORRUPT, when it is
 * done all the same. */
bool index_rebuild (Index *index, void (*progress) (void *data, int64_t n_done), void *data,
                    GError **error);

/* Calls `fits` with the originals that answer, newest first, until it returns true. It must not use
 * the index. */
bool index_find (Index *index, const Digest *request,
                 bool (*fits) (void *data, const Digest *original), void *data, bool *out_found,
                 Digest *out_original, GError **error);
/* Calls `read` in one read transaction. If the file turns out to have been replaced or to be
 * damaged, it is called again for another one: it starts afresh each time. It must not use the index
 * but through `rows`. */
bool index_read (Index *index, bool (*read) (void *data, Rows *rows, GError **error), void *data,
                 GError **error);
