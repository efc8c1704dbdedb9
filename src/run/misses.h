/* What becomes of a request that the cache does not answer.
 *
 *     miss ─ may it be made? ─ is anyone else making it? ─ journal ─ worker ─ cache ─ journal
 *              no: exit 7        yes: the image waits       (the journal for paid calls only)
 */
#pragma once

#include "run/image-run.h"
#include "run/past-calls.h"
#include "run/pool.h"

typedef struct Run Run;

typedef struct {
  GPtrArray *delayed; /* ImageRun*: others are getting their originals, or enough is being made */
  GHashTable *making; /* ProviderType* → how many of its calls are under way, as a pointer */
  GHashTable *permitted;   /* Digest*: the paid requests that were agreed to; NULL: any */
  GHashTable *regenerated; /* Digest*: requests that were asked again in this run */
  GHashTable *planned;     /* Digest*: of a dry run, the misses whose price was counted */
  GHashTable *begun;       /* Digest*: the paid requests that were asked in this run */
  PastCalls *past;         /* of the journal; NULL: not looked at yet */
  char *refusal;           /* why paid requests may not be made; NULL: those permitted may */
  GHashTable *told_others; /* char*, "FROM TO": falls to another provider that were told */
  bool has_told_unaskable;
  unsigned n_announced; /* of images whose cached original 'accept' did not take */
  int64_t last_retry_us;
} Misses;

void misses_init (Misses *misses);
void misses_clear (Misses *misses);
/* Of requests, by their fingerprints. */
GHashTable *misses_new_set (void);
/* False: it was in the set. */
bool misses_add_request (GHashTable *set, const PlanChoice *choice);

/* The image is to be asked for again whatever the cache holds. */
bool misses_asks_again (const Run *run, const ImageRun *image_run);
/* The cache has no answer: `image_run` is planned, refused, delayed or queued. */
void misses_begin (Run *run, ImageRun *image_run);
/* Tries again to begin what is delayed. */
void misses_retry (Run *run);
bool misses_are_waiting (const Run *run);
/* More waits than is reasonable to hold in memory. */
bool misses_are_many (const Run *run);

/* Whom it was asked of is of no use for it. True: there is somebody else, who is asked; the image may
 * have failed by then. False: nobody, and nothing was done. */
bool misses_ask_other (Run *run, ImageRun *image_run, const GError *why);

/* A worker is about to get the task, or a service to be asked: notes a paid call in the journal. */
bool misses_before_task (Run *run, const PoolTask *task, GError **error);
bool misses_before_call (Run *run, ImageRun *image_run, GError **error);
/* The answer is in the cache, or there is none and `error` says why: notes that, and lets others go
 * on. Nothing is done for an image that no call was made for. */
void misses_end_call (Run *run, ImageRun *image_run, const GError *error);
