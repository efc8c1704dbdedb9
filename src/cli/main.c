/* The program's door: finds the command, reads its options, runs it. */
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/help.h"
#include "cli/terminal.h"
#include "run/launch.h"
#include "run/worker.h"

/* --json was given: also what is wrong with the command line itself is then told as an event. */
static bool is_json;

/* Before the options are read, or when they cannot be. */
static bool
asks_json (int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--json") == 0)
      return true;
  return false;
}

static int
fail_usage (const char *message, const char *command)
{
  g_autoptr (GError) error = g_error_new_literal (OPTION_ERROR, OPTION_ERROR_USAGE, message);
  int code = event_end (is_json, event_begin ("summary"), error);
  if (is_json)
    return code;
  if (command != NULL)
    terminal_error ("'peel %s --help' tells how it is used", command);
  else
    terminal_error ("'peel --help' lists the commands");
  return code;
}

static int
print_text (char *text)
{
  fputs (text, stdout);
  g_free (text);
  return EXIT_OK;
}

/* "", or "cache " for a command that is one of those it holds. New string. */
static char *
words_before (const CommandType *parent)
{
  return parent != NULL ? g_strconcat (parent->name, " ", NULL) : g_strdup ("");
}

static const CommandType *const *
parts_of (const CommandType *parent)
{
  return parent != NULL ? parent->parts : command_types;
}

/* `parent`: the command that holds the one that was wanted, or NULL. */
static int
fail_unknown_command (const CommandType *parent, const char *word)
{
  const char *near = command_nearest (parts_of (parent), word);
  g_autofree char *before = words_before (parent);
  g_autofree char *message = near != NULL
                               ? g_strdup_printf (
                                   "there is no command '%s%s'; did you mean '%s%s'?", before, word,
                                   before, near)
                               : g_strdup_printf ("there is no command '%s%s'", before, word);
  return fail_usage (message, parent != NULL ? parent->name : NULL);
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
fail_no_command (const CommandType *parent, int argc, char **argv, int at)
{
  const char *before = at > 1 ? argv[at - 1] : "";
  const CommandType *later = NULL;
  for (int i = at + 1; i < argc && later == NULL; i++)
    later = command_find (parts_of (parent), argv[i]);
  if (before[0] != '-' || is_global_option (before) || later == NULL)
    return fail_unknown_command (parent, argv[at]);
  g_autofree char *words = words_before (parent);
  g_autofree char *message = g_strdup_printf (
    "there is no command '%s%s'; the options of a command come after it: 'peel %s %s %s'", words,
    argv[at], later->name, before, argv[at]);
  return fail_usage (message, later->name);
}

/* The first argument from `from` on that is no option, nor the value of one; 0: none. */
static int
find_word (int argc, char **argv, int from)
{
  for (int i = from; i < argc; i++) {
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
run_command (const CommandType *command, const GlobalOptions *global, void *own, void *shared,
             GPtrArray *positionals)
{
  if (global->help)
    return print_text (help_command (command));
  if (command->parts != NULL) {
    g_autofree char *message = g_strdup_printf ("'peel %s' needs a command", command->name);
    return fail_usage (message, command->name);
  }
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
    .shared = shared,
    .arguments = (char **)positionals->pdata,
    .n_arguments = positionals->len - 1,
  };
  return command->run (&invocation);
}

/* All options of a command, wherever they stand on the line. `words` are the arguments without the
 * words that name it. */
static int
read_and_run (const CommandType *command, const GPtrArray *words)
{
  const OptionTable *tables[3] = { &global_options };
  void *structs[3] = { options_new (&global_options) };
  unsigned n = 1;
  void *own = NULL, *shared = NULL;
  if (command != NULL && command->options != NULL) {
    tables[n] = command->options;
    structs[n++] = own = options_new (command->options);
  }
  if (command != NULL && command->shared != NULL) {
    tables[n] = command->shared->table;
    structs[n++] = shared = options_new (command->shared->table);
  }
  g_autoptr (GPtrArray) positionals = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const GlobalOptions *global = structs[0];
  bool is_alone = words->len == 0;
  int code;
  bool ok = options_parse_arguments (tables, structs, n, (int)words->len, (char **)words->pdata,
                                     positionals, &error);
  terminal_start (global);
  if (ok)
    is_json = global->json;
  if (!ok)
    code = fail_usage (error->message, command != NULL ? command->name : NULL);
  else if (global->version)
    code = print_text (help_versions ());
  else if (command != NULL && command->parts != NULL && is_alone)
    code = print_text (help_command (command));
  else if (command != NULL)
    code = run_command (command, global, own, shared, positionals);
  else if (global->help || is_alone)
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
 * printed would land in it. Results that nobody can get are an error, so that standard output takes
 * none; messages may go nowhere. */
static void
open_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    int how = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;
    while (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", how) >= 0)
      continue;
  }
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

/* `peel help cache ls` */
static int
print_help (int n_words, char **words)
{
  const CommandType *about = NULL;
  for (int i = 0; i < n_words; i++) {
    const CommandType *part = about == NULL || about->parts != NULL
                                ? command_find (parts_of (about), words[i])
                                : NULL;
    if (part == NULL && (about == NULL || about->parts != NULL))
      return fail_unknown_command (about, words[i]);
    if (part == NULL)
      break;
    about = part;
  }
  return print_text (about != NULL ? help_command (about) : help_program ());
}

/* Finds the command, which may be held by another: `peel cache --json ls`. */
static int
open_door (int argc, char **argv)
{
  const CommandType *command = NULL;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  int at = 0, next = 1;
  while ((command == NULL || command->parts != NULL) && (at = find_word (argc, argv, next)) != 0) {
    if (strcmp (argv[at], "help") == 0 && command == NULL)
      return print_help (argc - at - 1, argv + at + 1);
    const CommandType *part = command_find (parts_of (command), argv[at]);
    if (part == NULL)
      return fail_no_command (command, argc, argv, at);
    for (; next < at; next++)
      g_ptr_array_add (words, argv[next]);
    next = at + 1;
    command = part;
  }
  for (; next < argc; next++)
    g_ptr_array_add (words, argv[next]);
  return read_and_run (command, words);
}

/* Memory and environment may hold keys, and a core dump would be a file of them. */
static void
forbid_cores (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_CORE, &limit) != 0)
    return;
  limit.rlim_cur = 0;
  (void)setrlimit (RLIMIT_CORE, &limit);
}

int
main (int argc, char **argv)
{
  forbid_cores ();
  open_standard_streams ();
  setlocale (LC_CTYPE, "");
  is_json = asks_json (argc, argv);
  /* A file that grows past `ulimit -f` is a write that fails, not the end of all that is being paid for. */
  signal (SIGXFSZ, SIG_IGN);
  if (argc == 3 && strcmp (argv[1], "worker") == 0)
    return worker_main (argv[2]);
  if (argc >= 4 && strcmp (argv[1], "launch") == 0)
    return launch_main (argv[2], argv + 3);
  /* Whoever reads the results may leave early: what is being made is still made whole. */
  signal (SIGPIPE, SIG_IGN);
  setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
  int foreign = find_foreign_bytes (argc, argv);
  if (foreign > 0) {
    g_autofree char *shown = g_strescape (argv[foreign], NULL);
    g_autofree char *message = g_strdup_printf ("argument %d is not UTF-8: '%s'", foreign, shown);
    return close_stdout (fail_usage (message, NULL));
  }
  return close_stdout (open_door (argc, argv));
}
