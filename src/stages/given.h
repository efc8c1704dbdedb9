/* What a user wrote, for the rules across options: defaults are not "given". */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* Whether the map names the option (a bare value names none). */
bool given (const Node *node, const char *option);
/* Where the option's name stands; else where the stage does; NULL without a node. */
const Mark *given_mark (const Node *node, const char *option);
/* Adds "'gravity' REASON" for each of `options` (ends with NULL) that is given. */
bool given_exclude (const Node *node, const char *reason, const char *const *options,
                    Problems *problems);
