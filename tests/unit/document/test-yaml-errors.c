/* What people who do not know YAML's signs are told. Texts and words exactly. */
#include "document/quote.h"
#include "reading.h"

typedef struct {
  const char *text;
  const char *wanted; /* line:column-end of the mark, then the words */
} Case;

/* Only the first line and the caret line of the printed problem tell place and words. */
static char *
summarise (const char *printed)
{
  g_auto (GStrv) lines = g_strsplit (printed, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_prefix (lines[0], "p:"));
  g_auto (GStrv) parts = g_strsplit (lines[0], ":", 4);
  const char *caret = strchr (lines[2], '^');
  int end = (int)g_ascii_strtoll (parts[2], NULL, 10) + (int)strlen (caret);
  return g_strdup_printf ("%s:%s-%d%s", parts[1], parts[2], end, parts[3]);
}

static void
check (const Case *cases, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    g_autofree char *printed = read_as ("p", cases[i].text, strlen (cases[i].text));
    g_autofree char *found = summarise (printed);
    g_assert_cmpstr (found, ==, cases[i].wanted);
  }
}

#define CHECK(...)                                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    static const Case cases_[] = { __VA_ARGS__ };                                                  \
    check (cases_, G_N_ELEMENTS (cases_));                                                         \
  }                                                                                                \
  G_STMT_END

static void
a_reference_in_brackets_needs_quotes (void)
{
  CHECK ({ "a: [${a}, b]\n", "1:5-9 '${a}' inside [ ] needs quotes: write \"${a}\"" },
         { "a: [\n  ${x},\n  y\n]\n", "2:3-7 '${x}' inside [ ] needs quotes: write \"${x}\"" },
         { "a: {b: ${x}}\n", "1:8-12 '${x}' inside { } needs quotes: write \"${x}\"" },
         { "a: { b: x-${x}-y, c: 1 }\n",
           "1:9-17 'x-${x}-y' inside { } needs quotes: write \"x-${x}-y\"" },
         { "a: [$${x}]\n", "1:5-10 '$${x}' inside [ ] needs quotes: write \"$${x}\"" },
         { "a: [out/{name}.webp]\n",
           "1:5-20 'out/{name}.webp' inside [ ] needs quotes: write \"out/{name}.webp\"" });
}

static void
a_value_that_begins_with_a_brace_needs_quotes (void)
{
  CHECK ({ "to: {name}.webp\nb: 1\n",
           "1:5-16 a value that begins with '{' needs quotes: write \"{name}.webp\"" },
         { "to: {name}-{width}.webp # x\n",
           "1:5-24 a value that begins with '{' needs quotes: write \"{name}-{width}.webp\"" },
         { "- {name}.png\n- b\n",
           "1:3-13 a value that begins with '{' needs quotes: write \"{name}.png\"" },
         { "a: { to: {name}.webp }\n",
           "1:10-21 a value that begins with '{' needs quotes: write \"{name}.webp\"" },
         { "to: [a] b\n", "1:5-10 a value that begins with '[' needs quotes: write \"[a] b\"" });
}

static void
a_star_needs_quotes (void)
{
  CHECK (
    { "a: [*.png]\n", "1:5-10 '*.png' needs quotes: a bare * starts an alias: write \"*.png\"" },
    { "- *.png\n", "1:3-8 '*.png' needs quotes: a bare * starts an alias: write \"*.png\"" },
    { "files: **/*.jpg # all\n",
      "1:8-16 '**/*.jpg' needs quotes: a bare * starts an alias: write \"**/*.jpg\"" },
    { "a: *jpg files\n", "1:4-8 '*jpg' is an alias, and no anchor '&jpg' stands above it: if text "
                         "is meant, write \"*jpg files\"" },
    { "a: & more\n", "1:4-10 '& more' needs quotes: a bare & starts an anchor: write \"& more\"" });
}

static void
other_signs_need_quotes (void)
{
  CHECK (
    { "a: @x y\n", "1:4-8 a value that begins with '@' needs quotes: write \"@x y\"" },
    { "[a, `x`]\n", "1:5-8 a value that begins with '`' needs quotes: write \"`x`\"" },
    { "a: %x\n", "1:4-6 a value that begins with '%' needs quotes: write \"%x\"" },
    { "%x: 1\n", "1:1-6 a key or value that begins with '%' needs quotes: write \"%x: 1\"" },
    { "a: !x y\n", "1:4-6 tags are not used here: remove it, or if text is meant, write \"!x y\"" },
    { "a: !x!y z\n", "1:4-10 '!x!y z' needs quotes: a bare ! starts a tag: write \"!x!y z\"" },
    { "a: , b\n", "1:4-7 a value that begins with ',' needs quotes: write \", b\"" },
    { "a: >50 off\n", "1:4-11 text after '>' begins on the next line, indented; if '>' belongs to "
                      "it, write \">50 off\"" },
    { "a: - x\n",
      "1:4-7 a list begins on the line after its key; if text is meant, write \"- x\"" },
    { "a: ? x\n", "1:4-7 a value that begins with '? ' needs quotes: write \"? x\"" });
}

