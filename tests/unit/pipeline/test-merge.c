#include "pipeline/merge.h"

#include "written.h"

static void
assert_merged (const char *base, const char *over, const char *wanted)
{
  g_autoptr (Node) merged = node_merge (base != NULL ? written (base) : NULL,
                                        over != NULL ? written (over) : NULL);
  assert_json (merged, wanted);
}

static void
maps_merge_deeply_and_the_child_wins (void)
{
  assert_merged ("{ a: 1, b: { c: 2, d: 3 } }", "{ b: { d: 4, e: 5 }, f: 6 }",
                 "{\"a\":1,\"b\":{\"c\":2,\"d\":4,\"e\":5},\"f\":6}");
}

static void
lists_and_other_kinds_replace (void)
{
  assert_merged ("{ a: [1, 2] }", "{ a: [3] }", "{\"a\":[3]}");
  assert_merged ("{ a: { b: 1 } }", "{ a: 2 }", "{\"a\":2}");
  assert_merged ("{ a: [1] }", "{ a: { b: 2 } }", "{\"a\":{\"b\":2}}");
  assert_merged ("{ a: 1 }", "{ a: ~ }", "{\"a\":null}");
}

static void
nothing_changes_nothing (void)
{
  assert_merged ("{ a: 1 }", NULL, "{\"a\":1}");
  assert_merged (NULL, "{ a: 1 }", "{\"a\":1}");
  g_assert_null (node_merge (NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/merge/maps-merge-deeply-and-the-child-wins",
                   maps_merge_deeply_and_the_child_wins);
  g_test_add_func ("/pipeline/merge/lists-and-other-kinds-replace", lists_and_other_kinds_replace);
  g_test_add_func ("/pipeline/merge/nothing-changes-nothing", nothing_changes_nothing);
  return g_test_run ();
}
