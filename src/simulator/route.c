/* Which service a path belongs to, and what all of them do before and after they answer. */
#include "simulator/credential.h"
#include "simulator/errors.h"
#include "simulator/gemini-check.h"
#include "simulator/google-error.h"
#include "simulator/metadata-server.h"
#include "simulator/openai.h"
#include "simulator/predict.h"
#include "simulator/quotas.h"
#include "simulator/script.h"
#include "simulator/token-endpoint.h"

typedef struct PathParts PathParts;
typedef void (*AnswerFunc) (Simulator *simulator, Exchange *exchange, const PathParts *parts);

/* The parts of a path in braces. */
struct PathParts {
  char *project, *location, *model, *name;
};

typedef struct {
  const char *method;
  const char *pattern; /* a {part} ends at '/' or ':' */
  const char *surface;
  AnswerFunc answer;
} Route;

/* The rule, then its silence. False: it has answered. */
static bool
apply_script (Simulator *simulator, Exchange *exchange)
{
  script_apply (simulator, exchange);
  const Fault *fault = exchange->fault;
  if (fault != NULL && fault->delay_ms > 0)
    simulator_pause (simulator, fault->delay_ms);
  if (fault != NULL && fault->reset)
    return false;
  return !errors_answer (simulator, exchange);
}

static bool
check_quota (Simulator *simulator, Exchange *exchange)
{
  int64_t wait_ms = 0;
  QuotaVerdict verdict = quotas_take (simulator, exchange, &wait_ms);
  if (verdict == QUOTA_OK)
    return true;
  bool is_openai = strcmp (exchange->surface, "openai") == 0;
  g_autofree char *delay = g_strdup_printf ("%d.%03ds", (int)(wait_ms / 1000),
                                            (int)(wait_ms % 1000));
  if (is_openai) {
    g_autofree char *seconds = g_strdup_printf ("%d", (int)(wait_ms / 1000) + 1);
    g_autofree char *ms = g_strdup_printf ("%" G_GINT64_FORMAT, wait_ms);
    exchange_set_header (exchange, "retry-after", seconds);
    exchange_set_header (exchange, "retry-after-ms", ms);
  }
  errors_answer_named (exchange,
                       verdict == QUOTA_DAY          ? "per-day"
                       : verdict == QUOTA_CONCURRENT ? "rate-limit-bare"
                                                     : "rate-limit",
                       verdict == QUOTA_CONCURRENT ? NULL : delay);
  return false;
}

/* What has been begun is made and billed, whether or not the client waits and the simulator stops. */
static void
think (Simulator *simulator)
{
  simulator_pause (simulator, simulator_latency_ms (simulator));
}

static bool
parse_body (Exchange *exchange)
{
  if (!exchange_parse_json (exchange))
    return google_error (exchange, 400, NULL,
                         "Invalid JSON payload received. Expected an object key or }.");
  return true;
}

static void
generate (Simulator *simulator, Exchange *exchange, const Model *model, GeminiSurface surface)
{
  if (!check_quota (simulator, exchange))
    return;
  think (simulator);
  gemini_answer (simulator, exchange, model, surface);
}

static bool
refuse_model (Exchange *exchange, const char *version)
{
  return google_error (exchange, 404, NULL,
                       "models/%s is not found for API version %s, or is not supported for "
                       "generateContent. Call ListModels to see the list of available models and "
                       "their supported methods.",
                       exchange->model, version);
}

static bool
is_gemini (const Model *model)
{
  return model != NULL && (model->family == FAMILY_GEMINI_3 || model->family == FAMILY_GEMINI_2_5);
}

static void
answer_with_key (Simulator *simulator, Exchange *exchange, GeminiSurface surface)
{
  const Model *model = model_find (exchange->model, simulator->options->retired);
  bool ok = parse_body (exchange);
  exchange->prompt = gemini_prompt (exchange->json);
  if (!apply_script (simulator, exchange) || !credential_check_key (simulator, exchange) || !ok)
    return;
  if (!is_gemini (model))
    refuse_model (exchange, surface == SURFACE_EXPRESS ? "v1" : "v1beta");
  else
    generate (simulator, exchange, model, surface);
}

