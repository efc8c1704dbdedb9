/* What holds of every kind of container. */
#pragma once

#include "support/carrier.h"
#include "metadata/container.h"

/* EXIF (as exif_build makes it), XMP with an AI label, and a text. To be cleared. */
void some_blobs (MetadataBlobs *blobs);
/* A manifest store, as far as a container looks at it: a JUMBF box of this length. */
GBytes *store_of (size_t length);

/* container_put, which has to succeed; takes `file`. */
GBytes *put_blobs (GBytes *file, const MetadataBlobs *blobs);
/* What container_list gives as a single line: "caBX:C2PA:6 tEXt:TEXT:Comment=canary …"; the numbers
 * are sizes of data, "-" stands for none. New string. */
char *listed (GBytes *file);
void expect_listed (GBytes *file, const char *line);

/* Puts blobs twice, and takes them off again. */
void check_put (GBytes *file);
/* Puts stores of many lengths and finds them again, in the range that was told. */
void check_stores (GBytes *file);
/* Cuts the file at every byte, and damages every byte: nothing crashes, and what succeeds is whole. */
void check_damage (GBytes *file);

/* The first of that kind and name, or NULL. Borrowed. */
const Block *find_block (const GPtrArray *blocks, BlockKind kind, const char *name);
