#include "c2pa/chain.h"
#include "c2pa/write.h"

#include <openssl/ec.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

/* OpenSSL's own words are never passed on: they may quote what it read. */

enum {
  NUMBER_BYTES = 32,
  SIGNATURE_BYTES = 2 * NUMBER_BYTES,
  MOST_DER_BYTES = 80,
  MOST_PEM_BYTES = 1 << 16
};

struct C2paKey {
  EVP_PKEY *pair;
};

static bool
fail (GError **error, const char *text)
{
  ERR_clear_error ();
  g_set_error_literal (error, C2PA_ERROR, C2PA_ERROR_FAILED, text);
  return false;
}

static EVP_PKEY *
read_pem (const char *pem, size_t length)
{
  BIO *bio = length <= MOST_PEM_BYTES ? BIO_new_mem_buf (pem, (int)length) : NULL;
  EVP_PKEY *pair = bio != NULL ? PEM_read_bio_PrivateKey (bio, NULL, c2pa_give_no_passphrase, NULL)
                               : NULL;
  BIO_free (bio);
  ERR_clear_error ();
  return pair;
}

static bool
is_of_leaf (const EVP_PKEY *pair, const GPtrArray *chain)
{
  X509 *leaf = c2pa_leaf (chain);
  bool fits = leaf != NULL && X509_check_private_key (leaf, pair) == 1;
  X509_free (leaf);
  return fits;
}

C2paKey *
c2pa_key_read (const char *pem, size_t length, const GPtrArray *chain, GError **error)
{
  g_autoptr (C2paKey) key = g_new0 (C2paKey, 1);
  key->pair = read_pem (pem, length);
  const char *problem = NULL;
  if (key->pair == NULL && g_strstr_len (pem, (gssize)length, "ENCRYPTED") != NULL)
    problem = "it has a passphrase: write it without one into a file that only you can read "
              "('openssl pkey'), or let a program of yours sign";
  else if (key->pair == NULL)
    problem = "it is not a private key in PEM, or a part of it is missing";
  else if (!c2pa_is_p256 (key->pair))
    problem = "it is not on the curve P-256 (prime256v1), and only ES256 is written";
  else if (!is_of_leaf (key->pair, chain))
    problem = "it does not belong to the first certificate";
  if (problem != NULL) {
    fail (error, problem);
    return NULL;
  }
  ERR_clear_error ();
  return g_steal_pointer (&key);
}

void
c2pa_key_free (C2paKey *key)
{
  if (key == NULL)
    return;
  /* OpenSSL overwrites the private number. */
  EVP_PKEY_free (key->pair);
  g_free (key);
}

/* ---- signatures ---- */

/* DER writes the two numbers as short as they go, COSE (RFC 9053) with 32 bytes each. */
static bool
raw_of (const uint8_t *der, size_t length, uint8_t out_raw[64])
{
  const uint8_t *at = der;
  ECDSA_SIG *numbers = d2i_ECDSA_SIG (NULL, &at, (long)length);
  bool is_whole = numbers != NULL && at == der + length &&
                  BN_bn2binpad (ECDSA_SIG_get0_r (numbers), out_raw, NUMBER_BYTES) > 0 &&
                  BN_bn2binpad (ECDSA_SIG_get0_s (numbers), out_raw + NUMBER_BYTES, NUMBER_BYTES) >
                    0;
  ECDSA_SIG_free (numbers);
  return is_whole;
}

/* The length, 0: it did not work. */
static size_t
der_of (const uint8_t raw[64], uint8_t out_der[MOST_DER_BYTES])
{
  ECDSA_SIG *numbers = ECDSA_SIG_new ();
  BIGNUM *r = BN_bin2bn (raw, NUMBER_BYTES, NULL),
         *s = BN_bin2bn (raw + NUMBER_BYTES, NUMBER_BYTES, NULL);
  int length = 0;
  if (numbers != NULL && r != NULL && s != NULL && ECDSA_SIG_set0 (numbers, r, s) == 1) {
    r = s = NULL;
    uint8_t *at = out_der;
    length = i2d_ECDSA_SIG (numbers, NULL) <= MOST_DER_BYTES ? i2d_ECDSA_SIG (numbers, &at) : 0;
  }
  BN_free (r);
  BN_free (s);
  ECDSA_SIG_free (numbers);
  return length > 0 ? (size_t)length : 0;
}

bool
c2pa_key_sign (void *data, const void *bytes, size_t length, uint8_t out_signature[64],
               GError **error)
{
  const C2paKey *key = data;
  uint8_t der[MOST_DER_BYTES], raw[SIGNATURE_BYTES];
  size_t n_der = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  bool ok = context != NULL &&
            EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key->pair) == 1 &&
            EVP_DigestSign (context, der, &n_der, bytes, length) == 1 && raw_of (der, n_der, raw);
  EVP_MD_CTX_free (context);
  if (!ok)
    return fail (error, "OpenSSL cannot sign with the private key");
  memcpy (out_signature, raw, sizeof raw);
  return true;
}

static bool
holds (X509 *leaf, const void *bytes, size_t length, const uint8_t raw[64])
{
  uint8_t der[MOST_DER_BYTES];
  size_t n_der = der_of (raw, der);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  bool ok = n_der > 0 && leaf != NULL && context != NULL &&
            EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, X509_get0_pubkey (leaf)) ==
              1 &&
            EVP_DigestVerify (context, der, n_der, bytes, length) == 1;
  EVP_MD_CTX_free (context);
  ERR_clear_error ();
  return ok;
}

bool
c2pa_take_signature (const GPtrArray *chain, const void *signed_bytes, size_t signed_length,
                     const void *given, size_t given_length, uint8_t out_signature[64],
                     GError **error)
{
  uint8_t raw[SIGNATURE_BYTES];
  bool is_der = given_length <= MOST_DER_BYTES && raw_of (given, given_length, raw);
  ERR_clear_error ();
  if (!is_der && given_length != SIGNATURE_BYTES)
    return fail (error, "it is no ECDSA signature of P-256: 64 bytes (r and s) or DER are "
                        "expected, and nothing else");
  if (!is_der)
    memcpy (raw, given, sizeof raw);
  X509 *leaf = c2pa_leaf (chain);
  bool is_good = holds (leaf, signed_bytes, signed_length, raw);
  X509_free (leaf);
  if (!is_good)
    return fail (error, "it does not fit the first certificate: it was made with another key, of "
                        "other bytes, or not by ECDSA with SHA-256");
  memcpy (out_signature, raw, sizeof raw);
  return true;
}

void
c2pa_thread_end (void)
{
  OPENSSL_thread_stop ();
}
