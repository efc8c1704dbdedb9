/* What a run does with peel.lock: which originals it pins, and what is pinned after it. */
#pragma once

#include "run/image-run.h"
#include "run/lock-file.h"

typedef struct Run Run;

typedef struct {
  LockFile *lock;  /* as it was at the beginning; empty if there is none */
  FileStamp stamp; /* of its file, from before it was read */
  bool has_stamp;
  LockFile *made; /* what this run made its images of */
  unsigned n_told;
} Pins;

bool pins_open (Run *run, GError **error);
void pins_clear (Pins *pins);

/* --locked: RUN_ERROR_MISS lists every image that would not be made of what is pinned for it. */
bool pins_check (Run *run, GError **error);
/* Warns of a pin of the image's request that does not hold. */
void pins_tell (Run *run, const ImageRun *image_run);
/* Fills `record` with the original that is pinned for the image's request. No pin that holds, or no
 * such original, is no error, but for --locked. */
bool pins_find (Run *run, ImageRun *image_run, GError **error);
/* The image is done: its original is what is pinned from now on. */
void pins_note (Run *run, const ImageRun *image_run);
/* After a run without failures. */
bool pins_write (Run *run, GError **error);
