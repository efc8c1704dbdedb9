#include "reading.h"
#include "support/scratch.h"

/* The table as one line of JSON, or the problems. New string. */
static char *
load_as (const char *name, const char *text)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "table", text);
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_load_rows (path, name, NULL, problems);
  g_assert_cmpint (document == NULL, ==, problems_count (problems) > 0);
  if (document == NULL)
    return problems_format (problems);
  g_autoptr (GString) out = g_string_new (NULL);
  node_to_json (document->root, out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
assert_loads_as (const char *name, const char *text, const char *wanted)
{
  g_autofree char *found = load_as (name, text);
  g_assert_cmpstr (found, ==, wanted);
}

/* The first line of each problem: place and words. */
static void
assert_refused (const char *name, const char *text, const char *wanted)
{
  g_autofree char *found = load_as (name, text);
  g_auto (GStrv) lines = g_strsplit (found, "\n", -1);
  g_autoptr (GString) words = g_string_new (NULL);
  for (unsigned i = 0; lines[i] != NULL; i += 3)
    g_string_append_printf (words, "%s%s", i > 0 ? "\n" : "", lines[i]);
  g_assert_cmpstr (words->str, ==, wanted);
}

static void
reads_rows_as_maps (void)
{
  const char *wanted = "[{\"id\":1,\"name\":\"brass\"},{\"id\":\"007\",\"name\":null}]";
  assert_loads_as ("t.csv", "id,name\n1,brass\n007,\n", wanted);
  assert_loads_as ("t.csv", "\xEF\xBB\xBFid,name\r\n1,brass\r\n\r\n007,", wanted);
  assert_loads_as ("t.csv", " id , \"name\" \n\n 1 ,brass\t\n\"007\",\"\"\n", wanted);
  assert_loads_as ("t.csv", "id\n", "[]");
}

static void
quotes_hold_anything (void)
{
  assert_loads_as ("t.csv", "a,b\n\"x, \"\"y\"\"\r\nz\",\" w \"\n",
                   "[{\"a\":\"x, \\\"y\\\"\\r\\nz\",\"b\":\" w \"}]");
}

static void
marks_survive_line_ends_in_quotes (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Problems) problems = problems_new ();
  const char *path = scratch_write (scratch, "t.csv", "a,b\n\"x\ny\",é\n z ,\"w\"\n");
  g_autoptr (Document) document = document_load_rows (path, "t.csv", NULL, problems);
  const Node *first = node_item (document->root, 0), *second = node_item (document->root, 1);
  assert_mark (node_get (first, "a"), "2:1-0");
  assert_mark (node_get (first, "b"), "3:4-5");
  assert_mark (node_get (second, "a"), "4:2-3");
  assert_mark (node_get (second, "b"), "4:5-8");
  g_assert_true (first->keys == second->keys);
}

static void
ragged_rows_are_told_together (void)
{
  assert_refused ("t.csv", "a,b\n1\n1,2\n1,2,3\n",
                  "t.csv:2:1: this row has 1 value, the header 2 columns\n"
                  "t.csv:4:1: this row has 3 values, the header 2 columns");
}

static void
headers_are_checked (void)
{
  assert_refused ("t.csv", "a,,a\n",
                  "t.csv:1:3: column 2 has no name\n"
                  "t.csv:1:4: the column \"a\" stands here a second time");
  assert_refused ("t.csv", "", "t.csv:1:1: the table is empty: its first line names the columns");
  assert_refused ("t.csv", "id;name\n1;x\n",
                  "t.csv:1:1: columns are separated by ',' here, not by ';': export the table "
                  "again");
  assert_refused ("t.csv", "id\tname\n1\tx\n",
                  "t.csv:1:1: columns are separated by ',' here, not by tabs: export the table "
                  "again");
}

static void
stray_quotes_are_marked (void)
{
  assert_refused ("t.csv", "a,b\n1,5\" pipe\n",
                  "t.csv:2:4: a quote inside a value: put the whole value in quotes and double "
                  "this one (\"\")");
  assert_refused ("t.csv", "a,b\n1,\"5\" pipe\n",
                  "t.csv:2:7: text after the closing quote: a quote inside a value is doubled "
                  "(\"\")");
  assert_refused ("t.csv", "a,b\n1,\"x\n2,y\n", "t.csv:2:3: this quote is never closed");
}

static void
columns_are_limited (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 1001; i++)
    g_string_append_printf (text, "%sc%d", i > 0 ? "," : "", i);
  g_autofree char *found = load_as ("t.csv", text->str);
  g_assert_true (g_str_has_prefix (found, "t.csv:1:4891: more than 1000 columns\n"));
}

static void
reads_json_lines (void)
{
  assert_loads_as ("t.jsonl", "{\"a\":1}\r\n\n{\"a\":{\"b\":[\"\\ud83d\\ude00\"]}}",
                   "[{\"a\":1},{\"a\":{\"b\":[\"😀\"]}}]");
  assert_loads_as ("t", "{\"a\":1}\n", "[{\"a\":1}]");
  assert_loads_as ("t.jsonl", "", "[]");
}

static void
each_bad_line_is_told (void)
{
  assert_refused ("t.jsonl", "{\"a\":1\n[1]\n{\"a\":1,\"a\":2}\n{} x\n{\"b\":2}\n{\"a\":\"x\n",
                  "t.jsonl:1:7: expected ',' or '}', but the line ends here\n"
                  "t.jsonl:2:1: a row must be an object {…}, not a list\n"
                  "t.jsonl:3:8: the key 'a' stands here a second time (first on line 3)\n"
                  "t.jsonl:4:4: expected the end of the line, not 'x'\n"
                  "t.jsonl:6:6: this string is not closed on its line (a line end is \\n)");
}

static void
a_file_that_is_not_there_is_a_problem (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_assert_null (document_load_rows ("/nowhere/t.csv", "t.csv", NULL, problems));
  g_assert_null (document_load ("/nowhere/p.yaml", "p.yaml", NULL, problems));
  g_assert_cmpuint (problems_count (problems), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/csv/" name, function)
  ADD ("reads-rows-as-maps", reads_rows_as_maps);
  ADD ("quotes-hold-anything", quotes_hold_anything);
  ADD ("marks-survive-line-ends-in-quotes", marks_survive_line_ends_in_quotes);
  ADD ("ragged-rows-are-told-together", ragged_rows_are_told_together);
  ADD ("headers-are-checked", headers_are_checked);
  ADD ("stray-quotes-are-marked", stray_quotes_are_marked);
  ADD ("columns-are-limited", columns_are_limited);
  ADD ("reads-json-lines", reads_json_lines);
  ADD ("each-bad-line-is-told", each_bad_line_is_told);
  ADD ("a-file-that-is-not-there-is-a-problem", a_file_that_is_not_there_is_a_problem);
  return g_test_run ();
}
