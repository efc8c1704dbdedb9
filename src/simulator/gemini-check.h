/* Is a generateContent request one that the service would take, and what does it ask for? */
#pragma once

#include "simulator/gemini.h"

/* False after answering with an error. exchange->json is parsed. */
bool gemini_check (Exchange *exchange, const Model *model, GeminiSurface surface,
                   GeminiRequest *out_request);
/* All text of all parts, a line each. New string. */
char *gemini_prompt (const cJSON *json);
