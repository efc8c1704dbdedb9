#include "document/yaml-explain.h"

#include "document/text-cursor.h"

bool
yaml_explain (const yaml_parser_t *parser, SourceText *source, Problems *problems)
{
  TextCursor cursor = text_cursor_at_start (source);
  text_cursor_seek (&cursor, parser->problem_mark.index);
  Mark mark = text_cursor_mark (&cursor);
  return problems_add (problems, &mark, "%s", parser->problem);
}
