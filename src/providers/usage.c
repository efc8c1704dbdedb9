#include "providers/usage.h"

#include <math.h>

#include "providers/verdict.h"

/* No model has a larger window: what tells of more tokens is wrong, or a lie. */
#define MOST_TOKENS 2e6

/* USD are counted per million tokens. */
typedef struct {
  double prompt, text, pictures;
} Tokens;

static bool
take_count (const cJSON *value, double *out_count)
{
  if (value == NULL)
    return true;
  if (!cJSON_IsNumber (value) || !(value->valuedouble >= 0) || value->valuedouble > MOST_TOKENS)
    return false;
  *out_count = value->valuedouble;
  return true;
}

/* Of "candidatesTokensDetails": the tokens of pictures. */
static bool
take_pictures (const cJSON *details, double *out_count)
{
  const cJSON *each;
  double sum = 0;
  cJSON_ArrayForEach (each, details)
  {
    const char *modality = answer_text (each, "modality", "modality");
    double count = 0;
    if (g_strcmp0 (modality, "IMAGE") != 0)
      continue;
    if (!take_count (answer_member (each, "tokenCount", "token_count"), &count))
      return false;
    sum += count;
  }
  *out_count = sum;
  return sum <= MOST_TOKENS;
}

static bool
read_gemini (const cJSON *usage, Tokens *tokens)
{
  double out = 0, thoughts = 0;
  if (!take_count (answer_member (usage, "promptTokenCount", "prompt_token_count"),
                   &tokens->prompt) ||
      !take_count (answer_member (usage, "candidatesTokenCount", "candidates_token_count"), &out) ||
      !take_count (answer_member (usage, "thoughtsTokenCount", "thoughts_token_count"),
                   &thoughts) ||
      !take_pictures (answer_member (usage, "candidatesTokensDetails", "candidates_tokens_details"),
                      &tokens->pictures))
    return false;
  tokens->text = MAX (out - tokens->pictures, 0) + thoughts;
  return true;
}

static bool
read_openai (const cJSON *usage, Tokens *tokens)
{
  double out = 0;
  const cJSON *details = answer_item (usage, "output_tokens_details");
  if (!take_count (answer_item (usage, "input_tokens"), &tokens->prompt) ||
      !take_count (answer_item (usage, "output_tokens"), &out) ||
      !take_count (answer_item (details, "text_tokens"), &tokens->text) || tokens->text > out)
    return false;
  tokens->pictures = out - tokens->text;
  return true;
}

static bool
read_tokens (const cJSON *usage, Tokens *tokens)
{
  if (answer_member (usage, "promptTokenCount", "prompt_token_count") != NULL)
    return read_gemini (usage, tokens);
  return answer_item (usage, "output_tokens") != NULL && read_openai (usage, tokens);
}

bool
usage_cost (const Model *row, const char *usage, UsageCost *out_cost)
{
  if (row == NULL || usage == NULL || row->token_prices.image <= 0)
    return false;
  Tokens tokens = { 0 };
  cJSON *json = cJSON_Parse (usage);
  bool ok = cJSON_IsObject (json) && read_tokens (json, &tokens);
  cJSON_Delete (json);
  if (!ok)
    return false;
  const TokenPrices *prices = &row->token_prices;
  double usd = tokens.pictures * prices->image + tokens.text * prices->text +
               tokens.prompt * prices->input;
  *out_cost = (UsageCost){ row->is_free ? 0 : usd / 1e6, tokens.pictures > 0 };
  return true;
}
