/* One picture through one preset, without a pipeline file: a pipeline is made in memory and run. */
#include <stdio.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "base/install.h"
#include "base/path.h"
#include "cli/exit-code.h"
#include "cli/run-command.h"
#include "cli/run-options.h"
#include "cli/terminal.h"
#include "document/json-write.h"

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
    .flags = OPTION_REPEATED,
    .help = "Another value for a variable or matrix key of the preset; may be given again" },
  { 0 },
};
static const OptionTable derive_options = { rows, sizeof (DeriveOptions), NULL };

/* Files for one call, removed at its end. */
typedef struct {
  char *folder; /* NULL: none was needed */
  char *input;  /* standard input as a file */
} Scratch;

static void
scratch_clear (Scratch *scratch)
{
  GDir *listing = scratch->folder != NULL ? g_dir_open (scratch->folder, 0, NULL) : NULL;
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (scratch->folder, name, NULL);
    g_remove (path);
  }
  g_clear_pointer (&listing, g_dir_close);
  if (scratch->folder != NULL)
    g_rmdir (scratch->folder);
  g_free (scratch->input);
  g_free (scratch->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scratch, scratch_clear)

static bool
scratch_make (Scratch *scratch, GError **error)
{
  if (scratch->folder == NULL)
    scratch->folder = g_dir_make_tmp ("peel-derive-XXXXXX", error);
  return scratch->folder != NULL;
}

/* libvips wants to seek and the cache wants to hash: standard input becomes a file first. */
static bool
save_input (Scratch *scratch, const RunOptions *run, GError **error)
{
  g_autofree char *text = NULL;
  size_t length;
  if (!path_read_file ("-", run->max_file_size, &text, &length, error) ||
      !scratch_make (scratch, error))
    return false;
  scratch->input = g_build_filename (scratch->folder, "stdin", NULL);
  return g_file_set_contents (scratch->input, text, (gssize)length, error);
}

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

static char *
pipeline_text (const DeriveOptions *options, const char *input, const char *to, GError **error)
{
  g_autofree char *escaped = escape_references (input);
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddNumberToObject (json, "version", 1);
  cJSON *stage = cJSON_CreateObject ();
  cJSON_AddStringToObject (cJSON_AddObjectToObject (stage, "load"), "files", escaped);
  cJSON_AddItemToArray (cJSON_AddArrayToObject (json, "stages"), stage);
  cJSON *output = cJSON_CreateObject ();
  cJSON_AddItemToArray (cJSON_AddArrayToObject (json, "outputs"), output);
  cJSON_AddStringToObject (output, "preset", options->preset);
  if (to != NULL)
    cJSON_AddStringToObject (output, "to", to);
  char *text = add_with (output, options->with, error) ? json_write_line (json) : NULL;
  cJSON_Delete (json);
  return text;
}

/* The one file whose name begins with "sent."; NULL when there are several or none. */
static char *
find_sent (const char *folder, unsigned *out_n)
{
  g_autofree char *found = NULL;
  GDir *listing = g_dir_open (folder, 0, NULL);
  *out_n = 0;
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;)
    if (g_str_has_prefix (name, "sent.") && (*out_n)++ == 0)
      found = g_build_filename (folder, name, NULL);
  g_clear_pointer (&listing, g_dir_close);
  return *out_n == 1 ? g_steal_pointer (&found) : NULL;
}

/* Copies the one file that was made to standard output. */
static int
send_output (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize length;
  unsigned n_files;
  g_autofree char *path = find_sent (folder, &n_files);
  if (path == NULL) {
    terminal_error (
      "--to - takes one picture, but this preset made %u; choose one with --with, such as "
      "--with format=webp --with width=640",
      n_files);
    return EXIT_USAGE;
  }
  if (!g_file_get_contents (path, &bytes, &length, &error)) {
    terminal_error ("%s", error->message);
    return EXIT_FAILED;
  }
  if (fwrite (bytes, 1, length, stdout) == length)
    return EXIT_OK;
  terminal_error ("cannot write the picture to standard output");
  return EXIT_FAILED;
}

static int
fail (const GError *error)
{
  terminal_error ("%s", error->message);
  return exit_code_of (error);
}

/* Makes the outputs of `text`; `sent` is the folder where a picture for standard output is made, or NULL. */
static int
run_text (const Invocation *invocation, const char *text, const char *sent)
{
  RunOptions *run = invocation->run;
  g_autofree char *folder = g_get_current_dir ();
  g_autofree char *preset_folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) presets = preset_path_new (preset_folder);
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  run->allow_outside = true; /* the person who types a path means it */
  const PipelineSettings settings = run_options_pipeline_settings (run, presets);
  Document *document = document_read ("derive.json", text, strlen (text), problems);
  g_autoptr (Pipeline)
    pipeline = document != NULL
                 ? pipeline_from_document (document, folder, "derive", &settings, problems)
                 : NULL;
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return EXIT_USAGE;
  }
  if (sent == NULL)
    return run_command_pipeline (invocation, pipeline, REPORT_RUN);
  int code = run_command_pipeline (invocation, pipeline, REPORT_SEND);
  return code == EXIT_OK && !run->dry_run ? send_output (sent) : code;
}

static int
run (const Invocation *invocation)
{
  const DeriveOptions *options = invocation->options;
  g_auto (Scratch) scratch = { NULL };
  g_autoptr (GError) error = NULL;
  const char *input = invocation->arguments[0];
  if (options->preset == NULL) {
    terminal_error ("'peel derive' needs --preset PRESET; 'peel presets' lists them");
    return EXIT_USAGE;
  }
  if (strcmp (input, "-") == 0) {
    if (!save_input (&scratch, invocation->run, &error))
      return fail (error);
    input = scratch.input;
  }
  bool sends = g_strcmp0 (options->to, "-") == 0;
  if (sends && !scratch_make (&scratch, &error))
    return fail (error);
  g_autofree char *to = sends ? g_strconcat (scratch.folder, "/sent.{width}.{ext}", NULL)
                              : g_strdup (options->to);
  g_autofree char *text = pipeline_text (options, input, to, &error);
  if (text == NULL)
    return fail (error);
  return run_text (invocation, text, sends ? scratch.folder : NULL);
}

extern const CommandType command_derive;
const CommandType command_derive = {
  .name = "derive",
  .synopsis = "IMAGE",
  .summary = "Make a preset's files from one picture, without a pipeline file",
  .details = "IMAGE is a file, or - for standard input. With --to - the picture goes to standard "
             "output; the "
             "preset must then make one file.",
  .example =
    "  peel derive photo.png --preset web/responsive\n"
    "  peel derive photo.png --preset social/og --to card.jpg\n"
    "  curl -s https://example.org/photo.jpg | peel derive - --preset web/thumb --with format=webp "
    "--with width=320 --to - > thumb.webp",
  .options = &derive_options,
  .takes_run_options = true,
  .least_arguments = 1,
  .most_arguments = 1,
  .run = run,
};
