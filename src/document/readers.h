/* The readers behind document.h. Each is given text that is valid UTF-8 without NUL bytes and
 * returns a tree, or NULL after adding to `problems`. */
#pragma once

#include "base/problems.h"
#include "document/node.h"
#include "document/text-cursor.h"

Node *yaml_read (SourceText *source, Problems *problems);
Node *json_read (SourceText *source, Problems *problems);
/* One value that starts at the cursor and is alone on its line. Moves the cursor to the line's end.
 * Adds the values it made to `n_values`. */
Node *json_read_line (TextCursor *cursor, Problems *problems, unsigned *n_values);

Node *csv_read (SourceText *source, Problems *problems);
Node *jsonl_read (SourceText *source, Problems *problems);
