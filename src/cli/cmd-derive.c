/* One picture through one preset, without a pipeline file: a pipeline is made in memory and run. */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/install.h"
#include "cli/derive-input.h"
#include "cli/exit-code.h"
#include "cli/project-config.h"
#include "cli/repack-after.h"
#include "cli/run-command.h"
#include "cli/run-events.h"
#include "cli/run-options.h"
#include "cli/terminal.h"
#include "document/json-write.h"

/* Names what is to be sent to standard output. */
#define SENT_PREFIX "sent-"

typedef struct {
  char *preset, *to;
  char **with;
} DeriveOptions;

static const Option rows[] = {
  { OPTION_TEXT (DeriveOptions, preset), .name = "preset", .value_name = "PRESET",
    .flags = OPTION_REQUIRED, .help = "The preset to make; 'peel presets' lists them" },
  { OPTION_TEXT (DeriveOptions, to), .name = "to", .value_name = "PATH",
    .help = "Where to write, with {name}, {width}, {ext} and so on; - is standard output" },
  { OPTION_TEXTS (DeriveOptions, with), .name = "with", .value_name = "NAME=VALUE",
    .flags = OPTION_REPEATED, .help = "Another value for a variable or matrix key of the preset" },
  { 0 },
};
static const OptionTable derive_options = { rows, sizeof (DeriveOptions), NULL };

/* NAME=VALUE, the value a number where it looks like one. */
static bool
add_with (cJSON *output, char **with, GError **error)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddItemToObject (output, "with", json);
  for (; with != NULL && *with != NULL; with++) {
    const char *equals = strchr (*with, '=');
    if (equals == NULL || equals == *with) {
      g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "--with takes NAME=VALUE, not '%s'",
                   *with);
      return false;
    }
    g_autofree char *name = g_strndup (*with, (size_t)(equals - *with));
    g_autoptr (Node) value = node_new_scalar (&MARK_NONE, equals + 1, NODE_PLAIN);
    g_autoptr (GString) text = g_string_new (NULL);
    node_to_json (value, text);
    cJSON_AddRawToObject (json, name, text->str);
  }
  return true;
}

/* A path is itself here, whatever signs it holds: only `to` knows {…}, and ${ is escaped. */
static char *
escape_references (const char *text)
{
  g_autoptr (GString) out = g_string_new (text);
  g_string_replace (out, "${", "$${", 0);
  return g_strdup (out->str);
}

static cJSON *
source_stage (const DeriveInput *input)
{
  cJSON *stage = cJSON_CreateObject ();
  if (input->hash != NULL) {
    cJSON_AddStringToObject (cJSON_AddObjectToObject (stage, "recall"), "hash", input->hash);
    return stage;
  }
  g_autofree char *escaped = escape_references (input->path);
  cJSON_AddStringToObject (cJSON_AddObjectToObject (stage, "load"), "files", escaped);
  return stage;
}

static char *
pipeline_text (const DeriveOptions *options, const DeriveInput *input, const char *to,
               GError **error)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddNumberToObject (json, "version", 1);
  cJSON_AddItemToArray (cJSON_AddArrayToObject (json, "stages"), source_stage (input));
  cJSON *output = cJSON_CreateObject ();
  cJSON_AddItemToArray (cJSON_AddArrayToObject (json, "outputs"), output);
  cJSON_AddStringToObject (output, "preset", options->preset);
  if (to != NULL)
    cJSON_AddStringToObject (output, "to", to);
  char *text = add_with (output, options->with, error) ? json_write_line (json) : NULL;
  cJSON_Delete (json);
  return text;
}

/* What is wrong is wrong on the command line: the text that was made of it has no places. */
static void
forget_places (Node *node)
{
  node->mark = MARK_NONE;
  for (unsigned i = 0; node->keys != NULL && i < node->keys->len; i++)
    forget_places (node->keys->pdata[i]);
  for (unsigned i = 0; node->items != NULL && i < node->items->len; i++)
    forget_places (node->items->pdata[i]);
}

/* Standard output is the picture's when it is sent there. */
static bool
sends (const DeriveOptions *options)
{
  return g_strcmp0 (options->to, "-") == 0;
}

static int
fail (const Invocation *invocation, const GError *error)
{
  int code = (int)exit_code_of (error);
  if (invocation->global->json && !sends (invocation->options))
    run_events_finished ("derive", NULL, error, code);
  else
    terminal_mistakes (error->message);
  return code;
}

/* The one file that was made, to standard output. */
static int
send_output (const Invocation *invocation, const DeriveInput *input)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = derive_input_find (input, SENT_PREFIX);
  g_autofree char *bytes = NULL;
  gsize length;
  if (path == NULL) {
    terminal_error ("the picture that was made is gone from %s", input->folder);
    return EXIT_FAILED;
  }
  if (!g_file_get_contents (path, &bytes, &length, &error))
    return fail (invocation, error);
  if (fwrite (bytes, 1, length, stdout) == length && fflush (stdout) == 0)
    return EXIT_OK;
  if (errno == EPIPE) /* as of `peel run … | head`: the reader has what it wanted */
    return EXIT_OK;
  terminal_error ("cannot write the picture to standard output: %s", g_strerror (errno));
  return EXIT_FAILED;
}

