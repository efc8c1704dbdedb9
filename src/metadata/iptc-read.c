/*  Photoshop 3.0 NUL | "8BIM" id(2) name(pascal, even) size(4) data(even) | "8BIM" …
 *  data of resource 0x0404: 0x1C record(1) dataset(1) length(2) value | 0x1C … */
#include "metadata/iptc.h"

#include <stdint.h>

#define SIGNATURE "Photoshop 3.0" /* and its NUL */

enum { RESOURCE_IPTC = 0x0404, RESOURCE_THUMBNAIL_OLD = 0x0409, RESOURCE_THUMBNAIL = 0x040c };

static const struct {
  uint8_t dataset;
  MetadataProperty property;
} rows[] = {
  { 5, METADATA_TITLE },    { 25, METADATA_KEYWORDS }, { 80, METADATA_CREATOR },
  { 105, METADATA_TITLE }, /* headline, where there is no title: the first one stays */
  { 110, METADATA_CREDIT }, { 116, METADATA_RIGHTS },  { 120, METADATA_DESCRIPTION },
};

static void
take_dataset (MetadataRecord *record, uint8_t dataset, const uint8_t *value, size_t length)
{
  static const uint8_t location_datasets[] = { 26, 27, 90, 92, 95, 100, 101 };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].dataset == dataset) {
      metadata_record_add_bytes (record, rows[i].property, value, length);
      return;
    }
  }
  bool is_location = memchr (location_datasets, dataset, sizeof location_datasets) != NULL;
  if (dataset != 0) /* 0 is the version of the block */
    record->strangers |= is_location ? METADATA_STRANGER_LOCATION : METADATA_STRANGER_OTHER;
}

static void
read_records (const uint8_t *at, size_t left, MetadataRecord *record)
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
    if (at[1] == 2)
      take_dataset (record, at[2], at + header, length);
    at += header + length;
    left -= header + length;
  }
}

static void
read_resources (const uint8_t *at, size_t left, MetadataRecord *record)
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
      read_records (at + header, size, record);
    else if (id == RESOURCE_THUMBNAIL || id == RESOURCE_THUMBNAIL_OLD)
      record->strangers |= METADATA_STRANGER_THUMBNAIL;
    size_t step = MIN (header + size + (size & 1), left);
    at += step;
    left -= step;
  }
}

bool
iptc_read (GBytes *block, MetadataRecord *record, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (block, &length);
  if (length > IPTC_MOST_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is over %d bytes",
                 IPTC_MOST_BYTES);
    return false;
  }
  if (length >= sizeof SIGNATURE && memcmp (bytes, SIGNATURE, sizeof SIGNATURE) == 0)
    read_resources (bytes + sizeof SIGNATURE, length - sizeof SIGNATURE, record);
  else if (length >= 4 && memcmp (bytes, "8BIM", 4) == 0)
    read_resources (bytes, length, record);
  else if (length >= 1 && bytes[0] == 0x1c)
    read_records (bytes, length, record);
  else {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is not an IPTC block");
    return false;
  }
  return true;
}
