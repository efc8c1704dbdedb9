/* Files made for one test: a JPEG that carries given blocks, and what other programs read in it. */
#pragma once

#include <stdint.h>

#include "metadata/policy.h"
#include "support/scratch.h"

/* Numbers in the two byte orders, appended. */
void put_big (GByteArray *out, unsigned n_bytes, uint64_t value);
void put_little (GByteArray *out, unsigned n_bytes, uint64_t value);
void put_text (GByteArray *out, const char *text);

/* A tiny grey JPEG with the blocks. */
GByteArray *carrier_jpeg (const MetadataBlobs *blobs);
/* One APP segment, to be put behind a JPEG's first two bytes. */
void carrier_put_segment (GByteArray *out, unsigned marker, const char *name, size_t name_length,
                          const void *data, size_t length);
/* What `program` ("exiftool", "exiv2") with `arguments` (space-separated) prints about the JPEG
 * that carries the blobs; NULL (and the test is skipped) when it is not installed. New string. */
char *carrier_ask (const MetadataBlobs *blobs, const char *program, const char *arguments);
/* The same about any file, which is called `file_name` while it is looked at. */
char *carrier_ask_file (GBytes *file, const char *file_name, const char *program,
                        const char *arguments);

/* One chunk of a PNG. */
void carrier_put_chunk (GByteArray *out, const char *type, const void *data, size_t length);

GBytes *bytes_of (const char *text);
bool bytes_hold (GBytes *bytes, const char *text);
