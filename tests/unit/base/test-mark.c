#include "base/mark.h"
#include "support/scratch.h"

static void
assert_line (SourceText *source, int line, const char *wanted)
{
  g_autofree char *text = source_text_dup_line (source, line);
  g_assert_cmpstr (text, ==, wanted);
}

static void
lines_come_without_their_ends (void)
{
  static const char text[] = "one\ntwo\r\n\nfour";
  g_autoptr (SourceText) source = source_text_new ("a.yaml", text, strlen (text));
  assert_line (source, 1, "one");
  assert_line (source, 2, "two");
  assert_line (source, 3, "");
  assert_line (source, 4, "four");
}

static void
outside_the_text_lines_are_empty (void)
{
  g_autoptr (SourceText) source = source_text_new ("a.yaml", "one\n", 4);
  assert_line (source, 2, "");
  assert_line (source, 3, "");
  assert_line (source, 0, "");
  assert_line (source, -1, "");
  g_autoptr (SourceText) empty = source_text_new ("a.yaml", NULL, 0);
  assert_line (empty, 1, "");
}

static void
a_reference_outlives_the_first_owner (void)
{
  SourceText *source = source_text_new ("a.yaml", "one", 3);
  SourceText *second = source_text_ref (source);
  source_text_unref (source);
  assert_line (second, 1, "one");
  g_assert_cmpstr (second->name, ==, "a.yaml");
  source_text_unref (second);
  source_text_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/mark/lines-come-without-their-ends", lines_come_without_their_ends);
  g_test_add_func ("/base/mark/outside-the-text-lines-are-empty", outside_the_text_lines_are_empty);
  g_test_add_func ("/base/mark/a-reference-outlives-the-first-owner",
                   a_reference_outlives_the_first_owner);
  return g_test_run ();
}
