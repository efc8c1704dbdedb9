/* What `peel derive` reads: a file, standard input (which becomes a file in a folder that is removed
 * at the end), or an original of the cache. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct {
  char *path;   /* what to load; NULL: an original is recalled */
  char *hash;   /* of that one, in hex, whole */
  char *folder; /* for files of this call; NULL: none was needed */
} DeriveInput;

/* `name`: a path, "-", or the first hex digits of an original's hash in the cache at `home`. */
bool derive_input_open (DeriveInput *input, const char *name, const char *home, int64_t most_bytes,
                        GError **error);
/* Makes the folder, if there is none yet. */
bool derive_input_make_folder (DeriveInput *input, GError **error);
/* The path of a file in the folder whose name begins with `prefix`, or NULL. New string. */
char *derive_input_find (const DeriveInput *input, const char *prefix);
/* Removes the folder and what is in it. */
void derive_input_clear (DeriveInput *input);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DeriveInput, derive_input_clear)
