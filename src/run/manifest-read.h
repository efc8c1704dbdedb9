/* What an earlier run's manifest says of each output: used where the state is lost, and for images
 * that this run does not touch. */
#pragma once

#include "base/digest.h"

typedef struct {
  Digest fingerprint, content;
  char *facts; /* JSON object: what a MADE answer carries */
} ManifestEntry;

typedef struct ManifestIndex ManifestIndex;

/* Of the manifest at `path`, which is read when something is first looked for: where the state knows
 * all, it is not read at all. No such file, or none of ours: then nothing is known. */
ManifestIndex *manifest_index_new (const char *path);
void manifest_index_free (ManifestIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ManifestIndex, manifest_index_free)

/* By the path relative to the pipeline's folder; borrowed, or NULL. */
const ManifestEntry *manifest_index_find (ManifestIndex *index, const char *shown);
