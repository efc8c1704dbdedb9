/* A file that appears whole or not at all.
 *
 * The bytes go to a file without a name (O_TMPFILE) or, where the file system has none, to a
 * hidden one beside the target. Commit syncs it, gives it its name and syncs the folder. Until
 * then an AtomicFile removes itself when cleared; a killed process leaves at most a hidden file
 * that holds no lock, which atomic_file_sweep() removes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

typedef struct {
  int fd;       /* -1: not open */
  char *path;   /* the final name */
  char *hidden; /* the temporary name, or NULL while the file has none */
} AtomicFile;

#define ATOMIC_FILE_INIT                                                                           \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

/* The folder must exist (see path_make_folder). A link at `path` is replaced; a folder, a device, a
 * pipe or a socket there is an error, here and at commit. */
bool atomic_file_open (AtomicFile *file, const char *path, GError **error);
/* As open, but a link stays: what it leads to is replaced, or made. For paths that people type. */
bool atomic_file_open_linked (AtomicFile *file, const char *path, GError **error);
bool atomic_file_write (AtomicFile *file, const void *data, size_t length, GError **error);
/* For a file whose name follows from its content: it gets this name by commit instead. The folder
 * must exist by then, on the same file system as the first. */
void atomic_file_set_path (AtomicFile *file, const char *path);
/* Replaces what has the name; the file is closed. On failure nothing has changed, or (only the
 * folder could not be synced) the whole new file is there and might not survive a power cut. */
bool atomic_file_commit (AtomicFile *file, GError **error);
/* As commit, but *out_exists says that the name was taken and was left alone. */
bool atomic_file_commit_new (AtomicFile *file, bool *out_exists, GError **error);
/* Forgets what was written. Safe to call after commit and twice. */
void atomic_file_clear (AtomicFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AtomicFile, atomic_file_clear)

/* open_linked, write, commit. */
bool atomic_file_put (const char *path, const void *data, size_t length, GError **error);

/* Removes the hidden files that killed processes left in `folder`; those being written stay.
 * A folder that does not exist has none. Returns how many were removed. */
unsigned atomic_file_sweep (const char *folder);
