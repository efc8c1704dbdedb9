#include "pipeline/scope.h"

#include "written.h"

/* The values that every test starts from. */
static Scope *
scope_of (const char *values)
{
  Scope *scope = scope_new (NULL);
  const Node *map = written (values);
  for (unsigned i = 0; i < node_length (map); i++)
    scope_set (scope, node_key (map, i), node_item (map, i));
  return scope;
}

static char *
filled_json (const char *values, const char *text, char **out_said)
{
  g_autoptr (Scope) scope = scope_of (values);
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Node) node = scope_fill (scope, written (text), problems);
  *out_said = said (problems);
  return as_json (node);
}

#define assert_fills(values, text, wanted)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *complaints_ = NULL;                                                           \
    g_autofree char *json_ = filled_json (values, text, &complaints_);                             \
    g_assert_cmpstr (complaints_, ==, "");                                                         \
    g_assert_cmpstr (json_, ==, wanted);                                                           \
  }                                                                                                \
  G_STMT_END

#define assert_refuses(values, text, wanted)                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *complaints_ = NULL;                                                           \
    g_free (filled_json (values, text, &complaints_));                                             \
    g_assert_cmpstr (complaints_, ==, wanted);                                                     \
  }                                                                                                \
  G_STMT_END

static void
a_lone_reference_keeps_its_type (void)
{
  assert_fills ("{ w: 640, on: true, f: 1.5, t: '640', l: [1, b] }",
                "[ \"${w}\", '${on}', \"${f}\", \"${t}\", \"${l}\" ]",
                "[640,true,1.5,\"640\",[1,\"b\"]]");
}

static void
a_reference_among_words_gives_text (void)
{
  assert_fills ("{ w: 640, p: watch }", "A ${p} of ${w} px, ${p}", "\"A watch of 640 px, watch\"");
}

static void
prices_and_braces_are_themselves (void)
{
  assert_fills ("{ a: x }", "'$5 or $a }, { $${a} ${a} $'", "\"$5 or $a }, { ${a} x $\"");
}

static void
what_is_put_in_is_not_read_again (void)
{
  assert_fills ("{ a: 'b $${c}' }", "'${a}!'", "\"b $${c}!\"");
}

static void
the_inner_scope_wins (void)
{
  g_autoptr (Scope) outer = scope_of ("{ a: 1, b: 2 }");
  g_autoptr (Scope) inner = scope_new (outer);
  scope_set (inner, "a", written ("3"));
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Node) node = scope_fill (inner, written ("'${a}${b}'"), problems);
  assert_json (node, "\"32\"");
}

static void
a_tree_without_references_is_the_same_tree (void)
{
  g_autoptr (Scope) scope = scope_new (NULL);
  g_autoptr (Problems) problems = problems_new ();
  Node *tree = written ("{ a: [1, { b: c }] }");
  g_autoptr (Node) node = scope_fill (scope, tree, problems);
  g_assert_true (node == tree);
}

static void
what_is_not_set_is_refused_where_it_stands (void)
{
  assert_refuses ("{ product: x }", "a: |\n  one\n  two ${produkt}\n",
                  "p:3:7: '${produkt}' is not set; did you mean '${product}'?");
  assert_refuses ("{}", "a: ${b c}",
                  "p:1:4: '${b c}' is not a reference: a name has letters, digits, '_' and '-' "
                  "(a literal '${' is written '$${')");
  assert_refuses ("{}", "a: x ${b", "p:1:6: '${' has no '}' (a literal '${' is written '$${')");
  assert_refuses ("{ l: [1] }", "a: x ${l}",
                  "p:1:6: '${l}' is a list and cannot stand inside a text");
  assert_refuses ("{ n: ~ }", "a: x ${n}", "p:1:6: '${n}' has no value");
}

static void
a_text_cut_by_a_comment_stays_cut (void)
{
  g_autoptr (Scope) scope = scope_of ("{ a: x }");
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Node) among = scope_fill (scope, written ("A ${a} and #1"), problems);
  g_assert_true (among->cut_by_comment);
  g_autoptr (Node) alone = scope_fill (scope, written ("${a} #1"), problems);
  g_assert_true (alone->cut_by_comment);
  g_autoptr (Node) whole = scope_fill (scope, written ("'A ${a} and #1'"), problems);
  g_assert_false (whole->cut_by_comment);
}

static void
the_environment_gives_words_and_defaults (void)
{
  g_setenv ("PEEL_TEST_PLACE", "slate", true);
  g_setenv ("PEEL_TEST_EMPTY", "", true);
  g_unsetenv ("PEEL_TEST_UNSET");
  assert_fills ("{}", "on ${env.PEEL_TEST_PLACE}", "\"on slate\"");
  assert_fills ("{}", "on ${env.PEEL_TEST_UNSET:-wood}", "\"on wood\"");
  assert_fills ("{}", "on ${env.PEEL_TEST_EMPTY:-wood}", "\"on wood\"");
  assert_fills ("{}", "on ${env.PEEL_TEST_PLACE:-wood}", "\"on slate\"");
  assert_refuses ("{}", "on ${env.PEEL_TEST_EMPTY}",
                  "p:1:4: the environment has no PEEL_TEST_EMPTY; set it, or give a default: "
                  "${env.PEEL_TEST_EMPTY:-default}");
}

static void
credentials_are_refused_by_name_and_by_shape (void)
{
  static const char *const names[] = { "GEMINI_API_KEY", "HF_TOKEN", "A_SECRET", "db_password" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *text = g_strdup_printf ("a ${env.%s:-x}", names[i]);
    g_autofree char *complaints = NULL;
    g_free (filled_json ("{}", text, &complaints));
    g_assert_nonnull (strstr (complaints, "is refused: the name says that it holds a secret"));
  }
  g_setenv ("PEEL_TEST_INNOCENT", "sk-made-up-0123456789abcdef", true);
  assert_refuses ("{}", "a ${env.PEEL_TEST_INNOCENT}",
                  "p:1:3: '${env.PEEL_TEST_INNOCENT}' is refused: its value looks like a secret, "
                  "and what is put into a pipeline ends up in prompts and records");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/pipeline/scope/" claim, test)
  ADD ("a-lone-reference-keeps-its-type", a_lone_reference_keeps_its_type);
  ADD ("a-reference-among-words-gives-text", a_reference_among_words_gives_text);
  ADD ("prices-and-braces-are-themselves", prices_and_braces_are_themselves);
  ADD ("what-is-put-in-is-not-read-again", what_is_put_in_is_not_read_again);
  ADD ("the-inner-scope-wins", the_inner_scope_wins);
  ADD ("a-tree-without-references-is-the-same-tree", a_tree_without_references_is_the_same_tree);
  ADD ("what-is-not-set-is-refused-where-it-stands", what_is_not_set_is_refused_where_it_stands);
  ADD ("a-text-cut-by-a-comment-stays-cut", a_text_cut_by_a_comment_stays_cut);
  ADD ("the-environment-gives-words-and-defaults", the_environment_gives_words_and_defaults);
  ADD ("credentials-are-refused-by-name-and-by-shape",
       credentials_are_refused_by_name_and_by_shape);
  return g_test_run ();
}
