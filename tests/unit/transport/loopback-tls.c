#include <stdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "loopback.h"

static void
add_extension (X509 *certificate, int nid, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, certificate, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

static X509 *
certificate_new (EVP_PKEY *key)
{
  X509 *certificate = X509_new ();
  X509_set_version (certificate, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -24 * 3600);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 24 * 3600);
  X509_set_pubkey (certificate, key);
  X509_NAME *name = X509_get_subject_name (certificate);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                              0);
  X509_set_issuer_name (certificate, name);
  add_extension (certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension (certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:127.0.0.2");
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  return certificate;
}

SSL_CTX *
loopback_tls_new (const char *certificate_path)
{
  SSL_CTX *tls = SSL_CTX_new (TLS_server_method ());
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = certificate_new (key);
  g_assert_cmpint (SSL_CTX_use_certificate (tls, certificate), ==, 1);
  g_assert_cmpint (SSL_CTX_use_PrivateKey (tls, key), ==, 1);
  FILE *file = fopen (certificate_path, "we");
  g_assert_nonnull (file);
  g_assert_cmpint (PEM_write_X509 (file, certificate), ==, 1);
  fclose (file);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return tls;
}
