/* A paid call of a run, in the journal. */
#pragma once

#include "run/image-run.h"

typedef struct Run Run;

/* Durable when it returns true: only then may the call be made. */
bool paid_call_begin (Run *run, ImageRun *image_run, GError **error);
/* Its original is durable; what it is will be looked at. */
void paid_call_land (Run *run, ImageRun *image_run, const Digest *original);
/* Its original is in the cache, or there is none and `error` says why. */
void paid_call_end (Run *run, ImageRun *image_run, const GError *error);
