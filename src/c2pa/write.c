#include "c2pa/write.h"

#include "c2pa/manifest-write.h"
#include "c2pa/reader.h"

/* The store says how long it is itself, by the stretch that its hash leaves out. So it is built with
 * zeros, put into the file, and the file is hashed; then it is built again, which gives the same
 * length, and put again. */

typedef struct {
  const C2paClaim *claim;
  const C2paSigner *signer;
  C2paParent parent;
  unsigned number; /* of those of this fingerprint in the store, from 0 */
  char *label;
} Manifest;

static void
manifest_clear (Manifest *manifest)
{
  c2pa_parent_clear (&manifest->parent);
  g_free (manifest->label);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Manifest, manifest_clear)

/* A derivative that is an original by now: its parent's store has the label that it would get. */
static void
take_free_label (Manifest *manifest)
{
  const JumbfBox *root = manifest->parent.root;
  for (;; manifest->number++) {
    g_autofree char *uuid = c2pa_make_uuid ("manifest", manifest->number,
                                            manifest->claim->fingerprint);
    g_free (manifest->label);
    manifest->label = g_strconcat ("urn:c2pa:", uuid, NULL);
    if (root == NULL || jumbf_child (root, manifest->label) == NULL)
      return;
  }
}

static Manifest
manifest_of (const C2paClaim *claim, const C2paSigner *signer)
{
  Manifest manifest = { .claim = claim, .signer = signer };
  c2pa_parent_init (&manifest.parent, claim);
  take_free_label (&manifest);
  return manifest;
}

/* ---- its boxes ---- */

static Digest
put_assertion (GByteArray *out, const char *label, const GByteArray *cbor)
{
  enum { HEADER_BYTES = 8 };
  size_t began = jumbf_begin (out, "cbor", label);
  jumbf_put (out, "cbor", cbor->data, cbor->len);
  jumbf_end (out, began);
  return digest_of (out->data + began + HEADER_BYTES, out->len - began - HEADER_BYTES);
}

enum { INGREDIENT, ACTIONS, BINDING, N_ASSERTIONS };

static void
put_assertions (GByteArray *out, const Manifest *manifest, const C2paBinding *binding,
                Digest out_hashes[N_ASSERTIONS])
{
  g_autoptr (GByteArray) ingredient = g_byte_array_new ();
  g_autoptr (GByteArray) actions = g_byte_array_new ();
  g_autoptr (GByteArray) hash = g_byte_array_new ();
  size_t began = jumbf_begin (out, "c2as", "c2pa.assertions");
  c2pa_put_ingredient (ingredient, &manifest->parent, manifest->claim);
  out_hashes[INGREDIENT] = put_assertion (out, "c2pa.ingredient.v3", ingredient);
  c2pa_put_actions (actions, manifest->claim, &out_hashes[INGREDIENT]);
  out_hashes[ACTIONS] = put_assertion (out, "c2pa.actions.v2", actions);
  c2pa_put_binding (hash, binding);
  out_hashes[BINDING] = put_assertion (out, c2pa_binding_label (binding), hash);
  jumbf_end (out, began);
}

static void
put_generator (GByteArray *out, const C2paClaim *claim)
{
  CborMap map = { 0 };
  cbor_put_text (cbor_map_value (&map, "name"), claim->generator);
  if (claim->generator_version != NULL)
    cbor_put_text (cbor_map_value (&map, "version"), claim->generator_version);
  cbor_put_map (out, &map);
}

static void
put_claim (GByteArray *out, const Manifest *manifest, const C2paBinding *binding,
           const Digest hashes[N_ASSERTIONS])
{
  const C2paClaim *claim = manifest->claim;
  g_autofree char *uuid = c2pa_make_uuid ("instance", manifest->number, claim->fingerprint),
                  *instance = g_strconcat ("xmp:iid:", uuid, NULL),
                  *signature = g_strdup_printf ("self#jumbf=/c2pa/%s/c2pa.signature",
                                                manifest->label);
  const char *labels[N_ASSERTIONS] = { "c2pa.ingredient.v3", "c2pa.actions.v2",
                                       c2pa_binding_label (binding) };
  CborMap map = { 0 };
  cbor_put_text (cbor_map_value (&map, "instanceID"), instance);
  put_generator (cbor_map_value (&map, "claim_generator_info"), claim);
  cbor_put_text (cbor_map_value (&map, "signature"), signature);
  if (claim->title != NULL)
    c2pa_put_safe_text (cbor_map_value (&map, "dc:title"), claim->title);
  cbor_put_text (cbor_map_value (&map, "alg"), "sha256");
  GByteArray *assertions = cbor_map_value (&map, "created_assertions");
  cbor_put_array (assertions, N_ASSERTIONS);
  for (unsigned i = 0; i < N_ASSERTIONS; i++) {
    g_autofree char *uri = g_strconcat ("self#jumbf=c2pa.assertions/", labels[i], NULL);
    c2pa_put_hashed_uri (assertions, uri, &hashes[i]);
  }
  cbor_put_map (out, &map);
}

static void
put_cbor_box (GByteArray *out, const char type[4], const char *label, const GByteArray *cbor)
{
  size_t began = jumbf_begin (out, type, label);
  jumbf_put (out, "cbor", cbor->data, cbor->len);
  jumbf_end (out, began);
}

