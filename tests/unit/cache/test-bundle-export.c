#include "bundles.h"
#include "cache/journal.h"
#include "cache/tar.h"

static void
another_home_is_filled_with_the_same (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_autoptr (GBytes) bundle = bundle_of_some (scratch, digests);
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autoptr (Cache) to = open_home (scratch, "to");
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (to, bytes, length, heard, &result, &error), error);
  g_assert_cmpstr (heard->str, ==, "");
  g_assert_cmpuint (result.n_originals, ==, N_ORIGINALS);
  g_assert_cmpuint (result.n_new, ==, N_ORIGINALS);
  g_assert_cmpuint (result.n_sidecars, ==, N_ORIGINALS);
  g_autofree char *wanted = list_home (from, "originals");
  g_autofree char *found = list_home (to, "originals");
  g_assert_cmpstr (found, ==, wanted);
  for (unsigned i = 0; i < N_ORIGINALS; i++) {
    g_autofree char *hex = request_of (i);
    Digest request, original;
    g_assert_true (digest_from_hex (hex, &request));
    assert_ok (cache_lookup (to, &request, &original, NULL, &error), error);
    g_assert_true (digest_equal (&original, &digests[i]));
  }

  /* Again: nothing is new, nothing is written. */
  assert_ok (restore (to, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_originals, ==, N_ORIGINALS);
  g_assert_cmpuint (result.n_new, ==, 0);
  g_autofree char *again = list_home (to, "originals");
  g_assert_cmpstr (again, ==, wanted);
}

static void
the_same_originals_make_the_same_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_autoptr (GBytes) bundle = bundle_of_some (scratch, digests);
  g_autoptr (Cache) to = open_home (scratch, "to");
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (to, bytes, length, heard, &result, &error), error);
  Digest others[2 * N_ORIGINALS];
  for (unsigned i = 0; i < N_ORIGINALS; i++) {
    others[2 * i] = digests[N_ORIGINALS - 1 - i];
    others[2 * i + 1] = digests[i];
  }
  g_autoptr (GBytes) again = pack (to, others, G_N_ELEMENTS (others), heard, &result);
  g_assert_true (g_bytes_equal (bundle, again));
}

static void
any_tar_unpacks_it_into_a_home (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_autoptr (GBytes) bundle = bundle_of_some (scratch, digests);
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autoptr (Cache) to = open_home (scratch, "to");
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (
    g_file_set_contents (scratch_path (scratch, "bundle.tar"), bytes, (gssize)length, &error),
    error);
  const char *arguments[] = { "tar", "-x", "-f", "../bundle.tar", NULL };
  int status;
  assert_ok (g_spawn_sync (cache_home (to), (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL,
                           NULL, NULL, NULL, &status, &error),
             error);
  g_assert_cmpint (status, ==, 0);
  g_autofree char *wanted = list_home (from, "originals");
  g_autofree char *found = list_home (to, "originals");
  g_assert_cmpstr (found, ==, wanted);
}

static void
what_is_not_there_is_left_out_and_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_bytes_unref (bundle_of_some (scratch, digests));
  g_autoptr (Cache) from = open_home (scratch, "from");
  Digest both[2] = { digest_of ("nothing", 7), digests[3] };
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  g_bytes_unref (pack (from, both, 2, heard, &result));
  g_assert_cmpuint (result.n_originals, ==, 1);
  g_assert_cmpuint (result.n_refused, ==, 1);
  g_assert_nonnull (strstr (heard->str, "is left out: its bytes are not in the cache"));
  g_assert_nonnull (strstr (heard->str, digest_to_hex (&both[0]).text));
}

static char *
original_path (Cache *cache, const Digest *digest, const char *suffix)
{
  DigestHex hex = digest_to_hex (digest);
  return g_strdup_printf ("%s/originals/%.2s/%s%s", cache_home (cache), hex.text, hex.text, suffix);
}

static void
flip_last_byte (const char *path)
{
  int fd = open (path, O_RDWR);
  off_t at = lseek (fd, 0, SEEK_END) - 1;
  uint8_t byte;
  g_assert_cmpint (pread (fd, &byte, 1, at), ==, 1);
  byte ^= 0x40;
  g_assert_cmpint (pwrite (fd, &byte, 1, at), ==, 1);
  close (fd);
}

static void
no_damaged_original_gets_into_a_bundle (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_autoptr (GBytes) bundle = bundle_of_some (scratch, digests);
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autofree char *path = original_path (from, &digests[4], ".zst");
  flip_last_byte (path);
  BundleResult result;
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  g_assert_false (bundle_export (from, digests, N_ORIGINALS, true, fd, NULL, &result, &error));
  close (fd);
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "quarantine"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  /* The next one is whole, and the old one mends the home. */
  g_autoptr (GString) heard = g_string_new (NULL);
  g_bytes_unref (pack (from, digests, N_ORIGINALS, heard, &result));
  g_assert_cmpuint (result.n_originals, ==, N_ORIGINALS - 1);
  g_clear_error (&error);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (from, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_new, ==, 1);
  g_autoptr (GBytes) again = pack (from, digests, N_ORIGINALS, heard, &result);
  g_assert_true (g_bytes_equal (bundle, again));
}

