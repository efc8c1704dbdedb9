#include "base/path.h"

#include <unistd.h>
#include <glib/gstdio.h>

#include "base/base-error.h"
#include "support/scratch.h"

static void
assert_taken (char *text, const char *wanted)
{
  g_assert_cmpstr (text, ==, wanted);
  g_free (text);
}

static void
dots_are_resolved_by_text (void)
{
  assert_taken (path_resolve ("/a/b", "c.png"), "/a/b/c.png");
  assert_taken (path_resolve ("/a/b", "./../c//d/."), "/a/c/d");
  assert_taken (path_resolve ("/a/b", "../../../../x"), "/x");
  assert_taken (path_resolve ("/a/b", "/x/../y"), "/y");
}

static void
a_neighbour_with_the_same_start_is_outside (void)
{
  g_assert_true (path_is_within ("/a/b", "/a/b"));
  g_assert_true (path_is_within ("/a/b/c", "/a/b"));
  g_assert_true (path_is_within ("/a/b/c", "/a/b/"));
  g_assert_true (path_is_within ("/a", "/"));
  g_assert_false (path_is_within ("/a/bc", "/a/b"));
  g_assert_false (path_is_within ("/a", "/a/b"));
}

static void
relative_paths_lead_back (void)
{
  static const char *const places[] = { "/", "/a", "/a/b", "/a/b/c", "/x/y", "/ab" };
  for (unsigned i = 0; i < G_N_ELEMENTS (places); i++)
    for (unsigned j = 0; j < G_N_ELEMENTS (places); j++) {
      g_autofree char *relative = path_relative (places[i], places[j]);
      assert_taken (path_resolve (places[j], relative), places[i]);
      g_assert_false (g_str_has_suffix (relative, "/"));
    }
  assert_taken (path_relative ("/a/x/y.png", "/a/b/c"), "../../x/y.png");
  assert_taken (path_relative ("/a", "/a/b"), "..");
  assert_taken (path_relative ("/a", "/a"), ".");
}

static void
links_are_followed_as_far_as_there_is_something (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autofree char *folder = path_real (scratch->folder);
  g_assert_no_errno (g_mkdir (scratch_path (scratch, "real"), 0777));
  g_assert_no_errno (symlink ("real", scratch_path (scratch, "link")));
  g_autofree char *wanted = g_build_filename (folder, "real/new/file.png", NULL);
  assert_taken (path_real (scratch_path (scratch, "link/new/file.png")), wanted);
  g_autofree char *plain = g_build_filename (folder, "none", NULL);
  assert_taken (path_real (scratch_path (scratch, "none")), plain);
}

static void
folders_are_made_with_those_above (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *deep = scratch_path (scratch, "a/b/c");
  assert_ok (path_make_folder (deep, &error), error);
  g_assert_true (g_file_test (deep, G_FILE_TEST_IS_DIR));
  assert_ok (path_make_folder (deep, &error), error);
  assert_ok (path_make_folder (scratch_path (scratch, "d//e/"), &error), error);
  g_assert_true (g_file_test (scratch_path (scratch, "d/e"), G_FILE_TEST_IS_DIR));
}

