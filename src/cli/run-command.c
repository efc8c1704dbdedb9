#include "cli/run-command.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/install.h"
#include "cli/exit-code.h"
#include "cli/project-config.h"
#include "cli/repack-after.h"
#include "cli/run-events.h"
#include "cli/run-options.h"
#include "cli/signals.h"
#include "cli/terminal.h"

static ExitCode
code_of_result (const RunResult *result, bool keep_going)
{
  if (result->is_interrupted)
    return EXIT_INTERRUPTED;
  if (!result->has_failed)
    return EXIT_OK;
  /* A plan may be refused with nothing in it that failed. */
  if (keep_going && result->totals.n_failed > 0)
    return EXIT_SOME_FAILED;
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)result->first_failure, "");
  return exit_code_of (error);
}

int
run_command_pipeline (const Invocation *invocation, const Pipeline *pipeline, ReportKind kind,
                      GArray *stored)
{
  RunOptions *options = invocation->shared;
  RunSettings settings = run_options_settings (options, invocation->global);
  settings.is_sent = kind == REPORT_SEND;
  settings.dry_run = settings.dry_run || kind == REPORT_PLAN || kind == REPORT_EXPLAIN;
  if (settings.dry_run && kind == REPORT_RUN)
    kind = REPORT_PLAN;
  g_autoptr (Reporter) reporter = reporter_new (kind, invocation->global, pipeline->name);
  g_autoptr (GError) error = NULL;
  RunResult result;
  signals_watch ();
  bool ok = run_pipeline (pipeline, &settings, reporter_listener (reporter), &result, &error);
  if (ok && settings.only != NULL && settings.only[0] != NULL && result.totals.n_expected == 0 &&
      !result.has_failed && !result.is_interrupted) {
    g_autofree char *patterns = g_strjoinv ("', '", settings.only);
    reporter_warn (reporter, "no output matches '%s'", patterns);
  }
  /* What is left of it is for the next pipeline. */
  if (ok)
    options->max_cost.number = MAX (0, options->max_cost.number - result.totals.spent_usd -
                                         result.totals.maybe_usd);
  ExitCode code = ok ? code_of_result (&result, settings.keep_going) : exit_code_of (error);
  reporter_finish (reporter, ok ? &result : NULL, error, (int)code);
  const GArray *found = reporter_stored (reporter);
  if (!settings.dry_run && code != EXIT_INTERRUPTED)
    g_array_append_vals (stored, found->data, found->len);
  return code;
}

int
run_command_count (const Invocation *invocation, const Pipeline *pipeline, unsigned *out_n_outputs)
{
  RunSettings settings = run_options_settings (invocation->shared, invocation->global);
  settings.dry_run = true;
  g_autoptr (Reporter) reporter = reporter_new (REPORT_SEND, invocation->global, pipeline->name);
  g_autoptr (GError) error = NULL;
  RunResult result;
  signals_watch ();
  bool ok = run_pipeline (pipeline, &settings, reporter_listener (reporter), &result, &error);
  ExitCode code = ok ? code_of_result (&result, false) : exit_code_of (error);
  reporter_finish (reporter, ok ? &result : NULL, error, (int)code);
  if (ok)
    *out_n_outputs = result.totals.n_to_make + result.totals.n_up_to_date;
  return code;
}

bool
run_command_check_file (const char *path, GError **error)
{
  uint8_t first[32];
  FILE *file = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? fopen (path, "rbe") : NULL;
  size_t length = file != NULL ? fread (first, 1, sizeof first, file) : 0;
  if (file != NULL)
    fclose (file);
  if (image_format_of_bytes (first, length) == IMAGE_FORMAT_UNKNOWN)
    return true;
  g_set_error (
    error, RUN_ERROR, RUN_ERROR_INVALID,
    "%s is a picture, not a pipeline: 'peel derive %s --preset PRESET' makes files of it", path,
    path);
  return false;
}

static int
run_file (const Invocation *invocation, const char *path, const PresetPath *presets,
          ReportKind kind, ProjectNotes *notes, GArray *stored)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  const RunOptions *options = invocation->shared;
  g_autoptr (Config)
    config = project_config_load (path, options->profile, invocation->global, notes, problems);
  const PipelineSettings settings = run_options_pipeline_settings (options, presets, config);
  g_autoptr (Pipeline) pipeline = run_command_check_file (path, &error)
                                    ? pipeline_load (path, &settings, problems)
                                    : NULL;
  if (pipeline != NULL && problems_count (problems) == 0)
    return run_command_pipeline (invocation, pipeline, kind, stored);
  g_autoptr (Reporter) reporter = reporter_new (kind, invocation->global, path);
  if (error == NULL)
    problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error);
  reporter_finish (reporter, NULL, error, EXIT_USAGE);
  return EXIT_USAGE;
}

int
run_command_files (const Invocation *invocation, ReportKind kind)
{
  const RunOptions *options = invocation->shared;
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (folder);
  int first_failure = EXIT_OK;
  unsigned n_failed = 0, n_done = 0;
  bool goes_on = true;
  int64_t start_us = clock_monotonic_us ();
  g_auto (ProjectNotes) notes = { NULL };
  g_autoptr (GArray) stored = g_array_new (FALSE, FALSE, sizeof (Digest));
  while (goes_on && n_done < invocation->n_arguments) {
    int code = run_file (invocation, invocation->arguments[n_done++], presets, kind, &notes,
                         stored);
    n_failed += code != EXIT_OK;
    if (first_failure == EXIT_OK || code == EXIT_INTERRUPTED)
      first_failure = code;
    goes_on = code == EXIT_OK || (options->keep_going && code != EXIT_INTERRUPTED);
  }
  if (invocation->global->json && invocation->n_arguments > 1)
    run_events_all_finished (n_done, n_failed, first_failure);
  if (first_failure != EXIT_INTERRUPTED)
    repack_after (invocation, stored, clock_monotonic_us () - start_us);
  return first_failure;
}
