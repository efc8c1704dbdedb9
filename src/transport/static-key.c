/* API keys. */
#include "transport/credential-type.h"

#include "base/secret.h"
#include "transport/json-text.h"

static bool
key_ask (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  g_return_val_if_reached (false); /* is_static: there is nothing to ask */
}

static const CredentialType key_type = { .ask = key_ask };

Credential *
credential_new_key (const char *header, const char *scheme, const char *key, const char *from,
                    GError **error)
{
  char *bare = g_strstrip (g_strdup (key));
  secret_remember (bare);
  const char *problem = NULL;
  if (bare[0] == '\0')
    problem = "is empty";
  else if (strlen (bare) > TOKEN_MOST_BYTES)
    problem = "has more than 16 KiB";
  else if (!json_text_is_token (bare))
    problem = "has a blank, a line end or another character in it that no key has";
  if (problem != NULL) {
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL, "the key of %s %s", from, problem);
    secret_free (bare);
    return NULL;
  }
  Credential *credential = credential_new (&key_type, NULL, g_strdup_printf ("key of %s", from),
                                           NULL);
  g_free (credential->header);
  g_free (credential->scheme);
  credential->header = g_strdup (header);
  credential->scheme = g_strdup (scheme);
  credential->token = bare;
  credential->is_static = true;
  return credential;
}
