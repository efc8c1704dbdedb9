/* The certificate that signed: what C2PA 2.2 section 14.5 asks of it, and who vouches for it. */
#include "c2pa/chain.h"
#include "c2pa/reader.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/digest.h"

enum {
  MOST_CERTIFICATES = 16,
  MOST_CERTIFICATE_BYTES = 1 << 16,
  MOST_ANCHORS = 1024,
  MOST_NAME_BYTES = 256,
  LEAST_RSA_BITS = 2048,
};

typedef STACK_OF (X509) Certificates;

static void
certificates_free (Certificates *chain)
{
  sk_X509_pop_free (chain, X509_free);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Certificates, certificates_free)

char *
c2pa_date (int64_t seconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
  return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

static bool
time_of (const ASN1_TIME *time, int64_t *out_seconds)
{
  struct tm parts;
  if (ASN1_TIME_to_tm (time, &parts) != 1)
    return false;
  g_autoptr (GDateTime)
    date = g_date_time_new_utc (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                                parts.tm_hour, parts.tm_min, MIN (parts.tm_sec, 59));
  if (date == NULL)
    return false;
  *out_seconds = g_date_time_to_unix (date);
  return true;
}

/* Leaf first. NULL: one cannot be read, or there are none. */
static Certificates *
read_chain (const Cbor *value)
{
  g_autoptr (Certificates) chain = sk_X509_new_null ();
  /* One certificate may stand there without an array. */
  unsigned count = cbor_bytes (value) != NULL ? 1 : cbor_length (value);
  if (count == 0 || count > MOST_CERTIFICATES)
    return NULL;
  for (unsigned i = 0; i < count; i++) {
    GBytes *der = cbor_bytes (cbor_bytes (value) != NULL ? value : cbor_item (value, i));
    if (der == NULL || g_bytes_get_size (der) > MOST_CERTIFICATE_BYTES)
      return NULL;
    const uint8_t *at = g_bytes_get_data (der, NULL);
    X509 *certificate = d2i_X509 (NULL, &at, (long)g_bytes_get_size (der));
    if (certificate == NULL)
      return NULL;
    if (sk_X509_push (chain, certificate) == 0) {
      X509_free (certificate);
      return NULL;
    }
  }
  return g_steal_pointer (&chain);
}

char *
c2pa_name_part (const X509_NAME *name, int nid)
{
  int index = X509_NAME_get_index_by_NID (name, nid, -1);
  if (index < 0)
    return NULL;
  unsigned char *utf8 = NULL;
  int length = ASN1_STRING_to_UTF8 (&utf8,
                                    X509_NAME_ENTRY_get_data (X509_NAME_get_entry (name, index)));
  char *text = length < 0 ? NULL : g_utf8_make_valid ((char *)utf8, MIN (length, MOST_NAME_BYTES));
  OPENSSL_free (utf8);
  return text;
}

static void
describe (C2paManifest *manifest, X509 *leaf, int64_t from, int64_t until)
{
  const X509_NAME *subject = X509_get_subject_name (leaf);
  manifest->signer = c2pa_name_part (subject, NID_commonName);
  manifest->signer_organization = c2pa_name_part (subject, NID_organizationName);
  manifest->issuer = c2pa_name_part (X509_get_issuer_name (leaf), NID_commonName);
  manifest->valid_from = c2pa_date (from);
  manifest->valid_until = c2pa_date (until);
  unsigned length;
  Digest digest;
  if (X509_digest (leaf, EVP_sha256 (), digest.bytes, &length) == 1)
    manifest->certificate = g_strdup (digest_to_hex (&digest).text);
}

/* One that is for signing claims or documents, and none that is for everything or for stamps. */
static bool
purposes_fit (X509 *leaf)
{
  static const char *const allowed[] = { "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36",
                                         "1.3.6.1.4.1.62558.2.1" };
  static const char *const refused[] = { "2.5.29.37.0", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9" };
  EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i (leaf, NID_ext_key_usage, NULL, NULL);
  bool is_allowed = false, is_refused = false;
  for (int i = 0; purposes != NULL && i < sk_ASN1_OBJECT_num (purposes); i++) {
    char word[64];
    OBJ_obj2txt (word, sizeof word, sk_ASN1_OBJECT_value (purposes, i), 1);
    for (unsigned k = 0; k < G_N_ELEMENTS (allowed); k++)
      is_allowed = is_allowed || strcmp (word, allowed[k]) == 0;
    for (unsigned k = 0; k < G_N_ELEMENTS (refused); k++)
      is_refused = is_refused || strcmp (word, refused[k]) == 0;
  }
  EXTENDED_KEY_USAGE_free (purposes);
  return is_allowed && !is_refused;
}

static bool
key_fits (const EVP_PKEY *key)
{
  int kind = EVP_PKEY_get_base_id (key), bits = EVP_PKEY_get_bits (key);
  if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS)
    return bits >= LEAST_RSA_BITS;
  if (kind == EVP_PKEY_EC)
    return bits == 256 || bits == 384 || bits == 521;
  return kind == EVP_PKEY_ED25519;
}

/* What is wrong with the form of the leaf, or NULL. */
static const char *
find_fault (X509 *leaf, const EVP_PKEY *key)
{
  uint32_t flags = X509_get_extension_flags (leaf);
  if (X509_get_version (leaf) != X509_VERSION_3 || (flags & EXFLAG_INVALID) != 0)
    return "it is no X.509 certificate of version 3";
  if ((flags & EXFLAG_SI) != 0)
    return "it is signed by itself";
  if ((flags & EXFLAG_CA) != 0)
    return "it is of an authority, which signs no claims";
  if ((flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage (leaf) & KU_DIGITAL_SIGNATURE) == 0)
    return "its key is not for signatures";
  if (!purposes_fit (leaf))
    return "its purposes do not include the signing of claims";
  if (X509_get0_authority_key_id (leaf) == NULL)
    return "it does not name its issuer's key";
  return key_fits (key) ? NULL : "its key is of a kind or a size that is not allowed";
}

static X509_STORE *
read_anchors (GBytes *pem)
{
  X509_STORE *store = X509_STORE_new ();
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (pem, NULL), (int)g_bytes_get_size (pem));
  for (unsigned i = 0; store != NULL && bio != NULL && i < MOST_ANCHORS; i++) {
    X509 *anchor = PEM_read_bio_X509 (bio, NULL, c2pa_give_no_passphrase, NULL);
    if (anchor == NULL)
      break;
    X509_STORE_add_cert (store, anchor);
    X509_free (anchor);
  }
  BIO_free (bio);
  return store;
}

