#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "base/path.h"
#include "cache/cache.h"
#include "support/scratch.h"

enum { MOST_BYTES = 64 * 1024 * 1024 };

/* ---- content ---- */

static GBytes *
compressible (size_t length)
{
  char *text = g_malloc (MAX (length, 1));
  for (size_t i = 0; i < length; i++)
    text[i] = "brass diver's watch, "[i % 21];
  return g_bytes_new_take (text, length);
}

static GBytes *
incompressible (size_t length, uint32_t seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  uint32_t *words = g_malloc (length + sizeof *words);
  for (size_t i = 0; i < length / sizeof *words + 1; i++)
    words[i] = g_rand_int (random);
  return g_bytes_new_take (words, length);
}

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static Digest
put (Cache *cache, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  Digest digest;
  assert_ok (cache_put (cache, bytes, &digest, NULL, &error), error);
  return digest;
}

static char *
blob_path (Cache *cache, const Digest *digest)
{
  DigestHex hex = digest_to_hex (digest);
  return g_strdup_printf ("%s/originals/%.2s/%s.zst", cache_home (cache), hex.text, hex.text);
}

static char *
quarantine_path (Cache *cache, const Digest *digest)
{
  return g_strdup_printf ("%s/quarantine/%s.zst", cache_home (cache), digest_to_hex (digest).text);
}

/* Files below the folder whose name ends in `suffix`. */
static unsigned
count_files (const char *folder, const char *suffix)
{
  unsigned n_found = 0;
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      n_found += count_files (path, suffix);
    else if (g_str_has_suffix (name, suffix))
      n_found++;
  }
  return n_found;
}

static void
flip_bit (const char *path, unsigned bit)
{
  off_t offset = bit / 8;
  int fd = open (path, O_RDWR);
  uint8_t byte;
  g_assert_cmpint (pread (fd, &byte, 1, offset), ==, 1);
  byte ^= (uint8_t)(1u << bit % 8);
  g_assert_cmpint (pwrite (fd, &byte, 1, offset), ==, 1);
  close (fd);
}

/* ---- putting and getting ---- */

static void
check_round_trip (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest digest = put (cache, bytes);
  g_assert_true (cache_has (cache, &digest));
  g_autoptr (GBytes) back = cache_get (cache, &digest, MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, back));

  /* The promise that needs no Peel to check. */
  g_autofree char *path = blob_path (cache, &digest);
  g_autofree char *plain = g_build_filename (scratch->folder, "plain", NULL);
  const char *arguments[] = { "zstd", "-q", "-d", path, "-o", plain, NULL };
  int status;
  assert_ok (g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                           NULL, &status, &error),
             error);
  g_assert_cmpint (status, ==, 0);
  g_autofree char *text = NULL;
  gsize length;
  assert_ok (g_file_get_contents (plain, &text, &length, &error), error);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  g_assert_cmpmem (text, length, data, size);
}

static void
gives_back_what_shrinks (void)
{
  g_autoptr (GBytes) bytes = compressible (300 * 1000);
  check_round_trip (bytes);
}

static void
gives_back_what_does_not_shrink (void)
{
  g_autoptr (GBytes) bytes = incompressible (300 * 1000, 1);
  check_round_trip (bytes);
}

static void
gives_back_nothing_and_one_byte (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  check_round_trip (nothing);
  g_autoptr (GBytes) one = g_bytes_new_static ("x", 1);
  check_round_trip (one);
}

static void
gives_back_5_megabytes (void)
{
  g_autoptr (GBytes) bytes = incompressible (5 * 1000 * 1000, 2);
  check_round_trip (bytes);
}

static void
what_does_not_shrink_hardly_grows (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = incompressible (1000 * 1000, 3);
  Digest digest = put (cache, bytes);
  g_autofree char *path = blob_path (cache, &digest);
  GStatBuf status;
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_size, <, 1000 * 1000 + 200);
}

