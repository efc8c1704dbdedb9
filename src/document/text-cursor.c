#include "document/text-cursor.h"

static bool
continues_character (char byte)
{
  return ((unsigned char)byte & 0xC0) == 0x80;
}

TextCursor
text_cursor_at_start (SourceText *source)
{
  return (TextCursor){ .source = source, .line = 1, .column = 1 };
}

void
text_cursor_skip (TextCursor *cursor, size_t n_bytes)
{
  const char *text = cursor->source->text;
  size_t end = cursor->byte + MIN (n_bytes, cursor->source->length - cursor->byte);
  for (; cursor->byte < end; cursor->byte++) {
    if (text[cursor->byte] == '\n') {
      cursor->line++;
      cursor->column = 1;
      cursor->index++;
    } else if (!continues_character (text[cursor->byte])) {
      cursor->column++;
      cursor->index++;
    }
  }
}

/* The column cannot be known from behind, so it is counted again from the line's start. */
static void
step_back (TextCursor *cursor, size_t index)
{
  const char *text = cursor->source->text;
  while (cursor->index > index) {
    do
      cursor->byte--;
    while (cursor->byte > 0 && continues_character (text[cursor->byte]));
    cursor->index--;
    cursor->line -= text[cursor->byte] == '\n';
  }
  cursor->column = 1;
  for (size_t i = cursor->byte; i > 0 && text[i - 1] != '\n'; i--)
    cursor->column += !continues_character (text[i - 1]);
}

void
text_cursor_seek (TextCursor *cursor, size_t index)
{
  if (index < cursor->index)
    step_back (cursor, index);
  const char *text = cursor->source->text;
  while (cursor->index < index && cursor->byte < cursor->source->length) {
    size_t next = cursor->byte + 1;
    while (next < cursor->source->length && continues_character (text[next]))
      next++;
    text_cursor_skip (cursor, next - cursor->byte);
  }
}

Mark
text_cursor_mark (const TextCursor *cursor)
{
  return (Mark){ .source = cursor->source, .line = cursor->line, .column = cursor->column };
}

Mark
text_cursor_mark_to (const TextCursor *start, const TextCursor *end)
{
  Mark mark = text_cursor_mark (start);
  if (end->line == start->line)
    mark.end_column = end->column;
  return mark;
}
