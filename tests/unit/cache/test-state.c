#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/database.h"
#include "cache/state.h"
#include "support/scratch.h"

static State *
open_state (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  State *state = state_open (scratch->folder, &error);
  g_assert_no_error (error);
  return state;
}

static StateOutput
output_number (int number)
{
  return (StateOutput){ .fingerprint = digest_of (&number, sizeof number),
                        .stamp = { .size_bytes = number, .mtime_ns = INT64_MAX, .inode = 7 },
                        .content = digest_of ("content", 7),
                        .recipe = (char *)"resize(width=320)",
                        .facts = (char *)"{\"quality\":80}" };
}

static void
put (State *state, const char *path, int number)
{
  g_autoptr (GError) error = NULL;
  StateOutput output = output_number (number);
  assert_ok (state_put_output (state, path, &output, &error), error);
}

static void
assert_known (State *state, const char *path, int number)
{
  g_auto (StateOutput) found = { 0 };
  StateOutput wanted = output_number (number);
  g_assert_true (state_get_output (state, path, &found));
  g_assert_true (digest_equal (&found.fingerprint, &wanted.fingerprint));
  g_assert_true (digest_equal (&found.content, &wanted.content));
  g_assert_true (file_stamp_equal (&found.stamp, &wanted.stamp));
  g_assert_cmpstr (found.recipe, ==, wanted.recipe);
  g_assert_cmpstr (found.facts, ==, wanted.facts);
}

static void
assert_unknown (State *state, const char *path)
{
  StateOutput output;
  g_assert_false (state_get_output (state, path, &output));
}

static void
a_put_is_known_at_once (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (State) state = open_state (scratch);
  assert_unknown (state, "/out/a.webp");
  put (state, "/out/a.webp", 1);
  assert_known (state, "/out/a.webp", 1);
  put (state, "/out/a.webp", 2);
  assert_known (state, "/out/a.webp", 2);
}

static void
what_was_put_survives_a_reopen (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  State *before = open_state (scratch);
  put (before, "/out/a.webp", 1);
  put (before, "/out/\xff.webp", 2);
  state_close (before);
  g_autoptr (State) state = open_state (scratch);
  assert_known (state, "/out/a.webp", 1);
  assert_known (state, "/out/\xff.webp", 2);
  assert_unknown (state, "/out/b.webp");
  put (state, "/out/a.webp", 3);
  assert_known (state, "/out/a.webp", 3);
}

static void
a_flush_survives_a_killed_process (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  pid_t child = fork ();
  if (child == 0) {
    State *state = open_state (scratch);
    put (state, "/out/a.webp", 1);
    state_flush (state, NULL);
    put (state, "/out/b.webp", 2);
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_autoptr (State) state = open_state (scratch);
  assert_known (state, "/out/a.webp", 1);
  assert_unknown (state, "/out/b.webp");
}

static void
ten_thousand_outputs_are_known (void)
{
  enum { N_OUTPUTS = 10 * 1000 };
  g_autoptr (Scratch) scratch = scratch_new ();
  State *before = open_state (scratch);
  for (int i = 0; i < N_OUTPUTS; i++) {
    g_autofree char *path = g_strdup_printf ("/out/some/folder/diver-watch-front-%d.webp", i);
    put (before, path, i);
  }
  state_close (before);
  g_autoptr (State) state = open_state (scratch);
  g_autoptr (GTimer) timer = g_timer_new ();
  for (int i = 0; i < N_OUTPUTS; i++) {
    g_autofree char *path = g_strdup_printf ("/out/some/folder/diver-watch-front-%d.webp", i);
    g_auto (StateOutput) output = { 0 };
    g_assert_true (state_get_output (state, path, &output));
    g_assert_cmpint (output.stamp.size_bytes, ==, i);
  }
  g_test_message ("%d look-ups: %.1f ms", N_OUTPUTS, g_timer_elapsed (timer, NULL) * 1000);
}

static void
what_is_no_database_of_ours_is_moved_aside (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "state.sqlite", "my shopping list, all of it");
  const char *first = scratch_path (scratch, "state.sqlite.bad-1");
  const char *second = scratch_path (scratch, "state.sqlite.bad-2");
  State *state = open_state (scratch);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (first, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "my shopping list, all of it");
  put (state, "/out/a.webp", 1);
  state_close (state);

  g_assert_true (g_file_set_contents (path, "and another one, longer than before", -1, NULL));
  g_autoptr (State) again = open_state (scratch);
  g_assert_true (g_file_test (second, G_FILE_TEST_EXISTS));
  assert_unknown (again, "/out/a.webp");
}

