/* May misses be made? What is free may; what is paid for only with somebody's consent, and within the
 * budget. */
#pragma once

#include "run/image-run.h"

typedef struct Run Run;

/* Before the first image: whether paid requests may be made. Where there may be some, all misses are
 * counted, and whoever is to be asked is asked, once. RUN_ERROR_BUDGET: they cost too much. */
bool permission_decide (Run *run, GError **error);
/* The stored original that answered a paid request by the journal, where the index does not know.
 * `provider`: only that one's; NULL: anyone's. */
bool permission_find_paid (Run *run, const PlanChoice *choice, const char *provider,
                           Digest *out_original);
/* That the cache has an original of another provider, which 'accept' does not take. New string. */
char *permission_describe_other (const ImageRun *image_run);
/* May this one be made? RUN_ERROR_MISS: no, and what would help. */
bool permission_check (Run *run, const ImageRun *image_run, GError **error);
/* Tells once that it could not be made. */
void permission_warn_unaskable (Run *run, const ImageRun *image_run);
/* After a dry run: a plan with misses that may not be made, or cost too much, has failed. */
void permission_judge_plan (Run *run);
