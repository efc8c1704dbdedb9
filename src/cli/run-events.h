/* A run as JSON lines on stdout: {"event":"output",…}; the last line is {"event":"summary",…}. */
#pragma once

#include "run/run.h"

void run_events_started (const char *pipeline_name, const RunTotals *totals);
void run_events_original (const OriginalEvent *event);
void run_events_output (const OutputEvent *event);
void run_events_image_failed (const char *image_id, RunErrorCode error_class, const char *message);
void run_events_warning (const char *message);
/* `result` NULL: the run could not begin, and `error` says why. `code`: what the process ends with,
 * were this all. */
void run_events_finished (const char *pipeline_name, const RunResult *result, const GError *error,
                          int code);
/* One file of `peel check`; `error` NULL: it is in order. */
void run_events_checked (const char *path, unsigned n_images, unsigned n_rules,
                         const GError *error);
/* The last line when several files were asked for. */
void run_events_all_finished (unsigned n_pipelines, unsigned n_failed, int code);
