/* :predict of Imagen-shaped models, and of the upscaler. Google's own are gone; gateways, stand-ins
 * and tuned models still speak it. */
#pragma once

#include "providers/provider.h"

#define PREDICT_IMAGE_PATHS                                                                        \
  {                                                                                                \
    "predictions[].bytesBase64Encoded", JSON_SCAN_BASE64                                           \
  }

/* As ProviderType.check. */
bool predict_check (const GenerateOptions *options, const Model *row, const char **out_option,
                    GError **error);
/* Appends the body and its content type. */
void predict_add_body (const ProviderRequest *asked, HttpRequest *request);
/* `who` is the provider, for messages. */
void predict_take_answer (const ProviderAnswer *answer, const char *who, Verdict *verdict);
