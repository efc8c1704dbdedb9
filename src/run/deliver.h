/* The one place where a picture becomes a file: encode, metadata, Content Credentials, sync, rename. */
#pragma once

#include "base/atomic-file.h"
#include "base/digest.h"
#include "cache/state.h"
#include "document/node.h"
#include "image/image.h"
#include "metadata/policy.h"
#include "run/credentials.h"
#include "stages/delivery.h"

/* What is known of the original beside its pixels, once for all its derivatives. */
typedef struct {
  MetadataBlobs blobs;
  MetadataFacts facts;
  char *found_type; /* facts.found_type is this */
  CredentialsOrigin credentials;
} DeliverOrigin;

/* `told` are bytes of the original in which all its metadata stands (a PNG's pixels may be missing); `task` is a
 * render task, whose texts are borrowed. */
bool deliver_origin_read (const Node *task, GBytes *told, const char *home,
                          const ImageLimits *limits, DeliverOrigin *out_origin, GError **error);
void deliver_origin_clear (DeliverOrigin *origin);

typedef struct {
  const char *path;
  const Delivery *delivery;
  Digest fingerprint;
  const GArray *deeds; /* Deed: what the stages did to the picture */
  AtomicFile *proof;   /* is named before the file, once that is whole; NULL: there is none */
} DeliverFile;

typedef struct {
  Digest content;  /* SHA-256 of the file */
  FileStamp stamp; /* of the file that was written, whoever may have replaced it since */
  char *facts;     /* JSON object of what the manifest tells: width, height, bytes, format, quality,
                      placeholder, credentials. Owned */
  char *metadata;  /* JSON array of what the original carried, and whether it was kept. Owned */
} Delivered;

void delivered_clear (Delivered *delivered);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Delivered, delivered_clear)

/* Writes `picture`, and what stands beside it (credentials.h, its proof), as `file` says; each appears whole or
 * not at all, the picture last. Any thread. */
bool deliver_file (VipsImage *picture, const DeliverFile *file, const DeliverOrigin *origin,
                   Delivered *out_delivered, GError **error);
