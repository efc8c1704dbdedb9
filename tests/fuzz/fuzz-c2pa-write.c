/* A store of anybody's as the parent of a new manifest: what comes out is whole, ours is the active one in it, the
 * parent's are there, and a label stands there once. */
#include "fuzz-target.h"

#include "c2pa/write.h"
#include "c2pa/jumbf.h"

static bool
sign (void *data, const void *bytes, size_t length, uint8_t out_signature[64], GError **error)
{
  Digest digest = digest_of (bytes, length);
  memcpy (out_signature, digest.bytes, 32);
  memcpy (out_signature + 32, digest.bytes, 32);
  return true;
}

static void
check_store (GBytes *store, GBytes *file, unsigned n_parents)
{
  size_t length;
  const void *bytes = g_bytes_get_data (store, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (JumbfBox) root = jumbf_read (bytes, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (root->children->len, ==, n_parents + 1);
  const JumbfBox *ours = root->children->pdata[n_parents];
  g_assert_true (jumbf_child (root, ours->label) == ours);
  g_autoptr (C2paReport) report = c2pa_read (store, file, NULL);
  g_assert_cmpint (report->state, !=, C2PA_STATE_UNREADABLE);
  g_assert_cmpstr (c2pa_active (report)->label, ==, ours->label);
  g_assert_true (report->is_bound);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) parent = g_bytes_new (data, size), file = g_bytes_new ("hello", 5);
  g_autoptr (C2paReport) report = c2pa_read (parent, NULL, NULL);
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_ptr_array_add (chain, g_bytes_new ("leaf", 4));
  Digest digest = digest_of ("x", 1);
  C2paClaim claim = { .parent_store = parent,
                      .parent = report,
                      .original = &digest,
                      .fingerprint = &digest,
                      .generator = "Peel" };
  C2paSigner signer = { NULL, chain, sign };
  g_autoptr (GBytes) store = NULL;
  g_autoptr (GError) error = NULL;
  if (!c2pa_write_sidecar (file, &claim, &signer, &store, &error)) {
    g_assert_nonnull (error);
    return 0;
  }
  g_autoptr (JumbfBox) root = report->state != C2PA_STATE_UNREADABLE ? jumbf_read (data, size, NULL)
                                                                     : NULL;
  check_store (store, file, root != NULL ? root->children->len : 0);
  return 0;
}
