#include "support/carrier.h"
#include "c2pa/write.h"
#include "c2pa/jumbf.h"

#include <zlib.h>

/* That others find the stores good is shown by tests/clients/credentials.mjs; here is what they cannot
 * tell: what is the same, what is carried, what is said of the parent. */

enum { N_SIGNATURE = 64 };

/* ---- who signs, without a key ---- */

typedef struct {
  GBytes *asked; /* what was to be signed */
  uint8_t with;  /* every byte of the signature */
  bool refuses;
} Pen;

static bool
write_with (void *data, const void *bytes, size_t length, uint8_t out_signature[64], GError **error)
{
  Pen *pen = data;
  g_clear_pointer (&pen->asked, g_bytes_unref);
  pen->asked = g_bytes_new (bytes, length);
  if (pen->refuses) {
    g_set_error (error, C2PA_ERROR, C2PA_ERROR_FAILED, "no ink");
    return false;
  }
  memset (out_signature, pen->with, N_SIGNATURE);
  return true;
}

static GPtrArray *
chain_of (unsigned n)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (unsigned i = 0; i < n; i++) {
    g_autofree char *text = g_strdup_printf ("certificate %u", i + 1);
    g_ptr_array_add (chain, bytes_of (text));
  }
  return chain;
}

/* ---- files ---- */

static GBytes *
png_file (void)
{
  static const uint8_t header[] = { 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0 };
  uint8_t pixels[32];
  uLongf length = sizeof pixels;
  g_assert_cmpint (compress (pixels, &length, (const Bytef *)"\0\x7f", 2), ==, Z_OK);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
  carrier_put_chunk (out, "IHDR", header, sizeof header);
  carrier_put_chunk (out, "IDAT", pixels, length);
  carrier_put_chunk (out, "IEND", "", 0);
  return g_byte_array_free_to_bytes (out);
}

static GBytes *
jpeg_file (void)
{
  return g_byte_array_free_to_bytes (carrier_jpeg (&(MetadataBlobs){ 0 }));
}

static GBytes *
tiff_file (void)
{
  return g_bytes_new ("II*\0\10\0\0\0\0\0\0\0\0\0", 14);
}

/* ---- claims ---- */

typedef struct {
  Digest original, fingerprint;
  C2paClaim claim;
  Pen pen;
  C2paSigner signer;
} Case;

static const C2paStep steps[] = { { "c2pa.resized", "to 64x48" }, { "c2pa.transcoded", NULL } };

static void
case_init (Case *test)
{
  *test = (Case){ .original = digest_of ("o", 1), .fingerprint = digest_of ("f", 1) };
  test->pen.with = 0xa5;
  test->claim = (C2paClaim){
    .original = &test->original,
    .original_format = "image/png",
    .original_title = "owl.png",
    .format = "image/jpeg",
    .title = "owl-64.jpg",
    .fingerprint = &test->fingerprint,
    .source_type = "trainedAlgorithmicMedia",
    .steps = steps,
    .n_steps = G_N_ELEMENTS (steps),
    .generator = "Peel",
    .generator_version = "0.1.0",
  };
  test->signer = (C2paSigner){ &test->pen, chain_of (2), write_with };
}

