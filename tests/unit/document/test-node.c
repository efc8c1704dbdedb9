#include <math.h>

#include "reading.h"

typedef struct {
  const char *text;
  NodeKind kind;
} Case;

static void
plain_scalars_follow_yaml_1_2 (void)
{
  static const Case cases[] = {
    { "", NODE_NULL },
    { "~", NODE_NULL },
    { "null", NODE_NULL },
    { "NULL", NODE_NULL },
    { "nUll", NODE_TEXT },
    { "true", NODE_BOOL },
    { "False", NODE_BOOL },
    { "yes", NODE_TEXT },
    { "on", NODE_TEXT },
    { "n", NODE_TEXT },
    { "12", NODE_INT },
    { "-12", NODE_INT },
    { "+12", NODE_INT },
    { "0", NODE_INT },
    { "0777", NODE_TEXT },
    { "007.5", NODE_TEXT },
    { "0x1F", NODE_INT },
    { "0o17", NODE_INT },
    { "0x", NODE_TEXT },
    { "0o8", NODE_TEXT },
    { "1_000", NODE_TEXT },
    { "1.5", NODE_NUMBER },
    { ".5", NODE_NUMBER },
    { "1.", NODE_NUMBER },
    { ".", NODE_TEXT },
    { "-", NODE_TEXT },
    { "1e3", NODE_NUMBER },
    { "1e", NODE_TEXT },
    { "1e+", NODE_TEXT },
    { "e3", NODE_TEXT },
    { ".inf", NODE_TEXT },
    { ".nan", NODE_TEXT },
    { "inf", NODE_TEXT },
    { "nan", NODE_TEXT },
    { "1e999", NODE_TEXT },
    { "3mm", NODE_TEXT },
    { "1:1", NODE_TEXT },
    { "2026-11-22", NODE_TEXT },
    { "0x1p3", NODE_TEXT },
    { "9223372036854775807", NODE_INT },
    { "9223372036854775808", NODE_NUMBER },
    { "-9223372036854775809", NODE_NUMBER },
    { "0xFFFFFFFFFFFFFFFF", NODE_TEXT },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Node) node = node_new_scalar (NULL, cases[i].text, NODE_PLAIN);
    if (node->kind != cases[i].kind)
      g_error ("'%s' became %s", cases[i].text, node_kind_words (node->kind));
    g_assert_cmpstr (node->text, ==, cases[i].text);
    g_assert_true (isfinite (node->number));
  }
}

static void
integers_have_both_values (void)
{
  g_autoptr (Node) hex = node_new_scalar (NULL, "0x1F", NODE_PLAIN);
  g_assert_cmpint (hex->integer, ==, 31);
  g_assert_cmpfloat (hex->number, ==, 31);
  g_autoptr (Node) negative = node_new_scalar (NULL, "-9223372036854775808", NODE_PLAIN);
  g_assert_cmpint (negative->integer, ==, INT64_MIN);
}

static void
quoted_scalars_are_text (void)
{
  g_autoptr (Node) quoted = node_new_scalar (NULL, "12", NODE_QUOTED);
  g_assert_cmpint (quoted->kind, ==, NODE_TEXT);
  g_autoptr (Node) block = node_new_scalar (NULL, "true", NODE_BLOCK);
  g_assert_cmpint (block->kind, ==, NODE_TEXT);
}

static void
references_are_seen_from_above (void)
{
  g_autoptr (Document) document = read_well ("p", "a: {b: ['x$${y}']}\nc: ['$', '}']\n");
  g_assert_true (document->root->has_references);
  g_assert_true (node_get (document->root, "a")->has_references);
  g_assert_false (node_get (document->root, "c")->has_references);
}

static void
members_are_found_by_key_and_in_order (void)
{
  g_autoptr (Document) document = read_well ("p", "b: 1\na: 2\n");
  const Node *root = document->root;
  g_assert_cmpuint (node_length (root), ==, 2);
  g_assert_cmpstr (node_key (root, 0), ==, "b");
  g_assert_cmpint (node_get (root, "a")->integer, ==, 2);
  g_assert_null (node_get (root, "c"));
  g_assert_null (node_get (NULL, "c"));
  g_assert_null (node_get (node_get (root, "a"), "c"));
  g_assert_cmpuint (node_length (node_get (root, "a")), ==, 0);
}

static void
subtrees_outlive_their_tree (void)
{
  g_autoptr (Document) document = read_well ("p", "a: [x, y]\n");
  g_autoptr (Node) kept = node_ref (node_get (document->root, "a"));
  g_clear_pointer (&document->root, node_unref);
  g_assert_cmpstr (node_item (kept, 1)->text, ==, "y");
}

static void
descriptions_are_short (void)
{
  g_autoptr (Node)
    text = node_new_scalar (NULL, "é\n0123456789012345678901234567890123456789", NODE_QUOTED);
  g_autofree char *words = node_describe (text);
  g_assert_cmpstr (words, ==, "'é 0123456789012345678901234567890123456…'");
  g_autoptr (Node) list = node_new_list (NULL);
  g_autofree char *kind = node_describe (list);
  g_assert_cmpstr (kind, ==, "a list");
  g_autoptr (Node) number = node_new_scalar (NULL, "1.50", NODE_PLAIN);
  g_autofree char *written = node_describe (number);
  g_assert_cmpstr (written, ==, "'1.50'");
}

static void
json_means_the_same (void)
{
  assert_reads_as ("p", "a: [0x10, 1.50, ~, \"\\u0001\\\"\\\\\\n\", 'é']\n'k\"': {}\n",
                   "{\"a\":[16,1.5,null,\"\\u0001\\\"\\\\\\n\",\"é\"],\"k\\\"\":{}}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/node/" name, function)
  ADD ("plain-scalars-follow-yaml-1.2", plain_scalars_follow_yaml_1_2);
  ADD ("integers-have-both-values", integers_have_both_values);
  ADD ("quoted-scalars-are-text", quoted_scalars_are_text);
  ADD ("references-are-seen-from-above", references_are_seen_from_above);
  ADD ("members-are-found-by-key-and-in-order", members_are_found_by_key_and_in_order);
  ADD ("subtrees-outlive-their-tree", subtrees_outlive_their_tree);
  ADD ("descriptions-are-short", descriptions_are_short);
  ADD ("json-means-the-same", json_means_the_same);
  return g_test_run ();
}
