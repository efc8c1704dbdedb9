#include "simulator/models.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *name;
  int gemini_3[2]; /* at 1K; 2K and 4K are twice and four times that */
  int at_512[2];
  int gemini_2_5[2]; /* 0: not there */
  int imagen[2];
  bool is_extreme;
} RatioRow;

#define T(tier) (1u << TIER_##tier)
#define PRO_USD                                                                                    \
  {                                                                                                \
    0, 0.134, 0.134, 0.24                                                                          \
  }
#define FLASH_USD                                                                                  \
  {                                                                                                \
    0.045, 0.067, 0.101, 0.151                                                                     \
  }
#define PRO_TOKENS                                                                                 \
  {                                                                                                \
    0, 1120, 1120, 2000                                                                            \
  }
#define FLASH_TOKENS                                                                               \
  {                                                                                                \
    747, 1120, 1680, 2520                                                                          \
  }

#define PRO_TOKEN_PRICES                                                                           \
  {                                                                                                \
    120, 12, 2                                                                                     \
  }

static const RatioRow ratios[] = {
  { "1:1", { 1024, 1024 }, { 512, 512 }, { 1024, 1024 }, { 1024, 1024 }, false },
  { "2:3", { 848, 1264 }, { 424, 632 }, { 832, 1248 }, { 0, 0 }, false },
  { "3:2", { 1264, 848 }, { 632, 424 }, { 1248, 832 }, { 0, 0 }, false },
  { "3:4", { 896, 1200 }, { 448, 600 }, { 864, 1184 }, { 896, 1280 }, false },
  { "4:3", { 1200, 896 }, { 600, 448 }, { 1184, 864 }, { 1280, 896 }, false },
  { "4:5", { 928, 1152 }, { 464, 576 }, { 896, 1152 }, { 0, 0 }, false },
  { "5:4", { 1152, 928 }, { 576, 464 }, { 1152, 896 }, { 0, 0 }, false },
  { "9:16", { 768, 1376 }, { 384, 688 }, { 768, 1344 }, { 768, 1408 }, false },
  { "16:9", { 1376, 768 }, { 688, 384 }, { 1344, 768 }, { 1408, 768 }, false },
  { "21:9", { 1584, 672 }, { 792, 336 }, { 1536, 672 }, { 0, 0 }, false },
  { "1:4", { 512, 2048 }, { 256, 1024 }, { 0, 0 }, { 0, 0 }, true },
  { "4:1", { 2048, 512 }, { 1024, 256 }, { 0, 0 }, { 0, 0 }, true },
  { "1:8", { 384, 3072 }, { 192, 1536 }, { 0, 0 }, { 0, 0 }, true },
  { "8:1", { 3072, 384 }, { 1536, 192 }, { 0, 0 }, { 0, 0 }, true },
};

