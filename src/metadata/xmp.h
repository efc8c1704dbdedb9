/* XMP packets: read what strangers wrote, write our own. */
#pragma once

#include "metadata/record.h"

enum {
  XMP_MOST_BYTES = 1 << 20,
  XMP_MOST_DEPTH = 32,
  XMP_MOST_ATTRIBUTES = 512, /* of one element */
  XMP_MOST_NAMESPACES = 128, /* in force at one place */
};

/* Adds the properties that the packet states, in element or attribute form, to `record`, and
 * notes kinds that are never written. UTF-8 or UTF-16. False: why it cannot be read, in words that
 * go on "xmp cannot be read: …"; `record` is as it was. */
bool xmp_read (GBytes *packet, MetadataRecord *record, GError **error);

/* A packet that says what `record` holds, all of it; NULL when it holds nothing. The same record
 * gives the same bytes: fixed order, no time stamp, no padding. */
GBytes *xmp_write (const MetadataRecord *record);
