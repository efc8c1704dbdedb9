/* The signature of a claim: COSE_Sign1 (RFC 9052) with the claim as its detached payload.
 *
 *     18([ protected: bytes of {1: algorithm, 33: certificates}, unprotected: {…}, nil, signature ])
 *
 * What is signed is ["Signature1", protected, "", claim]. A time stamp is taken at its word when it is of
 * this signature, but only one that stands under an anchor makes an old certificate trusted. */
#include "c2pa/reader.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>

#define SIGNATURE_INVALID "claimSignature.mismatch"

enum { COSE_ALGORITHM = 1, COSE_X5CHAIN = 33, MOST_TOKEN_BYTES = 1 << 16 };

typedef enum { KEY_EC, KEY_RSA, KEY_ED25519 } KeyKind;

typedef struct {
  int64_t number;
  const char *word;
  KeyKind kind;
  const EVP_MD *(*digest) (void);
} Algorithm;

static const Algorithm algorithms[] = {
  { -7, "es256", KEY_EC, EVP_sha256 },   { -35, "es384", KEY_EC, EVP_sha384 },
  { -36, "es512", KEY_EC, EVP_sha512 },  { -37, "ps256", KEY_RSA, EVP_sha256 },
  { -38, "ps384", KEY_RSA, EVP_sha384 }, { -39, "ps512", KEY_RSA, EVP_sha512 },
  { -8, "ed25519", KEY_ED25519, NULL },
};

/* The parts of a COSE_Sign1. */
typedef struct {
  Cbor *whole, *protected_map;
  const Cbor *unprotected;
  GBytes *protected_bytes, *signature;
} Cose;

static void
cose_clear (Cose *cose)
{
  cbor_free (cose->whole);
  cbor_free (cose->protected_map);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cose, cose_clear)

static bool
read_cose (const C2paReader *reader, const JumbfBox *box, Cose *out_cose)
{
  enum { TAG_SIGN1 = 18 };
  Cose cose = { cbor_read (reader->bytes + box->data_at, box->data_length, NULL) };
  bool is_sound = cose.whole != NULL && (cose.whole->tag == 0 || cose.whole->tag == TAG_SIGN1) &&
                  cbor_length (cose.whole) == 4;
  cose.protected_bytes = is_sound ? cbor_bytes (cbor_item (cose.whole, 0)) : NULL;
  cose.unprotected = is_sound ? cbor_item (cose.whole, 1) : NULL;
  cose.signature = is_sound ? cbor_bytes (cbor_item (cose.whole, 3)) : NULL;
  if (cose.protected_bytes != NULL && cose.signature != NULL)
    cose.protected_map = cbor_read (g_bytes_get_data (cose.protected_bytes, NULL),
                                    g_bytes_get_size (cose.protected_bytes), NULL);
  *out_cose = cose;
  return cose.protected_map != NULL;
}

/* [context, protected, "", payload] */
static GByteArray *
to_be_signed (const char *context, GBytes *protected_bytes, const void *payload, size_t length)
{
  GByteArray *out = g_byte_array_new ();
  cbor_put_array (out, 4);
  cbor_put_text (out, context);
  cbor_put_bytes (out, g_bytes_get_data (protected_bytes, NULL),
                  g_bytes_get_size (protected_bytes));
  cbor_put_bytes (out, "", 0);
  cbor_put_bytes (out, payload, length);
  return out;
}

/* ---- verification ---- */

/* r and s of equal length, as the DER that OpenSSL wants. NULL: they are not as long as the key. */
static uint8_t *
ecdsa_der (const EVP_PKEY *key, GBytes *raw, size_t *out_length)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (raw, &length);
  int width = (EVP_PKEY_get_bits (key) + 7) / 8;
  if (length != 2 * (size_t)width)
    return NULL;
  ECDSA_SIG *signature = ECDSA_SIG_new ();
  BIGNUM *r = BN_bin2bn (bytes, width, NULL), *s = BN_bin2bn (bytes + width, width, NULL);
  uint8_t *der = NULL;
  int der_length = -1;
  if (ECDSA_SIG_set0 (signature, r, s) == 1)
    der_length = i2d_ECDSA_SIG (signature, &der);
  ECDSA_SIG_free (signature);
  *out_length = (size_t)MAX (der_length, 0);
  return der_length > 0 ? der : NULL;
}

static bool
key_is (const EVP_PKEY *key, KeyKind wanted)
{
  int kind = EVP_PKEY_get_base_id (key);
  return wanted == KEY_EC    ? kind == EVP_PKEY_EC
         : wanted == KEY_RSA ? kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS
                             : kind == EVP_PKEY_ED25519;
}

