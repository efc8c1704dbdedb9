#include "run/call-folder.h"

#include <unistd.h>
#include <glib/gstdio.h>

#include "support/scratch.h"

static void
make_home (Scratch *scratch)
{
  g_assert_cmpint (g_mkdir (scratch_path (scratch, "quarantine"), 0700), ==, 0);
}

static void
open_folder (CallFolder *folder, Scratch *scratch, const char *id, bool is_paid)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = call_folder_path (scratch->folder, id, is_paid);
  assert_ok (call_folder_open (folder, scratch->folder, path, &error), error);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
}

static void
write_output (const CallFolder *folder)
{
  g_autofree char *output = call_folder_output_path (folder->path);
  g_autofree char *below = g_build_filename (folder->path, "cache", "x", NULL);
  g_autofree char *file = g_build_filename (below, "weights", NULL);
  g_assert_true (g_file_set_contents (output, "picture", -1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (below, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "", -1, NULL));
}

/* As a killed worker does: the lock is gone, the folder is not. */
static void
abandon (CallFolder *folder)
{
  close (folder->fd);
  g_free (folder->path);
  g_free (folder->home);
  *folder = (CallFolder)CALL_FOLDER_INIT;
}

static unsigned
n_entries (Scratch *scratch, const char *name)
{
  g_autoptr (GDir) listing = g_dir_open (scratch_path (scratch, name), 0, NULL);
  unsigned n = 0;
  while (listing != NULL && g_dir_read_name (listing) != NULL)
    n++;
  return n;
}

static void
note_kept (void *data, const char *kept)
{
  g_string_append_printf (data, "%s\n", kept);
}

static void
assert_swept (Scratch *scratch, const char *wanted)
{
  g_autoptr (GString) kept = g_string_new (NULL);
  call_folder_sweep (scratch->folder, note_kept, kept);
  g_assert_cmpstr (kept->str, ==, wanted);
}

static void
it_goes_with_all_that_is_in_it (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  make_home (scratch);
  CallFolder folder = CALL_FOLDER_INIT;
  open_folder (&folder, scratch, "a", true);
  write_output (&folder);
  g_assert_cmpint (symlink ("/", scratch_path (scratch, "calls/paid-a/link")), ==, 0);
  call_folder_clear (&folder);
  g_assert_cmpuint (n_entries (scratch, "calls"), ==, 0);
  g_assert_cmpuint (n_entries (scratch, "quarantine"), ==, 0);
}

static void
what_is_in_use_is_not_swept (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  make_home (scratch);
  g_auto (CallFolder) one = CALL_FOLDER_INIT;
  g_auto (CallFolder) other = CALL_FOLDER_INIT;
  open_folder (&one, scratch, "a", false);
  open_folder (&other, scratch, "b", true);
  write_output (&other);
  assert_swept (scratch, "");
  g_assert_cmpuint (n_entries (scratch, "calls"), ==, 2);
}

static void
what_a_killed_worker_left_is_swept_but_paid_pictures_are_kept (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  make_home (scratch);
  CallFolder folder = CALL_FOLDER_INIT;
  open_folder (&folder, scratch, "a", false);
  write_output (&folder);
  abandon (&folder);
  open_folder (&folder, scratch, "b", true);
  write_output (&folder);
  abandon (&folder);
  g_autofree char *wanted = g_strdup_printf ("%s\n",
                                             scratch_path (scratch, "quarantine/paid-b.png"));
  assert_swept (scratch, wanted);
  g_assert_cmpuint (n_entries (scratch, "calls"), ==, 0);
  g_assert_cmpuint (n_entries (scratch, "quarantine"), ==, 1);
  g_autofree char *kept = NULL;
  g_assert_true (
    g_file_get_contents (scratch_path (scratch, "quarantine/paid-b.png"), &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "picture");
  assert_swept (scratch, "");
}

static void
a_home_without_calls_has_nothing_to_sweep (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  assert_swept (scratch, "");
}

static void
an_output_can_be_kept (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  make_home (scratch);
  g_auto (CallFolder) folder = CALL_FOLDER_INIT;
  open_folder (&folder, scratch, "a", true);
  g_assert_null (call_folder_keep_output (&folder));
  write_output (&folder);
  g_autofree char *kept = call_folder_keep_output (&folder);
  g_assert_cmpstr (kept, ==, scratch_path (scratch, "quarantine/paid-a.png"));
  g_assert_true (g_file_test (kept, G_FILE_TEST_IS_REGULAR));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/run/call-folder/" name, function)
  CLAIM ("it-goes-with-all-that-is-in-it", it_goes_with_all_that_is_in_it);
  CLAIM ("what-is-in-use-is-not-swept", what_is_in_use_is_not_swept);
  CLAIM ("what-a-killed-worker-left-is-swept-but-paid-pictures-are-kept",
         what_a_killed_worker_left_is_swept_but_paid_pictures_are_kept);
  CLAIM ("a-home-without-calls-has-nothing-to-sweep", a_home_without_calls_has_nothing_to_sweep);
  CLAIM ("an-output-can-be-kept", an_output_can_be_kept);
#undef CLAIM
  return g_test_run ();
}