static void
case_clear (Case *test)
{
  g_clear_pointer (&test->pen.asked, g_bytes_unref);
  g_clear_pointer (&test->signer.chain, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static GBytes *
embed (Case *test, GBytes *file)
{
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (c2pa_embed (file, &test->claim, &test->signer, &out, &error), error);
  return out;
}

static GBytes *
sidecar (Case *test)
{
  g_autoptr (GBytes) file = tiff_file ();
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (c2pa_write_sidecar (file, &test->claim, &test->signer, &out, &error), error);
  return out;
}

static bool
holds (GBytes *bytes, const void *piece, size_t length)
{
  size_t n;
  const void *data = g_bytes_get_data (bytes, &n);
  return memmem (data, n, piece, length) != NULL;
}

/* ---- reports, as the reader gives them ---- */

static void
free_manifest (void *data)
{
  C2paManifest *manifest = data;
  g_free (manifest->label);
  GPtrArray *lists[] = { manifest->actions,   manifest->ingredients,  manifest->assertions,
                         manifest->successes, manifest->informations, manifest->failures };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    g_ptr_array_unref (lists[i]);
  g_free (manifest);
}

static C2paManifest *
add_manifest (C2paReport *report, const char *label)
{
  C2paManifest *manifest = g_new0 (C2paManifest, 1);
  manifest->label = g_strdup (label);
  GPtrArray **lists[] = { &manifest->actions,   &manifest->ingredients,  &manifest->assertions,
                          &manifest->successes, &manifest->informations, &manifest->failures };
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    *lists[i] = g_ptr_array_new ();
  if (report->manifests == NULL)
    report->manifests = g_ptr_array_new_with_free_func (free_manifest);
  if (report->manifests->len > 0)
    ((C2paManifest *)report->manifests->pdata[report->manifests->len - 1])->is_active = false;
  manifest->is_active = true;
  g_ptr_array_add (report->manifests, manifest);
  return manifest;
}

/* A store of one manifest, and its label. */
static GBytes *
parent_store (char **out_label)
{
  g_auto (Case) parent;
  case_init (&parent);
  parent.fingerprint = digest_of ("parent", 6);
  GBytes *store = sidecar (&parent);
  g_autoptr (GError) error = NULL;
  g_autoptr (JumbfBox)
    root = jumbf_read (g_bytes_get_data (store, NULL), g_bytes_get_size (store), &error);
  g_assert_no_error (error);
  *out_label = g_strdup (((JumbfBox *)root->children->pdata[0])->label);
  return store;
}

/* ---- what holds ---- */

static void
only_the_signature_differs (void)
{
  GBytes *(*files[]) (void) = { png_file, jpeg_file };
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_auto (Case) test;
    case_init (&test);
    g_autoptr (GBytes) file = files[i]();
    g_autoptr (GBytes) one = embed (&test, file), same = embed (&test, file);
    g_assert_true (g_bytes_equal (one, same));
    test.pen.with = 0x5a;
    g_autoptr (GBytes) other = embed (&test, file);
    const uint8_t *a = g_bytes_get_data (one, NULL), *b = g_bytes_get_data (other, NULL);
    unsigned n_different = 0;
    g_assert_cmpuint (g_bytes_get_size (one), ==, g_bytes_get_size (other));
    for (size_t at = 0; at < g_bytes_get_size (one); at++)
      n_different += a[at] != b[at];
    /* Of a PNG the sum of the chunk too. */
    g_assert_cmpuint (n_different, >=, N_SIGNATURE);
    g_assert_cmpuint (n_different, <=, N_SIGNATURE + 4);
  }
}

static void
the_size_is_known_before_the_file_is (void)
{
  enum { PNG_FRAMING = 12 };
  for (unsigned n = 1; n < 30; n++) {
    g_auto (Case) test;
    case_init (&test);
    g_clear_pointer (&test.signer.chain, g_ptr_array_unref);
    test.signer.chain = chain_of (n);
    g_autoptr (GBytes) file = png_file (), out = embed (&test, file), store = sidecar (&test);
    g_assert_cmpuint (g_bytes_get_size (out) - g_bytes_get_size (file), ==,
                      c2pa_store_size (&test.claim, &test.signer, CONTAINER_PNG) + PNG_FRAMING);
    g_assert_cmpuint (g_bytes_get_size (store), ==,
                      c2pa_store_size (&test.claim, &test.signer, CONTAINER_TIFF));
  }
}

static void
the_hash_is_of_the_file_without_the_store (void)
{
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) png = png_file (), out = embed (&test, png), tiff = tiff_file (),
                     store = sidecar (&test);
  Digest of_png = digest_of (g_bytes_get_data (png, NULL), g_bytes_get_size (png)),
         of_tiff = digest_of (g_bytes_get_data (tiff, NULL), g_bytes_get_size (tiff));
  g_assert_true (holds (out, of_png.bytes, DIGEST_BYTES));
  g_assert_true (holds (store, of_tiff.bytes, DIGEST_BYTES));
  g_assert_true (bytes_hold (out, "exclusions"));
  g_assert_false (bytes_hold (store, "exclusions"));
}

