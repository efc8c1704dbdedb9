/* Runs every file of a corpus folder through a fuzz target, so that what a fuzzer found once stays
 * found by every compiler. */
#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

#include "fuzz-target.h"

static bool
replay_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  size_t length;
  if (!g_file_get_contents (path, &text, &length, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return false;
  }
  /* An exact copy: g_file_get_contents adds a NUL, which would hide a read past the end. */
  g_autofree uint8_t *bytes = g_memdup2 (text, length);
  LLVMFuzzerTestOneInput (bytes, length);
  return true;
}

static int
replay_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) listing = g_dir_open (folder, 0, &error);
  if (listing == NULL) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  int n_files = 0;
  for (const char *name; (name = g_dir_read_name (listing)) != NULL; n_files++) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    fprintf (stderr, "%s\n", path);
    if (!replay_file (path))
      return 1;
  }
  return n_files > 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  if (argc != 2) {
    fprintf (stderr, "usage: %s CORPUS\n", argv[0]);
    return 2;
  }
  return replay_folder (argv[1]);
}
