#include "simulator/errors.h"

#include "simulator/google-error.h"

typedef struct {
  const char *name;
  const char *help;
  int status;
  const char *message;
  const char *google_status; /* NULL: the one that belongs to the HTTP status */
  const char *reason;        /* of an ErrorInfo detail */
  const char *quota_id, *quota_value;
  const char *retry_delay;
  const char *openai_type, *openai_code;
  int inner_code; /* 0: as the HTTP status */
  bool is_html;
} ErrorKind;

#define QUOTA_TEXT                                                                                 \
  "You exceeded your current quota, please check your plan and billing details. For more "         \
  "information on this error, head over to: https://ai.google.dev/gemini-api/docs/rate-limits. "

static const ErrorKind kinds[] = {
  { "rate-limit", "too many a minute; the body says when to try again", 429,
    QUOTA_TEXT "Please retry in 33.837906927s.",
    .quota_id = "GenerateRequestsPerMinutePerProjectPerModel", .quota_value = "20",
    .retry_delay = "33.837906927s", .openai_type = "requests",
    .openai_code = "rate_limit_exceeded" },
  { "rate-limit-bare", "the same with nothing but words", 429,
    "Resource exhausted. Please try again later. Please refer to "
    "https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
    .openai_type = "requests", .openai_code = "rate_limit_exceeded" },
  { "per-day", "too many a day", 429, QUOTA_TEXT,
    .quota_id = "GenerateRequestsPerDayPerProjectPerModel", .quota_value = "250",
    .openai_type = "requests", .openai_code = "rate_limit_exceeded" },
  { "limit-zero", "a quota that is 0 and stays so", 429,
    QUOTA_TEXT "\n* Quota exceeded for metric: "
               "generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0",
    .quota_id = "GenerateRequestsPerDayPerProjectPerModel-FreeTier", .quota_value = "0",
    .openai_type = "requests", .openai_code = "rate_limit_exceeded" },
  { "spend-limit", "too much money in ten minutes", 429,
    "You have exceeded the spend limit of your tier. Please try again later.",
    .openai_type = "requests", .openai_code = "rate_limit_exceeded" },
  { "insufficient-quota", "no money is left", 429,
    "You exceeded your current quota, please check your plan and billing details.",
    .openai_type = "insufficient_quota", .openai_code = "insufficient_quota" },
  { "overloaded", "", 503, "The model is overloaded. Please try again later.",
    .openai_type = "server_error" },
  { "deadline", "", 503, "Deadline expired before operation could complete.",
    .openai_type = "server_error" },
  { "capacity", "", 503, "No capacity available for model.", .reason = "MODEL_CAPACITY_EXHAUSTED",
    .openai_type = "server_error" },
  { "no-channel", "a gateway without a provider for the model", 503,
    "No available channel for model under the current group", .openai_type = "new_api_error",
    .openai_code = "model_not_found" },
  { "internal", "", 500,
    "An internal error has occurred. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting",
    .openai_type = "server_error" },
  { "inner-400", "500 outside, 400 inside", 500, "Cannot fetch content from the provided URL.",
    .google_status = "INVALID_ARGUMENT", .inner_code = 400, .openai_type = "invalid_request_error",
    .openai_code = "invalid_request" },
  { "timeout", "", 504,
    "The request timed out. Please try again. Deadline expired before operation could complete.",
    .openai_type = "server_error" },
  { "bad-gateway", "HTML of a proxy", 502, "Bad Gateway", .is_html = true },
  { "request-timeout", "HTML of a proxy", 408, "Request Timeout", .is_html = true },
  { "too-large", "HTML of the front end", 413, "Your client issued a request that was too large.",
    .is_html = true },
  { "html-404", "HTML of the front end", 404, "The requested URL was not found on this server.",
    .is_html = true },
  { "invalid-argument", "", 400, "Request contains an invalid argument.",
    .openai_type = "invalid_request_error", .openai_code = "invalid_value" },
  { "location", "", 400, "User location is not supported for the API use.",
    .google_status = "FAILED_PRECONDITION", .openai_type = "invalid_request_error",
    .openai_code = "unsupported_country_region_territory" },
  { "bad-key", "", 400, "API key not valid. Please pass a valid API key.",
    .reason = "API_KEY_INVALID", .openai_type = "invalid_request_error",
    .openai_code = "invalid_api_key" },
  { "unauthenticated", "the token is over", 401,
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential.",
    .reason = "ACCESS_TOKEN_EXPIRED", .openai_type = "invalid_request_error",
    .openai_code = "invalid_api_key" },
  { "permission", "", 403,
    "Permission 'aiplatform.endpoints.predict' denied on resource "
    "'//aiplatform.googleapis.com/projects/p/locations/global/publishers/google/models/m' (or it "
    "may not exist).",
    .reason = "IAM_PERMISSION_DENIED", .openai_type = "invalid_request_error" },
  { "service-disabled", "", 403,
    "Vertex AI API has not been used in project before or it is disabled. Enable it, then retry.",
    .reason = "SERVICE_DISABLED", .openai_type = "invalid_request_error" },
  { "billing", "", 403, "This API method requires billing to be enabled.",
    .reason = "BILLING_DISABLED", .openai_type = "invalid_request_error",
    .openai_code = "billing_hard_limit_reached" },
  { "not-found", "", 404,
    "Publisher Model `projects/p/locations/us-central1/publishers/google/models/m` was not found "
    "or your project does not have access to it. Please ensure you are using a valid model "
    "version.",
    .openai_type = "invalid_request_error", .openai_code = "model_not_found" },
  { "moderation", "OpenAI: the prompt is refused", 400,
    "Your request was rejected by the safety system. If you believe this is an error, contact us "
    "at help.openai.com and include the request ID. safety_violations=[sexual].",
    .openai_type = "image_generation_user_error", .openai_code = "moderation_blocked" },
  { "unknown-parameter", "", 400, "Unknown parameter: 'response_format'.",
    .openai_type = "invalid_request_error", .openai_code = "unknown_parameter" },
  { "invalid-grant", "token endpoint", 400, "Invalid JWT: Token must be a short-lived token",
    .openai_code = "invalid_grant", .openai_type = "invalid_request_error" },
  { "invalid-rapt", "token endpoint", 400, "reauth related error (invalid_rapt)",
    .openai_code = "invalid_grant", .openai_type = "invalid_request_error" },
};

