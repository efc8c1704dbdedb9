/* What the files of the openai provider share. */
#pragma once

#include "providers/service.h"

typedef enum { OPENAI_PROFILE_OPENAI, OPENAI_PROFILE_APIYI, OPENAI_PROFILE_LITELLM } OpenaiProfile;
typedef enum { OPENAI_AUTH_BEARER, OPENAI_AUTH_API_KEY, OPENAI_AUTH_X_API_KEY } OpenaiAuth;
typedef enum {
  OPENAI_SIZE_PIXELS,
  OPENAI_SIZE_RATIO,
  OPENAI_SIZE_SUFFIX,
  OPENAI_SIZE_NONE,
} OpenaiSize;
typedef enum {
  OPENAI_RESPONSE_UNSET,
  OPENAI_RESPONSE_BASE64,
  OPENAI_RESPONSE_URL,
} OpenaiResponse;

typedef struct {
  ServiceConfig service;
  int profile; /* OpenaiProfile */
  char **keys; /* references to secrets */
  int auth;    /* OpenaiAuth */
  char *generations_path, *edits_path;
  int size;     /* OpenaiSize */
  int response; /* OpenaiResponse */
  char *extra;  /* JSON object */
} OpenaiConfig;

/* The name that is sent. New string. */
char *openai_dup_model (const ProviderRequest *asked);
/* Body and content type of a generation, and of an edit. */
void openai_add_json (const ProviderRequest *asked, HttpRequest *request);
void openai_add_form (const ProviderRequest *asked, HttpRequest *request);

extern const JsonScanPath openai_image_paths[];
void openai_take_answer (const ProviderRequest *asked, const ProviderAnswer *answer,
                         Verdict *verdict);
