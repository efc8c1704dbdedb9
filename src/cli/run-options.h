/* The options of every command that plans or makes outputs, and what they mean for a run. */
#pragma once

#include "cli/command.h"
#include "run/run.h"

typedef struct {
  bool dry_run, locked, offline, keep_going, refresh_drift, verify_outputs, allow_outside,
    allow_damaged, isolate, repack, proof;
  int jobs;
  int on_miss; /* OnMiss */
  NumberOrWord max_cost;
  char *token_command, *profile;
  char **variables, **only, **refresh, **regenerate;
  double max_pixels; /* megapixels */
  int max_edge, max_pages;
  int64_t max_file_size, max_metadata;
} RunOptions;

extern const SharedOptions shared_run_options;

/* Strings stay with the options. */
RunSettings run_options_settings (const RunOptions *options, const GlobalOptions *global);
PipelineSettings run_options_pipeline_settings (const RunOptions *options,
                                                const PresetPath *presets, const Config *config);
