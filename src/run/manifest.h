/* The manifest: what there is after a run, in the plan's order, equal after equal runs. */
#pragma once

#include "cache/cache.h"
#include "plan/plan.h"

/* One derivative that exists. Borrowed strings. */
typedef struct {
  const Derivative *derivative;
  Digest content;
  const char *facts; /* JSON object */
} ManifestItem;

typedef struct ManifestWriter ManifestWriter;

/* Images may come in any order; their texts wait in a temporary file, so that memory does not grow
 * with their number. */
ManifestWriter *manifest_writer_new (unsigned n_images, GError **error);
void manifest_writer_free (ManifestWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ManifestWriter, manifest_writer_free)

/* `variant` is 0 when the image has only one; `record` tells of the original; `items` are ManifestItem in the order of the outputs. */
bool manifest_writer_add (ManifestWriter *writer, unsigned i_image, const char *id, int variant,
                          const CacheRecord *record, const GArray *items, GError **error);
/* Writes the file unless it holds just that already (*out_changed). */
bool manifest_writer_finish (ManifestWriter *writer, const char *pipeline_name, const char *path,
                             bool *out_changed, GError **error);

/* An HTML <picture> for derivatives that are one picture in several widths or formats that browsers
 * show, or NULL when there is nothing to choose from. `items` as above. New string. */
char *manifest_picture (const GArray *items, const char *alt);
