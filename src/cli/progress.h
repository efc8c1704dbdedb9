/* How far a run is, on stderr: a line that is rewritten on a terminal, a plain line now and then
 * where there is none. */
#pragma once

#include "run/run.h"

typedef struct Progress Progress;

Progress *progress_new (const char *pipeline_name, bool is_silent);
void progress_free (Progress *progress);

void progress_start (Progress *progress, const RunTotals *totals);
void progress_tick (Progress *progress, const RunTotals *totals);
/* Takes the line off the terminal, so that something else can be printed. */
void progress_clear (Progress *progress);
