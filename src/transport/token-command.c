/* A program that prints a token. */
#include "transport/credential-type.h"

#include "base/secret.h"
#include "transport/json-text.h"

enum { MOST_OUTPUT_BYTES = 64 * 1024 };

static bool
command_ask (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  out->kind = CREDENTIAL_SPAWN;
  out->program = credential->state;
  return true;
}

static TokenVerdict
deny (GError **error, const char *problem)
{
  transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL, "%s", problem);
  return TOKEN_DENIED;
}

static char *
dup_first_line (const char *output, size_t length)
{
  const char *end = memchr (output, '\n', length);
  return g_strstrip (g_strndup (output, end != NULL ? (size_t)(end - output) : length));
}

static TokenVerdict
command_take (Credential *credential, const CredentialAnswer *answer, int64_t now_s, GError **error)
{
  if (answer->status < 0)
    return deny (error, "it could not be started, or was killed");
  if (answer->status > 0) {
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL, "it ended with status %d",
                         answer->status);
    return TOKEN_DENIED;
  }
  if (answer->length > MOST_OUTPUT_BYTES)
    return deny (error, "its output has more than 64 KiB");
  char *token = dup_first_line (answer->body, answer->length);
  secret_remember (token);
  const char *problem = NULL;
  if (token[0] == '\0')
    problem = "the first line of its output is empty, and should be a token";
  else if (strlen (token) > TOKEN_MOST_BYTES || !json_text_is_token (token))
    problem = "the first line of its output is no token";
  else
    credential_put_token (credential, token, TOKEN_ASSUMED_LIFE_S, now_s);
  secret_free (token);
  return problem != NULL ? deny (error, problem) : TOKEN_GIVEN;
}

static void
command_free (void *state)
{
  g_strfreev (state);
}

static const CredentialType command_type = {
  .ask = command_ask,
  .take = command_take,
  .free_state = command_free,
};

Credential *
credential_new_command (const char *const *argv)
{
  /* Its arguments may hold a secret. */
  return credential_new (&command_type, g_strdupv ((char **)argv),
                         g_strdup_printf ("token command %s", argv[0]), NULL);
}