/* RFC 9052, 4.4: ["Signature1", header, nothing, claim]. */
static void
the_claim_is_what_is_signed (void)
{
  static const uint8_t begin[] = "\x84\x6aSignature1";
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) store = sidecar (&test);
  const uint8_t *asked = g_bytes_get_data (test.pen.asked, NULL);
  g_assert_cmpmem (asked, sizeof begin - 1, begin, sizeof begin - 1);
  g_assert_true (bytes_hold (test.pen.asked, "certificate 2"));
  g_assert_true (bytes_hold (test.pen.asked, "urn:c2pa:"));
  g_assert_true (bytes_hold (test.pen.asked, "owl-64.jpg"));
  g_autofree uint8_t *signature = g_malloc (N_SIGNATURE);
  memset (signature, 0xa5, N_SIGNATURE);
  g_assert_true (holds (store, signature, N_SIGNATURE));
}

static void
a_signer_that_refuses_leaves_no_file (void)
{
  g_auto (Case) test;
  case_init (&test);
  test.pen.refuses = true;
  g_autoptr (GBytes) file = png_file ();
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_false (c2pa_embed (file, &test.claim, &test.signer, &out, &error));
  g_assert_cmpstr (error->message, ==, "no ink");
  g_clear_error (&error);
  g_assert_false (c2pa_write_sidecar (file, &test.claim, &test.signer, &out, &error));
  g_assert_cmpstr (error->message, ==, "no ink");
  g_assert_null (out);
}

static void
no_store_goes_into_a_tiff (void)
{
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) file = tiff_file ();
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_false (c2pa_embed (file, &test.claim, &test.signer, &out, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  g_assert_null (out);
}

static void
the_original_is_opened_never_created (void)
{
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) store = sidecar (&test);
  static const char *const texts[] = {
    "parentOf",
    "owl.png",
    "image/png",
    "c2pa.opened",
    "c2pa.resized",
    "to 64x48",
    "Peel",
    "c2pa.transcoded",
    "c2pa.claim.v2",
    "jumbf manifest",
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (bytes_hold (store, texts[i]));
  g_assert_false (bytes_hold (store, "c2pa.created"));
  g_assert_false (bytes_hold (store, "when"));
  test.claim.source_type = NULL;
  g_autoptr (GBytes) plain = sidecar (&test);
  g_assert_false (bytes_hold (plain, "digitalSourceType"));
}

static void
labels_follow_from_the_fingerprint (void)
{
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) one = sidecar (&test);
  test.fingerprint = digest_of ("another", 7);
  g_autoptr (GBytes) other = sidecar (&test);
  g_autoptr (JumbfBox)
    a = jumbf_read (g_bytes_get_data (one, NULL), g_bytes_get_size (one), NULL),
    b = jumbf_read (g_bytes_get_data (other, NULL), g_bytes_get_size (other), NULL);
  const JumbfBox *first = a->children->pdata[0], *second = b->children->pdata[0];
  g_assert_cmpstr (first->label, !=, second->label);
  g_assert_true (g_regex_match_simple (
    "^urn:c2pa:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", first->label,
    0, 0));
}

/* ---- parents ---- */

static void
manifests_of_the_parent_stay_as_they_are (void)
{
  g_autofree char *label = NULL;
  g_autoptr (GBytes) store = parent_store (&label);
  C2paReport report = { .state = C2PA_STATE_VALID };
  add_manifest (&report, label);
  g_auto (Case) test;
  case_init (&test);
  test.claim.parent_store = store;
  test.claim.parent = &report;
  g_autoptr (GBytes) out = sidecar (&test);
  const uint8_t *bytes = g_bytes_get_data (store, NULL);
  g_autoptr (JumbfBox) root = jumbf_read (bytes, g_bytes_get_size (store), NULL);
  const JumbfBox *box = root->children->pdata[0];
  Digest hash = digest_of (bytes + box->at + 8, box->length - 8);
  g_autoptr (JumbfBox)
    ours = jumbf_read (g_bytes_get_data (out, NULL), g_bytes_get_size (out), NULL);
  g_assert_true (holds (out, bytes + box->at, box->length));
  g_assert_true (holds (out, hash.bytes, DIGEST_BYTES));
  g_assert_cmpuint (ours->children->len, ==, 2);
  g_assert_cmpstr (((JumbfBox *)ours->children->pdata[0])->label, ==, label);
  g_assert_true (bytes_hold (out, "claimSignature"));
  g_ptr_array_unref (report.manifests);
}

