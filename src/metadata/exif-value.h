/* The values of EXIF entries in words. */
#pragma once

#include "metadata/exif-list.h"
#include "metadata/ifd.h"

/* "1/125", "48° 12' 30.5\"", "top-left (1)". New string. */
char *exif_value_words (const Ifd *ifd, ExifListDirectory directory, const IfdEntry *entry);
/* The number of this index, 0 when it is none; a rational over 0 is 0 too. */
double exif_value_number (const Ifd *ifd, const IfdEntry *entry, uint32_t index);
