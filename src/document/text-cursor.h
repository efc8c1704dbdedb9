/* A place in a text that knows its line and column while it moves. */
#pragma once

#include "base/mark.h"

typedef struct {
  SourceText *source; /* borrowed */
  size_t byte;
  size_t index; /* the same place in code points */
  int line;     /* from 1; only '\n' ends a line, as in SourceText */
  int column;   /* from 1, in code points */
} TextCursor;

TextCursor text_cursor_at_start (SourceText *source);
/* Moves on by this many bytes, at most to the end. They must end with a whole character. */
void text_cursor_skip (TextCursor *cursor, size_t n_bytes);
/* Moves to a code point, forwards or back; cheap when it is near. */
void text_cursor_seek (TextCursor *cursor, size_t index);
/* A mark of one character. */
Mark text_cursor_mark (const TextCursor *cursor);
/* A mark from `start` to `end`; where it ends is unknown if that is on another line. */
Mark text_cursor_mark_to (const TextCursor *start, const TextCursor *end);
