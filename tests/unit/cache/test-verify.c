#include "cache/verify.h"

#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "originals.h"

typedef struct {
  GPtrArray *messages;
  VerifyKind last_kind;
  unsigned n_progress, n_shelves_done;
  volatile int stopped;
  unsigned stop_after; /* originals; 0: never */
} Log;

static void
note_finding (void *data, const VerifyFinding *finding)
{
  Log *log = data;
  log->last_kind = finding->kind;
  g_ptr_array_add (log->messages, g_strdup (finding->message));
}

static void
note_progress (void *data, const VerifyProgress *progress)
{
  Log *log = data;
  log->n_progress++;
  g_assert_cmpuint (progress->n_shelves_done, >=, log->n_shelves_done);
  log->n_shelves_done = progress->n_shelves_done;
  if (log->stop_after > 0 && progress->n_originals >= log->stop_after)
    g_atomic_int_set (&log->stopped, 1);
}

static VerifyResult
verify (Cache *cache, Log *log, VerifyOptions options)
{
  g_autoptr (GError) error = NULL;
  const VerifyListener listener = { log, note_finding, note_progress };
  VerifyResult result;
  options.is_stopped = &log->stopped;
  if (options.n_threads == 0)
    options.n_threads = 3;
  assert_ok (cache_verify (cache, &options, &listener, &result, &error), error);
  return result;
}

static void
log_clear (Log *log)
{
  g_ptr_array_unref (log->messages);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, log_clear)

#define LOG_INIT                                                                                   \
  {                                                                                                \
    .messages = g_ptr_array_new_with_free_func (g_free)                                            \
  }

static Digest
put_numbered (Cache *cache, unsigned number)
{
  g_autofree char *text = g_strdup_printf ("original %u", number);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  Digest digest = originals_put (cache, bytes);
  originals_put_sidecar (cache, &digest, "png");
  return digest;
}

static void
check_found (const Log *log, const VerifyResult *result, VerifyKind kind, const char *words)
{
  g_assert_cmpuint (log->messages->len, ==, 1);
  g_assert_cmpint (log->last_kind, ==, kind);
  for (unsigned i = 0; i < VERIFY_N_KINDS; i++)
    g_assert_cmpuint (result->n_found[i], ==, i == kind ? 1 : 0);
  g_test_message ("%s", (const char *)log->messages->pdata[0]);
  g_assert_nonnull (strstr (log->messages->pdata[0], words));
}

static void
what_is_whole_is_left_alone (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = originals_put (cache, png);
  originals_put_pixels (cache, &digest, png, true);
  originals_put_sidecar (cache, &digest, "png");
  for (unsigned i = 0; i < 50; i++)
    put_numbered (cache, i);
  g_auto (Log) log = LOG_INIT;
  VerifyResult result = verify (cache, &log, (VerifyOptions){ .rebuild = true });
  g_assert_cmpuint (log.messages->len, ==, 0);
  g_assert_true (result.is_complete);
  g_assert_cmpint (result.n_originals, ==, 51);
  g_assert_cmpint (result.n_sidecars, ==, 51);
  g_assert_cmpint (result.bytes, >, 50 * 40);
  g_assert_cmpuint (log.n_progress, >, 0);
  g_assert_cmpuint (log.n_shelves_done, ==, 256);
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 0);
  g_autofree char *place = g_build_filename (cache_home (cache), "verify.json", NULL);
  g_assert_cmpint (access (place, F_OK), !=, 0);
}

static void
a_damaged_original_is_moved_and_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  Digest digest = put_numbered (cache, 1);
  put_numbered (cache, 2);
  g_autofree char *path = originals_path (cache, &digest, ".zst");
  originals_flip (path, originals_size (path) - 1);
  g_auto (Log) log = LOG_INIT;
  VerifyResult result = verify (cache, &log, (VerifyOptions){ 0 });
  check_found (&log, &result, VERIFY_DAMAGED, "must be put back from a copy");
  g_assert_cmpint (result.n_originals, ==, 2);
  g_assert_false (originals_have (cache, &digest, ".zst"));
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 1);

  /* From then on it is lost, until somebody puts it back. */
  g_auto (Log) second = LOG_INIT;
  result = verify (cache, &second, (VerifyOptions){ 0 });
  check_found (&second, &result, VERIFY_LOST, "(watch, got 2026-03-01T10:00:00Z) is lost");
  put_numbered (cache, 1);
  g_auto (Log) third = LOG_INIT;
  verify (cache, &third, (VerifyOptions){ 0 });
  g_assert_cmpuint (third.messages->len, ==, 0);
}

static void
a_damaged_frame_beside_the_bytes_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = originals_put (cache, png);
  originals_put_pixels (cache, &digest, png, false);
  originals_put_sidecar (cache, &digest, "png");
  g_autofree char *path = originals_path (cache, &digest, ".pix");
  originals_flip (path, originals_size (path) / 2);
  g_auto (Log) log = LOG_INIT;
  VerifyResult result = verify (cache, &log, (VerifyOptions){ 0 });
  check_found (&log, &result, VERIFY_DAMAGED, "is whole and gives its bytes");
  g_assert_true (originals_have (cache, &digest, ".zst"));
  g_assert_false (originals_have (cache, &digest, ".pix"));
}

