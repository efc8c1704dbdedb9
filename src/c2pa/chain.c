#include "c2pa/chain.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "c2pa/write.h"

/* What C2PA asks of a certificate that signs claims stands in its specification 2.2, 14.5. Validators
 * call whatever does not hold "signingCredential.invalid" and no more; here it is said. */

enum { MOST_CERTIFICATES = 8, MOST_PEM_BYTES = 1 << 18 };

static bool fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static bool
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  ERR_clear_error ();
  g_set_error_literal (error, C2PA_ERROR, C2PA_ERROR_FAILED, text);
  return false;
}

static void
free_certificate (void *certificate)
{
  X509_free (certificate);
}

static X509 *
read_der (GBytes *bytes)
{
  size_t length;
  const uint8_t *der = g_bytes_get_data (bytes, &length);
  return d2i_X509 (NULL, &der, (long)length);
}

int
c2pa_give_no_passphrase (char *out, int size, int is_for_writing, void *data)
{
  return -1;
}

X509 *
c2pa_leaf (const GPtrArray *chain)
{
  return read_der (chain->pdata[0]);
}

bool
c2pa_is_p256 (const EVP_PKEY *key)
{
  char group[32];
  return EVP_PKEY_get_base_id (key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name (key, group, sizeof group, NULL) == 1 &&
         strcmp (group, SN_X9_62_prime256v1) == 0;
}

/* ---- one certificate ---- */

static char *
describe_time (const ASN1_TIME *time)
{
  struct tm tm;
  if (ASN1_TIME_to_tm (time, &tm) != 1)
    return g_strdup ("a date that cannot be read");
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                          tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool
check_dates (X509 *certificate, unsigned number, int64_t now_s, GError **error)
{
  time_t now = (time_t)now_s;
  const ASN1_TIME *begin = X509_get0_notBefore (certificate),
                  *end = X509_get0_notAfter (certificate);
  /* 0: one of them cannot be read. */
  int begin_order = X509_cmp_time (begin, &now), end_order = X509_cmp_time (end, &now);
  g_autofree char *from = describe_time (begin), *until = describe_time (end);
  if (begin_order >= 0)
    return fail (error, "certificate %u is not valid before %s: is this machine's clock right?",
                 number, from);
  if (end_order <= 0)
    return fail (error, "certificate %u expired on %s: ask its authority for a new one", number,
                 until);
  return true;
}

static bool
is_signed_with_old_digest (X509 *certificate)
{
  int digest = NID_undef;
  return X509_get_signature_info (certificate, &digest, NULL, NULL, NULL) == 1 &&
         (digest == NID_sha1 || digest == NID_md5);
}

static bool
accepts_usage (const ASN1_OBJECT *usage)
{
  /* emailProtection, documentSigning (RFC 9336), c2pa-kp-claimSigning. */
  static const char *const accepted[] = { "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36",
                                          "1.3.6.1.4.1.62558.2.1" };
  char text[80];
  if (OBJ_obj2txt (text, sizeof text, usage, 1) <= 0)
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (accepted); i++) {
    if (strcmp (text, accepted[i]) == 0)
      return true;
  }
  return false;
}

static bool
check_extended_usage (X509 *leaf, GError **error)
{
  EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i (leaf, NID_ext_key_usage, NULL, NULL);
  bool is_any = false, is_accepted = false;
  for (int i = 0; i < sk_ASN1_OBJECT_num (usages); i++) {
    const ASN1_OBJECT *usage = sk_ASN1_OBJECT_value (usages, i);
    is_any = is_any || OBJ_obj2nid (usage) == NID_anyExtendedKeyUsage;
    is_accepted = is_accepted || accepts_usage (usage);
  }
  bool is_there = usages != NULL;
  EXTENDED_KEY_USAGE_free (usages);
  if (is_any)
    return fail (error, "its extended key usage is 'any', which C2PA does not allow: ask for "
                        "c2pa-kp-claimSigning (1.3.6.1.4.1.62558.2.1) or emailProtection");
  if (!is_accepted)
    return fail (error,
                 "%s: a certificate that signs Content Credentials needs "
                 "c2pa-kp-claimSigning (1.3.6.1.4.1.62558.2.1), documentSigning or "
                 "emailProtection",
                 is_there ? "its extended key usage is none that C2PA accepts"
                          : "it has no extended key usage");
  return true;
}

static bool
check_usage (X509 *leaf, GError **error)
{
  unsigned flags = X509_get_extension_flags (leaf), usage = X509_get_key_usage (leaf);
  if (X509_get_version (leaf) != X509_VERSION_3)
    return fail (error, "it is no X.509 certificate of version 3");
  if ((flags & EXFLAG_CA) != 0)
    return fail (error, "it is the certificate of an authority (CA:TRUE), which may not sign "
                        "claims: the first one in the file must be the signer's own");
  if (X509_NAME_cmp (X509_get_subject_name (leaf), X509_get_issuer_name (leaf)) == 0)
    return fail (error, "it is self-signed, which no validator accepts: let an authority sign it "
                        "(one of your own does for tests)");
  if ((flags & EXFLAG_KUSAGE) == 0 || (usage & KU_DIGITAL_SIGNATURE) == 0)
    return fail (error, "its key usage lacks digitalSignature");
  if ((usage & KU_KEY_CERT_SIGN) != 0)
    return fail (error, "its key usage has keyCertSign, which only an authority's may");
  return check_extended_usage (leaf, error);
}

static bool
check_leaf (X509 *leaf, GError **error)
{
  const EVP_PKEY *key = X509_get0_pubkey (leaf);
  if (key == NULL || !c2pa_is_p256 (key))
    return fail (error, "its key is not on the curve P-256 (prime256v1): only ES256 is written, "
                        "so make a P-256 key and ask for a certificate of that");
  if (!check_usage (leaf, error))
    return false;
  if (X509_get0_authority_key_id (leaf) == NULL)
    return fail (error, "it has no authority key identifier, which C2PA asks for: let its "
                        "authority issue it with one (authorityKeyIdentifier=keyid)");
  return true;
}

/* ---- the chain ---- */

static GPtrArray *
read_certificates (const char *pem, size_t length, GError **error)
{
  if (length > MOST_PEM_BYTES) {
    fail (error, "it has over %d bytes, which is no certificate chain", MOST_PEM_BYTES);
    return NULL;
  }
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (free_certificate);
  BIO *bio = BIO_new_mem_buf (pem, (int)length);
  X509 *certificate;
  while (bio != NULL && found->len <= MOST_CERTIFICATES &&
         (certificate = PEM_read_bio_X509 (bio, NULL, c2pa_give_no_passphrase, NULL)) != NULL)
    g_ptr_array_add (found, certificate);
  BIO_free (bio);
  /* The end of the text is an error of OpenSSL's like any other. */
  unsigned long code = ERR_peek_last_error ();
  bool is_damaged = ERR_GET_LIB (code) != ERR_LIB_PEM ||
                    ERR_GET_REASON (code) != PEM_R_NO_START_LINE;
  if (found->len == 0 && !is_damaged)
    fail (error, "there is no certificate in it: it must be PEM, and begin with "
                 "-----BEGIN CERTIFICATE-----");
  else if (found->len > MOST_CERTIFICATES)
    fail (error, "there are more than %d certificates in it", MOST_CERTIFICATES);
  else if (is_damaged)
    fail (error, "certificate %u cannot be read: it is damaged, or a part of it is missing",
          found->len + 1);
  else {
    ERR_clear_error ();
    return g_steal_pointer (&found);
  }
  return NULL;
}

static bool
is_root (X509 *certificate)
{
  return X509_NAME_cmp (X509_get_subject_name (certificate), X509_get_issuer_name (certificate)) ==
         0;
}

static bool
check_certificates (const GPtrArray *certificates, int64_t now_s, GError **error)
{
  for (unsigned i = 0; i < certificates->len; i++) {
    X509 *certificate = certificates->pdata[i];
    if (!check_dates (certificate, i + 1, now_s, error))
      return false;
    if (!is_root (certificate) && is_signed_with_old_digest (certificate))
      return fail (error, "certificate %u is signed with SHA-1 or MD5, which C2PA does not allow",
                   i + 1);
    if (i > 0 && X509_verify (certificates->pdata[i - 1], X509_get0_pubkey (certificate)) != 1)
      return fail (error,
                   "certificate %u did not sign certificate %u: the signer's own comes first, "
                   "then that of who signed it, and so on",
                   i + 1, i);
  }
  return true;
}

static GBytes *
der_of (X509 *certificate)
{
  uint8_t *der = NULL;
  int length = i2d_X509 (certificate, &der);
  GBytes *bytes = length > 0 ? g_bytes_new (der, (size_t)length) : NULL;
  OPENSSL_free (der);
  return bytes;
}

GPtrArray *
c2pa_read_chain (const char *pem, size_t length, int64_t now_s, GError **error)
{
  g_autoptr (GPtrArray) certificates = read_certificates (pem, length, error);
  if (certificates == NULL || !check_leaf (certificates->pdata[0], error) ||
      !check_certificates (certificates, now_s, error))
    return NULL;
  /* Who validates has the root, or does not trust it: it does not belong into the chain. */
  if (certificates->len > 1 && is_root (certificates->pdata[certificates->len - 1]))
    g_ptr_array_set_size (certificates, (int)certificates->len - 1);
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (unsigned i = 0; i < certificates->len; i++) {
    GBytes *der = der_of (certificates->pdata[i]);
    if (der == NULL) {
      fail (error, "OpenSSL cannot write certificate %u down", i + 1);
      return NULL;
    }
    g_ptr_array_add (chain, der);
  }
  ERR_clear_error ();
  return g_steal_pointer (&chain);
}

Digest
c2pa_chain_id (const GPtrArray *chain)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  for (unsigned i = 0; i < chain->len; i++) {
    size_t length;
    const void *der = g_bytes_get_data (chain->pdata[i], &length);
    g_byte_array_append (all, der, (unsigned)length);
  }
  return digest_of (all->data, all->len);
}

static int64_t
end_of (X509 *certificate)
{
  struct tm tm;
  bool is_read = ASN1_TIME_to_tm (X509_get0_notAfter (certificate), &tm) == 1;
  return is_read ? (int64_t)timegm (&tm) : 0;
}

char *
c2pa_chain_describe (const GPtrArray *chain, int64_t *out_ends_s)
{
  char *name = NULL;
  for (unsigned i = 0; i < chain->len; i++) {
    X509 *certificate = read_der (chain->pdata[i]);
    if (certificate == NULL)
      continue;
    const X509_NAME *subject = X509_get_subject_name (certificate);
    int64_t end = end_of (certificate);
    if (i == 0 || end < *out_ends_s)
      *out_ends_s = end;
    if (i == 0 && (name = c2pa_name_part (subject, NID_commonName)) == NULL)
      name = c2pa_name_part (subject, NID_organizationName);
    X509_free (certificate);
  }
  return name != NULL ? name : g_strdup ("a certificate without a name");
}
