/* What the files of plan/ share. */
#pragma once

#include "plan/plan.h"

struct Plan {
  const Pipeline *pipeline;
  const PlanWorld *world;
  char *real_folder; /* the pipeline's, without links */
  StepCache *steps;  /* a cache: it changes while the plan does not */
  GPtrArray *rows;   /* MatrixRow* */
  GPtrArray *images; /* PlanImage* */
};

/* The pipeline's scope with a row's values in front. */
Scope *plan_row_scope (const Plan *plan, unsigned row);
ChainPart plan_shared_part (const Plan *plan, const Scope *scope);
/* The source of a row's images. NULL after adding to `problems`. */
Step *plan_source_step (const Plan *plan, unsigned row, Problems *problems);
/* plan_request of an image that need not be in the plan. */
PlanRequest *plan_request_of (const Plan *plan, const PlanImage *image, Problems *problems);

/* Where an option was written; the stage if it was not. */
const Mark *plan_mark_of (const Step *source, const char *option);

/* Fills request->choices from its options and references. */
bool plan_choose (const Plan *plan, PlanRequest *request, Problems *problems);
/* Fills a choice that has its `provider`, and may have its `row`. *out_option is the option that an
 * error is about. */
bool plan_fill_choice (const Plan *plan, const PlanRequest *request, PlanChoice *choice,
                       const char **out_option, GError **error);
/* Fills request->choices for GENERATE_AUTO. */
bool plan_rank (const Plan *plan, PlanRequest *request, Problems *problems);
bool plan_is_ready (const Plan *plan, const PlanChoice *choice);

/* What the steps make of the shape. False: why they cannot be, and at *out_mark which. Of a shape that `is_assumed` only what
 * holds for any is told. */
bool plan_apply_shapes (const GPtrArray *steps, bool is_assumed, Shape *shape, Mark *out_mark,
                        GError **error);

/* Fills derivative->recipe and ->fingerprint from its steps and the original. */
bool plan_write_recipe (const Plan *plan, const PlanImage *image, const OriginalFacts *facts,
                        Derivative *derivative, Problems *problems);
