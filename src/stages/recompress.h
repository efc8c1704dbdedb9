/* The rules of `recompress` that depend on the file format, which may come from `to`'s extension
 * and so be known only after the stage was read. */
#pragma once

#include "base/problems.h"
#include "document/node.h"
#include "image/encode.h"

/* With `options->format` known: options in `node` (as written; NULL or a bare value: none) that
 * the format does not have, and values that it does not take, are added to `problems`. True when
 * the format is still unknown. */
bool recompress_check_format (const EncodeOptions *options, const Node *node, Problems *problems);