X509_STORE *
c2pa_anchors (C2paReader *reader)
{
  GBytes *pem = reader->trust != NULL ? reader->trust->anchors : NULL;
  if (reader->anchors == NULL && pem != NULL && g_bytes_get_size (pem) <= G_MAXINT)
    reader->anchors = read_anchors (pem);
  return reader->anchors;
}

static bool
is_vouched_for (C2paReader *reader, Certificates *chain, int64_t when)
{
  X509_STORE *anchors = c2pa_anchors (reader);
  X509_STORE_CTX *context = anchors != NULL ? X509_STORE_CTX_new () : NULL;
  bool is_sound = false;
  if (context != NULL &&
      X509_STORE_CTX_init (context, anchors, sk_X509_value (chain, 0), chain) == 1) {
    X509_VERIFY_PARAM *how = X509_STORE_CTX_get0_param (context);
    X509_VERIFY_PARAM_set_purpose (how, X509_PURPOSE_ANY);
    X509_VERIFY_PARAM_set_depth (how, MOST_CERTIFICATES);
    X509_VERIFY_PARAM_set_time (how, (time_t)when);
    X509_VERIFY_PARAM_set_flags (how, X509_V_FLAG_PARTIAL_CHAIN);
    is_sound = X509_verify_cert (context) == 1;
  }
  X509_STORE_CTX_free (context);
  return is_sound;
}

EVP_PKEY *
c2pa_check_certificate (C2paPart *part, const Cbor *value, const C2paStamp *stamp)
{
  C2paManifest *manifest = part->manifest;
  g_autofree char *url = c2pa_absolute (part, "c2pa.signature");
  g_autoptr (Certificates) chain = read_chain (value);
  X509 *leaf = chain != NULL ? sk_X509_value (chain, 0) : NULL;
  EVP_PKEY *key = leaf != NULL ? X509_get_pubkey (leaf) : NULL;
  int64_t from, until;
  if (key == NULL || !time_of (X509_get0_notBefore (leaf), &from) ||
      !time_of (X509_get0_notAfter (leaf), &until)) {
    c2pa_fail (manifest, "signingCredential.invalid", url, "the certificate cannot be read");
    EVP_PKEY_free (key);
    return NULL;
  }
  describe (manifest, leaf, from, until);
  const char *fault = find_fault (leaf, key);
  if (fault != NULL)
    c2pa_fail (manifest, "signingCredential.invalid", url, fault);
  int64_t now = g_get_real_time () / G_USEC_PER_SEC;
  int64_t when = stamp->seconds != 0 ? stamp->seconds : now;
  const C2paTrust *trust = part->reader->trust;
  if (stamp->seconds == 0 && trust != NULL && trust->ignores_dates)
    c2pa_inform (manifest, "timeStamp.missing", url, NULL);
  else if (when >= from && when <= until)
    c2pa_succeed (manifest, "claimSignature.insideValidity", url);
  else if (stamp->seconds != 0)
    c2pa_fail (manifest, "claimSignature.outsideValidity", url,
               "the time stamp is not of the certificate's time");
  else
    c2pa_fail (manifest, C2PA_EXPIRED, url, "now is not the certificate's time");
  /* Anybody can make a stamp of any time for an old key: one that nobody vouches for earns no trust. */
  manifest->is_trusted = fault == NULL &&
                         is_vouched_for (part->reader, chain, stamp->is_trusted ? when : now);
  if (manifest->is_trusted)
    c2pa_succeed (manifest, "signingCredential.trusted", url);
  else
    c2pa_fail (manifest, C2PA_UNTRUSTED, url, "no certificate that is trusted stands behind it");
  return key;
}
