/* Tells of a run: rows and a summary on stdout, progress on stderr; or events as JSON lines. */
#pragma once

#include "cli/command.h"
#include "run/run.h"

typedef enum {
  REPORT_RUN,     /* what was made */
  REPORT_PLAN,    /* what would be made */
  REPORT_EXPLAIN, /* why each output is as it is */
  REPORT_SEND,    /* nothing but failures: stdout is for the picture */
} ReportKind;

typedef struct Reporter Reporter;

Reporter *reporter_new (ReportKind kind, const GlobalOptions *global, const char *pipeline_name);
void reporter_free (Reporter *reporter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reporter, reporter_free)

/* For run_pipeline; lives as long as the reporter. */
const RunListener *reporter_listener (Reporter *reporter);
/* Digest: PNGs that the run brought into the cache. The reporter's. */
const GArray *reporter_stored (const Reporter *reporter);
/* A warning that the run did not give. */
void reporter_warn (Reporter *reporter, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The last words: the summary, or a failure of the whole run (`result` NULL). `code`: the exit code. */
void reporter_finish (Reporter *reporter, const RunResult *result, const GError *error, int code);
