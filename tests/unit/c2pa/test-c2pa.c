/* Stores that tests/support/credentials.py made, kept as the corpus of fuzz-c2pa: length(4) store file.
 * Their certificates last until 2120. */
#include "support/carrier.h"
#include "c2pa/c2pa.h"

typedef struct {
  GBytes *store, *file;
} Original;

static void
original_clear (Original *original)
{
  g_clear_pointer (&original->store, g_bytes_unref);
  g_clear_pointer (&original->file, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Original, original_clear)

static Original
load (const char *name)
{
  g_autofree char *path = g_build_filename (PEEL_SOURCE "/tests/fuzz/corpus/c2pa", name, NULL);
  char *text;
  size_t length;
  g_autoptr (GError) error = NULL;
  assert_ok (g_file_get_contents (path, &text, &length, &error), error);
  g_autoptr (GBytes) whole = g_bytes_new_take (text, length);
  size_t n_store = 0;
  for (unsigned i = 0; i < 4; i++)
    n_store = n_store << 8 | (uint8_t)text[i];
  return (Original){ g_bytes_new_from_bytes (whole, 4, n_store),
                     g_bytes_new_from_bytes (whole, 4 + n_store, length - 4 - n_store) };
}

static GBytes *
root_pem (void)
{
  char *text;
  size_t length;
  g_autoptr (GError) error = NULL;
  assert_ok (
    g_file_get_contents (PEEL_SOURCE "/tests/unit/c2pa/test-root.pem", &text, &length, &error),
    error);
  return g_bytes_new_take (text, length);
}

static C2paReport *
read_with (const Original *original, GBytes *file)
{
  g_autoptr (GBytes) pem = root_pem ();
  C2paTrust trust = { pem };
  return c2pa_read (original->store, file, &trust);
}

static bool
has_code (const GPtrArray *statuses, const char *code)
{
  for (unsigned i = 0; i < statuses->len; i++) {
    if (strcmp (((C2paStatus *)statuses->pdata[i])->code, code) == 0)
      return true;
  }
  return false;
}

/* ---- what holds ---- */

static void
test_a_chain_tells_all (void)
{
  g_auto (Original) original = load ("two");
  g_autoptr (C2paReport) report = read_with (&original, original.file);
  g_assert_cmpint (report->state, ==, C2PA_STATE_TRUSTED);
  g_assert_true (report->is_bound && report->declares_synthid && !report->tells_location);
  g_assert_cmpstr (report->source_type, ==, "trainedAlgorithmicMedia");
  g_assert_cmpuint (report->manifests->len, ==, 2);
  const C2paManifest *parent = report->manifests->pdata[0], *active = c2pa_active (report);
  g_assert_true (active == report->manifests->pdata[1] && active->is_active && !parent->is_active);
  g_assert_cmpstr (active->claim_generator, ==, "Test Core Generator Library 1.2");
  g_assert_cmpstr (active->algorithm, ==, "es256");
  g_assert_cmpstr (active->signer, ==, "Test Media Processing Services");
  g_assert_cmpstr (active->signer_organization, ==, "Test Media LLC");
  g_assert_cmpstr (active->issuer, ==, "Test Root");
  g_assert_cmpstr (active->valid_from, ==, "2020-01-01T00:00:00Z");
  g_assert_cmpstr (active->valid_until, ==, "2120-01-01T00:00:00Z");
  g_assert_cmpuint (strlen (active->certificate), ==, 64);
  g_assert_null (active->signed_at);
  g_assert_cmpuint (parent->actions->len, ==, 2);
  const C2paAction *created = parent->actions->pdata[0];
  g_assert_cmpstr (created->action, ==, "c2pa.created");
  g_assert_cmpstr (created->description, ==, "Created by Test Generative AI.");
  g_assert_cmpstr (created->source_type, ==, "trainedAlgorithmicMedia");
  g_assert_cmpstr (created->software_agent, ==, "Test Generative AI");
  g_assert_cmpuint (active->ingredients->len, ==, 1);
  const C2paIngredient *ingredient = active->ingredients->pdata[0];
  g_assert_cmpstr (ingredient->relationship, ==, "parentOf");
  g_assert_cmpstr (ingredient->manifest, ==, parent->label);
  g_assert_true (has_code (active->successes, "ingredient.manifest.validated"));
  g_assert_true (has_code (active->successes, "assertion.dataHash.match"));
}

static void
test_all_kinds_of_signatures_hold (void)
{
  static const char *const names[] = { "first-version", "one-es384", "one-ps256", "one-ed25519",
                                       "one-stamped",   "boxes",     "redacted",  "update" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_test_message ("%s", names[i]);
    g_auto (Original) original = load (names[i]);
    g_autoptr (C2paReport) report = read_with (&original, original.file);
    g_autofree char *summary = c2pa_summary (report);
    g_assert_cmpstr (summary, ==, "valid");
    g_assert_cmpint (report->state, ==, C2PA_STATE_TRUSTED);
    g_assert_true (report->is_bound);
  }
}

static void
test_a_time_stamp_tells_when (void)
{
  g_auto (Original) original = load ("one-stamped");
  g_autoptr (C2paReport) report = read_with (&original, NULL);
  const C2paManifest *active = c2pa_active (report);
  g_assert_true (g_str_has_prefix (active->signed_at, "2026-"));
  g_assert_true (has_code (active->successes, "timeStamp.trusted"));
  g_autoptr (C2paReport) other = c2pa_read (original.store, NULL, NULL);
  active = c2pa_active (other);
  g_assert_true (g_str_has_prefix (active->signed_at, "2026-"));
  g_assert_true (has_code (active->informations, "timeStamp.untrusted"));
}

static void
test_without_anchors_nobody_is_trusted (void)
{
  g_auto (Original) original = load ("two");
  g_autoptr (C2paReport) report = c2pa_read (original.store, original.file, NULL);
  g_assert_cmpint (report->state, ==, C2PA_STATE_VALID);
  g_assert_true (has_code (c2pa_active (report)->failures, "signingCredential.untrusted"));
  g_auto (Original) stranger = load ("stranger");
  g_autoptr (C2paReport) other = read_with (&stranger, stranger.file);
  g_assert_cmpint (other->state, ==, C2PA_STATE_VALID);
}

static void
test_without_its_file_it_is_not_bound (void)
{
  g_auto (Original) original = load ("two");
  g_autoptr (C2paReport) report = read_with (&original, NULL);
  g_assert_cmpint (report->state, ==, C2PA_STATE_TRUSTED);
  g_assert_false (report->is_bound);
}

/* ---- what does not ---- */

static void
test_every_fault_has_its_code (void)
{
  static const struct {
    const char *name, *summary;
  } rows[] = {
    { "fault-hash", "assertion.dataHash.mismatch" },
    { "fault-assertion", "assertion.hashedURI.mismatch" },
    { "fault-claim", "claimSignature.mismatch" },
    { "fault-signature", "claimSignature.mismatch" },
    { "fault-no-binding", "claim.hardBindings.missing" },
    { "fault-no-assertion", "assertion.missing" },
    { "fault-unknown-parent", "ingredient.manifest.missing" },
    { "fault-changed-parent", "ingredient.manifest.mismatch assertion.hashedURI.mismatch" },
    { "fault-hidden-parent", "assertion.hashedURI.mismatch" },
    { "fault-undeclared", "assertion.undeclared" },
    { "fault-two-beginnings", "assertion.action.malformed" },
    { "fault-no-beginning", "assertion.action.malformed" },
    { "fault-opened-nothing", "assertion.action.ingredientMismatch" },
    { "fault-two-bindings", "assertion.multipleHardBindings" },
    /* A manifest that is no part of the chain takes nothing out of it. */
    { "fault-stray-redaction", "ingredient.manifest.mismatch assertion.missing" },
    { "fault-kept-redaction", "assertion.notRedacted" },
    { "fault-redacted-child", "assertion.hashedURI.mismatch assertion.selfRedacted" },
    { "fault-text-binding", "assertion.dataHash.malformed" },
    { "fault-update-of-nothing", "claim.hardBindings.missing" },
    { "expired", "signingCredential.expired" },
    { "wrong-purpose", "signingCredential.invalid" },
    { "self-signed", "signingCredential.invalid" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].name);
    g_auto (Original) original = load (rows[i].name);
    g_autoptr (C2paReport) report = read_with (&original, original.file);
    g_autofree char *summary = c2pa_summary (report);
    g_assert_cmpstr (summary, ==, rows[i].summary);
    g_assert_cmpint (report->state, ==, C2PA_STATE_INVALID);
  }
}

