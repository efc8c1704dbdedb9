/* What the files that carry out a run share. */
#pragma once

#include "cache/state.h"
#include "plan/paths.h"
#include "run/image-run.h"
#include "run/manifest.h"
#include "run/pool.h"
#include "run/run.h"

typedef struct {
  const Pipeline *pipeline;
  const RunSettings *settings;
  const RunListener *listener;
  Cache *cache;
  State *state;
  PlanWorld world;
  Plan *plan;
  PlanPaths *claims; /* of the paths that real pixels gave */
  Pool *pool;
  GQueue *waiting;          /* PoolTask*: for a worker to come free */
  GHashTable *active;       /* ImageRun*, owned: begun and not done */
  GHashTable *swept;        /* folders cleaned of what killed runs left */
  ManifestWriter *manifest; /* NULL: none is written */
  ManifestIndex *old_manifest;
  bool old_manifest_read;
  char *libraries; /* versions, recorded with what is made */
  unsigned next_image, next_task_id;
  int64_t last_tick_us;
  RunTotals totals;
  bool is_stopping; /* begin nothing new */
  bool has_failed;
  RunErrorCode first_failure;
} Run;

/* From the beginning of an image to its first task, or to its end when nothing is to be done. */
void run_begin_image (Run *run, unsigned index);
void run_fail_image (Run *run, ImageRun *image_run, const GError *error);

/* PoolListener. */
void run_take_answer (void *data, PoolTask *task, Answer *answer);
void run_take_crash (void *data, PoolTask *task, const char *how);
