/* index.sqlite: request fingerprint → originals. Holds nothing that the sidecars do not hold. */
#pragma once

#include "cache/cache.h"

typedef struct Index Index;

/* Opens it, or makes it from the sidecars. A sidecar that was found damaged on the way is told by
 * the next index_put or index_find, once. */
Index *index_open (const char *home, GError **error);
void index_free (Index *index);

/* Enters the requests among the record's acquisitions. The sidecar must be written first. */
bool index_put (Index *index, const CacheRecord *record, GError **error);
/* Enters what the sidecars of a shelf hold. A damaged one is told as in index_open. */
bool index_put_shelf (Index *index, unsigned shelf, GError **error);
/* Calls `fits` with the originals that answer, newest first, until it returns true. */
bool index_find (Index *index, const Digest *request,
                 bool (*fits) (void *data, const Digest *original), void *data, bool *out_found,
                 Digest *out_original, GError **error);
