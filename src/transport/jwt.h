/* JSON Web Tokens signed with RS256 (RFC 7515, 7519), as Google takes them from service accounts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct JwtKey JwtKey;

/* An RSA private key in PEM (PKCS#8 or PKCS#1), without a passphrase. No error repeats any of it. */
JwtKey *jwt_key_new (const char *pem, GError **error);
void jwt_key_free (JwtKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JwtKey, jwt_key_free)

/* Those that are NULL are left out, here and in the token. */
typedef struct {
  const char *key_id;
  const char *issuer;
  const char *subject;
  const char *audience;
  const char *scope;
  int64_t issued_s; /* since 1970 */
  int64_t expires_s;
} JwtClaims;

/* header.claims.signature, each base64url without padding. New string: secret_free(). */
char *jwt_sign (const JwtKey *key, const JwtClaims *claims, GError **error);
