/* No literal secret stands in a pipeline: not in an option named like one, not anywhere by shape. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* Adds a problem (its line shown with dots) for each. False if there was one: then nothing else may
 * be reported of this document, since another message could quote the same line. */
bool secrets_check (const Node *root, Problems *problems);