/* The next manifest says what was wrong with it, so that it is not invalid itself. */
static void
test_a_fault_that_is_owned_up_to_stays_where_it_is (void)
{
  g_auto (Original) original = load ("fault-invalid-parent");
  g_autoptr (C2paReport) report = read_with (&original, original.file);
  g_assert_cmpint (report->state, ==, C2PA_STATE_TRUSTED);
  const C2paManifest *parent = report->manifests->pdata[0];
  g_assert_true (has_code (parent->failures, "assertion.hashedURI.mismatch"));
  g_assert_cmpuint (c2pa_active (report)->failures->len, ==, 0);
}

static void
test_what_is_no_store_is_unreadable (void)
{
  static const char *const names[] = { "fault-truncated", "fault-nested", "fault-too-many",
                                       "fault-compressed", "fault-same-label" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_auto (Original) original = load (names[i]);
    g_autoptr (C2paReport) report = read_with (&original, original.file);
    g_assert_cmpint (report->state, ==, C2PA_STATE_UNREADABLE);
    g_assert_nonnull (report->trouble);
    g_assert_cmpuint (report->manifests->len, ==, 0);
    g_autofree char *summary = c2pa_summary (report);
    g_assert_cmpstr (summary, ==, report->trouble);
  }
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (C2paReport) report = c2pa_read (nothing, nothing, NULL);
  g_assert_cmpint (report->state, ==, C2PA_STATE_UNREADABLE);
  g_assert_null (c2pa_active (report));
}

