/* Finding the originals that a pipeline recalls. */
#pragma once

#include "cache/cache.h"
#include "plan/plan.h"

/* What PlanWorld.recall promises. `cache` NULL: there is none at `home` yet, and so nothing in it. */
bool recall_find (Cache *cache, const char *home, const RecallOptions *options,
                  GPtrArray *out_originals, GError **error);