static void
restoring_mends_what_is_damaged (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_autoptr (GBytes) bundle = bundle_of_some (scratch, digests);
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autofree char *wanted = list_home (from, "originals");
  g_autofree char *blob = original_path (from, &digests[2], ".zst");
  g_autofree char *sidecar = original_path (from, &digests[3], ".json");
  flip_last_byte (blob);
  flip_last_byte (sidecar);
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (from, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_new, ==, 1);
  g_assert_nonnull (strstr (heard->str, "the sidecar "));
  g_autofree char *found = list_home (from, "originals");
  g_assert_cmpstr (found, ==, wanted);
}

/* ---- bundles that are not whole ---- */

static void
a_cut_bundle_restores_what_was_whole (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_autoptr (GBytes) bundle = bundle_of_some (scratch, digests);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  g_autoptr (Cache) to = open_home (scratch, "to");
  g_autoptr (GString) heard = g_string_new (NULL);
  unsigned n_before = 0;
  for (size_t cut = 0; cut < length; cut += TAR_BLOCK_BYTES) {
    g_autoptr (GError) error = NULL;
    BundleResult result;
    g_assert_false (restore (to, bytes, cut, heard, &result, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    g_autofree char *start = g_strdup_printf (
      "the bundle is damaged (%u of its originals are in the cache now): it is cut",
      result.n_originals);
    bool has_header = cut > TAR_BLOCK_BYTES;
    g_assert_true (g_str_has_prefix (error->message, has_header ? start : "this is no bundle"));
    g_assert_cmpuint (result.n_originals, >=, n_before);
    g_assert_cmpuint (result.n_new, ==, result.n_originals - n_before);
    n_before = result.n_originals;
  }
  g_assert_cmpuint (n_before, ==, N_ORIGINALS);
  g_assert_cmpstr (heard->str, ==, "");
}

/* Three lines: two calls, one of them ended. */
static void
keep_journal (Cache *cache)
{
  g_autoptr (GError) error = NULL;
  for (int i = 0; i < 2; i++) {
    g_autoptr (JournalCall) call = journal_call_new ();
    call->provider = g_strdup ("vertex");
    call->result = g_strdup ("failed");
    assert_ok (journal_begin (cache, call, &error), error);
    if (i == 0)
      assert_ok (journal_end (cache, call, &error), error);
  }
}

static void
journals_are_merged (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autoptr (Cache) to = open_home (scratch, "to");
  keep_journal (from);
  keep_journal (to);
  g_autofree char *torn = g_build_filename (cache_home (from), "journal.jsonl", NULL);
  FILE *stream = fopen (torn, "a");
  fputs ("{\"cut", stream);
  fclose (stream);
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  g_autoptr (GBytes) bundle = pack (from, NULL, 0, heard, &result);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  for (unsigned i = 0; i < 2; i++) {
    assert_ok (restore (to, bytes, length, heard, &result, &error), error);
    g_assert_cmpuint (result.n_journal_lines, ==, i == 0 ? 3 : 0);
    g_assert_cmpstr (heard->str, ==, "");
  }
  g_autofree char *path = g_build_filename (cache_home (to), "journal.jsonl", NULL);
  g_autofree char *text = NULL;
  assert_ok (g_file_get_contents (path, &text, NULL, &error), error);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 0);
  g_assert_cmpuint (g_strv_length (lines), ==, 6 + 1);
}

static void
nothing_is_a_bundle_too (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_home (scratch, "home");
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  g_autoptr (GBytes) bundle = pack (cache, NULL, 0, heard, &result);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (cache, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_originals, ==, 0);
}

static void
a_full_disk_says_so (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[N_ORIGINALS];
  g_bytes_unref (bundle_of_some (scratch, digests));
  int full = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  g_autoptr (Cache) from = open_home (scratch, "from");
  BundleResult result;
  g_assert_false (bundle_export (from, digests, N_ORIGINALS, true, full, NULL, &result, &error));
  close (full);
  g_assert_nonnull (strstr (error->message, "cannot write the archive: the disk is full"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/bundle-export/" name, function)
  CLAIM ("another-home-is-filled-with-the-same", another_home_is_filled_with_the_same);
  CLAIM ("the-same-originals-make-the-same-bytes", the_same_originals_make_the_same_bytes);
  CLAIM ("any-tar-unpacks-it-into-a-home", any_tar_unpacks_it_into_a_home);
  CLAIM ("what-is-not-there-is-left-out-and-told", what_is_not_there_is_left_out_and_told);
  CLAIM ("no-damaged-original-gets-into-a-bundle", no_damaged_original_gets_into_a_bundle);
  CLAIM ("restoring-mends-what-is-damaged", restoring_mends_what_is_damaged);
  CLAIM ("a-cut-bundle-restores-what-was-whole", a_cut_bundle_restores_what_was_whole);
  CLAIM ("journals-are-merged", journals_are_merged);
  CLAIM ("nothing-is-a-bundle-too", nothing_is_a_bundle_too);
  CLAIM ("a-full-disk-says-so", a_full_disk_says_so);
#undef CLAIM
  return g_test_run ();
}
