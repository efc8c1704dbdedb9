/* What is asked of a provider, from texts as users write them: the configuration, and the options of
 * `generate`, both in YAML. */
#pragma once

#include "document/document.h"
#include "providers/provider.h"
#include "support/scratch.h"

/* presets/models.yaml, and behind it the rows of `text` ("id: {…}"), which may be NULL. */
ModelTable *models_with (const char *text);
/* Adds rows; false: *out_complaint is what is wrong, a new string. */
bool models_add (ModelTable *models, const char *text, char **out_complaint);

typedef struct {
  const ProviderType *type;
  ModelTable *models;
  GenerateOptions *options;
  void *config;
  const Model *row;
  ProviderRequest request;
} Asked;

/* `model` is looked up in models_with (rows); `config` may be NULL. Options are at least a prompt;
 * references are up to the test. */
Asked *asked_new (const char *provider, const char *config, const char *rows, const char *model,
                  const char *options);
void asked_free (Asked *asked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

/* "" when the provider's check lets it pass, else "OPTION: what is wrong". New string. */
char *asked_complaint (Asked *asked);
/* What the provider's check_config says of a configuration; NULL: nothing. New string. */
char *config_complaint (const char *provider, const char *config);

/* "POST URL\nName: value\n…\n\nbody" of the first step, with files where they go. New string. */
char *asked_text (Asked *asked);
char *asked_url (Asked *asked);
char *asked_body (Asked *asked);
/* The body of a request, segments put together. New string of *out_length bytes and a NUL. */
char *body_of (const HttpRequest *request, size_t *out_length);
