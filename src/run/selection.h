/* --only and --refresh: globs that an image's id or an output's path may match. */
#pragma once

#include <stdbool.h>

/* True when `globs` is NULL and `when_none` is true, or one of them matches either text. */
bool selection_matches (char **globs, bool when_none, const char *image_id, const char *path);
