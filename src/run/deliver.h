/* The one place where a picture becomes a file: encode, metadata, sync, rename. */
#pragma once

#include "image/image.h"
#include "metadata/policy.h"
#include "stages/delivery.h"
#include "base/digest.h"
#include "cache/state.h"

/* The metadata of the original, taken off once for all its derivatives. */
typedef struct {
  MetadataBlobs blobs;
  MetadataFacts facts;
} DeliverOrigin;

typedef struct {
  Digest content;  /* SHA-256 of the file */
  FileStamp stamp; /* of the file that was written, whoever may have replaced it since */
  char *facts;     /* JSON object of what the manifest tells: width, height, bytes, format, quality,
                      placeholder. Owned */
} Delivered;

/* Writes `picture` to `path` as `delivery` says; the file appears whole or not at all. Any
 * thread. */
bool deliver_file (VipsImage *picture, const Delivery *delivery, const DeliverOrigin *origin,
                   const char *path, Delivered *out_delivered, GError **error);
