#include "base/problems.h"
#include "support/scratch.h"

typedef struct {
  SourceText *source;
  Problems *problems;
} Fixture;

static Fixture
start (const char *text)
{
  return (Fixture){ source_text_new ("p.yaml", text, strlen (text)), problems_new () };
}

static Mark
at (Fixture *fixture, int line, int column, int end_column)
{
  return (Mark){ fixture->source, line, column, end_column };
}

/* Ends the fixture. The problems must not need the source any more than their own reference. */
static void
assert_printed (Fixture *fixture, const char *wanted)
{
  source_text_unref (fixture->source);
  g_autofree char *text = problems_format (fixture->problems);
  g_assert_cmpstr (text, ==, wanted);
  problems_free (fixture->problems);
}

static void
a_caret_stands_under_its_words (void)
{
  Fixture f = start ("a: 1\n  width: wide\n");
  Mark mark = at (&f, 2, 10, 14);
  g_assert_false (problems_add (f.problems, &mark, "'%s' is no number", "wide"));
  assert_printed (&f, "p.yaml:2:10: 'wide' is no number\n"
                      "      width: wide\n"
                      "             ^~~~");
}

static void
a_caret_counts_characters_and_cells (void)
{
  /* Two-byte letters, a tab, a letter with a combining accent, and two wide ones. */
  Fixture f = start ("größe:\tx\n"
                     "e\xcc\x81t\n"
                     "時計 ab\n");
  Mark first = at (&f, 1, 8, 9), second = at (&f, 2, 3, 4), third = at (&f, 3, 4, 6);
  Mark wide = at (&f, 3, 1, 3);
  problems_add (f.problems, &first, "one");
  problems_add (f.problems, &second, "two");
  problems_add (f.problems, &third, "three");
  problems_add (f.problems, &wide, "four");
  assert_printed (&f, "p.yaml:1:8: one\n    größe: x\n           ^\n"
                      "p.yaml:2:3: two\n    e\xcc\x81t\n     ^\n"
                      "p.yaml:3:1: four\n    時計 ab\n    ^~~~\n"
                      "p.yaml:3:4: three\n    時計 ab\n         ^~");
}

static void
a_long_line_is_cut_around_the_mark (void)
{
  g_autofree char *filler = g_strnfill (300, 'x');
  g_autofree char *line = g_strconcat (filler, "HERE", filler, NULL);
  Fixture f = start (line);
  Mark mark = at (&f, 1, 301, 305);
  problems_add (f.problems, &mark, "here");
  g_autofree char *before = g_strnfill (60, 'x'), *after = g_strnfill (96, 'x');
  g_autofree char *spaces = g_strnfill (60, ' ');
  g_autofree char *wanted = g_strdup_printf ("p.yaml:1:301: here\n    %sHERE%s\n    %s^~~~", before,
                                             after, spaces);
  assert_printed (&f, wanted);
}

static void
marks_past_the_end_do_no_harm (void)
{
  g_autofree char *line = g_strnfill (200, 'x');
  Fixture f = start (line);
  Mark far = at (&f, 1, 5000, 5010), below = at (&f, 9, 3, 0), zero = at (&f, 1, 0, 0);
  problems_add (f.problems, &far, "far");
  problems_add (f.problems, &below, "below");
  problems_add (f.problems, &zero, "zero");
  g_autofree char *text = problems_format (f.problems);
  g_autofree char *shown = g_strnfill (60, 'x'), *spaces = g_strnfill (60, ' ');
  g_autofree char *wanted = g_strdup_printf ("p.yaml:1:5000: far\n    %s\n    %s^\n", shown,
                                             spaces);
  g_assert_nonnull (strstr (text, wanted));
  g_assert_nonnull (strstr (text, "p.yaml:9:3: below\n    \n    ^"));
  source_text_unref (f.source);
  problems_free (f.problems);
}

static void
a_secret_is_shown_as_dots (void)
{
  Fixture f = start ("key: sk-12345 # mine\n");
  Mark mark = at (&f, 1, 6, 14), whole = at (&f, 1, 1, 4);
  g_assert_false (problems_add_secret (f.problems, &mark, "a literal secret"));
  /* Another mistake on the line does not tell it either. */
  problems_add (f.problems, &whole, "unknown key");
  assert_printed (&f, "p.yaml:1:1: unknown key\n    key: ........ # mine\n    ^~~\n"
                      "p.yaml:1:6: a literal secret\n    key: ........ # mine\n"
                      "         ^~~~~~~~");
}

static void
a_secret_of_unknown_length_hides_the_rest (void)
{
  Fixture f = start ("key: sk-12 3\n");
  Mark mark = at (&f, 1, 6, 0);
  problems_add_secret (f.problems, &mark, "a literal secret");
  assert_printed (&f, "p.yaml:1:6: a literal secret\n    key: .......\n         ^");
}

