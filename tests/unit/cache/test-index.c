#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/index.h"
#include "cache/query.h"
#include "support/scratch.h"

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static Digest
request_of (const char *prompt)
{
  return digest_of (prompt, strlen (prompt));
}

/* Stores `content` as an answer to `prompt`. */
static Digest
answer (Cache *cache, const char *prompt, const char *content, const char *at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (content, strlen (content));
  g_autoptr (CacheRecord) record = cache_record_new ();
  assert_ok (cache_put (cache, bytes, &record->digest, NULL, &error), error);
  Digest request = request_of (prompt);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup ("generate");
  acquisition->request = g_strdup (digest_to_hex (&request).text);
  acquisition->at = g_strdup (at);
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
  return record->digest;
}

static void
assert_answer (Cache *cache, const char *prompt, const Digest *original)
{
  g_autoptr (GError) error = NULL;
  Digest request = request_of (prompt), found;
  assert_ok (cache_lookup (cache, &request, &found, NULL, &error), error);
  g_assert_true (digest_equal (&found, original));
}

static void
assert_miss (Cache *cache, const char *prompt)
{
  g_autoptr (GError) error = NULL;
  Digest request = request_of (prompt), found;
  g_assert_false (cache_lookup (cache, &request, &found, NULL, &error));
  g_assert_no_error (error);
}

static char *
original_path (Cache *cache, const Digest *original, const char *suffix)
{
  DigestHex hex = digest_to_hex (original);
  return g_strdup_printf ("%s/originals/%.2s/%s%s", cache_home (cache), hex.text, hex.text, suffix);
}

static void
an_empty_home_misses (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  assert_miss (cache, "a watch");
}

static void
a_request_finds_its_original (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "a watch", "W", "2026-01-01T00:00:00Z");
  Digest shoe = answer (cache, "a shoe", "S", "2026-01-01T00:00:00Z");
  assert_answer (cache, "a watch", &watch);
  assert_answer (cache, "a shoe", &shoe);
  assert_miss (cache, "a hat");
}

static void
equal_bytes_answer_several_requests (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest first = answer (cache, "a watch", "W", "2026-01-01T00:00:00Z");
  answer (cache, "the watch", "W", "2026-01-01T00:00:00Z");
  assert_answer (cache, "a watch", &first);
  assert_answer (cache, "the watch", &first);
}

static void
the_newest_answers (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  answer (cache, "a watch", "one", "2026-01-01T00:00:00Z");
  Digest newest = answer (cache, "a watch", "two", "2026-03-01T00:00:00Z");
  answer (cache, "a watch", "three", "2026-02-01T00:00:00Z");
  assert_answer (cache, "a watch", &newest);
}

static void
of_the_same_second_the_last_answers (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  static const char *const contents[] = { "one", "two", "three", "two", "one" };
  for (unsigned i = 0; i < G_N_ELEMENTS (contents); i++) {
    Digest last = answer (cache, "a watch", contents[i], "2026-01-01T00:00:00Z");
    assert_answer (cache, "a watch", &last);
  }
}

static void
what_lost_its_blob_does_not_answer (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest older = answer (cache, "a watch", "one", "2026-01-01T00:00:00Z");
  Digest newer = answer (cache, "a watch", "two", "2026-03-01T00:00:00Z");
  g_autofree char *newer_path = original_path (cache, &newer, ".zst");
  g_assert_cmpint (g_remove (newer_path), ==, 0);
  assert_answer (cache, "a watch", &older);
  g_autofree char *older_path = original_path (cache, &older, ".zst");
  g_assert_cmpint (g_remove (older_path), ==, 0);
  assert_miss (cache, "a watch");
}

/* ---- losing the index ---- */

typedef enum { DELETED, SCRIBBLED_OVER, CUT, FOREIGN, OLDER, DAMAGED_INSIDE, N_LOSSES } Loss;

