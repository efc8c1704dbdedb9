/* What the files that carry out a run share. */
#pragma once

#include "cache/quotas.h"
#include "cache/state.h"
#include "plan/paths.h"
#include "run/image-run.h"
#include "run/manifest.h"
#include "run/misses.h"
#include "run/money.h"
#include "run/network.h"
#include "run/pins.h"
#include "run/pool.h"
#include "run/run.h"
#include "run/signer.h"
#include "run/world.h"

struct Run {
  const Pipeline *pipeline;
  const RunSettings *settings;
  const RunListener *listener;
  Cache *cache;
  State *state;
  Quotas *quotas; /* NULL: nothing was asked yet */
  World world;
  PlanWorld questions; /* of `plan`, to the world */
  Plan *plan;
  Misses misses;
  Money money;
  Pins pins;
  Signer *signer;     /* NULL: nobody signs */
  Digest certificate; /* its own */
  PlanPaths *claims;  /* of the paths that real pixels gave */
  Pool *pool;
  Network *network;
  GQueue *waiting;             /* PoolTask*: for a worker to come free */
  GHashTable *active;          /* ImageRun*, owned: begun and not done */
  GHashTable *entered;         /* folders of outputs that were looked at */
  ManifestWriter *manifest;    /* NULL: none is written */
  ManifestIndex *old_manifest; /* likewise */
  unsigned next_image, next_task_id;
  int64_t last_tick_us, last_flush_us;
  RunTotals totals;
  unsigned n_unsigned;    /* files beside which their original's Content Credentials stand */
  unsigned n_beside;      /* files with any beside them */
  unsigned n_other_bytes; /* files that came out other than the manifest tells */
  bool is_stopping;       /* begin nothing new */
  bool has_failed;
  RunErrorCode first_failure;
};

/* ---- run.c ---- */

/* Before the first question to them. */
bool run_open_quotas (Run *run, GError **error);

/* ---- images.c ---- */

/* From the beginning of an image to its first task, or to its end when nothing is to be done. */
void run_begin_image (Run *run, unsigned index);
/* Both are the end of it: `image_run` is freed. */
void run_fail_image (Run *run, ImageRun *image_run, const GError *error);
void run_finish_image (Run *run, ImageRun *image_run);
/* What one failure means for the run as a whole. */
void run_note_failure (Run *run, RunErrorCode error_class);
/* `chosen` (unsigned: derivatives) is consumed. */
void run_queue_render (Run *run, ImageRun *image_run, GArray *chosen);

/* No worker could be given the task, which stays the caller's. */
void run_fail_task (Run *run, PoolTask *task, const GError *error);

/* PoolListener. */
void run_take_answer (void *data, PoolTask *task, Answer *answer);
void run_take_crash (void *data, PoolTask *task, const char *how);

/* ---- originals.c ---- */

/* Fills `record` with the original that answers the image's request, or `untold`; none is no error.
 * *out_is_lost: there was one. */
bool run_look_up (Run *run, ImageRun *image_run, bool *out_is_lost, GError **error);
/* May what was lost be made again? A warning says that it is, an error what to do instead. */
bool run_may_replace_lost (Run *run, const ImageRun *image_run, GError **error);
/* The original is there: fills `record`, or `untold` where there is no sidecar. */
void run_take_stored (Run *run, ImageRun *image_run, const Digest *digest, GError **error);
/* Has the original `untold` looked at, so that its sidecar is written anew. */
void run_recover_untold (Run *run, ImageRun *image_run);
/* A service's answer is in the cache: has a worker look what it is. */
void run_queue_landing (Run *run, ImageRun *image_run);
void run_go_on_with_cached (Run *run, ImageRun *image_run);
/* `line` is consumed. */
void run_queue_task (Run *run, ImageRun *image_run, unsigned id, char *line);
/* Looks the original up; goes on with it, or queues its making. */
void run_find_original (Run *run, ImageRun *image_run);
/* A worker has made or read it. */
void run_take_original (Run *run, ImageRun *image_run, Answer *answer);

/* ---- outputs.c ---- */

/* The image's derivatives, as they are with these facts. */
bool run_expand_outputs (Run *run, ImageRun *image_run, const OriginalFacts *facts, GError **error);
bool run_has_selected (const ImageRun *image_run);
/* The original is known: plans with its real facts and has made what is out of date. */
void run_settle_outputs (Run *run, ImageRun *image_run);
void run_tell_output (Run *run, const ImageRun *image_run, unsigned i, OutputStatus status,
                      RunErrorCode error_class, const char *message);
void run_fail_output (Run *run, ImageRun *image_run, unsigned i, RunErrorCode error_class,
                      const char *message);
