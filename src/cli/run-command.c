#include "cli/run-command.h"

#include <signal.h>
#include <unistd.h>

#include "base/install.h"
#include "cli/exit-code.h"
#include "cli/run-options.h"
#include "cli/terminal.h"

static void
on_signal (int number)
{
  static const char words[] =
    "\npeel: stopping; what is being made is finished first (again: stop at once)\n";
  static volatile sig_atomic_t n_told;
  if (n_told++ == 0) {
    ssize_t ignored = write (STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
  }
  run_interrupt ();
}

static void
watch_signals (void)
{
  const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

static ExitCode
code_of_result (const RunResult *result, bool keep_going)
{
  if (result->is_interrupted)
    return EXIT_INTERRUPTED;
  if (!result->has_failed)
    return EXIT_OK;
  if (keep_going)
    return EXIT_SOME_FAILED;
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)result->first_failure, "");
  return exit_code_of (error);
}

int
run_command_pipeline (const Invocation *invocation, const Pipeline *pipeline, ReportKind kind)
{
  const RunOptions *options = invocation->run;
  RunSettings settings = run_options_settings (options, invocation->global);
  settings.dry_run = settings.dry_run || kind == REPORT_PLAN || kind == REPORT_EXPLAIN;
  if (settings.dry_run && kind == REPORT_RUN)
    kind = REPORT_PLAN;
  g_autoptr (Reporter) reporter = reporter_new (kind, invocation->global, pipeline->name);
  g_autoptr (GError) error = NULL;
  RunResult result;
  watch_signals ();
  bool ok = run_pipeline (pipeline, &settings, reporter_listener (reporter), &result, &error);
  reporter_finish (reporter, ok ? &result : NULL, error);
  return ok ? code_of_result (&result, settings.keep_going) : exit_code_of (error);
}

static int
run_file (const Invocation *invocation, const char *path, const PresetPath *presets,
          ReportKind kind)
{
  g_autoptr (Problems) problems = problems_new ();
  const PipelineSettings settings = run_options_pipeline_settings (invocation->run, presets);
  g_autoptr (Pipeline) pipeline = pipeline_load (path, &settings, problems);
  if (pipeline != NULL)
    return run_command_pipeline (invocation, pipeline, kind);
  g_autoptr (GError) error = NULL;
  g_autoptr (Reporter) reporter = reporter_new (kind, invocation->global, path);
  problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error);
  reporter_finish (reporter, NULL, error);
  return EXIT_USAGE;
}

int
run_command_files (const Invocation *invocation, ReportKind kind)
{
  const RunOptions *options = invocation->run;
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (folder);
  int first_failure = EXIT_OK;
  for (unsigned i = 0; i < invocation->n_arguments; i++) {
    int code = run_file (invocation, invocation->arguments[i], presets, kind);
    if (first_failure == EXIT_OK)
      first_failure = code;
    if (code == EXIT_INTERRUPTED || (code != EXIT_OK && !options->keep_going))
      return code;
  }
  return first_failure;
}
