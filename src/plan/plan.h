/* The plan: what a run would do, as data.
 *
 *     Pipeline → images → (an original's facts) → derivatives
 *
 * A plan does no I/O of its own: files, digests and look-ups are asked of a PlanWorld that run/
 * hands in. An image is expanded once with the facts that are expected (for `plan`, and for checks
 * before anything is paid for) and once more, by the same function, when its original is there. */
#pragma once

#include "base/digest.h"
#include "pipeline/chain.h"
#include "pipeline/config.h"
#include "pipeline/pipeline.h"
#include "providers/provider.h"
#include "stages/load.h"
#include "stages/recall.h"

/* An original that is recalled from the cache. */
typedef struct {
  char *name; /* id of its image: the same whatever else is in the cache */
  Digest digest;
} PlanOriginal;

PlanOriginal *plan_original_new (const char *name, const Digest *digest);
void plan_original_free (PlanOriginal *original);

/* What a plan asks of the world. `data` is handed back. Every function may be called often. */
typedef struct {
  void *data;
  /* Appends the absolute paths (new strings) that a pattern names, sorted; a name without wildcards
   * is itself. None is no error here. */
  bool (*list_files) (void *data, const char *folder, const char *pattern, GPtrArray *out_paths,
                      GError **error);
  /* The content hash of a file that shapes pixels (an overlay, a profile, a font). */
  bool (*file_digest) (void *data, const char *path, Digest *out_digest, GError **error);
  /* The path with all its links followed, as far as it exists: two names of one file become equal.
   * New string. NULL: there are no links. */
  char *(*real_path) (void *data, const char *path);
  /* Appends the originals that fit (new PlanOriginal*, each once), in order of name. None, or a hash
   * that names several, is an error that tells what was looked for and where. */
  bool (*recall) (void *data, const RecallOptions *options, GPtrArray *out_originals,
                  GError **error);
  /* The variant of an image that was picked, and the request it answers. False: none was. NULL: of
   * no image. */
  bool (*picked) (void *data, const char *image_id, int *out_variant, Digest *out_request);
  /* Is there, as far as can be seen without asking anybody, all that a request of `provider` needs? `config` is a
   * Config. NULL: there is. */
  bool (*is_ready) (void *data, const ProviderType *provider, const Config *config);
  const Digest *certificate; /* of who signs Content Credentials; NULL: nobody does */
} PlanWorld;

/* What is known of an original. */
typedef struct {
  bool is_expected; /* not there yet: sizes come from the provider's table, no digest */
  bool is_assumed;  /* nobody has looked: sizes are a guess, and no stage may fail for them */
  Digest digest;
  Shape shape;                    /* upright pixels */
  const char *source_type;        /* DigitalSourceType term, or NULL; borrowed */
  const char *prompt, *ai_system; /* of a generated original, or NULL; borrowed */
  const char
    *credentials; /* what was found of Content Credentials in its bytes, or NULL; borrowed */
} OriginalFacts;

typedef enum { PLAN_GENERATED, PLAN_LOADED, PLAN_RECALLED } PlanSource;

/* One image: one original to be, and the derivatives made of it. */
typedef struct {
  PlanSource source;
  char *id;          /* "diver-watch@front", a row's id, or a file's stem */
  char *stem;        /* of the loaded file, or the file-safe id */
  unsigned row;      /* of the pipeline's matrix */
  int variant;       /* from 1 */
  bool has_variants; /* more than one is asked for, and none is picked */
  bool is_picked;
  char *file;      /* LOADED: absolute path; else NULL */
  Digest original; /* RECALLED */
} PlanImage;

/* One file to be. */
typedef struct {
  char *path;         /* absolute */
  char *shown;        /* relative to the pipeline's folder */
  const char *preset; /* or "" */
  Mark mark;          /* of the output */
  GPtrArray *steps;   /* Step*: image stages in order */
  GPtrArray *delivery_steps;
  Delivery delivery; /* strings belong to delivery_steps */
  ImageFormat format;
  Shape shape;
  char *recipe;       /* the canonical text */
  Digest fingerprint; /* of the recipe */
  char *problem;      /* why it cannot be made from this original (then only shown, preset and mark
                         are set beside it), or NULL */
  Mark problem_mark;  /* the stage that says so */
  bool misses_target; /* of the problem: the original is too small for what was promised */
} Derivative;

