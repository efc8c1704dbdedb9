/* Has the originals of a pipeline's images made by each of several providers, one after the other. */
#pragma once

#include "cli/command.h"
#include "cli/comparison.h"
#include "pipeline/pipeline.h"

/* The pipeline as it is for one provider. */
typedef struct {
  Config *config;
  Pipeline *pipeline;
  GError *error;    /* of all of its images, or NULL */
  RunMisses misses; /* what it would be paid for, as counted before anything is asked */
} CompareSide;

typedef struct {
  CompareSide *sides; /* one for each provider of the comparison */
  unsigned n_sides;
  double spent_usd, maybe_usd; /* for certain, and what may have been charged on top of it */
  bool is_interrupted;
  bool
    has_refusal; /* what is missing may not be asked for, as far as was seen before anything was */
  RunErrorCode refusal;
  GArray *stored; /* Digest: PNGs that came into the cache */
} CompareRun;

/* Reads the pipeline at `path` for each provider: only that one is asked, and only its answers of the cache
 * are taken. False: something is wrong with it. */
bool compare_run_load (CompareRun *run, const Invocation *invocation, const char *path,
                       const Comparison *comparison, GError **error);
/* Fills the comparison. What is to be paid for is counted first and asked about once, for all providers. False:
 * nothing was asked. */
bool compare_run_carry_out (CompareRun *run, const Invocation *invocation, Comparison *comparison,
                            GError **error);
void compare_run_clear (CompareRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CompareRun, compare_run_clear)
