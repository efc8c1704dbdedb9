/* peel-reference: writes what is made from the tables of the program (scripts/update-reference).
 *
 *     peel-reference docs FOLDER PRESETS     the pages of docs/reference
 *     peel-reference bash                    the completion script, to stdout */
#include <stdio.h>

#include "cli/exit-code.h"
#include "cli/reference.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc == 2 && strcmp (argv[1], "bash") == 0) {
    g_autofree char *script = reference_bash_completion ();
    fputs (script, stdout);
    return fflush (stdout) == 0 ? EXIT_OK : EXIT_FAILED;
  }
  if (argc != 4 || strcmp (argv[1], "docs") != 0) {
    fputs ("usage: peel-reference docs FOLDER PRESETS | peel-reference bash\n", stderr);
    return EXIT_USAGE;
  }
  if (reference_write (argv[2], argv[3], &error))
    return EXIT_OK;
  fprintf (stderr, "peel-reference: %s\n", error->message);
  return EXIT_FAILED;
}
