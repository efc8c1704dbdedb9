/* One pipeline on several providers, side by side. */
#include "base/clock.h"
#include "base/path.h"
#include "cli/compare-files.h"
#include "cli/compare-page.h"
#include "cli/compare-report.h"
#include "cli/compare-run.h"
#include "cli/exit-code.h"
#include "cli/repack-after.h"
#include "cli/run-command.h"
#include "cli/run-options.h"
#include "cli/terminal.h"
#include "providers/provider.h"

typedef struct {
  char **on;
  char *to;
} CompareOptions;

static const Option rows[] = {
  { OPTION_TEXTS (CompareOptions, on), .name = "on", .value_name = "PROVIDERS",
    .flags = OPTION_REQUIRED,
    .help =
      "The providers to compare, with commas: vertex,ai-studio; 'peel providers' lists them" },
  { OPTION_TEXT (CompareOptions, to), .name = "to", .value_name = "FOLDER",
    .fallback = "out/compare",
    .help = "Where the pictures and the page go, from the pipeline's folder" },
  { 0 },
};
static const OptionTable compare_options = { rows, sizeof (CompareOptions), NULL };

/* ---- arguments ---- */

static bool fail_usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
static bool
fail_usage (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, message);
  return false;
}

static bool
check_provider (char **names, unsigned i, GError **error)
{
  const char *near = provider_nearest (names[i]);
  if (provider_find (names[i]) == NULL)
    return near != NULL
             ? fail_usage (error, "there is no provider '%s'; did you mean '%s'?", names[i], near)
             : fail_usage (error, "there is no provider '%s'; 'peel providers' lists them",
                           names[i]);
  for (unsigned before = 0; before < i; before++)
    if (strcmp (names[before], names[i]) == 0)
      return fail_usage (error, "--on names '%s' twice", names[i]);
  return true;
}

static bool
check_arguments (const Invocation *invocation, GError **error)
{
  const CompareOptions *options = invocation->options;
  for (unsigned i = 0; i < invocation->n_arguments; i++)
    if (!run_command_check_file (invocation->arguments[i], NULL))
      return fail_usage (error,
                         "%s is a picture; 'peel compare' takes a pipeline, which it runs on "
                         "several providers: peel compare PIPELINE --on vertex,ai-studio",
                         invocation->arguments[i]);
  if (invocation->n_arguments > 1)
    return fail_usage (error, "'peel compare' takes one pipeline, not %u", invocation->n_arguments);
  if (options->on == NULL || g_strv_length (options->on) < 2)
    return fail_usage (error, "'peel compare' needs --on with two providers or more, such as --on "
                              "vertex,ai-studio; 'peel providers' lists them");
  for (unsigned i = 0; options->on[i] != NULL; i++)
    if (!check_provider (options->on, i, error))
      return false;
  return true;
}

/* ---- the end ---- */

static int
code_of_class (RunErrorCode error_class)
{
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)error_class, "");
  return (int)exit_code_of (error);
}

/* As of a run with --keep-going, or as of a plan. */
static int
code_of (const Invocation *invocation, const CompareRun *run, const Comparison *comparison)
{
  const ComparisonCell *first = NULL;
  unsigned n_others = 0;
  for (unsigned i = 0; i < comparison->images->len; i++) {
    const ComparisonImage *image = comparison->images->pdata[i];
    for (unsigned p = 0; p < comparison->n_providers; p++) {
      const ComparisonCell *cell = &image->cells[p];
      n_others += cell->error == NULL;
      if (first == NULL && cell->error != NULL)
        first = cell;
    }
  }
  const RunOptions *options = invocation->shared;
  if (run->is_interrupted)
    return EXIT_INTERRUPTED;
  if (first == NULL && options->dry_run && run->has_refusal)
    return code_of_class (run->refusal);
  if (first == NULL || n_others > 0)
    return first == NULL ? EXIT_OK : EXIT_SOME_FAILED;
  return code_of_class (first->error_class);
}

static bool
has_pictures (const Comparison *comparison)
{
  for (unsigned p = 0; p < comparison->n_providers; p++)
    if (comparison_totals (comparison, p).n > 0)
      return true;
  return false;
}

