/* A provider: who makes an original when it is not in the cache.
 *
 * A provider does no I/O. It says what is to be done next and is told what came of it; run/ does
 * the doing. The synthetic provider asks for one drawing and is done. */
#pragma once

#include "image/painter.h"
#include "option/option.h"
#include "providers/generate.h"

typedef enum {
  PROVIDER_ERROR_UNSUPPORTED, /* the model cannot do what was asked (size, ratio, …) */
} ProviderErrorCode;
#define PROVIDER_ERROR (provider_error_quark ())
GQuark provider_error_quark (void);

/* What is asked of a provider for one original. Strings are borrowed. */
typedef struct {
  const GenerateOptions *options;
  int variant; /* from 1 */
} ProviderRequest;

typedef struct ProviderType ProviderType;
struct ProviderType {
  const char *name, *summary;
  const char *default_model;
  bool is_free;
  const char *source_type; /* DigitalSourceType term of what it makes */

  /* The pixels the answer will have. PROVIDER_ERROR when the model cannot do that. */
  bool (*expected_size) (const GenerateOptions *options, int *out_width, int *out_height,
                         GError **error);

  /* What to draw. Strings of *out_spec are borrowed from the request. */
  bool (*drawing) (const ProviderRequest *request, PainterSpec *out_spec, GError **error);
};

extern const ProviderType *const provider_types[];
unsigned provider_n_types (void);
const ProviderType *provider_find (const char *name);
const char *provider_nearest (const char *name);
