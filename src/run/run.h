/* Carrying a plan out: originals are found or made, outputs that are out of date are made again. */
#pragma once

#include "image/image.h"
#include "pipeline/pipeline.h"
#include "plan/plan.h"
#include "run/run-error.h"

/* What to do about a request that the cache does not answer. */
typedef enum {
  ON_MISS_USUAL,    /* free ones are made; paid ones after asking, if there is someone to ask */
  ON_MISS_ASK,      /* the same, said aloud */
  ON_MISS_GENERATE, /* all are made */
  ON_MISS_FAIL,     /* none is made */
} OnMiss;

/* What is not in the cache and would be paid for. */
typedef struct {
  unsigned n, n_unpriced;
  double cost_usd;      /* of those whose price is known */
  const char *provider; /* borrowed */
} RunMisses;

typedef struct {
  const char *home;    /* of the cache; NULL: the default place */
  int n_jobs;          /* processor threads to keep busy, at least 1 */
  bool dry_run;        /* look, tell, make nothing */
  bool keep_going;     /* an output that fails does not end the run */
  bool verify_outputs; /* hash every output */
  bool refresh_drift;  /* make again what other library versions made */
  bool isolate;        /* decode and encode in worker processes */
  bool with_proofs;    /* outputs for print are made again, each with a proof beside it */
  OnMiss on_miss;
  bool offline;        /* nobody is asked for anything */
  double max_cost_usd; /* of all that is asked for; negative: no limit */
  bool locked; /* make nothing of other originals than the pinned ones; leave the lock alone */
  const char
    *token_command;  /* for a shell: prints an access token for Google, in place of every other
                                way to one; or NULL */
  char **regenerate; /* globs on image ids: their originals are asked for again */
  char **only;       /* globs on image ids and output paths, or NULL: all */
  char **refresh;    /* globs: make these again whatever they are */
  /* Of what is chosen: no output, manifest or lock is written. That 'accept' passes over others' originals is
   * the caller's doing, and not told. */
  bool originals_only;
  bool is_sent; /* the one output goes on through a pipe, and nothing beside it */
  /* What other runs of the same command are still to ask for: limits of money count it with this run's
   * own, so that what they do not allow is told before anything is spent. */
  RunMisses beside;
  ImageLimits limits;
} RunSettings;

typedef enum {
  OUTPUT_UP_TO_DATE,
  OUTPUT_TO_MAKE, /* dry run */
  OUTPUT_MADE,
  OUTPUT_FAILED,
} OutputStatus;

typedef struct {
  unsigned n_images, n_images_done;
  unsigned n_originals_cached, n_originals_loaded, n_originals_generated, n_originals_missing;
  unsigned n_up_to_date, n_to_make, n_made, n_failed, n_drifted;
  unsigned n_expected; /* outputs that the images begun so far have, made or not */
  int64_t original_bytes, made_bytes;
  unsigned n_unpriced; /* dry run: missing originals that are paid for, nobody knows how much */
  double missing_usd;  /* dry run: what the missing originals cost */
  double spent_usd;
  unsigned n_unpriced_spent; /* generated for money, nobody knows how much */
  unsigned n_maybe;          /* calls that brought nothing and may be charged */
  double maybe_usd;          /* what those cost then */
  int64_t duration_us;
} RunTotals;

/* Everything is borrowed for the call. Members not named for an event are 0 or NULL. */
typedef struct {
  const char *image_id;
  int variant;            /* 0: the image is the only one of its request */
  int64_t original_bytes; /* 0: not there yet */
  const char *path;       /* relative to the pipeline's folder */
  OutputStatus status;
  const char *reason;   /* why it is (to be) made */
  const char *proof;    /* of MADE and TO_MAKE: the path of what is drawn beside it, or NULL */
  const char *facts;    /* JSON object: width, height, bytes, format, quality, … */
  const char *metadata; /* of MADE: JSON array of what was found, kept or dropped, and why */
  const Derivative *derivative;
  const char *message; /* of a failure */
  RunErrorCode error_class;
} OutputEvent;

typedef struct {
  const char *image_id;
  int variant;        /* 0: the image is the only one of its request */
  const char *how;    /* "cached", "loaded", "generated", "missing" */
  const char *digest; /* hex, or NULL when missing */
  const char *format;
  int width, height;
  int64_t size_bytes;
  bool is_expected;
  const char *provider, *model; /* who is to be asked, when missing; who answered, when generated */
  const PlanRequest *request;   /* all who are, in their order, when missing */
  const char *
    cached_from; /* whose the original is; of others, whose the cache has that 'accept' does not take */
  bool is_paid, has_price;
  double cost_usd;
} OriginalEvent;

typedef struct {
  void *data;
  void (*started) (void *data, const RunTotals *totals);
  void (*original) (void *data, const OriginalEvent *event);
  void (*output) (void *data, const OutputEvent *event, const RunTotals *totals);
  /* An image of which nothing could be made. */
  void (*image_failed) (void *data, const char *image_id, RunErrorCode error_class,
                        const char *message, const RunTotals *totals);
  void (*warning) (void *data, const char *message);
  /* May these be made? Asked at most once in a run, before anything is begun. NULL: there is nobody
   * to ask. */
  bool (*confirm) (void *data, const RunMisses *misses);
  /* At least ten times a second while there is work. */
  void (*tick) (void *data, const RunTotals *totals);
} RunListener;

typedef struct {
  RunTotals totals;
  bool is_interrupted;
  bool has_failed;
  RunErrorCode first_failure; /* if has_failed */
} RunResult;

/* False: the pipeline is wrong (RUN_ERROR_INVALID, all mistakes in the text), or the cache cannot be
 * used. Failures of images and outputs are told to the listener and in the result. */
bool run_pipeline (const Pipeline *pipeline, const RunSettings *settings,
                   const RunListener *listener, RunResult *out_result, GError **error);

/* Everything that can be found wrong without doing or storing anything. `home` as in RunSettings. */
bool run_check (const Pipeline *pipeline, const char *home, unsigned *out_n_images, GError **error);
