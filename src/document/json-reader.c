/* JSON (RFC 8259) into the marked tree: strict, bounded, without recursion. */
#include "document/document.h"
#include "document/quote.h"
#include "document/readers.h"
#include "document/tree-builder.h"

typedef struct {
  TreeBuilder builder;
  TextCursor cursor;
  bool is_line; /* the value ends with its line */
} JsonReader;

static char
peek (const JsonReader *reader)
{
  return reader->cursor.source->text[reader->cursor.byte];
}

static const char *
here (const JsonReader *reader)
{
  return reader->cursor.source->text + reader->cursor.byte;
}

static void
skip_space (JsonReader *reader)
{
  text_cursor_skip (&reader->cursor, strspn (here (reader), reader->is_line ? " \t\r" : " \t\r\n"));
}

static bool
ends_word (char c)
{
  return c == '\0' || strchr (" \t\r\n,:[]{}\"", c) != NULL;
}

static bool
is_at_end (const JsonReader *reader)
{
  return peek (reader) == '\0' || (reader->is_line && peek (reader) == '\n');
}

/* "expected X, not Y", marked at Y. */
static bool
expected (JsonReader *reader, const char *what)
{
  if (is_at_end (reader)) {
    Mark mark = text_cursor_mark (&reader->cursor);
    return tree_builder_stop (&reader->builder, &mark, "expected %s, but the %s ends here", what,
                              reader->is_line ? "line" : "text");
  }
  const char *at = here (reader);
  size_t length = 0;
  while (!ends_word (at[length]))
    length++;
  if (length == 0)
    length = 1;
  TextCursor end = reader->cursor;
  text_cursor_skip (&end, length);
  Mark mark = text_cursor_mark_to (&reader->cursor, &end);
  if (at[0] == '/' && (at[1] == '/' || at[1] == '*'))
    return tree_builder_stop (&reader->builder, &mark, "JSON has no comments: expected %s", what);
  if (at[0] == '\'')
    return tree_builder_stop (&reader->builder, &mark,
                              "expected %s; a string takes double quotes: \"", what);
  g_autofree char *found = document_shorten (at, length, DOCUMENT_MOST_QUOTED);
  bool may_be_yaml = !reader->is_line && !g_str_has_suffix (reader->cursor.source->name, ".json");
  return tree_builder_stop (&reader->builder, &mark, "expected %s, not '%s'%s", what, found,
                            may_be_yaml ? " (a text that begins with '{' is read as JSON)" : "");
}

static bool
parse_hex4 (const char *text, gunichar *out_unit)
{
  gunichar unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (text[i]);
    if (digit < 0)
      return false;
    unit = unit * 16 + (gunichar)digit;
  }
  *out_unit = unit;
  return true;
}

static bool
stop_at_escape (JsonReader *reader, size_t length, const char *why)
{
  TextCursor end = reader->cursor;
  text_cursor_skip (&end, length);
  Mark mark = text_cursor_mark_to (&reader->cursor, &end);
  return tree_builder_stop (&reader->builder, &mark, "%s", why);
}

/* \uXXXX, or a pair of them that makes one character. */
static bool
read_unicode_escape (JsonReader *reader, GString *out)
{
  const char *at = here (reader);
  gunichar unit, low;
  if (!parse_hex4 (at + 2, &unit))
    return stop_at_escape (reader, 2, "\\u takes four hexadecimal digits");
  size_t length = 6;
  if (unit == 0)
    return stop_at_escape (reader, length, "a text cannot hold the character NUL (\\u0000)");
  if (unit >= 0xD800 && unit < 0xDC00) {
    if (at[6] != '\\' || at[7] != 'u' || !parse_hex4 (at + 8, &low) || low < 0xDC00 || low > 0xDFFF)
      return stop_at_escape (reader, length,
                             "half of a surrogate pair: \\uDC00 to \\uDFFF must follow");
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    length = 12;
  } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
    return stop_at_escape (reader, length,
                           "half of a surrogate pair: \\uD800 to \\uDBFF must precede");
  }
  g_string_append_unichar (out, unit);
  text_cursor_skip (&reader->cursor, length);
  return true;
}

