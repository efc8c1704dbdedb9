#include <stdio.h>

#include "base/install.h"
#include "cli/exit-code.h"
#include "cli/run-options.h"
#include "cli/terminal.h"

static int
check_file (const Invocation *invocation, const char *path, const PresetPath *presets)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  const PipelineSettings settings = run_options_pipeline_settings (invocation->run, presets);
  g_autoptr (Pipeline) pipeline = pipeline_load (path, &settings, problems);
  unsigned n_images = 0;
  bool ok = problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error) &&
            run_check (pipeline, &n_images, &error);
  if (!ok) {
    fprintf (stderr, "%s\n", error->message);
    return exit_code_of (error);
  }
  if (!invocation->global->quiet)
    terminal_print ("%s: in order (%u image%s, %u output rule%s)", path, n_images,
                    n_images == 1 ? "" : "s", pipeline->outputs->len,
                    pipeline->outputs->len == 1 ? "" : "s");
  return EXIT_OK;
}

static int
run (const Invocation *invocation)
{
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (folder);
  int first_failure = EXIT_OK;
  for (unsigned i = 0; i < invocation->n_arguments; i++) {
    int code = check_file (invocation, invocation->arguments[i], presets);
    if (first_failure == EXIT_OK)
      first_failure = code;
  }
  return first_failure;
}

extern const CommandType command_check;
const CommandType command_check = {
  .name = "check",
  .synopsis = "PIPELINE…",
  .summary = "Find every mistake in pipeline files",
  .details = "Reads files, presets and tables, expands every image and every output, and tells all "
             "mistakes in one "
             "go. No picture is read and nothing is written.",
  .example = "  peel check shop.yaml",
  .takes_run_options = true,
  .least_arguments = 1,
  .run = run,
};
