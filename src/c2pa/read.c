/* Reads a store of manifests:
 *
 *     c2pa                       type c2pa
 *       urn:c2pa:…               c2ma (or c2um: an update)
 *         c2pa.assertions        c2as, of boxes of CBOR, JSON or pictures
 *         c2pa.claim[.v2]        c2cl
 *         c2pa.signature         c2cs
 *
 * Every manifest is judged by itself first (claim, signature, assertions, rules), then the chain
 * of ingredients from the active one, then its binding to the file. */
#include "c2pa/reader.h"

#include "metadata/vocabulary.h"

static void
assertion_free (gpointer data)
{
  C2paAssertion *assertion = data;
  cbor_free (assertion->value);
  g_free (assertion);
}

static void
part_free (gpointer data)
{
  C2paPart *part = data;
  cbor_free (part->claim);
  g_ptr_array_unref (part->assertions);
  g_free (part);
}

static unsigned
count_values (const Cbor *value)
{
  unsigned count = 1;
  for (unsigned i = 0; value->items != NULL && i < value->items->len; i++)
    count += count_values (value->items->pdata[i]);
  return count;
}

/* NULL: it is no CBOR, or the store has more of it than it may. */
static Cbor *
read_value (C2paReader *reader, const JumbfBox *box)
{
  if (strcmp (box->data_type, "cbor") != 0 || reader->n_values > C2PA_MOST_VALUES)
    return NULL;
  Cbor *value = cbor_read (reader->bytes + box->data_at, box->data_length, NULL);
  reader->n_values += value != NULL ? count_values (value) : 0;
  return value;
}

static void
read_assertions (C2paPart *part)
{
  const JumbfBox *store = jumbf_child (part->box, "c2pa.assertions");
  for (unsigned i = 0; store != NULL && i < store->children->len; i++) {
    C2paAssertion *assertion = g_new0 (C2paAssertion, 1);
    assertion->box = store->children->pdata[i];
    assertion->value = read_value (part->reader, assertion->box);
    g_ptr_array_add (part->assertions, assertion);
    if (assertion->value != NULL || strcmp (assertion->box->data_type, "cbor") != 0)
      continue;
    g_autofree char *path = g_strconcat ("c2pa.assertions/", assertion->box->label, NULL);
    g_autofree char *url = c2pa_absolute (part, path);
    c2pa_fail (part->manifest, "assertion.cbor.invalid", url, "it cannot be read");
  }
}

static void
read_claim (C2paPart *part)
{
  g_autofree char *url = c2pa_absolute (part, "");
  unsigned n_claims = 0;
  for (unsigned i = 0; i < part->box->children->len; i++) {
    const JumbfBox *box = part->box->children->pdata[i];
    if (strcmp (box->type, "c2cs") == 0 && part->signature_box == NULL)
      part->signature_box = box;
    if (strcmp (box->type, "c2cl") == 0 && n_claims++ == 0)
      part->claim_box = box;
  }
  if (n_claims != 1) {
    c2pa_fail (part->manifest, n_claims == 0 ? "claim.missing" : "claim.multiple", url, NULL);
    return;
  }
  part->is_v2 = c2pa_is_label (part->claim_box->label, "c2pa.claim") &&
                strcmp (part->claim_box->label, "c2pa.claim") != 0;
  part->claim = read_value (part->reader, part->claim_box);
  if (part->claim == NULL)
    c2pa_fail (part->manifest, "claim.cbor.invalid", url, "it cannot be read");
  const char *algorithm = cbor_get_text (part->claim, "alg");
  part->algorithm = algorithm != NULL ? algorithm : "sha256";
}

static void
add_part (C2paReader *reader, const JumbfBox *box)
{
  C2paPart *part = g_new0 (C2paPart, 1);
  part->reader = reader;
  part->box = box;
  part->manifest = c2pa_report_add_manifest (reader->report, box->label);
  part->manifest->is_update = strcmp (box->type, "c2um") == 0;
  part->assertions = g_ptr_array_new_with_free_func (assertion_free);
  g_ptr_array_add (reader->parts, part);
}

