#include "simulator/tokens.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/path.h"

enum { MOST_KEY_BYTES = 64 * 1024, MOST_JWT_BYTES = 64 * 1024, MOST_TOKENS = 100 * 1000 };

struct Tokens {
  GMutex mutex;
  GHashTable *issued; /* token -> int64_t: real time in seconds when it ends */
  EVP_PKEY *key;      /* or NULL */
};

static EVP_PKEY *
load_key (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  size_t length;
  if (!path_read_file (path, MOST_KEY_BYTES, &text, &length, error))
    return NULL;
  BIO *input = BIO_new_mem_buf (text, (int)length);
  EVP_PKEY *key = PEM_read_bio_PUBKEY (input, NULL, NULL, NULL);
  BIO_free (input);
  if (key == NULL || EVP_PKEY_get_base_id (key) != EVP_PKEY_RSA) {
    EVP_PKEY_free (key);
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "--public-key %s: no PEM file with an RSA public key", path);
    return NULL;
  }
  return key;
}

Tokens *
tokens_new (const SimulatorOptions *options, GError **error)
{
  EVP_PKEY *key = NULL;
  if (options->public_key != NULL && (key = load_key (options->public_key, error)) == NULL)
    return NULL;
  Tokens *tokens = g_new0 (Tokens, 1);
  g_mutex_init (&tokens->mutex);
  tokens->issued = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  tokens->key = key;
  return tokens;
}

void
tokens_free (Tokens *tokens)
{
  if (tokens == NULL)
    return;
  g_hash_table_unref (tokens->issued);
  EVP_PKEY_free (tokens->key);
  g_mutex_clear (&tokens->mutex);
  g_free (tokens);
}

static int64_t
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

char *
tokens_issue (Simulator *simulator)
{
  Tokens *tokens = simulator->tokens;
  char *token = g_strdup_printf ("ya29.c.simulated-%08x%08x%08x%08x..", g_random_int (),
                                 g_random_int (), g_random_int (), g_random_int ());
  int64_t *end = g_new (int64_t, 1);
  *end = now_s () + simulator->options->token_life_s;
  g_mutex_lock (&tokens->mutex);
  if (g_hash_table_size (tokens->issued) >= MOST_TOKENS)
    g_hash_table_remove_all (tokens->issued);
  g_hash_table_insert (tokens->issued, g_strdup (token), end);
  g_mutex_unlock (&tokens->mutex);
  return token;
}

static GBytes *
decode_url_base64 (const char *text)
{
  g_autoptr (GString) plain = g_string_new (text);
  for (char *c = plain->str; *c != '\0'; c++) {
    if (*c == '+' || *c == '/' || *c == '=')
      return NULL;
    *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    if (!g_ascii_isalnum (*c) && *c != '+' && *c != '/')
      return NULL;
  }
  while (plain->len % 4 != 0)
    g_string_append_c (plain, '=');
  gsize length;
  guchar *data = g_base64_decode (plain->str, &length);
  return g_bytes_new_take (data, length);
}

static cJSON *
decode_json (const char *text)
{
  g_autoptr (GBytes) data = decode_url_base64 (text);
  if (data == NULL)
    return NULL;
  cJSON *json = cJSON_ParseWithLength (g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  if (cJSON_IsObject (json))
    return json;
  cJSON_Delete (json);
  return NULL;
}

static bool
is_signed (EVP_PKEY *key, const char *text, size_t length, GBytes *signature)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gsize n;
  const unsigned char *bytes = g_bytes_get_data (signature, &n);
  bool ok = EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, key) == 1 &&
            EVP_DigestVerify (context, bytes, n, (const unsigned char *)text, length) == 1;
  EVP_MD_CTX_free (context);
  return ok;
}

JwtState
tokens_verify_jwt (Tokens *tokens, const char *jwt, cJSON **out_claims)
{
  if (strlen (jwt) > MOST_JWT_BYTES)
    return JWT_MALFORMED;
  g_auto (GStrv) parts = g_strsplit (jwt, ".", 4);
  if (g_strv_length (parts) != 3)
    return JWT_MALFORMED;
  cJSON *header = decode_json (parts[0]);
  const char *algorithm = cJSON_GetStringValue (cJSON_GetObjectItem (header, "alg"));
  bool is_rs256 = algorithm != NULL && strcmp (algorithm, "RS256") == 0;
  cJSON_Delete (header);
  g_autoptr (GBytes) signature = decode_url_base64 (parts[2]);
  if (!is_rs256 || signature == NULL)
    return JWT_MALFORMED;
  if (tokens->key == NULL)
    return JWT_NO_KEY;
  if (!is_signed (tokens->key, jwt, strlen (parts[0]) + 1 + strlen (parts[1]), signature))
    return JWT_BAD_SIGNATURE;
  cJSON *claims = decode_json (parts[1]);
  if (claims == NULL)
    return JWT_MALFORMED;
  *out_claims = claims;
  return JWT_OK;
}

/* AIP-4111: iss = sub, a scope or an audience, at most an hour. */
static TokenState
check_self_signed (Simulator *simulator, const char *token)
{
  cJSON *claims = NULL;
  if (tokens_verify_jwt (simulator->tokens, token, &claims) != JWT_OK)
    return TOKEN_UNKNOWN;
  const char *issuer = cJSON_GetStringValue (cJSON_GetObjectItem (claims, "iss"));
  const char *subject = cJSON_GetStringValue (cJSON_GetObjectItem (claims, "sub"));
  double end = cJSON_GetNumberValue (cJSON_GetObjectItem (claims, "exp"));
  double begin = cJSON_GetNumberValue (cJSON_GetObjectItem (claims, "iat"));
  bool has_aim = cJSON_HasObjectItem (claims, "scope") != cJSON_HasObjectItem (claims, "aud");
  const char *account = simulator->options->account;
  bool is_ours = issuer != NULL && subject != NULL && strcmp (issuer, subject) == 0 && has_aim &&
                 end - begin > 0 && end - begin <= 3600 &&
                 (account == NULL || strcmp (account, issuer) == 0);
  TokenState state = !is_ours ? TOKEN_UNKNOWN : end < (double)now_s () ? TOKEN_EXPIRED : TOKEN_OK;
  cJSON_Delete (claims);
  return state;
}

TokenState
tokens_check (Simulator *simulator, const char *token)
{
  char **fixed = simulator->options->access_tokens;
  Tokens *tokens = simulator->tokens;
  if (fixed != NULL && g_strv_contains ((const char *const *)fixed, token))
    return TOKEN_OK;
  g_mutex_lock (&tokens->mutex);
  const int64_t *end = g_hash_table_lookup (tokens->issued, token);
  TokenState state = end == NULL ? TOKEN_UNKNOWN : *end <= now_s () ? TOKEN_EXPIRED : TOKEN_OK;
  g_mutex_unlock (&tokens->mutex);
  return state == TOKEN_UNKNOWN ? check_self_signed (simulator, token) : state;
}
