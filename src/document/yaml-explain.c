/* libyaml says what its state machine did not find; people need to know which of their words YAML
 * took for a sign. Each rule below knows one such case by libyaml's words and by the look of the
 * line. The first rule that recognises its case speaks; what none knows is told in libyaml's words. */
#include "document/yaml-explain.h"

#include "document/quote.h"
#include "document/text-cursor.h"
#include "document/yaml-span.h"

typedef struct {
  SourceText *source;
  Problems *problems;
  const char *text;
  const char *problem; /* libyaml's words, never NULL */
  const char *context;
  TextCursor at;    /* where libyaml stood */
  TextCursor began; /* where what it was reading began */
  bool is_flow;     /* inside [ ] or { } */
} Case;

typedef bool (*Rule) (const Case *c);

static Mark
mark_span (const Case *c, Span span)
{
  TextCursor start = text_cursor_at_start (c->source);
  text_cursor_skip (&start, span.start);
  TextCursor end = start;
  text_cursor_skip (&end, span.end - span.start);
  return text_cursor_mark_to (&start, &end);
}

/* Always true: the case is told. */
static bool G_GNUC_PRINTF (3, 4) say (const Case *c, Span span, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  Mark mark = mark_span (c, span);
  problems_add (c->problems, &mark, "%s", text);
  return true;
}

static bool
holds (const Case *c, Span span, char sign)
{
  return memchr (c->text + span.start, sign, span.end - span.start) != NULL;
}

/* For '…' in a message. */
static char *
dup_span (const Case *c, Span span)
{
  return document_shorten (c->text + span.start, span.end - span.start, DOCUMENT_MOST_QUOTED);
}

static char *
quote_span (const Case *c, Span span)
{
  return document_quote (c->text + span.start, span.end - span.start);
}

/* `why`, then what to write. */
static bool
say_needs_quotes (const Case *c, Span span, const char *why)
{
  g_autofree char *quoted = quote_span (c, span);
  return say (c, span, "%s: write %s", why, quoted);
}

static Span
value_at (const Case *c, const TextCursor *cursor)
{
  bool is_value;
  return c->is_flow ? yaml_span_in_flow (c->source, cursor->byte)
                    : yaml_span_in_block (c->source, cursor->byte, &is_value);
}

static Span
character_at (const TextCursor *cursor, size_t n)
{
  return (Span){ cursor->byte, MIN (cursor->byte + n, cursor->source->length) };
}

static bool
explain_tab (const Case *c)
{
  size_t start = yaml_span_line (c->source, c->at.byte).start;
  size_t indent = yaml_span_indent (c->source, c->at.byte);
  const char *tab = memchr (c->text + start - MIN (indent, start), '\t', MIN (indent, start));
  if (tab != NULL && (!c->is_flow || c->text[c->at.byte] == '\t')) {
    size_t at = (size_t)(tab - c->text);
    return say (c, (Span){ at, at + 1 }, "this line is indented with a tab: use spaces");
  }
  if (c->text[c->at.byte] == '\t' && strstr (c->problem, "cannot start") != NULL)
    return say (c, character_at (&c->at, 1), "a tab stands where YAML takes only spaces");
  return false;
}

static bool
explain_reserved_sign (const Case *c)
{
  if (strstr (c->problem, "cannot start any token") == NULL)
    return false;
  g_autofree char *why = g_strdup_printf ("a value that begins with '%c' needs quotes",
                                          c->text[c->at.byte]);
  return say_needs_quotes (c, value_at (c, &c->at), why);
}

static bool
explain_directive (const Case *c)
{
  if (strcmp (c->problem, "found incompatible YAML document") == 0)
    return say (c, yaml_span_line (c->source, c->at.byte), "this is YAML 1.2: remove this line");
  bool is_directive = g_str_has_prefix (c->context, "while scanning a directive") ||
                      g_str_has_prefix (c->context, "while scanning a %");
  return is_directive && say_needs_quotes (c, value_at (c, &c->began),
                                           "a key or value that begins with '%' needs quotes");
}

