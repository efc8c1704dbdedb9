/* The keys that are not stage options: of a pipeline file, of an output, of a preset. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

typedef struct {
  const char *name, *help; /* a list ends with a NULL name */
} PipelineKey;

extern const PipelineKey pipeline_keys[], output_keys[], preset_keys[];

/* Is `node` a map with no other keys? `what` is for messages: "a pipeline". */
bool keys_check (const Node *node, const PipelineKey *keys, const char *what, Problems *problems);