static void
check_part (C2paPart *part)
{
  c2pa_read_content (part);
  if (part->claim == NULL)
    return;
  c2pa_check_signature (part);
  c2pa_check_assertions (part);
  c2pa_check_rules (part);
}

/* The manifest that binds the file: the active one, or of updates what they update. */
static C2paPart *
find_bound (C2paPart *part)
{
  for (unsigned i = 0; part != NULL && part->manifest->is_update; i++)
    part = i < C2PA_MOST_MANIFESTS ? c2pa_parent (part) : NULL;
  return part;
}

static void
check_file (C2paPart *bound, C2paPart *active)
{
  g_autofree char *url = c2pa_absolute (active, "c2pa.assertions");
  if (bound != NULL)
    c2pa_check_binding (bound, active->manifest);
  else
    c2pa_fail (active->manifest, "claim.hardBindings.missing", url,
               "what it updates is not in the store");
}

static void
check_parts (C2paReader *reader)
{
  for (unsigned i = 0; i < reader->parts->len; i++) {
    C2paPart *part = reader->parts->pdata[i];
    read_claim (part);
    read_assertions (part);
  }
  C2paPart *active = reader->parts->pdata[reader->parts->len - 1];
  active->manifest->is_active = true;
  c2pa_mark_chain (active);
  for (unsigned i = 0; i < reader->parts->len; i++)
    check_part (reader->parts->pdata[i]);
  c2pa_check_ingredients (active);
  C2paPart *bound = find_bound (active);
  if (reader->file != NULL)
    check_file (bound, active);

  C2paReport *report = reader->report;
  report->source_type = g_strdup (vocabulary_term (reader->source_rank));
  report->state = !c2pa_manifest_holds (active->manifest) ? C2PA_STATE_INVALID
                  : active->manifest->is_trusted          ? C2PA_STATE_TRUSTED
                                                          : C2PA_STATE_VALID;
}

/* Why the store cannot be read, or NULL. */
static const char *
read_manifests (C2paReader *reader)
{
  const GPtrArray *boxes = reader->root->children;
  const char *last = boxes->len > 0 ? ((JumbfBox *)boxes->pdata[boxes->len - 1])->type : "";
  if (strcmp (reader->root->type, "c2pa") != 0)
    return "it is no store of manifests";
  if (strcmp (last, "c2cm") == 0)
    return "its active manifest is compressed, which is not read here";
  for (unsigned i = 0; i < boxes->len; i++) {
    const JumbfBox *box = boxes->pdata[i];
    if (strcmp (box->type, "c2ma") != 0 && strcmp (box->type, "c2um") != 0)
      continue;
    if (reader->parts->len == C2PA_MOST_MANIFESTS)
      return "it has over 64 manifests";
    if (jumbf_child (reader->root, box->label) != box)
      return "two of its manifests have the same label";
    add_part (reader, box);
  }
  return reader->parts->len == 0 ? "it has no manifest" : NULL;
}

C2paReport *
c2pa_read (GBytes *store, GBytes *file, const C2paTrust *trust)
{
  C2paReader reader = { .file = file, .trust = trust, .source_rank = VOCABULARY_NONE };
  reader.bytes = g_bytes_get_data (store, &reader.length);
  reader.report = c2pa_report_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JumbfBox) root = jumbf_read (reader.bytes, reader.length, &error);
  g_autoptr (GHashTable) hashes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autoptr (GHashTable) redacted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);
  reader.root = root;
  reader.hashes = hashes;
  reader.redacted = redacted;
  reader.parts = parts;
  const char *trouble = root != NULL ? read_manifests (&reader) : error->message;
  reader.report->trouble = g_strdup (trouble);
  if (c2pa_may_tell_place (store))
    reader.report->tells_location = true;
  if (trouble == NULL)
    check_parts (&reader);
  else
    g_ptr_array_set_size (reader.report->manifests, 0);
  X509_STORE_free (reader.anchors);
  return reader.report;
}
