/* One entry of `outputs`: its preset found, its matrix and scope ready. */
#pragma once

#include "pipeline/pipeline.h"

/* NULL after adding to `problems`. */
OutputRule *output_rule_read (const Pipeline *pipeline, Node *node, const PresetPath *presets,
                              Problems *problems);
void output_rule_free (gpointer rule);