static void
lose_index (const char *home, Loss loss)
{
  g_autofree char *path = g_build_filename (home, "index.sqlite", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *text = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  switch (loss) {
  case DELETED:
    g_remove (path);
    g_remove (log);
    return;
  case SCRIBBLED_OVER:
    memset (text, 'x', length);
    break;
  case CUT:
    length = 5000;
    break;
  case FOREIGN: /* the application id */
    text[68] = 'Z';
    break;
  case OLDER: /* the version of its tables */
    text[63] = 1;
    break;
  default:
    memset (text + 4096, 0xee, length - 4096);
    break;
  }
  g_assert_true (g_file_set_contents (path, text, (gssize)length, NULL));
}

static void
a_lost_index_comes_back_from_the_sidecars (void)
{
  for (Loss loss = DELETED; loss < N_LOSSES; loss++) {
    g_autoptr (Scratch) scratch = scratch_new ();
    Cache *before = open_cache (scratch);
    answer (before, "a watch", "one", "2026-01-01T00:00:00Z");
    Digest watch = answer (before, "a watch", "two", "2026-01-01T00:00:00Z");
    Digest shoe = answer (before, "a shoe", "S", "2026-01-01T00:00:00Z");
    cache_close (before);
    lose_index (scratch_path (scratch, "home"), loss);
    g_autoptr (Cache) cache = open_cache (scratch);
    assert_answer (cache, "a watch", &watch);
    assert_answer (cache, "a shoe", &shoe);
    assert_miss (cache, "a hat");
    Digest hat = answer (cache, "a hat", "H", "2026-01-01T00:00:00Z");
    assert_answer (cache, "a hat", &hat);
  }
}

static void
one_of_another_version_leaves_nothing_behind (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Cache *before = open_cache (scratch);
  Digest watch = answer (before, "a watch", "W", "2026-01-01T00:00:00Z");
  cache_close (before);
  lose_index (scratch_path (scratch, "home"), OLDER);
  g_autoptr (Cache) cache = open_cache (scratch);
  assert_answer (cache, "a watch", &watch);
  g_assert_false (
    g_file_test (scratch_path (scratch, "home/index.sqlite.bad-1"), G_FILE_TEST_EXISTS));
}

static void
an_index_lost_while_open_comes_back (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "a watch", "W", "2026-01-01T00:00:00Z");
  lose_index (cache_home (cache), DELETED);
  assert_answer (cache, "a watch", &watch);
  lose_index (cache_home (cache), SCRIBBLED_OVER);
  Digest shoe = answer (cache, "a shoe", "S", "2026-01-01T00:00:00Z");
  assert_answer (cache, "a watch", &watch);
  assert_answer (cache, "a shoe", &shoe);
}

static void
a_process_with_the_lost_index_open_writes_to_the_new_one (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) ours = open_cache (scratch);
  Digest watch = answer (ours, "a watch", "W", "2026-01-01T00:00:00Z");
  lose_index (cache_home (ours), DELETED);
  g_autoptr (Cache) theirs = open_cache (scratch);
  assert_answer (theirs, "a watch", &watch);
  Digest shoe = answer (ours, "a shoe", "S", "2026-01-01T00:00:00Z");
  assert_answer (theirs, "a shoe", &shoe);
}

static void
a_damaged_sidecar_is_told_instead_of_a_miss (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "a watch", "W", "2026-01-01T00:00:00Z");
  Digest shoe = answer (cache, "a shoe", "S", "2026-01-01T00:00:00Z");
  g_autofree char *path = original_path (cache, &watch, ".json");
  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  lose_index (cache_home (cache), DELETED);
  assert_answer (cache, "a shoe", &shoe);
  Digest request = request_of ("a watch"), found;
  g_assert_false (cache_lookup (cache, &request, &found, NULL, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, path));
  assert_miss (cache, "a watch");
}