static void
test_one_bit_of_the_file_is_enough (void)
{
  static const char *const names[] = { "one-ed25519", "boxes" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_auto (Original) original = load (names[i]);
    size_t length = g_bytes_get_size (original.file);
    /* Of a BMFF file the pixels, since what stands in front of them is left out. */
    size_t step = i == 0 ? 1 : 7, from = i == 0 ? 0 : length - 16;
    for (size_t at = from; at < length; at += step) {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_byte_array_append (bytes, g_bytes_get_data (original.file, NULL), (unsigned)length);
      bytes->data[at] ^= (uint8_t)(1 << at % 8);
      g_autoptr (GBytes) changed = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
      g_autoptr (C2paReport) report = read_with (&original, changed);
      g_assert_cmpint (report->state, ==, C2PA_STATE_INVALID);
      g_assert_true (report->is_bound);
    }
  }
}

/* What somebody says is under the signature, all of it. */
static void
test_one_bit_of_what_is_said_is_enough (void)
{
  g_auto (Original) original = load ("two");
  size_t length;
  const char *bytes = g_bytes_get_data (original.store, &length);
  const char *said[] = {
    "Created by", "SynthID", "Converted to", "parentOf", "Test Core", "trained"
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (said); i++) {
    const char *found = memmem (bytes, length, said[i], strlen (said[i]));
    g_assert_nonnull (found);
    g_autofree char *copy = g_memdup2 (bytes, length);
    copy[found - bytes] ^= 1;
    g_autoptr (GBytes) changed = g_bytes_new_static (copy, length);
    g_autoptr (C2paReport) report = read_with (&(Original){ changed, NULL }, original.file);
    g_assert_cmpint (report->state, ==, C2PA_STATE_INVALID);
  }
}

/* ---- what it tells of the picture ---- */

static void
test_a_place_is_seen_wherever_it_stands (void)
{
  static const struct {
    const char *name;
    bool is_told;
  } rows[] = { { "place", true },
               { "city-in-cbor", true },
               { "country", true },
               { "text", true }, /* prose that names GPSLatitude: rather a word too many */
               { "two", false } };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Original) original = load (rows[i].name);
    g_autoptr (C2paReport) report = c2pa_read (original.store, NULL, NULL);
    g_assert_cmpint (report->tells_location, ==, rows[i].is_told);
  }
}

static void
test_a_summary_is_carried_on (void)
{
  g_auto (Original) original = load ("two");
  g_autoptr (C2paReport) broken = read_with (&original, original.store);
  g_autofree char *summary = c2pa_summary (broken);
  g_assert_cmpstr (summary, ==, "assertion.dataHash.mismatch");
  g_autoptr (C2paReport) report = read_with (&original, NULL);
  c2pa_report_set_summary (report, summary);
  g_assert_cmpint (report->state, ==, C2PA_STATE_INVALID);
  g_assert_true (has_code (c2pa_active (report)->failures, "assertion.dataHash.mismatch"));
  g_autoptr (C2paReport) sound = read_with (&original, NULL);
  c2pa_report_set_summary (sound, "valid");
  g_assert_cmpint (sound->state, ==, C2PA_STATE_TRUSTED);
  g_assert_true (sound->is_bound);
}