static void
damage_inside_is_begun_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  State *before = open_state (scratch);
  for (int i = 0; i < 500; i++) {
    g_autofree char *path = g_strdup_printf ("/out/%d.webp", i);
    put (before, path, i);
  }
  state_close (before);
  const char *path = scratch_path (scratch, "state.sqlite");
  g_autofree char *text = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  memset (text + 4096, 0xee, length - 4096); /* all but the schema */
  g_assert_true (g_file_set_contents (path, text, (gssize)length, NULL));

  g_autoptr (State) state = open_state (scratch);
  assert_unknown (state, "/out/1.webp");
  put (state, "/out/1.webp", 1);
  assert_ok (state_flush (state, &error), error);
  g_assert_true (g_file_test (scratch_path (scratch, "state.sqlite.bad-1"), G_FILE_TEST_EXISTS));
  assert_known (state, "/out/1.webp", 1);
}

static void
write_state (Scratch *scratch, const char *text, gsize length)
{
  static const char *const names[] = { "state.sqlite-wal", "state.sqlite-shm",
                                       "state.sqlite.bad-1" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    g_remove (scratch_path (scratch, names[i]));
  g_assert_true (g_file_set_contents_full (scratch_path (scratch, "state.sqlite"), text,
                                           (gssize)length, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

/* Whatever SQLite makes of it: a changed header or schema never stops a run. */
static void
no_damage_of_the_first_page_stops_it (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  State *before = open_state (scratch);
  put (before, "/out/a.webp", 1);
  state_close (before);
  g_autofree char *text = NULL;
  gsize length;
  g_assert_true (
    g_file_get_contents (scratch_path (scratch, "state.sqlite"), &text, &length, NULL));
  for (unsigned at = 0; at < 4096; at += at < 100 ? 3 : 37) {
    g_autoptr (GError) error = NULL;
    char kept = text[at];
    text[at] = (char)(kept ^ (1 << at % 8));
    write_state (scratch, text, length);
    text[at] = kept;
    g_test_message ("byte %u", at);
    g_autoptr (State) state = open_state (scratch);
    put (state, "/out/b.webp", 2);
    assert_ok (state_flush (state, &error), error);
    assert_known (state, "/out/b.webp", 2);
  }
}

static void
a_file_deleted_while_open_is_made_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  State *state = open_state (scratch);
  g_assert_cmpint (g_remove (scratch_path (scratch, "state.sqlite")), ==, 0);
  put (state, "/out/a.webp", 1);
  assert_ok (state_flush (state, &error), error);
  state_close (state);
  g_autoptr (State) again = open_state (scratch);
  assert_known (again, "/out/a.webp", 1);
}

static void
a_home_that_cannot_be_written_says_what_to_do (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (state_open ("/proc/self", &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "/proc/self/state.sqlite"));
  g_assert_nonnull (strstr (error->message, "PEEL_HOME"));
}

static void
processes_share_the_state (void)
{
  enum { N_PROCESSES = 4, N_OUTPUTS = 300 };
  g_autoptr (Scratch) scratch = scratch_new ();
  for (int i = 0; i < N_PROCESSES; i++)
    if (fork () == 0) {
      State *own = open_state (scratch);
      for (int j = 0; j < N_OUTPUTS; j++) {
        g_autofree char *path = g_strdup_printf ("/out/%d/%d.webp", i, j);
        put (own, path, j);
      }
      state_close (own);
      _exit (0);
    }
  for (int i = 0; i < N_PROCESSES; i++) {
    int status;
    g_assert_cmpint (wait (&status), >, 0);
    g_assert_cmpint (status, ==, 0);
  }
  g_autoptr (State) state = open_state (scratch);
  for (int i = 0; i < N_PROCESSES * N_OUTPUTS; i++) {
    g_autofree char *path = g_strdup_printf ("/out/%d/%d.webp", i / N_OUTPUTS, i % N_OUTPUTS);
    assert_known (state, path, i % N_OUTPUTS);
  }
}

/* ---- hashes of files ---- */

static void
a_hash_is_known_while_the_stamp_is_the_same (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  FileStamp stamp = { .size_bytes = 5, .mtime_ns = 1234567890, .inode = 3 };
  Digest digest = digest_of ("photo", 5), found;
  for (int round = 0; round < 2; round++) {
    g_autoptr (State) state = open_state (scratch);
    if (round == 0)
      assert_ok (state_put_file (state, "/in/a.png", &stamp, &digest, &error), error);
    g_assert_true (state_get_file (state, "/in/a.png", &stamp, &found));
    g_assert_true (digest_equal (&found, &digest));
    FileStamp touched = stamp, grown = stamp, replaced = stamp;
    touched.mtime_ns++;
    grown.size_bytes++;
    replaced.inode++;
    g_assert_false (state_get_file (state, "/in/a.png", &touched, &found));
    g_assert_false (state_get_file (state, "/in/a.png", &grown, &found));
    g_assert_false (state_get_file (state, "/in/a.png", &replaced, &found));
    g_assert_false (state_get_file (state, "/in/b.png", &stamp, &found));
  }
}

static void
a_file_changed_just_now_is_not_remembered (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (State) state = open_state (scratch);
  /* A minute ahead: on a busy machine the next line may come later than a file takes to settle. */
  int64_t ahead_ns = (g_get_real_time () + 60 * G_USEC_PER_SEC) * 1000 + 1;
  FileStamp now = { .size_bytes = 5, .mtime_ns = ahead_ns, .inode = 3 };
  Digest digest = digest_of ("photo", 5), found;
  assert_ok (state_put_file (state, "/in/a.png", &now, &digest, &error), error);
  g_assert_false (state_get_file (state, "/in/a.png", &now, &found));
}

static void
a_stamp_tells_files_apart (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *a = scratch_write (scratch, "a", "one");
  const char *b = scratch_write (scratch, "b", "one");
  FileStamp of_a, of_b;
  g_assert_true (file_stamp_read (a, &of_a));
  g_assert_true (file_stamp_read (b, &of_b));
  g_assert_true (file_stamp_equal (&of_a, &of_a));
  g_assert_false (file_stamp_equal (&of_a, &of_b));
  g_assert_false (file_stamp_read (scratch->folder, &of_a));
  g_assert_false (file_stamp_read (scratch_path (scratch, "c"), &of_a));
}

static void
test_forget_gone (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *there = scratch_write (scratch, "there.jpg", "x");
  const char *gone = scratch_path (scratch, "gone.jpg");
  const char *below = scratch_path (scratch, "there.jpg/below.jpg");
  State *state = open_state (scratch);
  int64_t n;
  put (state, there, 1);
  put (state, gone, 2);
  put (state, below, 3);
  assert_ok (state_forget_gone (state, false, &n, &error), error);
  g_assert_cmpint (n, ==, 2);
  assert_known (state, gone, 2);
  assert_ok (state_forget_gone (state, true, &n, &error), error);
  g_assert_cmpint (n, ==, 2);
  assert_unknown (state, gone);
  assert_unknown (state, below);
  assert_known (state, there, 1);
  state_close (state);
}

/* ---- uses ---- */

static void
add_use (void *data, const Digest *original, int64_t n)
{
  Digest watch = digest_of ("watch", 5);
  *(int64_t *)data += digest_equal (original, &watch) ? n : 1000 * n;
}

/* Those of "watch", and a thousand times those of others. */
static int64_t
uses_of (State *state)
{
  g_autoptr (GError) error = NULL;
  int64_t n = 0;
  assert_ok (state_uses (state, add_use, &n, &error), error);
  return n;
}

static void
uses_add_up (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  State *state = open_state (scratch), *other = open_state (scratch);
  Digest watch = digest_of ("watch", 5), shoe = digest_of ("shoe", 4);
  g_assert_cmpint (uses_of (state), ==, 0);
  state_count_use (state, &watch);
  state_count_use (state, &watch);
  state_count_use (state, &shoe);
  state_count_use (other, &watch);
  g_assert_cmpint (uses_of (state), ==, 1002);
  state_close (other);
  state_close (state);
  state = open_state (scratch);
  g_assert_cmpint (uses_of (state), ==, 1003);
  state_close (state);
}

static void
a_state_from_before_uses_were_counted_is_kept (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  static const DatabaseShape older = {
    .name = "state.sqlite",
    .version = 1,
    .schema = "CREATE TABLE outputs ("
              "  path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
              "  inode INTEGER NOT NULL, fingerprint BLOB NOT NULL, content BLOB NOT NULL,"
              "  recipe TEXT, facts TEXT);"
              "CREATE TABLE files ("
              "  path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
              "  inode INTEGER NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;"
              "INSERT INTO outputs VALUES (CAST ('/a.jpg' AS BLOB), 1, 2, 3, zeroblob (32), "
              "  zeroblob (32), NULL, NULL)",
  };
  Database database;
  database_init (&database, &older, scratch->folder, NULL);
  assert_ok (database_open (&database, &error), error);
  database_clear (&database);

  State *state = open_state (scratch);
  g_auto (StateOutput) output = { 0 };
  g_assert_true (state_get_output (state, "/a.jpg", &output));
  g_assert_cmpint (output.stamp.inode, ==, 3);
  Digest watch = digest_of ("watch", 5);
  state_count_use (state, &watch);
  g_assert_cmpint (uses_of (state), ==, 1);
  state_close (state);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/state/" name, function)
  CLAIM ("a-put-is-known-at-once", a_put_is_known_at_once);
  CLAIM ("what-was-put-survives-a-reopen", what_was_put_survives_a_reopen);
  CLAIM ("a-flush-survives-a-killed-process", a_flush_survives_a_killed_process);
  CLAIM ("ten-thousand-outputs-are-known", ten_thousand_outputs_are_known);
  CLAIM ("what-is-no-database-of-ours-is-moved-aside", what_is_no_database_of_ours_is_moved_aside);
  CLAIM ("damage-inside-is-begun-again", damage_inside_is_begun_again);
  CLAIM ("no-damage-of-the-first-page-stops-it", no_damage_of_the_first_page_stops_it);
  CLAIM ("a-file-deleted-while-open-is-made-again", a_file_deleted_while_open_is_made_again);
  CLAIM ("a-home-that-cannot-be-written-says-what-to-do",
         a_home_that_cannot_be_written_says_what_to_do);
  CLAIM ("processes-share-the-state", processes_share_the_state);
  CLAIM ("a-hash-is-known-while-the-stamp-is-the-same",
         a_hash_is_known_while_the_stamp_is_the_same);
  CLAIM ("a-file-changed-just-now-is-not-remembered", a_file_changed_just_now_is_not_remembered);
  CLAIM ("a-stamp-tells-files-apart", a_stamp_tells_files_apart);
  CLAIM ("what-is-gone-is-forgotten-when-that-is-asked", test_forget_gone);
  CLAIM ("uses-add-up", uses_add_up);
  CLAIM ("a-state-from-before-uses-were-counted-is-kept",
         a_state_from_before_uses_were_counted_is_kept);
#undef CLAIM
  return g_test_run ();
}
