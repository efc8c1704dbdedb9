/* ICC profiles by name, as they are installed, or by path. */
#pragma once

#include <stdbool.h>
#include <glib.h>

/* Finds `name` (a file name with or without .icc or .icm, any case, or an absolute path) in the
 * system's and the user's colour folders. Returns the path, or NULL with the error saying where
 * was looked. New string. */
char *profiles_find (const char *name, GError **error);
/* Colour channels of a profile by its header: 1, 3 or 4; 0 for others (Lab, links). A file that is
 * no ICC profile is an error. */
bool profiles_read_channels (const char *path, int *out_n_channels, GError **error);
/* How many profiles of `n_channels` are installed: 4 for presses. */
unsigned profiles_count (int n_channels);
/* The folders, for messages: "~/.local/share/icc, …". New string. */
char *profiles_describe_folders (void);
