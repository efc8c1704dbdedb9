/* Which words a person meant as one value, in a line that YAML reads otherwise. By sight of the
 * line alone: the parser has given up on it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/mark.h"

/* Bytes of a text, from start to end. */
typedef struct {
  size_t start, end;
} Span;

/* The line that holds this byte, without its indentation, blanks at its end and its line end. */
Span yaml_span_line (const SourceText *source, size_t byte);
/* How many bytes of blanks the line that holds this byte begins with. */
size_t yaml_span_indent (const SourceText *source, size_t byte);
/* The key or value of a block at this byte: all that follows "- " and "key: ", without a comment.
 * `out_is_value` says that a key or dash stands before it. */
Span yaml_span_in_block (const SourceText *source, size_t byte, bool *out_is_value);
/* The same inside [ ] or { }: up to the ',' or the bracket on either side. */
Span yaml_span_in_flow (const SourceText *source, size_t byte);
