/* The proof beside an output (image/proof.h): what it is drawn from, and its file. */
#pragma once

#include "base/atomic-file.h"
#include "image/image.h"
#include "run/deliver.h"
#include "stages/delivery.h"

typedef struct {
  VipsImage *original;
  const GPtrArray *steps; /* Step*: image stages */
  const Delivery *delivery;
  const char *path; /* of the output */
  const DeliverOrigin *origin;
} ProofSource;

/* Opens `proof`, which deliver_file names with its output. `picture` is what the steps made of the original, before
 * anything that is done for the file alone. */
bool proof_file_draw (AtomicFile *proof, VipsImage *picture, const ProofSource *source,
                      GError **error);

/* The output was refused. If that is for its ink, the proof stays, and the error says that it shows where. Always
 * false. */
bool proof_file_explain (AtomicFile *proof, const ProofSource *source, GError **error);
