/* One image on its way through a run. */
#pragma once

#include "cache/flight.h"
#include "cache/journal.h"
#include "cache/state.h"
#include "plan/plan.h"
#include "run/charge.h"
#include "run/freshness.h"

/* What a service told beside the picture. */
typedef struct {
  bool has_landed; /* `digest` is in the cache, and a worker is to look what it is */
  Digest digest;
  int64_t duration_ms;
  char *location; /* where it was asked, of a service with several places */
  char *declared_type, *model_version, *response_id, *finish_reason, *usage;
} ImageAnswer;

typedef struct {
  unsigned index; /* in the plan */
  const PlanImage *image;
  PlanRequest *request; /* of a generated image */
  const PlanChoice
    *first_choice;   /* whom it was asked of before it fell to somebody else; NULL: it did not */
  Flight *flight;    /* while its original is being made; NULL: it is not */
  JournalCall *call; /* of a paid one, while a worker is at it */
  int64_t asked_us;  /* when the worker was given it */
  bool keep;         /* of a loaded one: its bytes go into the cache */
  FileStamp
    file_stamp;  /* of a loaded one, from before it was read: what is remembered of its bytes */
  Charge charge; /* of its last call; nothing until that is over */
  int64_t quota_call; /* of a paid program, which no gate has let in; 0: none */
  unsigned n_billed;  /* attempts, wherever, that may have been worked on and brought nothing */
  ImageAnswer answer; /* of a service; zero: none was asked */
  Digest untold;      /* an original that is there, of which nothing is told */
  bool has_untold;
  char *cached_from;   /* whose original of the cache 'accept' did not take, or NULL */
  CacheRecord *record; /* once the original is known */
  bool was_cached;     /* the original was there before this run */
  Expansion *expansion;
  Freshness *outputs; /* one for each derivative */
  bool *selected;     /* likewise: --only lets it through */
  unsigned n_tasks;   /* render tasks that have not ended */
} ImageRun;

void image_run_free (ImageRun *image_run);

/* The number of its variant for people; 0 when the request has one image. */
int image_run_variant (const ImageRun *image_run);

/* The facts for plan_expand, borrowed from the record and the request. */
OriginalFacts image_run_facts (const ImageRun *image_run);
/* Those of an original that is not there yet. */
OriginalFacts image_run_expected_facts (const ImageRun *image_run);
