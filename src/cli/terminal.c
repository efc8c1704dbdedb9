#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/secret.h"
#include "run/interrupt.h"

static GlobalOptions settings;

void
terminal_start (const GlobalOptions *global)
{
  settings = *global;
}

bool
terminal_has_color (bool to_stderr)
{
  const char *no_color = g_getenv ("NO_COLOR");
  if (settings.color != COLOR_AUTO)
    return settings.color == COLOR_ALWAYS;
  if (no_color != NULL && no_color[0] != '\0')
    return false;
  return isatty (to_stderr ? STDERR_FILENO : STDOUT_FILENO) &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

bool
terminal_is_interactive (void)
{
  return isatty (STDERR_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

bool
terminal_can_ask (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

bool
terminal_ask (const char *question)
{
  char answer[64] = "";
  struct pollfd polled[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                             { .fd = interrupt_fd (), .events = POLLIN } };
  g_autofree char *shown = terminal_safe (question, true);
  fprintf (stderr, "%s [y/N] ", shown);
  fflush (stderr);
  int n;
  do
    n = poll (polled, G_N_ELEMENTS (polled), -1);
  while (n < 0 && errno == EINTR && interrupt_count () == 0);
  /* A line, since a terminal gives lines; a longer one is no yes. */
  if (interrupt_count () > 0 || read (STDIN_FILENO, answer, sizeof answer - 1) <= 0)
    return false;
  g_strstrip (answer);
  return g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0;
}

int
terminal_width (void)
{
  struct winsize size;
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

int
terminal_result_width (void)
{
  struct winsize size;
  if (!isatty (STDOUT_FILENO))
    return 0;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

/* A sign for each, so that a caret below still points at what it means. Bytes that are no UTF-8 go as
 * well: some terminals read 0x9b alone as the start of a command. */
char *
terminal_safe (const char *text, bool is_row)
{
  static const char replacement[] = "\357\277\275"; /* U+FFFD */
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid));
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar sign = g_utf8_get_char (c);
    bool is_layout = !is_row && (sign == '\n' || sign == '\t');
    if (g_unichar_iscntrl (sign) && !is_layout)
      g_string_append (out, replacement);
    else
      g_string_append_len (out, c, g_utf8_next_char (c) - c);
  }
  return g_string_free (out, FALSE);
}

G_GNUC_PRINTF (4, 0)
static void
print_line (FILE *stream, const char *prefix, bool is_row, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  g_autofree char *shown = NULL;
  if (stream == stderr) {
    /* Results are what was asked for; messages may quote what a service or a file said. */
    g_autofree char *hidden = secret_hide (text);
    shown = terminal_safe (hidden, is_row);
  } else {
    shown = g_steal_pointer (&text);
  }
  fprintf (stream, "%s%s\n", prefix, shown);
}

void
terminal_error (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  print_line (stderr, terminal_has_color (true) ? "\033[31mpeel:\033[0m " : "peel: ", true, format,
              arguments);
  va_end (arguments);
}

void
terminal_mistakes (const char *text)
{
  g_autofree char *hidden = secret_hide (text);
  g_autofree char *shown = terminal_safe (hidden, false);
  if (strchr (shown, '\n') != NULL)
    fprintf (stderr, "%s\n", shown);
  else
    terminal_error ("%s", shown);
}

void
terminal_note (const char *format, ...)
{
  if (settings.quiet)
    return;
  va_list arguments;
  va_start (arguments, format);
  print_line (stderr, "", false, format, arguments);
  va_end (arguments);
}

void
terminal_print (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  print_line (stdout, "", false, format, arguments);
  va_end (arguments);
}

/* ---- tables ---- */

struct Table {
  unsigned n_columns;
  char *alignment;
  GPtrArray *cells; /* char*, row after row */
};

Table *
table_new (unsigned n_columns, const char *alignment)
{
  Table *table = g_new0 (Table, 1);
  table->n_columns = n_columns;
  table->alignment = g_strdup (alignment);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
table_free (Table *table)
{
  if (table == NULL)
    return;
  g_free (table->alignment);
  g_ptr_array_unref (table->cells);
  g_free (table);
}

void
table_add_cell (Table *table, const char *text)
{
  g_ptr_array_add (table->cells, terminal_safe (text, true));
}

void
table_add (Table *table, ...)
{
  va_list cells;
  va_start (cells, table);
  for (unsigned i = 0; i < table->n_columns; i++)
    table_add_cell (table, va_arg (cells, const char *));
  va_end (cells);
}

void
table_add_pair (Table *table, const char *name, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  table_add_cell (table, name);
  table_add_cell (table, text);
}

/* `text` in at most `width` signs, the last of them a sign that there is more. New string. */
static char *
cut_text (const char *text, long width)
{
  if (g_utf8_strlen (text, -1) <= width)
    return g_strdup (text);
  g_autofree char *kept = g_utf8_substring (text, 0, MAX (0, width - 1));
  return g_strconcat (kept, "\342\200\246", NULL);
}

static void
append_cell (GString *line, const char *cell, long width, bool is_right, bool is_last)
{
  g_autofree char *text = cut_text (cell, width);
  long padding = MAX (0, width - g_utf8_strlen (text, -1));
  for (long i = 0; is_right && i < padding; i++)
    g_string_append_c (line, ' ');
  g_string_append (line, text);
  for (long i = 0; !is_right && !is_last && i < padding; i++)
    g_string_append_c (line, ' ');
}

/* Takes from the widest column that may be cut, sign by sign, until the line fits or all of them are
 * narrow. */
static void
fit_widths (const Table *table, long *widths, long most)
{
  enum { NARROWEST = 6, GAP = 2 };
  long total = (long)(table->n_columns - 1) * GAP;
  for (unsigned i = 0; i < table->n_columns; i++)
    total += widths[i];
  for (; total > most; total--) {
    long *widest = NULL;
    for (unsigned i = 0; i < table->n_columns; i++)
      if (table->alignment[i] == 'c' && widths[i] > NARROWEST &&
          (widest == NULL || widths[i] > *widest))
        widest = &widths[i];
    if (widest == NULL)
      return;
    --*widest;
  }
}

void
table_print_within (const Table *table, bool has_heading, int most)
{
  g_autofree long *widths = g_new0 (long, table->n_columns);
  for (unsigned i = 0; i < table->cells->len; i++) {
    long *width = &widths[i % table->n_columns];
    *width = MAX (*width, g_utf8_strlen (table->cells->pdata[i], -1));
  }
  fit_widths (table, widths, most);
  bool is_bold = has_heading && terminal_has_color (false);
  for (unsigned i = 0; i < table->cells->len; i += table->n_columns) {
    g_autoptr (GString) line = g_string_new (is_bold && i == 0 ? "\033[1m" : NULL);
    for (unsigned c = 0; c < table->n_columns; c++) {
      bool is_last = c + 1 == table->n_columns;
      append_cell (line, table->cells->pdata[i + c], widths[c], table->alignment[c] == 'r',
                   is_last);
      g_string_append (line, is_last ? "" : "  ");
    }
    printf ("%s%s\n", line->str, is_bold && i == 0 ? "\033[0m" : "");
  }
}

void
table_print (const Table *table, bool has_heading)
{
  table_print_within (table, has_heading, G_MAXINT);
}