static void
put_twice_keeps_one (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = compressible (1000);
  Digest first, second;
  bool was_there = true;
  assert_ok (cache_put (cache, bytes, &first, &was_there, &error), error);
  g_assert_false (was_there);
  assert_ok (cache_put (cache, bytes, &second, &was_there, &error), error);
  g_assert_true (was_there);
  g_assert_true (digest_equal (&first, &second));
  g_assert_cmpuint (count_files (cache_home (cache), ".zst"), ==, 1);
}

static void
a_stranger_is_a_miss (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest digest = digest_of ("never put", 9);
  g_assert_false (cache_has (cache, &digest));
  g_assert_null (cache_get (cache, &digest, MOST_BYTES, &error));
  g_assert_no_error (error);
}

static void
reads_without_a_cache_or_a_database (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GBytes) bytes = compressible (1000);
  Cache *cache = open_cache (scratch);
  Digest digest = put (cache, bytes);
  cache_close (cache);
  const char *home = scratch_path (scratch, "home");
  g_autoptr (GBytes) back = cache_read_blob (home, &digest, MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, back));
  g_assert_cmpuint (count_files (home, ".sqlite"), ==, 0);
}

static void
finds_by_the_start_of_the_name (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = compressible (1000);
  Digest digest = put (cache, bytes), found;
  DigestHex hex = digest_to_hex (&digest);
  g_autofree char *start = g_strndup (hex.text, 6);
  g_autofree char *upper = g_ascii_strup (start, -1);
  g_assert_cmpuint (cache_find_prefix (cache, upper, &found), ==, 1);
  g_assert_true (digest_equal (&digest, &found));
  g_assert_cmpuint (cache_find_prefix (cache, hex.text, &found), ==, 1);

  /* A second one that begins the same. */
  g_autofree char *twin = blob_path (cache, &digest);
  char *last = twin + strlen (twin) - strlen ("0.zst");
  *last = *last == '0' ? '1' : '0';
  g_assert_true (g_file_set_contents (twin, "", 0, NULL));
  g_assert_cmpuint (cache_find_prefix (cache, start, &found), ==, 2);

  g_assert_cmpuint (cache_find_prefix (cache, "abc", &found), ==, 0);
  g_assert_cmpuint (cache_find_prefix (cache, "../..", &found), ==, 0);
  g_assert_cmpuint (cache_find_prefix (cache, "", &found), ==, 0);
}

