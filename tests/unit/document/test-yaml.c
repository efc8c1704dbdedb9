#include <sys/resource.h>

#include "base/clock.h"
#include "document/quote.h"
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
  assert_reads_as (Y, "\xEF\xBB\xBF", "null");
}

static void
references_need_no_quotes_in_blocks (void)
{
  assert_reads_as (Y, "to: ${x}.webp\n", "{\"to\":\"${x}.webp\"}");
  assert_reads_as (Y, "- ${x}\n- $${x}\n", "[\"${x}\",\"$${x}\"]");
}

static void
keys_are_text (void)
{
  assert_reads_as (Y, "1: a\ntrue: b\n~: c\n", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\"}");
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
  assert_mark (root->keys->pdata[3], "5:1-2");
}

static void
marks_know_lines_as_editors_do (void)
{
  g_autoptr (Document) document = read_well (Y, "\xEF\xBB\xBF"
                                                "a: \"x\xE2\x80\xA8y\"\r\nb: &n 'z'\r\nc: w");
  assert_mark (node_item (document->root, 0), "1:4-9");
  assert_mark (node_item (document->root, 1), "2:7-10");
  assert_mark (node_item (document->root, 2), "3:4-5");
}

static void
knows_text_that_a_comment_cut (void)
{
  g_autoptr (Document) document = read_well (
    Y, "a: red #2 watch\nb: 'red' #2\nc: red#2\nd: one\n  two # x\ne:  # nothing\n"
       "f: [x #y\n ]\n");
  static const bool wanted[] = { true, false, false, true, false };
  for (unsigned i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpint (node_item (document->root, i)->cut_by_comment, ==, wanted[i]);
  g_assert_true (node_item (node_get (document->root, "f"), 0)->cut_by_comment);
}

static void
an_alias_is_the_same_node (void)
{
  g_autoptr (Document) document = read_well (Y, "a: &x {k: ['${v}']}\nb: *x\nc: [*x]\nd: 1\n");
  const Node *root = document->root;
  g_assert_true (node_get (root, "a") == node_get (root, "b"));
  g_assert_true (node_get (root, "a") == node_item (node_get (root, "c"), 0));
  g_assert_true (node_get (root, "c")->has_references);
  g_assert_false (node_get (root, "d")->has_references);
  assert_reads_as (Y, "a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
  assert_reads_as (Y, "&k a: *k\n", "{\"a\":\"a\"}");
}

static char *
write_bomb (void)
{
  GString *text = g_string_new ("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
  for (int i = 1; i < 30; i++) {
    g_string_append_printf (text, "a%d: &a%d [", i, i);
    for (int k = 0; k < 9; k++)
      g_string_append_printf (text, "%s*a%d", k > 0 ? ", " : "", i - 1);
    g_string_append (text, "]\n");
  }
  return g_string_free (text, FALSE);
}

static void
a_bomb_is_refused_at_once (void)
{
  g_autofree char *bomb = write_bomb ();
  struct rusage before, after;
  getrusage (RUSAGE_SELF, &before);
  int64_t start_us = clock_monotonic_us ();
  g_autofree char *found = read_as (Y, bomb, strlen (bomb));
  g_assert_cmpint (clock_monotonic_us () - start_us, <, 100 * 1000);
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 8 * 1024);
  g_assert_true (g_str_has_prefix (
    found, "p.yaml:6:15: more than 200000 values in one file, aliases written out: split it\n"));
}

static char *
repeat (const char *part, unsigned n)
{
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < n; i++)
    g_string_append (text, part);
  return g_string_free (text, FALSE);
}

static void
assert_refused (const char *name, const char *text, const char *first_line)
{
  g_autofree char *found = read_as (name, text, strlen (text));
  char *end = strchr (found, '\n');
  if (end != NULL)
    *end = '\0';
  g_assert_cmpstr (found, ==, first_line);
}

static void
depth_is_limited (void)
{
  g_autofree char *deep = repeat ("[", 65), *many = repeat ("[", 100000);
  g_autofree char *dashes = repeat ("- ", 100000);
  assert_refused (Y, deep, "p.yaml:1:65: nested deeper than 64 levels");
  assert_refused (Y, many, "p.yaml:1:65: nested deeper than 64 levels");
  assert_refused (Y, dashes, "p.yaml:1:129: nested deeper than 64 levels");
  g_autofree char *open = repeat ("[", 64), *closed = repeat ("]", 64);
  g_autofree char *fits = g_strconcat (open, closed, NULL);
  g_autoptr (Document) document = read_well (Y, fits);
  g_assert_cmpint (document->root->kind, ==, NODE_LIST);
}

static void
depth_counts_through_aliases (void)
{
  g_autofree char *open = repeat ("[", 40), *closed = repeat ("]", 40);
  g_autofree char *text = g_strdup_printf ("a: &a %s%s\nb: &b %s*a%s\n", open, closed, open,
                                           closed);
  assert_refused (Y, text, "p.yaml:2:47: nested deeper than 64 levels");
}

static void
values_are_limited (void)
{
  g_autofree char *items = repeat ("- x\n", 200 * 1000);
  assert_refused (Y, items,
                  "p.yaml:200000:3: more than 200000 values in one file, aliases written out: "
                  "split it");
}

static void
bytes_are_limited (void)
{
  g_autofree char *comment = g_strnfill (DOCUMENT_MOST_BYTES + 1, '#');
  assert_refused (Y, comment, "p.yaml is larger than 4MiB, the most that is read");
  comment[DOCUMENT_MOST_BYTES] = '\0';
  assert_reads_as (Y, comment, "null");
}

static void
quotes_so_that_yaml_reads_it_back (void)
{
  static const char *const texts[] = {
    "a", "{name}.webp", "say \"hi\"", "it's", "it's \"so\"", "a\\b", "x\ny", "", "é: #",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *quoted = document_quote (texts[i], strlen (texts[i]));
    g_autoptr (Document) document = read_well (Y, quoted);
    g_assert_cmpstr (document->root->text, ==, texts[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/yaml/" name, function)
  ADD ("reads-what-pipelines-hold", reads_what_pipelines_hold);
  ADD ("an-empty-text-is-null", an_empty_text_is_null);
  ADD ("references-need-no-quotes-in-blocks", references_need_no_quotes_in_blocks);
  ADD ("keys-are-text", keys_are_text);
  ADD ("marks-count-characters-and-cover-quotes", marks_count_characters_and_cover_quotes);
  ADD ("marks-know-lines-as-editors-do", marks_know_lines_as_editors_do);
  ADD ("knows-text-that-a-comment-cut", knows_text_that_a_comment_cut);
  ADD ("an-alias-is-the-same-node", an_alias_is_the_same_node);
  ADD ("a-bomb-is-refused-at-once", a_bomb_is_refused_at_once);
  ADD ("depth-is-limited", depth_is_limited);
  ADD ("depth-counts-through-aliases", depth_counts_through_aliases);
  ADD ("values-are-limited", values_are_limited);
  ADD ("bytes-are-limited", bytes_are_limited);
  ADD ("quotes-so-that-yaml-reads-it-back", quotes_so_that_yaml_reads_it_back);
  return g_test_run ();
}
