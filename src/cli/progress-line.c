#include "cli/progress-line.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/terminal.h"

enum {
  /* Lines in a log: the first one soon, then often enough to see that it lives. */
  FIRST_LINE_US = 400 * 1000,
  PLAIN_RHYTHM_US = 5 * 1000 * 1000,
  SLOW_RHYTHM_US = 30 * 1000 * 1000, /* after a minute */
  MINUTE_US = 60 * 1000 * 1000,
};

struct ProgressLine {
  char *name;
  bool is_silent, is_interactive, is_shown;
  int64_t start_us, next_us;
};

ProgressLine *
progress_line_new (const char *name, bool is_silent)
{
  ProgressLine *line = g_new0 (ProgressLine, 1);
  line->name = g_strdup (name);
  line->is_silent = is_silent;
  line->is_interactive = terminal_is_interactive ();
  line->start_us = clock_monotonic_us ();
  line->next_us = line->start_us + FIRST_LINE_US;
  return line;
}

void
progress_line_free (ProgressLine *line)
{
  if (line == NULL)
    return;
  progress_line_clear (line);
  g_free (line->name);
  g_free (line);
}

void
progress_line_show (ProgressLine *line, const char *text)
{
  if (line->is_silent || !line->is_interactive)
    return;
  fprintf (stderr, "\r%.*s\033[K", MAX (1, terminal_width () - 1), text);
  fflush (stderr);
  line->is_shown = true;
}

void
progress_line_clear (ProgressLine *line)
{
  if (!line->is_shown)
    return;
  fputs ("\r\033[K", stderr);
  fflush (stderr);
  line->is_shown = false;
}

double
progress_line_seconds (const ProgressLine *line)
{
  return (double)(clock_monotonic_us () - line->start_us) / 1e6;
}

/* With the widest bars that leave room for the numbers. */
static void
tick_terminal (ProgressLine *line, ProgressDescribe describe, void *data)
{
  static const int bars[] = { 20, 12, 6, 0 };
  int width = terminal_width () - 1;
  for (unsigned i = 0; i < G_N_ELEMENTS (bars); i++) {
    g_autofree char *text = describe (data, bars[i]);
    bool fits = strlen (text) <= (size_t)MAX (width, 0);
    if (fits || i + 1 == G_N_ELEMENTS (bars)) {
      progress_line_show (line, text);
      return;
    }
  }
}

static void
tick_plain (ProgressLine *line, ProgressDescribe describe, void *data)
{
  int64_t now = clock_monotonic_us ();
  if (now < line->next_us)
    return;
  g_autofree char *text = describe (data, 0);
  terminal_note ("%s: %s", line->name, text);
  bool is_long = now - line->start_us >= MINUTE_US;
  line->next_us = now + (is_long ? SLOW_RHYTHM_US : PLAIN_RHYTHM_US);
}

void
progress_line_tick (ProgressLine *line, ProgressDescribe describe, void *data)
{
  if (line->is_silent)
    return;
  if (line->is_interactive)
    tick_terminal (line, describe, data);
  else
    tick_plain (line, describe, data);
}

void
progress_append_bar (GString *out, const char *what, uint64_t done, uint64_t all, int bar_columns)
{
  int filled = all > 0 ? (int)(MIN (done, all) * (unsigned)bar_columns / all) : 0;
  g_string_append_printf (out, "%s ", what);
  for (int i = 0; i < bar_columns; i++)
    g_string_append (out, i == 0 && filled == 0 ? "[." : i == 0 ? "[#" : i < filled ? "#" : ".");
  g_string_append_printf (out, "%s%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                          bar_columns > 0 ? "] " : "", done, all);
}

void
progress_append_duration (GString *out, double seconds)
{
  unsigned s = (unsigned)CLAMP (seconds, 0, 1e9);
  if (s < 60)
    g_string_append_printf (out, "%u s", s);
  else if (s < 3600)
    g_string_append_printf (out, "%u:%02u min", s / 60, s % 60);
  else
    g_string_append_printf (out, "%u:%02u h", s / 3600, s / 60 % 60);
}