static void
all_damaged_sidecars_are_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  static const char *const prompts[] = { "a watch", "a shoe", "a hat" };
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < G_N_ELEMENTS (prompts); i++) {
    Digest original = answer (cache, prompts[i], prompts[i], "2026-01-01T00:00:00Z");
    g_ptr_array_add (paths, original_path (cache, &original, ".json"));
    if (i > 0)
      g_assert_true (g_file_set_contents (paths->pdata[i], "{", -1, NULL));
  }
  int64_t n;
  g_assert_false (cache_rebuild_index (cache, NULL, NULL, &n, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, paths->pdata[1]));
  g_assert_nonnull (strstr (error->message, paths->pdata[2]));
  g_clear_error (&error);
  assert_ok (cache_rebuild_index (cache, NULL, NULL, &n, &error), error); /* told once */
  g_assert_cmpint (n, ==, 1);
}

/* As if killed between the sidecar and its row: the row is taken out, and the mark put back. */
static void
a_sidecar_of_a_killed_process_is_entered_at_the_next_start (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  g_autofree char *index = g_build_filename (home, "index.sqlite", NULL);
  Cache *first = open_cache (scratch);
  answer (first, "a shoe", "S", "2026-01-01T00:00:00Z");
  cache_close (first);
  g_autofree char *text = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (index, &text, &length, NULL));
  if (fork () == 0) {
    answer (open_cache (scratch), "a watch", "W", "2026-01-01T00:00:00Z");
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (wait (NULL), >, 0);
  g_autofree char *log = g_strconcat (index, "-wal", NULL);
  g_autofree char *map = g_strconcat (index, "-shm", NULL);
  g_remove (log);
  g_remove (map);
  g_assert_true (g_file_set_contents (index, text, (gssize)length, NULL));
  Digest watch = digest_of ("W", 1);
  g_autoptr (Cache) cache = open_cache (scratch);
  assert_answer (cache, "a watch", &watch);
}

/* The index as if the process had been killed before it entered the original. */
static void
forget_row (const char *home, const Digest *original)
{
  g_autoptr (GError) error = NULL;
  Index *index = index_open (home, &error);
  g_assert_no_error (error);
  assert_ok (index_remove (index, original, &error), error);
  index_free (index);
}

static void
answer_and_be_killed (Scratch *scratch, const char *prompt, const char *content)
{
  if (fork () == 0) {
    answer (open_cache (scratch), prompt, content, "2026-01-01T00:00:00Z");
    kill (getpid (), SIGKILL);
  }
  g_assert_cmpint (wait (NULL), >, 0);
}

/* Two runs want the same; the one that asks the provider is killed, the other goes on. */
static void
a_process_that_goes_on_finds_what_a_killed_one_left (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  assert_miss (cache, "a watch");
  answer_and_be_killed (scratch, "a watch", "W");
  Digest watch = digest_of ("W", 1);
  forget_row (cache_home (cache), &watch);
  assert_answer (cache, "a watch", &watch);
}

static void
a_row_of_what_a_killed_process_removed_goes_too (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Cache *first = open_cache (scratch);
  Digest watch = answer (first, "a watch", "W", "2026-01-01T00:00:00Z");
  g_autofree char *blob = original_path (first, &watch, ".zst");
  g_autofree char *sidecar = original_path (first, &watch, ".json");
  cache_close (first);
  answer_and_be_killed (scratch, "the watch", "W"); /* its mark names the shelf */
  g_assert_cmpint (g_remove (blob), ==, 0);
  g_assert_cmpint (g_remove (sidecar), ==, 0);
  g_autoptr (Cache) cache = open_cache (scratch);
  CacheQuery all = { 0 };
  int64_t n;
  assert_ok (cache_count (cache, &all, &n, &error), error);
  g_assert_cmpint (n, ==, 0);
}

