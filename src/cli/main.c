/* The program's door: finds the command, reads its options, runs it. */
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli/exit-code.h"
#include "cli/help.h"
#include "cli/run-options.h"
#include "cli/terminal.h"
#include "run/worker.h"

static int
fail_usage (const char *message, const char *command)
{
  terminal_error ("%s", message);
  if (command != NULL)
    terminal_error ("'peel %s --help' tells how it is used", command);
  else
    terminal_error ("'peel --help' lists the commands");
  return EXIT_USAGE;
}

static int
print_text (char *text)
{
  fputs (text, stdout);
  g_free (text);
  return EXIT_OK;
}

static int
fail_unknown_command (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < command_n_types (); i++)
    g_ptr_array_add (names, (gpointer)command_types[i]->name);
  const char *near = nearest_name (name, (const char *const *)names->pdata, names->len);
  g_autofree char *message = near != NULL
                               ? g_strdup_printf ("there is no command '%s'; did you mean '%s'?",
                                                  name, near)
                               : g_strdup_printf ("there is no command '%s'", name);
  return fail_usage (message, NULL);
}

static bool
is_global_option (const char *argument)
{
  if (g_str_has_prefix (argument, "--"))
    return option_find (&global_options, argument + 2) != NULL;
  for (const Option *row = global_options.rows; row->name != NULL; row++)
    if (row->letter != 0 && row->letter == argument[1])
      return true;
  return false;
}

/* `peel --max-file-size 1GB run p.yaml`: until the command is known nobody knows that 1GB is the value
 * of its option. */
static int
fail_no_command (int argc, char **argv, int at)
{
  const char *before = at > 1 ? argv[at - 1] : "";
  const CommandType *later = NULL;
  for (int i = at + 1; i < argc && later == NULL; i++)
    later = command_find (argv[i]);
  if (before[0] != '-' || is_global_option (before) || later == NULL)
    return fail_unknown_command (argv[at]);
  g_autofree char *message = g_strdup_printf (
    "there is no command '%s'; the options of a command come after it: 'peel %s %s %s'", argv[at],
    later->name, before, argv[at]);
  return fail_usage (message, later->name);
}

/* Where the command stands: the first argument that is no option, nor the value of one. */
static int
find_command (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (argv[i][0] != '-')
      return i;
    const Option *option = g_str_has_prefix (argv[i], "--")
                             ? option_find (&global_options, argv[i] + 2)
                             : NULL;
    if (option != NULL && option->kind != OPTION_KIND_BOOL)
      i++;
  }
  return 0;
}

static int
run_command (const CommandType *command, const GlobalOptions *global, void *own, RunOptions *run,
             GPtrArray *positionals)
{
  if (global->help)
    return print_text (help_command (command));
  bool too_few = positionals->len < command->least_arguments;
  bool too_many = command->most_arguments > 0 && positionals->len > command->most_arguments;
  if (command->least_arguments == 0 && command->most_arguments == 0 && positionals->len > 0)
    too_many = true;
  if (too_few || too_many) {
    g_autofree char *message =
      too_few ? g_strdup_printf ("'peel %s' needs %s", command->name, command->synopsis)
              : g_strdup_printf ("'peel %s' does not know what to do with '%s'", command->name,
                                 (char *)positionals->pdata[command->most_arguments]);
    return fail_usage (message, command->name);
  }
  g_ptr_array_add (positionals, NULL);
  const Invocation invocation = {
    .global = global,
    .options = own,
    .run = run,
    .arguments = (char **)positionals->pdata,
    .n_arguments = positionals->len - 1,
  };
  return command->run (&invocation);
}

/* All options of a command, wherever they stand on the line. */
static int
read_and_run (const CommandType *command, int argc, char **argv, int at)
{
  const OptionTable *tables[3] = { &global_options };
  void *structs[3] = { options_new (&global_options) };
  unsigned n = 1;
  if (command != NULL && command->options != NULL) {
    tables[n] = command->options;
    structs[n++] = options_new (command->options);
  }
  void *own = n > 1 ? structs[1] : NULL;
  RunOptions *run = NULL;
  if (command != NULL && command->takes_run_options) {
    tables[n] = &run_options;
    structs[n++] = run = options_new (&run_options);
  }
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  for (int i = 1; i < argc; i++)
    if (i != at || command == NULL)
      g_ptr_array_add (arguments, argv[i]);

  g_autoptr (GPtrArray) positionals = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const GlobalOptions *global = structs[0];
  int code;
  bool ok = options_parse_arguments (tables, structs, n, (int)arguments->len,
                                     (char **)arguments->pdata, positionals, &error);
  terminal_start (global);
  if (!ok)
    code = fail_usage (error->message, command != NULL ? command->name : NULL);
  else if (global->version)
    code = print_text (help_versions ());
  else if (command != NULL)
    code = run_command (command, global, own, run, positionals);
  else if (global->help || argc == 1)
    code = print_text (help_program ());
  else
    code = fail_usage ("no command was given", NULL);
  for (unsigned i = 0; i < n; i++)
    options_free (tables[i], structs[i]);
  return code;
}

/* `peel run shop.yaml | head -1`: the reader has what it wanted. */
static bool
is_reader_gone (void)
{
  struct pollfd out = { .fd = STDOUT_FILENO };
  return poll (&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* A result that could not be written is no result: a full disk behind a pipe is an error. */
static int
close_stdout (int code)
{
  bool failed = fflush (stdout) != 0 || ferror (stdout) != 0;
  /* A run that was stopped at once may have left a thread inside an encoder, and the usual end would
   * pull the libraries from under it. */
  if (code == EXIT_INTERRUPTED)
    _exit (code);
  if (!failed || code != EXIT_OK || is_reader_gone ())
    return code;
  terminal_error ("cannot write the results to standard output");
  return EXIT_FAILED;
}

/* A descriptor that the caller closed would be given to the next file that is opened, and what is
 * printed would land in it. */
static void
open_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    while (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", O_RDWR) >= 0)
      continue;
}

/* Names go into JSON, which knows no other bytes. 0: all are in order. */
static int
find_foreign_bytes (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      return i;
  return 0;
}

static int
print_help (int argc, char **argv)
{
  const CommandType *about = argc > 0 ? command_find (argv[0]) : NULL;
  if (argc > 0 && about == NULL)
    return fail_unknown_command (argv[0]);
  return print_text (about != NULL ? help_command (about) : help_program ());
}

int
main (int argc, char **argv)
{
  open_standard_streams ();
  setlocale (LC_CTYPE, "");
  if (argc == 3 && strcmp (argv[1], "worker") == 0)
    return worker_main (argv[2]);
  /* Whoever reads the results may leave early: what is being made is still made whole. */
  signal (SIGPIPE, SIG_IGN);
  setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
  int foreign = find_foreign_bytes (argc, argv);
  if (foreign > 0) {
    g_autofree char *shown = g_strescape (argv[foreign], NULL);
    g_autofree char *message = g_strdup_printf ("argument %d is not UTF-8: '%s'", foreign, shown);
    return fail_usage (message, NULL);
  }
  int at = find_command (argc, argv);
  if (at == 0)
    return close_stdout (read_and_run (NULL, argc, argv, 0));
  if (strcmp (argv[at], "help") == 0)
    return close_stdout (print_help (argc - at - 1, argv + at + 1));
  const CommandType *command = command_find (argv[at]);
  if (command == NULL)
    return fail_no_command (argc, argv, at);
  return close_stdout (read_and_run (command, argc, argv, at));
}
