/* A chain: the steps from an original to one file, checked as a whole. */
#pragma once

#include "base/problems.h"
#include "pipeline/scope.h"
#include "stages/stage.h"

/* One stage with its options. Counted, so that derivatives share what they have in common. */
typedef struct {
  const StageType *type;
  void *options;
  Node *node;   /* the options as written, references filled; may be a null node */
  char *folder; /* file options are relative to it */
  Mark mark;    /* of the stage's name */
  int references;
} Step;

Step *step_ref (Step *step);
void step_unref (Step *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_unref)

/* Reads a stage from its type and options. NULL after adding to `problems`. */
Step *step_new (const StageType *type, Node *node, const char *folder, const Mark *mark,
                Problems *problems);

/* Part of a chain as written: a list of stages, the scope that fills it and its folder. */
typedef struct {
  Node *list; /* of stages, or NULL: none */
  const Scope *scope;
  const char *folder;
  bool refines; /* its delivery stages come last, each merged over the one of that name before it:
                   how an output adds to its preset */
  bool is_partial; /* names may be missing from the scope: stages that need them are passed over */
  Node *generate;  /* options laid over those of the `generate` stage, or NULL */
} ChainPart;

/* What chain_build gives: one source at most, then image steps, then delivery steps (one of a kind,
 * sorted by name). */
typedef struct {
  Step *source;        /* NULL: none in these parts */
  GPtrArray *steps;    /* Step*, image stages in order */
  GPtrArray *delivery; /* Step* */
} Chain;

Chain *chain_new (void);
void chain_free (Chain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Chain, chain_free)

/* Steps read before, by the node they were written as: a stage without ${…} is read once for all
 * images. One thread. */
typedef struct StepCache StepCache;
StepCache *step_cache_new (void);
void step_cache_free (StepCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StepCache, step_cache_free)

/* Joins the parts in order. Wrong use is a problem: unknown stages, a source that is not the first
 * stage, two sources, an image stage after a delivery stage, a delivery stage that stands twice.
 * NULL after adding to `problems`. */
Chain *chain_build (StepCache *cache, const ChainPart *parts, unsigned n_parts, Problems *problems);

/* The first stage of a part alone, which must be a source. NULL after adding to `problems`. */
Step *chain_read_source (StepCache *cache, const ChainPart *part, Problems *problems);
