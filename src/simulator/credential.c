#include "simulator/credential.h"

#include "simulator/google-error.h"
#include "simulator/openai-error.h"
#include "simulator/tokens.h"

#define DEFAULT_KEY "simulator-key"

const char *
credential_bearer (const Exchange *exchange)
{
  const char *value = exchange_header (exchange, "Authorization");
  if (value == NULL || g_ascii_strncasecmp (value, "Bearer ", 7) != 0)
    return NULL;
  return value + 7;
}

const char *
credential_shown (const Exchange *exchange)
{
  const char *key = exchange_header (exchange, "x-goog-api-key");
  if (key == NULL)
    key = exchange_query (exchange, "key");
  return key != NULL ? key : credential_bearer (exchange);
}

unsigned
credential_key_number (const SimulatorOptions *options, const char *key)
{
  if (options->keys == NULL || options->keys[0] == NULL)
    return strcmp (key, DEFAULT_KEY) == 0;
  for (unsigned i = 0; options->keys[i] != NULL; i++)
    if (strcmp (options->keys[i], key) == 0)
      return i + 1;
  return 0;
}

bool
credential_check_key (Simulator *simulator, Exchange *exchange)
{
  const char *key = credential_shown (exchange);
  if (key == NULL)
    return google_error (
      exchange, 403,
      google_detail_info (NULL, "API_KEY_SERVICE_BLOCKED", "generativelanguage.googleapis.com"),
      "Method doesn't allow unregistered callers (callers without established identity). Please "
      "use API Key or other form of API consumer identity to call this API.");
  if (credential_key_number (simulator->options, key) == 0)
    return google_error (
      exchange, 400,
      google_detail_info (NULL, "API_KEY_INVALID", "generativelanguage.googleapis.com"),
      "API key not valid. Please pass a valid API key.");
  exchange->credential = g_strdup (key);
  return true;
}

bool
credential_check_token (Simulator *simulator, Exchange *exchange)
{
  const char *token = credential_bearer (exchange);
  TokenState state = token != NULL ? tokens_check (simulator, token) : TOKEN_UNKNOWN;
  if (state == TOKEN_OK) {
    exchange->credential = g_strdup (token);
    return true;
  }
  const char *reason = token == NULL            ? "CREDENTIALS_MISSING"
                       : state == TOKEN_EXPIRED ? "ACCESS_TOKEN_EXPIRED"
                                                : "ACCESS_TOKEN_TYPE_UNSUPPORTED";
  return google_error (
    exchange, 401, google_detail_info (NULL, reason, "aiplatform.googleapis.com"),
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project.");
}

bool
credential_check_openai (Simulator *simulator, Exchange *exchange)
{
  const char *key = credential_bearer (exchange);
  if (key == NULL)
    return openai_error (exchange, 401, "invalid_request_error", NULL, NULL,
                         "You didn't provide an API key. You need to provide your API key in an "
                         "Authorization header using Bearer auth (i.e. Authorization: Bearer "
                         "YOUR_KEY).");
  if (credential_key_number (simulator->options, key) == 0)
    return openai_error (exchange, 401, "invalid_request_error", NULL, "invalid_api_key",
                         "Incorrect API key provided: ****. You can find your API key at "
                         "https://platform.openai.com/account/api-keys.");
  exchange->credential = g_strdup (key);
  return true;
}
