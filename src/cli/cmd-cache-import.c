#include <math.h>
#include <unistd.h>

#include "base/install.h"
#include "base/units.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/project-config.h"
#include "cli/jobs.h"
#include "cli/run-command.h"
#include "cli/signals.h"
#include "cli/tag-list.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"
#include "run/import.h"
#include "run/lock-file.h"

typedef struct {
  char *prompt, *provider, *model, *image, *pipeline, *profile;
  char **variables, **tags;
  int variant, jobs, compression;
  double cost;
  int64_t max_file_size;
} ImportOptions;

static const OptionChoice compressions[] = {
  { "auto", CACHE_COMPRESSION_AUTO, "what does not shrink is stored as it is" },
  { "off", CACHE_COMPRESSION_OFF, NULL },
  { "fastest", CACHE_COMPRESSION_FASTEST, NULL },
  { "better", CACHE_COMPRESSION_BETTER, NULL },
  { "max", CACHE_COMPRESSION_MAX, "slow; for text and raw pixels, not for pictures" },
  { NULL, 0, NULL },
};

static const Option rows[] = {
  { OPTION_TEXT (ImportOptions, image), .name = "image", .value_name = "ID",
    .help = "The image they are of; unset: each file's name without its extension" },
  { OPTION_TEXTS (ImportOptions, tags), .name = "tag", .value_name = "TAGS",
    .flags = OPTION_REPEATED, .help = "Tags to put on them, with commas between them" },
  { OPTION_TEXT (ImportOptions, prompt), .name = "prompt", .value_name = "TEXT",
    .help = "What was asked for, to be found by" },
  { OPTION_TEXT (ImportOptions, provider), .name = "provider", .value_name = "NAME",
    .help = "Who made them" },
  { OPTION_TEXT (ImportOptions, model), .name = "model", .value_name = "NAME",
    .help = "The model that made them" },
  { OPTION_NUMBER (ImportOptions, cost), .name = "cost", .value_name = "USD", .min = 0, .max = 1e6,
    .help = "What each of them cost" },
  { OPTION_TEXT (ImportOptions, pipeline), .name = "pipeline", .value_name = "FILE",
    .help = "Make the picture the answer to what this pipeline asks for --image, so that a run "
            "takes it instead of generating one" },
  { OPTION_INT (ImportOptions, variant), .name = "variant", .value_name = "N", .min = 1,
    .max = 1000, .help = "Which variant of the image, with --pipeline" },
  { OPTION_TEXTS (ImportOptions, variables), .name = "var", .value_name = "NAME=VALUE",
    .flags = OPTION_REPEATED, .help = "Set a variable of the pipeline" },
  PROFILE_ROW (ImportOptions, profile),
  { OPTION_CHOICE (ImportOptions, compression), .name = "compression", .choices = compressions,
    .fallback = "auto", .value_name = "HOW", .help = "How hard to try to make them smaller" },
  { OPTION_BYTES (ImportOptions, max_file_size), .name = "max-file-size", .value_name = "SIZE",
    .min = 1, .max = 1e12, .fallback = "4GiB", .help = "Refuse larger files" },
  JOBS_ROW (ImportOptions, jobs),
  { 0 },
};
static const OptionTable import_options = { rows, sizeof (ImportOptions), NULL };

/* The term for what a model made, when nothing in the bytes says so. */
static const char generated_label[] = "trainedAlgorithmicMedia";

/* ---- telling ---- */

typedef struct {
  const GlobalOptions *global;
  WorkProgress *progress;
  Digest last; /* what was imported */
} Teller;

static void
on_imported (void *data, const char *path, const CacheRecord *record, bool was_there)
{
  Teller *teller = data;
  const DigestHex hex = digest_to_hex (&record->digest);
  teller->last = record->digest;
  if (teller->global->json) {
    cJSON *json = event_begin ("original");
    cJSON_AddStringToObject (json, "path", path);
    cJSON_AddStringToObject (json, "how", was_there ? "known" : "imported");
    event_add_original (json, record);
    event_print (json);
    return;
  }
  g_autofree char *size = units_describe_bytes (record->size_bytes);
  g_autofree char *pixels = record->format != NULL ? g_strdup_printf ("%s %dx%d", record->format,
                                                                      record->width, record->height)
                                                   : g_strdup ("no picture");
  g_autofree char *shown = terminal_safe (path, true);
  work_progress_clear (teller->progress);
  terminal_print ("%-8s  %.12s  %8s  %-15s  %s", was_there ? "known" : "imported", hex.text, size,
                  pixels, shown);
}

static void
on_failed (void *data, const char *path, RunErrorCode error_class, const char *message)
{
  Teller *teller = data;
  if (teller->global->json) {
    g_autofree char *valid = g_utf8_make_valid (path, -1);
    cJSON *json = event_begin ("failed");
    cJSON_AddStringToObject (json, "path", valid);
    event_add_failure (json, error_class, message);
    event_print (json);
    return;
  }
  work_progress_clear (teller->progress);
  terminal_error ("%s: %s", path, message);
}

