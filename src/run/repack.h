/* Originals rewritten as pixel frames, several at once: threads with a cache each, at the lowest
 * priority. One thread hears of them. */
#pragma once

#include "cache/blob-repack.h"

typedef struct {
  const char *home;
  PixelsChoice pixels;
  int n_jobs;      /* at least 1 */
  int64_t most_us; /* after so long it ends; what is at hand is left as it was. 0: no limit */
} RepackSettings;

typedef struct {
  unsigned n_all, n_done; /* done: looked at */
  unsigned n_packed;      /* stored as pixels now, and were not before */
  unsigned n_beside;      /* have spare pixels now, likewise */
  unsigned n_failed;
  int64_t bytes_before, bytes_after; /* of those that were looked at */
} RepackTotals;

/* Members may be NULL. `error` NULL: done. */
typedef struct {
  void *data;
  void (*repacked) (void *data, const Digest *digest, RepackResult result, int64_t bytes_before,
                    int64_t bytes_after, const GError *error);
  void (*tick) (void *data, const RepackTotals *totals); /* at least ten times a second */
} RepackListener;

/* Ends early, and says so by n_done, when an interrupt comes (interrupt.h). What it was at is then
 * left as it was. */
bool repack_originals (const Digest *digests, unsigned n_digests, const RepackSettings *settings,
                       const RepackListener *listener, RepackTotals *out_totals, GError **error);
