/* Google's credential files as tests need them. Every secret in them has the word CANARY in it. */
#pragma once

#include <stdbool.h>
#include <openssl/evp.h>
#include <glib.h>

#define IMPERSONATION_URL                                                                          \
  "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/t@acme.example:"            \
  "generateAccessToken"

/* An RSA key that is made once, and what a file has of it. */
EVP_PKEY *google_key (void);
const char *google_key_pem (void);
/* Any key as PEM, with a passphrase if there is one. New string. */
char *pem_of (EVP_PKEY *key, const char *passphrase);

/* JSON texts; new strings. `more` is a list of members with a comma behind each, or "". */
char *service_account_text (const char *more);
char *user_text (const char *more);
char *external_text (const char *source, const char *more);
char *impersonated_text (const char *source);

/* No word of a secret, and no line of the key. */
void assert_no_secret (const char *text);
/* The same of the error, which must be just this; clears it. */
void assert_error_is (GError **error, const char *text);
