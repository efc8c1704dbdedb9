/* Other programs' word on a file. */
#pragma once

#include <glib.h>

/* What the program prints, faults included; NULL (and the test is skipped) when it is not
 * installed. `command`: NULL-terminated. It is to succeed. New string. */
static inline char *
program_run (const char *const *command)
{
  g_autofree char *installed = g_find_program_in_path (command[0]);
  if (installed == NULL) {
    g_test_skip (command[0]);
    return NULL;
  }
  g_autofree char *said = NULL, *faults = NULL;
  int status = 0;
  g_autoptr (GError) error = NULL;
  g_spawn_sync (NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said, &faults,
                &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_test_message ("%s: %s%s", command[0], said, faults);
  g_assert_cmpint (status, ==, 0);
  return g_strconcat (said, faults, NULL);
}