static void
the_home_is_local_and_for_its_owner (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  GStatBuf status;
  g_assert_cmpint (g_stat (cache_home (cache), &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  char *file_system = NULL;
  g_assert_true (cache_is_local (cache_home (cache), &file_system));
}

static void
the_environment_names_the_home (void)
{
  g_setenv ("XDG_DATA_HOME", "/data", TRUE);
  g_setenv ("PEEL_HOME", "/elsewhere/../home", TRUE);
  g_autofree char *own = cache_default_home ();
  g_assert_cmpstr (own, ==, "/home");
  g_unsetenv ("PEEL_HOME");
  g_autofree char *usual = cache_default_home ();
  g_assert_cmpstr (usual, ==, "/data/peel");
}

/* ---- damage ---- */

static void
check_flipped (Cache *cache, const Digest *digest, GBytes *bytes, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *moved = quarantine_path (cache, digest);
  g_autoptr (GBytes) back = cache_get (cache, digest, (int64_t)g_bytes_get_size (bytes), &error);
  g_assert_null (back);
  if (!g_error_matches (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE)) {
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    g_assert_nonnull (strstr (error->message, path));
    g_assert_nonnull (strstr (error->message, moved));
    g_assert_cmpint (g_rename (moved, path), ==, 0);
  }
}

static void
every_flipped_bit_is_found (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = compressible (200);
  g_autoptr (GBytes) other = incompressible (100, 4);
  Digest untouched = put (cache, other);
  Digest digest = put (cache, bytes);
  g_autofree char *path = blob_path (cache, &digest);
  GStatBuf status;
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  unsigned n_bits = (unsigned)status.st_size * 8;
  for (unsigned bit = 0; bit < n_bits; bit++) {
    flip_bit (path, bit);
    check_flipped (cache, &digest, bytes, path);
    flip_bit (path, bit);
  }
  g_autoptr (GBytes) good = cache_get (cache, &digest, MOST_BYTES, &error);
  g_assert_nonnull (good);
  g_autoptr (GBytes) neighbour = cache_get (cache, &untouched, MOST_BYTES, &error);
  g_assert_nonnull (neighbour);
}

static void
what_is_damaged_twice_is_kept_twice (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = incompressible (1000, 5);
  for (int i = 0; i < 3; i++) {
    g_autoptr (GError) error = NULL;
    Digest digest = put (cache, bytes);
    g_autofree char *path = blob_path (cache, &digest);
    flip_bit (path, 500 * 8);
    g_assert_null (cache_get (cache, &digest, MOST_BYTES, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    g_assert_false (cache_has (cache, &digest));
  }
  g_autofree char *folder = g_build_filename (cache_home (cache), "quarantine", NULL);
  g_assert_cmpuint (count_files (folder, ""), ==, 3);
}

/* Or good bytes would be taken for stored that are not. */
static void
a_damaged_blob_that_cannot_be_moved_is_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = incompressible (1000, 5);
  Digest digest = put (cache, bytes);
  g_autofree char *path = blob_path (cache, &digest);
  g_autofree char *folder = g_build_filename (cache_home (cache), "quarantine", NULL);
  flip_bit (path, 500 * 8);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_true (g_file_set_contents (folder, "no folder", -1, NULL));
  g_assert_false (cache_put (cache, bytes, &digest, NULL, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "could not be moved to"));
}

static void
putting_good_bytes_mends_a_damaged_blob (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = incompressible (1000, 6);
  g_autoptr (GBytes) others = incompressible (1000, 66);
  Digest digest = put (cache, bytes), other = put (cache, others);
  g_autofree char *path = blob_path (cache, &digest);
  g_autofree char *other_path = blob_path (cache, &other);
  bool was_there = true;
  flip_bit (path, 500 * 8);
  assert_ok (cache_put (cache, bytes, &digest, &was_there, &error), error);
  g_assert_false (was_there);
  /* A good frame of other bytes under this name. */
  g_assert_cmpint (g_rename (other_path, path), ==, 0);
  assert_ok (cache_put (cache, bytes, &digest, &was_there, &error), error);
  g_assert_false (was_there);
  g_autoptr (GBytes) back = cache_get (cache, &digest, MOST_BYTES, &error);
  g_assert_true (g_bytes_equal (bytes, back));
}

static void
a_cut_file_is_damaged (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = incompressible (1000, 7);
  static const off_t lengths[] = { 0, 1, 5, 500, 1005 };
  for (unsigned i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GError) error = NULL;
    Digest digest = put (cache, bytes);
    g_autofree char *path = blob_path (cache, &digest);
    g_assert_cmpint (truncate (path, lengths[i]), ==, 0);
    g_assert_null (cache_get (cache, &digest, MOST_BYTES, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  }
}

static void
other_bytes_under_the_name_are_damage (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = incompressible (1000, 9);
  g_autoptr (GBytes) others = incompressible (1000, 10);
  Digest digest = put (cache, bytes), other = put (cache, others);
  g_autofree char *path = blob_path (cache, &digest);
  g_autofree char *other_path = blob_path (cache, &other);
  g_assert_cmpint (g_rename (other_path, path), ==, 0);
  g_assert_null (cache_get (cache, &digest, MOST_BYTES, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, digest_to_hex (&other).text));
}

static void
more_than_the_limit_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = compressible (1001);
  Digest digest = put (cache, bytes);
  g_assert_null (cache_get (cache, &digest, 1000, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
  g_assert_true (cache_has (cache, &digest));
}

/* ---- several processes ---- */

/* Runs in a child: puts the originals number `first` to `end`, and says so by exit 0. */
static void
put_many (const char *home, uint32_t first, uint32_t end)
{
  Cache *cache = cache_open (home, NULL);
  bool ok = cache != NULL;
  for (uint32_t i = first; ok && i < end; i++) {
    g_autoptr (GBytes) bytes = incompressible (20 * 1000, i);
    g_autoptr (CacheRecord) record = cache_record_new ();
    ok = cache_put (cache, bytes, &record->digest, NULL, NULL);
    CacheAcquisition *acquisition = cache_acquisition_new ();
    acquisition->source = g_strdup ("generate");
    acquisition->request = g_strdup (digest_to_hex (&record->digest).text);
    acquisition->path = g_strdup_printf ("%d", (int)getpid ());
    g_ptr_array_add (record->acquisitions, acquisition);
    ok = ok && cache_record_put (cache, record, NULL);
  }
  cache_close (cache);
  _exit (ok ? 0 : 1);
}

/* Whoever has a sidecar answers its request, which put_many names like the original. */
static void
check_found (Cache *cache, const Digest *digest)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (cache, digest, &error);
  g_assert_no_error (error);
  Digest found;
  g_assert_cmpint (cache_lookup (cache, digest, &found, NULL, &error), ==, record != NULL);
  g_assert_no_error (error);
  g_assert_true (record == NULL || digest_equal (&found, digest));
}

static void
check_all_whole (const char *home, uint32_t end, bool must_be_there)
{
  g_autoptr (Cache) cache = cache_open (home, NULL);
  for (uint32_t i = 0; i < end; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = incompressible (20 * 1000, i);
    Digest digest = digest_of (g_bytes_get_data (bytes, NULL), 20 * 1000);
    g_autoptr (GBytes) back = cache_read_blob (home, &digest, MOST_BYTES, &error);
    g_assert_no_error (error);
    g_assert_true (back != NULL || !must_be_there);
    g_assert_true (back == NULL || g_bytes_equal (bytes, back));
    check_found (cache, &digest);
  }
}

static void
processes_that_put_the_same_agree (void)
{
  enum { N_PROCESSES = 4, N_ORIGINALS = 8 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  for (int i = 0; i < N_PROCESSES; i++)
    if (fork () == 0)
      put_many (home, 0, N_ORIGINALS);
  for (int i = 0; i < N_PROCESSES; i++) {
    int status;
    g_assert_cmpint (wait (&status), >, 0);
    g_assert_cmpint (status, ==, 0);
  }
  check_all_whole (home, N_ORIGINALS, true);
  g_assert_cmpuint (count_files (home, ".zst"), ==, N_ORIGINALS);
  /* No process lost what another had written into a shared sidecar. */
  g_autoptr (Cache) cache = cache_open (home, &error);
  g_autoptr (GBytes) bytes = incompressible (20 * 1000, 0);
  Digest digest = put (cache, bytes);
  g_autoptr (CacheRecord) record = cache_record_get (cache, &digest, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (record->acquisitions->len, ==, N_PROCESSES);
}

static void
killed_writers_leave_nothing_half_done (void)
{
  enum { N_ROUNDS = 20, N_ORIGINALS = 200 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  g_autoptr (GRand) random = g_rand_new_with_seed (8);
  for (uint32_t i = 0; i < N_ROUNDS; i++) {
    pid_t child = fork ();
    if (child == 0)
      put_many (home, i, N_ORIGINALS);
    g_usleep ((gulong)g_rand_int_range (random, 1000, 60 * 1000));
    kill (child, SIGKILL);
    g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  }
  g_autoptr (Cache) cache = cache_open (home, &error);
  g_assert_nonnull (cache);
  check_all_whole (home, N_ORIGINALS, false);
  g_assert_cmpuint (count_files (home, ".zst"), >, 0);
  g_assert_cmpuint (count_files (home, ".part"), ==, 0);
  g_autofree char *quarantine = g_build_filename (home, "quarantine", NULL);
  g_assert_cmpuint (count_files (quarantine, ""), ==, 0);
  g_autofree char *writers = g_build_filename (home, "writers", NULL);
  g_assert_cmpuint (count_files (writers, ""), ==, 0);
}

static void
the_next_start_sweeps_after_the_dead (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  g_autoptr (Cache) alive = open_cache (scratch);
  g_autoptr (GBytes) bytes = compressible (100);
  Digest digest = put (alive, bytes);
  g_autofree char *path = blob_path (alive, &digest);
  g_autofree char *shelf = g_path_get_dirname (path);
  g_autofree char *leftover = g_build_filename (shelf, ".peel-abcdefghijkl.part", NULL);
  g_assert_true (g_file_set_contents (leftover, "half", -1, NULL));

  cache_close (cache_open (home, &error)); /* the writer of that shelf lives */
  g_assert_true (g_file_test (leftover, G_FILE_TEST_EXISTS));

  pid_t child = fork ();
  if (child == 0) {
    Cache *cache = cache_open (home, NULL);
    g_autoptr (CacheRecord) record = cache_record_new ();
    record->digest = digest;
    cache_record_put (cache, record, NULL);
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  cache_close (cache_open (home, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (leftover, G_FILE_TEST_EXISTS));
  g_assert_true (cache_has (alive, &digest));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/blob/" name, function)
  CLAIM ("gives-back-what-shrinks", gives_back_what_shrinks);
  CLAIM ("gives-back-what-does-not-shrink", gives_back_what_does_not_shrink);
  CLAIM ("gives-back-nothing-and-one-byte", gives_back_nothing_and_one_byte);
  CLAIM ("gives-back-5-megabytes", gives_back_5_megabytes);
  CLAIM ("what-does-not-shrink-hardly-grows", what_does_not_shrink_hardly_grows);
  CLAIM ("put-twice-keeps-one", put_twice_keeps_one);
  CLAIM ("a-stranger-is-a-miss", a_stranger_is_a_miss);
  CLAIM ("reads-without-a-cache-or-a-database", reads_without_a_cache_or_a_database);
  CLAIM ("finds-by-the-start-of-the-name", finds_by_the_start_of_the_name);
  CLAIM ("the-home-is-local-and-for-its-owner", the_home_is_local_and_for_its_owner);
  CLAIM ("the-environment-names-the-home", the_environment_names_the_home);
  CLAIM ("every-flipped-bit-is-found", every_flipped_bit_is_found);
  CLAIM ("what-is-damaged-twice-is-kept-twice", what_is_damaged_twice_is_kept_twice);
  CLAIM ("a-damaged-blob-that-cannot-be-moved-is-told",
         a_damaged_blob_that_cannot_be_moved_is_told);
  CLAIM ("putting-good-bytes-mends-a-damaged-blob", putting_good_bytes_mends_a_damaged_blob);
  CLAIM ("a-cut-file-is-damaged", a_cut_file_is_damaged);
  CLAIM ("other-bytes-under-the-name-are-damage", other_bytes_under_the_name_are_damage);
  CLAIM ("more-than-the-limit-is-refused", more_than_the_limit_is_refused);
  CLAIM ("processes-that-put-the-same-agree", processes_that_put_the_same_agree);
  CLAIM ("killed-writers-leave-nothing-half-done", killed_writers_leave_nothing_half_done);
  CLAIM ("the-next-start-sweeps-after-the-dead", the_next_start_sweeps_after_the_dead);
#undef CLAIM
  return g_test_run ();
}
