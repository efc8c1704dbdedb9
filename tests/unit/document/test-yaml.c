#include "reading.h"

#define Y "p.yaml"

static void
reads_what_pipelines_hold (void)
{
  assert_reads_as (Y,
                   "version: 1\nvars: {a: x, 'b': \"y\"}\nlist: [1, 2.5, ~, true]\n"
                   "stages:\n  - generate:\n      prompt: |\n        one\n        two ${a}\n",
                   "{\"version\":1,\"vars\":{\"a\":\"x\",\"b\":\"y\"},\"list\":[1,2.5,null,true],"
                   "\"stages\":[{\"generate\":{\"prompt\":\"one\\ntwo ${a}\\n\"}}]}");
}

static void
an_empty_text_is_null (void)
{
  assert_reads_as (Y, "", "null");
  assert_reads_as (Y, "# nothing\n", "null");
}

static void
marks_count_characters_and_cover_quotes (void)
{
  g_autoptr (Document)
    document = read_well (Y, "é: 'ü' # c\nb: |\n  x\nc: [a, bc]\nd: word #cut\n");
  const Node *root = document->root;
  assert_mark (root, "1:1-0");
  assert_mark (node_item (root, 0), "1:4-7");
  assert_mark (node_item (root, 1), "2:4-0");
  assert_mark (node_item (root, 2), "4:4-11");
  assert_mark (node_item (node_item (root, 2), 1), "4:8-10");
  assert_mark (node_item (root, 3), "5:4-8");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/yaml/reads-what-pipelines-hold", reads_what_pipelines_hold);
  g_test_add_func ("/document/yaml/an-empty-text-is-null", an_empty_text_is_null);
  g_test_add_func ("/document/yaml/marks-count-characters-and-cover-quotes",
                   marks_count_characters_and_cover_quotes);
  return g_test_run ();
}
