/* Which names a generateContent request may hold, on which surface. */
#pragma once

#include "simulator/gemini.h"

/* "image_config" for "imageConfig". New string. */
char *gemini_snake_case (const char *name);
/* False after answering 400 with every name and value that does not belong. */
bool gemini_check_fields (Exchange *exchange, GeminiSurface surface);