static bool
read_escape (JsonReader *reader, GString *out)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  char name = here (reader)[1];
  if (name == 'u')
    return read_unicode_escape (reader, out);
  const char *found = name != '\0' ? strchr (names, name) : NULL;
  if (found == NULL)
    return stop_at_escape (reader, 1,
                           "no JSON escape: after '\\' comes one of \" \\ / b f n r t u; "
                           "a backslash itself is \\\\");
  g_string_append_c (out, values[found - names]);
  text_cursor_skip (&reader->cursor, 2);
  return true;
}

/* At the opening quote. The text and its mark, quotes included. */
static char *
read_string (JsonReader *reader, Mark *out_mark)
{
  TextCursor start = reader->cursor;
  g_autoptr (GString) out = g_string_new (NULL);
  text_cursor_skip (&reader->cursor, 1);
  while (peek (reader) != '"') {
    size_t n_ordinary = 0;
    const char *at = here (reader);
    while ((unsigned char)at[n_ordinary] >= 0x20 && at[n_ordinary] != '"' && at[n_ordinary] != '\\')
      n_ordinary++;
    g_string_append_len (out, at, (gssize)n_ordinary);
    text_cursor_skip (&reader->cursor, n_ordinary);
    char c = peek (reader);
    if (c == '\\') {
      if (!read_escape (reader, out))
        return NULL;
    } else if (c == '\0' || c == '\n' || c == '\r') {
      Mark mark = text_cursor_mark (&start);
      tree_builder_stop (&reader->builder, &mark,
                         c == '\0' ? "this string is never closed"
                                   : "this string is not closed on its line (a line end is \\n)");
      return NULL;
    } else if (c != '"') {
      Mark mark = text_cursor_mark (&reader->cursor);
      tree_builder_stop (&reader->builder, &mark, "control character in a string: write \\u%04x",
                         (unsigned)(unsigned char)c);
      return NULL;
    }
  }
  text_cursor_skip (&reader->cursor, 1);
  *out_mark = text_cursor_mark_to (&start, &reader->cursor);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?  Returns its length, or 0. */
static size_t
number_length (const char *text)
{
  size_t n = text[0] == '-';
  if (text[n] == '0')
    n++;
  else if (g_ascii_isdigit (text[n]))
    n += strspn (text + n, "0123456789");
  else
    return 0;
  if (text[n] == '.') {
    size_t digits = strspn (text + n + 1, "0123456789");
    if (digits == 0)
      return 0;
    n += 1 + digits;
  }
  if (text[n] == 'e' || text[n] == 'E') {
    n += 1 + (text[n + 1] == '-' || text[n + 1] == '+');
    size_t digits = strspn (text + n, "0123456789");
    if (digits == 0)
      return 0;
    n += digits;
  }
  return ends_word (text[n]) ? n : 0;
}

static size_t
word_length (const char *text)
{
  static const char *const words[] = { "true", "false", "null" };
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (text, words[i]) && ends_word (text[strlen (words[i])]))
      return strlen (words[i]);
  return 0;
}

static bool
read_plain (JsonReader *reader, const char *what)
{
  size_t length = word_length (here (reader));
  bool is_number = length == 0;
  if (is_number)
    length = number_length (here (reader));
  if (length == 0)
    return expected (reader, what);
  g_autofree char *text = g_strndup (here (reader), length);
  TextCursor start = reader->cursor;
  text_cursor_skip (&reader->cursor, length);
  Mark mark = text_cursor_mark_to (&start, &reader->cursor);
  Node *node = node_new_scalar (&mark, text, NODE_PLAIN);
  if (node->kind == NODE_TEXT) {
    node_unref (node);
    return tree_builder_stop (&reader->builder, &mark, "this number is too large");
  }
  tree_builder_take (&reader->builder, node, &mark, 1, 0);
  return !reader->builder.is_stopped;
}