/* What is written can be read again. */
static bool
check_limits (const Manifest *manifest, size_t n_bytes, GError **error)
{
  const JumbfBox *root = manifest->parent.root;
  unsigned n_manifests = 1 + (root != NULL ? root->children->len : 0);
  if (n_bytes <= BLOCK_MOST_C2PA_BYTES && n_manifests <= C2PA_MOST_MANIFESTS)
    return true;
  g_set_error (error, C2PA_ERROR, C2PA_ERROR_FAILED,
               "with those of the original the Content Credentials would be %u manifests and %zu "
               "bytes, and %d manifests and %d bytes are the most that is read: they can only be "
               "dropped ('c2pa: drop')",
               n_manifests, n_bytes, C2PA_MOST_MANIFESTS, BLOCK_MOST_C2PA_BYTES);
  return false;
}

/* The store. NULL: it would be over a limit, or the signer did not sign. */
static GBytes *
build (const Manifest *manifest, const C2paBinding *binding, bool is_for_size, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) claim = g_byte_array_new ();
  g_autoptr (GByteArray) signature = g_byte_array_new ();
  Digest hashes[N_ASSERTIONS];
  size_t store_began = jumbf_begin (out, "c2pa", "c2pa");
  c2pa_parent_put_manifests (&manifest->parent, out);
  size_t began = jumbf_begin (out, "c2ma", manifest->label);
  put_assertions (out, manifest, binding, hashes);
  put_claim (claim, manifest, binding, hashes);
  put_cbor_box (out, "c2cl", "c2pa.claim.v2", claim);
  if (!c2pa_put_signature (signature, manifest->signer, is_for_size, claim, error))
    return NULL;
  put_cbor_box (out, "c2cs", "c2pa.signature", signature);
  jumbf_end (out, began);
  jumbf_end (out, store_began);
  if (!check_limits (manifest, out->len, error))
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static bool
build_signed (const Manifest *manifest, const C2paBinding *binding, GBytes **out_store,
              GError **error)
{
  GBytes *store = build (manifest, binding, false, error);
  if (store == NULL)
    return false;
  *out_store = store;
  return true;
}

/* ---- into a file ---- */

/* Until the file is there: any numbers that a hash of data leaves out. */
static C2paBinding
binding_of (ContainerKind kind, bool is_embedded)
{
  return (C2paBinding){ .is_bmff = kind == CONTAINER_BMFF, .length = is_embedded ? 1 : 0 };
}

static ContainerKind
kind_of (GBytes *file)
{
  size_t length;
  const void *bytes = g_bytes_get_data (file, &length);
  return container_kind (bytes, length);
}

static bool
hash_file (GBytes *file, C2paBinding *binding, GError **error)
{
  C2paRange range = { binding->at, binding->length };
  bool is_hashed = binding->is_bmff
                     ? c2pa_hash_bmff (file, binding->hash)
                     : c2pa_hash_data (file, &range, range.length > 0 ? 1 : 0, binding->hash);
  if (!is_hashed)
    g_set_error (error, C2PA_ERROR, C2PA_ERROR_FAILED,
                 "the file cannot be hashed for its Content Credentials: it is damaged");
  return is_hashed;
}

size_t
c2pa_store_size (const C2paClaim *claim, const C2paSigner *signer, ContainerKind kind)
{
  g_auto (Manifest) manifest = manifest_of (claim, signer);
  C2paBinding binding = binding_of (kind, container_embeds_c2pa (kind));
  g_autoptr (GBytes) store = build (&manifest, &binding, true, NULL);
  return store != NULL ? g_bytes_get_size (store) : 0;
}

bool
c2pa_embed (GBytes *file, const C2paClaim *claim, const C2paSigner *signer, GBytes **out_file,
            GError **error)
{
  g_auto (Manifest) manifest = manifest_of (claim, signer);
  C2paBinding binding = binding_of (kind_of (file), true);
  g_autoptr (GBytes) empty = build (&manifest, &binding, true, error);
  g_autoptr (GBytes) draft = NULL;
  if (empty == NULL ||
      !container_put_c2pa (file, empty, &draft, &binding.at, &binding.length, error) ||
      !hash_file (draft, &binding, error))
    return false;
  g_autoptr (GBytes) store = build (&manifest, &binding, false, error);
  if (store == NULL)
    return false;
  g_assert (g_bytes_get_size (store) == g_bytes_get_size (empty));
  return container_put_c2pa (file, store, out_file, NULL, NULL, error);
}

bool
c2pa_write_sidecar (GBytes *file, const C2paClaim *claim, const C2paSigner *signer,
                    GBytes **out_store, GError **error)
{
  g_auto (Manifest) manifest = manifest_of (claim, signer);
  C2paBinding binding = binding_of (kind_of (file), false);
  /* Nobody is asked to sign what would be over the limit. */
  g_autoptr (GBytes) empty = build (&manifest, &binding, true, error);
  if (empty == NULL || !hash_file (file, &binding, error))
    return false;
  return build_signed (&manifest, &binding, out_store, error);
}

bool
c2pa_write_sidecar_of (const Digest *content, const C2paClaim *claim, const C2paSigner *signer,
                       GBytes **out_store, GError **error)
{
  g_auto (Manifest) manifest = manifest_of (claim, signer);
  C2paBinding binding = { .is_bmff = false };
  g_autoptr (GBytes) empty = build (&manifest, &binding, true, error);
  if (empty == NULL)
    return false;
  memcpy (binding.hash, content->bytes, sizeof binding.hash);
  return build_signed (&manifest, &binding, out_store, error);
}