static bool
write_page (const char *folder, const Comparison *comparison, GError **error)
{
  g_autofree char *page = compare_page (comparison);
  return compare_files_write (folder, "index.html", page, strlen (page), error);
}

static bool
write_files (const Invocation *invocation, const char *folder, CompareRun *run,
             Comparison *comparison, GError **error)
{
  const RunOptions *options = invocation->shared;
  g_autofree char *own = invocation->global->home == NULL ? cache_default_home () : NULL;
  const char *home = own != NULL ? own : invocation->global->home;
  g_autofree char *path = g_build_filename (folder, "index.html", NULL);
  /* Whose folder it is stands in the page, should this run be ended before the last picture. */
  if (!path_make_folder (folder, error) ||
      (!g_file_test (path, G_FILE_TEST_EXISTS) && !write_page (folder, comparison, error)) ||
      !compare_files_write_originals (folder, comparison, home, options->max_file_size, error))
    return false;
  run->is_interrupted = !compare_files_make_pictures (invocation, folder, comparison);
  return write_page (folder, comparison, error);
}

/* *out_folder: where the pictures are, or NULL. */
static bool
compare (const Invocation *invocation, CompareRun *run, Comparison *comparison, char **out_folder,
         GError **error)
{
  const CompareOptions *options = invocation->options;
  const RunOptions *run_options = invocation->shared;
  if (!compare_run_load (run, invocation, invocation->arguments[0], comparison, error))
    return false;
  comparison->pipeline_name = g_strdup (run->sides[0].pipeline->name);
  g_autofree char *folder = compare_files_folder (run->sides[0].pipeline, options->to, error);
  if (folder == NULL || !compare_run_carry_out (run, invocation, comparison, error))
    return false;
  if (run_options->dry_run || run->is_interrupted || !has_pictures (comparison))
    return true;
  if (!write_files (invocation, folder, run, comparison, error))
    return false;
  *out_folder = g_steal_pointer (&folder);
  return true;
}

static int
run (const Invocation *invocation)
{
  const CompareOptions *options = invocation->options;
  bool is_json = invocation->global->json;
  int64_t start_us = clock_monotonic_us ();
  char *none[] = { NULL };
  g_autoptr (Comparison) comparison = comparison_new (options->on != NULL ? options->on : none);
  g_auto (CompareRun) compared = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  bool ok = check_arguments (invocation, &error) &&
            compare (invocation, &compared, comparison, &folder, &error);
  int code = ok ? code_of (invocation, &compared, comparison) : (int)exit_code_of (error);
  if (is_json) {
    if (ok)
      compare_report_events (comparison);
    compare_report_summary (comparison, folder, compared.spent_usd, compared.maybe_usd, error,
                            code);
  } else if (ok) {
    compare_report_print (comparison, folder);
  } else {
    terminal_mistakes (error->message);
  }
  if (compared.stored != NULL && code != EXIT_INTERRUPTED)
    repack_after (invocation, compared.stored, clock_monotonic_us () - start_us);
  return code;
}

extern const CommandType command_compare;
const CommandType command_compare = {
  .name = "compare",
  .synopsis = "PIPELINE",
  .summary = "Show what several providers make of one pipeline",
  .details =
    "Each provider is asked alone: no other stands in for it, and of the cache only its own "
    "originals are taken. All that is missing is counted first, and asked about once. The exact "
    "bytes of the originals go into a folder, with a side-by-side picture of each image and "
    "index.html, a page that shows them with their sizes, times, metadata and costs. The "
    "pipeline's own outputs, its manifest and its lock are left alone. A second run shows the "
    "same and asks nobody. Where one provider fails, the others are shown all the same, and the "
    "exit code is 3.",
  .example = "  peel compare hero.yaml --on vertex,ai-studio\n"
             "  peel compare shop.yaml --on vertex,openai --only 'watch@front' --to out/ab\n"
             "  peel compare hero.yaml --on vertex,ai-studio --dry-run",
  .options = &compare_options,
  .shared = &shared_run_options,
  .least_arguments = 1,
  .most_arguments = 2,
  .run = run,
};
