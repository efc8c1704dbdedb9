/* A provider's answer from its text, with pictures cut out of it as in reality: by the scanner, along
 * the provider's own paths. */
#pragma once

#include "providers/provider.h"

typedef struct {
  ProviderAnswer answer;
  HttpHeaders headers;
  ProviderBlob blobs[16];
  JsonScan *scan;
  cJSON *json;
  char *text;
} BuiltAnswer;

/* `headers` ends with NULL, or is NULL. NULL: the scanner did not take the text. */
BuiltAnswer *built_answer_new (const JsonScanPath *paths, int status, const char *const *headers,
                               const char *text, size_t length);
void built_answer_free (BuiltAnswer *built);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BuiltAnswer, built_answer_free)

/* A verdict on one line: "done 0 image/png", "fetch URL", "refused: …", "throttle in 500 ms: …",
 * "transient, billed: …". New string. */
char *verdict_describe (const Verdict *verdict);
