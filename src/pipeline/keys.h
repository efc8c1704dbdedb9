/* The keys that are not stage options: of a pipeline file, of an output, of a preset; and of a
 * configuration. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* What a key takes, for the JSON Schema and the reference. */
typedef enum {
  PIPELINE_KEY_VERSION,
  PIPELINE_KEY_TEXT,
  PIPELINE_KEY_PATH,
  PIPELINE_KEY_VARS,      /* a map of names to anything */
  PIPELINE_KEY_MATRIX,    /* of images: lists of values */
  PIPELINE_KEY_SIZES,     /* of derivatives: the lists may be maps of sizes */
  PIPELINE_KEY_ROWS,      /* a list of maps: include and exclude */
  PIPELINE_KEY_CHAIN,     /* stages, the first a source */
  PIPELINE_KEY_STAGES,    /* stages without a source */
  PIPELINE_KEY_OUTPUTS,   /* a list of maps with output_keys */
  PIPELINE_KEY_PIXELS,    /* a list of sizes in px */
  PIPELINE_KEY_PROVIDERS, /* a map of providers to their options */
  PIPELINE_KEY_MODELS,    /* a map of models to their options */
  PIPELINE_KEY_GENERATE,  /* options of `generate`, but those of profile_omits */
  PIPELINE_KEY_PROFILES,  /* a map of names to maps with profile_keys */
  PIPELINE_KEY_BUDGET,    /* a map with the options of budget.h */
  PIPELINE_KEY_SIGNING,   /* a map with the options of signing.h */
  PIPELINE_KEY_RULES,     /* a map with the options of rules.h */
} PipelineKeyKind;

typedef struct {
  const char *name, *help; /* a list ends with a NULL name */
  PipelineKeyKind kind;
} PipelineKey;

/* matrix_keys and size_keys are those with a meaning of their own; all others are the user's. */
extern const PipelineKey pipeline_keys[], output_keys[], preset_keys[], matrix_keys[], size_keys[],
  config_keys[], profile_keys[], model_file_keys[];

/* "a text", "a list of stages": what a key takes, for people. */
const char *keys_describe_kind (PipelineKeyKind kind);

/* Is `node` a map with no other keys? `what` is for messages: "a pipeline". */
bool keys_check (const Node *node, const PipelineKey *keys, const char *what, Problems *problems);
