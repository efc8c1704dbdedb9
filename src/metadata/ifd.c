#include "metadata/ifd.h"

#include <glib.h>

enum { ENTRY_BYTES = 12 };

static uint16_t
read16 (const Ifd *ifd, const uint8_t *at)
{
  return ifd->is_big_endian ? (uint16_t)(at[0] << 8 | at[1]) : (uint16_t)(at[1] << 8 | at[0]);
}

static uint32_t
read32 (const Ifd *ifd, const uint8_t *at)
{
  uint32_t a = read16 (ifd, at), b = read16 (ifd, at + 2);
  return ifd->is_big_endian ? a << 16 | b : b << 16 | a;
}

bool
ifd_open (const void *bytes, size_t length, Ifd *out_ifd)
{
  Ifd ifd = { bytes, length, false, 0 };
  if (length < 8)
    return false;
  if (memcmp (bytes, "MM\0*", 4) == 0)
    ifd.is_big_endian = true;
  else if (memcmp (bytes, "II*\0", 4) != 0)
    return false;
  ifd.first = read32 (&ifd, ifd.bytes + 4);
  *out_ifd = ifd;
  return true;
}

static bool
read_entry (const Ifd *ifd, const uint8_t *at, IfdEntry *out_entry)
{
  static const uint8_t units[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4 };
  IfdEntry entry = { read16 (ifd, at), read16 (ifd, at + 2), read32 (ifd, at + 4) };
  if (entry.type == 0 || entry.type >= G_N_ELEMENTS (units))
    return false;
  entry.unit = units[entry.type];
  uint64_t size = (uint64_t)entry.count * entry.unit;
  uint64_t offset = size <= 4 ? (uint64_t)(at + 8 - ifd->bytes) : read32 (ifd, at + 8);
  if (size > ifd->length || offset > ifd->length - size)
    return false;
  entry.data = ifd->bytes + offset;
  entry.size = (size_t)size;
  *out_entry = entry;
  return true;
}

uint32_t
ifd_each (const Ifd *ifd, uint32_t offset, void (*visit) (const IfdEntry *, void *), void *data)
{
  if (offset < 8 || offset > ifd->length || ifd->length - offset < 2)
    return 0;
  const uint8_t *at = ifd->bytes + offset;
  size_t count = read16 (ifd, at), left = ifd->length - offset - 2;
  for (size_t i = 0; i < count && left >= ENTRY_BYTES; i++, left -= ENTRY_BYTES) {
    IfdEntry entry;
    if (read_entry (ifd, at + 2 + i * ENTRY_BYTES, &entry))
      visit (&entry, data);
  }
  size_t end = 2 + count * ENTRY_BYTES;
  return ifd->length - offset >= end + 4 ? read32 (ifd, at + end) : 0;
}

uint32_t
ifd_number (const Ifd *ifd, const IfdEntry *entry)
{
  if (entry->count == 0 || (entry->type != 3 && entry->type != 4 && entry->type != 13))
    return 0;
  return entry->type == 3 ? read16 (ifd, entry->data) : read32 (ifd, entry->data);
}
