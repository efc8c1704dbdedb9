#include "cli/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "cli/terminal.h"

enum {
  BAR_COLUMNS = 16,
  PLAIN_RHYTHM_US = 5 * 1000 * 1000, /* lines in a log: often enough to see that it lives */
};

struct Progress {
  char *pipeline_name;
  bool is_silent, is_interactive, is_shown;
  int64_t start_us, last_us;
};

Progress *
progress_new (const char *pipeline_name, bool is_silent)
{
  Progress *progress = g_new0 (Progress, 1);
  progress->pipeline_name = g_strdup (pipeline_name);
  progress->is_silent = is_silent;
  progress->is_interactive = terminal_is_interactive ();
  return progress;
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  progress_clear (progress);
  g_free (progress->pipeline_name);
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

static void
append_bar (GString *out, const char *lane, unsigned done, unsigned all)
{
  int filled = all > 0 ? (int)((uint64_t)done * BAR_COLUMNS / all) : 0;
  g_string_append_printf (out, "%s [", lane);
  for (int i = 0; i < BAR_COLUMNS; i++)
    g_string_append_c (out, i < filled ? '#' : '.');
  g_string_append_printf (out, "] %u/%u", done, all);
}

/* Remaining outputs at the pace so far; unknown while images have not been looked at. */
static void
append_pace (GString *out, const Progress *progress, const RunTotals *totals, unsigned done)
{
  double elapsed = (double)(clock_monotonic_us () - progress->start_us) / 1e6;
  g_string_append_printf (out, "  %.0f s", elapsed);
  if (totals->n_made < 2 || elapsed < 1)
    return;
  double rate = totals->n_made / elapsed;
  unsigned left = totals->n_expected - MIN (done, totals->n_expected);
  double unseen = totals->n_images - totals->n_images_done;
  /* Images not begun are taken to have as many outputs as those that were. */
  unsigned n_begun = totals->n_originals_cached + totals->n_originals_loaded +
                     totals->n_originals_generated;
  if (n_begun > 0 && totals->n_images > n_begun)
    left += (unsigned)((unseen - (n_begun - totals->n_images_done)) * totals->n_expected / n_begun);
  g_string_append_printf (out, "  %.1f/s", rate);
  if (left > 0)
    g_string_append_printf (out, "  about %.0f s left", left / rate);
}

static char *
describe (const Progress *progress, const RunTotals *totals)
{
  unsigned originals = totals->n_originals_cached + totals->n_originals_loaded +
                       totals->n_originals_generated;
  unsigned done = totals->n_up_to_date + totals->n_made + totals->n_failed;
  GString *out = g_string_new (NULL);
  append_bar (out, "originals", originals, totals->n_images);
  append_bar (out, "  outputs", done, totals->n_expected);
  append_pace (out, progress, totals, done);
  return g_string_free (out, FALSE);
}

void
progress_start (Progress *progress, const RunTotals *totals)
{
  progress->start_us = progress->last_us = clock_monotonic_us ();
  if (!progress->is_silent && !progress->is_interactive)
    terminal_note ("%s: %u image%s", progress->pipeline_name, totals->n_images,
                   totals->n_images == 1 ? "" : "s");
}

static void
tick_terminal (Progress *progress, const RunTotals *totals)
{
  g_autofree char *text = describe (progress, totals);
  fprintf (stderr, "\r%.*s\033[K", terminal_width () - 1, text);
  fflush (stderr);
  progress->is_shown = true;
}

void
progress_tick (Progress *progress, const RunTotals *totals)
{
  if (progress->is_silent)
    return;
  int64_t now = clock_monotonic_us ();
  if (progress->is_interactive) {
    tick_terminal (progress, totals);
  } else if (now - progress->last_us >= PLAIN_RHYTHM_US) {
    g_autofree char *text = describe (progress, totals);
    terminal_note ("%s: %s", progress->pipeline_name, text);
    progress->last_us = now;
  }
}
