/* A token of one account gives that of another (IAM Credentials API, generateAccessToken). */
#include "transport/credential-type.h"

#include <cjson/cJSON.h>

#include "base/secret.h"
#include "document/json-write.h"

struct Impersonation {
  char *url;
  GPtrArray *delegates; /* char* */
  int64_t life_s;
};

Impersonation *
impersonation_new (const KeyFile *file)
{
  Impersonation *impersonation = g_new0 (Impersonation, 1);
  impersonation->url = g_strdup (file->impersonation_url);
  impersonation->delegates = g_ptr_array_ref (file->delegates);
  impersonation->life_s = file->life_s;
  return impersonation;
}

void
impersonation_free (Impersonation *impersonation)
{
  if (impersonation == NULL)
    return;
  g_free (impersonation->url);
  g_ptr_array_unref (impersonation->delegates);
  g_free (impersonation);
}

/* {"delegates": […], "scope": […], "lifetime": "3600s"}. New string. */
static char *
dup_body (const Impersonation *impersonation, const char *scope)
{
  cJSON *body = cJSON_CreateObject ();
  cJSON *delegates = cJSON_AddArrayToObject (body, "delegates");
  for (unsigned i = 0; i < impersonation->delegates->len; i++)
    cJSON_AddItemToArray (delegates, cJSON_CreateString (impersonation->delegates->pdata[i]));
  cJSON_AddItemToArray (cJSON_AddArrayToObject (body, "scope"), cJSON_CreateString (scope));
  g_autofree char *life = g_strdup_printf ("%" G_GINT64_FORMAT "s", impersonation->life_s);
  cJSON_AddStringToObject (body, "lifetime", life);
  char *line = json_write_line (body);
  cJSON_Delete (body);
  return line;
}

HttpRequest *
impersonation_ask (const Impersonation *impersonation, const char *scope, const char *source_token)
{
  HttpRequest *request = http_request_new ("POST", impersonation->url);
  http_request_add_header (request, "Content-Type", "application/json");
  char *value = g_strdup_printf ("Bearer %s", source_token);
  http_request_add_header (request, "Authorization", value);
  secret_free (value);
  g_autofree char *body = dup_body (impersonation, scope);
  http_request_add_text (request, body, -1);
  request->timeout_ms = CREDENTIAL_TIMEOUT_MS;
  return request;
}

char *
impersonation_dup_account (const KeyFile *file)
{
  const char *last = strrchr (file->impersonation_url, '/');
  const char *end = last != NULL ? strchr (last, ':') : NULL;
  return end != NULL ? g_strndup (last + 1, (size_t)(end - last - 1)) : g_strdup ("");
}
