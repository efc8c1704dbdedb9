/* Who is writing where, so that what a killed process left behind is found without looking
 * everywhere.
 *
 * A replaced sidecar has a hidden name for a moment, and on file systems without O_TMPFILE a new
 * blob has one too; a process killed then leaves it. Looking through 256 shelves at every start
 * would cost more than a whole run that has nothing to do. So every process that writes keeps a
 * locked file in writers/, 256 bytes long, and sets a byte in it for each shelf before it writes
 * there. A mark that nobody locks belongs to a dead process, and names the shelves to sweep. The
 * marks are not synced: they need to outlive the process, not the machine, and after a power cut a
 * leftover costs its bytes and nothing else. */
#pragma once

#include <stdbool.h>
#include <glib.h>

typedef struct {
  int fd; /* -1: nothing written yet */
  char *path;
} Writer;

#define WRITER_INIT                                                                                \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

/* To be called before something is written to the shelf; also makes its folder. */
bool writer_mark (Writer *writer, const char *home, unsigned shelf, GError **error);
void writer_clear (Writer *writer);

/* Sweeps after the dead. Returns how many files were removed. */
unsigned writer_sweep (const char *home);
