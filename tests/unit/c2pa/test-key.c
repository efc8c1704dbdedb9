#include "authority.h"
#include "c2pa/write.h"
#include "support/scratch.h"

#include <openssl/ecdsa.h>

static EVP_PKEY *
leaf_key (void)
{
  static EVP_PKEY *key;
  if (key == NULL)
    key = authority_new_key (NULL);
  return key;
}

static GPtrArray *
read_chain (const char *pem, GError **error)
{
  return c2pa_read_chain (pem, strlen (pem), AUTHORITY_NOW_S, error);
}

/* The leaf that was asked for, its intermediate and the root, in PEM. */
static char *
chain_pem (EVP_PKEY *key, const AuthorityRequest *request)
{
  const Authority *authority = authority_get ();
  X509 *leaf = authority_issue (key, request);
  char *pem = authority_pem (leaf, authority->intermediate, authority->root, NULL);
  X509_free (leaf);
  return pem;
}

static GPtrArray *
sound_chain (void)
{
  g_autofree char *pem = chain_pem (leaf_key (), &(AuthorityRequest){ 0 });
  g_autoptr (GError) error = NULL;
  GPtrArray *chain = read_chain (pem, &error);
  g_assert_no_error (error);
  return chain;
}

static void
a_sound_chain_is_read_without_its_root (void)
{
  g_autoptr (GPtrArray) chain = sound_chain ();
  g_assert_cmpuint (chain->len, ==, 2);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  for (unsigned i = 0; i < chain->len; i++)
    g_byte_array_append (all, g_bytes_get_data (chain->pdata[i], NULL),
                         (unsigned)g_bytes_get_size (chain->pdata[i]));
  Digest id = c2pa_chain_id (chain), expected = digest_of (all->data, all->len);
  g_assert_true (digest_equal (&id, &expected));
}

static void
each_accepted_purpose_is_enough (void)
{
  static const char *const purposes[] = { "emailProtection", "1.3.6.1.5.5.7.3.36",
                                          "1.3.6.1.4.1.62558.2.1",
                                          "clientAuth,1.3.6.1.4.1.62558.2.1" };
  for (size_t i = 0; i < G_N_ELEMENTS (purposes); i++) {
    g_autofree char *pem = chain_pem (leaf_key (), &(AuthorityRequest){ .purpose = purposes[i] });
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) chain = read_chain (pem, &error);
    g_assert_no_error (error);
    g_assert_nonnull (chain);
  }
}

static void
assert_refused (const char *pem, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (read_chain (pem, &error));
  g_assert_error (error, C2PA_ERROR, C2PA_ERROR_FAILED);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
}

