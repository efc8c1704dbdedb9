/* Inside container: one pair of functions per kind. */
#pragma once

#include "base/always-false.h"
#include "metadata/container.h"

typedef struct {
  GBytes *file;
  const uint8_t *bytes;
  size_t length;
  GPtrArray *blocks;
  size_t text_left;
} Listing;

/* Adds a block; `data` is consumed (NULL with `trouble` set). NULL when the list is full. Borrowed. */
Block *listing_add (Listing *listing, BlockKind kind, const char *name, size_t at, size_t length,
                    GBytes *data, const char *trouble);
/* The same for content that stands in the file as it is: a slice, unless it is over the kind's limit. */
Block *listing_add_slice (Listing *listing, BlockKind kind, const char *name, size_t at,
                          size_t length, size_t data_at, size_t data_length);

void png_list (Listing *listing);
void jpeg_list (Listing *listing);
void webp_list (Listing *listing);
void bmff_list (Listing *listing);
void tiff_list (Listing *listing);
void gif_list (Listing *listing);
void pdf_list (Listing *listing);

bool png_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error);
bool jpeg_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error);
bool webp_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error);
bool bmff_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error);
bool tiff_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error);

bool png_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at, size_t *out_length,
                   GError **error);
bool jpeg_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at,
                    size_t *out_length, GError **error);
bool webp_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at,
                    size_t *out_length, GError **error);
bool bmff_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at,
                    size_t *out_length, GError **error);

/* Always false: "the file is not a row of whole blocks". */
bool container_fail_damaged (GError **error, ContainerKind kind);
#define container_fail_damaged(...) ALWAYS_FALSE (container_fail_damaged (__VA_ARGS__))
