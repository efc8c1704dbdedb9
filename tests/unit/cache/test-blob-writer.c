/* The linker puts this file between the cache and the kernel (--wrap), so that the test can take
 * O_TMPFILE away and fill the disk. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob.h"
#include "support/scratch.h"

enum { MOST_BYTES = 64 * 1024 * 1024 };

static bool has_unnamed_files = true;
static int64_t disk_bytes_left = INT64_MAX;

int __real_open (const char *path, int flags, mode_t mode);
int __wrap_open (const char *path, int flags, mode_t mode);
ssize_t __real_write (int fd, const void *data, size_t length);
ssize_t __wrap_write (int fd, const void *data, size_t length);

int
__wrap_open (const char *path, int flags, mode_t mode)
{
  if ((flags & O_TMPFILE) == O_TMPFILE && !has_unnamed_files) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return __real_open (path, flags, mode);
}

ssize_t
__wrap_write (int fd, const void *data, size_t length)
{
  if (disk_bytes_left <= 0) {
    errno = ENOSPC;
    return -1;
  }
  size_t fits = (size_t)MIN ((int64_t)length, disk_bytes_left);
  disk_bytes_left -= (int64_t)fits;
  return __real_write (fd, data, fits);
}

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static GBytes *
noise (size_t length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  uint32_t *words = g_malloc (length + sizeof *words);
  for (size_t i = 0; i < length / sizeof *words + 1; i++)
    words[i] = g_rand_int (random);
  return g_bytes_new_take (words, length);
}

static BlobWriter *
begin (Cache *cache, GBytes *bytes, size_t piece)
{
  g_autoptr (GError) error = NULL;
  BlobWriter *writer = blob_writer_new (cache, CACHE_COMPRESSION_AUTO, &error);
  g_assert_no_error (error);
  const uint8_t *data = g_bytes_get_data (bytes, NULL);
  size_t length = g_bytes_get_size (bytes);
  for (size_t at = 0; at < length; at += piece)
    assert_ok (blob_writer_write (writer, data + at, MIN (piece, length - at), &error), error);
  return writer;
}

static void
check_stored (Cache *cache, const Digest *digest, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) back = cache_get (cache, digest, MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_nonnull (back);
  g_assert_true (g_bytes_equal (bytes, back));
}

/* Files below the folder whose name begins so. */
static unsigned
count_files (const char *folder, const char *prefix)
{
  unsigned n_found = 0;
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      n_found += count_files (path, prefix);
    else if (g_str_has_prefix (name, prefix))
      n_found++;
  }
  return n_found;
}

static void
check_in_pieces (bool unnamed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (500 * 1000);
  has_unnamed_files = unnamed;
  g_autoptr (BlobWriter) writer = begin (cache, bytes, 4321);
  g_assert_cmpuint (count_files (cache_home (cache), ".peel-"), ==, unnamed ? 0 : 1);
  Digest digest;
  bool was_there = true;
  assert_ok (blob_writer_commit (writer, &digest, &was_there, &error), error);
  has_unnamed_files = true;
  g_assert_false (was_there);
  g_assert_cmpuint (count_files (cache_home (cache), ".peel-"), ==, 0);
  Digest wanted = digest_of (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_true (digest_equal (&digest, &wanted));
  check_stored (cache, &digest, bytes);
}

static void
what_comes_in_pieces_is_stored (void)
{
  check_in_pieces (true);
  check_in_pieces (false);
}

static void
several_may_come_at_once (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) one = noise (300 * 1000);
  g_autoptr (GBytes) two = noise (200 * 1000);
  g_autoptr (BlobWriter) first = begin (cache, one, 10000);
  g_autoptr (BlobWriter) second = begin (cache, two, 20000);
  Digest digest;
  assert_ok (blob_writer_commit (second, &digest, NULL, &error), error);
  check_stored (cache, &digest, two);
  assert_ok (blob_writer_commit (first, &digest, NULL, &error), error);
  check_stored (cache, &digest, one);
}

static void
what_is_not_committed_is_gone (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (300 * 1000);
  for (int i = 0; i < 2; i++) {
    has_unnamed_files = i == 0;
    blob_writer_free (begin (cache, bytes, 10000));
    g_autofree char *originals = g_build_filename (cache_home (cache), "originals", NULL);
    g_assert_cmpuint (count_files (originals, ""), ==, 0);
  }
  has_unnamed_files = true;
}