static void
a_file_in_the_way_of_a_folder_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  scratch_write (scratch, "file", "x");
  g_assert_false (path_make_folder (scratch_path (scratch, "file"), &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
  g_clear_error (&error);
  g_assert_false (path_make_folder (scratch_path (scratch, "file/below"), &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
  g_clear_error (&error);
  g_assert_no_errno (symlink ("nowhere", scratch_path (scratch, "link")));
  g_assert_false (path_make_folder (scratch_path (scratch, "link"), &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_SYSTEM);
  g_assert_nonnull (strstr (error->message, "link"));
}

static void
a_file_is_read_up_to_its_limit (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_write (scratch, "five", "12345");
  g_autofree char *text = NULL;
  size_t length = 0;
  assert_ok (path_read_file (path, 5, &text, &length, &error), error);
  g_assert_cmpuint (length, ==, 5);
  g_assert_cmpstr (text, ==, "12345");

  char *untouched = NULL;
  g_assert_false (path_read_file (path, 4, &untouched, &length, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_TOO_LARGE);
  g_assert_null (untouched);
  g_clear_error (&error);
  g_assert_false (path_read_file (scratch_path (scratch, "none"), 4, &untouched, &length, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* Endless, and says it is empty: only a limit while reading helps. */
  g_assert_false (path_read_file ("/dev/zero", 100000, &untouched, &length, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_TOO_LARGE);
}

static void
values_become_file_names (void)
{
  assert_taken (path_safe_name ("diver-watch@front"), "diver-watch-front");
  assert_taken (path_safe_name ("a / b \\ c"), "a-b-c");
  assert_taken (path_safe_name ("../../etc/passwd"), "etc-passwd");
  assert_taken (path_safe_name ("Größe 時計 v1.5_x"), "Größe-時計-v1.5_x");
  assert_taken (path_safe_name ("Gro\xcc\x88\xc3\x9f"
                                "e"),
                "Größe");
  assert_taken (path_safe_name ("bad\xff\xfe bytes\n"), "bad-bytes");
  assert_taken (path_safe_name ("-rf"), "rf");
  assert_taken (path_safe_name (".hidden"), "hidden");
  assert_taken (path_safe_name (""), "_");
  assert_taken (path_safe_name (".."), "_");
  assert_taken (path_safe_name ("///"), "_");
}

static void
long_values_are_cut_between_letters (void)
{
  GString *value = g_string_new ("a");
  for (int i = 0; i < 60; i++)
    g_string_append (value, "é");
  g_autofree char *name = path_safe_name (value->str);
  g_assert_cmpuint (strlen (name), ==, 99);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_string_free (value, TRUE);
}

static bool
may_read_own (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  size_t length = 0;
  bool ok = path_read_own_file (path, 100, &text, &length, &error);
  g_assert_true (ok == (error == NULL));
  return ok;
}

static void
a_word_that_others_could_have_put_there_is_not_taken (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "own", "mine");
  static const struct {
    mode_t mode;
    bool holds;
  } cases[] = { { 0600, true },  { 0644, true },  { 0400, true },
                { 0660, false }, { 0602, false }, { 0666, false } };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_cmpint (chmod (path, cases[i].mode), ==, 0);
    g_assert_cmpint (may_read_own (path), ==, cases[i].holds);
  }
  g_assert_cmpint (chmod (path, 0600), ==, 0);
  const char *link = scratch_path (scratch, "link");
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_false (may_read_own (link));
  const char *pipe = scratch_path (scratch, "pipe");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_false (may_read_own (pipe));
  g_assert_false (may_read_own (scratch->folder));
  g_assert_false (may_read_own (scratch_path (scratch, "nothing")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/path/dots-are-resolved-by-text", dots_are_resolved_by_text);
  g_test_add_func ("/base/path/a-neighbour-with-the-same-start-is-outside",
                   a_neighbour_with_the_same_start_is_outside);
  g_test_add_func ("/base/path/relative-paths-lead-back", relative_paths_lead_back);
  g_test_add_func ("/base/path/links-are-followed-as-far-as-there-is-something",
                   links_are_followed_as_far_as_there_is_something);
  g_test_add_func ("/base/path/folders-are-made-with-those-above",
                   folders_are_made_with_those_above);
  g_test_add_func ("/base/path/a-file-in-the-way-of-a-folder-is-told",
                   a_file_in_the_way_of_a_folder_is_told);
  g_test_add_func ("/base/path/a-file-is-read-up-to-its-limit", a_file_is_read_up_to_its_limit);
  g_test_add_func ("/base/path/a-word-that-others-could-have-put-there-is-not-taken",
                   a_word_that_others_could_have_put_there_is_not_taken);
  g_test_add_func ("/base/path/values-become-file-names", values_become_file_names);
  g_test_add_func ("/base/path/long-values-are-cut-between-letters",
                   long_values_are_cut_between_letters);
  return g_test_run ();
}
