/* The proof beside an output (image/proof.h): what it is drawn from, and its file. */
#pragma once

#include "base/atomic-file.h"
#include "image/image.h"
#include "stages/delivery.h"

typedef struct {
  VipsImage *original;
  const GPtrArray *steps; /* Step*: image stages */
  const Delivery *delivery;
  const char *path; /* of the output */
} ProofSource;

/* A proof that is drawn; deliver_file names it with its output. Removes itself until then. */
typedef AtomicFile ProofFile;
#define PROOF_FILE_INIT ATOMIC_FILE_INIT
#define proof_file_clear atomic_file_clear
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProofFile, proof_file_clear)

/* `picture` is what the steps made of the original, before anything that is done for the file alone. */
bool proof_file_draw (ProofFile *proof, VipsImage *picture, const ProofSource *source,
                      GError **error);

/* The output was refused. If that is for its ink, the proof stays, and the error says that it shows where. Always
 * false. */
bool proof_file_explain (ProofFile *proof, const ProofSource *source, GError **error);