/* What Peel wrote comes in again, and the same is made of it. */
static void
a_label_that_is_taken_is_not_given_again (void)
{
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) store = sidecar (&test);
  g_autoptr (JumbfBox)
    root = jumbf_read (g_bytes_get_data (store, NULL), g_bytes_get_size (store), NULL);
  C2paReport report = { .state = C2PA_STATE_VALID };
  add_manifest (&report, ((JumbfBox *)root->children->pdata[0])->label);
  test.claim.parent_store = store;
  test.claim.parent = &report;
  g_autoptr (GBytes) out = sidecar (&test);
  g_autoptr (JumbfBox)
    both = jumbf_read (g_bytes_get_data (out, NULL), g_bytes_get_size (out), NULL);
  g_assert_cmpuint (both->children->len, ==, 2);
  g_assert_cmpstr (((JumbfBox *)both->children->pdata[0])->label, !=,
                   ((JumbfBox *)both->children->pdata[1])->label);
  g_ptr_array_unref (report.manifests);
}

static void
what_is_wrong_with_a_parent_is_recorded (void)
{
  g_autofree char *label = NULL;
  g_autoptr (GBytes) store = parent_store (&label);
  C2paStatus failure = { (char *)"assertion.dataHash.mismatch",
                         (char *)"self#jumbf=c2pa.assertions/c2pa.hash.data",
                         (char *)"the file was changed" };
  C2paStatus older = { (char *)"claimSignature.mismatch", NULL, NULL };
  C2paIngredient ingredient = { .relationship = (char *)"parentOf", .manifest = (char *)"urn:old" };
  C2paReport report = { .state = C2PA_STATE_INVALID };
  g_ptr_array_add (add_manifest (&report, "urn:old")->failures, &older);
  C2paManifest *active = add_manifest (&report, label);
  g_ptr_array_add (active->failures, &failure);
  g_ptr_array_add (active->ingredients, &ingredient);
  g_ptr_array_add (active->assertions, (char *)"c2pa.actions.v2");
  g_ptr_array_add (active->assertions, (char *)"c2pa.ingredient.v3");
  g_auto (Case) test;
  case_init (&test);
  test.claim.parent_store = store;
  test.claim.parent = &report;
  g_autoptr (GBytes) out = sidecar (&test);
  g_autofree char *uri = g_strdup_printf ("self#jumbf=/c2pa/%s/c2pa.assertions/c2pa.hash.data",
                                          label),
                  *naming = g_strdup_printf ("self#jumbf=/c2pa/%s/c2pa.assertions/"
                                             "c2pa.ingredient.v3",
                                             label);
  const char *const texts[] = { "assertion.dataHash.mismatch", uri,
                                "the file was changed",        "ingredientDeltas",
                                "claimSignature.mismatch",     naming };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (bytes_hold (out, texts[i]));
  g_ptr_array_unref (report.manifests);
}

static void
a_store_that_cannot_be_read_is_told_of_not_carried (void)
{
  g_autoptr (GBytes) store = bytes_of ("canary: no store at all");
  C2paReport report = { .state = C2PA_STATE_UNREADABLE, .trouble = (char *)"it is no box" };
  g_auto (Case) test;
  case_init (&test);
  test.claim.parent_store = store;
  test.claim.parent = &report;
  g_autoptr (GBytes) out = sidecar (&test);
  g_assert_false (bytes_hold (out, "canary"));
  g_assert_false (bytes_hold (out, "activeManifest"));
  g_assert_true (bytes_hold (out, "cannot be read: it is no box"));
}

static void
a_store_over_the_limit_is_an_error (void)
{
  g_autoptr (GByteArray) large = g_byte_array_new ();
  size_t began = jumbf_begin (large, "c2pa", "c2pa"),
         manifest = jumbf_begin (large, "c2ma", "urn:large");
  g_autofree uint8_t *zeros = g_malloc0 (BLOCK_MOST_C2PA_BYTES);
  jumbf_put (large, "cbor", zeros, BLOCK_MOST_C2PA_BYTES - 1000);
  jumbf_end (large, manifest);
  jumbf_end (large, began);
  g_autoptr (GBytes) store = g_bytes_new (large->data, large->len), file = tiff_file ();
  C2paReport report = { .state = C2PA_STATE_VALID };
  add_manifest (&report, "urn:large");
  g_auto (Case) test;
  case_init (&test);
  test.claim.parent_store = store;
  test.claim.parent = &report;
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_false (c2pa_write_sidecar (file, &test.claim, &test.signer, &out, &error));
  g_assert_error (error, C2PA_ERROR, C2PA_ERROR_FAILED);
  g_assert_null (test.pen.asked);
  g_ptr_array_unref (report.manifests);
}

