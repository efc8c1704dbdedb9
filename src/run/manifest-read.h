/* What an earlier run's manifest says of each output: used where the state is lost, and for images
 * that this run does not touch. */
#pragma once

#include "base/digest.h"

typedef struct {
  Digest fingerprint, content;
  char *facts; /* JSON object: what a MADE answer carries */
} ManifestEntry;

typedef struct ManifestIndex ManifestIndex;

/* NULL if there is no such file, or it is not a manifest: then nothing is known. */
ManifestIndex *manifest_index_load (const char *path);
void manifest_index_free (ManifestIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ManifestIndex, manifest_index_free)

/* By the path relative to the pipeline's folder; borrowed, or NULL. */
const ManifestEntry *manifest_index_find (const ManifestIndex *index, const char *shown);
