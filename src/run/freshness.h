/* Is an output up to date, and if not, why. */
#pragma once

#include "cache/state.h"
#include "plan/plan.h"
#include "run/manifest-read.h"

typedef enum {
  FRESH_UP_TO_DATE,
  FRESH_DRIFTED, /* the recipe is the same, a library that made it is not */
  FRESH_MISSING,
  FRESH_NEW,     /* a file is there, but nothing is known of it */
  FRESH_CHANGED, /* the recipe is another */
  FRESH_ALTERED, /* someone else wrote to the file */
} FreshnessKind;

typedef struct {
  FreshnessKind kind;
  char *reason; /* "'resize' changed: width \"640\" is \"800\" now"; NULL when up to date */
  char *facts;  /* JSON of the manifest's facts, when known */
  Digest content;
  const char *metadata; /* of one that was just made; borrowed */
  bool has_sidecar;     /* a file beside it was made with it, whatever is to be now */
} Freshness;

void freshness_clear (Freshness *freshness);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Freshness, freshness_clear)

/* `manifest` (may be NULL) vouches where the state knows nothing. `libraries` are today's versions.
 * `always_hash` looks at the bytes even when the stamp is unchanged. What was found out by hashing is
 * remembered in `state`. */
bool freshness_of (State *state, ManifestIndex *manifest, const Derivative *derivative,
                   const char *libraries, bool always_hash, Freshness *out_freshness,
                   GError **error);

/* What differs between two recipes, in words. New string. */
char *freshness_compare_recipes (const char *before, const char *now);