static void
answer_developer (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  answer_with_key (simulator, exchange, SURFACE_DEVELOPER);
}

static void
answer_express (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  answer_with_key (simulator, exchange, SURFACE_EXPRESS);
}

static bool
check_place (Simulator *simulator, Exchange *exchange, const PathParts *parts, const Model *model)
{
  const char *denied = simulator->options->denied_project;
  bool is_global = strcmp (parts->location, "global") == 0;
  if (denied != NULL && strcmp (denied, parts->project) == 0)
    return google_error (
      exchange, 403,
      google_detail_info (NULL, "IAM_PERMISSION_DENIED", "aiplatform.googleapis.com"),
      "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/"
      "projects/%s/locations/%s/publishers/google/models/%s' (or it may not exist).",
      parts->project, parts->location, parts->model);
  if (model == NULL || (model->is_global_only && !is_global))
    return google_error (
      exchange, 404, NULL,
      "Publisher Model `projects/%s/locations/%s/publishers/google/models/%s` was not found or "
      "your project does not have access to it. Please ensure you are using a valid model version. "
      "For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/"
      "model-versions",
      parts->project, parts->location, parts->model);
  return true;
}

static void
answer_vertex (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  const Model *model = model_find (exchange->model, simulator->options->retired);
  bool ok = parse_body (exchange);
  exchange->prompt = gemini_prompt (exchange->json);
  if (apply_script (simulator, exchange) && credential_check_token (simulator, exchange) && ok &&
      check_place (simulator, exchange, parts, is_gemini (model) ? model : NULL))
    generate (simulator, exchange, model, SURFACE_VERTEX);
}

static void
answer_predict (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  const Model *model = model_find (exchange->model, simulator->options->retired);
  bool ok = parse_body (exchange);
  bool is_developer = parts->project == NULL;
  exchange->prompt = predict_prompt (exchange->json);
  if (!apply_script (simulator, exchange) ||
      !(is_developer ? credential_check_key (simulator, exchange)
                     : credential_check_token (simulator, exchange)) ||
      !ok)
    return;
  if (is_gemini (model))
    model = NULL;
  if (is_developer && model == NULL)
    refuse_model (exchange, "v1beta");
  else if ((is_developer || check_place (simulator, exchange, parts, model)) &&
           check_quota (simulator, exchange)) {
    think (simulator);
    predict_answer (simulator, exchange, model, is_developer);
  }
}

static void
answer_openai (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  bool is_edit = g_str_has_suffix (exchange->path, "/edits");
  g_autoptr (OpenaiForm) form = openai_form_read (exchange, is_edit);
  g_autofree char *id = g_strdup_printf ("req_sim%08x%06d", g_random_int (), exchange->number);
  exchange_set_header (exchange, "x-request-id", id);
  if (!apply_script (simulator, exchange) || !credential_check_openai (simulator, exchange) ||
      !check_quota (simulator, exchange))
    return;
  think (simulator);
  openai_answer (simulator, exchange, form, is_edit);
}

static void
answer_token (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  if (apply_script (simulator, exchange))
    token_answer (simulator, exchange);
}

static void
answer_exchange (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  if (apply_script (simulator, exchange))
    token_answer_exchange (simulator, exchange);
}

static void
answer_impersonation (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  if (apply_script (simulator, exchange) && credential_check_token (simulator, exchange))
    token_answer_impersonation (simulator, exchange);
}

static void
answer_subject (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  if (apply_script (simulator, exchange))
    token_answer_subject (simulator, exchange);
}

static void
answer_metadata (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  if (apply_script (simulator, exchange))
    metadata_server_answer (simulator, exchange);
}

