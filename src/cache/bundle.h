/* A bundle: originals with what is known of them, in one file to carry elsewhere or to keep. It is
 * a tar archive (docs/formats/bundle.md), so that its originals can be had without Peel. */
#pragma once

#include "cache/cache.h"

/* Functions may be NULL. */
typedef struct {
  void *data;
  /* What was left out or refused, and why. */
  void (*tell) (void *data, const char *message);
  /* After each original, and now and then within a large one. */
  void (*progress) (void *data, unsigned n_originals, int64_t bytes);
} BundleListener;

typedef struct {
  unsigned n_originals;
  unsigned n_new; /* restored ones that were not there before, or were there damaged */
  unsigned n_sidecars;
  unsigned n_journal_lines; /* restored ones: those that were not there */
  unsigned n_refused;       /* what was told of */
  int64_t bytes;            /* of the originals as they are stored */
} BundleResult;

/* Writes to `fd`, which may be a pipe. Digests may be in any order and more than once: the same
 * originals make the same bytes. One whose bytes are not in the cache is told of and left out. A
 * damaged one goes to quarantine and is a CACHE_ERROR_CORRUPT: what was written is then no whole
 * bundle, and one made anew leaves that original out. *out_result is set in any case. */
bool bundle_export (Cache *cache, const Digest *digests, unsigned n, bool with_journal, int fd,
                    const BundleListener *listener, BundleResult *out_result, GError **error);

/* Reads from `fd`, which may be a pipe. Nothing is kept of an original before all of its bytes are
 * found to hash to its name. What is in the cache already stays as it is, but for what is damaged;
 * sidecars and journals are merged. An entry that is not as it should be is told of and passed over.
 * Where the archive itself is cut or damaged, what came before is restored, and that is a
 * CACHE_ERROR_CORRUPT; *out_result is set in any case. Originals of more than `most_bytes_each` are
 * refused.
 *
 * What the sidecars tell is believed, as that of a home is: restore bundles of people you trust. */
bool bundle_restore (Cache *cache, int fd, int64_t most_bytes_each, const BundleListener *listener,
                     BundleResult *out_result, GError **error);
