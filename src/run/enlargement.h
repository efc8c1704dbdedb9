/* Was a picture made larger than its original? The recipe is gone through once more with sizes alone:
 * what looks larger may only stand on a wider background, and what looks smaller may be a small part
 * that was blown up. */
#pragma once

#include <stdbool.h>

typedef enum {
  ENLARGEMENT_NONE,
  ENLARGEMENT_SOME,
  ENLARGEMENT_UNKNOWN, /* it depends on what the recipe does not tell */
} Enlargement;

/* `width` and `height` are the original's, upright; 0: not known. *out_stage: the stage that did it, borrowed, or
 * NULL. */
Enlargement enlargement_of (const char *recipe, int width, int height, const char **out_stage);
