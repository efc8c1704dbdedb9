/* What may leave the cache when room is wanted. Deciding is apart from doing, so that a person can
 * look first. */
#pragma once

#include "cache/query.h"

typedef struct {
  int64_t most_bytes; /* of all that is stored together; 0: any number */
  int64_t before_us;  /* originals that were last got before then go; 0: none for their age */
  bool include_paid;  /* also what was paid for or imported */
} GcPolicy;

typedef enum {
  GC_STAYS,
  GC_STAYS_PRECIOUS, /* would go, but was paid for or imported, or nobody knows */
  GC_STAYS_IN_USE,   /* went not: somebody got or used it since it was looked at */
  GC_PIXELS_GO,      /* a pixel frame beside the frame with the exact bytes: saves time, no more */
  GC_GOES,
} GcFate;

typedef struct {
  Digest digest;
  int64_t got_us; /* the newest acquisition, UTC; when it was written if nothing is told of it */
  int64_t changed_ns; /* when its files were last written or claimed, as they were looked at */
  int64_t frame_bytes, pixels_bytes;
  bool has_disposable_pixels;
  bool is_chosen; /* may go, if the policy says so */
  bool is_told;
  bool is_precious; /* paid for, imported, or nothing is told of it */
  GcFate fate;      /* set by gc_decide */
} GcItem;

typedef struct {
  int64_t n_items, bytes; /* all that is stored */
  int64_t n_going, going_bytes;
  int64_t n_pixels_going, pixels_going_bytes;
  int64_t n_precious, precious_bytes; /* stay because of it */
} GcTotals;

/* Every original of the cache. `chosen` (Digest; NULL: all) are those that may go. GcItem; new. */
GArray *gc_survey (Cache *cache, const GArray *chosen, GError **error);

/* Sets the fate of each. For age whole originals go; for room first disposable pixels, then
 * originals, in both cases the oldest first, until what is left fits. Sorts `items`, oldest first. */
void gc_decide (GArray *items, const GcPolicy *policy, GcTotals *out_totals);

/* Does to one item what was decided, unless it is no longer what was looked at: then its fate is
 * GC_STAYS_IN_USE. */
bool gc_carry_out (Cache *cache, GcItem *item, GError **error);
/* What became of all. */
GcTotals gc_count (const GArray *items);

typedef struct {
  int64_t n_files, bytes;
} GcQuarantine;

/* What is in quarantine/ since before `before_us`; `remove`: takes it away. */
bool gc_sweep_quarantine (Cache *cache, int64_t before_us, bool remove, GcQuarantine *out_swept,
                          GError **error);
