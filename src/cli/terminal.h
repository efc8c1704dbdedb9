/* Writing for people: stdout for results, stderr for the rest. Honours --color, NO_COLOR, -q. */
#pragma once

#include "cli/command.h"

void terminal_start (const GlobalOptions *global);
bool terminal_has_color (bool to_stderr);
/* Columns of stderr's terminal; 80 when it is none. */
int terminal_width (void);
bool terminal_is_interactive (void); /* stderr is a terminal */
/* Columns of stdout's terminal; 0 when results go to a file or a program. */
int terminal_result_width (void);
/* Is there somebody to ask: are standard input and stderr a terminal? */
bool terminal_can_ask (void);
/* Asks a question that takes yes or no; anything but a yes, a Ctrl-C too, is no. */
bool terminal_ask (const char *question);

/* Names and messages may hold control characters (C0, DEL, C1), which a terminal obeys: here each is
 * replaced by U+FFFD. A newline and a tab stay, unless it is for a row of results. New string. */
char *terminal_safe (const char *text, bool is_row);

/* "peel: …" on stderr (also under -q). Credentials in messages are shown as dots. One line: a newline in
 * a name that somebody else chose would otherwise let it say a line of its own. */
void terminal_error (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* The same for a message that may have lines, such as the mistakes of a pipeline as problems_format
 * gives them: what begins with a place needs no name of a program in front of it. */
void terminal_mistakes (const char *text);
/* A line on stderr, unless -q. */
void terminal_note (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* A line on stdout; what is not Peel's own text goes through terminal_safe first. */
void terminal_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Rows of columns, aligned: a letter a column, 'r' flush right, 'l' left, 'c' left and cut short where
 * the line would be wider than it may be. */
typedef struct Table Table;
Table *table_new (unsigned n_columns, const char *alignment);
/* n_columns strings; copied, through terminal_safe. */
void table_add (Table *table, ...);
/* One of the next n_columns. */
void table_add_cell (Table *table, const char *text);
/* A row of two columns. */
void table_add_pair (Table *table, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* To stdout; the first row is a heading when `has_heading`. */
void table_print (const Table *table, bool has_heading);
/* In lines of at most `most` columns, as far as columns may be cut. */
void table_print_within (const Table *table, bool has_heading, int most);
void table_free (Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)
