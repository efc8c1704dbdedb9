/* The chain of manifests: whether each is what it was when the next was made of it.
 *
 * A manifest that owns up to the faults of an ingredient (validationResults) is not made invalid by
 * them; one that does not is. */
#include "c2pa/reader.h"

bool
c2pa_ingredient_link (const Cbor *ingredient, C2paLink *out_link)
{
  return c2pa_link_read (cbor_get (ingredient, "activeManifest"), out_link) ||
         c2pa_link_read (cbor_get (ingredient, "c2pa_manifest"), out_link);
}

static C2paPart *
part_of (const C2paReader *reader, const JumbfBox *box)
{
  for (unsigned i = 0; box != NULL && i < reader->parts->len; i++) {
    C2paPart *part = reader->parts->pdata[i];
    if (part->box == box)
      return part;
  }
  return NULL;
}

C2paPart *
c2pa_ingredient_part (const C2paPart *part, const Cbor *ingredient)
{
  C2paLink link;
  if (!c2pa_ingredient_link (ingredient, &link))
    return NULL;
  return part_of (part->reader, jumbf_find (part->reader->root, part->box, link.url));
}

const Cbor *
c2pa_next_ingredient (const C2paPart *part, unsigned *at)
{
  while (*at < part->assertions->len) {
    const C2paAssertion *assertion = part->assertions->pdata[(*at)++];
    if (assertion->value != NULL && c2pa_is_label (assertion->box->label, "c2pa.ingredient"))
      return assertion->value;
  }
  return NULL;
}

C2paPart *
c2pa_parent (const C2paPart *part)
{
  const Cbor *ingredient;
  for (unsigned at = 0; (ingredient = c2pa_next_ingredient (part, &at)) != NULL;) {
    if (g_strcmp0 (cbor_get_text (ingredient, "relationship"), "parentOf") == 0)
      return c2pa_ingredient_part (part, ingredient);
  }
  return NULL;
}

/* ---- the chain ---- */

/* The manifest in which something stands, or NULL. */
static C2paPart *
owner_of (const C2paReader *reader, const char *url)
{
  for (unsigned i = 0; i < reader->parts->len; i++) {
    C2paPart *part = reader->parts->pdata[i];
    g_autofree char *start = c2pa_absolute (part, "");
    if (g_str_has_prefix (url, start))
      return part;
  }
  return NULL;
}

/* Only what an ingredient says can be taken out: never one's own, nor that of who was made of it later. */
static void
mark_redacted (C2paPart *part, const char *named)
{
  C2paReader *reader = part->reader;
  g_autofree char *url = c2pa_absolute (part, named);
  C2paPart *owner = owner_of (reader, url);
  const char *label = strrchr (url, '/') + 1;
  if (owner == NULL)
    return;
  if (owner->is_open)
    c2pa_fail (part->manifest, "assertion.selfRedacted", url, NULL);
  else if (c2pa_is_label (label, "c2pa.actions"))
    c2pa_fail (part->manifest, "assertion.action.redacted", url, NULL);
  else if (c2pa_is_binding (label))
    c2pa_fail (part->manifest, "assertion.dataHash.redacted", url, NULL);
  else {
    g_hash_table_add (reader->redacted, g_strdup (url));
    owner->has_redactions = true;
  }
}

void
c2pa_mark_chain (C2paPart *part)
{
  enum { MOST_REDACTIONS = 256 };
  part->is_in_chain = part->is_open = true;
  const Cbor *list = cbor_get (part->claim, "redacted_assertions");
  for (unsigned i = 0; i < MIN (cbor_length (list), MOST_REDACTIONS); i++) {
    const char *url = cbor_text (cbor_item (list, i));
    if (url != NULL)
      mark_redacted (part, url);
  }
  const Cbor *ingredient;
  for (unsigned at = 0; (ingredient = c2pa_next_ingredient (part, &at)) != NULL;) {
    C2paPart *other = c2pa_ingredient_part (part, ingredient);
    if (other != NULL && !other->is_in_chain)
      c2pa_mark_chain (other);
  }
  part->is_open = false;
}

/* ---- what an ingredient owns up to ---- */

static bool
is_same_place (const char *a, const char *b)
{
  const char *last_a = a != NULL ? strrchr (a, '/') : NULL;
  const char *last_b = b != NULL ? strrchr (b, '/') : NULL;
  return last_a == NULL || last_b == NULL || strcmp (last_a, last_b) == 0;
}

