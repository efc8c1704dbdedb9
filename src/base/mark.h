/* Where something stands in a text a person wrote: file, line, column.
 *
 * A SourceText keeps the text itself, so that an error can show the line it speaks of. It is
 * counted: marks borrow it, whoever may outlive the document takes a reference. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

typedef struct {
  char *name;          /* as the user named it: shown in front of every error */
  char *text;          /* UTF-8, NUL-terminated; may hold no NUL before `length` */
  size_t length;       /* bytes */
  GArray *line_starts; /* size_t offsets, built on first use */
  gatomicrefcount references;
} SourceText;

/* Takes copies. */
SourceText *source_text_new (const char *name, const char *text, size_t length);
SourceText *source_text_ref (SourceText *source);
void source_text_unref (SourceText *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SourceText, source_text_unref)

typedef struct {
  SourceText *source; /* borrowed; NULL: not from a text */
  int line;           /* from 1; 0: the file as a whole */
  int column;         /* from 1, in characters (code points) */
  int end_column;     /* one past the last character on the same line; 0: unknown */
} Mark;

#define MARK_NONE ((Mark){ 0 })

/* Line `line` (from 1) without its line end, as a new string; "" past the end. */
char *source_text_dup_line (SourceText *source, int line);
