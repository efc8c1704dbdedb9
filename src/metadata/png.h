/* An encoded PNG, chunk by chunk: what libvips 8.14 gets wrong there is put right. It writes eXIf
 * twice, before and after the pixels, which the standard forbids, and XMP as a zTXt chunk, which
 * only some readers look at. */
#pragma once

#include "metadata/policy.h"

/* A copy of `png` with exactly the given blocks: one eXIf and one iTXt chunk, right behind the
 * header. Every eXIf, text, time and caBX chunk that it has goes (a manifest does not survive a
 * new file around it); pixels, colour and density stay byte for byte. */
bool metadata_png_put (GBytes *png, const MetadataBlobs *blobs, GBytes **out_png, GError **error);
