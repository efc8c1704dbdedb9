/* The world that a plan asks: files by pattern, content hashes that are remembered, originals. */
#pragma once

#include "cache/state.h"
#include "plan/plan.h"
#include "run/lock-file.h"

/* What answers. Members that are not set are zero. */
typedef struct {
  State *state;         /* NULL: hashes are not remembered */
  Cache *cache;         /* borrowed; NULL: opened when something is recalled, if there is one */
  const char *home;     /* where then; NULL: the default place */
  const LockFile *lock; /* what was picked; NULL: nothing */
  const char *pipeline_name; /* whose images they are */
  const char *token_command; /* as in RunSettings */
  const Digest *certificate; /* as in PlanWorld */
  Cache *opened;             /* by the world itself */
  GHashTable *ready;         /* of the world itself: ProviderType → is it, as a pointer */
} World;

void world_clear (World *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)
/* The questions, with `world` as their data. */
PlanWorld world_of (World *world);

/* SHA-256 of a file, from the state if its stamp is known. */
bool world_hash_file (State *state, const char *path, Digest *out_digest, GError **error);