static const ErrorKind *
find (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, name) == 0)
      return &kinds[i];
  return NULL;
}

static const ErrorKind *
find_by_status (int status)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].status == status)
      return &kinds[i];
  return NULL;
}

bool
errors_has (const char *name)
{
  return find (name) != NULL;
}

static cJSON *
make_details (const Exchange *exchange, const ErrorKind *kind)
{
  cJSON *details = NULL;
  const char *delay = exchange->fault->retry_delay;
  if (kind->reason != NULL)
    details = google_detail_info (details, kind->reason, "aiplatform.googleapis.com");
  if (kind->quota_id != NULL)
    details = google_detail_quota (details, kind->quota_id, exchange->model, kind->quota_value);
  if (delay == NULL)
    delay = kind->retry_delay;
  if (delay != NULL && delay[0] != '\0')
    details = google_detail_retry (details, delay);
  return details;
}

static cJSON *
make_google (const Exchange *exchange, const ErrorKind *kind, int status, const char *message)
{
  cJSON *error = cJSON_CreateObject ();
  cJSON_AddNumberToObject (error, "code", kind->inner_code > 0 ? kind->inner_code : status);
  cJSON_AddStringToObject (error, "message", message);
  cJSON_AddStringToObject (
    error, "status", kind->google_status != NULL ? kind->google_status : google_status_of (status));
  cJSON *details = make_details (exchange, kind);
  if (details != NULL)
    cJSON_AddItemToObject (error, "details", details);
  return error;
}

static cJSON *
make_openai (const ErrorKind *kind, const char *message)
{
  cJSON *error = cJSON_CreateObject ();
  cJSON_AddStringToObject (error, "message", message);
  cJSON_AddStringToObject (error, "type",
                           kind->openai_type != NULL ? kind->openai_type : "server_error");
  cJSON_AddNullToObject (error, "param");
  if (kind->openai_code != NULL)
    cJSON_AddStringToObject (error, "code", kind->openai_code);
  else
    cJSON_AddNullToObject (error, "code");
  if (strcmp (kind->name, "moderation") == 0) {
    const char *const categories[] = { "sexual" };
    cJSON *details = cJSON_AddObjectToObject (error, "moderation_details");
    cJSON_AddStringToObject (details, "moderation_stage", "input");
    cJSON_AddItemToObject (details, "categories", cJSON_CreateStringArray (categories, 1));
  }
  return error;
}

/* The token endpoint has a shape of its own (RFC 6749). */
static cJSON *
make_oauth (const ErrorKind *kind, int status, const char *message)
{
  cJSON *json = cJSON_CreateObject ();
  bool is_rapt = strcmp (kind->name, "invalid-rapt") == 0;
  cJSON_AddStringToObject (json, "error",
                           status >= 500               ? "server_error"
                           : kind->openai_code != NULL ? kind->openai_code
                                                       : "invalid_request");
  if (is_rapt)
    cJSON_AddStringToObject (json, "error_subtype", "invalid_rapt");
  cJSON_AddStringToObject (json, "error_description", message);
  return json;
}