/* Counts before anything is made: a picture too many would be paid for with time. */
static int
make_and_send (const Invocation *invocation, const Pipeline *pipeline, const DeriveInput *input,
               GArray *stored)
{
  const RunOptions *run = invocation->shared;
  unsigned n_outputs = 0;
  int code = run_command_count (invocation, pipeline, &n_outputs);
  if (code != EXIT_OK)
    return code;
  if (n_outputs != 1) {
    terminal_error ("--to - takes one picture, but this makes %u; choose one with --with, such as "
                    "--with format=webp --with width=640 ('peel presets %s' shows what there is)",
                    n_outputs, ((const DeriveOptions *)invocation->options)->preset);
    return EXIT_USAGE;
  }
  if (run->dry_run)
    return EXIT_OK;
  code = run_command_pipeline (invocation, pipeline, REPORT_SEND, stored);
  return code == EXIT_OK ? send_output (invocation, input) : code;
}

static int
make (const Invocation *invocation, const Pipeline *pipeline, const DeriveInput *input)
{
  int64_t start_us = clock_monotonic_us ();
  g_autoptr (GArray) stored = g_array_new (FALSE, FALSE, sizeof (Digest));
  int code = sends (invocation->options)
               ? make_and_send (invocation, pipeline, input, stored)
               : run_command_pipeline (invocation, pipeline, REPORT_RUN, stored);
  repack_after (invocation, stored, clock_monotonic_us () - start_us);
  return code;
}

/* A name with an extension is for one format, and many presets make several. */
static bool
check_format (const DeriveOptions *options, const Pipeline *pipeline, GError **error)
{
  const OutputRule *rule = pipeline->outputs->pdata[0];
  const ImageFormatType *promised = options->to != NULL
                                      ? image_format_type (image_format_of_path (options->to))
                                      : NULL;
  for (unsigned i = 0; promised != NULL && i < rule->matrix->axes->len; i++) {
    const MatrixAxis *axis = rule->matrix->axes->pdata[i];
    if (strcmp (axis->key, "format") != 0 || axis->values == NULL || axis->values->len < 2)
      continue;
    g_autofree char *stem = g_strndup (options->to,
                                       (size_t)(strrchr (options->to, '.') - options->to));
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "--to '%s' is one format, but %s makes %u; choose with --with format=%s, or let "
                 "each have its extension: --to '%s.{ext}'",
                 options->to, options->preset, axis->values->len, promised->name, stem);
    return false;
  }
  return true;
}

/* Makes the outputs of the pipeline in `text`. */
static int
run_text (const Invocation *invocation, const char *text, const DeriveInput *input)
{
  RunOptions *run = invocation->shared;
  g_autofree char *folder = g_get_current_dir ();
  g_autofree char *preset_folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (preset_folder);
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  run->allow_outside = true; /* the person who types a path means it */
  g_autoptr (Config) config = project_config_load_user (run->profile, problems);
  PipelineSettings settings = run_options_pipeline_settings (run, presets, config);
  settings.follow_links = true; /* likewise: it is no path that a pipeline came with */
  g_autoptr (Pipeline) pipeline = NULL;
  Document *document = document_read ("derive.json", text, strlen (text), problems);
  if (document != NULL) {
    forget_places (document->root);
    pipeline = pipeline_from_document (document, folder, "derive", &settings, problems);
  }
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error) ||
      !check_format (invocation->options, pipeline, &error))
    return fail (invocation, error);
  return make (invocation, pipeline, input);
}

static bool
check_options (const Invocation *invocation, GError **error)
{
  const DeriveOptions *options = invocation->options;
  const char *complaint = NULL;
  if (options->preset == NULL)
    complaint = "'peel derive' needs --preset PRESET; 'peel presets' lists them";
  else if (sends (options) && invocation->global->json)
    complaint = "--to - writes the picture to standard output, so --json has no place there";
  else if (sends (options) && ((const RunOptions *)invocation->shared)->proof)
    complaint =
      "--to - writes the picture to standard output, and --proof draws beside a file: give "
      "--to a path";
  if (complaint == NULL)
    return true;
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, complaint);
  return false;
}

static int
run (const Invocation *invocation)
{
  const DeriveOptions *options = invocation->options;
  const RunOptions *run = invocation->shared;
  g_auto (DeriveInput) input = { NULL };
  g_autoptr (GError) error = NULL;
  if (!check_options (invocation, &error) ||
      !derive_input_open (&input, invocation->arguments[0], invocation->global->home,
                          run->max_file_size, &error) ||
      (sends (options) && !derive_input_make_folder (&input, &error)))
    return fail (invocation, error);
  g_autofree char *to = sends (options)
                          ? g_strconcat (input.folder, "/" SENT_PREFIX "{hash}.{ext}", NULL)
                          : g_strdup (options->to);
  g_autofree char *text = pipeline_text (options, &input, to, &error);
  if (text == NULL)
    return fail (invocation, error);
  return run_text (invocation, text, &input);
}

extern const CommandType command_derive;
const CommandType command_derive = {
  .name = "derive",
  .synopsis = "IMAGE",
  .summary = "Make a preset's files from one picture, without a pipeline file",
  .details =
    "IMAGE is a file, the hash of an original in the cache (its first 8 digits or more "
    "will do; its files are named by its image and 8 digits of the hash), or - for standard "
    "input. With --to - the picture goes to standard output; "
    "there must then be one only. Without --to the files are named "
    "out/PRESET/NAME-WIDTH.EXT.",
  .example = "  peel derive photo.png --preset web/responsive\n"
             "  peel derive photo.png --preset social/og --to card.jpg\n"
             "  peel derive - --preset web/thumb --with format=webp --with width=160 \\\n"
             "    --to - < photo.jpg > thumb.webp",
  .options = &derive_options,
  .shared = &shared_run_options,
  .least_arguments = 1,
  .most_arguments = 1,
  .run = run,
};
