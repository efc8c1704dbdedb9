/* The original of a render task, decoded: from a file, or from the cache, where pixels that are
 * ready are taken as they are. */
#pragma once

#include "document/node.h"
#include "image/image.h"

/* *out_told is what tells of its metadata: the file, or a PNG without its pixels. */
bool decode_original (const Node *task, const char *home, const ImageLimits *limits, int n_threads,
                      VipsImage **out_picture, GBytes **out_told, GError **error);
