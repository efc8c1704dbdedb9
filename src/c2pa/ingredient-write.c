#include "c2pa/manifest-write.h"

/* The original: what it is, what its own credentials say, and whether they hold. A failure that was
 * found is written down, so that nobody takes the parent for a sound one. */

/* ---- its store ---- */

static void
read_parent (C2paParent *parent, GBytes *store)
{
  size_t length;
  parent->bytes = g_bytes_get_data (store, &length);
  if (parent->report->state == C2PA_STATE_UNREADABLE) {
    parent->trouble = g_strdup (parent->report->trouble);
    return;
  }
  g_autoptr (GError) error = NULL;
  parent->root = jumbf_read (parent->bytes, length, &error);
  if (parent->root == NULL || parent->root->children->len == 0) {
    parent->trouble = g_strdup (error != NULL ? error->message : "there is no manifest in it");
    g_clear_pointer (&parent->root, jumbf_free);
    return;
  }
  const C2paManifest *active = c2pa_active (parent->report);
  if (active != NULL)
    parent->active = jumbf_child (parent->root, active->label);
  if (parent->active == NULL)
    parent->active = parent->root->children->pdata[parent->root->children->len - 1];
  parent->signature = jumbf_child (parent->active, "c2pa.signature");
}

void
c2pa_parent_init (C2paParent *parent, const C2paClaim *claim)
{
  *parent = (C2paParent){ .report = claim->parent };
  if (claim->parent_store == NULL)
    return;
  if (parent->report == NULL)
    parent->report = parent->own_report = c2pa_read (claim->parent_store, NULL, NULL);
  read_parent (parent, claim->parent_store);
}

void
c2pa_parent_clear (C2paParent *parent)
{
  jumbf_free (parent->root);
  c2pa_report_free (parent->own_report);
  g_free (parent->trouble);
  *parent = (C2paParent){ 0 };
}

void
c2pa_parent_put_manifests (const C2paParent *parent, GByteArray *out)
{
  for (unsigned i = 0; parent->root != NULL && i < parent->root->children->len; i++) {
    const JumbfBox *box = parent->root->children->pdata[i];
    size_t began = out->len;
    g_byte_array_append (out, parent->bytes + box->at, (unsigned)box->length);
    /* A last box may say that it goes on to the end; here another follows. Hashes leave the
     * header out. */
    static const uint8_t to_the_end[4];
    if (memcmp (out->data + began, to_the_end, sizeof to_the_end) == 0)
      jumbf_end (out, began);
  }
}

/* ---- what was found wrong with it ---- */

static char *
absolute_uri (const char *url, const char *label)
{
  static const char prefix[] = "self#jumbf=";
  if (!g_str_has_prefix (url, prefix) || url[sizeof prefix - 1] == '/')
    return g_strdup (url);
  return g_strdup_printf ("%s/c2pa/%s/%s", prefix, label, url + sizeof prefix - 1);
}

static void
put_status (GByteArray *out, const C2paStatus *status, const char *label, bool has_words)
{
  CborMap map = { 0 };
  c2pa_put_safe_text (cbor_map_value (&map, "code"), status->code);
  if (status->url != NULL) {
    g_autofree char *url = absolute_uri (status->url, label);
    c2pa_put_safe_text (cbor_map_value (&map, "url"), url);
  }
  if (has_words && status->explanation != NULL)
    c2pa_put_safe_text (cbor_map_value (&map, "explanation"), status->explanation);
  cbor_put_map (out, &map);
}

static void
put_statuses (CborMap *map, const char *key, const GPtrArray *statuses, const char *label,
              bool has_words)
{
  GByteArray *list = cbor_map_value (map, key);
  unsigned n = statuses != NULL ? statuses->len : 0;
  cbor_put_array (list, n);
  for (unsigned i = 0; i < n; i++)
    put_status (list, statuses->pdata[i], label, has_words);
}

/* What fits has no explanation: a list of it is long enough on a small picture. */
static void
put_status_lists (GByteArray *out, const C2paManifest *manifest)
{
  CborMap map = { 0 };
  put_statuses (&map, "success", manifest->successes, manifest->label, false);
  put_statuses (&map, "informational", manifest->informations, manifest->label, false);
  put_statuses (&map, "failure", manifest->failures, manifest->label, true);
  cbor_put_map (out, &map);
}

