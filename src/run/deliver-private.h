/* Inside deliver: a file on its way. */
#pragma once

#include "run/deliver.h"
#include "stages/stage.h"

typedef struct {
  const DeliverFile *file;
  const DeliverOrigin *origin;
  Sheet sheet;
  EncodeOptions encode; /* the delivery's, with what only this picture and this file tell */
  VipsImage *dressed;   /* the picture with its colour profile, and nothing else on it */
  bool is_converted;    /* to sRGB, for the file alone */
  MetadataBlobs composed;
  GPtrArray *verdicts; /* MetadataVerdict* */
  CredentialsFate fate;
  char *why; /* of the fate */
  GArray *deeds;
  CredentialsFile told;
  EncodeResult result;
  AtomicFile out; /* the whole file, that has no name yet */
  int64_t n_bytes;
  Digest content; /* SHA-256 of the file */
  Digest bare;    /* of the file before a signature was put into it */
  GBytes *sidecar;
} Making;

/* deliver-write.c: encodes, puts metadata and Content Credentials in, and fills `out`. What streams is never held. */
bool making_write (Making *making, GError **error);

/* deliver-facts.c: what the manifest tells of the file, and of its metadata. New strings. */
bool making_facts (const Making *making, char **out_facts, GError **error);
char *making_metadata (const Making *making);
/* As the manifest and errors tell ink: hundredths of a percent, 8 bits tell no more; upwards, so that a page keeps to what is
 * told of it as 'max-ink'. */
double making_percent (double value);
