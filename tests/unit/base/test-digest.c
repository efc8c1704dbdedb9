#include "base/digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "support/scratch.h"

/* From FIPS 180-2. */
static const char of_nothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char of_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void
assert_hex (Digest digest, const char *wanted)
{
  g_assert_cmpstr (digest_to_hex (&digest).text, ==, wanted);
}

static void
is_sha_256 (void)
{
  assert_hex (digest_of ("", 0), of_nothing);
  assert_hex (digest_of ("abc", 3), of_abc);
}

static void
a_stream_in_pieces_gives_the_same (void)
{
  g_autoptr (DigestStream) stream = digest_stream_new ();
  digest_stream_update (stream, "a", 1);
  digest_stream_update (stream, "", 0);
  digest_stream_update (stream, "bc", 2);
  assert_hex (digest_stream_finish (stream), of_abc);
}

static void
hex_comes_back_in_either_case (void)
{
  Digest digest, wanted = digest_of ("abc", 3);
  g_assert_true (digest_from_hex (of_abc, &digest));
  g_assert_true (digest_equal (&digest, &wanted));
  g_autofree char *upper = g_ascii_strup (of_abc, -1);
  g_assert_true (digest_from_hex (upper, &digest));
  g_assert_true (digest_equal_key (&digest, &wanted));
  g_assert_cmpuint (digest_hash_key (&digest), ==, digest_hash_key (&wanted));
}

static void
anything_else_is_no_digest (void)
{
  Digest digest = { .bytes = { 42 } };
  g_autofree char *shorter = g_strndup (of_abc, 63), *longer = g_strconcat (of_abc, "0", NULL);
  g_autofree char *other = g_strdup (of_abc);
  other[63] = 'g';
  g_assert_false (digest_from_hex ("", &digest));
  g_assert_false (digest_from_hex (shorter, &digest));
  g_assert_false (digest_from_hex (longer, &digest));
  g_assert_false (digest_from_hex (other, &digest));
  g_assert_cmpuint (digest.bytes[0], ==, 42);
}

static void
a_file_is_read_from_its_start (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_write (scratch, "abc", "abc");
  Digest digest;
  assert_ok (digest_of_file (path, &digest, &error), error);
  assert_hex (digest, of_abc);
  int fd = open (path, O_RDONLY);
  g_assert_cmpint (lseek (fd, 2, SEEK_SET), ==, 2);
  assert_ok (digest_of_fd (fd, &digest, &error), error);
  assert_hex (digest, of_abc);
  close (fd);
}

static void
a_missing_file_is_named (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  Digest digest;
  g_assert_false (digest_of_file (scratch_path (scratch, "none.png"), &digest, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "none.png"));
  g_clear_error (&error);
  /* A folder opens, and then cannot be read. */
  g_assert_false (digest_of_file (scratch->folder, &digest, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
  g_assert_nonnull (strstr (error->message, scratch->folder));
}

static void
a_pipe_is_not_waited_for (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *pipe = scratch_path (scratch, "pipe.png");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  const char *const paths[] = { pipe, "/dev/zero" };
  for (unsigned i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;
    Digest digest;
    g_assert_false (digest_of_file (paths[i], &digest, &error));
    g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
    g_assert_nonnull (strstr (error->message, "no regular file"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/digest/is-sha-256", is_sha_256);
  g_test_add_func ("/base/digest/a-stream-in-pieces-gives-the-same",
                   a_stream_in_pieces_gives_the_same);
  g_test_add_func ("/base/digest/hex-comes-back-in-either-case", hex_comes_back_in_either_case);
  g_test_add_func ("/base/digest/anything-else-is-no-digest", anything_else_is_no_digest);
  g_test_add_func ("/base/digest/a-file-is-read-from-its-start", a_file_is_read_from_its_start);
  g_test_add_func ("/base/digest/a-missing-file-is-named", a_missing_file_is_named);
  g_test_add_func ("/base/digest/a-pipe-is-not-waited-for", a_pipe_is_not_waited_for);
  return g_test_run ();
}
