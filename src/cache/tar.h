/* Tar archives as they pass through a pipe: what is needed of POSIX ustar to carry files, and no
 * more. No seeking, and a few hundred bytes of memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

enum { TAR_BLOCK_BYTES = 512, TAR_MOST_NAME = 155 + 1 + 100 };
/* Eleven octal digits: 8 GiB less one. */
#define TAR_MOST_BYTES INT64_C (077777777777)

/* ---- writing ---- */

typedef struct {
  int fd;
  int64_t left; /* of the entry begun last */
  unsigned padding;
} TarWriter;

/* Begins a regular file; the one before it must be complete. Owner, mode and time are always the
 * same, so that equal content makes equal archives. */
bool tar_writer_begin (TarWriter *writer, const char *name, int64_t size_bytes, GError **error);
/* The next bytes of it; as many in all as were announced. */
bool tar_writer_write (TarWriter *writer, const void *bytes, size_t length, GError **error);
/* The blocks that end an archive. Does not sync, and does not close. */
bool tar_writer_end (TarWriter *writer, GError **error);

/* ---- reading ---- */

typedef struct {
  int fd;
  int64_t left;   /* of the current entry */
  int64_t offset; /* in the archive: for messages */
  unsigned padding;
} TarReader;

typedef struct {
  char name[TAR_MOST_NAME + 1];
  int64_t size_bytes;
  const char *other_kind; /* "a symbolic link", …; NULL: a regular file */
} TarEntry;

/* Passes over what is left of an entry, to the next one; or to the end, which must be marked as
 * POSIX has it. CACHE_ERROR_CORRUPT: cut, damaged or no such archive; nothing more can be read. */
bool tar_reader_next (TarReader *reader, TarEntry *out_entry, bool *out_at_end, GError **error);
/* At most `room` bytes of the current entry; *out_length is 0 at its end and only there. */
bool tar_reader_read (TarReader *reader, void *buffer, size_t room, size_t *out_length,
                      GError **error);
