/* The world that a plan asks: files by pattern, and content hashes that are remembered. */
#pragma once

#include "cache/state.h"
#include "plan/plan.h"

/* The functions' data is `state` (NULL: hashes are not remembered). */
PlanWorld world_new (State *state);

/* SHA-256 of a file, from the state if its stamp is known. */
bool world_hash_file (State *state, const char *path, Digest *out_digest, GError **error);
