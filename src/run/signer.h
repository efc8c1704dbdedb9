/* Signs Content Credentials as the configuration says: by a key that is read here, or by a program
 * that is run for each signature. */
#pragma once

#include "c2pa/write.h"
#include "pipeline/signing.h"

typedef struct Signer Signer;

/* Reads the certificates and the key, and checks that they go together and may sign: RUN_ERROR_INVALID tells
 * what to do where they do not. A program is not run. */
Signer *signer_new (const Signing *signing, GError **error);
void signer_free (Signer *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Signer, signer_free)

/* Whom the certificate names, and the Unix time at which it (or one above it) expires. New string. */
char *signer_describe (const Signer *signer, int64_t *out_ends_s);
/* What tells one certificate from another: part of the fingerprint of what it signs. */
Digest signer_certificate (const Signer *signer);
/* Borrowed. Its `sign` may be called by any thread. */
const C2paSigner *signer_c2pa (Signer *signer);
