/* How far a piece of work is, on stderr: a line that is rewritten on a terminal, a plain line now and
 * then where there is none. What it says comes from a function, which is asked when there is room
 * and time to say it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct ProgressLine ProgressLine;

/* New string; bars in it are so wide (0: none). */
typedef char *(*ProgressDescribe) (void *data, int bar_columns);

/* `name` begins the plain lines. Silent: says nothing. */
ProgressLine *progress_line_new (const char *name, bool is_silent);
void progress_line_free (ProgressLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProgressLine, progress_line_free)

/* Shows a text at once, on a terminal alone. */
void progress_line_show (ProgressLine *line, const char *text);
/* On a terminal at once; elsewhere when it is time for a plain line. */
void progress_line_tick (ProgressLine *line, ProgressDescribe describe, void *data);
/* Takes the line off the terminal, so that something else can be printed. */
void progress_line_clear (ProgressLine *line);
double progress_line_seconds (const ProgressLine *line);

/* "originals [####....] 3/6"; no bar when there is no room for one. */
void progress_append_bar (GString *out, const char *what, uint64_t done, uint64_t all,
                          int bar_columns);
/* "42 s", "3:05 min", "2:10 h" */
void progress_append_duration (GString *out, double seconds);
