#include "simulator/token-endpoint.h"

#include "base/always-false.h"
#include "simulator/google-error.h"
#include "simulator/log.h"
#include "simulator/tokens.h"

#define AUDIENCE "https://oauth2.googleapis.com/token"
#define SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define SUBJECT_TOKEN "simulator-subject-token"
#define DEFAULT_REFRESH "simulator-refresh-token"

enum { MOST_LIFE_S = 3600, MOST_SKEW_S = 300, MOST_FORM_BYTES = 256 * 1024 };

static bool
refuse (Exchange *exchange, int status, const char *error, const char *description)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "error", error);
  cJSON_AddStringToObject (json, "error_description", description);
  exchange_answer_json (exchange, status, json);
  cJSON_Delete (json);
  return false;
}
#define refuse(...) ALWAYS_FALSE (refuse (__VA_ARGS__))

/* The form's fields; also put into the log, with credentials masked. */
static GArray *
read_form (const Simulator *simulator, Exchange *exchange)
{
  static const char *const secrets[] = { "assertion", "refresh_token", "client_secret",
                                         "subject_token", NULL };
  GArray *fields = fields_new ();
  exchange->log_body = cJSON_CreateObject ();
  if (exchange->body->len == 0 || exchange->body->len > MOST_FORM_BYTES)
    return fields;
  g_autofree char *text = g_strndup ((const char *)exchange->body->data, exchange->body->len);
  g_auto (GStrv) pairs = g_strsplit (text, "&", 100);
  for (char **pair = pairs; *pair != NULL; pair++) {
    g_auto (GStrv) halves = g_strsplit (*pair, "=", 2);
    if (halves[0] == NULL || halves[1] == NULL)
      continue;
    g_strdelimit (halves[1], "+", ' ');
    g_autofree char *name = g_uri_unescape_string (halves[0], NULL);
    g_autofree char *value = g_uri_unescape_string (halves[1], NULL);
    if (name == NULL || value == NULL)
      continue;
    fields_add (fields, name, value);
    bool is_secret = g_strv_contains (secrets, name);
    g_autofree char *shown = is_secret ? log_mask (simulator->options, value) : g_strdup (value);
    cJSON_AddStringToObject (exchange->log_body, name, shown);
  }
  return fields;
}

static const char *
field (const GArray *fields, const char *name)
{
  for (unsigned i = 0; i < fields->len; i++)
    if (strcmp (g_array_index (fields, Field, i).name, name) == 0)
      return g_array_index (fields, Field, i).value;
  return "";
}

static void
grant (Simulator *simulator, Exchange *exchange, const char *scope, bool has_id)
{
  g_autofree char *token = tokens_issue (simulator);
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "access_token", token);
  cJSON_AddNumberToObject (json, "expires_in", simulator->options->token_life_s);
  if (scope != NULL)
    cJSON_AddStringToObject (json, "scope", scope);
  cJSON_AddStringToObject (json, "token_type", "Bearer");
  if (has_id)
    cJSON_AddStringToObject (json, "issued_token_type",
                             "urn:ietf:params:oauth:token-type:access_token");
  exchange_answer_json (exchange, 200, json);
  cJSON_Delete (json);
}

static bool
check_claims (Simulator *simulator, Exchange *exchange, const cJSON *claims)
{
  const char *issuer = cJSON_GetStringValue (cJSON_GetObjectItem (claims, "iss"));
  const char *audience = cJSON_GetStringValue (cJSON_GetObjectItem (claims, "aud"));
  const char *scope = cJSON_GetStringValue (cJSON_GetObjectItem (claims, "scope"));
  const cJSON *begin = cJSON_GetObjectItem (claims, "iat");
  const cJSON *end = cJSON_GetObjectItem (claims, "exp");
  const char *account = simulator->options->account;
  g_autofree char *own = g_strconcat (simulator->url, "/token", NULL);
  double now = (double)(g_get_real_time () / G_USEC_PER_SEC);
  cJSON_AddItemToObject (exchange->log_body, "claims", cJSON_Duplicate (claims, true));
  if (issuer == NULL || (account != NULL && strcmp (issuer, account) != 0))
    return refuse (exchange, 400, "invalid_grant", "Invalid grant: account not found");
  if (audience == NULL || (strcmp (audience, AUDIENCE) != 0 && strcmp (audience, own) != 0))
    return refuse (exchange, 400, "invalid_grant",
                   "Invalid JWT: Failed audience check. "
                   "The right audience is " AUDIENCE);
  if (scope == NULL || scope[0] == '\0')
    return refuse (exchange, 400, "invalid_scope", "Empty or missing scope not allowed.");
  if (!cJSON_IsNumber (begin) || !cJSON_IsNumber (end) || end->valuedouble <= begin->valuedouble ||
      end->valuedouble - begin->valuedouble > MOST_LIFE_S || end->valuedouble < now ||
      begin->valuedouble > now + MOST_SKEW_S)
    return refuse (exchange, 400, "invalid_grant",
                   "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
                   "reasonable timeframe. Check your iat and exp values in the JWT claim.");
  return true;
}

