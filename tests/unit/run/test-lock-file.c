#include "run/lock-file.h"

#include <string.h>
#include <glib/gstdio.h>

#include "run/run-error.h"
#include "support/scratch.h"

#define HEX_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define HEX_2 "2222222222222222222222222222222222222222222222222222222222222222"
#define HEAD "{\"peel-lock\":1}\n"
#define ENTRY(members) "{" members ",\"request\":\"" HEX_1 "\",\"original\":\"" HEX_2 "\"}\n"

static LockFile *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  LockFile *lock = lock_file_read ("peel.lock", text, strlen (text), &error);
  g_assert_no_error (error);
  return lock;
}

static LockEntry
entry_of (const char *image, int variant)
{
  LockEntry entry = { .image = (char *)image, .variant = variant };
  g_assert_true (digest_from_hex (HEX_1, &entry.request));
  g_assert_true (digest_from_hex (HEX_2, &entry.original));
  return entry;
}

/* ---- reading and writing ---- */

static void
test_round_trip (void)
{
  static const char text[] = HEAD ENTRY ("\"image\":\"1042\",\"pipeline\":\"catalogue\"")
    ENTRY ("\"image\":\"gr\xC3\xBC\xC3\x9F \\\"\\u0001\"") ENTRY ("\"image\":\"watch\"")
      ENTRY ("\"image\":\"watch\",\"variant\":2,\"picked\":true");
  g_autoptr (LockFile) lock = read_text (text);
  g_assert_cmpuint (lock_file_length (lock), ==, 4);
  size_t length;
  g_autofree char *written = lock_file_format (lock, &length);
  g_assert_cmpstr (written, ==, text);
  g_assert_cmpuint (length, ==, strlen (text));
}

static void
test_order (void)
{
  g_autoptr (LockFile) lock = read_text (
    HEAD ENTRY ("\"image\":\"b\"") "\n" ENTRY ("\"image\":\"a\",\"variant\":10")
      ENTRY ("\"image\":\"a\",\"variant\":9") ENTRY ("\"image\":\"a\",\"pipeline\":\"z\"")
        ENTRY ("\"image\":\"a\",\"pipeline\":\"y\""));
  g_autoptr (GPtrArray) list = lock_file_list (lock);
  GString *order = g_string_new (NULL);
  for (unsigned i = 0; i < list->len; i++) {
    const LockEntry *entry = list->pdata[i];
    g_string_append_printf (order, "%s.%s.%d ", entry->image,
                            entry->pipeline != NULL ? entry->pipeline : "", entry->variant);
  }
  g_assert_cmpstr (order->str, ==, "a..9 a..10 a.y.1 a.z.1 b..1 ");
  g_string_free (order, TRUE);
}

static void
test_twice (void)
{
  g_autoptr (LockFile) lock = read_text (HEAD ENTRY ("\"image\":\"a\"") ENTRY ("\"image\":\"a\""));
  g_assert_cmpuint (lock_file_length (lock), ==, 1);
}

