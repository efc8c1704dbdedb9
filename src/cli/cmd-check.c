#include "base/install.h"
#include "cli/check-rules.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/project-config.h"
#include "cli/run-command.h"
#include "cli/run-events.h"
#include "cli/terminal.h"

typedef struct {
  char **variables;
  char *profile, *preset_rules;
  bool allow_outside;
} CheckOptions;

static const Option rows[] = {
  { OPTION_TEXTS (CheckOptions, variables), .name = "var", .value_name = "NAME=VALUE",
    .flags = OPTION_REPEATED, .help = "Set a variable of the pipeline" },
  PROFILE_ROW (CheckOptions, profile),
  { OPTION_BOOL (CheckOptions, allow_outside), .name = "allow-outside",
    .help = "Let outputs leave the pipeline's folder, and references lie outside it" },
  { OPTION_TEXT (CheckOptions, preset_rules), .name = "preset-rules", .value_name = "PRESET",
    .help = "Check finished files against the rules of this preset instead, whoever made them" },
  { 0 },
};
static const OptionTable check_options = { rows, sizeof (CheckOptions), NULL };

static void
tell (const GlobalOptions *global, const char *path, unsigned n_images, unsigned n_rules,
      const GError *error)
{
  if (global->json)
    run_events_checked (path, n_images, n_rules, error);
  else if (error != NULL)
    terminal_mistakes (error->message);
  if (global->json || error != NULL || global->quiet)
    return;
  g_autofree char *shown = terminal_safe (path, true);
  terminal_print ("%s: in order (%u image%s, %u output rule%s)", shown, n_images,
                  n_images == 1 ? "" : "s", n_rules, n_rules == 1 ? "" : "s");
}

static int
check_file (const Invocation *invocation, const char *path, const PresetPath *presets,
            ProjectNotes *notes)
{
  const CheckOptions *options = invocation->options;
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Config)
    config = project_config_load (path, options->profile, invocation->global, notes, problems);
  const PipelineSettings settings = {
    .config = config,
    .variables = options->variables,
    .presets = presets,
    .allow_outside = options->allow_outside,
  };
  if (!run_command_check_file (path, &error)) {
    tell (invocation->global, path, 0, 0, error);
    return EXIT_USAGE;
  }
  g_autoptr (Pipeline) pipeline = pipeline_load (path, &settings, problems);
  unsigned n_images = 0;
  bool ok = problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error) &&
            run_check (pipeline, invocation->global->home, &n_images, &error);
  tell (invocation->global, path, n_images, ok ? pipeline->outputs->len : 0, error);
  return ok ? EXIT_OK : exit_code_of (error);
}

/* With --preset-rules no pipeline is read. */
static int
run_rules (const Invocation *invocation)
{
  const CheckOptions *options = invocation->options;
  g_autoptr (GError) error = NULL;
  const char *other = options->variables != NULL ? "var"
                      : options->profile != NULL ? "profile"
                      : options->allow_outside   ? "allow-outside"
                                                 : NULL;
  if (other == NULL)
    return check_rules (invocation, options->preset_rules);
  g_set_error (&error, OPTION_ERROR, OPTION_ERROR_USAGE,
               "--%s is for pipelines, and --preset-rules checks finished files", other);
  return event_end (invocation->global->json, event_begin ("summary"), error);
}

static int
run_pipelines (const Invocation *invocation)
{
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (folder);
  g_auto (ProjectNotes) notes = { NULL };
  int first_failure = EXIT_OK;
  unsigned n_failed = 0;
  for (unsigned i = 0; i < invocation->n_arguments; i++) {
    int code = check_file (invocation, invocation->arguments[i], presets, &notes);
    n_failed += code != EXIT_OK;
    if (first_failure == EXIT_OK)
      first_failure = code;
  }
  if (invocation->global->json)
    run_events_all_finished (invocation->n_arguments, n_failed, first_failure);
  return first_failure;
}

static int
run (const Invocation *invocation)
{
  const CheckOptions *options = invocation->options;
  return options->preset_rules != NULL ? run_rules (invocation) : run_pipelines (invocation);
}

extern const CommandType command_check;
const CommandType command_check = {
  .name = "check",
  .synopsis = "PIPELINE…|FILE…",
  .summary = "Find every mistake in pipeline files, or in finished pictures",
  .details =
    "Reads files, presets and tables, expands every image and every output, and tells all "
    "mistakes in one "
    "go. No picture is read and nothing is written.\n\n"
    "With --preset-rules the files are pictures, made by Peel or not. Each is held against "
    "the rules of a preset: formats, sizes, shape, bytes, colour, the AI label, and that "
    "it was not enlarged, where this machine knows how it was made. A broken rule ends "
    "with 9, a file that cannot be read with 1.",
  .example = "  peel check shop.yaml\n"
             "  peel check pipelines/*.yaml --json\n"
             "  peel check --preset-rules shop/google-merchant out/*.jpg",
  .options = &check_options,
  .least_arguments = 1,
  .run = run,
};
