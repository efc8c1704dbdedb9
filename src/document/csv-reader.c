/* Tables: CSV (RFC 4180) and JSON Lines, one row one map.
 *
 * CSV as people have it: lines end in LF or CRLF, lines without anything are skipped, blanks around
 * a value that is not in quotes are no part of it. Quotes in a CSV say nothing about the type, so
 * every value is typed as a plain YAML scalar. All rows share the list of the header's keys. */
#include "document/document.h"
#include "document/quote.h"
#include "document/readers.h"
#include "document/node-build.h"

enum {
  MOST_COLUMNS = 1000,
  MOST_VALUES = 10 * 1000 * 1000, /* about 2 GB of nodes */
  MOST_PROBLEMS = 100,
};

typedef struct {
  TextCursor cursor;
  Problems *problems;
  unsigned n_problems;
  GString *value; /* the cell being read */
  GPtrArray *keys;
  Node *root;
  unsigned n_values;
} TableReader;

static void
table_reader_init (TableReader *reader, SourceText *source, Problems *problems)
{
  *reader = (TableReader){
    .cursor = text_cursor_at_start (source),
    .problems = problems,
    .value = g_string_new (NULL),
  };
  Mark mark = text_cursor_mark (&reader->cursor);
  reader->root = node_new_list (&mark);
}

static void
table_reader_clear (TableReader *reader)
{
  g_string_free (reader->value, TRUE);
  g_clear_pointer (&reader->keys, g_ptr_array_unref);
  node_unref (reader->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TableReader, table_reader_clear)

/* False, so that a caller can stop; many problems are told together up to a point. */
static bool G_GNUC_PRINTF (3, 4)
  report (TableReader *reader, const Mark *mark, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  reader->n_problems++;
  return problems_add (reader->problems, mark, "%s", text);
}

static Node *
finish (TableReader *reader)
{
  return reader->n_problems > 0 ? NULL : g_steal_pointer (&reader->root);
}

static bool
has_room (TableReader *reader, unsigned n_more)
{
  Mark mark = text_cursor_mark (&reader->cursor);
  if (reader->root->items->len >= DOCUMENT_MOST_ROWS)
    return report (reader, &mark, "more than %d rows: split the table", DOCUMENT_MOST_ROWS);
  if (reader->n_values > MOST_VALUES || n_more > MOST_VALUES - reader->n_values)
    return report (reader, &mark, "more than %d values: split the table", MOST_VALUES);
  return true;
}

static char
peek (const TableReader *reader)
{
  return reader->cursor.source->text[reader->cursor.byte];
}

static const char *
here (const TableReader *reader)
{
  return reader->cursor.source->text + reader->cursor.byte;
}

static void
skip_blanks (TableReader *reader)
{
  text_cursor_skip (&reader->cursor, strspn (here (reader), " \t"));
}

static bool
is_at_cell_end (const TableReader *reader)
{
  const char *at = here (reader);
  return at[0] == '\0' || at[0] == ',' || at[0] == '\n' || (at[0] == '\r' && at[1] == '\n');
}

static bool
read_quoted_cell (TableReader *reader, Mark *out_mark)
{
  TextCursor start = reader->cursor;
  text_cursor_skip (&reader->cursor, 1);
  for (;;) {
    size_t n_ordinary = strcspn (here (reader), "\"");
    g_string_append_len (reader->value, here (reader), (gssize)n_ordinary);
    text_cursor_skip (&reader->cursor, n_ordinary);
    Mark mark = text_cursor_mark (&start);
    if (peek (reader) == '\0')
      return report (reader, &mark, "this quote is never closed");
    text_cursor_skip (&reader->cursor, 1);
    if (peek (reader) != '"')
      break;
    g_string_append_c (reader->value, '"');
    text_cursor_skip (&reader->cursor, 1);
  }
  *out_mark = text_cursor_mark_to (&start, &reader->cursor);
  skip_blanks (reader);
  if (is_at_cell_end (reader))
    return true;
  Mark mark = text_cursor_mark (&reader->cursor);
  return report (reader, &mark,
                 "text after the closing quote: a quote inside a value is doubled (\"\")");
}

static bool
read_plain_cell (TableReader *reader, Mark *out_mark)
{
  TextCursor start = reader->cursor, end = start;
  while (!is_at_cell_end (reader)) {
    char c = peek (reader);
    if (c == '"') {
      Mark mark = text_cursor_mark (&reader->cursor);
      return report (reader, &mark,
                     "a quote inside a value: put the whole value in quotes and double this "
                     "one (\"\")");
    }
    text_cursor_skip (&reader->cursor, 1);
    if (c != ' ' && c != '\t')
      end = reader->cursor;
  }
  g_string_append_len (reader->value, start.source->text + start.byte,
                       (gssize)(end.byte - start.byte));
  *out_mark = text_cursor_mark_to (&start, &end);
  return true;
}

/* One cell into reader->value; the cursor stands at what ended it. */
static bool
read_cell (TableReader *reader, Mark *out_mark)
{
  g_string_truncate (reader->value, 0);
  skip_blanks (reader);
  return peek (reader) == '"' ? read_quoted_cell (reader, out_mark)
                              : read_plain_cell (reader, out_mark);
}

/* False at the end of the row; the cursor is then on the next line. */
static bool
next_cell (TableReader *reader)
{
  bool is_comma = peek (reader) == ',';
  if (peek (reader) == '\r')
    text_cursor_skip (&reader->cursor, 1);
  text_cursor_skip (&reader->cursor, 1);
  return is_comma;
}

static void
skip_empty_lines (TableReader *reader)
{
  for (;;) {
    size_t n = strspn (here (reader), " \t\r");
    if (here (reader)[n] != '\n' && here (reader)[n] != '\0')
      return;
    bool is_end = here (reader)[n] == '\0';
    text_cursor_skip (&reader->cursor, n + 1);
    if (is_end)
      return;
  }
}

static void
check_column (TableReader *reader, GHashTable *seen, const Mark *mark, unsigned number)
{
  const char *name = reader->value->str;
  if (name[0] == '\0') {
    report (reader, mark, "column %u has no name", number);
  } else if (!g_hash_table_add (seen, g_strdup (name))) {
    g_autofree char *quoted = document_quote (name, strlen (name));
    report (reader, mark, "the column %s stands here a second time", quoted);
  }
}

/* Spreadsheets of many countries write ';'. */
static bool
check_separator (TableReader *reader)
{
  const Node *only = reader->keys->pdata[0];
  const char *found = strpbrk (only->text, ";\t");
  if (reader->keys->len > 1 || found == NULL)
    return true;
  return report (reader, &only->mark,
                 "columns are separated by ',' here, not by %s: export the table again",
                 *found == ';' ? "';'" : "tabs");
}

static void
unref_key (gpointer data)
{
  node_unref (data);
}

static bool
read_header (TableReader *reader)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader->keys = g_ptr_array_new_with_free_func (unref_key);
  skip_empty_lines (reader);
  Mark mark = text_cursor_mark (&reader->cursor);
  if (peek (reader) == '\0')
    return report (reader, &mark, "the table is empty: its first line names the columns");
  do {
    if (!read_cell (reader, &mark))
      return false;
    if (reader->keys->len == MOST_COLUMNS)
      return report (reader, &mark, "more than %d columns", MOST_COLUMNS);
    g_ptr_array_add (reader->keys, node_new_text (&mark, reader->value->str, NODE_PLAIN));
    check_column (reader, seen, &mark, reader->keys->len);
  } while (next_cell (reader));
  return check_separator (reader) && reader->n_problems == 0;
}

