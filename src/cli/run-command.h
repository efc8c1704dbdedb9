/* What run, plan and explain share: each pipeline file in turn. */
#pragma once

#include "cli/command.h"
#include "cli/reporter.h"

/* Runs (or plans) every pipeline named; `kind` says what is told. Returns the exit code. */
int run_command_files (const Invocation *invocation, ReportKind kind);

/* False when the file is a picture, which is for derive; other mistakes are left to the reader. */
bool run_command_check_file (const char *path, GError **error);

/* Runs one pipeline that is in memory. Takes over nothing. `stored` (Digest): the PNGs that came into
 * the cache are added, for repack_after. */
int run_command_pipeline (const Invocation *invocation, const Pipeline *pipeline, ReportKind kind,
                          GArray *stored);

/* How many outputs the pipeline has; makes nothing and tells only of failures. */
int run_command_count (const Invocation *invocation, const Pipeline *pipeline,
                       unsigned *out_n_outputs);
