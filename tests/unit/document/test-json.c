#include "reading.h"

#define J "p.json"

static void
reads_every_kind (void)
{
  const char *text = "{\"a\":[1,-2.5,1e+30,true,false,null,\"x\"],\"b\":{},\"c\":[]}";
  assert_reads_as (J, text, text);
  assert_reads_as (J, " 12 ", "12");
  assert_reads_as (J, "\xEF\xBB\xBF\r\n[ ]\r\n", "[]");
}

static void
a_text_that_begins_with_a_brace_is_json (void)
{
  assert_reads_as ("p.yaml", "\n {\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"😀\"}");
  assert_reads_as ("p.yaml", "{a: 1}",
                   "p.yaml:1:2: expected a key in double quotes, or '}', not 'a' (a text that "
                   "begins with '{' is read as JSON)\n"
                   "    {a: 1}\n"
                   "     ^");
}

static void
reads_every_escape (void)
{
  g_autoptr (Document)
    document = read_well (J, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\uDE00\"]");
  g_assert_cmpstr (node_item (document->root, 0)->text, ==, "\"\\/\b\f\n\r\té€😀");
}

static void
marks_are_exact (void)
{
  g_autoptr (Document) document = read_well (J, "{\"é\": \"ü\\n\",\r\n  \"b\": [true,\n12]}");
  const Node *root = document->root;
  assert_mark (root, "1:1-0");
  assert_mark (root->keys->pdata[0], "1:2-5");
  assert_mark (node_item (root, 0), "1:7-12");
  assert_mark (node_item (root, 1), "2:8-0");
  assert_mark (node_item (node_item (root, 1), 0), "2:9-13");
  assert_mark (node_item (node_item (root, 1), 1), "3:1-3");
}

static void
numbers_keep_their_kind (void)
{
  g_autoptr (Document)
    document = read_well (J, "[9223372036854775807, 9223372036854775808, -0, 1.0, 1E2]");
  const Node *root = document->root;
  g_assert_cmpint (node_item (root, 0)->integer, ==, INT64_MAX);
  g_assert_cmpint (node_item (root, 1)->kind, ==, NODE_NUMBER);
  g_assert_cmpint (node_item (root, 2)->kind, ==, NODE_INT);
  g_assert_cmpint (node_item (root, 3)->kind, ==, NODE_NUMBER);
  g_assert_cmpfloat (node_item (root, 4)->number, ==, 100);
}

typedef struct {
  const char *text, *wanted;
} Case;

/* Only the place and the words: how problems are printed is not ours. */
static void
check (const Case *cases, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    g_autofree char *found = read_as (J, cases[i].text, strlen (cases[i].text));
    g_auto (GStrv) lines = g_strsplit (found, "\n", 2);
    g_assert_cmpstr (lines[0], ==, cases[i].wanted);
  }
}

