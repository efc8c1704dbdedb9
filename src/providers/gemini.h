/* generateContent, as Vertex AI and the Gemini Developer API speak it. They differ in what they let
 * be asked: one builder, and a list for each of what it may say. */
#pragma once

#include "providers/provider.h"

typedef enum { GEMINI_DEVELOPER, GEMINI_VERTEX } GeminiSurface;

/* As ProviderType.check. */
bool gemini_check (GeminiSurface surface, const GenerateOptions *options, const Model *row,
                   const char **out_option, GError **error);
/* Appends the body and its content type. */
void gemini_add_body (const ProviderRequest *asked, GeminiSurface surface, HttpRequest *request);
extern const JsonScanPath gemini_image_paths[];
/* `who` is the provider, for messages. */
void gemini_take_answer (const ProviderRequest *asked, const ProviderAnswer *answer,
                         const char *who, Verdict *verdict);