/* The URI of the n-th ingredient assertion of a manifest, or NULL. New string. */
static char *
ingredient_uri (const C2paManifest *manifest, unsigned index)
{
  unsigned n_found = 0;
  for (unsigned i = 0; i < manifest->assertions->len; i++) {
    const char *label = manifest->assertions->pdata[i];
    if (g_str_has_prefix (label, "c2pa.ingredient") && n_found++ == index)
      return g_strdup_printf ("self#jumbf=/c2pa/%s/c2pa.assertions/%s", manifest->label, label);
  }
  return NULL;
}

/* The URI of the assertion that names `of` as an ingredient. New string, or NULL. */
static char *
uri_of_who_names (const C2paReport *report, const C2paManifest *of)
{
  for (unsigned i = 0; i < report->manifests->len; i++) {
    const C2paManifest *manifest = report->manifests->pdata[i];
    for (unsigned j = 0; j < manifest->ingredients->len; j++) {
      const C2paIngredient *ingredient = manifest->ingredients->pdata[j];
      if (g_strcmp0 (ingredient->manifest, of->label) == 0)
        return ingredient_uri (manifest, j);
    }
  }
  return NULL;
}

/* The manifests behind the active one, where something is wrong with them. */
static unsigned
put_deltas (GByteArray *out, const C2paReport *report)
{
  unsigned n = 0;
  for (unsigned i = 0; i < report->manifests->len; i++) {
    const C2paManifest *manifest = report->manifests->pdata[i];
    g_autofree char *uri = manifest->is_active || manifest->failures->len == 0
                             ? NULL
                             : uri_of_who_names (report, manifest);
    if (uri == NULL)
      continue;
    CborMap map = { 0 };
    c2pa_put_safe_text (cbor_map_value (&map, "ingredientAssertionURI"), uri);
    put_status_lists (cbor_map_value (&map, "validationDeltas"), manifest);
    cbor_put_map (out, &map);
    n++;
  }
  return n;
}

static void
put_results (GByteArray *out, const C2paReport *report)
{
  const C2paManifest *active = c2pa_active (report);
  CborMap map = { 0 };
  if (active != NULL)
    put_status_lists (cbor_map_value (&map, "activeManifest"), active);
  g_autoptr (GByteArray) deltas = g_byte_array_new ();
  unsigned n_deltas = put_deltas (deltas, report);
  if (n_deltas > 0) {
    GByteArray *list = cbor_map_value (&map, "ingredientDeltas");
    cbor_put_array (list, n_deltas);
    g_byte_array_append (list, deltas->data, deltas->len);
  }
  cbor_put_map (out, &map);
}

/* ---- the assertion ---- */

static void
put_box_uri (GByteArray *out, const C2paParent *parent, const char *uri, const JumbfBox *box)
{
  Digest hash = digest_of (parent->bytes + box->content_at, box->content_length);
  c2pa_put_hashed_uri (out, uri, &hash);
}

static void
put_credentials (CborMap *map, const C2paParent *parent)
{
  g_autofree char *uri = g_strconcat ("self#jumbf=/c2pa/", parent->active->label, NULL);
  put_box_uri (cbor_map_value (map, "activeManifest"), parent, uri, parent->active);
  if (parent->signature != NULL) {
    g_autofree char *signature_uri = g_strconcat (uri, "/c2pa.signature", NULL);
    put_box_uri (cbor_map_value (map, "claimSignature"), parent, signature_uri, parent->signature);
  }
  put_results (cbor_map_value (map, "validationResults"), parent->report);
}

void
c2pa_put_ingredient (GByteArray *out, const C2paParent *parent, const C2paClaim *claim)
{
  CborMap map = { 0 };
  cbor_put_text (cbor_map_value (&map, "relationship"), "parentOf");
  if (claim->original_title != NULL)
    c2pa_put_safe_text (cbor_map_value (&map, "dc:title"), claim->original_title);
  if (claim->original_format != NULL)
    c2pa_put_safe_text (cbor_map_value (&map, "dc:format"), claim->original_format);
  if (claim->original != NULL) {
    g_autofree char *uuid = c2pa_make_uuid ("original", 0, claim->original),
                    *id = g_strconcat ("xmp:iid:", uuid, NULL);
    cbor_put_text (cbor_map_value (&map, "instanceID"), id);
  }
  if (parent->root != NULL)
    put_credentials (&map, parent);
  else if (parent->trouble != NULL) {
    g_autofree char *text = g_strdup_printf (
      "It came with Content Credentials that cannot be read: %s", parent->trouble);
    c2pa_put_safe_text (cbor_map_value (&map, "description"), text);
  }
  cbor_put_map (out, &map);
}
