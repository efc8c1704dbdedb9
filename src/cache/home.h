/* The folders of a home, and moving what is damaged out of them. Needs no Cache and no database. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "base/digest.h"

/* Makes the home (for its owner alone: originals may be private) and its folders. */
bool home_make (const char *home, GError **error);

/* New strings. */
char *home_blob_path (const char *home, const Digest *digest);   /* .zst */
char *home_pixels_path (const char *home, const Digest *digest); /* .pix */
char *home_sidecar_path (const char *home, const Digest *digest);
/* originals/XX, where XX are the first two digits of every name in it. */
char *home_shelf_path (const char *home, unsigned shelf);
/* Between reading a sidecar and replacing it no other process may do the same. The lock is on the
 * shelf's folder: no file to make, none to leave behind. close() of what is returned ends it; -1: an
 * error. Who holds it may wait for the index, so nobody who holds the index may wait for it. */
int home_lock_shelf (const char *home, unsigned shelf, GError **error);

/* Is the open file the one that has the name now? */
bool home_has_name (int fd, const char *path);
/* Moves the open file `path` to quarantine/ unless another file has its name by now (someone else
 * mended it). False: it is still there. *out_fate (may be NULL) is the end of a sentence: where it
 * went, or why it could not go. New string. */
bool home_quarantine (const char *home, const char *path, int fd, char **out_fate);

/* Moves what is damaged as above and puts file, fate and `advice` around what *error says of it.
 * `what` leads to the path: "original in", "sidecar". */
void home_explain_damage (GError **error, const char *home, const char *path, int fd,
                          const char *what, const char *advice);

/* rename() that fails with EEXIST when `to` is taken. Returns 0, or -1 and errno. */
int home_rename_new (const char *from, const char *to);
