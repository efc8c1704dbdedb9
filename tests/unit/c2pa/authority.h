/* Certificates to sign Content Credentials with, sound ones and such that miss something. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { AUTHORITY_NOW_S = 1795000000 }; /* 2026-11-18: the tests' clock */

/* What is asked for; all zero is a sound leaf. Texts as openssl.cnf has them; "": without the extension. */
typedef struct {
  const char *curve;       /* NULL: P-256 */
  const char *constraints; /* NULL: "critical,CA:FALSE" */
  const char *usage;       /* NULL: "critical,digitalSignature" */
  const char *purpose;     /* of the key, NULL: "emailProtection" */
  const char *key_id;      /* of the authority, NULL: "keyid" */
  const char *digest;      /* that it is signed with, NULL: SHA-256 */
  int64_t from_s, until_s; /* 0: a day before, a year after now */
  bool is_self_signed;
} AuthorityRequest;

typedef struct {
  EVP_PKEY *root_key, *intermediate_key;
  X509 *root, *intermediate;
} Authority;
/* One for all tests. */
const Authority *authority_get (void);

EVP_PKEY *authority_new_key (const char *curve);
/* A leaf of the intermediate for this key. */
X509 *authority_issue (EVP_PKEY *key, const AuthorityRequest *request);
/* PEM, one after the other, to a NULL. New string. */
char *authority_pem (X509 *first, ...) G_GNUC_NULL_TERMINATED;
/* PKCS#8, or with `is_sec1` as `openssl ecparam -genkey` writes it. */
char *authority_key_pem (EVP_PKEY *key, bool is_sec1, const char *passphrase);
