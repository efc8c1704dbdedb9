/* Stands between the cache and the kernel: what others do in the middle of replacing a file. */
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/database.h"
#include "cache/query.h"
#include "support/scratch.h"

static void (*before_unlink) (const char *path);

int __real_unlink (const char *path);
int __wrap_unlink (const char *path);

int
__wrap_unlink (const char *path)
{
  if (before_unlink != NULL)
    before_unlink (path);
  return __real_unlink (path);
}

static Cache *
open_cache (const char *home)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (home, &error);
  g_assert_no_error (error);
  return cache;
}

/* Stores the prompt as the answer to itself. */
static void
answer (Cache *cache, const char *prompt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (prompt, strlen (prompt));
  g_autoptr (CacheRecord) record = cache_record_new ();
  assert_ok (cache_put (cache, bytes, &record->digest, NULL, &error), error);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->request = g_strdup (digest_to_hex (&record->digest).text);
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
}

static void
assert_answered (Cache *cache, const char *prompt)
{
  g_autoptr (GError) error = NULL;
  Digest request = digest_of (prompt, strlen (prompt)), found;
  assert_ok (cache_lookup (cache, &request, &found, NULL, &error), error);
}

/* ---- another process, which does one thing at each byte it is sent ---- */

static struct {
  int orders[2], reports[2];
  unsigned n_reports; /* taken */
} other;

static void
order_other (void)
{
  g_assert_cmpint (write (other.orders[1], "x", 1), ==, 1);
}

/* Until it has reported so often, or that time is over. */
static void
wait_for_reports (unsigned n_reports, int most_ms)
{
  char byte;
  struct pollfd report = { .fd = other.reports[0], .events = POLLIN };
  while (other.n_reports < n_reports && poll (&report, 1, most_ms) == 1) {
    g_assert_cmpint (read (other.reports[0], &byte, 1), ==, 1);
    other.n_reports++;
  }
}

static void
take_order (void)
{
  char byte;
  if (read (other.orders[0], &byte, 1) != 1)
    _exit (1); /* the test has ended early */
}

static void
report (void)
{
  if (write (other.reports[1], "x", 1) != 1)
    _exit (1);
}

static void
be_the_other (const char *home)
{
  close (other.orders[1]);
  close (other.reports[0]);
  take_order ();
  Cache *cache = open_cache (home);
  assert_answered (cache, "a watch");
  report ();
  take_order ();
  answer (cache, "a hat");
  report ();
  take_order (); /* its file stays open until then */
  _exit (0);
}

static void
let_the_other_open (const char *path)
{
  if (!g_str_has_suffix (path, "index.sqlite-wal"))
    return;
  before_unlink = NULL;
  order_other ();
  wait_for_reports (1, 300); /* it should be waiting for us */
}

/* The log that is removed could be that of a file which somebody has just begun: he would go on
 * writing into a log that nobody reads. */
static void
nobody_opens_a_file_that_is_being_replaced (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *home = scratch_path (scratch, "home");
  g_assert_cmpint (pipe (other.orders), ==, 0);
  g_assert_cmpint (pipe (other.reports), ==, 0);
  pid_t process = fork ();
  if (process == 0)
    be_the_other (home);
  close (other.orders[0]);
  close (other.reports[1]);
  g_autoptr (Cache) cache = open_cache (home);
  answer (cache, "a watch");
  before_unlink = let_the_other_open;
  int64_t n;
  assert_ok (cache_rebuild_index (cache, NULL, NULL, &n, &error), error);
  g_assert_null (before_unlink);
  wait_for_reports (1, -1);
  order_other ();
  wait_for_reports (2, -1);
  assert_answered (cache, "a hat");
  order_other ();
  int status;
  g_assert_cmpint (waitpid (process, &status, 0), ==, process);
  g_assert_cmpint (status, ==, 0);
}

/* ---- one that is made while it is looked at ---- */

static void (*before_count) (void);

int __real_sqlite3_prepare_v3 (sqlite3 *handle, const char *sql, int length, unsigned flags,
                               sqlite3_stmt **out_statement, const char **out_tail);
int __wrap_sqlite3_prepare_v3 (sqlite3 *handle, const char *sql, int length, unsigned flags,
                               sqlite3_stmt **out_statement, const char **out_tail);

int
__wrap_sqlite3_prepare_v3 (sqlite3 *handle, const char *sql, int length, unsigned flags,
                           sqlite3_stmt **out_statement, const char **out_tail)
{
  if (before_count != NULL && strstr (sql, "sqlite_schema") != NULL) {
    void (*act) (void) = before_count;
    before_count = NULL;
    act ();
  }
  return __real_sqlite3_prepare_v3 (handle, sql, length, flags, out_statement, out_tail);
}

static const DatabaseShape things = {
  .name = "things.sqlite",
  .version = 1,
  .schema = "CREATE TABLE things (name TEXT); INSERT INTO things VALUES ('watch')",
};
static Database first;

static void
open_first (void)
{
  g_autoptr (GError) error = NULL;
  assert_ok (database_open (&first, &error), error);
}

/* Taken for somebody else's it would be set aside, with all that was written to it. */
static void
what_another_completes_meanwhile_is_ours (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Database second;
  database_init (&first, &things, scratch->folder, NULL);
  database_init (&second, &things, scratch->folder, NULL);
  before_count = open_first;
  assert_ok (database_open (&second, &error), error);
  g_assert_null (before_count);
  g_assert_cmpstr (second.mended, ==, NULL);
  g_assert_true (database_is_current (&first));
  g_assert_true (database_is_current (&second));
  assert_ok (database_execute (second.handle, "DELETE FROM things WHERE name = 'watch'", &error),
             error);
  g_assert_cmpint (sqlite3_changes (second.handle), ==, 1);
  database_clear (&second);
  database_clear (&first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/database/" name, function)
  CLAIM ("nobody-opens-a-file-that-is-being-replaced", nobody_opens_a_file_that_is_being_replaced);
  CLAIM ("what-another-completes-meanwhile-is-ours", what_another_completes_meanwhile_is_ours);
#undef CLAIM
  return g_test_run ();
}
