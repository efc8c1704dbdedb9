#include "authority.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

EVP_PKEY *
authority_new_key (const char *curve)
{
  EVP_PKEY *key = EVP_EC_gen (curve != NULL ? curve : "P-256");
  g_assert_nonnull (key);
  return key;
}

static void
extend (X509 *certificate, X509 *issuer, int nid, const char *text)
{
  if (text[0] == '\0')
    return;
  X509V3_CTX context;
  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, &context, nid, text);
  g_assert_nonnull (extension);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

static void
name_it (X509_NAME *name, const char *common_name)
{
  X509_NAME_add_entry_by_txt (name, "O", MBSTRING_ASC, (const unsigned char *)"Peel Tests", -1, -1,
                              0);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1,
                              0);
}

static X509 *
begin (EVP_PKEY *key, const char *name, X509 *issuer, int64_t from_s, int64_t until_s)
{
  static long serial;
  X509 *certificate = X509_new ();
  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), ++serial);
  ASN1_TIME_set (X509_getm_notBefore (certificate), (time_t)from_s);
  ASN1_TIME_set (X509_getm_notAfter (certificate), (time_t)until_s);
  X509_set_pubkey (certificate, key);
  name_it (X509_get_subject_name (certificate), name);
  X509_set_issuer_name (certificate, X509_get_subject_name (issuer != NULL ? issuer : certificate));
  extend (certificate, certificate, NID_subject_key_identifier, "hash");
  return certificate;
}

enum { DAY_S = 24 * 60 * 60 };

static X509 *
new_authority (EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *issuer_key)
{
  X509 *certificate = begin (key, name, issuer, AUTHORITY_NOW_S - 1000 * (int64_t)DAY_S,
                             AUTHORITY_NOW_S + 3000 * (int64_t)DAY_S);
  extend (certificate, issuer, NID_basic_constraints, "critical,CA:TRUE");
  extend (certificate, issuer, NID_key_usage, "critical,keyCertSign");
  if (issuer != NULL)
    extend (certificate, issuer, NID_authority_key_identifier, "keyid");
  g_assert_cmpint (X509_sign (certificate, issuer_key, EVP_sha256 ()), >, 0);
  return certificate;
}

const Authority *
authority_get (void)
{
  static Authority authority;
  if (authority.root == NULL) {
    authority.root_key = authority_new_key (NULL);
    authority.root = new_authority (authority.root_key, "Root", NULL, authority.root_key);
    authority.intermediate_key = authority_new_key (NULL);
    authority.intermediate = new_authority (authority.intermediate_key, "Intermediate",
                                            authority.root, authority.root_key);
  }
  return &authority;
}

static const char *
or_else (const char *text, const char *otherwise)
{
  return text != NULL ? text : otherwise;
}

X509 *
authority_issue (EVP_PKEY *key, const AuthorityRequest *request)
{
  const Authority *authority = authority_get ();
  X509 *issuer = request->is_self_signed ? NULL : authority->intermediate;
  X509 *leaf = begin (key, "Signer", issuer,
                      request->from_s != 0 ? request->from_s : AUTHORITY_NOW_S - DAY_S,
                      request->until_s != 0 ? request->until_s : AUTHORITY_NOW_S + 365 * DAY_S);
  X509 *above = issuer != NULL ? issuer : leaf;
  extend (leaf, above, NID_basic_constraints, or_else (request->constraints, "critical,CA:FALSE"));
  extend (leaf, above, NID_key_usage, or_else (request->usage, "critical,digitalSignature"));
  extend (leaf, above, NID_ext_key_usage, or_else (request->purpose, "emailProtection"));
  extend (leaf, above, NID_authority_key_identifier, or_else (request->key_id, "keyid"));
  EVP_PKEY *signer = issuer != NULL ? authority->intermediate_key : key;
  const EVP_MD *digest = EVP_get_digestbyname (or_else (request->digest, "SHA256"));
  g_assert_cmpint (X509_sign (leaf, signer, digest), >, 0);
  return leaf;
}

static char *
take_text (BIO *bio)
{
  char *data;
  long length = BIO_get_mem_data (bio, &data);
  char *text = g_strndup (data, (size_t)length);
  BIO_free (bio);
  return text;
}

char *
authority_pem (X509 *first, ...)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  va_list arguments;
  va_start (arguments, first);
  for (X509 *each = first; each != NULL; each = va_arg (arguments, X509 *))
    PEM_write_bio_X509 (bio, each);
  va_end (arguments);
  return take_text (bio);
}

char *
authority_key_pem (EVP_PKEY *key, bool is_sec1, const char *passphrase)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_128_cbc () : NULL;
  const unsigned char *phrase = (const unsigned char *)passphrase;
  int n = passphrase != NULL ? (int)strlen (passphrase) : 0;
  if (is_sec1)
    PEM_write_bio_PrivateKey_traditional (bio, key, cipher, phrase, n, NULL, NULL);
  else
    PEM_write_bio_PKCS8PrivateKey (bio, key, cipher, passphrase, n, NULL, NULL);
  return take_text (bio);
}
