/* The reader of Google credentials. What it lets through goes into headers, forms and messages, so every
 * text must be one line, and addresses must be such that a secret may be sent there. */
#include <string.h>

#include "fuzz-target.h"
#include "transport/credential.h"

static void
check_line (const char *text)
{
  for (; text != NULL && *text != '\0'; text++)
    g_assert_false (g_ascii_iscntrl (*text));
}

static void
check_url (const char *url)
{
  check_line (url);
  g_assert_true (url == NULL || g_str_has_prefix (url, "https://") ||
                 g_str_has_prefix (url, "http://") || g_ascii_isupper (url[0]) ||
                 g_ascii_strncasecmp (url, "http", 4) == 0);
}

static void
check_file (const KeyFile *file)
{
  const char *const lines[] = {
    file->project,      file->quota_project,      file->email,          file->key_id,
    file->client_id,    file->client_secret,      file->refresh_token,  file->audience,
    file->subject_path, file->subject_token_type, file->subject_member, file->user_project,
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (lines); i++)
    check_line (lines[i]);
  check_url (file->token_url);
  check_url (file->subject_url);
  check_url (file->impersonation_url);
  for (unsigned i = 0; i < file->subject_headers->len; i++)
    check_line (file->subject_headers->pdata[i]);
  for (unsigned i = 0; i < file->delegates->len; i++)
    check_line (file->delegates->pdata[i]);
  g_assert_true ((file->kind == KEY_FILE_IMPERSONATED) == (file->source != NULL));
  if (file->source != NULL)
    check_file (file->source);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *exact = g_memdup2 (data, size);
  KeyFile *file = key_file_parse ("key.json", exact, size, &error);
  g_assert_cmpint (file == NULL, ==, error != NULL);
  if (file == NULL)
    return 0;
  check_file (file);
  g_autoptr (Credential) credential = credential_take_file (file, NULL, &error);
  g_assert_cmpint (credential == NULL, ==, error != NULL);
  if (credential == NULL)
    return 0;
  check_line (credential_describe (credential));
  /* A subject token would be read from any file the input names. */
  if (strstr (credential_describe (credential), "external") != NULL)
    return 0;
  g_auto (CredentialStep) step = { 0 };
  g_assert_true (credential_step (credential, 1800000000, &step, &error));
  g_assert_no_error (error);
  g_assert_cmpint (step.kind == CREDENTIAL_SEND, ==, step.request != NULL);
  return 0;
}
