/* The one place where a picture becomes a file: encode, metadata, sync, rename. */
#pragma once

#include "image/image.h"
#include "metadata/policy.h"
#include "stages/delivery.h"
#include "base/digest.h"

/* The metadata of the original, taken off once for all its derivatives. */
typedef struct {
  MetadataBlobs blobs;
  MetadataFacts facts;
} DeliverOrigin;

/* Writes `picture` to `path` as `delivery` says; the file appears whole or not at all.
 * *out_content is the file's SHA-256, *out_facts a JSON object (new string) of what the manifest
 * tells: width, height, bytes, format, quality, placeholder. Any thread. */
bool deliver_file (VipsImage *picture, const Delivery *delivery, const DeliverOrigin *origin,
                   const char *path, Digest *out_content, char **out_facts, GError **error);