static bool
say_bare_sign (const Case *c, const TextCursor *sign, const char *meaning)
{
  Span span = value_at (c, sign);
  g_autofree char *words = dup_span (c, span);
  g_autofree char *why = g_strdup_printf ("'%s' needs quotes: %s", words, meaning);
  return say_needs_quotes (c, span, why);
}

static bool
explain_alias_sign (const Case *c)
{
  if (strcmp (c->context, "while scanning an alias") == 0)
    return say_bare_sign (c, &c->began, "a bare * starts an alias");
  if (strcmp (c->context, "while scanning an anchor") == 0)
    return say_bare_sign (c, &c->began, "a bare & starts an anchor");
  return false;
}

static bool
explain_tag (const Case *c)
{
  bool is_handle = strcmp (c->problem, "found undefined tag handle") == 0;
  if (!is_handle && strstr (c->context, "a tag") == NULL)
    return false;
  return say_bare_sign (c, is_handle ? &c->at : &c->began, "a bare ! starts a tag");
}

static bool
explain_open_quote (const Case *c)
{
  if (strcmp (c->context, "while scanning a quoted scalar") != 0)
    return false;
  return say (c, character_at (&c->began, 1), "this %c is never closed", c->text[c->began.byte]);
}

static bool
explain_escape (const Case *c)
{
  if (strcmp (c->context, "while parsing a quoted scalar") != 0)
    return false;
  if (strcmp (c->problem, "found unknown escape character") == 0)
    return say (c, character_at (&c->at, 2),
                "this is no escape in double quotes: write \\\\ for a backslash, or use single "
                "quotes");
  size_t start = c->at.byte - MIN (c->at.byte, 2);
  if (strstr (c->problem, "invalid Unicode") != NULL)
    return say (c, (Span){ start, MIN (start + 6, c->source->length) },
                "this is no character: YAML writes those above \\uFFFF as they are, or as "
                "\\U0001F600 with eight digits");
  return say (c, (Span){ start, c->at.byte },
              "\\x takes two hexadecimal digits, \\u four and \\U eight");
}

static bool
explain_block_header (const Case *c)
{
  if (strcmp (c->context, "while scanning a block scalar") != 0)
    return false;
  Span span = value_at (c, &c->began);
  g_autofree char *quoted = quote_span (c, span);
  return say (c, span,
              "text after '%c' begins on the next line, indented; if '%c' belongs to it, write %s",
              c->text[c->began.byte], c->text[c->began.byte], quoted);
}

/* The nearest line above that is indented less; for a line that is not indented, the one above. */
static bool
find_owner (const Case *c, Span line, Span *out_owner)
{
  size_t indent = yaml_span_indent (c->source, line.start);
  size_t at = line.start;
  for (;;) {
    while (at > 0 && c->text[at - 1] != '\n')
      at--;
    if (at == 0)
      return false;
    at--;
    Span above = yaml_span_line (c->source, at);
    bool is_filled = above.start < above.end && c->text[above.start] != '#';
    if (is_filled && (indent == 0 || yaml_span_indent (c->source, at) < indent)) {
      *out_owner = above;
      return true;
    }
  }
}

/* "foo" or "a:1" in the line above, which was meant to be "foo:" or "a: 1". */
static bool
say_missing_colon (const Case *c, Span span)
{
  g_autofree char *words = dup_span (c, span);
  if (words[0] == '-')
    return say (c, span, "'%s' is no list item: a space is missing after '-'", words);
  if (holds (c, span, ':'))
    return say (c, span, "'%s' has no space after ':', so it is no key with a value", words);
  return say (c, span, "'%s' is no key with a value: a ':' is missing", words);
}

static bool
explain_colon (const Case *c)
{
  if (strstr (c->problem, "mapping values are not allowed") == NULL)
    return false;
  bool is_value;
  Span span = yaml_span_in_block (c->source, c->at.byte, &is_value);
  bool is_after_key = is_value && span.start > 0 && c->text[span.start - 1] != '-' &&
                      holds (c, span, ':');
  if (is_after_key && span.start <= c->at.byte)
    return say_needs_quotes (c, span, "a value that holds ': ' needs quotes");
  Span line = yaml_span_line (c->source, c->at.byte), owner;
  Span key = { span.start, MAX (c->at.byte, span.start) };
  if (!find_owner (c, line, &owner))
    return false;
  if (yaml_span_indent (c->source, line.start) == 0)
    return say_missing_colon (c, owner);
  TextCursor cursor = text_cursor_at_start (c->source);
  text_cursor_skip (&cursor, owner.start);
  return say (
    c, key,
    "this cannot be a key: the value on line %d goes on to here. Indent it like the other "
    "keys; a text that holds ': ' needs quotes or '|'",
    cursor.line);
}

