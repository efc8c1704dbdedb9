/* Every claim is made twice where it matters: on a file system with files that have no name, and
 * on one without. The linker puts this file between base/ and the kernel (--wrap), so that the
 * test can take O_TMPFILE away, fill the disk and write in bits. */
#include "base/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base-error.h"
#include "support/scratch.h"

static bool has_unnamed_files = true;
static int64_t disk_bytes_left = INT64_MAX;
static bool writes_in_bits;
static bool sync_fails;

int __real_open (const char *path, int flags, mode_t mode);
int __wrap_open (const char *path, int flags, mode_t mode);
ssize_t __real_write (int fd, const void *data, size_t length);
ssize_t __wrap_write (int fd, const void *data, size_t length);
int __real_fsync (int fd);
int __wrap_fsync (int fd);

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
  static unsigned n_calls;
  if (writes_in_bits && n_calls++ % 2 == 0) {
    errno = EINTR;
    return -1;
  }
  if (disk_bytes_left <= 0) {
    errno = ENOSPC;
    return -1;
  }
  size_t fits = (size_t)MIN ((int64_t)length, disk_bytes_left);
  if (writes_in_bits)
    fits = MIN (fits, 3);
  disk_bytes_left -= (int64_t)fits;
  return __real_write (fd, data, fits);
}

int
__wrap_fsync (int fd)
{
  if (sync_fails) {
    errno = EIO;
    return -1;
  }
  return __real_fsync (fd);
}

static unsigned
count_entries (Scratch *scratch)
{
  unsigned n = 0;
  GDir *listing = g_dir_open (scratch->folder, 0, NULL);
  while (g_dir_read_name (listing) != NULL)
    n++;
  g_dir_close (listing);
  return n;
}

static void
assert_holds (const char *path, const char *wanted)
{
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, wanted);
}

static void
nothing_is_seen_before_commit (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "out.png");
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, path, &error), error);
  assert_ok (atomic_file_write (&file, "new", 3, &error), error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_entries (scratch), ==, has_unnamed_files ? 0 : 1);
  assert_ok (atomic_file_commit (&file, &error), error);
  assert_holds (path, "new");
  g_assert_cmpuint (count_entries (scratch), ==, 1);
}

static void
commit_replaces_what_has_the_name (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_write (scratch, "out.png", "the old one");
  assert_ok (atomic_file_put (path, "new", 3, &error), error);
  assert_holds (path, "new");
  g_assert_cmpuint (count_entries (scratch), ==, 1);
}

static void
commit_new_leaves_what_has_the_name (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "blob");
  static const char *const texts[] = { "first", "second" };
  for (int i = 0; i < 2; i++) {
    g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
    bool exists = i == 0;
    assert_ok (atomic_file_open (&file, path, &error), error);
    assert_ok (atomic_file_write (&file, texts[i], strlen (texts[i]), &error), error);
    assert_ok (atomic_file_commit_new (&file, &exists, &error), error);
    g_assert_cmpint (exists, ==, i == 1);
  }
  assert_holds (path, "first");
  g_assert_cmpuint (count_entries (scratch), ==, 1);
}

static void
what_is_not_committed_is_gone (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  AtomicFile file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, scratch_path (scratch, "a"), &error), error);
  atomic_file_clear (&file);
  atomic_file_clear (&file);
  g_assert_cmpuint (count_entries (scratch), ==, 0);
}

static void
the_mask_decides_who_may_read (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "a");
  mode_t before = umask (027);
  assert_ok (atomic_file_put (path, "", 0, &error), error);
  umask (before);
  struct stat status;
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpuint (status.st_mode & 0777, ==, 0640);
}

static void
a_write_in_bits_is_whole (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "a");
  writes_in_bits = true;
  bool ok = atomic_file_put (path, "0123456789", 10, &error);
  writes_in_bits = false;
  assert_ok (ok, error);
  assert_holds (path, "0123456789");
}

static void
a_full_disk_is_told_and_changes_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_write (scratch, "out.png", "old");
  disk_bytes_left = 4;
  bool ok = atomic_file_put (path, "0123456789", 10, &error);
  disk_bytes_left = INT64_MAX;
  g_assert_false (ok);
  g_assert_error (error, BASE_ERROR, BASE_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "out.png"));
  g_assert_nonnull (strstr (error->message, "free some space"));
  assert_holds (path, "old");
  g_assert_cmpuint (count_entries (scratch), ==, 1);
}

static void
bytes_that_did_not_reach_the_disk_get_no_name (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  sync_fails = true;
  bool ok = atomic_file_put (scratch_path (scratch, "a"), "x", 1, &error);
  sync_fails = false;
  g_assert_false (ok);
  g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
  g_assert_cmpuint (count_entries (scratch), ==, 0);
}

static void
a_missing_folder_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_assert_false (atomic_file_put (scratch_path (scratch, "none/a"), "x", 1, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "none/a"));
}

