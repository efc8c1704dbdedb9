/* The server that a Google machine finds at a local address. It is looked for first, where nobody knows
 * that it is there; then it says the project, then the token. Its answers name it in a header, so that
 * no captive portal is taken for it, and no proxy is asked on the way. */
#include "transport/credential-type.h"

#include "transport/json-text.h"

#define FLAVOR "Google"

enum { MOST_PROJECT_BYTES = 256 };

typedef enum { LEG_LOOK, LEG_PROJECT, LEG_TOKEN } Leg;

typedef struct {
  char *host;
  char *ip;
  int64_t timeout_ms;
  int n_looks; /* that are left */
  char *missing;
  Leg leg;
} Metadata;

static void
metadata_free (void *data)
{
  Metadata *metadata = data;
  g_free (metadata->host);
  g_free (metadata->ip);
  g_free (metadata->missing);
  g_free (metadata);
}

static HttpRequest *
request_new (const Metadata *metadata, const char *host, const char *rest)
{
  g_autofree char *url = g_strdup_printf ("http://%s%s", host, rest);
  HttpRequest *request = http_request_new ("GET", url);
  http_request_add_header (request, "Metadata-Flavor", FLAVOR);
  request->timeout_ms = metadata->timeout_ms;
  request->is_direct = true;
  return request;
}

static bool
metadata_ask (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  const Metadata *metadata = credential->state;
  out->kind = CREDENTIAL_SEND;
  if (metadata->leg == LEG_LOOK) {
    out->request = request_new (metadata, metadata->ip, "/");
  } else if (metadata->leg == LEG_PROJECT) {
    out->request = request_new (metadata, metadata->host, "/computeMetadata/v1/project/project-id");
  } else {
    g_autofree char *form = http_form ("scopes", credential->scope, NULL);
    g_autofree char *rest = g_strdup_printf (
      "/computeMetadata/v1/instance/service-accounts/default/token?%s", form);
    out->request = request_new (metadata, metadata->host, rest);
  }
  return true;
}

static bool
has_flavor (const CredentialAnswer *answer)
{
  static const char name[] = "Metadata-Flavor:";
  const size_t n = sizeof name - 1;
  for (const char *const *at = answer->headers; at != NULL && *at != NULL; at++) {
    if (g_ascii_strncasecmp (*at, name, n) != 0)
      continue;
    g_autofree char *value = g_strstrip (g_strdup (*at + n));
    if (strcmp (value, FLAVOR) == 0)
      return true;
  }
  return false;
}

static Leg
leg_after_look (const Credential *credential)
{
  return credential->project == NULL ? LEG_PROJECT : LEG_TOKEN;
}

static TokenVerdict
take_look (Credential *credential, const CredentialAnswer *answer, GError **error)
{
  Metadata *metadata = credential->state;
  if (has_flavor (answer)) {
    metadata->leg = leg_after_look (credential);
    return TOKEN_GIVEN;
  }
  /* Who answers, and is not it, will not be it the next time. */
  if (answer->status == 0 && --metadata->n_looks > 0)
    return TOKEN_GIVEN;
  transport_error_set (error, TRANSPORT_ERROR_NO_CREDENTIAL, "%s", metadata->missing);
  return TOKEN_DENIED;
}

static bool
is_project (const char *text)
{
  return text[0] != '\0' && text[strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-.:")] == '\0';
}

/* Without it there is still a token, and the user may name the project. */
static TokenVerdict
take_project (Credential *credential, const CredentialAnswer *answer, GError **error)
{
  Metadata *metadata = credential->state;
  TokenHint hint;
  if (answer->status != 200) {
    TokenVerdict verdict = token_answer_refuse (answer->status, answer->body, answer->length, &hint,
                                                error);
    if (verdict == TOKEN_LATER)
      return verdict;
    g_clear_error (error);
  } else if (answer->length <= MOST_PROJECT_BYTES) {
    g_autofree char *project = g_strstrip (g_strndup (answer->body, answer->length));
    if (is_project (project))
      credential->project = g_steal_pointer (&project);
  }
  metadata->leg = LEG_TOKEN;
  return TOKEN_GIVEN;
}

static TokenVerdict
metadata_take (Credential *credential, const CredentialAnswer *answer, int64_t now_s,
               GError **error)
{
  const Metadata *metadata = credential->state;
  if (metadata->leg == LEG_LOOK)
    return take_look (credential, answer, error);
  if (answer->status != 0 && !has_flavor (answer)) {
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                         "HTTP %d without 'Metadata-Flavor: Google': something else answers there",
                         answer->status);
    return TOKEN_DENIED;
  }
  if (metadata->leg == LEG_PROJECT)
    return take_project (credential, answer, error);
  TokenVerdict verdict = credential_take_token_answer (credential, answer, now_s, error);
  if (verdict == TOKEN_DENIED && answer->status == 404) {
    g_clear_error (error);
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                         "this machine has no service account: give it one, or name a key file");
  }
  return verdict;
}

static const CredentialType metadata_type = {
  .ask = metadata_ask,
  .take = metadata_take,
  .free_state = metadata_free,
};

/* A name or an address, perhaps with a port. */
static bool
is_host (const char *text)
{
  return text[0] != '\0' && text[0] != '-' &&
         text[strspn (
           text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]")] == '\0';
}

Credential *
credential_new_metadata (const MetadataServer *server, const CredentialOptions *options,
                         GError **error)
{
  const char *host = server->host != NULL ? server->host : "metadata.google.internal";
  const char *ip = server->ip != NULL ? server->ip : "169.254.169.254";
  if (!is_host (host) || !is_host (ip)) {
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                         "%s must be a host's name, perhaps with a port",
                         is_host (host) ? "GCE_METADATA_IP" : "GCE_METADATA_HOST");
    return NULL;
  }
  Metadata *metadata = g_new0 (Metadata, 1);
  metadata->host = g_strdup (host);
  metadata->ip = g_strdup (ip);
  metadata->timeout_ms = server->timeout_ms;
  metadata->n_looks = server->n_looks;
  metadata->missing = g_strdup (server->missing);
  Credential *credential = credential_new (&metadata_type, metadata,
                                           g_strdup_printf ("metadata server %s", host), options);
  credential->learns_project = true;
  credential->is_guess = server->n_looks > 0;
  metadata->leg = server->n_looks > 0 ? LEG_LOOK : leg_after_look (credential);
  return credential;
}