static void
a_manifest_more_than_is_read_is_an_error (void)
{
  g_autoptr (GByteArray) many = g_byte_array_new ();
  size_t began = jumbf_begin (many, "c2pa", "c2pa");
  for (unsigned i = 0; i < 64; i++) {
    g_autofree char *label = g_strdup_printf ("urn:%u", i);
    jumbf_end (many, jumbf_begin (many, "c2ma", label));
  }
  jumbf_end (many, began);
  g_autoptr (GBytes) store = g_bytes_new (many->data, many->len), file = tiff_file ();
  C2paReport report = { .state = C2PA_STATE_INVALID };
  add_manifest (&report, "urn:63");
  g_auto (Case) test;
  case_init (&test);
  test.claim.parent_store = store;
  test.claim.parent = &report;
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_false (c2pa_write_sidecar (file, &test.claim, &test.signer, &out, &error));
  g_assert_nonnull (strstr (error->message, "65 manifests"));
  g_assert_cmpuint (c2pa_store_size (&test.claim, &test.signer, CONTAINER_PNG), ==, 0);
  g_ptr_array_unref (report.manifests);
}

static void
the_hash_alone_gives_the_same_store (void)
{
  g_auto (Case) test;
  case_init (&test);
  g_autoptr (GBytes) file = tiff_file (), whole = sidecar (&test);
  const Digest content = digest_of (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  g_autoptr (GBytes) told = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (c2pa_write_sidecar_of (&content, &test.claim, &test.signer, &told, &error), error);
  g_assert_true (g_bytes_equal (told, whole));
}

static void
strange_texts_become_utf8 (void)
{
  g_auto (Case) test;
  case_init (&test);
  test.claim.title = "\xff\xfe.png";
  test.claim.original_title = NULL;
  g_autoptr (GBytes) out = sidecar (&test);
  g_assert_true (bytes_hold (out, "\xef\xbf\xbd\xef\xbf\xbd.png"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/c2pa/write/" name, function)
  CLAIM ("only-the-signature-differs", only_the_signature_differs);
  CLAIM ("the-size-is-known-before-the-file-is", the_size_is_known_before_the_file_is);
  CLAIM ("the-hash-is-of-the-file-without-the-store", the_hash_is_of_the_file_without_the_store);
  CLAIM ("the-claim-is-what-is-signed", the_claim_is_what_is_signed);
  CLAIM ("a-signer-that-refuses-leaves-no-file", a_signer_that_refuses_leaves_no_file);
  CLAIM ("no-store-goes-into-a-tiff", no_store_goes_into_a_tiff);
  CLAIM ("the-original-is-opened-never-created", the_original_is_opened_never_created);
  CLAIM ("labels-follow-from-the-fingerprint", labels_follow_from_the_fingerprint);
  CLAIM ("manifests-of-the-parent-stay-as-they-are", manifests_of_the_parent_stay_as_they_are);
  CLAIM ("a-label-that-is-taken-is-not-given-again", a_label_that_is_taken_is_not_given_again);
  CLAIM ("what-is-wrong-with-a-parent-is-recorded", what_is_wrong_with_a_parent_is_recorded);
  CLAIM ("a-store-that-cannot-be-read-is-told-of-not-carried",
         a_store_that_cannot_be_read_is_told_of_not_carried);
  CLAIM ("a-store-over-the-limit-is-an-error", a_store_over_the_limit_is_an_error);
  CLAIM ("a-manifest-more-than-is-read-is-an-error", a_manifest_more_than_is_read_is_an_error);
  CLAIM ("the-hash-alone-gives-the-same-store", the_hash_alone_gives_the_same_store);
  CLAIM ("strange-texts-become-utf8", strange_texts_become_utf8);
  return g_test_run ();
}
