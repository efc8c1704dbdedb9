#include "simulator/google-error.h"

#include "base/always-false.h"

#define TYPE_PREFIX "type.googleapis.com/google.rpc."

const char *
google_status_of (int http_status)
{
  static const struct {
    int http;
    const char *name;
  } names[] = {
    { 400, "INVALID_ARGUMENT" },   { 401, "UNAUTHENTICATED" }, { 403, "PERMISSION_DENIED" },
    { 404, "NOT_FOUND" },          { 409, "ABORTED" },         { 413, "INVALID_ARGUMENT" },
    { 429, "RESOURCE_EXHAUSTED" }, { 499, "CANCELLED" },       { 500, "INTERNAL" },
    { 501, "UNIMPLEMENTED" },      { 503, "UNAVAILABLE" },     { 504, "DEADLINE_EXCEEDED" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].http == http_status)
      return names[i].name;
  return "UNKNOWN";
}

#undef google_error
bool
google_error (Exchange *exchange, int status, cJSON *details, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  cJSON *json = cJSON_CreateObject ();
  cJSON *error = cJSON_AddObjectToObject (json, "error");
  cJSON_AddNumberToObject (error, "code", status);
  cJSON_AddStringToObject (error, "message", message);
  cJSON_AddStringToObject (error, "status", google_status_of (status));
  if (details != NULL)
    cJSON_AddItemToObject (error, "details", details);
  exchange_answer_json (exchange, status, json);
  cJSON_Delete (json);
  return false;
}
#define google_error(...) ALWAYS_FALSE (google_error (__VA_ARGS__))

static cJSON *
add_detail (cJSON **details, const char *type)
{
  if (*details == NULL)
    *details = cJSON_CreateArray ();
  cJSON *detail = cJSON_CreateObject ();
  g_autofree char *name = g_strconcat (TYPE_PREFIX, type, NULL);
  cJSON_AddStringToObject (detail, "@type", name);
  cJSON_AddItemToArray (*details, detail);
  return detail;
}

cJSON *
google_detail_info (cJSON *details, const char *reason, const char *domain)
{
  cJSON *detail = add_detail (&details, "ErrorInfo");
  cJSON_AddStringToObject (detail, "reason", reason);
  cJSON_AddStringToObject (detail, "domain", "googleapis.com");
  cJSON *metadata = cJSON_AddObjectToObject (detail, "metadata");
  cJSON_AddStringToObject (metadata, "service", domain);
  return details;
}

cJSON *
google_detail_retry (cJSON *details, const char *delay)
{
  cJSON_AddStringToObject (add_detail (&details, "RetryInfo"), "retryDelay", delay);
  return details;
}

cJSON *
google_detail_violation (cJSON *details, const char *field, const char *description)
{
  cJSON *detail = NULL, *each;
  cJSON_ArrayForEach (each, details) if (cJSON_HasObjectItem (each, "fieldViolations"))
    detail = each;
  if (detail == NULL) {
    detail = add_detail (&details, "BadRequest");
    cJSON_AddArrayToObject (detail, "fieldViolations");
  }
  cJSON *violation = cJSON_CreateObject ();
  if (field[0] != '\0')
    cJSON_AddStringToObject (violation, "field", field);
  cJSON_AddStringToObject (violation, "description", description);
  cJSON_AddItemToArray (cJSON_GetObjectItem (detail, "fieldViolations"), violation);
  return details;
}

cJSON *
google_detail_quota (cJSON *details, const char *id, const char *model, const char *value)
{
  cJSON *detail = add_detail (&details, "QuotaFailure");
  cJSON *violations = cJSON_AddArrayToObject (detail, "violations");
  cJSON *violation = cJSON_CreateObject ();
  cJSON_AddStringToObject (violation, "quotaMetric",
                           "generativelanguage.googleapis.com/generate_requests_per_model");
  cJSON_AddStringToObject (violation, "quotaId", id);
  cJSON *dimensions = cJSON_AddObjectToObject (violation, "quotaDimensions");
  cJSON_AddStringToObject (dimensions, "location", "global");
  cJSON_AddStringToObject (dimensions, "model", model != NULL ? model : "unknown");
  cJSON_AddStringToObject (violation, "quotaValue", value);
  cJSON_AddItemToArray (violations, violation);
  return details;
}

void
google_html_not_found (Exchange *exchange)
{
  g_autofree char *path = g_markup_escape_text (exchange->path, -1);
  g_autofree char *html = g_strdup_printf (
    "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n"
    "  <title>Error 404 (Not Found)!!1</title>\n"
    "  <p><b>404.</b> <ins>That's an error.</ins>\n"
    "  <p>The requested URL <code>%s</code> was not found on this server.  "
    "<ins>That's all we know.</ins>\n",
    path);
  exchange_answer_text (exchange, 404, "text/html; charset=UTF-8", html);
}
