#include "cli/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "cli/terminal.h"

enum {
  /* Lines in a log: the first one soon, then often enough to see that it lives. */
  FIRST_LINE_US = 400 * 1000,
  PLAIN_RHYTHM_US = 5 * 1000 * 1000,
  SLOW_RHYTHM_US = 30 * 1000 * 1000, /* after a minute */
  MINUTE_US = 60 * 1000 * 1000,
};

struct Progress {
  char *name;
  bool is_silent, is_interactive, is_shown;
  int64_t start_us, next_us;
  int64_t outputs_us; /* when the first outputs were known: their pace counts from here */
};

static void
show (Progress *progress, const char *text)
{
  fprintf (stderr, "\r%.*s\033[K", MAX (1, terminal_width () - 1), text);
  fflush (stderr);
  progress->is_shown = true;
}

Progress *
progress_new (const char *pipeline_name, bool is_silent)
{
  Progress *progress = g_new0 (Progress, 1);
  progress->name = g_strdup (pipeline_name);
  progress->is_silent = is_silent;
  progress->is_interactive = terminal_is_interactive ();
  progress->start_us = clock_monotonic_us ();
  if (!is_silent && progress->is_interactive)
    show (progress, "planning");
  return progress;
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  progress_clear (progress);
  g_free (progress->name);
  g_free (progress);
}

void
progress_clear (Progress *progress)
{
  if (!progress->is_shown)
    return;
  fputs ("\r\033[K", stderr);
  fflush (stderr);
  progress->is_shown = false;
}

/* ---- what there is to say ---- */

static unsigned
n_originals (const RunTotals *totals)
{
  return totals->n_originals_cached + totals->n_originals_loaded + totals->n_originals_generated;
}

static unsigned
n_outputs (const RunTotals *totals)
{
  return totals->n_up_to_date + totals->n_made + totals->n_failed;
}

/* "originals [####....] 3/6"; no bar when there is no room for one. */
static void
append_lane (GString *out, const char *lane, unsigned done, unsigned all, int bar_columns)
{
  int filled = all > 0 ? (int)((uint64_t)MIN (done, all) * (unsigned)bar_columns / all) : 0;
  g_string_append_printf (out, "%s ", lane);
  for (int i = 0; i < bar_columns; i++)
    g_string_append (out, i == 0 && filled == 0 ? "[." : i == 0 ? "[#" : i < filled ? "#" : ".");
  g_string_append_printf (out, "%s%u/%u", bar_columns > 0 ? "] " : "", done, all);
}

/* "42 s", "3:05 min", "2:10 h". */
static void
append_duration (GString *out, double seconds)
{
  unsigned s = (unsigned)CLAMP (seconds, 0, 1e9);
  if (s < 60)
    g_string_append_printf (out, "%u s", s);
  else if (s < 3600)
    g_string_append_printf (out, "%u:%02u min", s / 60, s % 60);
  else
    g_string_append_printf (out, "%u:%02u h", s / 3600, s / 60 % 60);
}

/* Outputs that are left. Images not begun are taken to have as many as those that were. */
static double
estimate_left (const RunTotals *totals)
{
  unsigned begun = n_originals (totals);
  double left = totals->n_expected - MIN (n_outputs (totals), totals->n_expected);
  if (begun > 0 && totals->n_images > begun)
    left += (double)(totals->n_images - begun) * totals->n_expected / begun;
  return left;
}

/* The pace is that of what is made: what is up to date takes no time. */
static void
append_pace (GString *out, const Progress *progress, const RunTotals *totals)
{
  int64_t now = clock_monotonic_us ();
  g_string_append (out, "  ");
  append_duration (out, (double)(now - progress->start_us) / 1e6);
  double elapsed = (double)(now - progress->outputs_us) / 1e6;
  if (progress->outputs_us == 0 || totals->n_made < 2 || elapsed < 1)
    return;
  double rate = totals->n_made / elapsed, left = estimate_left (totals);
  g_string_append_printf (out, "  %.1f/s", rate);
  if (left <= 0)
    return;
  g_string_append (out, "  about ");
  append_duration (out, left / rate);
  g_string_append (out, " left");
}

static char *
describe (const Progress *progress, const RunTotals *totals, int bar_columns)
{
  GString *out = g_string_new (NULL);
  append_lane (out, "originals", n_originals (totals), totals->n_images, bar_columns);
  append_lane (out, "  outputs", n_outputs (totals), totals->n_expected, bar_columns);
  append_pace (out, progress, totals);
  return g_string_free (out, FALSE);
}

/* ---- where it is said ---- */

/* With the widest bars that leave room for the numbers. */
static void
tick_terminal (Progress *progress, const RunTotals *totals)
{
  static const int bars[] = { 20, 12, 6, 0 };
  int width = terminal_width () - 1;
  for (unsigned i = 0; i < G_N_ELEMENTS (bars); i++) {
    g_autofree char *text = describe (progress, totals, bars[i]);
    bool fits = strlen (text) <= (size_t)MAX (width, 0);
    if (fits || i + 1 == G_N_ELEMENTS (bars)) {
      show (progress, text);
      return;
    }
  }
}

static void
tick_plain (Progress *progress, const RunTotals *totals)
{
  int64_t now = clock_monotonic_us ();
  /* "0/0 outputs" would tell nothing. */
  if (now < progress->next_us || totals->n_expected == 0)
    return;
  g_autofree char *text = describe (progress, totals, 0);
  terminal_note ("%s: %s", progress->name, text);
  bool is_long = now - progress->start_us >= MINUTE_US;
  progress->next_us = now + (is_long ? SLOW_RHYTHM_US : PLAIN_RHYTHM_US);
}

void
progress_start (Progress *progress, const RunTotals *totals)
{
  progress->next_us = progress->start_us + FIRST_LINE_US;
  if (!progress->is_silent && progress->is_interactive)
    tick_terminal (progress, totals);
}

void
progress_tick (Progress *progress, const RunTotals *totals)
{
  if (progress->is_silent)
    return;
  if (progress->outputs_us == 0 && totals->n_expected > 0)
    progress->outputs_us = clock_monotonic_us ();
  if (progress->is_interactive)
    tick_terminal (progress, totals);
  else
    tick_plain (progress, totals);
}
