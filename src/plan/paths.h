/* Which output paths are taken: no two derivatives write one file, none overwrites its input. */
#pragma once

#include "base/problems.h"

typedef struct PlanPaths PlanPaths;

PlanPaths *plan_paths_new (void);
void plan_paths_free (PlanPaths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlanPaths, plan_paths_free)

/* A file that is read: no output may have its path. */
void plan_paths_add_input (PlanPaths *paths, const char *path);
/* False after adding to `problems`: the path is an input, or another derivative
 * has claimed it. Costs about 40 bytes a path, whatever its length. */
bool plan_paths_claim (PlanPaths *paths, const char *path, const char *shown, const Mark *mark,
                       Problems *problems);