static void
on_warning (void *data, const char *message)
{
  Teller *teller = data;
  if (teller->global->json) {
    cJSON *json = event_begin ("warning");
    event_add_message (json, message);
    event_print (json);
    return;
  }
  terminal_note ("peel: %s", message);
}

/* A pin wins over newer answers, so the answer that was just given may not be the one that is used. */
static void
tell_pin (Teller *teller, const Pipeline *pipeline, const ImportRequest *request)
{
  const char *id = request->image_id;
  g_autoptr (LockFile) lock = lock_file_load (pipeline->lock, NULL);
  const LockEntry *entry = lock != NULL
                             ? lock_file_find (lock, lock_file_owner (pipeline->name, id), id,
                                               request->variant)
                             : NULL;
  if (entry == NULL || !digest_equal (&entry->request, &request->fingerprint) ||
      digest_equal (&entry->original, &teller->last))
    return;
  g_autofree char *message = g_strdup_printf (
    "%s pins another original for %s: 'peel pick %s %.12s' takes this one instead", pipeline->lock,
    id, id, digest_to_hex (&teller->last).text);
  on_warning (teller, message);
}

static void
on_tick (void *data, const ImportTotals *totals)
{
  Teller *teller = data;
  work_progress_tick (teller->progress, totals->n_done, totals->n_files, totals->bytes);
}

static void
print_summary (const Teller *teller, const ImportResult *result)
{
  const ImportTotals *totals = &result->totals;
  g_autofree char *bytes = units_describe_bytes (totals->bytes);
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "%u imported", totals->n_new);
  if (totals->n_known > 0)
    g_string_append_printf (out, ", %u were there already", totals->n_known);
  if (totals->n_failed > 0)
    g_string_append_printf (out, ", %u failed", totals->n_failed);
  if (result->is_interrupted)
    g_string_append_printf (out, ", interrupted after %u of %u", totals->n_done, totals->n_files);
  terminal_print ("%s: %s in %.2f s", out->str, bytes, work_progress_seconds (teller->progress));
}

static void
finish (const Teller *teller, const ImportResult *result, const GError *error, int code)
{
  work_progress_clear (teller->progress);
  if (!teller->global->json) {
    if (error != NULL)
      terminal_mistakes (error->message);
    else if (!teller->global->quiet)
      print_summary (teller, result);
    return;
  }
  cJSON *json = event_begin ("summary");
  if (error == NULL) {
    const ImportTotals *totals = &result->totals;
    cJSON_AddNumberToObject (json, "files", totals->n_files);
    cJSON_AddNumberToObject (json, "imported", totals->n_new);
    cJSON_AddNumberToObject (json, "known", totals->n_known);
    cJSON_AddNumberToObject (json, "pictures", totals->n_pictures);
    cJSON_AddNumberToObject (json, "failed", totals->n_failed);
    cJSON_AddNumberToObject (json, "bytes", (double)totals->bytes);
    cJSON_AddNumberToObject (json, "seconds",
                             round (work_progress_seconds (teller->progress) * 1e3) / 1e3);
    cJSON_AddBoolToObject (json, "interrupted", result->is_interrupted);
  }
  event_print_summary (json, error, code);
}

/* ---- what they are ---- */

/* With the configuration of a run, which may name the model, so that the request is the run's. */
static bool
find_request (const Invocation *invocation, Config **out_config, Pipeline **out_pipeline,
              ImportRequest *out_request, GError **error)
{
  const ImportOptions *options = invocation->options;
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (folder);
  g_autoptr (Problems) problems = problems_new ();
  g_auto (ProjectNotes) notes = { NULL };
  if (!run_command_check_file (options->pipeline, error))
    return false;
  *out_config = project_config_load (options->pipeline, options->profile, invocation->global,
                                     &notes, problems);
  const PipelineSettings settings = { .variables = options->variables,
                                      .presets = presets,
                                      .config = *out_config,
                                      .allow_outside = true };
  *out_pipeline = pipeline_load (options->pipeline, &settings, problems);
  if (*out_pipeline == NULL || problems_count (problems) > 0)
    return problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error);
  return import_find_request (*out_pipeline, invocation->global->home, options->image,
                              options->variant, out_request, error);
}

static bool
reads_terminal (const Invocation *invocation)
{
  return g_strv_contains ((const char *const *)invocation->arguments, "-") && isatty (STDIN_FILENO);
}

