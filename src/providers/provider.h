/* A provider: who makes an original when it is not in the cache.
 *
 * A provider does no I/O. It says what is to be done next, and run/ does the doing: the synthetic
 * one asks for a drawing, `command` for a program to be started. */
#pragma once

#include "image/painter.h"
#include "option/option.h"
#include "providers/generate.h"

typedef enum {
  PROVIDER_ERROR_UNSUPPORTED, /* the model cannot do what was asked (size, ratio, …) */
} ProviderErrorCode;
#define PROVIDER_ERROR (provider_error_quark ())
GQuark provider_error_quark (void);

/* What is asked of a provider for one original. Everything is borrowed. */
typedef struct {
  const GenerateOptions *options;
  const void *config; /* the struct of the type's config table; NULL: there is none */
  const char *model;
  int variant;        /* from 1 */
  int width, height;  /* px, as expected_size gave them */
  const char *output; /* absolute path of the file that a program is to write */
} ProviderRequest;

typedef enum { PROVIDER_DRAW, PROVIDER_SPAWN } ProviderStepKind;

/* What is to be done next. */
typedef struct {
  ProviderStepKind kind;
  PainterSpec drawing; /* DRAW; strings are borrowed from the request */
  char **program;      /* SPAWN: the program's path and its arguments. Owned */
  char *input;         /* SPAWN: its standard input. Owned */
  int64_t timeout_ms;  /* SPAWN */
} ProviderStep;

void provider_step_clear (ProviderStep *step);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProviderStep, provider_step_clear)

typedef struct ProviderType ProviderType;
struct ProviderType {
  const char *name, *summary;
  const char *default_model;
  const char *source_type; /* DigitalSourceType term of what it makes */

  /* What the user's own configuration says of it; NULL: nothing, and it works without. Then the
   * functions below are given NULL for `config`. */
  const OptionTable *config;
  /* Rules across options of the configuration, or NULL. `node` is the map. */
  bool (*check_config) (const void *config, const Node *node, Problems *problems);

  /* The model that is asked, borrowed; NULL: default_model whatever is written. `config` may be
   * NULL, since what is cached needs no configuration. */
  const char *(*model) (const GenerateOptions *options, const void *config);
  /* USD for one picture; 0, or no function: it is free. */
  double (*cost) (const void *config);

  /* How many calls a run makes at a time; no function: as many as there are workers. */
  int (*most_at_once) (const void *config);

  /* The pixels the answer will have. PROVIDER_ERROR when the model cannot do that. */
  bool (*expected_size) (const GenerateOptions *options, int *out_width, int *out_height,
                         GError **error);
  /* `request->config` is set if the type has a config table. */
  bool (*first_step) (const ProviderRequest *request, ProviderStep *out_step, GError **error);
};

/* In order of name. */
extern const ProviderType *const provider_types[];
unsigned provider_n_types (void);
const ProviderType *provider_find (const char *name);
const char *provider_nearest (const char *name);
