#include "plan/template.h"

static const char *
fact (void *data, const char *name)
{
  return strcmp (name, "name") == 0 ? "a/b c" : strcmp (name, "width") == 0 ? "640" : NULL;
}

static char *
filled (const char *template)
{
  static const char *const names[] = { "name", "width" };
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Node) node = node_new_scalar (&MARK_NONE, template, NODE_QUOTED);
  char *text = template_fill (node, fact, NULL, names, G_N_ELEMENTS (names), problems);
  g_assert_true ((text == NULL) == (problems_count (problems) > 0));
  return text != NULL ? text : problems_format (problems);
}

static void
assert_filled (const char *template, const char *wanted)
{
  g_autofree char *text = filled (template);
  g_assert_cmpstr (text, ==, wanted);
}

static void
facts_are_made_safe_for_file_names (void)
{
  assert_filled ("out/{name}-{width}.webp", "out/a-b-c-640.webp");
}

static void
only_doubled_braces_are_escapes (void)
{
  assert_filled ("{{name}}", "{name}");
  assert_filled ("{{{name}}}", "{a-b-c}");
  assert_filled ("a}b$c", "a}b$c");
  assert_filled ("{name}}", "a-b-c}");
}

static void
what_is_no_fact_is_told (void)
{
  assert_filled ("{nme}", "'to' knows no {nme}; did you mean {name}?");
  assert_filled ("{date}", "'to' knows no {date}; it knows {name}, {width} (a literal brace is "
                           "written {{)");
  assert_filled ("a{name", "this '{' is never closed (a literal brace is written {{)");
}

static void
only_facts_are_named (void)
{
  g_assert_true (template_names ("a{variant}b", "variant"));
  g_assert_false (template_names ("a{{variant}}b", "variant"));
  g_assert_true (template_names ("{{{variant}", "variant"));
  g_assert_false (template_names ("{variants}", "variant"));
  g_assert_false (template_names ("{", "variant"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/template/facts-are-made-safe-for-file-names",
                   facts_are_made_safe_for_file_names);
  g_test_add_func ("/plan/template/only-doubled-braces-are-escapes",
                   only_doubled_braces_are_escapes);
  g_test_add_func ("/plan/template/what-is-no-fact-is-told", what_is_no_fact_is_told);
  g_test_add_func ("/plan/template/only-facts-are-named", only_facts_are_named);
  return g_test_run ();
}
