#include "transport/jwt.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/base64.h"
#include "document/json-write.h"
#include "transport/transport-error.h"

enum { LEAST_KEY_BITS = 2048, MOST_KEY_BITS = 16384 };

struct JwtKey {
  EVP_PKEY *rsa;
};

/* OpenSSL would ask for it at the terminal. */
static int
give_no_passphrase (char *out, int size, int is_for_writing, void *data)
{
  return -1;
}

static EVP_PKEY *
read_pem (const char *pem)
{
  BIO *bio = BIO_new_mem_buf (pem, -1);
  EVP_PKEY *rsa = bio != NULL ? PEM_read_bio_PrivateKey (bio, NULL, give_no_passphrase, NULL)
                              : NULL;
  BIO_free (bio);
  /* Its words may quote the key; they say little anyway. */
  ERR_clear_error ();
  return rsa;
}

JwtKey *
jwt_key_new (const char *pem, GError **error)
{
  g_autoptr (JwtKey) key = g_new0 (JwtKey, 1);
  key->rsa = read_pem (pem);
  const char *problem = NULL;
  if (key->rsa == NULL && strstr (pem, "ENCRYPTED") != NULL)
    problem = "it has a passphrase";
  else if (key->rsa == NULL)
    problem = "it is not a private key in PEM, or a part of it is missing";
  else if (EVP_PKEY_get_base_id (key->rsa) != EVP_PKEY_RSA)
    problem = "it is not an RSA key";
  else if (EVP_PKEY_get_bits (key->rsa) < LEAST_KEY_BITS ||
           EVP_PKEY_get_bits (key->rsa) > MOST_KEY_BITS)
    problem = "it must have 2048 to 16384 bits";
  if (problem == NULL)
    return g_steal_pointer (&key);
  transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL, "%s", problem);
  return NULL;
}

void
jwt_key_free (JwtKey *key)
{
  if (key == NULL)
    return;
  EVP_PKEY_free (key->rsa);
  g_free (key);
}

static void
append_base64_url (GString *out, const void *data, size_t length)
{
  g_autofree char *base64 = base64_url (data, length);
  g_string_append (out, base64);
}

static void
append_text (cJSON *object, const char *name, const char *text)
{
  if (text != NULL)
    cJSON_AddStringToObject (object, name, text);
}

static void
append_object (GString *out, cJSON *object)
{
  g_autofree char *line = json_write_line (object);
  append_base64_url (out, line, strlen (line));
  cJSON_Delete (object);
}

static void
append_header (GString *out, const JwtClaims *claims)
{
  cJSON *header = cJSON_CreateObject ();
  append_text (header, "typ", "JWT");
  append_text (header, "alg", "RS256");
  append_text (header, "kid", claims->key_id);
  append_object (out, header);
}

static void
append_claims (GString *out, const JwtClaims *claims)
{
  cJSON *object = cJSON_CreateObject ();
  append_text (object, "iss", claims->issuer);
  append_text (object, "sub", claims->subject);
  append_text (object, "aud", claims->audience);
  append_text (object, "scope", claims->scope);
  cJSON_AddNumberToObject (object, "iat", (double)claims->issued_s);
  cJSON_AddNumberToObject (object, "exp", (double)claims->expires_s);
  append_object (out, object);
}

static bool
append_signature (GString *out, const JwtKey *key, GError **error)
{
  size_t n = (size_t)EVP_PKEY_get_size (key->rsa);
  g_autofree unsigned char *signature = g_malloc (n);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  bool ok = context != NULL &&
            EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key->rsa) == 1 &&
            EVP_DigestSign (context, signature, &n, (const unsigned char *)out->str, out->len) == 1;
  EVP_MD_CTX_free (context);
  ERR_clear_error ();
  if (!ok)
    return transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                                "OpenSSL cannot sign with the private key");
  g_string_append_c (out, '.');
  append_base64_url (out, signature, n);
  return true;
}

char *
jwt_sign (const JwtKey *key, const JwtClaims *claims, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  append_header (out, claims);
  g_string_append_c (out, '.');
  append_claims (out, claims);
  if (!append_signature (out, key, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}
