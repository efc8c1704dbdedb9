/* A person's login, as `gcloud auth application-default login` leaves it. */
#include "transport/credential-type.h"

static void
user_free (void *file)
{
  key_file_free (file);
}

static bool
user_ask (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  const KeyFile *file = credential->state;
  out->kind = CREDENTIAL_SEND;
  out->request = credential_form_request (
    file->token_url,
    http_form ("grant_type", "refresh_token", "client_id", file->client_id, "client_secret",
               file->client_secret, "refresh_token", file->refresh_token, NULL));
  return true;
}

static const CredentialType user_type = {
  .ask = user_ask,
  .take = credential_take_token_answer,
  .free_state = user_free,
  .grant_hint = "the login is over: run `gcloud auth application-default login`",
};

Credential *
user_account_new (KeyFile *file, const CredentialOptions *options)
{
  char *description = file->email != NULL
                        ? g_strdup_printf ("user %s (file %s)", file->email, file->path)
                        : g_strdup_printf ("user account (file %s)", file->path);
  return credential_new (&user_type, file, description, options);
}
