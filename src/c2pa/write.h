/* A new manifest for a derivative: the original is its parent, what was done are its actions.
 *
 *     store = all manifests of the parent's store, unchanged + ours, which is the active one
 *
 * Everything but the signature follows from the arguments: the label and instance ids are made of the
 * derivative's fingerprint, no clock is read. */
#pragma once

#include "c2pa/c2pa.h"
#include "metadata/container.h"
#include "base/digest.h"

/* Lets go of what OpenSSL keeps for a thread that read or signed: before the thread ends, or rests. */
void c2pa_thread_end (void);

typedef struct {
  const char *action;      /* "c2pa.resized" */
  const char *description; /* or NULL */
} C2paStep;

typedef struct {
  GBytes *parent_store; /* of the original; NULL: it has none */
  const C2paReport
    *parent; /* of that store, with the original's binding checked or its summary set; or NULL */
  const Digest *original; /* of the original's bytes */
  const char *original_format,
    *original_title;          /* "image/png"; a file's or image's name without folders */
  const char *format, *title; /* of the derivative; a claim of version 2 holds the title alone */
  const Digest *fingerprint;  /* of the derivative */
  const char
    *source_type;        /* DigitalSourceType term that the derivative is labelled with, or NULL */
  const C2paStep *steps; /* after "c2pa.opened", which is always the first */
  unsigned n_steps;
  const char *generator, *generator_version; /* "Peel", "0.1.0" */
} C2paClaim;

/* Who signs. The function signs `bytes` by ES256 (ECDSA P-256 with SHA-256): r and s, 32 bytes each. */
typedef struct {
  void *data;
  GPtrArray *chain; /* GBytes*: DER certificates, the leaf first, no root */
  bool (*sign) (void *data, const void *bytes, size_t length, uint8_t out_signature[64],
                GError **error);
} C2paSigner;

/* How many bytes the store will have, for who must know before the file is there: exactly so many in a file of
 * this kind, or beside one that takes none; beside another it is at most so many. 0: it would be over the limit. */
size_t c2pa_store_size (const C2paClaim *claim, const C2paSigner *signer, ContainerKind kind);

/* A copy of `file` (which has no store) with the store inside: PNG, JPEG, WebP, BMFF. */
bool c2pa_embed (GBytes *file, const C2paClaim *claim, const C2paSigner *signer, GBytes **out_file,
                 GError **error);
/* The store that stands beside the file as it is: any format. */
bool c2pa_write_sidecar (GBytes *file, const C2paClaim *claim, const C2paSigner *signer,
                         GBytes **out_store, GError **error);
/* The same for a file of which only its SHA-256 is at hand: any format but BMFF. */
bool c2pa_write_sidecar_of (const Digest *content, const C2paClaim *claim, const C2paSigner *signer,
                            GBytes **out_store, GError **error);

/* ---- certificates and keys (c2pa/chain.c, c2pa/key.c) ---- */

/* PEM text to a chain, leaf first, checked by what C2PA asks of a signing certificate (14.5): v3, no CA,
 * digitalSignature, an extended key usage that is accepted, P-256, authority key id, within its dates
 * at `now_s` (Unix time). Errors say which of these does not hold and what to do. */
GPtrArray *c2pa_read_chain (const char *pem, size_t length, int64_t now_s, GError **error);
/* Whom the leaf names. *out_ends_s: the Unix time at which the first of the chain expires. New string. */
char *c2pa_chain_describe (const GPtrArray *chain, int64_t *out_ends_s);
/* SHA-256 of all of them, one behind the other: manifests hold them all. */
Digest c2pa_chain_id (const GPtrArray *chain);

typedef struct C2paKey C2paKey;
/* A P-256 private key from PEM text (PKCS#8 or SEC1, not encrypted), which must fit the leaf. */
C2paKey *c2pa_key_read (const char *pem, size_t length, const GPtrArray *chain, GError **error);
void c2pa_key_free (C2paKey *key); /* wipes it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (C2paKey, c2pa_key_free)
/* C2paSigner.sign with a C2paKey. Any thread. */
bool c2pa_key_sign (void *key, const void *bytes, size_t length, uint8_t out_signature[64],
                    GError **error);
/* r and s out of what a signing program gave: 64 bytes raw, or DER. Checked against the leaf's public key, so
 * that a program that signs with another key is told at once. */
bool c2pa_take_signature (const GPtrArray *chain, const void *signed_bytes, size_t signed_length,
                          const void *given, size_t given_length, uint8_t out_signature[64],
                          GError **error);
