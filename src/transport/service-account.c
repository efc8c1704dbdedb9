/* Service accounts: their key signs a token that Google's APIs take as it is (AIP-4111), or an assertion
 * that the token endpoint gives a token for (RFC 7523). The first saves a request and what can go wrong
 * with it; a service that does not take it is asked again with the second. */
#include "transport/credential-type.h"

#include "base/secret.h"
#include "transport/jwt.h"

/* The endpoint's name in assertions, whatever address the file gives to send them to. */
#define TOKEN_AUDIENCE "https://oauth2.googleapis.com/token"

typedef struct {
  KeyFile *file;
  JwtKey *key;
  bool uses_token_endpoint;
} ServiceAccount;

static void
service_free (void *data)
{
  ServiceAccount *account = data;
  key_file_free (account->file);
  jwt_key_free (account->key);
  g_free (account);
}

static char *
sign (const Credential *credential, int64_t now_s, GError **error)
{
  const ServiceAccount *account = credential->state;
  JwtClaims claims = {
    .key_id = account->file->key_id,
    .issuer = account->file->email,
    .scope = credential->scope,
    .issued_s = now_s,
    .expires_s = now_s + CREDENTIAL_JWT_LIFE_S,
  };
  if (account->uses_token_endpoint)
    claims.audience = TOKEN_AUDIENCE;
  else
    claims.subject = account->file->email;
  char *jwt = jwt_sign (account->key, &claims, error);
  secret_remember (jwt);
  return jwt;
}

static bool
service_ask (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  const ServiceAccount *account = credential->state;
  char *jwt = sign (credential, now_s, error);
  if (jwt == NULL)
    return false;
  if (account->uses_token_endpoint) {
    out->kind = CREDENTIAL_SEND;
    out->request = credential_form_request (
      account->file->token_url,
      http_form ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", jwt,
                 NULL));
  } else {
    credential_put_token (credential, jwt, CREDENTIAL_JWT_LIFE_S, now_s);
  }
  secret_free (jwt);
  return true;
}

static void
service_refused (Credential *credential)
{
  ServiceAccount *account = credential->state;
  account->uses_token_endpoint = true;
}

static const CredentialType service_type = {
  .ask = service_ask,
  .take = credential_take_token_answer,
  .refused = service_refused,
  .free_state = service_free,
  .grant_hint = "the key or its account may have been deleted or disabled: make a new key",
};

Credential *
service_account_new (KeyFile *file, const CredentialOptions *options, GError **error)
{
  g_autoptr (KeyFile) owned = file;
  JwtKey *key = jwt_key_new (file->private_key, error);
  if (key == NULL) {
    g_prefix_error (error, "%s: 'private_key' is not good: ", file->path);
    return NULL;
  }
  ServiceAccount *account = g_new0 (ServiceAccount, 1);
  account->file = g_steal_pointer (&owned);
  account->key = key;
  account->uses_token_endpoint = options->uses_token_endpoint;
  return credential_new (&service_type, account,
                         g_strdup_printf ("service account %s (file %s)", file->email, file->path),
                         options);
}
