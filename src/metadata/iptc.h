/* IPTC-IIM, the block from before XMP: read, never written. */
#pragma once

#include "metadata/record.h"

enum { IPTC_MOST_BYTES = 1 << 20 };

/* Adds rights and description to `record`. The block is what JPEG holds in APP13 ("Photoshop 3.0",
 * resources) or bare IIM records. False: why it cannot be read. */
bool iptc_read (GBytes *block, MetadataRecord *record, GError **error);