static bool
explain_missing_colon (const Case *c)
{
  if (strcmp (c->problem, "could not find expected ':'") != 0)
    return false;
  bool is_value;
  return say_missing_colon (c, yaml_span_in_block (c->source, c->began.byte, &is_value));
}

/* 'it's fine' or "a" b. */
static bool
say_after_quote (const Case *c, Span span)
{
  char quote = c->text[span.start];
  Span inside = span;
  if (span.end - span.start >= 2 && c->text[span.end - 1] == quote) {
    inside.start++;
    inside.end--;
  }
  g_autofree char *quoted = quote_span (c, inside);
  return say (c, span, "text goes on after the closing %c: write %s", quote, quoted);
}

static bool
is_at_text_end (const Case *c)
{
  const char *at = c->text + c->at.byte;
  return at[strspn (at, " \t\r\n")] == '\0';
}

static bool
say_flow_entry (const Case *c, Span span, char opened)
{
  g_autofree char *words = dup_span (c, span);
  if (words[0] == '"' || words[0] == '\'')
    return say_after_quote (c, span);
  if (words[0] == '{' || words[0] == '[') {
    g_autofree char *why = g_strdup_printf ("a value that begins with '%c' needs quotes", words[0]);
    return say_needs_quotes (c, span, why);
  }
  if (!holds (c, span, '{') && !holds (c, span, '['))
    return false;
  g_autofree char *why = g_strdup_printf ("'%s' inside %s needs quotes", words,
                                          opened == '[' ? "[ ]" : "{ }");
  return say_needs_quotes (c, span, why);
}

static bool
explain_flow (const Case *c)
{
  bool is_list = strcmp (c->context, "while parsing a flow sequence") == 0;
  if (!is_list && strcmp (c->context, "while parsing a flow mapping") != 0)
    return false;
  char opened = c->text[c->began.byte], closing = is_list ? ']' : '}';
  Span opening = character_at (&c->began, 1);
  if (is_at_text_end (c))
    return say (c, opening, "this '%c' is never closed", opened);
  Span entry = yaml_span_in_flow (c->source, c->at.byte);
  if (say_flow_entry (c, entry, opened))
    return true;
  if (c->at.line > c->began.line && c->text[c->at.byte] == ':')
    return say (c, opening, "this '%c' is not closed: expected ',' or '%c' before line %d", opened,
                closing, c->at.line);
  return say (c, character_at (&c->at, 1),
              "expected ',' or '%c' before this: the '%c' was opened on line %d, column %d",
              closing, opened, c->began.line, c->began.column);
}

static bool
explain_dash (const Case *c)
{
  if (strstr (c->problem, "block sequence entries are not allowed") == NULL)
    return false;
  Span span = value_at (c, &c->at);
  g_autofree char *quoted = quote_span (c, span);
  return say (c, span, "a list begins on the line after its key; if text is meant, write %s",
              quoted);
}

static bool
explain_question (const Case *c)
{
  return strstr (c->problem, "mapping keys are not allowed") != NULL &&
         say_needs_quotes (c, value_at (c, &c->at), "a value that begins with '? ' needs quotes");
}

static bool
explain_no_content (const Case *c)
{
  if (strcmp (c->problem, "did not find expected node content") != 0)
    return false;
  if (is_at_text_end (c))
    return say (c, character_at (&c->at, 1), "a value is missing at the end of the text");
  char sign = c->text[c->at.byte];
  if (strcmp (c->context, "while parsing a flow node") == 0)
    return say (c, character_at (&c->at, 1), "a value is missing before this '%c'", sign);
  g_autofree char *why = g_strdup_printf ("a value that begins with '%c' needs quotes", sign);
  return say_needs_quotes (c, value_at (c, &c->at), why);
}