typedef struct {
  GPtrArray *derivatives; /* Derivative*, in the order of outputs and their matrices */
} Expansion;

/* A picture that is sent along: a file, or an original of the cache. */
typedef struct {
  char *path; /* absolute; NULL: an original */
  Digest digest;
} PlanReference;

/* Somebody who can be asked, and for what model. */
typedef struct {
  const ProviderType *provider;
  const void *config; /* what the user's configuration says of it, or its defaults, or NULL */
  const Model *row;   /* of the models table, or NULL */
  const char *model;  /* as the provider calls it */
  bool is_ready;      /* nothing that asking needs is missing; of one that is alone nobody looks */
  char *gone;         /* why the model cannot be asked any more, and what can; NULL: it can */
  bool is_paid;
  bool has_price;     /* of what is paid: somebody wrote down what it costs */
  double cost_usd;    /* of one answer, by the price that is known */
  Digest fingerprint; /* of the request: the same for all models of a family */
  int width, height;  /* expected, px */
} PlanChoice;

/* What is asked for an image that is generated. */
typedef struct {
  Step *step; /* holds `options` */
  const GenerateOptions *options;
  int variant;
  GArray *references; /* PlanReference, in order; the mask, if there is one, is the last */
  GArray *choices;    /* PlanChoice, at least one, in the order in which they are asked */
  unsigned choice;    /* the one whose turn it is */
} PlanRequest;

typedef struct Plan Plan;

/* Lists the images. NULL after adding to `problems`. `pipeline` and `world` are borrowed. */
Plan *plan_new (const Pipeline *pipeline, const PlanWorld *world, Problems *problems);
void plan_free (Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)

const Pipeline *plan_pipeline (const Plan *plan);
unsigned plan_n_images (const Plan *plan);
const PlanImage *plan_image (const Plan *plan, unsigned i);

/* Could any image be asked of somebody who takes money? No is sure; yes is a guess. */
bool plan_may_be_paid (const Plan *plan);

/* How the image's file is to be kept: the options of its `load`. New, free with step_unref. */
Step *plan_load_step (const Plan *plan, unsigned i, Problems *problems);
/* What is to be asked for a generated image. NULL after adding to `problems`. */
PlanRequest *plan_request (const Plan *plan, unsigned i, Problems *problems);
void plan_request_free (PlanRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlanRequest, plan_request_free)
/* The one whose turn it is. Borrowed; as good as the request. */
const PlanChoice *plan_choice (const PlanRequest *request);
const PlanChoice *plan_choice_at (const PlanRequest *request, unsigned i);
/* Gives the next one that can be asked its turn. False: there is none, and nothing changes. */
bool plan_next_choice (PlanRequest *request);
/* Is its model there still, and nothing missing? */
bool plan_can_ask (const PlanChoice *choice);
/* The first choice of this fingerprint, -1: there is none. */
int plan_find_choice (const PlanRequest *request, const Digest *fingerprint);
/* "vertex (gemini-3-pro-image), else ai-studio": who is asked from now on. New string. */
char *plan_describe_choices (const PlanRequest *request);

/* The derivatives of an image whose original has these facts. An output that this original cannot
 * give is a Derivative with a `problem`. NULL after adding to `problems`: the pipeline is wrong. */
Expansion *plan_expand (const Plan *plan, unsigned i, const OriginalFacts *facts,
                        Problems *problems);
void expansion_free (Expansion *expansion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Expansion, expansion_free)

/* For print: it has a sheet, or its colours are ink. Such an output can have a proof, which is written beside it. */
bool derivative_is_for_print (const Derivative *derivative);
#define PROOF_SUFFIX ".proof.png"

/* Finds every mistake that can be found without pixels: requests, chains, paths, collisions between outputs of all
 * images, an output equal to an input, an original that will be too small (those are counted in *out_n_targets_missed),
 * with `with_proofs` also a proof where something else is. What depends on the real size of a file to be loaded is
 * checked again by the run. */
bool plan_check (const Plan *plan, bool with_proofs, unsigned *out_n_targets_missed,
                 Problems *problems);