static void
a_text_repeats_no_key (void)
{
  Fixture f = start ("n: 1\n");
  Mark mark = at (&f, 1, 4, 5);
  problems_add (f.problems, &mark, "'%s' is no number",
                "sk-"
                "0123456789abcdefghij");
  assert_printed (&f, "p.yaml:1:4: '.......................' is no number\n    n: 1\n       ^");
}

/* The key begins far outside of what is shown. */
static void
a_key_that_is_cut_by_the_edge_is_hidden (void)
{
  g_autoptr (GString) text = g_string_new ("sk-");
  for (int i = 0; i < 400; i++)
    g_string_append (text, "0123456789");
  g_string_append (text, " width");
  Fixture f = start (text->str);
  Mark mark = at (&f, 1, 4005, 4010);
  problems_add (f.problems, &mark, "no");
  g_autofree char *dots = g_strnfill (59, '.');
  g_autofree char *spaces = g_strnfill (60, ' ');
  g_autofree char *wanted = g_strdup_printf ("p.yaml:1:4005: no\n    %s width\n    %s^~~~~", dots,
                                             spaces);
  assert_printed (&f, wanted);
}

/* A JSON file is often one line. */
static void
a_huge_line_is_shown_in_pieces (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  while (text->len < 1000000)
    g_string_append (text, "\"sk-x\": eyJ, ");
  Fixture f = start (text->str);
  for (int i = 0; i < 50; i++) {
    Mark mark = at (&f, 1, 15000 * i + 1, 0);
    problems_add (f.problems, &mark, "no");
  }
  source_text_unref (f.source);
  g_autofree char *shown = problems_format (f.problems);
  g_assert_cmpuint (strlen (shown), <, 50 * 400);
  problems_free (f.problems);
}

static void
all_are_told_in_order_and_once (void)
{
  Fixture f = start ("one\ntwo\n");
  Mark second = at (&f, 2, 1, 4), first = at (&f, 1, 1, 4), file = at (&f, 0, 0, 0);
  problems_add (f.problems, &second, "b");
  problems_add (f.problems, &second, "a");
  problems_add (f.problems, &first, "c");
  problems_add (f.problems, &second, "b");
  problems_add (f.problems, &file, "d");
  problems_add (f.problems, NULL, "e");
  g_assert_cmpuint (problems_count (f.problems), ==, 5);
  assert_printed (&f, "e\n"
                      "p.yaml: d\n"
                      "p.yaml:1:1: c\n    one\n    ^~~\n"
                      "p.yaml:2:1: b\n    two\n    ^~~\n"
                      "p.yaml:2:1: a\n    two\n    ^~~");
}

static void
after_fifty_they_are_counted (void)
{
  g_autoptr (Problems) problems = problems_new ();
  for (int i = 0; i < 53; i++)
    problems_add (problems, NULL, "mistake %d", i);
  g_autofree char *text = problems_format (problems);
  g_assert_true (g_str_has_suffix (text, "mistake 49\n… and 3 more"));
}

static void
none_raise_nothing (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  GQuark domain = g_quark_from_static_string ("test");
  assert_ok (problems_raise (problems, domain, 3, &error), error);
  problems_add (problems, NULL, "100%% wrong: %s", "%s");
  g_assert_false (problems_raise (problems, domain, 3, &error));
  g_assert_error (error, domain, 3);
  g_assert_cmpstr (error->message, ==, "100% wrong: %s");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/problems/a-caret-stands-under-its-words", a_caret_stands_under_its_words);
  g_test_add_func ("/base/problems/a-caret-counts-characters-and-cells",
                   a_caret_counts_characters_and_cells);
  g_test_add_func ("/base/problems/a-long-line-is-cut-around-the-mark",
                   a_long_line_is_cut_around_the_mark);
  g_test_add_func ("/base/problems/marks-past-the-end-do-no-harm", marks_past_the_end_do_no_harm);
  g_test_add_func ("/base/problems/a-secret-is-shown-as-dots", a_secret_is_shown_as_dots);
  g_test_add_func ("/base/problems/a-secret-of-unknown-length-hides-the-rest",
                   a_secret_of_unknown_length_hides_the_rest);
  g_test_add_func ("/base/problems/a-text-repeats-no-key", a_text_repeats_no_key);
  g_test_add_func ("/base/problems/a-key-that-is-cut-by-the-edge-is-hidden",
                   a_key_that_is_cut_by_the_edge_is_hidden);
  g_test_add_func ("/base/problems/a-huge-line-is-shown-in-pieces", a_huge_line_is_shown_in_pieces);
  g_test_add_func ("/base/problems/all-are-told-in-order-and-once", all_are_told_in_order_and_once);
  g_test_add_func ("/base/problems/after-fifty-they-are-counted", after_fifty_they_are_counted);
  g_test_add_func ("/base/problems/none-raise-nothing", none_raise_nothing);
  return g_test_run ();
}
