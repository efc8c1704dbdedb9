#include "pipeline/trust.h"

#include <string.h>
#include <sys/stat.h>

#include "base/base-error.h"
#include "support/scratch.h"

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS "2222222222222222222222222222222222222222222222222222222222222222"

static Digest
digest (const char *hex)
{
  Digest digest;
  g_assert_true (digest_from_hex (hex, &digest));
  return digest;
}

static char *
reformat (const char *text)
{
  g_autoptr (GPtrArray) entries = trust_parse (text, strlen (text));
  return trust_format (entries);
}

static void
a_list_reads_back_to_itself (void)
{
  static const char text[] = ONES "  /home/me/a b/peel.yaml\n" TWOS
                                  "  /home/me/ü\\n\\\"\\\\x.yaml\n";
  g_autofree char *again = reformat (text);
  g_assert_cmpstr (again, ==, text);
  g_autoptr (GPtrArray) entries = trust_parse (text, strlen (text));
  g_assert_nonnull (trust_find (entries, "/home/me/ü\n\"\\x.yaml"));
  g_assert_null (trust_find (entries, "/home/me/a b"));
}

static void
damaged_lines_are_no_lines (void)
{
  static const char *const texts[] = {
    "",
    "\n\n",
    "# a remark\n",
    "1111\n",
    ONES "\n",
    ONES " /one/blank\n",
    ONES "  relative\n",
    ONES "  \n",
    "x" ONES "  /longer\n",
    "g111111111111111111111111111111111111111111111111111111111111111  /no-hex\n",
    ONES "  /cut/sho",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *again = reformat (texts[i]);
    g_assert_cmpstr (again, ==, "");
  }
  g_autofree char *rest = reformat ("\xff\xfe\n" ONES "  /kept\n" TWOS);
  g_assert_cmpstr (rest, ==, ONES "  /kept\n");
  static const char zero[] = ONES "  /kept\n\0" ONES "  /lost\n";
  g_autoptr (GPtrArray) entries = trust_parse (zero, sizeof zero - 1);
  g_assert_cmpuint (entries->len, ==, 1);
}

static void
the_last_line_of_a_path_counts (void)
{
  g_autofree char *text = reformat (ONES "  /b\n" ONES "  /a\n" TWOS "  /b\n");
  g_assert_cmpstr (text, ==, ONES "  /a\n" TWOS "  /b\n");
}

/* ---- the file ---- */

static Scratch *
state_home (void)
{
  Scratch *scratch = scratch_new ();
  g_setenv ("XDG_STATE_HOME", scratch->folder, TRUE);
  return scratch;
}

static void
what_is_remembered_is_there_until_it_is_forgotten (void)
{
  g_autoptr (Scratch) scratch = state_home ();
  g_autoptr (GError) error = NULL;
  g_assert_nonnull (scratch);
  const Digest ones = digest (ONES), twos = digest (TWOS);
  g_autoptr (GPtrArray) none = trust_load (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  assert_ok (trust_remember ("/b", &ones, &error), error);
  assert_ok (trust_remember ("/a", &ones, &error), error);
  assert_ok (trust_remember ("/b", &twos, &error), error);
  g_autoptr (GPtrArray) two = trust_load (&error);
  g_autofree char *text = trust_format (two);
  g_assert_cmpstr (text, ==, ONES "  /a\n" TWOS "  /b\n");
  bool was_known = false;
  assert_ok (trust_forget ("/a", &was_known, &error), error);
  g_assert_true (was_known);
  assert_ok (trust_forget ("/a", &was_known, &error), error);
  g_assert_false (was_known);
  g_autoptr (GPtrArray) one = trust_load (&error);
  g_assert_cmpuint (one->len, ==, 1);
}

static void
others_can_neither_read_nor_have_written_the_list (void)
{
  g_autoptr (Scratch) scratch = state_home ();
  g_autoptr (GError) error = NULL;
  g_assert_nonnull (scratch);
  const Digest ones = digest (ONES);
  mode_t before = umask (0);
  assert_ok (trust_remember ("/a", &ones, &error), error);
  umask (before);
  const char *path = scratch_path (scratch, "peel/trusted");
  struct stat status;
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (chmod (path, 0620), ==, 0);
  g_assert_null (trust_load (&error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_UNSAFE);
  g_clear_error (&error);
  g_assert_false (trust_remember ("/b", &ones, &error));
  g_assert_error (error, BASE_ERROR, BASE_ERROR_UNSAFE);
}

static void
a_relative_state_home_is_none (void)
{
  g_setenv ("XDG_STATE_HOME", "here", TRUE);
  g_autofree char *path = trust_dup_file_path ();
  g_assert_true (g_path_is_absolute (path));
  g_assert_true (g_str_has_suffix (path, "/.local/state/peel/trusted"));
}

static gpointer
remember_many (gpointer data)
{
  for (int i = 0; i < 20; i++) {
    g_autofree char *path = g_strdup_printf ("/%d/%d", GPOINTER_TO_INT (data), i);
    const Digest ones = digest (ONES);
    g_autoptr (GError) error = NULL;
    assert_ok (trust_remember (path, &ones, &error), error);
  }
  return NULL;
}

static void
nobody_undoes_what_another_has_written (void)
{
  g_autoptr (Scratch) scratch = state_home ();
  g_assert_nonnull (scratch);
  GThread *threads[4];
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("writer", remember_many, GINT_TO_POINTER (i));
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_autoptr (GPtrArray) entries = trust_load (NULL);
  g_assert_cmpuint (entries->len, ==, 80);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pipeline/trust/" name, function)
  CLAIM ("a-list-reads-back-to-itself", a_list_reads_back_to_itself);
  CLAIM ("damaged-lines-are-no-lines", damaged_lines_are_no_lines);
  CLAIM ("the-last-line-of-a-path-counts", the_last_line_of_a_path_counts);
  CLAIM ("what-is-remembered-is-there-until-it-is-forgotten",
         what_is_remembered_is_there_until_it_is_forgotten);
  CLAIM ("others-can-neither-read-nor-have-written-the-list",
         others_can_neither_read_nor_have_written_the_list);
  CLAIM ("a-relative-state-home-is-none", a_relative_state_home_is_none);
  CLAIM ("nobody-undoes-what-another-has-written", nobody_undoes_what_another_has_written);
#undef CLAIM
  return g_test_run ();
}
