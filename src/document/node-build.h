/* What only readers need to make nodes. */
#pragma once

#include "document/node.h"

/* Text whatever it looks like: keys, and scalars that were in quotes. */
Node *node_new_text (const Mark *mark, const char *text, NodeStyle style);
/* A map that shares `keys` (of Node*) with the other rows of its table; its values are added by
 * node_take_item, as many as there are keys. */
Node *node_new_row (const Mark *mark, GPtrArray *keys);