static void
a_colon_in_a_value_needs_quotes (void)
{
  CHECK ({ "prompt: a watch: blue\n",
           "1:9-22 a value that holds ': ' needs quotes: write \"a watch: blue\"" },
         { "- a: b: c\n", "1:6-10 a value that holds ': ' needs quotes: write \"b: c\"" },
         { "prompt: say \"hi\": now\n",
           "1:9-22 a value that holds ': ' needs quotes: write 'say \"hi\": now'" },
         { "a: 1\n  b: 2\n",
           "2:3-4 this cannot be a key: the value on line 1 goes on to here. Indent it like the "
           "other keys; a text that holds ': ' needs quotes or '|'" });
}

static void
a_missing_colon_or_space_is_found (void)
{
  CHECK ({ "a: 1\nfoo\nb: 2\n", "2:1-4 'foo' is no key with a value: a ':' is missing" },
         { "foo\nb: 2\n", "1:1-4 'foo' is no key with a value: a ':' is missing" },
         { "a: 1\nfoo:value\nb: 2\n",
           "2:1-10 'foo:value' has no space after ':', so it is no key with a value" },
         { "l:\n- a\n-b\nc: d\n", "3:1-3 '-b' is no list item: a space is missing after '-'" },
         { "a: 1\n: x\n", "2:1-2 a key is missing before this ':'" });
}

static void
a_tab_is_no_indentation (void)
{
  CHECK ({ "a:\n\tb: 1\n", "2:1-2 this line is indented with a tab: use spaces" },
         { "a: 1\n\tb: 2\n", "2:1-2 this line is indented with a tab: use spaces" },
         { "a:\n  b: 1\n  \tc: 2\n", "3:3-4 this line is indented with a tab: use spaces" },
         { "a: |\n\tx\n", "2:1-2 this line is indented with a tab: use spaces" });
}

static void
wrong_indentation_says_what_was_expected (void)
{
  CHECK ({ "a:\n  - x\n b: 1\n", "3:2-6 expected a key in line with those of the map that begins "
                                 "on line 1: check the indentation" },
         { "- a\nb: 1\n", "2:1-5 expected '- ', as in the list that begins on line 1: check the "
                          "indentation" });
}

static void
what_is_never_closed_is_marked_where_it_opens (void)
{
  CHECK ({ "a: \"x\nb: 1\n", "1:4-5 this \" is never closed" },
         { "a: 1\nb: 'x\nc: 1\n", "2:4-5 this ' is never closed" },
         { "a: [1, 2\n", "1:4-5 this '[' is never closed" },
         { "a: [1, 2\nb: 3\n", "1:4-5 this '[' is not closed: expected ',' or ']' before line 2" },
         { "a: {b: 1\nc: 2\n", "1:4-5 this '{' is not closed: expected ',' or '}' before line 2" },
         { "a: [1 2]]\n", "1:9-10 this ']' closes nothing" },
         { "x: 'a\ny: 'b'\n", "2:4-5 this ' closes a text that was opened on a line above: is a "
                              "closing ' missing there?" });
}

static void
text_after_a_closing_quote_is_shown_quoted (void)
{
  CHECK (
    { "a: 'it's fine'\n", "1:4-15 text goes on after the closing ': write \"it's fine\"" },
    { "a: \"hi\" he said\n", "1:4-16 text goes on after the closing \": write '\"hi\" he said'" },
    { "a: ['it's']\n", "1:5-11 text goes on after the closing ': write \"it's\"" });
}

static void
escapes_are_explained (void)
{
  CHECK ({ "a: \"\\p\"\n", "1:5-7 this is no escape in double quotes: write \\\\ for a backslash, "
                           "or use single quotes" },
         { "a: \"\\ud83d\\ude00\"\n",
           "1:5-11 this is no character: YAML writes those above \\uFFFF as they are, or as "
           "\\U0001F600 with eight digits" },
         { "a: \"\\0\"\n", "1:4-8 a text cannot hold the character NUL (\\0)" },
         { "a: 1\nb: é\x7f\n", "2:5-6 the character U+007F cannot stand in YAML: remove it, or "
                               "write \\u007F in double quotes" });
}

static void
what_peel_leaves_out_of_yaml_is_named (void)
{
  CHECK (
    { "a: b\n---\nc: d\n", "2:1-2 a second document begins here: a file holds one" },
    { "a: &a [*a]\n", "1:8-10 '*a' stands inside its own anchor '&a'" },
    { "? [a]\n: b\n", "1:3-4 a key must be text, not a list" },
    { "b: &a 1\n*a : 2\n", "2:1-3 a key must be text, not the alias '*a'" },
    { "# x\n%TAG !e! tag:x\n--- a\n", "2:1-2 tags are not used here: remove this line" },
    { "a: 1\n...\n# x\n%TAG !e! tag:x\n--- a\n", "4:1-2 tags are not used here: remove this line" },
    { "a: 1\n%TAG !e! tag:x\n--- a\n", "2:1-2 tags are not used here: remove this line" },
    { "<<: {a: 1}\n", "1:1-3 merge keys (<<) are not used here: write the keys out, or use "
                      "'extends'" });
}

