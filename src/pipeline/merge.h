/* The one rule by which a child's YAML joins its parent's: maps merge, anything else replaces. */
#pragma once

#include "document/node.h"

/* A new reference; `over` wins. Either may be NULL. */
Node *node_merge (Node *base, Node *over);