static bool
read_key (JsonReader *reader, const char *what)
{
  if (peek (reader) != '"')
    return expected (reader, what);
  Mark mark;
  g_autofree char *text = read_string (reader, &mark);
  if (text == NULL)
    return false;
  tree_builder_take_key (&reader->builder, node_new_text (&mark, text, NODE_QUOTED));
  skip_space (reader);
  if (reader->builder.is_stopped)
    return false;
  if (peek (reader) != ':')
    return expected (reader, "':' after the key");
  text_cursor_skip (&reader->cursor, 1);
  skip_space (reader);
  return true;
}

static bool
open_collection (JsonReader *reader)
{
  bool is_map = peek (reader) == '{';
  Mark mark = text_cursor_mark (&reader->cursor);
  tree_builder_open (&reader->builder, is_map ? NODE_MAP : NODE_LIST, &mark);
  text_cursor_skip (&reader->cursor, 1);
  skip_space (reader);
  return !reader->builder.is_stopped;
}

static void
close_collection (JsonReader *reader)
{
  Node *node = tree_builder_top (&reader->builder)->node;
  text_cursor_skip (&reader->cursor, 1);
  if (node->mark.line == reader->cursor.line)
    node->mark.end_column = reader->cursor.column;
  unsigned n_nodes;
  int height;
  tree_builder_close (&reader->builder, &n_nodes, &height);
}

/* A scalar is whole afterwards, a collection is open. */
static bool
begin_value (JsonReader *reader, const char *what)
{
  char c = peek (reader);
  if (c == '{' || c == '[')
    return open_collection (reader);
  if (c != '"')
    return read_plain (reader, what);
  Mark mark;
  g_autofree char *text = read_string (reader, &mark);
  if (text == NULL)
    return false;
  tree_builder_take (&reader->builder, node_new_text (&mark, text, NODE_QUOTED), &mark, 1, 0);
  return !reader->builder.is_stopped;
}

/* One step inside the innermost collection: its end, or its next element. */
static bool
step (JsonReader *reader)
{
  const TreeFrame *top = tree_builder_top (&reader->builder);
  bool is_map = top->node->kind == NODE_MAP, is_first = top->is_fresh;
  char closing = is_map ? '}' : ']';
  if (peek (reader) == closing) {
    close_collection (reader);
    skip_space (reader);
    return true;
  }
  if (!is_first) {
    if (peek (reader) != ',')
      return expected (reader, is_map ? "',' or '}'" : "',' or ']'");
    TextCursor comma = reader->cursor;
    text_cursor_skip (&reader->cursor, 1);
    skip_space (reader);
    if (peek (reader) == closing) {
      Mark mark = text_cursor_mark (&comma);
      return tree_builder_stop (&reader->builder, &mark, "nothing follows this ',': remove it");
    }
  }
  if (is_map &&
      !read_key (reader, is_first ? "a key in double quotes, or '}'" : "a key in double quotes"))
    return false;
  bool ok = begin_value (reader, is_map || !is_first ? "a value" : "a value, or ']'");
  skip_space (reader);
  return ok;
}

static void
read_whole (JsonReader *reader)
{
  skip_space (reader);
  bool ok = begin_value (reader, "a value");
  skip_space (reader);
  while (ok && tree_builder_top (&reader->builder) != NULL)
    ok = step (reader);
  if (ok && !is_at_end (reader))
    expected (reader, reader->is_line ? "the end of the line" : "the end of the text");
}

Node *
json_read (SourceText *source, Problems *problems)
{
  JsonReader reader = { .cursor = text_cursor_at_start (source) };
  tree_builder_init (&reader.builder, source, problems);
  read_whole (&reader);
  Node *root = tree_builder_finish (&reader.builder);
  tree_builder_clear (&reader.builder);
  return root;
}

Node *
json_read_line (TextCursor *cursor, Problems *problems, unsigned *n_values)
{
  JsonReader reader = { .cursor = *cursor, .is_line = true };
  tree_builder_init (&reader.builder, cursor->source, problems);
  read_whole (&reader);
  *n_values += reader.builder.n_nodes;
  Node *root = tree_builder_finish (&reader.builder);
  tree_builder_clear (&reader.builder);
  *cursor = reader.cursor;
  text_cursor_skip (cursor, strcspn (here (&reader), "\n"));
  return root;
}