/* ---- hashes ---- */

static void
assert_hash_of (const uint8_t hash[32], const void *bytes, size_t length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, bytes, (gssize)length);
  uint8_t wanted[32];
  size_t n_bytes = sizeof wanted;
  g_checksum_get_digest (checksum, wanted, &n_bytes);
  g_assert_cmpmem (hash, 32, wanted, 32);
}

static void
test_ranges_are_left_out (void)
{
  g_autoptr (GBytes) file = bytes_of ("abcdefgh");
  uint8_t hash[32];
  C2paRange two[] = { { 1, 2 }, { 5, 3 } };
  g_assert_true (c2pa_hash_data (file, two, 2, hash));
  assert_hash_of (hash, "ade", 3);
  g_assert_true (c2pa_hash_data (file, NULL, 0, hash));
  assert_hash_of (hash, "abcdefgh", 8);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  g_assert_true (c2pa_hash_data (empty, NULL, 0, hash));
  assert_hash_of (hash, "", 0);
  C2paRange wrong[][2] = { { { 5, 3 }, { 1, 2 } },
                           { { 0, 3 }, { 2, 1 } },
                           { { 0, 1 }, { 8, 1 } },
                           { { 0, 1 }, { SIZE_MAX, 2 } },
                           { { 1, SIZE_MAX }, { 2, 1 } } };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (c2pa_hash_data (file, wrong[i], 2, hash));
}

static void
test_boxes_are_hashed_with_their_place (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new (), hashed = g_byte_array_new ();
  put_big (file, 4, 12);
  put_text (file, "ftypavif");
  put_big (file, 4, 24);
  put_text (file, "uuid");
  put_big (file, 8, 0xd8fec3d61b0e483c);
  put_big (file, 8, 0x92975828877ec481);
  put_big (file, 4, 10);
  put_text (file, "mdatxy");
  put_big (hashed, 8, 36);
  put_big (hashed, 4, 10);
  put_text (hashed, "mdatxy");
  g_autoptr (GBytes) whole = g_bytes_new (file->data, file->len);
  uint8_t hash[32];
  g_assert_true (c2pa_hash_bmff (whole, hash));
  assert_hash_of (hash, hashed->data, hashed->len);
  g_autoptr (GBytes) cut = g_bytes_new (file->data, file->len - 1);
  g_assert_false (c2pa_hash_bmff (cut, hash));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/c2pa/c2pa/a-chain-tells-all", test_a_chain_tells_all);
  g_test_add_func ("/c2pa/c2pa/all-kinds-of-signatures-hold", test_all_kinds_of_signatures_hold);
  g_test_add_func ("/c2pa/c2pa/a-time-stamp-tells-when", test_a_time_stamp_tells_when);
  g_test_add_func ("/c2pa/c2pa/without-anchors-nobody-is-trusted",
                   test_without_anchors_nobody_is_trusted);
  g_test_add_func ("/c2pa/c2pa/without-its-file-it-is-not-bound",
                   test_without_its_file_it_is_not_bound);
  g_test_add_func ("/c2pa/c2pa/every-fault-has-its-code", test_every_fault_has_its_code);
  g_test_add_func ("/c2pa/c2pa/a-fault-that-is-owned-up-to-stays-where-it-is",
                   test_a_fault_that_is_owned_up_to_stays_where_it_is);
  g_test_add_func ("/c2pa/c2pa/what-is-no-store-is-unreadable",
                   test_what_is_no_store_is_unreadable);
  g_test_add_func ("/c2pa/c2pa/one-bit-of-the-file-is-enough", test_one_bit_of_the_file_is_enough);
  g_test_add_func ("/c2pa/c2pa/one-bit-of-what-is-said-is-enough",
                   test_one_bit_of_what_is_said_is_enough);
  g_test_add_func ("/c2pa/c2pa/a-place-is-seen-wherever-it-stands",
                   test_a_place_is_seen_wherever_it_stands);
  g_test_add_func ("/c2pa/c2pa/a-summary-is-carried-on", test_a_summary_is_carried_on);
  g_test_add_func ("/c2pa/c2pa/ranges-are-left-out", test_ranges_are_left_out);
  g_test_add_func ("/c2pa/c2pa/boxes-are-hashed-with-their-place",
                   test_boxes_are_hashed_with_their_place);
  return g_test_run ();
}