static void
the_next_start_sweeps_what_a_killed_writer_left (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  g_autofree char *originals = g_build_filename (home, "originals", NULL);
  pid_t child = fork ();
  if (child == 0) {
    has_unnamed_files = false;
    Cache *cache = open_cache (scratch);
    g_autoptr (GBytes) bytes = noise (100 * 1000);
    begin (cache, bytes, 10000);
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_cmpuint (count_files (originals, ".peel-"), ==, 1);
  cache_close (cache_open (home, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (originals, ""), ==, 0);
}

static void
what_is_stored_and_whole_stays (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (100 * 1000);
  for (int i = 0; i < 2; i++) {
    g_autoptr (BlobWriter) writer = begin (cache, bytes, 10000);
    Digest digest;
    bool was_there;
    assert_ok (blob_writer_commit (writer, &digest, &was_there, &error), error);
    g_assert_cmpint (was_there, ==, i == 1);
  }
  g_autofree char *originals = g_build_filename (cache_home (cache), "originals", NULL);
  g_assert_cmpuint (count_files (originals, ""), ==, 1);
}

static void
what_is_stored_and_damaged_is_replaced (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (100 * 1000);
  Digest digest;
  bool was_there;
  assert_ok (cache_put (cache, bytes, &digest, NULL, &error), error);
  DigestHex hex = digest_to_hex (&digest);
  g_autofree char *path = g_strdup_printf ("%s/originals/%.2s/%s.zst", cache_home (cache), hex.text,
                                           hex.text);
  g_assert_cmpint (truncate (path, 5000), ==, 0);
  g_autoptr (BlobWriter) writer = begin (cache, bytes, 10000);
  assert_ok (blob_writer_commit (writer, &digest, &was_there, &error), error);
  g_assert_false (was_there);
  check_stored (cache, &digest, bytes);
  g_autofree char *quarantine = g_build_filename (cache_home (cache), "quarantine", NULL);
  g_assert_cmpuint (count_files (quarantine, hex.text), ==, 1);
}

/* ---- full disks ---- */

static void
check_told (GError *error, const char *home, const char *words)
{
  g_assert_error (error, BASE_ERROR, BASE_ERROR_NO_SPACE);
  g_autofree char *where = g_strdup_printf ("in %s/originals: the disk is full, ", home);
  g_assert_nonnull (strstr (error->message, where));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (error->message, " are free; free some space and run again"));
}

static void
a_full_disk_tells_what_is_missing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (300 * 1000);
  Digest digest;
  disk_bytes_left = 150 * 1000;
  g_assert_false (cache_put (cache, bytes, &digest, NULL, &error));
  check_told (error, cache_home (cache), "up to 150000 bytes were still to be written");
  g_assert_nonnull (strstr (error->message, "a new original of 300000 bytes in "));

  /* From somewhere that does not tell how much will come. */
  g_clear_error (&error);
  disk_bytes_left = 150 * 1000;
  g_autoptr (BlobWriter) writer = blob_writer_new (cache, CACHE_COMPRESSION_AUTO, &error);
  g_assert_false (blob_writer_write (writer, g_bytes_get_data (bytes, NULL), 300 * 1000, &error));
  check_told (error, cache_home (cache), "300000 bytes had come");
  disk_bytes_left = INT64_MAX;
  g_autofree char *originals = g_build_filename (cache_home (cache), "originals", NULL);
  g_assert_cmpuint (count_files (originals, ""), ==, 0);
}

static void
a_full_disk_lets_stored_bytes_be_put_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (300 * 1000);
  Digest digest;
  bool was_there;
  assert_ok (cache_put (cache, bytes, &digest, NULL, &error), error);
  disk_bytes_left = 0;
  assert_ok (cache_put (cache, bytes, &digest, &was_there, &error), error);
  disk_bytes_left = INT64_MAX;
  g_assert_true (was_there);
}

/* ---- files ---- */

static int
open_file_of (GBytes *bytes)
{
  int fd = memfd_create ("picture", MFD_CLOEXEC);
  size_t length = g_bytes_get_size (bytes);
  g_assert_cmpint (write (fd, g_bytes_get_data (bytes, NULL), length), ==, (gssize)length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static void
a_file_is_put_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (300 * 1000);
  int fd = open_file_of (bytes);
  Digest digest;
  int64_t n_bytes;
  assert_ok (blob_put_file (cache, fd, "picture.png", CACHE_COMPRESSION_OFF, 300 * 1000, &digest,
                            &n_bytes, NULL, &error),
             error);
  close (fd);
  g_assert_cmpint (n_bytes, ==, 300 * 1000);
  check_stored (cache, &digest, bytes);
}

static void
a_file_over_the_limit_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = noise (300 * 1000);
  int fd = open_file_of (bytes);
  Digest digest;
  g_assert_false (blob_put_file (cache, fd, "picture.png", CACHE_COMPRESSION_AUTO, 299 * 1000,
                                 &digest, NULL, NULL, &error));
  close (fd);
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
  g_assert_cmpstr (error->message, ==,
                   "picture.png is larger than 299000 bytes, the most that is read");
  g_autofree char *originals = g_build_filename (cache_home (cache), "originals", NULL);
  g_assert_cmpuint (count_files (originals, ""), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/blob-writer/" name, function)
  CLAIM ("what-comes-in-pieces-is-stored", what_comes_in_pieces_is_stored);
  CLAIM ("several-may-come-at-once", several_may_come_at_once);
  CLAIM ("what-is-not-committed-is-gone", what_is_not_committed_is_gone);
  CLAIM ("the-next-start-sweeps-what-a-killed-writer-left",
         the_next_start_sweeps_what_a_killed_writer_left);
  CLAIM ("what-is-stored-and-whole-stays", what_is_stored_and_whole_stays);
  CLAIM ("what-is-stored-and-damaged-is-replaced", what_is_stored_and_damaged_is_replaced);
  CLAIM ("a-full-disk-tells-what-is-missing", a_full_disk_tells_what_is_missing);
  CLAIM ("a-full-disk-lets-stored-bytes-be-put-again", a_full_disk_lets_stored_bytes_be_put_again);
  CLAIM ("a-file-is-put-whole", a_file_is_put_whole);
  CLAIM ("a-file-over-the-limit-is-refused", a_file_over_the_limit_is_refused);
#undef CLAIM
  return g_test_run ();
}
