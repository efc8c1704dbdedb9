#include "cli/help.h"

#include "base/install.h"
#include "cache/cache.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "document/document.h"
#include "image/version.h"
#include "transport/lane.h"

/* Wider than this, lines are hard to read. */
enum { WIDEST = 100 };

static int
width (void)
{
  return MIN (terminal_width (), WIDEST);
}

/* Adds a line to the paragraph that ends at column *used. */
static void
append_wrapped (const char *line, long *used, GString *out)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  for (char **word = words; *word != NULL; word++) {
    long length = g_utf8_strlen (*word, -1);
    bool fits = *used > 0 && *used + 1 + length <= width ();
    if (*used > 0)
      g_string_append_c (out, fits ? ' ' : '\n');
    g_string_append (out, *word);
    *used = fits ? *used + 1 + length : length;
  }
}

/* Paragraphs are set anew; an empty line ends one, and a line that begins with a space is laid out
 * already. */
static void
append_text (const char *text, GString *out)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  long used = 0;
  for (char **line = lines; *line != NULL; line++) {
    bool is_laid_out = **line == '\0' || **line == ' ';
    if (is_laid_out && used > 0)
      g_string_append_c (out, '\n');
    if (is_laid_out) {
      g_string_append_printf (out, "%s\n", *line);
      used = 0;
    } else {
      append_wrapped (*line, &used, out);
    }
  }
  if (used > 0)
    g_string_append_c (out, '\n');
}

static void
append_exit_codes (GString *out)
{
  g_string_append (out, "\nExit codes:\n");
  for (const ExitCodeRow *row = exit_code_rows; row->meaning != NULL; row++)
    g_string_append_printf (out, "  %3d  %s\n", (int)row->code, row->meaning);
  g_string_append (out, "Any other is a failure.\n");
}

static void
append_commands (const CommandType *const *types, GString *out)
{
  g_string_append (out, "Commands:\n");
  for (; *types != NULL; types++)
    g_string_append_printf (out, "  %-10s %s\n", command_word (*types), (*types)->summary);
}

char *
help_program (void)
{
  GString *out = g_string_new (
    "Peel turns generated and loaded originals into the files people ship.\n\n"
    "Usage: peel COMMAND [OPTION…] [ARGUMENT…]\n\n");
  append_commands (command_types, out);
  g_string_append (out, "\nOptions of every command:\n");
  options_append_help (&global_options, true, width (), out);
  append_exit_codes (out);
  g_string_append_c (out, '\n');
  append_text ("'peel COMMAND --help' tells more of a command; 'peel stages', 'peel presets', "
               "'peel providers' and 'peel models' tell what a pipeline can hold.",
               out);
  return g_string_free (out, FALSE);
}

static void
append_usage (const CommandType *command, GString *out)
{
  if (command->parts != NULL) {
    g_string_append_printf (out, "%s.\n\nUsage: peel %s COMMAND [OPTION…] [ARGUMENT…]\n",
                            command->summary, command->name);
    return;
  }
  g_string_append_printf (out, "%s.\n\nUsage: peel %s [OPTION…]%s%s\n", command->summary,
                          command->name, command->synopsis[0] != '\0' ? " " : "",
                          command->synopsis);
}

char *
help_command (const CommandType *command)
{
  const SharedOptions *shared = command->shared;
  GString *out = g_string_new (NULL);
  append_usage (command, out);
  if (command->details != NULL) {
    g_string_append_c (out, '\n');
    append_text (command->details, out);
  }
  if (command->parts != NULL) {
    g_string_append_c (out, '\n');
    append_commands (command->parts, out);
  }
  if (command->options != NULL) {
    g_string_append (out, "\nOptions:\n");
    options_append_help (command->options, true, width (), out);
  }
  if (shared != NULL) {
    g_string_append_printf (out, "\n%s:\n", shared->title);
    options_append_help (shared->table, true, width (), out);
  }
  g_string_append (out, "\nOptions of every command:\n");
  options_append_help (&global_options, true, width (), out);
  if (shared != NULL && shared->tells_exit_codes)
    append_exit_codes (out);
  if (command->example != NULL)
    g_string_append_printf (out, "\nExamples:\n%s\n", command->example);
  if (command->parts != NULL)
    g_string_append_printf (out, "\n'peel %s COMMAND --help' tells more of one.\n", command->name);
  return g_string_free (out, FALSE);
}

char *
help_libraries (void)
{
  g_autofree char *image = image_library_versions ();
  g_autofree char *cache = cache_library_versions ();
  g_autofree char *document = document_library_versions ();
  g_autofree char *network = lane_library_versions ();
  return g_strdup_printf ("%s, %s, %s, %s, GLib %u.%u.%u", image, cache, document, network,
                          glib_major_version, glib_minor_version, glib_micro_version);
}

char *
help_versions (void)
{
  g_autofree char *libraries = help_libraries ();
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "peel %s\n", install_version ());
  append_text (libraries, out);
  return g_string_free (out, FALSE);
}
