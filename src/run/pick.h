/* Choosing among the originals that a generated image could be made of (`peel pick`). */
#pragma once

#include "cache/cache.h"
#include "run/lock-file.h"

/* An original that answers what was asked for the image. Strings may be NULL. */
typedef struct {
  int variant;
  Digest request, original;
  char *pipeline; /* for which it was asked */
  char *owner;    /* `pipeline` of its LockEntry */
  char *at, *provider, *model;
  double cost_usd;
  bool is_pinned; /* the lock names it */
  bool is_asked;  /* the lock names its request: what was asked when the lock was written */
  bool is_picked;
} PickCandidate;

/* All of them that are stored: what the cache tells of the image, and what answers the requests that
 * the lock has of it. In order of variant, the newest of each first. `pipeline` NULL: of any.
 * PickCandidate*, new. */
GPtrArray *pick_candidates (Cache *cache, const LockFile *lock, const char *image_id,
                            const char *pipeline, GError **error);

/* The candidate that `what` names: the number of a variant, or the first 4 digits or more of a hash.
 * Where several have that number, the one that is pinned, else the newest. RUN_ERROR_INVALID says what
 * there is to choose from. Borrowed. */
const PickCandidate *pick_choose (const GPtrArray *candidates, const char *image_id,
                                  const char *what, GError **error);

/* Writes the choice into the lock at `path`. The other variants keep their pins. */
bool pick_write (const char *path, const char *image_id, const PickCandidate *chosen,
                 GError **error);
/* Takes the choice back. *out_n: of how many images (those that pipelines share an id for). */
bool pick_forget (const char *path, const char *image_id, const char *pipeline, unsigned *out_n,
                  GError **error);