static void
answer_file (Simulator *simulator, Exchange *exchange, const PathParts *parts)
{
  if (apply_script (simulator, exchange))
    openai_answer_file (simulator, exchange, parts->name);
}

static const Route routes[] = {
  { "POST", "/v1beta/models/{model}:generateContent", "gemini", answer_developer },
  /* What @google/genai 3 asks unless told otherwise. */
  { "POST", "/v1/models/{model}:generateContent", "gemini", answer_developer },
  { "POST", "/v1beta/models/{model}:predict", "predict", answer_predict },
  { "POST",
    "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}"
    ":generateContent",
    "vertex", answer_vertex },
  { "POST",
    "/v1beta1/projects/{project}/locations/{location}/publishers/google/models/{model}"
    ":generateContent",
    "vertex", answer_vertex },
  { "POST", "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:predict",
    "predict", answer_predict },
  { "POST",
    "/v1beta1/projects/{project}/locations/{location}/publishers/google/models/{model}"
    ":predict",
    "predict", answer_predict },
  { "POST", "/v1/publishers/google/models/{model}:generateContent", "vertex", answer_express },
  { "POST", "/v1beta1/publishers/google/models/{model}:generateContent", "vertex", answer_express },
  { "POST", "/v1/images/generations", "openai", answer_openai },
  { "POST", "/v1/images/edits", "openai", answer_openai },
  { "POST", "/token", "token", answer_token },
  { "POST", "/v1/token", "token", answer_exchange },
  { "POST", "/v1/projects/-/serviceAccounts/{name}:generateAccessToken", "impersonation",
    answer_impersonation },
  { "GET", "/subject-token", "subject-token", answer_subject },
  { "GET", "/", "metadata", answer_metadata },
  { "GET", "/computeMetadata/v1/instance/service-accounts/default/token", "metadata",
    answer_metadata },
  { "GET", "/computeMetadata/v1/project/project-id", "metadata", answer_metadata },
  { "GET", "/files/{name}", "files", answer_file },
};

static char **
part_of (PathParts *parts, const char *name)
{
  return g_str_has_prefix (name, "{project}")    ? &parts->project
         : g_str_has_prefix (name, "{location}") ? &parts->location
         : g_str_has_prefix (name, "{model}")    ? &parts->model
                                                 : &parts->name;
}

static void
parts_clear (PathParts *parts)
{
  g_clear_pointer (&parts->project, g_free);
  g_clear_pointer (&parts->location, g_free);
  g_clear_pointer (&parts->model, g_free);
  g_clear_pointer (&parts->name, g_free);
}

static bool
matches (const char *pattern, const char *path, PathParts *parts)
{
  while (*pattern != '\0') {
    if (*pattern != '{') {
      if (*pattern++ != *path++)
        return false;
      continue;
    }
    size_t n = strcspn (path, "/:");
    if (n == 0)
      return false;
    char **part = part_of (parts, pattern);
    g_free (*part);
    *part = g_strndup (path, n);
    path += n;
    pattern = strchr (pattern, '}') + 1;
  }
  return *path == '\0';
}

void
simulator_answer (Simulator *simulator, Exchange *exchange)
{
  PathParts parts = { 0 };
  for (unsigned i = 0; i < G_N_ELEMENTS (routes); i++) {
    parts_clear (&parts);
    if (strcmp (routes[i].method, exchange->method) != 0 ||
        !matches (routes[i].pattern, exchange->path, &parts))
      continue;
    exchange->surface = g_strdup (routes[i].surface);
    exchange->model = g_strdup (parts.model);
    if (exchange->is_too_large)
      errors_answer_named (exchange, "too-large", NULL);
    else
      routes[i].answer (simulator, exchange, &parts);
    parts_clear (&parts);
    return;
  }
  parts_clear (&parts);
  if (apply_script (simulator, exchange))
    google_html_not_found (exchange);
}
