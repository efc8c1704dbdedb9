/* generateContent, as Vertex AI and the Gemini Developer API speak it. They differ in what they let
 * be asked: one builder, and a list for each of what it may say. */
#pragma once

#include "providers/provider.h"

/* Quotas of a day begin anew there: ai.google.dev/gemini-api/docs/rate-limits */
#define GOOGLE_DAY_RULE "PST8PDT,M3.2.0,M11.1.0"
#define GOOGLE_DAY_WORDS "midnight Pacific time"

typedef enum { GEMINI_DEVELOPER, GEMINI_VERTEX } GeminiSurface;

/* As ProviderType.check. */
bool gemini_check (GeminiSurface surface, const GenerateOptions *options, const Model *row,
                   const char **out_option, GError **error);
/* Appends the body and its content type. */
void gemini_add_body (const ProviderRequest *asked, GeminiSurface surface, HttpRequest *request);
/* Rows of ProviderType.image_paths. Texts are where gateways put data URIs; signatures are long, and of
 * use to nobody here. */
#define GEMINI_PARTS "candidates[].content.parts[]."
#define GEMINI_IMAGE_PATHS                                                                         \
  { GEMINI_PARTS "inlineData.data", JSON_SCAN_BASE64 },                                            \
    { GEMINI_PARTS "inline_data.data", JSON_SCAN_BASE64 },                                         \
    { GEMINI_PARTS "text", JSON_SCAN_DATA_URI },                                                   \
    { GEMINI_PARTS "thoughtSignature", JSON_SCAN_DROP },                                           \
  {                                                                                                \
    GEMINI_PARTS "thought_signature", JSON_SCAN_DROP                                               \
  }
/* `who` is the provider, for messages. */
void gemini_take_answer (const ProviderAnswer *answer, const char *who, Verdict *verdict);