static void
answer_assertion (Simulator *simulator, Exchange *exchange, const char *assertion)
{
  cJSON *claims = NULL;
  switch (tokens_verify_jwt (simulator->tokens, assertion, &claims)) {
  case JWT_MALFORMED:
    refuse (exchange, 400, "invalid_grant", "Invalid JWT: Failed to parse the assertion.");
    break;
  case JWT_NO_KEY:
    refuse (exchange, 400, "invalid_grant",
            "The simulator was started without --public-key and verifies no assertion.");
    break;
  case JWT_BAD_SIGNATURE:
    refuse (exchange, 400, "invalid_grant", "Invalid JWT Signature.");
    break;
  case JWT_OK:
    if (check_claims (simulator, exchange, claims))
      grant (simulator, exchange, NULL, false);
    break;
  }
  cJSON_Delete (claims);
}

void
token_answer (Simulator *simulator, Exchange *exchange)
{
  g_autoptr (GArray) form = read_form (simulator, exchange);
  const char *type = field (form, "grant_type");
  const char *refresh = simulator->options->refresh_token;
  if (refresh == NULL)
    refresh = DEFAULT_REFRESH;
  if (strcmp (type, "urn:ietf:params:oauth:grant-type:jwt-bearer") == 0)
    answer_assertion (simulator, exchange, field (form, "assertion"));
  else if (strcmp (type, "refresh_token") != 0)
    refuse (exchange, 400, "unsupported_grant_type", "Invalid grant_type");
  else if (field (form, "client_id")[0] == '\0' || field (form, "client_secret")[0] == '\0')
    refuse (exchange, 401, "invalid_client", "The OAuth client was not found.");
  else if (strcmp (field (form, "refresh_token"), refresh) != 0)
    refuse (exchange, 400, "invalid_grant", "Token has been expired or revoked.");
  else
    grant (simulator, exchange, SCOPE, false);
}

void
token_answer_exchange (Simulator *simulator, Exchange *exchange)
{
  g_autoptr (GArray) form = read_form (simulator, exchange);
  if (strcmp (field (form, "grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange") != 0)
    refuse (exchange, 400, "unsupported_grant_type", "Invalid grant_type");
  else if (field (form, "audience")[0] == '\0' || field (form, "scope")[0] == '\0' ||
           field (form, "subject_token_type")[0] == '\0' ||
           strcmp (field (form, "requested_token_type"),
                   "urn:ietf:params:oauth:token-type:access_token") != 0)
    refuse (exchange, 400, "invalid_request", "Invalid value for a required parameter.");
  else if (strcmp (field (form, "subject_token"), SUBJECT_TOKEN) != 0)
    refuse (exchange, 400, "invalid_grant", "The subject token is not valid.");
  else
    grant (simulator, exchange, NULL, true);
}

void
token_answer_impersonation (Simulator *simulator, Exchange *exchange)
{
  exchange_parse_json (exchange);
  if (!cJSON_IsArray (cJSON_GetObjectItem (exchange->json, "scope"))) {
    google_error (exchange, 400, NULL, "Request contains an invalid argument.");
    return;
  }
  g_autofree char *token = tokens_issue (simulator);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) end = g_date_time_add_seconds (now, simulator->options->token_life_s);
  g_autofree char *time = g_date_time_format (end, "%Y-%m-%dT%H:%M:%SZ");
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "accessToken", token);
  cJSON_AddStringToObject (json, "expireTime", time);
  exchange_answer_json (exchange, 200, json);
  cJSON_Delete (json);
}

void
token_answer_subject (Simulator *simulator, Exchange *exchange)
{
  const char *format = exchange_query (exchange, "format");
  if (format == NULL || strcmp (format, "json") != 0) {
    exchange_answer_text (exchange, 200, "text/plain", SUBJECT_TOKEN);
    return;
  }
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "access_token", SUBJECT_TOKEN);
  exchange_answer_json (exchange, 200, json);
  cJSON_Delete (json);
}
