/* Inside c2pa: what the files that read a store share. */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "c2pa/c2pa.h"
#include "c2pa/cbor.h"
#include "c2pa/jumbf.h"

#define C2PA_UNTRUSTED "signingCredential.untrusted"
#define C2PA_EXPIRED "signingCredential.expired"

enum {
  C2PA_MOST_MANIFESTS = 64,
  /* Of all manifests together: */
  C2PA_MOST_LINKS = 4096, /* hashed URIs that are followed */
  C2PA_MOST_VALUES = 2 * CBOR_MOST_VALUES,
};

/* A store being read. Its boxes are hashed once, whoever names them. */
typedef struct {
  const uint8_t *bytes;
  size_t length;
  GBytes *file; /* or NULL */
  const C2paTrust *trust;
  X509_STORE *anchors; /* of trust; NULL: not read yet, or nobody */
  JumbfBox *root;
  GHashTable *hashes;   /* JumbfBox* → its hashes */
  GHashTable *redacted; /* absolute URIs of assertions that the chain's manifests took out */
  GPtrArray *parts;     /* C2paPart*, in the order of the store */
  unsigned n_links, n_values;
  int source_rank; /* the strongest of the vocabulary so far */
  C2paReport *report;
} C2paReader;

/* A link to a box, with the hash of what it was when the link was made. */
typedef struct {
  const char *url;
  const char *algorithm; /* or NULL: that of the claim */
  GBytes *hash;
} C2paLink;

/* An assertion: its box, and what it holds when that is CBOR. */
typedef struct {
  const JumbfBox *box;
  Cbor *value;
  bool is_named; /* by the claim */
} C2paAssertion;

typedef struct {
  C2paReader *reader;
  C2paManifest *manifest; /* of the report */
  const JumbfBox *box;
  const JumbfBox *claim_box, *signature_box; /* or NULL */
  Cbor *claim;
  const char *algorithm; /* of hashes, as the claim has it */
  bool is_v2;            /* c2pa.claim.v2 */
  GPtrArray *assertions; /* C2paAssertion*, as they stand in the store */
  bool is_in_chain;      /* the active one, or an ingredient of one in the chain */
  bool is_open;          /* while its ingredients are being marked */
  bool has_redactions;   /* so that its box is not what it was */
  unsigned looked_at;    /* 0; 1: its ingredients are being looked at; 2: they were */
} C2paPart;

/* ---- c2pa/report.c ---- */

C2paReport *c2pa_report_new (void);
C2paManifest *c2pa_report_add_manifest (C2paReport *report, const char *label);
void c2pa_succeed (C2paManifest *manifest, const char *code, const char *url);
void c2pa_inform (C2paManifest *manifest, const char *code, const char *url,
                  const char *explanation);
/* Once of the same code and URL. Always false. */
bool c2pa_fail (C2paManifest *manifest, const char *code, const char *url, const char *explanation);
/* Does it make a manifest invalid? Not being trusted does not. */
bool c2pa_is_serious (const C2paStatus *failure);
/* No serious failure. */
bool c2pa_manifest_holds (const C2paManifest *manifest);

/* ---- c2pa/place.c ---- */

/* Is there a place anywhere in the bytes, or may there be one? Linear. */
bool c2pa_may_tell_place (GBytes *store);

/* ---- c2pa/hash.c ---- */

/* "sha256", "sha384", "sha512"; NULL for every other word and for none. */
const EVP_MD *c2pa_digest (const char *name);
/* Hash of a file without the ranges (see c2pa_hash_data). */
bool c2pa_hash_ranges (GBytes *file, const EVP_MD *digest, const C2paRange *ranges,
                       unsigned n_ranges, uint8_t out_hash[EVP_MAX_MD_SIZE]);
/* Of a BMFF file's boxes, for which `exclusions` (see c2pa.hash.bmff) say what is left out. False with
 * *out_trouble set when that is not done here, or with NULL when the file is not a row of boxes. */
bool c2pa_hash_boxes (GBytes *file, const EVP_MD *digest, const Cbor *exclusions, bool has_offsets,
                      uint8_t out_hash[EVP_MAX_MD_SIZE], const char **out_trouble);

/* ---- c2pa/links.c ---- */

/* {url, hash, alg} of a map; false when it is none. */
bool c2pa_link_read (const Cbor *value, C2paLink *out_link);
/* Does the box have the link's hash? `algorithm`: when the link names none. */
bool c2pa_link_fits (C2paReader *reader, const C2paLink *link, const char *algorithm,
                     const JumbfBox *box);
/* "self#jumbf=/c2pa/LABEL/c2pa.assertions/X", whatever the form of `url`. New string. */
char *c2pa_absolute (const C2paPart *part, const char *url);

/* ---- c2pa/signature.c, c2pa/certificate.c ---- */

/* Checks the claim's signature and who made it. */
void c2pa_check_signature (C2paPart *part);
/* When a time stamp says that a claim was signed; 0: there is none. */
typedef struct {
  int64_t seconds;
  bool is_trusted; /* its authority stands under an anchor */
} C2paStamp;

/* Reads names and dates of the leaf, and checks its form, its dates at the time of the stamp (else
 * now) and its issuers. `value`: DER, leaf first. NULL: no key can be had of it. */
EVP_PKEY *c2pa_check_certificate (C2paPart *part, const Cbor *value, const C2paStamp *stamp);
/* Of those who are trusted, read once; NULL when nobody is. Borrowed. */
X509_STORE *c2pa_anchors (C2paReader *reader);
/* "2026-01-31T10:00:00Z" */
char *c2pa_date (int64_t seconds);

/* ---- c2pa/assertions.c, c2pa/binding.c ---- */

/* The assertion of this box, or NULL. */
C2paAssertion *c2pa_assertion_of (const C2paPart *part, const JumbfBox *box);
/* The claim's links to assertions. */
void c2pa_check_assertions (C2paPart *part);
/* What must be there, once, and in which order. */
void c2pa_check_rules (C2paPart *part);
/* Does the file have the hash that the manifest names? Failures go to `active`. */
void c2pa_check_binding (C2paPart *part, C2paManifest *active);
bool c2pa_is_binding (const char *label);

/* ---- c2pa/content.c ---- */

/* Actions and ingredients into the manifest; source type, watermark and place into the report. */
void c2pa_read_content (C2paPart *part);
bool c2pa_is_label (const char *label, const char *base); /* "base", "base.v2", "base__1" */

/* ---- c2pa/ingredients.c ---- */

/* The link to an ingredient's manifest; false when there is none. */
bool c2pa_ingredient_link (const Cbor *ingredient, C2paLink *out_link);
/* The manifest of an ingredient, if it is in the store, or NULL. */
C2paPart *c2pa_ingredient_part (const C2paPart *part, const Cbor *ingredient);
/* The assertions that are ingredients, one after the other: the first at or behind *at, which is
 * set behind it; NULL: no more. */
const Cbor *c2pa_next_ingredient (const C2paPart *part, unsigned *at);
/* Its parent by a parentOf ingredient, or NULL. */
C2paPart *c2pa_parent (const C2paPart *part);
/* Marks the chain, and what its manifests redact. */
void c2pa_mark_chain (C2paPart *part);
/* Are the manifests of its ingredients what they were, and does it own up to what is wrong in them? */
void c2pa_check_ingredients (C2paPart *part);
