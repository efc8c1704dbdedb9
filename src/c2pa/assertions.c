/* A claim's assertions: that they are what the claim says, and that those are there which must be. */
#include "c2pa/reader.h"

C2paAssertion *
c2pa_assertion_of (const C2paPart *part, const JumbfBox *box)
{
  for (unsigned i = 0; box != NULL && i < part->assertions->len; i++) {
    C2paAssertion *assertion = part->assertions->pdata[i];
    if (assertion->box == box)
      return assertion;
  }
  return NULL;
}

/* ---- links ---- */

static void
check_link (C2paPart *part, const C2paLink *link)
{
  C2paReader *reader = part->reader;
  C2paManifest *manifest = part->manifest;
  g_autofree char *url = c2pa_absolute (part, link->url);
  bool is_redacted = g_hash_table_contains (reader->redacted, url);
  const JumbfBox *box = jumbf_find (reader->root, part->box, link->url);
  C2paAssertion *assertion = c2pa_assertion_of (part, box);
  if (assertion != NULL)
    assertion->is_named = true;
  if (is_redacted)
    return;
  if (box == NULL)
    c2pa_fail (manifest, "assertion.missing", url, "the claim names it, and it is not there");
  else if (assertion == NULL)
    c2pa_fail (manifest, "assertion.outsideManifest", url, NULL);
  else if (!c2pa_link_fits (reader, link, part->algorithm, box))
    c2pa_fail (manifest, "assertion.hashedURI.mismatch", url, "it is not what the claim says");
  else
    c2pa_succeed (manifest, "assertion.hashedURI.match", url);
}

static void
check_links (C2paPart *part, const char *key)
{
  const Cbor *list = cbor_get (part->claim, key);
  g_autofree char *claim_url = c2pa_absolute (part, part->claim_box->label);
  for (unsigned i = 0; i < cbor_length (list); i++) {
    C2paLink link;
    if (part->reader->n_links++ >= C2PA_MOST_LINKS) {
      c2pa_fail (part->manifest, "claim.malformed", claim_url, "it names too many assertions");
      return;
    }
    if (c2pa_link_read (cbor_item (list, i), &link))
      check_link (part, &link);
    else
      c2pa_fail (part->manifest, "claim.malformed", claim_url, "a link to an assertion is none");
  }
}

/* What was taken out is gone, or zeros: nobody answers for anything else that stands there. */
static bool
is_taken_out (const C2paReader *reader, const JumbfBox *box)
{
  const uint8_t *data = reader->bytes + box->data_at;
  return box->data_length == 0 ||
         (data[0] == 0 && memcmp (data, data + 1, box->data_length - 1) == 0);
}

void
c2pa_check_assertions (C2paPart *part)
{
  check_links (part, part->is_v2 ? "created_assertions" : "assertions");
  if (part->is_v2)
    check_links (part, "gathered_assertions");
  for (unsigned i = 0; i < part->assertions->len; i++) {
    const C2paAssertion *assertion = part->assertions->pdata[i];
    g_autofree char *path = g_strconcat ("c2pa.assertions/", assertion->box->label, NULL);
    g_autofree char *url = c2pa_absolute (part, path);
    bool is_redacted = g_hash_table_contains (part->reader->redacted, url);
    if (is_redacted && !is_taken_out (part->reader, assertion->box))
      c2pa_fail (part->manifest, "assertion.notRedacted", url, "it was to be taken out");
    else if (!is_redacted && !assertion->is_named)
      c2pa_fail (part->manifest, "assertion.undeclared", url, "the claim does not name it");
  }
}

/* ---- what must be there ---- */

static void
check_bindings (C2paPart *part)
{
  unsigned count = 0;
  for (unsigned i = 0; i < part->assertions->len; i++) {
    const C2paAssertion *assertion = part->assertions->pdata[i];
    count += c2pa_is_binding (assertion->box->label);
  }
  g_autofree char *url = c2pa_absolute (part, "c2pa.assertions");
  if (part->manifest->is_update && count > 0)
    c2pa_fail (part->manifest, "manifest.update.invalid", url, "it binds a file of its own");
  else if (!part->manifest->is_update && count == 0)
    c2pa_fail (part->manifest, "claim.hardBindings.missing", url,
               "no assertion binds it to a file");
  else if (count > 1)
    c2pa_fail (part->manifest, "assertion.multipleHardBindings", url, NULL);
}

static void
check_parents (C2paPart *part)
{
  unsigned count = 0;
  const Cbor *ingredient;
  for (unsigned at = 0; (ingredient = c2pa_next_ingredient (part, &at)) != NULL;)
    count += g_strcmp0 (cbor_get_text (ingredient, "relationship"), "parentOf") == 0;
  g_autofree char *url = c2pa_absolute (part, "c2pa.assertions");
  if (part->manifest->is_update && count != 1)
    c2pa_fail (part->manifest, "manifest.update.wrongParents", url, "it has not one parent");
  else if (count > 1)
    c2pa_fail (part->manifest, "manifest.multipleParents", url, NULL);
}

/* c2pa.opened: of one ingredient, the parent. */
static void
check_opened (C2paPart *part, const Cbor *action, const char *url)
{
  const Cbor *parameters = cbor_get (action, "parameters");
  const Cbor *ingredients = cbor_get (parameters, "ingredients");
  C2paLink link;
  bool is_linked = c2pa_link_read (cbor_length (ingredients) > 0
                                     ? cbor_item (ingredients, 0)
                                     : cbor_get (parameters, "ingredient"),
                                   &link);
  const C2paAssertion *assertion = is_linked
                                     ? c2pa_assertion_of (
                                         part, jumbf_find (part->reader->root, part->box, link.url))
                                     : NULL;
  if (assertion == NULL || !c2pa_is_label (assertion->box->label, "c2pa.ingredient") ||
      g_strcmp0 (cbor_get_text (assertion->value, "relationship"), "parentOf") != 0 ||
      !c2pa_link_fits (part->reader, &link, part->algorithm, assertion->box))
    c2pa_fail (part->manifest, "assertion.action.ingredientMismatch", url,
               "what was opened is not its parent");
}

/* A picture was created or opened: once, and before all else. */
static void
check_actions (C2paPart *part)
{
  g_autofree char *url = c2pa_absolute (part, "c2pa.assertions/c2pa.actions.v2");
  unsigned n_beginnings = 0;
  for (unsigned i = 0; i < part->assertions->len; i++) {
    const C2paAssertion *assertion = part->assertions->pdata[i];
    if (!c2pa_is_label (assertion->box->label, "c2pa.actions"))
      continue;
    const Cbor *list = cbor_get (assertion->value, "actions");
    for (unsigned k = 0; k < cbor_length (list); k++) {
      const char *word = cbor_get_text (cbor_item (list, k), "action");
      bool is_opened = g_strcmp0 (word, "c2pa.opened") == 0;
      if (!is_opened && g_strcmp0 (word, "c2pa.created") != 0)
        continue;
      n_beginnings += k == 0 ? 1 : 2;
      if (is_opened && n_beginnings == 1)
        check_opened (part, cbor_item (list, k), url);
    }
  }
  if (n_beginnings != 1)
    c2pa_fail (part->manifest, "assertion.action.malformed", url,
               "created or opened must be the first action, once");
}

void
c2pa_check_rules (C2paPart *part)
{
  check_bindings (part);
  check_parents (part);
  if (part->is_v2 && !part->manifest->is_update)
    check_actions (part);
}
