/* What keys and certificates share. */
#pragma once

#include <stdbool.h>
#include <glib.h>
#include <openssl/x509.h>

/* The first certificate of a chain (see C2paSigner), or NULL. To be freed. */
X509 *c2pa_leaf (const GPtrArray *chain);
/* The first entry of a kind (NID_commonName), cut at a sane length; NULL: there is none. New string. */
char *c2pa_name_part (const X509_NAME *name, int nid);
bool c2pa_is_p256 (const EVP_PKEY *key);
/* For the readers of PEM, which ask for a passphrase at the terminal otherwise: there is none. */
int c2pa_give_no_passphrase (char *out, int size, int is_for_writing, void *data);
