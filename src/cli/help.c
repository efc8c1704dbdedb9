#include "cli/help.h"

#include "base/install.h"
#include "cache/cache.h"
#include "cli/run-options.h"
#include "cli/terminal.h"
#include "document/document.h"
#include "image/version.h"

/* Wider than this, lines are hard to read. */
enum { WIDEST = 100 };

static int
width (void)
{
  return MIN (terminal_width (), WIDEST);
}

char *
help_program (void)
{
  GString *out = g_string_new (
    "Peel turns generated and loaded originals into the files people ship.\n\n"
    "Usage: peel COMMAND [OPTION…] [ARGUMENT…]\n\nCommands:\n");
  for (unsigned i = 0; i < command_n_types (); i++)
    g_string_append_printf (out, "  %-10s %s\n", command_types[i]->name, command_types[i]->summary);
  g_string_append (out, "\nOptions of every command:\n");
  options_append_help (&global_options, true, width (), out);
  g_string_append (
    out,
    "\n'peel COMMAND --help' tells more of a command; 'peel stages' and 'peel presets' tell what a "
    "pipeline can hold.\n");
  return g_string_free (out, FALSE);
}

char *
help_command (const CommandType *command)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "%s.\n\nUsage: peel %s [OPTION…] %s\n", command->summary,
                          command->name, command->synopsis);
  if (command->details != NULL)
    g_string_append_printf (out, "\n%s\n", command->details);
  if (command->options != NULL) {
    g_string_append (out, "\nOptions:\n");
    options_append_help (command->options, true, width (), out);
  }
  if (command->takes_run_options) {
    g_string_append (out, "\nOptions of a run:\n");
    options_append_help (&run_options, true, width (), out);
  }
  g_string_append (out, "\nOptions of every command:\n");
  options_append_help (&global_options, true, width (), out);
  if (command->example != NULL)
    g_string_append_printf (out, "\nExamples:\n%s\n", command->example);
  return g_string_free (out, FALSE);
}

char *
help_versions (void)
{
  g_autofree char *image = image_library_versions ();
  g_autofree char *cache = cache_library_versions ();
  g_autofree char *document = document_library_versions ();
  return g_strdup_printf ("peel %s\n%s, %s, %s, GLib %u.%u.%u\n", install_version (), image, cache,
                          document, glib_major_version, glib_minor_version, glib_micro_version);
}
