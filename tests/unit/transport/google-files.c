#include "google-files.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

EVP_PKEY *
google_key (void)
{
  static EVP_PKEY *key;
  if (key == NULL)
    key = EVP_RSA_gen (2048);
  g_assert_nonnull (key);
  return key;
}

char *
pem_of (EVP_PKEY *key, const char *passphrase)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_128_cbc () : NULL;
  int n = passphrase != NULL ? (int)strlen (passphrase) : 0;
  g_assert_cmpint (
    PEM_write_bio_PKCS8PrivateKey (bio, key, cipher, (char *)passphrase, n, NULL, NULL), ==, 1);
  char *data;
  long length = BIO_get_mem_data (bio, &data);
  char *pem = g_strndup (data, (size_t)length);
  BIO_free (bio);
  return pem;
}

const char *
google_key_pem (void)
{
  static char *pem;
  if (pem == NULL)
    pem = pem_of (google_key (), NULL);
  return pem;
}

char *
service_account_text (const char *more)
{
  g_auto (GStrv) lines = g_strsplit (google_key_pem (), "\n", -1);
  g_autofree char *escaped = g_strjoinv ("\\n", lines);
  return g_strdup_printf ("{\"type\": \"service_account\", %s\"project_id\": \"acme\", "
                          "\"private_key_id\": \"key-1\", \"private_key\": \"%s\", "
                          "\"client_email\": \"x@acme.example\", "
                          "\"token_uri\": \"https://oauth2.googleapis.com/token\"}",
                          more, escaped);
}

char *
user_text (const char *more)
{
  return g_strdup_printf ("{\"type\": \"authorized_user\", %s\"client_id\": \"id.example\", "
                          "\"client_secret\": \"CANARY-client-secret\", "
                          "\"refresh_token\": \"1//CANARY-refresh\"}",
                          more);
}

char *
external_text (const char *source, const char *more)
{
  return g_strdup_printf (
    "{\"type\": \"external_account\", %s\"audience\": \"//iam.example/pools/p\", "
    "\"subject_token_type\": \"urn:ietf:params:oauth:token-type:jwt\", "
    "\"token_url\": \"https://sts.googleapis.com/v1/token\", \"credential_source\": %s}",
    more, source);
}

char *
impersonated_text (const char *source)
{
  return g_strdup_printf ("{\"type\": \"impersonated_service_account\", "
                          "\"service_account_impersonation_url\": \"" IMPERSONATION_URL "\", "
                          "\"delegates\": [\"d@acme.example\"], \"source_credentials\": %s}",
                          source);
}

void
assert_no_secret (const char *text)
{
  g_assert_null (strstr (text, "CANARY"));
  g_auto (GStrv) lines = g_strsplit (google_key_pem (), "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (strlen (*line) > 6)
      g_assert_null (strstr (text, *line));
}

void
assert_error_is (GError **error, const char *text)
{
  g_assert_nonnull (*error);
  g_assert_cmpstr ((*error)->message, ==, text);
  assert_no_secret ((*error)->message);
  g_clear_error (error);
}
