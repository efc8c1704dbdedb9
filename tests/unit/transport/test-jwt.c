#include "transport/jwt.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "google-files.h"
#include "support/scratch.h"

/* Exact: base64url without padding. */
static unsigned char *
decode (const char *part, size_t *out_length)
{
  g_assert_null (strpbrk (part, "+/="));
  g_autofree char *base64 = g_strdup_printf ("%s%.*s", part, (int)(4 - strlen (part) % 4) % 4,
                                             "===");
  g_strdelimit (base64, "-", '+');
  g_strdelimit (base64, "_", '/');
  return g_base64_decode (base64, out_length);
}

static char *
decode_text (const char *part)
{
  size_t length;
  g_autofree unsigned char *bytes = decode (part, &length);
  return g_strndup ((const char *)bytes, length);
}

static bool
is_signed_by (EVP_PKEY *key, const char *jwt)
{
  size_t n_signed = (size_t)(strrchr (jwt, '.') - jwt), length;
  g_autofree unsigned char *signature = decode (strrchr (jwt, '.') + 1, &length);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  g_assert_cmpint (EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, key), ==, 1);
  bool is_good = EVP_DigestVerify (context, signature, length, (const unsigned char *)jwt,
                                   n_signed) == 1;
  EVP_MD_CTX_free (context);
  return is_good;
}

static void
what_is_signed_is_what_was_claimed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JwtKey) key = jwt_key_new (google_key_pem (), &error);
  g_assert_no_error (error);
  JwtClaims claims = {
    .key_id = "key-1",
    .issuer = "x@acme.example",
    .subject = "y@acme.example",
    .audience = "https://oauth2.googleapis.com/token",
    .scope = "a \"b\"",
    .issued_s = 1800000000,
    .expires_s = 1800003600,
  };
  g_autofree char *jwt = jwt_sign (key, &claims, &error);
  g_assert_no_error (error);
  g_auto (GStrv) parts = g_strsplit (jwt, ".", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  g_autofree char *header = decode_text (parts[0]);
  g_assert_cmpstr (header, ==, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"key-1\"}");
  g_autofree char *body = decode_text (parts[1]);
  g_assert_cmpstr (body, ==,
                   "{\"iss\":\"x@acme.example\",\"sub\":\"y@acme.example\","
                   "\"aud\":\"https://oauth2.googleapis.com/token\",\"scope\":\"a \\\"b\\\"\","
                   "\"iat\":1800000000,\"exp\":1800003600}");
  g_assert_true (is_signed_by (google_key (), jwt));
  jwt[3] ^= 1;
  g_assert_false (is_signed_by (google_key (), jwt));
}

static void
what_is_not_claimed_is_left_out (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JwtKey) key = jwt_key_new (google_key_pem (), &error);
  JwtClaims claims = { .issuer = "x", .issued_s = 1, .expires_s = 2 };
  g_autofree char *jwt = jwt_sign (key, &claims, &error);
  g_auto (GStrv) parts = g_strsplit (jwt, ".", -1);
  g_autofree char *header = decode_text (parts[0]);
  g_assert_cmpstr (header, ==, "{\"typ\":\"JWT\",\"alg\":\"RS256\"}");
  g_autofree char *body = decode_text (parts[1]);
  g_assert_cmpstr (body, ==, "{\"iss\":\"x\",\"iat\":1,\"exp\":2}");
}

static void
assert_refused (const char *pem, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (jwt_key_new (pem, &error));
  assert_error_is (&error, message);
}

static void
assert_key_refused (EVP_PKEY *key, const char *passphrase, const char *message)
{
  g_autofree char *pem = pem_of (key, passphrase);
  assert_refused (pem, message);
}

static void
another_key_is_refused (void)
{
  assert_key_refused (google_key (), "CANARY-pass", "it has a passphrase");
  EVP_PKEY *curve = EVP_EC_gen ("P-256");
  assert_key_refused (curve, NULL, "it is not an RSA key");
  EVP_PKEY_free (curve);
  EVP_PKEY *small = EVP_RSA_gen (1024);
  assert_key_refused (small, NULL, "it must have 2048 to 16384 bits");
  EVP_PKEY_free (small);
}

static void
what_is_no_key_is_refused (void)
{
  static const char message[] = "it is not a private key in PEM, or a part of it is missing";
  g_autofree char *cut = g_strndup (google_key_pem (), 800);
  assert_refused ("", message);
  assert_refused ("CANARY", message);
  assert_refused (cut, message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/jwt/" name, function)
  CLAIM ("what-is-signed-is-what-was-claimed", what_is_signed_is_what_was_claimed);
  CLAIM ("what-is-not-claimed-is-left-out", what_is_not_claimed_is_left_out);
  CLAIM ("another-key-is-refused", another_key_is_refused);
  CLAIM ("what-is-no-key-is-refused", what_is_no_key_is_refused);
#undef CLAIM
  return g_test_run ();
}