/* Consumes `error`. */
static cJSON *
wrap (cJSON *error, int how, int status, const char *message)
{
  cJSON *json = cJSON_CreateObject ();
  g_autofree char *code = g_strdup_printf ("%d", status);
  if (how == WRAP_STRING) {
    cJSON_Delete (error);
    cJSON_AddStringToObject (json, "error", message);
    return json;
  }
  if (how == WRAP_CODE_STRING)
    cJSON_ReplaceItemInObject (error, "code", cJSON_CreateString (code));
  if (how == WRAP_CODE_NUMBER)
    cJSON_ReplaceItemInObject (error, "code", cJSON_CreateNumber (status));
  cJSON_AddItemToObject (json, "error", error);
  if (how != WRAP_ARRAY)
    return json;
  cJSON *list = cJSON_CreateArray ();
  cJSON_AddItemToArray (list, json);
  return list;
}

static void
answer_html (Exchange *exchange, int status, const char *message)
{
  g_autofree char *html = g_strdup_printf (
    "<html><head>\n<title>%d %s</title>\n</head><body>\n<center><h1>%d %s</h1></center>\n"
    "</body></html>\n",
    status, message, status, message);
  exchange_answer_text (exchange, status, "text/html; charset=UTF-8", html);
}

static void
answer_kind (Exchange *exchange, const ErrorKind *kind, int status, const char *message)
{
  const char *surface = exchange->surface != NULL ? exchange->surface : "";
  cJSON *json;
  if (kind->is_html) {
    answer_html (exchange, status, message);
    return;
  }
  if (strcmp (surface, "token") == 0)
    json = make_oauth (kind, status, message);
  else
    json = wrap (strcmp (surface, "openai") == 0 ? make_openai (kind, message)
                                                 : make_google (exchange, kind, status, message),
                 exchange->fault->wrap, status, message);
  exchange_answer_json (exchange, status, json);
  cJSON_Delete (json);
}

static void
set_headers (Exchange *exchange)
{
  const Fault *fault = exchange->fault;
  if (fault->retry_after != NULL)
    exchange_set_header (exchange, "Retry-After", fault->retry_after);
  if (fault->retry_after_ms > 0) {
    g_autofree char *text = g_strdup_printf ("%d", fault->retry_after_ms);
    exchange_set_header (exchange, "retry-after-ms", text);
  }
}

bool
errors_answer (Simulator *simulator, Exchange *exchange)
{
  static const ErrorKind other = { "other", "", 400, "Request contains an invalid argument.",
                                   .openai_type = "invalid_request_error" };
  const Fault *fault = exchange->fault;
  if (fault == NULL)
    return false;
  set_headers (exchange);
  if (fault->body != NULL) {
    exchange_answer_text (exchange, fault->status > 0 ? fault->status : 200,
                          fault->content_type != NULL ? fault->content_type : "application/json",
                          fault->body);
    return true;
  }
  const ErrorKind *kind = fault->error != NULL   ? find (fault->error)
                          : fault->status >= 400 ? find_by_status (fault->status)
                                                 : NULL;
  if (kind == NULL && fault->status < 400)
    return false;
  if (kind == NULL)
    kind = &other;
  int status = fault->status > 0 ? fault->status : kind->status;
  bool is_openai = exchange->surface != NULL && strcmp (exchange->surface, "openai") == 0;
  if (is_openai && fault->status == 0 && strcmp (kind->name, "bad-key") == 0)
    status = 401;
  answer_kind (exchange, kind, status, fault->message != NULL ? fault->message : kind->message);
  return true;
}

void
errors_answer_named (Exchange *exchange, const char *name, const char *retry_delay)
{
  static const Fault plain;
  const Fault *before = exchange->fault;
  const ErrorKind *kind = find (name);
  Fault fault = plain;
  g_autofree char *delay = g_strdup (retry_delay);
  fault.retry_delay = delay;
  exchange->fault = &fault;
  answer_kind (exchange, kind, kind->status, kind->message);
  exchange->fault = before;
}

void
errors_append_markdown (GString *out)
{
  g_string_append (out, "| Name | HTTP | Meaning |\n| --- | --- | --- |\n");
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const ErrorKind *kind = &kinds[i];
    const char *meaning = kind->help[0] != '\0' ? kind->help : kind->message;
    g_string_append_printf (out, "| `%s` | %d | %s |\n", kind->name, kind->status, meaning);
  }
}
