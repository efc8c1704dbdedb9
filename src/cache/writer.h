/* Who is writing where, so that what a killed process left behind is found without looking
 * everywhere.
 *
 * A replaced sidecar has a hidden name for a moment, and on file systems without O_TMPFILE a new
 * blob has one too; a process killed then leaves it. Killed a moment later it leaves a sidecar that
 * the index does not know, and the request would be paid for again. Looking through 256 shelves at
 * every start would cost more than a whole run that has nothing to do. So every process that writes
 * keeps a locked file in writers/, 257 bytes long, and sets a byte in it (synced: a power cut kills
 * too) for each shelf before it writes there for the first time. A mark that nobody locks belongs
 * to a dead process, and names the shelves to look after. The last byte is for originals/ itself,
 * where a blob is until its shelf is known. */
#pragma once

#include <stdbool.h>
#include <glib.h>

enum { WRITER_N_SHELVES = 256, WRITER_N_MARKS };

typedef struct {
  int fd; /* -1: nothing written yet */
  char *path;
  bool is_marked[WRITER_N_MARKS];
  bool
    is_unfinished; /* something went wrong half-way: the mark stays, for the next start to mend */
} Writer;

#define WRITER_INIT                                                                                \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

/* To be called before something is written to the shelf; also makes its folder. */
bool writer_mark (Writer *writer, const char *home, unsigned shelf, GError **error);
/* The same for originals/ itself. */
bool writer_mark_originals (Writer *writer, const char *home, GError **error);
void writer_clear (Writer *writer);

/* Removes the hidden files that the dead left, and calls `mend` once for each shelf they wrote to. A
 * mark stays for the next time if that fails. Waits for another process that is at it, since what
 * that one has not mended yet would be missing here. Returns whether anything was mended. */
bool writer_sweep (const char *home, bool (*mend) (void *data, unsigned shelf), void *data);
