#include "document/yaml-span.h"

#include <string.h>

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static bool
ends_word (char c)
{
  return is_blank (c) || c == '\n' || c == '\r' || c == '\0';
}

static Span
trim (const SourceText *source, Span span)
{
  const char *text = source->text;
  while (span.start < span.end && is_blank (text[span.start]))
    span.start++;
  while (span.end > span.start && ends_word (text[span.end - 1]))
    span.end--;
  return span;
}

static Span
whole_line (const SourceText *source, size_t byte)
{
  const char *text = source->text;
  Span line = { byte, byte };
  while (line.start > 0 && text[line.start - 1] != '\n')
    line.start--;
  while (line.end < source->length && text[line.end] != '\n')
    line.end++;
  return line;
}

Span
yaml_span_line (const SourceText *source, size_t byte)
{
  return trim (source, whole_line (source, byte));
}

size_t
yaml_span_indent (const SourceText *source, size_t byte)
{
  Span line = whole_line (source, byte);
  size_t n = 0;
  while (line.start + n < line.end && is_blank (source->text[line.start + n]))
    n++;
  return n;
}

static Span
without_comment (const SourceText *source, Span span)
{
  for (size_t i = span.start + 1; i < span.end; i++)
    if (source->text[i] == '#' && is_blank (source->text[i - 1]))
      return trim (source, (Span){ span.start, i });
  return trim (source, span);
}

static size_t
skip_quoted (const char *text, size_t at, size_t end)
{
  char quote = text[at];
  for (at++; at < end && text[at] != quote; at++)
    if (quote == '"' && text[at] == '\\')
      at++;
  return at < end ? at + 1 : end;
}

/* Where the value of "key: value" begins, if the ':' stands before `byte`; else 0. */
static size_t
after_key (const char *text, Span span, size_t byte)
{
  size_t at = span.start;
  if (at < span.end && (text[at] == '"' || text[at] == '\''))
    at = skip_quoted (text, at, span.end);
  for (; at < span.end && at < byte; at++)
    if (text[at] == ':' && is_blank (text[at + 1]))
      return at + 1;
  return 0;
}

Span
yaml_span_in_block (const SourceText *source, size_t byte, bool *out_is_value)
{
  const char *text = source->text;
  Span span = yaml_span_line (source, byte);
  *out_is_value = false;
  while (span.start < span.end && span.start < byte && text[span.start] == '-' &&
         ends_word (text[span.start + 1])) {
    span.start++;
    span = trim (source, span);
    *out_is_value = true;
  }
  size_t value = after_key (text, span, byte);
  if (value > 0) {
    *out_is_value = true;
    span.start = value;
    span = trim (source, span);
  }
  return without_comment (source, span);
}

Span
yaml_span_in_flow (const SourceText *source, size_t byte)
{
  const char *text = source->text;
  Span line = whole_line (source, byte), span = { byte, byte };
  int depth = 0;
  while (span.start > line.start) {
    char before = text[span.start - 1];
    bool is_after_key = is_blank (before) && span.start >= 2 && text[span.start - 2] == ':';
    if (depth == 0 && (before == ',' || before == '[' || before == '{' || is_after_key))
      break;
    depth += (before == '}' || before == ']') - (before == '{' || before == '[');
    span.start--;
  }
  depth = 0;
  while (span.end < line.end) {
    char next = text[span.end];
    bool is_colon = next == ':' && ends_word (text[span.end + 1]);
    if (depth == 0 && (next == ',' || next == ']' || next == '}' || is_colon))
      break;
    depth += (next == '{' || next == '[') - (next == '}' || next == ']');
    span.end++;
  }
  return without_comment (source, trim (source, span));
}