static bool
lists (const Cbor *statuses, const C2paStatus *failure)
{
  for (unsigned i = 0; i < cbor_length (statuses); i++) {
    const Cbor *status = cbor_item (statuses, i);
    if (g_strcmp0 (cbor_get_text (status, "code"), failure->code) == 0 &&
        is_same_place (cbor_get_text (status, "url"), failure->url))
      return true;
  }
  return false;
}

static bool
owns_up_to (const Cbor *ingredient, const C2paStatus *failure)
{
  const Cbor *results = cbor_get (ingredient, "validationResults");
  if (lists (cbor_get (cbor_get (results, "activeManifest"), "failure"), failure) ||
      lists (cbor_get (ingredient, "validationStatus"), failure))
    return true;
  const Cbor *deltas = cbor_get (results, "ingredientDeltas");
  for (unsigned i = 0; i < cbor_length (deltas); i++) {
    const Cbor *delta = cbor_get (cbor_item (deltas, i), "validationDeltas");
    if (lists (cbor_get (delta, "failure"), failure))
      return true;
  }
  return false;
}

/* ---- the checks ---- */

static void
check_links (C2paPart *part, const C2paPart *other, const Cbor *ingredient, const C2paLink *link)
{
  C2paReader *reader = part->reader;
  g_autofree char *url = c2pa_absolute (part, link->url);
  if (!other->has_redactions && !c2pa_link_fits (reader, link, part->algorithm, other->box))
    c2pa_fail (part->manifest, "ingredient.manifest.mismatch", url,
               "the ingredient's manifest is not what it was");
  else
    c2pa_succeed (part->manifest, "ingredient.manifest.validated", url);
  C2paLink signature;
  if (!c2pa_link_read (cbor_get (ingredient, "claimSignature"), &signature)) {
    if (other->has_redactions)
      c2pa_fail (part->manifest, "ingredient.claimSignature.missing", url, NULL);
    return;
  }
  const JumbfBox *box = jumbf_find (reader->root, part->box, signature.url);
  g_autofree char *signature_url = c2pa_absolute (part, signature.url);
  if (box == NULL || box != other->signature_box)
    c2pa_fail (part->manifest, "ingredient.claimSignature.missing", signature_url, NULL);
  else if (!c2pa_link_fits (reader, &signature, part->algorithm, box))
    c2pa_fail (part->manifest, "ingredient.claimSignature.mismatch", signature_url, NULL);
  else
    c2pa_succeed (part->manifest, "ingredient.claimSignature.validated", signature_url);
}

static void
check_ingredient (C2paPart *part, const Cbor *ingredient)
{
  C2paLink link;
  if (!c2pa_ingredient_link (ingredient, &link))
    return;
  if (part->reader->n_links++ >= C2PA_MOST_LINKS) {
    g_autofree char *url = c2pa_absolute (part, "");
    c2pa_fail (part->manifest, "claim.malformed", url, "the store has too many links");
    return;
  }
  C2paPart *other = c2pa_ingredient_part (part, ingredient);
  if (other == NULL) {
    g_autofree char *url = c2pa_absolute (part, link.url);
    c2pa_fail (part->manifest, "ingredient.manifest.missing", url,
               "the ingredient's manifest is not in the store");
    return;
  }
  check_links (part, other, ingredient, &link);
  if (other->looked_at == 0)
    c2pa_check_ingredients (other);
  for (unsigned i = 0; other != part && i < other->manifest->failures->len; i++) {
    const C2paStatus *failure = other->manifest->failures->pdata[i];
    /* That a certificate has expired since says nothing of then. */
    if (c2pa_is_serious (failure) && strcmp (failure->code, C2PA_EXPIRED) != 0 &&
        !owns_up_to (ingredient, failure))
      c2pa_fail (part->manifest, failure->code, failure->url,
                 "of an ingredient, which does not say so");
  }
}

void
c2pa_check_ingredients (C2paPart *part)
{
  part->looked_at = 1;
  const Cbor *ingredient;
  for (unsigned at = 0; (ingredient = c2pa_next_ingredient (part, &at)) != NULL;)
    check_ingredient (part, ingredient);
  part->looked_at = 2;
}
