/* What a new manifest is made of: one function for each of its boxes.
 *
 *     c2pa
 *       …the parent's manifests…
 *       urn:c2pa:…            c2ma
 *         c2pa.assertions     c2as
 *           c2pa.ingredient.v3, c2pa.actions.v2, c2pa.hash.data or c2pa.hash.bmff.v3
 *         c2pa.claim.v2       c2cl   names the assertions by their hashes
 *         c2pa.signature      c2cs   COSE, over the claim */
#pragma once

#include "c2pa/write.h"
#include "c2pa/cbor.h"
#include "c2pa/jumbf.h"

/* The parent's store, as far as it can be carried on; all NULL when it cannot, or when there is none. */
typedef struct {
  const uint8_t *bytes;
  JumbfBox *root;
  const JumbfBox *active, *signature; /* in root; there may be no signature */
  const C2paReport *report;
  C2paReport *own_report; /* when the caller had none */
  char *trouble;          /* there is a store, but not one that can be carried: why */
} C2paParent;
void c2pa_parent_init (C2paParent *parent, const C2paClaim *claim);
void c2pa_parent_clear (C2paParent *parent);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (C2paParent, c2pa_parent_clear)
/* Appends its manifests as they are. */
void c2pa_parent_put_manifests (const C2paParent *parent, GByteArray *out);
/* The values of the assertions "c2pa.ingredient.v3" and "c2pa.actions.v2". */
void c2pa_put_ingredient (GByteArray *out, const C2paParent *parent, const C2paClaim *claim);
void c2pa_put_actions (GByteArray *out, const C2paClaim *claim, const Digest *ingredient_hash);

/* How the manifest holds on to the file. */
typedef struct {
  bool is_bmff;      /* hashed by boxes */
  size_t at, length; /* else: the stretch that is left out; length 0: none */
  uint8_t hash[DIGEST_BYTES];
} C2paBinding;
const char *c2pa_binding_label (const C2paBinding *binding);
/* Its value: of the same length whatever the numbers are. */
void c2pa_put_binding (GByteArray *out, const C2paBinding *binding);

/* A URI, and the hash of the box's content that it names. */
void c2pa_put_hashed_uri (GByteArray *out, const char *uri, const Digest *hash);
/* Text of strangers made fit for CBOR. */
void c2pa_put_safe_text (GByteArray *out, const char *text);
/* A UUID that follows from the arguments. New string. */
char *c2pa_make_uuid (const char *name, unsigned number, const Digest *digest);

/* The COSE_Sign1 structure over the claim; `is_for_size`: nobody is asked to sign, it has zeros. */
bool c2pa_put_signature (GByteArray *out, const C2paSigner *signer, bool is_for_size,
                         const GByteArray *claim_cbor, GError **error);
