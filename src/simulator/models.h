/* The models that answer: sizes, limits and prices, from the services' own pages. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "image/format.h"

typedef enum { TIER_512, TIER_1K, TIER_2K, TIER_4K, TIER_COUNT } Tier;
typedef enum {
  FAMILY_GEMINI_3,
  FAMILY_GEMINI_2_5,
  FAMILY_IMAGEN,
  FAMILY_UPSCALE,
  FAMILY_OPENAI
} Family;

/* USD for a million tokens. */
typedef struct {
  double image, text; /* going out; thoughts are text */
  double prompt;
} TokenPrices;

typedef struct {
  const char *id;
  Family family;
  unsigned tiers;          /* 1u << Tier */
  bool has_extreme_ratios; /* 1:4 to 8:1 */
  bool is_global_only;     /* on Vertex AI */
  int most_images;
  ImageFormat format;     /* when nothing is asked for */
  int image_tokens;       /* of one picture in the prompt */
  int tokens[TIER_COUNT]; /* of one that is made */
  double usd[TIER_COUNT];
  bool is_retired;          /* answers with --retired only */
  TokenPrices token_prices; /* what is billed; all 0: `usd` for each picture */
} Model;

/* NULL: there is none, or it was retired. */
const Model *model_find (const char *id, bool with_retired);

/* "1K" and so on, exactly; false: no size, or not one of this model. */
bool model_find_tier (const Model *model, const char *text, Tier *out_tier);
/* The pixels of a ratio ("16:9") at a tier; false: the model has no such ratio. */
bool model_find_pixels (const Model *model, const char *ratio, Tier tier, int *out_width,
                        int *out_height);
/* The model's ratio that is nearest to a picture's. */
const char *model_nearest_ratio (const Model *model, int width, int height);