static void
test_complaints (void)
{
  static const struct {
    const char *text, *complaint;
  } cases[] = {
    { "", "this is no lock of Peel" },
    { "version: 1\n", "this is no lock of Peel" },
    { "{\"image\":\"a\"}\n", "peel.lock:1:1: this is no lock of Peel" },
    { "{\"peel-lock\":2}\n", "peel.lock:1:14: a newer Peel wrote this lock (version 2" },
    { "{\"peel-lock\":0}\n", "'peel-lock' takes 1" },
    { "{\"peel-lock\":1,\"x\":1}\n", "has no option 'x'" },
    { HEAD "[]\n", "peel.lock:2:1: a row must be an object" },
    { HEAD "{\"image\":\n", "peel.lock:2:10: " },
    { HEAD ENTRY ("\"imgae\":\"a\""), "did you mean 'image'?" },
    { HEAD ENTRY ("\"image\":\"a\",\"variant\":0"), "'variant' takes 1 to" },
    { HEAD ENTRY ("\"image\":\"a\",\"picked\":\"yes\""), "'picked' takes true or false" },
    { HEAD "{\"image\":\"a\",\"request\":\"12\",\"original\":\"" HEX_2 "\"}",
      "'request' takes the 64 hex digits" },
    { HEAD "{\"image\":\"a\",\"request\":\"" HEX_2 "\"}", "needs 'original'" },
    { HEAD ENTRY ("\"image\":\"a\"") "{\"image\":\"a\",\"request\":\"" HEX_2
                                     "\",\"original\":\"" HEX_2 "\"}",
      "peel.lock:3:1: variant 1 of a is pinned twice" },
    { HEAD ENTRY ("\"image\":\"a\",\"picked\":true")
        ENTRY ("\"image\":\"a\",\"variant\":2,\"picked\":true"),
      "peel.lock:3:1: two variants of a are picked" },
    { HEAD "<<<<<<< ours\n" ENTRY ("\"image\":\"a\"") "=======\n>>>>>>> theirs\n",
      "peel.lock:2: a merge stopped here" },
    { "<<<<<<< ours\r\n", "peel.lock:1: a merge stopped here" },
    { HEAD ENTRY ("\"image\":\"a\"") "=======", "peel.lock:3: a merge stopped here" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    size_t length = strlen (cases[i].text);
    g_autofree char *exact = g_memdup2 (cases[i].text, length);
    g_assert_null (lock_file_read ("peel.lock", exact, length, &error));
    g_assert_error (error, RUN_ERROR, RUN_ERROR_INVALID);
    if (strstr (error->message, cases[i].complaint) == NULL)
      g_error ("\"%s\" is not in: %s", cases[i].complaint, error->message);
  }
}

/* ---- entries ---- */

static void
test_owner (void)
{
  g_assert_null (lock_file_owner ("watch", "watch"));
  g_assert_null (lock_file_owner ("watch", "watch@front"));
  g_assert_cmpstr (lock_file_owner ("watch", "watches"), ==, "watch");
  g_assert_cmpstr (lock_file_owner ("watch", "1042"), ==, "watch");
  LockEntry plain = entry_of ("watch@front", 1), row = entry_of ("1042", 1);
  row.pipeline = (char *)"catalogue";
  g_assert_true (lock_entry_is_of (&plain, "watch"));
  g_assert_false (lock_entry_is_of (&plain, "wat"));
  g_assert_false (lock_entry_is_of (&plain, "catalogue"));
  g_assert_true (lock_entry_is_of (&row, "catalogue"));
  g_assert_false (lock_entry_is_of (&row, "1042"));
}

static void
test_put (void)
{
  g_autoptr (LockFile) lock = lock_file_new ();
  LockEntry first = entry_of ("a", 1), second = entry_of ("a", 2), row = entry_of ("a", 1);
  row.pipeline = (char *)"catalogue";
  second.is_picked = true;
  lock_file_put (lock, &first);
  lock_file_put (lock, &second);
  lock_file_put (lock, &row);
  g_assert_cmpuint (lock_file_length (lock), ==, 3);
  g_assert_cmpint (lock_file_find_picked (lock, NULL, "a")->variant, ==, 2);
  g_assert_null (lock_file_find_picked (lock, "catalogue", "a"));
  g_assert_null (lock_file_find (lock, NULL, "a", 3));
  second.is_picked = false;
  second.original = second.request;
  lock_file_put (lock, &second);
  g_assert_cmpuint (lock_file_length (lock), ==, 3);
  g_assert_null (lock_file_find_picked (lock, NULL, "a"));
  g_assert_true (digest_equal (&lock_file_find (lock, NULL, "a", 2)->original, &second.request));
  first.is_picked = true;
  lock_file_put (lock, &first);
  lock_file_remove (lock, &first);
  g_assert_null (lock_file_find_picked (lock, NULL, "a"));
  g_assert_cmpuint (lock_file_length (lock), ==, 2);
}

/* ---- the file ---- */

static bool
add_entry (void *data, LockFile *lock, GError **error)
{
  lock_file_put (lock, data);
  return true;
}

static bool
change_nothing (void *data, LockFile *lock, GError **error)
{
  ++*(unsigned *)data;
  return true;
}

static void
test_edit (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "peel.lock");
  unsigned n_calls = 0;
  assert_ok (lock_file_edit (path, change_nothing, &n_calls, &error), error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  LockEntry a = entry_of ("a", 1), b = entry_of ("b", 1);
  assert_ok (lock_file_edit (path, add_entry, &b, &error), error);
  assert_ok (lock_file_edit (path, add_entry, &a, &error), error);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, HEAD ENTRY ("\"image\":\"a\"") ENTRY ("\"image\":\"b\""));

  /* What does not change is not written: another time of the file would have tools look again. */
  GStatBuf before, after;
  g_assert_cmpint (g_stat (path, &before), ==, 0);
  assert_ok (lock_file_edit (path, change_nothing, &n_calls, &error), error);
  g_assert_cmpint (g_stat (path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_assert_cmpuint (n_calls, ==, 2);
}

static void
test_edit_of_a_broken_one (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_write (scratch, "peel.lock", "<<<<<<< ours\n");
  LockEntry a = entry_of ("a", 1);
  g_assert_false (lock_file_edit (path, add_entry, &a, &error));
  g_assert_error (error, RUN_ERROR, RUN_ERROR_INVALID);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "<<<<<<< ours\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/lock-file/comes-back-as-it-was-written", test_round_trip);
  g_test_add_func ("/run/lock-file/in-order-of-image-pipeline-and-variant", test_order);
  g_test_add_func ("/run/lock-file/a-line-that-stands-twice-is-one", test_twice);
  g_test_add_func ("/run/lock-file/tells-what-is-wrong-and-where", test_complaints);
  g_test_add_func ("/run/lock-file/ids-of-tables-need-their-pipeline", test_owner);
  g_test_add_func ("/run/lock-file/an-entry-takes-the-place-of-its-image's", test_put);
  g_test_add_func ("/run/lock-file/edits-are-merged-and-nothing-new-is-not-written", test_edit);
  g_test_add_func ("/run/lock-file/a-broken-one-is-left-alone", test_edit_of_a_broken_one);
  return g_test_run ();
}
