/* What an answer costs by what it says was used: the tokens that it tells of, at the prices of the
 * models table. */
#pragma once

#include "providers/models.h"

typedef struct {
  double usd;
  bool has_picture; /* tokens of pictures came out */
} UsageCost;

/* `usage` is a Verdict's: usageMetadata of Gemini, or the usage of OpenAI's images. It is a stranger's
 * word: false when it is NULL, makes no sense, or the row has no prices for tokens. Then the price of a
 * picture is all there is. */
bool usage_cost (const Model *row, const char *usage, UsageCost *out_cost);