static const Model models[] = {
  { "gemini-3-pro-image", FAMILY_GEMINI_3, T (1K) | T (2K) | T (4K), false, true, 14,
    IMAGE_FORMAT_JPEG, 560, PRO_TOKENS, PRO_USD, false, PRO_TOKEN_PRICES },
  { "nano-banana-pro-preview", FAMILY_GEMINI_3, T (1K) | T (2K) | T (4K), false, true, 14,
    IMAGE_FORMAT_JPEG, 560, PRO_TOKENS, PRO_USD, false, PRO_TOKEN_PRICES },
  { "gemini-3.1-flash-image", FAMILY_GEMINI_3, T (512) | T (1K) | T (2K) | T (4K), true, true, 14,
    IMAGE_FORMAT_JPEG, 1120, FLASH_TOKENS, FLASH_USD },
  { "gemini-3.1-flash-lite-image",
    FAMILY_GEMINI_3,
    T (1K),
    false,
    true,
    14,
    IMAGE_FORMAT_JPEG,
    1120,
    { 0, 1120, 0, 0 },
    { 0, 0.0336, 0, 0 } },
  { "gemini-nano-banana-2.1",
    FAMILY_GEMINI_3,
    T (1K) | T (2K) | T (4K),
    true,
    true,
    14,
    IMAGE_FORMAT_JPEG,
    1120,
    { 0, 1120, 1680, 2520 },
    { 0, 0.0336, 0.0505, 0.0755 } },
  { "gemini-2.5-flash-image",
    FAMILY_GEMINI_2_5,
    T (1K),
    false,
    false,
    3,
    IMAGE_FORMAT_PNG,
    258,
    { 0, 1290, 0, 0 },
    { 0, 0.039, 0, 0 } },
  /* Gone from Google itself; gateways still speak their dialect. */
  { "imagen-4.0-generate-001",
    FAMILY_IMAGEN,
    T (1K) | T (2K),
    false,
    false,
    0,
    IMAGE_FORMAT_PNG,
    0,
    { 0 },
    { 0, 0.04, 0.04, 0 },
    true },
  { "imagen-4.0-ultra-generate-001",
    FAMILY_IMAGEN,
    T (1K) | T (2K),
    false,
    false,
    0,
    IMAGE_FORMAT_PNG,
    0,
    { 0 },
    { 0, 0.06, 0.06, 0 },
    true },
  { "imagen-4.0-fast-generate-001",
    FAMILY_IMAGEN,
    T (1K),
    false,
    false,
    0,
    IMAGE_FORMAT_PNG,
    0,
    { 0 },
    { 0, 0.02, 0, 0 },
    true },
  { "imagen-4.0-upscale-preview",
    FAMILY_UPSCALE,
    T (1K),
    false,
    false,
    1,
    IMAGE_FORMAT_PNG,
    0,
    { 0 },
    { 0, 0.06, 0, 0 } },
};

const Model *
model_find (const char *id, bool with_retired)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (models); i++)
    if (strcmp (models[i].id, id) == 0)
      return models[i].is_retired && !with_retired ? NULL : &models[i];
  return NULL;
}

bool
model_find_tier (const Model *model, const char *text, Tier *out_tier)
{
  static const char *const names[TIER_COUNT] = { "512", "1K", "2K", "4K" };
  for (unsigned i = 0; i < TIER_COUNT; i++) {
    if (strcmp (names[i], text) != 0)
      continue;
    *out_tier = (Tier)i;
    return (model->tiers & 1u << i) != 0;
  }
  return false;
}

static bool
pixels_of (const Model *model, const RatioRow *ratio, Tier tier, int *out_width, int *out_height)
{
  const int *pixels = model->family == FAMILY_GEMINI_2_5 ? ratio->gemini_2_5
                      : model->family == FAMILY_IMAGEN   ? ratio->imagen
                      : tier == TIER_512                 ? ratio->at_512
                                                         : ratio->gemini_3;
  int times = tier == TIER_4K ? 4 : tier == TIER_2K ? 2 : 1;
  if (pixels[0] == 0 || (ratio->is_extreme && !model->has_extreme_ratios))
    return false;
  *out_width = pixels[0] * times;
  *out_height = pixels[1] * times;
  return true;
}

bool
model_find_pixels (const Model *model, const char *ratio, Tier tier, int *out_width,
                   int *out_height)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (ratios); i++)
    if (strcmp (ratios[i].name, ratio) == 0)
      return pixels_of (model, &ratios[i], tier, out_width, out_height);
  return false;
}

const char *
model_nearest_ratio (const Model *model, int width, int height)
{
  const char *nearest = "1:1";
  double least = INFINITY;
  for (unsigned i = 0; i < G_N_ELEMENTS (ratios); i++) {
    int w, h;
    if (!pixels_of (model, &ratios[i], TIER_1K, &w, &h))
      continue;
    double distance = fabs (log ((double)width / height) - log ((double)w / h));
    if (distance < least) {
      least = distance;
      nearest = ratios[i].name;
    }
  }
  return nearest;
}
