/* Which service a path belongs to. */
#include "simulator/credential.h"
#include "simulator/errors.h"
#include "simulator/gemini-check.h"
#include "simulator/google-error.h"
#include "simulator/quotas.h"
#include "simulator/script.h"

/* What the parts of a path in braces stand for. */
typedef struct {
  char *project, *location, *model;
} PathParts;

static void
set_surface (Exchange *exchange, const char *name)
{
  g_free (exchange->surface);
  exchange->surface = g_strdup (name);
}

static bool
begin_call (Simulator *simulator, Exchange *exchange)
{
  script_apply (simulator, exchange);
  const Fault *fault = exchange->fault;
  if (fault != NULL && fault->delay_ms > 0)
    simulator_pause (simulator, fault->delay_ms);
  if (fault != NULL && fault->reset)
    return false;
  return !errors_answer (simulator, exchange);
}

static void
answer_generate (Simulator *simulator, Exchange *exchange, GeminiSurface surface)
{
  const Model *model = model_find (exchange->model, simulator->options->retired);
  if (!exchange_parse_json (exchange)) {
    google_error (exchange, 400, NULL, "Invalid JSON payload received. Unexpected token.");
    return;
  }
  exchange->prompt = gemini_prompt (exchange->json);
  if (!begin_call (simulator, exchange) || !credential_check_key (simulator, exchange))
    return;
  if (model == NULL) {
    google_error (exchange, 404, NULL,
                  "models/%s is not found for API version v1beta, or is not supported for "
                  "generateContent. Call ListModels to see the list of available models and their "
                  "supported methods.",
                  exchange->model);
    return;
  }
  simulator_pause (simulator, simulator_latency_ms (simulator));
  gemini_answer (simulator, exchange, model, surface);
}

void
simulator_answer (Simulator *simulator, Exchange *exchange)
{
  static const char prefix[] = "/v1beta/models/";
  const char *colon = strrchr (exchange->path, ':');
  if (g_str_has_prefix (exchange->path, prefix) && colon != NULL &&
      strcmp (colon, ":generateContent") == 0) {
    const char *model = exchange->path + strlen (prefix);
    exchange->model = g_strndup (model, (size_t)(colon - model));
    set_surface (exchange, "gemini");
    answer_generate (simulator, exchange, SURFACE_DEVELOPER);
    return;
  }
  google_html_not_found (exchange);
}