static bool
read_row (TableReader *reader)
{
  unsigned n_columns = reader->keys->len, n = 0;
  if (!has_room (reader, n_columns))
    return false;
  Mark row_mark = text_cursor_mark (&reader->cursor), mark;
  g_autoptr (Node) row = node_new_row (&row_mark, reader->keys);
  do {
    if (!read_cell (reader, &mark))
      return false;
    if (n++ < n_columns)
      node_take_item (row, node_new_scalar (&mark, reader->value->str, NODE_PLAIN));
  } while (next_cell (reader));
  reader->n_values += n_columns;
  if (n != n_columns) {
    report (reader, &row_mark, "this row has %u value%s, the header %u column%s", n,
            n == 1 ? "" : "s", n_columns, n_columns == 1 ? "" : "s");
    return reader->n_problems < MOST_PROBLEMS;
  }
  node_take_item (reader->root, g_steal_pointer (&row));
  return true;
}

Node *
csv_read (SourceText *source, Problems *problems)
{
  g_auto (TableReader) reader = { 0 };
  table_reader_init (&reader, source, problems);
  if (!read_header (&reader))
    return NULL;
  for (skip_empty_lines (&reader); peek (&reader) != '\0'; skip_empty_lines (&reader))
    if (!read_row (&reader))
      break;
  return finish (&reader);
}

static bool
read_object (TableReader *reader)
{
  Mark mark = text_cursor_mark (&reader->cursor);
  if (!has_room (reader, 0))
    return false;
  Node *row = json_read_line (&reader->cursor, reader->problems, &reader->n_values);
  if (row == NULL)
    return ++reader->n_problems < MOST_PROBLEMS;
  if (row->kind != NODE_MAP) {
    report (reader, &mark, "a row must be an object {…}, not %s", node_kind_words (row->kind));
    node_unref (row);
    return reader->n_problems < MOST_PROBLEMS;
  }
  node_take_item (reader->root, row);
  return true;
}

Node *
jsonl_read (SourceText *source, Problems *problems)
{
  g_auto (TableReader) reader = { 0 };
  table_reader_init (&reader, source, problems);
  for (skip_empty_lines (&reader); peek (&reader) != '\0'; skip_empty_lines (&reader))
    if (!read_object (&reader))
      break;
  return finish (&reader);
}
