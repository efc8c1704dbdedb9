/*  Photoshop 3.0 NUL | "8BIM" id(2) name(pascal, even) size(4) data(even) | "8BIM" …
 *  data of resource 0x0404: 0x1C record(1) dataset(1) length(2) value | 0x1C … */
#include "metadata/iptc.h"

#define SIGNATURE "Photoshop 3.0" /* and its NUL */

enum { RESOURCE_IPTC = 0x0404, RESOURCE_THUMBNAIL_OLD = 0x0409, RESOURCE_THUMBNAIL = 0x040c };

typedef struct {
  void (*visit) (const IptcDataset *, void *);
  void *data;
  bool has_thumbnail;
} Walker;

static void
read_records (Walker *walker, const uint8_t *at, size_t left)
{
  while (left >= 5 && at[0] == 0x1c) {
    size_t header = 5, length = (size_t)at[3] << 8 | at[4];
    if (length & 0x8000) { /* the length of the length: up to four bytes are believed */
      size_t n_bytes = length & 0x7fff;
      if (n_bytes > 4 || left < header + n_bytes)
        return;
      length = 0;
      for (size_t i = 0; i < n_bytes; i++)
        length = length << 8 | at[header + i];
      header += n_bytes;
    }
    if (length > left - header)
      return;
    const IptcDataset dataset = { at[1], at[2], at + header, length };
    walker->visit (&dataset, walker->data);
    at += header + length;
    left -= header + length;
  }
}

static void
read_resources (Walker *walker, const uint8_t *at, size_t left)
{
  while (left >= 8 && memcmp (at, "8BIM", 4) == 0) {
    unsigned id = (unsigned)at[4] << 8 | at[5];
    size_t name = ((size_t)at[6] + 2) & ~(size_t)1;
    if (left < 6 + name + 4)
      return;
    const uint8_t *size_at = at + 6 + name;
    size_t size = (size_t)size_at[0] << 24 | (size_t)size_at[1] << 16 | (size_t)size_at[2] << 8 |
                  size_at[3];
    size_t header = 6 + name + 4;
    if (size > left - header)
      return;
    if (id == RESOURCE_IPTC)
      read_records (walker, at + header, size);
    else if (id == RESOURCE_THUMBNAIL || id == RESOURCE_THUMBNAIL_OLD)
      walker->has_thumbnail = true;
    size_t step = MIN (header + size + (size & 1), left);
    at += step;
    left -= step;
  }
}

bool
iptc_each (GBytes *block, void (*visit) (const IptcDataset *, void *), void *data,
           bool *out_has_thumbnail, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (block, &length);
  Walker walker = { visit, data, false };
  if (length > IPTC_MOST_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is over %d bytes",
                 IPTC_MOST_BYTES);
    return false;
  }
  if (length >= sizeof SIGNATURE && memcmp (bytes, SIGNATURE, sizeof SIGNATURE) == 0)
    read_resources (&walker, bytes + sizeof SIGNATURE, length - sizeof SIGNATURE);
  else if (length >= 4 && memcmp (bytes, "8BIM", 4) == 0)
    read_resources (&walker, bytes, length);
  else if (length >= 1 && bytes[0] == 0x1c)
    read_records (&walker, bytes, length);
  else {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is not an IPTC block");
    return false;
  }
  *out_has_thumbnail = walker.has_thumbnail;
  return true;
}