static bool
set_padding (EVP_PKEY_CTX *how, const Algorithm *algorithm)
{
  return algorithm->kind != KEY_RSA ||
         (EVP_PKEY_CTX_set_rsa_padding (how, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen (how, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool
verify (EVP_PKEY *key, const Algorithm *algorithm, GBytes *signature, const GByteArray *message)
{
  if (!key_is (key, algorithm->kind))
    return false;
  size_t length = g_bytes_get_size (signature);
  const uint8_t *bytes = g_bytes_get_data (signature, NULL);
  uint8_t *der = NULL;
  if (algorithm->kind == KEY_EC) {
    der = ecdsa_der (key, signature, &length);
    bytes = der;
  }
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *how = NULL;
  const EVP_MD *digest = algorithm->digest != NULL ? algorithm->digest () : NULL;
  bool is_sound = bytes != NULL && context != NULL &&
                  EVP_DigestVerifyInit (context, &how, digest, NULL, key) == 1 &&
                  set_padding (how, algorithm) &&
                  EVP_DigestVerify (context, bytes, length, message->data, message->len) == 1;
  EVP_MD_CTX_free (context);
  OPENSSL_free (der);
  return is_sound;
}

/* ---- time stamps ---- */

/* The token itself, or the answer of an authority around it. */
static PKCS7 *
read_token (const uint8_t *bytes, size_t length)
{
  const uint8_t *at = bytes;
  PKCS7 *token = d2i_PKCS7 (NULL, &at, (long)length);
  if (token != NULL)
    return token;
  at = bytes;
  TS_RESP *response = d2i_TS_RESP (NULL, &at, (long)length);
  token = response != NULL && TS_RESP_get_token (response) != NULL
            ? PKCS7_dup (TS_RESP_get_token (response))
            : NULL;
  TS_RESP_free (response);
  return token;
}

static bool
is_imprint_of (TS_TST_INFO *info, const GByteArray *message)
{
  TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint (info);
  const ASN1_OBJECT *name;
  X509_ALGOR_get0 (&name, NULL, NULL, TS_MSG_IMPRINT_get_algo (imprint));
  const EVP_MD *digest = EVP_get_digestbyobj (name);
  const ASN1_OCTET_STRING *wanted = TS_MSG_IMPRINT_get_msg (imprint);
  uint8_t hash[EVP_MAX_MD_SIZE];
  unsigned length;
  return digest != NULL &&
         EVP_Digest (message->data, message->len, hash, &length, digest, NULL) == 1 &&
         ASN1_STRING_length (wanted) == (int)length &&
         memcmp (ASN1_STRING_get0_data (wanted), hash, length) == 0;
}

static int64_t
stamped_at (const TS_TST_INFO *info)
{
  struct tm parts;
  if (ASN1_TIME_to_tm (TS_TST_INFO_get_time (info), &parts) != 1)
    return 0;
  g_autoptr (GDateTime)
    date = g_date_time_new_utc (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                                parts.tm_hour, parts.tm_min, MIN (parts.tm_sec, 59));
  return date != NULL ? g_date_time_to_unix (date) : 0;
}

static bool
is_by_authority (C2paReader *reader, PKCS7 *token)
{
  X509_STORE *anchors = c2pa_anchors (reader);
  TS_VERIFY_CTX *context = anchors != NULL ? TS_VERIFY_CTX_new () : NULL;
  if (context == NULL)
    return false;
  X509_STORE_up_ref (anchors);
  TS_VERIFY_CTX_set_store (context, anchors); /* takes it */
  TS_VERIFY_CTX_set_flags (context, TS_VFY_VERSION | TS_VFY_SIGNATURE);
  bool is_sound = TS_RESP_verify_token (context, token) == 1;
  TS_VERIFY_CTX_free (context);
  return is_sound;
}

/* 0 seconds: it cannot be used, or is of another message. */
static C2paStamp
read_stamp (C2paReader *reader, GBytes *bytes, const GByteArray *message)
{
  C2paStamp stamp = { 0 };
  size_t length = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  if (length == 0 || length > MOST_TOKEN_BYTES)
    return stamp;
  PKCS7 *token = read_token (g_bytes_get_data (bytes, NULL), length);
  TS_TST_INFO *info = token != NULL ? PKCS7_to_TS_TST_INFO (token) : NULL;
  if (info != NULL && is_imprint_of (info, message)) {
    stamp.seconds = stamped_at (info);
    stamp.is_trusted = stamp.seconds != 0 && is_by_authority (reader, token);
  }
  TS_TST_INFO_free (info);
  PKCS7_free (token);
  return stamp;
}

/* sigTst2 stamps the signature (as CBOR), sigTst, which is older, the claim. */
static C2paStamp
find_stamp (C2paPart *part, const Cose *cose, const char *url)
{
  C2paReader *reader = part->reader;
  const Cbor *newer = cbor_get (cose->unprotected, "sigTst2");
  const Cbor *value = newer != NULL ? newer : cbor_get (cose->unprotected, "sigTst");
  if (value == NULL)
    return (C2paStamp){ 0 };
  g_autoptr (GByteArray) signature = g_byte_array_new ();
  cbor_put_bytes (signature, g_bytes_get_data (cose->signature, NULL),
                  g_bytes_get_size (cose->signature));
  g_autoptr (GByteArray) message = to_be_signed (
    "CounterSignature", cose->protected_bytes,
    newer != NULL ? signature->data : reader->bytes + part->claim_box->data_at,
    newer != NULL ? signature->len : part->claim_box->data_length);
  const Cbor *token = cbor_item (cbor_get (value, "tstTokens"), 0);
  C2paStamp stamp = read_stamp (reader, cbor_bytes (cbor_get (token, "val")), message);
  if (stamp.seconds == 0) {
    c2pa_inform (part->manifest, "timeStamp.mismatch", url, "it is not of this signature");
    return stamp;
  }
  part->manifest->signed_at = c2pa_date (stamp.seconds);
  if (stamp.is_trusted)
    c2pa_succeed (part->manifest, "timeStamp.trusted", url);
  else
    c2pa_inform (part->manifest, "timeStamp.untrusted", url,
                 "no certificate that is trusted stands behind it");
  return stamp;
}

/* ---- all of it ---- */

static const Cbor *
find_chain (const Cose *cose)
{
  const Cbor *maps[] = { cose->protected_map, cose->unprotected };
  const Cbor *chain = NULL;
  for (unsigned i = 0; chain == NULL && i < G_N_ELEMENTS (maps); i++) {
    chain = cbor_get_integer (maps[i], COSE_X5CHAIN);
    if (chain == NULL)
      chain = cbor_get (maps[i], "x5chain");
  }
  return chain;
}

static const Algorithm *
find_algorithm (const Cose *cose)
{
  const Cbor *number = cbor_get_integer (cose->protected_map, COSE_ALGORITHM);
  for (unsigned i = 0; number != NULL && i < G_N_ELEMENTS (algorithms); i++) {
    if (number->kind == CBOR_INTEGER && number->integer == algorithms[i].number)
      return &algorithms[i];
  }
  return NULL;
}

static void
check_cose (C2paPart *part, const Cose *cose, const char *url)
{
  const C2paReader *reader = part->reader;
  C2paStamp stamp = find_stamp (part, cose, url);
  EVP_PKEY *key = c2pa_check_certificate (part, find_chain (cose), &stamp);
  const Algorithm *algorithm = find_algorithm (cose);
  if (algorithm == NULL) {
    c2pa_fail (part->manifest, "algorithm.unsupported", url, "the signature's algorithm");
  } else {
    part->manifest->algorithm = g_strdup (algorithm->word);
    g_autoptr (GByteArray) message = to_be_signed ("Signature1", cose->protected_bytes,
                                                   reader->bytes + part->claim_box->data_at,
                                                   part->claim_box->data_length);
    if (key != NULL && verify (key, algorithm, cose->signature, message))
      c2pa_succeed (part->manifest, "claimSignature.validated", url);
    else
      c2pa_fail (part->manifest, SIGNATURE_INVALID, url, "it is not the signature of this claim");
  }
  EVP_PKEY_free (key);
}

void
c2pa_check_signature (C2paPart *part)
{
  g_autofree char *url = c2pa_absolute (part, "c2pa.signature");
  const char *named = cbor_get_text (part->claim, "signature");
  const JumbfBox *box = named != NULL ? jumbf_find (part->reader->root, part->box, named) : NULL;
  g_auto (Cose) cose = { 0 };
  if (box == NULL || box != part->signature_box)
    c2pa_fail (part->manifest, "claimSignature.missing", url, "the claim names none of its own");
  else if (!read_cose (part->reader, box, &cose))
    c2pa_fail (part->manifest, SIGNATURE_INVALID, url, "it is not a COSE_Sign1");
  else
    check_cose (part, &cose, url);
  ERR_clear_error ();
}