/* A quote that was to open a text has closed one that nobody closed on a line above. */
static bool
explain_quote_above (const Case *c, Span span)
{
  size_t at = c->at.byte;
  while (at > span.start && (c->text[at - 1] == ' ' || c->text[at - 1] == '\t'))
    at--;
  char quote = at > span.start ? c->text[at - 1] : '\0';
  bool is_opener = at == span.start + 1;
  bool begins_with_quote = c->text[span.start] == '"' || c->text[span.start] == '\'';
  if ((quote != '"' && quote != '\'') || (begins_with_quote && !is_opener))
    return false;
  return say (
    c, (Span){ at - 1, at },
    "this %c closes a text that was opened on a line above: is a closing %c missing there?", quote,
    quote);
}

static bool
explain_block_end (const Case *c)
{
  bool is_list = strcmp (c->context, "while parsing a block collection") == 0;
  bool is_map = strcmp (c->context, "while parsing a block mapping") == 0;
  if (!is_list && !is_map && strstr (c->problem, "<document start>") == NULL)
    return false;
  bool is_value;
  Span span = yaml_span_in_block (c->source, c->at.byte, &is_value);
  char first = c->text[span.start], here = c->text[c->at.byte];
  if (here == ':')
    return say (c, character_at (&c->at, 1), "a key is missing before this ':'");
  if (explain_quote_above (c, span))
    return true;
  if (span.start < c->at.byte && (first == '"' || first == '\''))
    return say_after_quote (c, span);
  if (here == first + 2 && (here == ']' || here == '}'))
    return say (c, character_at (&c->at, 1), "this '%c' closes nothing", here);
  if (span.start < c->at.byte && first != '\0' && strchr ("{[*&!", first) != NULL) {
    g_autofree char *why = g_strdup_printf ("a value that begins with '%c' needs quotes", first);
    return say_needs_quotes (c, span, why);
  }
  if (is_list)
    return say (c, span,
                "expected '- ', as in the list that begins on line %d: check the indentation",
                c->began.line);
  if (is_map)
    return say (c, span,
                "expected a key in line with those of the map that begins on line %d: check the "
                "indentation",
                c->began.line);
  return say (c, span, "the text is complete above this line: check the indentation");
}

static const Rule rules[] = {
  explain_tab,      explain_reserved_sign, explain_directive, explain_alias_sign,
  explain_tag,      explain_open_quote,    explain_escape,    explain_block_header,
  explain_colon,    explain_missing_colon, explain_flow,      explain_dash,
  explain_question, explain_no_content,    explain_block_end,
};

/* The reader under the scanner knows the byte, not the mark. */
static bool
explain_control_character (const yaml_parser_t *parser, SourceText *source, Problems *problems)
{
  TextCursor cursor = text_cursor_at_start (source);
  text_cursor_skip (&cursor, parser->problem_offset);
  Mark mark = text_cursor_mark (&cursor);
  return problems_add (problems, &mark,
                       "the character U+%04X cannot stand in YAML: remove it, or write \\u%04X in "
                       "double quotes",
                       (unsigned)parser->problem_value, (unsigned)parser->problem_value);
}

bool
yaml_explain (const yaml_parser_t *parser, SourceText *source, Problems *problems)
{
  if (parser->error == YAML_READER_ERROR)
    return explain_control_character (parser, source, problems);
  Case c = {
    .source = source,
    .problems = problems,
    .text = source->text,
    .problem = parser->problem != NULL ? parser->problem : "this is not YAML",
    .context = parser->context != NULL ? parser->context : "",
    .at = text_cursor_at_start (source),
    .began = text_cursor_at_start (source),
  };
  c.is_flow = parser->error == YAML_SCANNER_ERROR ? parser->flow_level > 0
                                                  : strstr (c.context, "flow") != NULL;
  text_cursor_seek (&c.at, parser->problem_mark.index);
  text_cursor_seek (&c.began, parser->context_mark.index);
  for (unsigned i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i](&c))
      return false;
  Mark mark = text_cursor_mark (&c.at);
  return problems_add (problems, &mark, "%s%s%s", c.problem, c.context[0] != '\0' ? " " : "",
                       c.context);
}
