/* What this machine knows of how a file came to be: the state tells which recipe made it, the cache
 * what its original was. */
#pragma once

#include "cache/state.h"

typedef enum {
  ANCESTRY_UNKNOWN,  /* it was not made here */
  ANCESTRY_CHANGED,  /* it was, and something else wrote to it since */
  ANCESTRY_MADE,     /* as it was made */
  ANCESTRY_ORIGINAL, /* it is an original of the cache itself */
} AncestryKind;

typedef struct {
  AncestryKind kind;
  char *recipe;      /* of one that was made */
  bool has_original; /* the cache tells of it */
  int width, height; /* of the original, upright; 0: not known */
  char *source_type; /* DigitalSourceType term of the original, or NULL; of one that was changed: of
                        what was made under its name */
} Ancestry;

void ancestry_clear (Ancestry *ancestry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ancestry, ancestry_clear)

/* Of the file at `path` (absolute) with this content. `state` NULL: there is none. Nothing is written. A
 * sidecar that is damaged is an error. */
bool ancestry_find (State *state, const char *home, const char *path, const Digest *content,
                    Ancestry *out_ancestry, GError **error);