static void
what_a_leaf_lacks_is_said (void)
{
  static const struct {
    AuthorityRequest request;
    const char *words;
  } rows[] = {
    { { .curve = "P-384" }, "not on the curve P-256" },
    { { .constraints = "critical,CA:TRUE" }, "CA:TRUE" },
    { { .usage = "" }, "lacks digitalSignature" },
    { { .usage = "critical,keyAgreement" }, "lacks digitalSignature" },
    { { .usage = "critical,digitalSignature,keyCertSign" }, "keyCertSign" },
    { { .purpose = "" }, "it has no extended key usage" },
    { { .purpose = "serverAuth" }, "its extended key usage is none that C2PA accepts" },
    { { .purpose = "anyExtendedKeyUsage,emailProtection" }, "'any'" },
    { { .key_id = "" }, "no authority key identifier" },
    { { .digest = "SHA1" }, "SHA-1" },
    { { .from_s = AUTHORITY_NOW_S + 86400 }, "not valid before 2026-11-1" },
    { { .from_s = 1577836800, .until_s = 1609459200 }, "expired on 2021-01-01T00:00:00Z" },
    { { .is_self_signed = true }, "self-signed" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    EVP_PKEY *key = rows[i].request.curve != NULL ? authority_new_key (rows[i].request.curve)
                                                  : leaf_key ();
    g_autofree char *pem = chain_pem (key, &rows[i].request);
    assert_refused (pem, rows[i].words);
    if (key != leaf_key ())
      EVP_PKEY_free (key);
  }
}

static void
an_rsa_certificate_is_refused (void)
{
  EVP_PKEY *key = EVP_RSA_gen (2048);
  g_autofree char *pem = chain_pem (key, &(AuthorityRequest){ 0 });
  assert_refused (pem, "not on the curve P-256");
  EVP_PKEY_free (key);
}

static void
the_order_of_a_chain_counts (void)
{
  const Authority *authority = authority_get ();
  X509 *leaf = authority_issue (leaf_key (), &(AuthorityRequest){ 0 });
  g_autofree char *turned = authority_pem (authority->intermediate, leaf, NULL),
                  *gap = authority_pem (leaf, authority->root, NULL),
                  *alone = authority_pem (leaf, NULL);
  X509_free (leaf);
  assert_refused (turned, "the first one in the file must be the signer's own");
  assert_refused (gap, "certificate 2 did not sign certificate 1");
  g_autoptr (GPtrArray) chain = read_chain (alone, NULL);
  g_assert_cmpuint (chain->len, ==, 1);
}

static void
what_is_no_chain_is_refused (void)
{
  g_autofree char *sound = chain_pem (leaf_key (), &(AuthorityRequest){ 0 }),
                  *key = authority_key_pem (leaf_key (), false, NULL);
  g_autofree char *cut = g_strndup (sound, strlen (sound) - 100);
  g_autofree char *damaged = g_strdup (sound);
  memset (strchr (damaged, '\n') + 40, 'A', 200);
  GString *many = g_string_new (NULL);
  for (unsigned i = 0; i < 5; i++)
    g_string_append (many, sound);
  g_autofree char *long_chain = g_string_free (many, FALSE);
  g_autofree char *large = g_strnfill (1 << 19, '\n');
  assert_refused ("", "there is no certificate in it");
  assert_refused ("hello", "there is no certificate in it");
  assert_refused (key, "there is no certificate in it");
  assert_refused (damaged, "certificate 1 cannot be read");
  assert_refused (cut, "certificate 3 cannot be read");
  assert_refused (long_chain, "more than 8 certificates");
  assert_refused (large, "is no certificate chain");
}

/* ---- keys ---- */

static C2paKey *
read_key (const char *pem, GError **error)
{
  g_autoptr (GPtrArray) chain = sound_chain ();
  return c2pa_key_read (pem, strlen (pem), chain, error);
}

static void
a_key_is_read_in_both_spellings (void)
{
  for (unsigned is_sec1 = 0; is_sec1 < 2; is_sec1++) {
    g_autofree char *pem = authority_key_pem (leaf_key (), is_sec1, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (C2paKey) key = read_key (pem, &error);
    g_assert_no_error (error);
    g_assert_nonnull (key);
  }
}

static void
assert_key_refused (const char *pem, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (read_key (pem, &error));
  g_assert_error (error, C2PA_ERROR, C2PA_ERROR_FAILED);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
}

static void
a_key_that_cannot_be_used_is_refused (void)
{
  EVP_PKEY *other = authority_new_key (NULL), *large = authority_new_key ("P-384");
  g_autofree char *of_other = authority_key_pem (other, false, NULL),
                  *of_large = authority_key_pem (large, false, NULL),
                  *locked = authority_key_pem (leaf_key (), false, "secret"),
                  *old_locked = authority_key_pem (leaf_key (), true, "secret"),
                  *good = authority_key_pem (leaf_key (), false, NULL);
  assert_key_refused (of_other, "does not belong to the first certificate");
  assert_key_refused (of_large, "P-256");
  assert_key_refused (locked, "passphrase");
  assert_key_refused (old_locked, "passphrase");
  assert_key_refused ("", "not a private key in PEM");
  good[strlen (good) / 2] = '\0';
  assert_key_refused (good, "a part of it is missing");
  EVP_PKEY_free (other);
  EVP_PKEY_free (large);
}

/* ---- signatures ---- */

static bool
sign_with (EVP_PKEY *pair, const char *text, uint8_t out_signature[64])
{
  g_autofree char *pem = authority_key_pem (pair, false, NULL);
  g_autoptr (C2paKey) key = read_key (pem, NULL);
  return c2pa_key_sign (key, text, strlen (text), out_signature, NULL);
}

static GBytes *
der_signature (EVP_PKEY *pair, const char *text)
{
  uint8_t der[80];
  size_t length = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, pair);
  g_assert_cmpint (
    EVP_DigestSign (context, der, &length, (const unsigned char *)text, strlen (text)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_bytes_new (der, length);
}

static void
a_key_signs_what_its_certificate_confirms (void)
{
  g_autoptr (GPtrArray) chain = sound_chain ();
  uint8_t signature[64], taken[64];
  g_autoptr (GError) error = NULL;
  g_assert_true (sign_with (leaf_key (), "claim", signature));
  assert_ok (c2pa_take_signature (chain, "claim", 5, signature, 64, taken, &error), error);
  g_assert_cmpmem (taken, 64, signature, 64);
}

/* Numbers are shorter now and then: with leading zeros they must not move. */
static void
a_signature_in_der_becomes_raw (void)
{
  g_autoptr (GPtrArray) chain = sound_chain ();
  for (unsigned i = 0; i < 300; i++) {
    g_autofree char *text = g_strdup_printf ("claim %u", i);
    uint8_t raw[64], again[64];
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) der = der_signature (leaf_key (), text);
    size_t n_der;
    const void *bytes = g_bytes_get_data (der, &n_der);
    assert_ok (c2pa_take_signature (chain, text, strlen (text), bytes, n_der, raw, &error), error);
    assert_ok (c2pa_take_signature (chain, text, strlen (text), raw, 64, again, &error), error);
    g_assert_cmpmem (raw, 64, again, 64);
  }
}

static void
assert_not_taken (const char *text, const void *given, size_t length, const char *words)
{
  g_autoptr (GPtrArray) chain = sound_chain ();
  g_autoptr (GError) error = NULL;
  uint8_t taken[64];
  g_assert_false (c2pa_take_signature (chain, text, strlen (text), given, length, taken, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
}

static void
a_signature_that_does_not_fit_is_not_taken (void)
{
  uint8_t signature[64], zeros[64] = { 0 };
  g_assert_true (sign_with (leaf_key (), "claim", signature));
  EVP_PKEY *other = authority_new_key (NULL);
  g_autoptr (GBytes) foreign = der_signature (other, "claim");
  EVP_PKEY_free (other);
  assert_not_taken ("clain", signature, 64, "does not fit the first certificate");
  assert_not_taken ("claim", zeros, 64, "does not fit the first certificate");
  assert_not_taken ("claim", g_bytes_get_data (foreign, NULL), g_bytes_get_size (foreign),
                    "does not fit the first certificate");
  assert_not_taken ("claim", signature, 63, "no ECDSA signature of P-256");
  assert_not_taken ("claim", "", 0, "no ECDSA signature of P-256");
  g_autofree char *large = g_strnfill (100000, '0');
  assert_not_taken ("claim", large, 100000, "no ECDSA signature of P-256");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/c2pa/key/" name, function)
  CLAIM ("a-sound-chain-is-read-without-its-root", a_sound_chain_is_read_without_its_root);
  CLAIM ("each-accepted-purpose-is-enough", each_accepted_purpose_is_enough);
  CLAIM ("what-a-leaf-lacks-is-said", what_a_leaf_lacks_is_said);
  CLAIM ("an-rsa-certificate-is-refused", an_rsa_certificate_is_refused);
  CLAIM ("the-order-of-a-chain-counts", the_order_of_a_chain_counts);
  CLAIM ("what-is-no-chain-is-refused", what_is_no_chain_is_refused);
  CLAIM ("a-key-is-read-in-both-spellings", a_key_is_read_in_both_spellings);
  CLAIM ("a-key-that-cannot-be-used-is-refused", a_key_that_cannot_be_used_is_refused);
  CLAIM ("a-key-signs-what-its-certificate-confirms", a_key_signs_what_its_certificate_confirms);
  CLAIM ("a-signature-in-der-becomes-raw", a_signature_in_der_becomes_raw);
  CLAIM ("a-signature-that-does-not-fit-is-not-taken", a_signature_that_does_not_fit_is_not_taken);
  return g_test_run ();
}
