/* The options of `generate` that a profile of a configuration sets, for whatever pipeline it is chosen
 * for: who makes the picture, and how well. What is pictured stays the pipeline's. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* Options that no profile sets. Ends with NULL. */
extern const char *const profile_omits[];

/* Checked as if a pipeline said it. False after adding to `problems`. */
bool profile_check_generate (const Node *node, Problems *problems);
