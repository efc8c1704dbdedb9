/* Errors as Google's services word them (google.rpc.Status in JSON). */
#pragma once

#include "base/always-false.h"
#include "simulator/exchange.h"

/* "INVALID_ARGUMENT" for 400 and so on. */
const char *google_status_of (int http_status);

/* Answers {"error":{code, message, status, details}}; `details` is consumed and may be NULL. Always
 * false. */
bool google_error (Exchange *exchange, int status, cJSON *details, const char *format, ...)
  G_GNUC_PRINTF (4, 5);
#define google_error(...) ALWAYS_FALSE (google_error (__VA_ARGS__))

/* The entries of `details`: each takes the list (NULL: a new one) and gives it back. */
cJSON *google_detail_info (cJSON *details, const char *reason, const char *domain);
cJSON *google_detail_retry (cJSON *details, const char *delay);
cJSON *google_detail_violation (cJSON *details, const char *field, const char *description);
cJSON *google_detail_quota (cJSON *details, const char *id, const char *model, const char *value);

/* What the front end says of a path it does not know. */
void google_html_not_found (Exchange *exchange);
