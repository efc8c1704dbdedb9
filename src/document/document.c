#include "document/document.h"

#include "base/base-error.h"
#include "base/path.h"
#include "base/units.h"
#include "document/readers.h"

typedef Node *(*Reader) (SourceText *source, Problems *problems);

void
document_free (Document *document)
{
  if (document == NULL)
    return;
  node_unref (document->root);
  source_text_unref (document->source);
  g_free (document);
}

static bool
report_too_large (const Mark *mark, Problems *problems, const char *shown, int64_t limit)
{
  g_autofree char *words = units_format_bytes (limit);
  return problems_add (problems, mark, "%s is larger than %s, the most that is read", shown, words);
}

/* A mark behind the good part of a text, whose bad part is left out of the source: it cannot be
 * shown. */
static bool
report_bad_byte (const char *name, const char *text, size_t n_good, Problems *problems,
                 const char *message)
{
  g_autoptr (SourceText) source = source_text_new (name, text, n_good);
  TextCursor cursor = text_cursor_at_start (source);
  text_cursor_skip (&cursor, n_good);
  Mark mark = text_cursor_mark (&cursor);
  return problems_add (problems, &mark, "%s", message);
}

static bool
check_characters (const char *name, const char *text, size_t length, Problems *problems)
{
  if (length >= 2 && (memcmp (text, "\xFF\xFE", 2) == 0 || memcmp (text, "\xFE\xFF", 2) == 0))
    return report_bad_byte (name, text, 0, problems, "this is UTF-16: save the file as UTF-8");
  const char *end;
  if (g_utf8_validate_len (text, length, &end))
    return true;
  size_t n_good = (size_t)(end - text);
  if (*end == '\0')
    return report_bad_byte (name, text, n_good, problems,
                            "a NUL byte: this is not a text file, or it is UTF-16");
  g_autofree char *message = g_strdup_printf (
    "byte 0x%02X is not UTF-8 here: save the file as UTF-8", (unsigned)(unsigned char)*end);
  return report_bad_byte (name, text, n_good, problems, message);
}

static Document *
read_with (Reader reader, const char *name, const char *text, size_t length, Problems *problems)
{
  if (length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0) {
    text += 3;
    length -= 3;
  }
  if (!check_characters (name, text, length, problems))
    return NULL;
  g_autoptr (Document) document = g_new0 (Document, 1);
  document->source = source_text_new (name, text, length);
  document->root = reader (document->source, problems);
  return document->root != NULL ? g_steal_pointer (&document) : NULL;
}

static bool
begins_with_brace (const char *text, size_t length)
{
  size_t i = length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  while (i < length && strchr (" \t\r\n", text[i]) != NULL && text[i] != '\0')
    i++;
  return i < length && text[i] == '{';
}

Document *
document_read (const char *name, const char *text, size_t length, Problems *problems)
{
  if (length > DOCUMENT_MOST_BYTES) {
    report_too_large (NULL, problems, name, DOCUMENT_MOST_BYTES);
    return NULL;
  }
  bool is_json = g_str_has_suffix (name, ".json") || begins_with_brace (text, length);
  return read_with (is_json ? json_read : yaml_read, name, text, length, problems);
}

static char *
load (const char *path, const char *shown, int64_t limit, size_t *out_length, const Mark *from,
      Problems *problems)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  if (path_read_file (path, limit, &text, out_length, &error))
    return text;
  if (g_error_matches (error, BASE_ERROR, BASE_ERROR_TOO_LARGE))
    report_too_large (from, problems, shown, limit);
  else
    problems_add (problems, from, "%s", error->message);
  return NULL;
}

Document *
document_load (const char *path, const char *shown, const Mark *from, Problems *problems)
{
  size_t length;
  g_autofree char *text = load (path, shown, DOCUMENT_MOST_BYTES, &length, from, problems);
  return text != NULL ? document_read (shown, text, length, problems) : NULL;
}

Document *
document_read_rows (const char *name, const char *text, size_t length, Problems *problems)
{
  if (length > DOCUMENT_MOST_TABLE_BYTES) {
    report_too_large (NULL, problems, name, DOCUMENT_MOST_TABLE_BYTES);
    return NULL;
  }
  bool is_jsonl = g_str_has_suffix (name, ".jsonl") || g_str_has_suffix (name, ".ndjson") ||
                  begins_with_brace (text, length);
  return read_with (is_jsonl ? jsonl_read : csv_read, name, text, length, problems);
}

Document *
document_load_rows (const char *path, const char *shown, const Mark *from, Problems *problems)
{
  size_t length;
  g_autofree char *text = load (path, shown, DOCUMENT_MOST_TABLE_BYTES, &length, from, problems);
  return text != NULL ? document_read_rows (shown, text, length, problems) : NULL;
}
