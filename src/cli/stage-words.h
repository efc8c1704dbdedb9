/* What people read of a stage's role: in `peel stages` and in the reference. */
#pragma once

#include "stages/stage.h"

/* "source", "image", "delivery". */
const char *stage_role_word (StageRole role);
/* "Sources: they make the image, and come first". */
const char *stage_role_heading (StageRole role);
