/* IPTC-IIM, the block from before XMP: read, never written. */
#pragma once

#include <stdint.h>

#include "metadata/record.h"

enum { IPTC_MOST_BYTES = 1 << 20 };

/* Adds rights and description to `record`. The block is what JPEG holds in APP13 ("Photoshop 3.0",
 * resources) or bare IIM records. False: why it cannot be read. */
bool iptc_read (GBytes *block, MetadataRecord *record, GError **error);

typedef struct {
  uint8_t record, dataset;
  const uint8_t *value;
  size_t length;
} IptcDataset;

/* Calls `visit` for each dataset of such a block, as far as it is whole. *out_has_thumbnail: a resource of
 * Photoshop's beside them is one. False: why it cannot be read. */
bool iptc_each (GBytes *block, void (*visit) (const IptcDataset *, void *), void *data,
                bool *out_has_thumbnail, GError **error);