static void
a_row_that_could_not_be_written_is_written_at_the_next_start (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Cache *first = open_cache (scratch);
  g_autofree char *index = g_build_filename (cache_home (first), "index.sqlite", NULL);
  g_assert_cmpint (g_mkdir (index, 0700), ==, 0); /* no place for a file */
  Digest request = request_of ("a watch");
  g_autoptr (CacheRecord) record = cache_record_new ();
  record->digest = digest_of ("W", 1);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->request = g_strdup (digest_to_hex (&request).text);
  g_ptr_array_add (record->acquisitions, acquisition);
  g_assert_false (cache_record_put (first, record, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
  cache_close (first);
  g_assert_cmpint (g_rmdir (index), ==, 0);

  Cache *before = open_cache (scratch); /* enters it, and forgets the mark */
  cache_close (before);
  g_assert_true (g_file_test (index, G_FILE_TEST_EXISTS));
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("W", 1);
  Digest digest;
  g_clear_error (&error);
  assert_ok (cache_put (cache, bytes, &digest, NULL, &error), error);
  assert_answer (cache, "a watch", &digest);
}

static void
processes_may_make_the_index_at_once (void)
{
  enum { N_PROCESSES = 6 };
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  for (int i = 0; i < N_PROCESSES; i++)
    if (fork () == 0) {
      g_autofree char *prompt = g_strdup_printf ("watch %d", i);
      Cache *cache = cache_open (home, NULL);
      answer (cache, prompt, prompt, NULL);
      cache_close (cache);
      _exit (0);
    }
  for (int i = 0; i < N_PROCESSES; i++) {
    int status;
    g_assert_cmpint (wait (&status), >, 0);
    g_assert_cmpint (status, ==, 0);
  }
  g_autoptr (Cache) cache = open_cache (scratch);
  for (int i = 0; i < N_PROCESSES; i++) {
    g_autofree char *prompt = g_strdup_printf ("watch %d", i);
    Digest original = digest_of (prompt, strlen (prompt));
    assert_answer (cache, prompt, &original);
  }
}

/* ---- several processes ---- */

enum { N_PROMPTS = 8 };

static char *
dup_prompt (unsigned number)
{
  return g_strdup_printf ("watch %u", number);
}

/* An answer that is there must be found at any moment: a miss would be paid for. Exits with 1 at the
 * first that is not. */
static void
look_up_again_and_again (const char *home, int seconds)
{
  Cache *cache = cache_open (home, NULL);
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  for (unsigned i = 0; g_get_monotonic_time () < end; i++) {
    g_autofree char *prompt = dup_prompt (i % N_PROMPTS);
    Digest request = request_of (prompt), found;
    if (i % 16 == 0) { /* now and then as a new process */
      cache_close (cache);
      cache = cache_open (home, NULL);
    }
    if (!cache_lookup (cache, &request, &found, NULL, NULL))
      _exit (1);
  }
  _exit (0);
}

static void
rebuild_again_and_again (const char *home)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (home, NULL);
  int64_t n;
  for (;;)
    if (!cache_rebuild_index (cache, NULL, NULL, &n, &error) || n < N_PROMPTS)
      _exit (1);
}

static void
wait_for (pid_t process, int wanted_status)
{
  int status;
  g_assert_cmpint (waitpid (process, &status, 0), ==, process);
  g_assert_cmpint (status, ==, wanted_status);
}

static void
no_answer_is_missed_while_others_rebuild (void)
{
  enum { N_LOOKING = 3, N_REBUILDERS = 6, SECONDS = 3 };
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  Cache *cache = open_cache (scratch);
  for (unsigned i = 0; i < N_PROMPTS; i++) {
    g_autofree char *prompt = dup_prompt (i);
    answer (cache, prompt, prompt, NULL);
  }
  cache_close (cache);
  pid_t looking[N_LOOKING];
  for (unsigned i = 0; i < N_LOOKING; i++)
    if ((looking[i] = fork ()) == 0)
      look_up_again_and_again (home, SECONDS);
  for (unsigned i = 0; i < N_REBUILDERS; i++) { /* each is killed at some point of its work */
    pid_t rebuilder = fork ();
    if (rebuilder == 0)
      rebuild_again_and_again (home);
    g_usleep (SECONDS * G_USEC_PER_SEC / N_REBUILDERS);
    g_assert_cmpint (kill (rebuilder, SIGKILL), ==, 0);
    wait_for (rebuilder, SIGKILL);
  }
  for (unsigned i = 0; i < N_LOOKING; i++)
    wait_for (looking[i], 0);
}

static void
no_answer_is_lost_that_came_during_a_rebuild (void)
{
  enum { N_WRITERS = 3, N_EACH = 12 };
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  for (unsigned i = 0; i < N_PROMPTS; i++) {
    g_autofree char *prompt = dup_prompt (i);
    g_autoptr (Cache) cache = open_cache (scratch);
    answer (cache, prompt, prompt, NULL);
  }
  pid_t rebuilder = fork (), writers[N_WRITERS];
  if (rebuilder == 0)
    rebuild_again_and_again (home);
  for (unsigned i = 0; i < N_WRITERS; i++)
    if ((writers[i] = fork ()) == 0) {
      Cache *cache = cache_open (home, NULL);
      for (unsigned k = 0; k < N_EACH; k++) {
        g_autofree char *prompt = dup_prompt (100 * (i + 1) + k);
        answer (cache, prompt, prompt, NULL);
      }
      cache_close (cache);
      _exit (0);
    }
  for (unsigned i = 0; i < N_WRITERS; i++)
    wait_for (writers[i], 0);
  g_assert_cmpint (kill (rebuilder, SIGKILL), ==, 0);
  wait_for (rebuilder, SIGKILL);
  g_autoptr (Cache) cache = open_cache (scratch);
  for (unsigned i = 0; i < N_WRITERS; i++)
    for (unsigned k = 0; k < N_EACH; k++) {
      g_autofree char *prompt = dup_prompt (100 * (i + 1) + k);
      Digest original = digest_of (prompt, strlen (prompt));
      assert_answer (cache, prompt, &original);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/index/" name, function)
  CLAIM ("an-empty-home-misses", an_empty_home_misses);
  CLAIM ("a-request-finds-its-original", a_request_finds_its_original);
  CLAIM ("equal-bytes-answer-several-requests", equal_bytes_answer_several_requests);
  CLAIM ("the-newest-answers", the_newest_answers);
  CLAIM ("of-the-same-second-the-last-answers", of_the_same_second_the_last_answers);
  CLAIM ("what-lost-its-blob-does-not-answer", what_lost_its_blob_does_not_answer);
  CLAIM ("a-lost-index-comes-back-from-the-sidecars", a_lost_index_comes_back_from_the_sidecars);
  CLAIM ("one-of-another-version-leaves-nothing-behind",
         one_of_another_version_leaves_nothing_behind);
  CLAIM ("an-index-lost-while-open-comes-back", an_index_lost_while_open_comes_back);
  CLAIM ("a-process-with-the-lost-index-open-writes-to-the-new-one",
         a_process_with_the_lost_index_open_writes_to_the_new_one);
  CLAIM ("a-damaged-sidecar-is-told-instead-of-a-miss",
         a_damaged_sidecar_is_told_instead_of_a_miss);
  CLAIM ("all-damaged-sidecars-are-told", all_damaged_sidecars_are_told);
  CLAIM ("a-sidecar-of-a-killed-process-is-entered-at-the-next-start",
         a_sidecar_of_a_killed_process_is_entered_at_the_next_start);
  CLAIM ("a-process-that-goes-on-finds-what-a-killed-one-left",
         a_process_that_goes_on_finds_what_a_killed_one_left);
  CLAIM ("a-row-of-what-a-killed-process-removed-goes-too",
         a_row_of_what_a_killed_process_removed_goes_too);
  CLAIM ("a-row-that-could-not-be-written-is-written-at-the-next-start",
         a_row_that_could_not_be_written_is_written_at_the_next_start);
  CLAIM ("processes-may-make-the-index-at-once", processes_may_make_the_index_at_once);
  CLAIM ("no-answer-is-missed-while-others-rebuild", no_answer_is_missed_while_others_rebuild);
  CLAIM ("no-answer-is-lost-that-came-during-a-rebuild",
         no_answer_is_lost_that_came_during_a_rebuild);
#undef CLAIM
  return g_test_run ();
}