static bool
check_options (const Invocation *invocation, GError **error)
{
  const ImportOptions *options = invocation->options;
  const char *complaint = NULL;
  if (options->pipeline != NULL && invocation->n_arguments != 1)
    complaint =
      "with --pipeline one picture is imported at a time: it is the answer to one request";
  else if (options->pipeline == NULL && options->variant > 0)
    complaint = "--variant chooses among the variants of a pipeline's image: give --pipeline too";
  else if (options->pipeline == NULL && options->variables != NULL)
    complaint = "--var sets a variable of a pipeline: give --pipeline too";
  else if (options->pipeline == NULL && options->profile != NULL)
    complaint = "--profile chooses what a pipeline is read with: give --pipeline too";
  else if (options->pipeline != NULL && g_file_test (invocation->arguments[0], G_FILE_TEST_IS_DIR))
    complaint = "with --pipeline one picture is imported, not a folder";
  else if (reads_terminal (invocation))
    complaint = "'-' reads a file from standard input, which is a terminal here; send one to it: "
                "… - < photo.png";
  if (complaint == NULL)
    return true;
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, complaint);
  return false;
}

static const char *
first_of (const char *given, const char *found)
{
  return given != NULL ? given : found;
}

static bool
import (const Invocation *invocation, Teller *teller, ImportResult *out_result, GError **error)
{
  const ImportOptions *options = invocation->options;
  g_autoptr (Config) config = NULL;
  g_autoptr (Pipeline) pipeline = NULL;
  g_auto (ImportRequest) request = { .variant = 0 };
  bool is_answer = options->pipeline != NULL;
  g_auto (GStrv) tags = tag_list_read (options->tags, error);
  if (tags == NULL || !check_options (invocation, error) ||
      (is_answer && !find_request (invocation, &config, &pipeline, &request, error)))
    return false;
  bool is_generated = options->model != NULL || options->prompt != NULL;
  const ImportSettings settings = {
    .home = invocation->global->home,
    .n_jobs = jobs_wanted (options->jobs),
    .isolate = true,
    .most_bytes = options->max_file_size,
    .compression = (CacheCompression)options->compression,
    .facts = {
      .prompt = first_of (options->prompt, request.prompt),
      .provider = options->provider,
      .model = first_of (options->model, request.model),
      .pipeline = is_answer ? pipeline->name : NULL,
      .image_id = first_of (options->image, request.image_id),
      .cost_usd = options->cost,
      .tags = tags,
      .source_type = is_generated ? generated_label : request.source_type,
      .request = is_answer ? &request.fingerprint : NULL,
      .variant = request.variant,
    },
  };
  const ImportListener listener = { teller, on_imported, on_failed, on_warning, on_tick };
  signals_watch ();
  bool ok = import_files (invocation->arguments, invocation->n_arguments, &settings, &listener,
                          out_result, error);
  if (ok && is_answer && out_result->totals.n_pictures > 0)
    tell_pin (teller, pipeline, &request);
  return ok;
}

static int
code_of (const ImportResult *result)
{
  if (result->is_interrupted)
    return EXIT_INTERRUPTED;
  if (result->totals.n_failed == 0)
    return EXIT_OK;
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, (int)result->first_failure, "");
  return (int)exit_code_of (error);
}

static int
run (const Invocation *invocation)
{
  const GlobalOptions *global = invocation->global;
  g_autoptr (WorkProgress)
    progress = work_progress_new ("import", "files", global->quiet || global->json);
  Teller teller = { global, progress };
  g_autoptr (GError) error = NULL;
  ImportResult result;
  bool ok = import (invocation, &teller, &result, &error);
  int code = ok ? code_of (&result) : (int)exit_code_of (error);
  finish (&teller, ok ? &result : NULL, error, code);
  return code;
}

extern const CommandType command_cache_import;
const CommandType command_cache_import = {
  .name = "cache import",
  .synopsis = "FILE|FOLDER|-…",
  .summary = "Keep files as originals: pictures bought elsewhere, or any bytes",
  .details =
    "The exact bytes are kept, whatever they are; of pictures it is noted what they are. A folder "
    "is taken with all folders below it; hidden files are passed over and links are not followed. "
    "- is standard input, whose original is named 'stdin'; a pipe or a device is read to its end. "
    "A file or folder that cannot be read does not keep out the others.\n\n"
    "With --pipeline the picture becomes the answer to what the pipeline asks for an image: the "
    "next run finds it in the cache and generates nothing, unless peel.lock pins another. What "
    "--prompt or --model is given for "
    "is "
    "labelled as made by a model, unless its bytes say what made it.",
  .example = "  peel cache import ~/bought --cost 0.04\n"
             "  curl -s https://example.org/watch.png | peel cache import - --image watch\n"
             "  peel cache import watch.png --prompt 'a diver on slate' --tag hero\n"
             "  peel cache import front.png --pipeline shop.yaml --image diver-watch@front",
  .options = &import_options,
  .least_arguments = 1,
  .run = run,
};
