/* The directories of a TIFF structure, which EXIF blocks and TIFF files are.
 * Every offset and count is checked against the bytes; nothing is copied. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t *bytes;
  size_t length;
  bool is_big_endian;
  uint32_t first; /* offset of directory 0 */
} Ifd;

typedef struct {
  uint16_t tag, type;
  uint32_t count;
  unsigned unit; /* bytes of one value, a rational being one of 8 */
  const uint8_t *data;
  size_t size; /* count * unit */
} IfdEntry;

/* Classic TIFF only; false for anything else. Borrows the bytes. */
bool ifd_open (const void *bytes, size_t length, Ifd *out_ifd);
/* Calls `visit` for the entries of the directory at `offset` whose values lie within the bytes.
 * Returns the offset of the next directory, 0 for none. One directory is read in time linear in
 * its own size; who follows offsets bounds how many. */
uint32_t ifd_each (const Ifd *ifd, uint32_t offset, void (*visit) (const IfdEntry *, void *),
                   void *data);
/* The first value of a SHORT, LONG or IFD entry, else 0. */
uint32_t ifd_number (const Ifd *ifd, const IfdEntry *entry);
