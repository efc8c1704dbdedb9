/* peel-simulator: reads the options, serves until a signal comes. */
#include <signal.h>
#include <stdio.h>

#include "base/install.h"
#include "image/image.h"
#include "simulator/script.h"
#include "simulator/server.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static int
fail (const GError *error, int code)
{
  fprintf (stderr, "peel-simulator: %s\n", error->message);
  if (code == EXIT_USAGE)
    fprintf (stderr, "'peel-simulator --help' tells how it is used\n");
  return code;
}

static int
print_text (char *text)
{
  fputs (text, stdout);
  g_free (text);
  return fflush (stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

/* The signals are blocked in all threads; this one takes them. */
static void
block_signals (sigset_t *out_set)
{
  sigemptyset (out_set);
  sigaddset (out_set, SIGINT);
  sigaddset (out_set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, out_set, NULL);
  signal (SIGPIPE, SIG_IGN);
}

static int
serve (const SimulatorOptions *options)
{
  g_autoptr (GError) error = NULL;
  sigset_t signals;
  int number;
  block_signals (&signals);
  if (!image_start (2, &error))
    return fail (error, EXIT_FAILED);
  g_autoptr (Simulator) simulator = simulator_new (options, &error);
  Server *server = simulator != NULL ? server_start (simulator, &error) : NULL;
  if (server == NULL)
    return fail (error, error->domain == OPTION_ERROR ? EXIT_USAGE : EXIT_FAILED);
  printf ("peel-simulator: %s\n", simulator->url);
  fflush (stdout);
  sigwait (&signals, &number);
  simulator_stop (simulator);
  server_stop (server);
  return EXIT_OK;
}

static int
run (const SimulatorOptions *options, const GPtrArray *positionals)
{
  if (options->help)
    return print_text (simulator_help ());
  if (options->help_script)
    return print_text (script_help ());
  if (options->version)
    return print_text (g_strdup_printf ("peel-simulator %s\n", install_version ()));
  if (positionals->len > 0) {
    fprintf (stderr, "peel-simulator: does not know what to do with '%s'\n",
             (char *)positionals->pdata[0]);
    return EXIT_USAGE;
  }
  return serve (options);
}

int
main (int argc, char **argv)
{
  const OptionTable *const tables[] = { &simulator_options };
  void *const structs[] = { options_new (&simulator_options) };
  g_autoptr (GPtrArray) positionals = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int code = options_parse_arguments (tables, structs, 1, argc - 1, argv + 1, positionals, &error)
               ? run (structs[0], positionals)
               : fail (error, EXIT_USAGE);
  image_stop ();
  options_free (&simulator_options, structs[0]);
  return code;
}
