/* Which output paths are taken: no two derivatives write one file, none overwrites its input. */
#pragma once

#include "plan/plan.h"

typedef struct PlanPaths PlanPaths;

/* `world` (borrowed) tells which names are one file. */
PlanPaths *plan_paths_new (const PlanWorld *world);
void plan_paths_free (PlanPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlanPaths, plan_paths_free)

/* The files that a plan reads (its pipeline, what that extends, presets, pictures, the lock) and its manifest:
 * no output may have their paths. False when the manifest would overwrite one of the others. */
bool plan_paths_add_plan (PlanPaths *paths, const Plan *plan);
/* A file that a stage reads: an overlay, a profile. False when an output has claimed its path. */
bool plan_paths_add_input (PlanPaths *paths, const char *path);
/* False after adding to `problems`: the path is one of the plan's, or another derivative
 * has claimed it. Costs about 40 bytes a path, whatever its length. */
bool plan_paths_claim (PlanPaths *paths, const char *path, const char *shown, const Mark *mark,
                       Problems *problems);
/* The same for the proof of an output that has claimed its own path. */
bool plan_paths_claim_proof (PlanPaths *paths, const Derivative *derivative, Problems *problems);
