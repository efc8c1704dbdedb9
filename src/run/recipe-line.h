/* Reading what plan/recipe.c wrote: "resize 1 fit="cover" width="640"". */
#pragma once

#include <glib.h>

/* The options of a line, ` name="value"` each, as name → value as it is written there. Values are
 * JSON: texts, or lists of them. */
GHashTable *recipe_line_options (const char *line);
