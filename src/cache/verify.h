/* Reads every byte of every original and every sidecar again, several originals at a time. What
 * fails goes to quarantine, what does not is never touched. (What the index holds is checked
 * elsewhere: it can be made again from the sidecars.)
 *
 * A check of everything can take hours. HOME/verify.json tells how far an interrupted one came. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "cache/cache.h"

typedef enum {
  VERIFY_DAMAGED,         /* a file of an original was, and is in quarantine now */
  VERIFY_SIDECAR_DAMAGED, /* the sidecar was, and is in quarantine now */
  VERIFY_LOST,            /* a sidecar tells of an original of which no bytes are here */
  VERIFY_UNREADABLE,      /* cannot be read now: nothing was moved */
  VERIFY_NO_SIDECAR,      /* whole, but nothing is told of it: a note */
  VERIFY_OTHER_ZLIB,      /* whole by its checksum; its bytes could not be rebuilt here: a note */
  VERIFY_N_KINDS
} VerifyKind;

/* Anything but a note. */
bool verify_is_failure (VerifyKind kind);

typedef struct { /* borrowed for the call */
  VerifyKind kind;
  Digest digest;
  const char *message; /* what was found, where it is now, what to do */
} VerifyFinding;

typedef struct {
  unsigned n_shelves_done;    /* of 256, with those that an earlier check had done */
  int64_t n_originals, bytes; /* read by this check; bytes as stored */
} VerifyProgress;

/* Called one at a time, from any thread. Members may be NULL. */
typedef struct {
  void *data;
  void (*found) (void *data, const VerifyFinding *finding);
  void (*progress) (void *data, const VerifyProgress *progress); /* at most 20 times a second */
} VerifyListener;

typedef struct {
  const Digest *digests; /* only these; NULL: all. Has nothing to do with verify.json */
  unsigned n_digests;
  bool rebuild;    /* the exact bytes, too, of originals that are pixel frames (seconds each) */
  bool from_start; /* not where an interrupted check ended */
  int n_threads;   /* 0: one for each processor */
  const volatile int *is_stopped; /* not 0: ends with the originals at hand. NULL: never */
} VerifyOptions;

typedef struct {
  bool is_complete;     /* false: stopped; the next check goes on */
  unsigned first_shelf; /* above 0: went on from here */
  int64_t n_originals, n_sidecars, bytes;
  unsigned n_found[VERIFY_N_KINDS];
} VerifyResult;

/* True also when something was found. False: the cache cannot be read as a whole. */
bool cache_verify (Cache *cache, const VerifyOptions *options, const VerifyListener *listener,
                   VerifyResult *out_result, GError **error);