static void
long_words_are_cut_and_controls_left_out (void)
{
  CHECK ({ "a: [0123456789012345678901234567890123456789012345678901234567890123456789{x}]\n",
           "1:5-78 '012345678901234567890123456789012345678901234567890123456789012345678…' inside "
           "[ ] needs quotes: write "
           "\"012345678901234567890123456789012345678901234567890123456789012345678…\"" });
  g_autofree char *shown = document_shorten ("a\x1b[1mb", 6, 10);
  g_assert_cmpstr (shown, ==, "a [1mb");
  g_autofree char *quoted = document_quote ("\"\x1b\"", 3);
  g_assert_cmpstr (quoted, ==, "\"\\\"\\u001b\\\"\"");
}

static void
what_looks_like_a_key_is_not_repeated (void)
{
  assert_reads_as ("p", "key: AIzaSyA-12345678901234567890123456: x\n",
                   "p:1:6: a value that holds ': ' needs quotes: write "
                   "\"..................................: x\"\n"
                   "    key: .....................................\n"
                   "         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~");
}

static void
mistakes_that_leave_the_tree_whole_are_told_together (void)
{
  assert_reads_as ("p", "a: !t 1\nb: 1\nb: *no\n<<: x\n",
                   "p:1:4: tags are not used here: remove it, or if text is meant, write \"!t 1\"\n"
                   "    a: !t 1\n"
                   "       ^~\n"
                   "p:3:1: the key 'b' stands here a second time (first on line 2)\n"
                   "    b: *no\n"
                   "    ^\n"
                   "p:3:4: '*no' is an alias, and no anchor '&no' stands above it: if text is "
                   "meant, write \"*no\"\n"
                   "    b: *no\n"
                   "       ^~~\n"
                   "p:4:1: merge keys (<<) are not used here: write the keys out, or use "
                   "'extends'\n"
                   "    <<: x\n"
                   "    ^~");
}

static void
bytes_that_are_no_text_have_a_place (void)
{
  static const char nul[] = "a: 1\nb: é\0x";
  g_autofree char *found = read_as ("p", nul, sizeof nul - 1);
  g_assert_cmpstr (found, ==,
                   "p:2:5: a NUL byte: this is not a text file, or it is UTF-16\n"
                   "    b: é\n"
                   "        ^");
  assert_reads_as ("p", "a: 1\nb: \xE9t\xE9\n",
                   "p:2:4: byte 0xE9 is not UTF-8 here: save the file as UTF-8\n"
                   "    b: \n"
                   "       ^");
  assert_reads_as ("p",
                   "\xFF\xFE"
                   "a",
                   "p:1:1: this is UTF-16: save the file as UTF-8\n    \n    ^");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/yaml-errors/" name, function)
  ADD ("a-reference-in-brackets-needs-quotes", a_reference_in_brackets_needs_quotes);
  ADD ("a-value-that-begins-with-a-brace-needs-quotes",
       a_value_that_begins_with_a_brace_needs_quotes);
  ADD ("a-star-needs-quotes", a_star_needs_quotes);
  ADD ("other-signs-need-quotes", other_signs_need_quotes);
  ADD ("a-colon-in-a-value-needs-quotes", a_colon_in_a_value_needs_quotes);
  ADD ("a-missing-colon-or-space-is-found", a_missing_colon_or_space_is_found);
  ADD ("a-tab-is-no-indentation", a_tab_is_no_indentation);
  ADD ("wrong-indentation-says-what-was-expected", wrong_indentation_says_what_was_expected);
  ADD ("what-is-never-closed-is-marked-where-it-opens",
       what_is_never_closed_is_marked_where_it_opens);
  ADD ("text-after-a-closing-quote-is-shown-quoted", text_after_a_closing_quote_is_shown_quoted);
  ADD ("escapes-are-explained", escapes_are_explained);
  ADD ("what-peel-leaves-out-of-yaml-is-named", what_peel_leaves_out_of_yaml_is_named);
  ADD ("long-words-are-cut-and-controls-left-out", long_words_are_cut_and_controls_left_out);
  ADD ("what-looks-like-a-key-is-not-repeated", what_looks_like_a_key_is_not_repeated);
  ADD ("mistakes-that-leave-the-tree-whole-are-told-together",
       mistakes_that_leave_the_tree_whole_are_told_together);
  ADD ("bytes-that-are-no-text-have-a-place", bytes_that_are_no_text_have_a_place);
  return g_test_run ();
}