static void
a_folder_in_the_way_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "taken");
  g_assert_no_errno (mkdir (path, 0777));
  g_assert_false (atomic_file_put (path, "x", 1, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
  g_assert_cmpuint (count_entries (scratch), ==, 1);
}

/* A process that has written half a file, and says so. */
static pid_t
start_writer (const char *path)
{
  int said[2];
  g_assert_no_errno (pipe (said));
  pid_t writer = fork ();
  g_assert_no_errno (writer);
  if (writer == 0) {
    AtomicFile file = ATOMIC_FILE_INIT;
    if (!atomic_file_open (&file, path, NULL) || !atomic_file_write (&file, "half", 4, NULL))
      _exit (1);
    if (__real_write (said[1], "!", 1) == 1)
      for (;;)
        pause ();
    _exit (1);
  }
  char word;
  close (said[1]);
  g_assert_cmpint (read (said[0], &word, 1), ==, 1);
  close (said[0]);
  return writer;
}

static void
a_killed_writer_leaves_nothing_that_stays (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "out.png");
  unsigned n_hidden = has_unnamed_files ? 0 : 1;
  pid_t writer = start_writer (path);
  /* A living one keeps its file. */
  g_assert_cmpuint (atomic_file_sweep (scratch->folder), ==, 0);
  g_assert_cmpuint (count_entries (scratch), ==, n_hidden);
  g_assert_no_errno (kill (writer, SIGKILL));
  g_assert_cmpint (waitpid (writer, NULL, 0), ==, writer);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (atomic_file_sweep (scratch->folder), ==, n_hidden);
  g_assert_cmpuint (count_entries (scratch), ==, 0);
}

static void
a_sweep_touches_nothing_else (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autofree char *elsewhere = g_build_filename (scratch->folder, "none", NULL);
  g_assert_cmpuint (atomic_file_sweep (elsewhere), ==, 0);
  scratch_write (scratch, ".peel-abc.part", "left by a killed process");
  scratch_write (scratch, ".peel-abc", "");
  scratch_write (scratch, "peel.part", "");
  const char *kept = scratch_write (scratch, "kept.png", "kept");
  g_assert_no_errno (mkfifo (scratch_path (scratch, ".peel-pipe.part"), 0600));
  g_assert_no_errno (symlink (kept, scratch_path (scratch, ".peel-link.part")));
  g_assert_no_errno (mkdir (scratch_path (scratch, ".peel-folder.part"), 0700));
  atomic_file_sweep (scratch->folder);
  g_assert_false (g_file_test (scratch_path (scratch, ".peel-abc.part"), G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (scratch_path (scratch, ".peel-folder.part"), G_FILE_TEST_IS_DIR));
  g_assert_true (g_file_test (scratch_path (scratch, ".peel-abc"), G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (scratch_path (scratch, "peel.part"), G_FILE_TEST_EXISTS));
  assert_holds (kept, "kept");
}

static void
what_is_no_file_is_not_replaced (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "pipe");
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  struct stat status;
  /* One that comes while the file is being written, and one that was there. */
  assert_ok (atomic_file_open (&file, path, &error), error);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_false (atomic_file_commit (&file, &error));
  g_assert_nonnull (strstr (error->message, "pipe is no regular file"));
  g_clear_error (&error);
  g_assert_false (atomic_file_open (&file, path, &error));
  g_assert_nonnull (strstr (error->message, "pipe is no regular file"));
  g_assert_cmpint (lstat (path, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
  g_assert_cmpuint (count_entries (scratch), ==, 1);
}

static void
a_link_is_replaced_or_followed (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "link");
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  g_assert_cmpint (symlink ("target", path), ==, 0);
  assert_ok (atomic_file_put (path, "followed", 8, &error), error);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
  assert_holds (scratch_path (scratch, "target"), "followed");
  assert_ok (atomic_file_open (&file, path, &error), error);
  assert_ok (atomic_file_commit (&file, &error), error);
  g_assert_false (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
  assert_holds (scratch_path (scratch, "target"), "followed");
}

/* The claim twice: with files without names, and without them. */
static void
try_both (gconstpointer test)
{
  void (*claim) (void) = (void (*) (void))test;
  has_unnamed_files = true;
  claim ();
  has_unnamed_files = false;
  claim ();
  has_unnamed_files = true;
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*claim) (void);
  } both[] = {
    { "nothing-is-seen-before-commit", nothing_is_seen_before_commit },
    { "commit-replaces-what-has-the-name", commit_replaces_what_has_the_name },
    { "commit-new-leaves-what-has-the-name", commit_new_leaves_what_has_the_name },
    { "what-is-not-committed-is-gone", what_is_not_committed_is_gone },
    { "the-mask-decides-who-may-read", the_mask_decides_who_may_read },
    { "a-write-in-bits-is-whole", a_write_in_bits_is_whole },
    { "a-full-disk-is-told-and-changes-nothing", a_full_disk_is_told_and_changes_nothing },
    { "bytes-that-did-not-reach-the-disk-get-no-name",
      bytes_that_did_not_reach_the_disk_get_no_name },
    { "a-missing-folder-is-told", a_missing_folder_is_told },
    { "a-folder-in-the-way-is-told", a_folder_in_the_way_is_told },
    { "what-is-no-file-is-not-replaced", what_is_no_file_is_not_replaced },
    { "a-link-is-replaced-or-followed", a_link_is_replaced_or_followed },
    { "a-killed-writer-leaves-nothing-that-stays", a_killed_writer_leaves_nothing_that_stays },
  };
  g_test_init (&argc, &argv, NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (both); i++) {
    g_autofree char *path = g_strconcat ("/base/atomic-file/", both[i].name, NULL);
    g_test_add_data_func (path, (gconstpointer)both[i].claim, try_both);
  }
  g_test_add_func ("/base/atomic-file/a-sweep-touches-nothing-else", a_sweep_touches_nothing_else);
  return g_test_run ();
}