static void
a_damaged_sidecar_is_moved_and_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  Digest digest = put_numbered (cache, 1);
  g_autofree char *path = originals_path (cache, &digest, ".json");
  originals_flip (path, 30);
  g_auto (Log) log = LOG_INIT;
  VerifyResult result = verify (cache, &log, (VerifyOptions){ 0 });
  check_found (&log, &result, VERIFY_SIDECAR_DAMAGED, path);
  g_assert_true (originals_have (cache, &digest, ".zst"));
  g_assert_false (originals_have (cache, &digest, ".json"));

  g_auto (Log) second = LOG_INIT;
  result = verify (cache, &second, (VerifyOptions){ 0 });
  check_found (&second, &result, VERIFY_NO_SIDECAR, "It is whole");
  g_assert_false (verify_is_failure (VERIFY_NO_SIDECAR));
  g_assert_true (verify_is_failure (VERIFY_LOST));
}

static void
what_cannot_be_read_is_told_and_not_moved (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  Digest digest = put_numbered (cache, 1);
  g_autofree char *path = originals_path (cache, &digest, ".zst");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (symlink (path, path), ==, 0); /* ELOOP, for root too */
  g_auto (Log) log = LOG_INIT;
  VerifyResult result = verify (cache, &log, (VerifyOptions){ 0 });
  check_found (&log, &result, VERIFY_UNREADABLE, path);
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 0);
}

static void
an_interrupted_check_goes_on (void)
{
  enum { N_ORIGINALS = 120 };
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  for (unsigned i = 0; i < N_ORIGINALS; i++)
    put_numbered (cache, i);
  g_auto (Log) log = LOG_INIT;
  /* Progress is told now and then: the stop may come late, never after the end. */
  g_autofree char *path = g_strdup_printf ("%s/verify.json", cache_home (cache));
  g_assert_true (
    g_file_set_contents (path, "{ \"version\": 1, \"shelf\": 100, \"rebuild\": false }", -1, NULL));
  log.stop_after = 1;
  VerifyResult first = verify (cache, &log, (VerifyOptions){ .n_threads = 1 });
  g_assert_cmpuint (first.first_shelf, ==, 100);
  g_assert_false (first.is_complete);
  g_assert_cmpint (first.n_originals, >=, 1);
  g_assert_cmpuint (log.n_shelves_done, >=, 100);

  g_auto (Log) second = LOG_INIT;
  VerifyResult rest = verify (cache, &second, (VerifyOptions){ 0 });
  g_assert_cmpuint (rest.first_shelf, ==, log.n_shelves_done);
  g_assert_true (rest.is_complete);
  g_assert_cmpint (first.n_originals + rest.n_originals, <, N_ORIGINALS);
  g_assert_cmpint (access (path, F_OK), !=, 0);

  g_auto (Log) third = LOG_INIT;
  VerifyResult all = verify (cache, &third, (VerifyOptions){ 0 });
  g_assert_cmpuint (all.first_shelf, ==, 0);
  g_assert_cmpint (all.n_originals, ==, N_ORIGINALS);
}

static void
another_check_does_not_go_on (void)
{
  static const char *const places[] = {
    "{ \"version\": 1, \"shelf\": 100, \"rebuild\": true }",
    "{ \"version\": 2, \"shelf\": 100, \"rebuild\": false }",
    "{ \"version\": 1, \"shelf\": 256, \"rebuild\": false }",
    "{ \"version\": 1, \"shelf\": -1, \"rebuild\": false }",
    "{ \"version\": 1 }",
    "not JSON",
    "",
  };
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autofree char *path = g_strdup_printf ("%s/verify.json", cache_home (cache));
  for (unsigned i = 0; i < G_N_ELEMENTS (places); i++) {
    g_auto (Log) log = LOG_INIT;
    g_assert_true (g_file_set_contents (path, places[i], -1, NULL));
    g_assert_cmpuint (verify (cache, &log, (VerifyOptions){ 0 }).first_shelf, ==, 0);
  }
  g_auto (Log) log = LOG_INIT;
  g_assert_true (
    g_file_set_contents (path, "{ \"version\": 1, \"shelf\": 100, \"rebuild\": false }", -1, NULL));
  g_assert_cmpuint (verify (cache, &log, (VerifyOptions){ .from_start = true }).first_shelf, ==, 0);
}

static void
only_those_asked_for_are_read (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  Digest asked[2] = { put_numbered (cache, 1), put_numbered (cache, 2) };
  Digest other = put_numbered (cache, 3);
  g_autofree char *path = originals_path (cache, &other, ".zst");
  g_autofree char *asked_path = originals_path (cache, &asked[1], ".zst");
  originals_flip (path, 20);
  originals_flip (asked_path, 20);
  g_auto (Log) log = LOG_INIT;
  VerifyResult result = verify (cache, &log, (VerifyOptions){ .digests = asked, .n_digests = 2 });
  check_found (&log, &result, VERIFY_DAMAGED, asked_path);
  g_assert_true (result.is_complete);
  g_assert_cmpint (result.n_originals, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/verify/" name, function)
  CLAIM ("what-is-whole-is-left-alone", what_is_whole_is_left_alone);
  CLAIM ("a-damaged-original-is-moved-and-told", a_damaged_original_is_moved_and_told);
  CLAIM ("a-damaged-frame-beside-the-bytes-is-told", a_damaged_frame_beside_the_bytes_is_told);
  CLAIM ("a-damaged-sidecar-is-moved-and-told", a_damaged_sidecar_is_moved_and_told);
  CLAIM ("what-cannot-be-read-is-told-and-not-moved", what_cannot_be_read_is_told_and_not_moved);
  CLAIM ("an-interrupted-check-goes-on", an_interrupted_check_goes_on);
  CLAIM ("another-check-does-not-go-on", another_check_does_not_go_on);
  CLAIM ("only-those-asked-for-are-read", only_those_asked_for_are_read);
#undef CLAIM
  return g_test_run ();
}