static void
says_what_was_expected (void)
{
  static const Case cases[] = {
    { "", "p.json:1:1: expected a value, but the text ends here" },
    { "[1, 2", "p.json:1:6: expected ',' or ']', but the text ends here" },
    { "[1 2]", "p.json:1:4: expected ',' or ']', not '2'" },
    { "{\"a\" 1}", "p.json:1:6: expected ':' after the key, not '1'" },
    { "{\"a\":1 \"b\"}", "p.json:1:8: expected ',' or '}', not '\"'" },
    { "{a:1}", "p.json:1:2: expected a key in double quotes, or '}', not 'a'" },
    { "{'a':1}", "p.json:1:2: expected a key in double quotes, or '}'; a string takes double "
                 "quotes: \"" },
    { "[1,]", "p.json:1:3: nothing follows this ',': remove it" },
    { "{\"a\":1,}", "p.json:1:7: nothing follows this ',': remove it" },
    { "[1,,2]", "p.json:1:4: expected a value, not ','" },
    { "[}", "p.json:1:2: expected a value, or ']', not '}'" },
    { "[NaN]", "p.json:1:2: expected a value, or ']', not 'NaN'" },
    { "[01]", "p.json:1:2: expected a value, or ']', not '01'" },
    { "[+1, .5]", "p.json:1:2: expected a value, or ']', not '+1'" },
    { "[1.]", "p.json:1:2: expected a value, or ']', not '1.'" },
    { "[-]", "p.json:1:2: expected a value, or ']', not '-'" },
    { "[1e]", "p.json:1:2: expected a value, or ']', not '1e'" },
    { "[1e999]", "p.json:1:2: this number is too large" },
    { "[truest]", "p.json:1:2: expected a value, or ']', not 'truest'" },
    { "[] []", "p.json:1:4: expected the end of the text, not '['" },
    { "[1, // x\n2]", "p.json:1:5: JSON has no comments: expected a value" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
says_what_is_wrong_in_a_string (void)
{
  static const Case cases[] = {
    { "[\"a", "p.json:1:2: this string is never closed" },
    { "[\"a\n\"]", "p.json:1:2: this string is not closed on its line (a line end is \\n)" },
    { "[\"a\tb\"]", "p.json:1:4: control character in a string: write \\u0009" },
    { "[\"\\ud83d\"]", "p.json:1:3: half of a surrogate pair: \\uDC00 to \\uDFFF must follow" },
    { "[\"\\ud83d\\ud83d\"]", "p.json:1:3: half of a surrogate pair: \\uDC00 to \\uDFFF must "
                              "follow" },
    { "[\"\\ude00\"]", "p.json:1:3: half of a surrogate pair: \\uD800 to \\uDBFF must precede" },
    { "[\"\\u0000\"]", "p.json:1:3: a text cannot hold the character NUL (\\u0000)" },
    { "[\"\\u12g4\"]", "p.json:1:3: \\u takes four hexadecimal digits" },
    { "[\"\\u12", "p.json:1:3: \\u takes four hexadecimal digits" },
    { "[\"\\", "p.json:1:3: no JSON escape: after '\\' comes one of \" \\ / b f n r t u; a "
               "backslash itself is \\\\" },
    { "[\"\\x41\"]", "p.json:1:3: no JSON escape: after '\\' comes one of \" \\ / b f n r t u; a "
                     "backslash itself is \\\\" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
duplicates_are_told_together (void)
{
  assert_reads_as (J, "{\"a\":1,\n \"a\":{\"b\":1,\"b\":2}}",
                   "p.json:2:2: the key 'a' stands here a second time (first on line 1)\n"
                   "     \"a\":{\"b\":1,\"b\":2}}\n"
                   "     ^~~\n"
                   "p.json:2:13: the key 'b' stands here a second time (first on line 2)\n"
                   "     \"a\":{\"b\":1,\"b\":2}}\n"
                   "                ^~~");
}

static void
equal_mistakes_of_two_readings_are_mistakes_twice (void)
{
  g_autoptr (Problems) problems = problems_new ();
  for (int i = 0; i < 2; i++)
    g_assert_null (document_read (J, "{\"a\":1,\"a\":2}", 13, problems));
  g_assert_cmpuint (problems_count (problems), ==, 1);
}

static void
depth_and_values_are_limited (void)
{
  g_autofree char *large = g_strnfill (DOCUMENT_MOST_BYTES + 1, ' ');
  g_autoptr (GString) deep = g_string_new (NULL), many = g_string_new ("[1");
  for (int i = 0; i < 100 * 1000; i++)
    g_string_append (deep, "[{\"a\":\n");
  for (int i = 1; i < DOCUMENT_MOST_NODES; i++)
    g_string_append (many, ",\n1");
  const Case cases[] = {
    { large, "p.json is larger than 4MiB, the most that is read" },
    { deep->str, "p.json:33:1: nested deeper than 64 levels" },
    { many->str, "p.json:200000:1: more than 200000 values in one file, aliases written out: "
                 "split it" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/json/" name, function)
  ADD ("reads-every-kind", reads_every_kind);
  ADD ("a-text-that-begins-with-a-brace-is-json", a_text_that_begins_with_a_brace_is_json);
  ADD ("reads-every-escape", reads_every_escape);
  ADD ("marks-are-exact", marks_are_exact);
  ADD ("numbers-keep-their-kind", numbers_keep_their_kind);
  ADD ("says-what-was-expected", says_what_was_expected);
  ADD ("says-what-is-wrong-in-a-string", says_what_is_wrong_in_a_string);
  ADD ("duplicates-are-told-together", duplicates_are_told_together);
  ADD ("equal-mistakes-of-two-readings-are-mistakes-twice",
       equal_mistakes_of_two_readings_are_mistakes_twice);
  ADD ("depth-and-values-are-limited", depth_and_values_are_limited);
  return g_test_run ();
}
