#include "cli/progress.h"

#include "base/clock.h"
#include "cli/progress-line.h"
#include "cli/terminal.h"

struct Progress {
  ProgressLine *line;
  const RunTotals *totals; /* of the tick at hand */
  int64_t outputs_us;      /* when the first outputs were known: their pace counts from here */
};

Progress *
progress_new (const char *pipeline_name, bool is_silent)
{
  Progress *progress = g_new0 (Progress, 1);
  progress->line = progress_line_new (pipeline_name, is_silent);
  progress_line_show (progress->line, "planning");
  return progress;
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  progress_line_free (progress->line);
  g_free (progress);
}

void
progress_clear (Progress *progress)
{
  progress_line_clear (progress->line);
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
append_pace (GString *out, const Progress *progress)
{
  const RunTotals *totals = progress->totals;
  g_string_append (out, "  ");
  progress_append_duration (out, progress_line_seconds (progress->line));
  double elapsed = (double)(clock_monotonic_us () - progress->outputs_us) / 1e6;
  if (progress->outputs_us == 0 || totals->n_made < 2 || elapsed < 1)
    return;
  double rate = totals->n_made / elapsed, left = estimate_left (totals);
  g_string_append_printf (out, "  %.1f/s", rate);
  if (left <= 0)
    return;
  g_string_append (out, "  about ");
  progress_append_duration (out, left / rate);
  g_string_append (out, " left");
}

static char *
describe (void *data, int bar_columns)
{
  const Progress *progress = data;
  const RunTotals *totals = progress->totals;
  GString *out = g_string_new (NULL);
  progress_append_bar (out, "originals", n_originals (totals), totals->n_images, bar_columns);
  /* An image that failed before its outputs were known is one that nobody expected. */
  progress_append_bar (out, "  outputs", n_outputs (totals),
                       MAX (totals->n_expected, n_outputs (totals)), bar_columns);
  append_pace (out, progress);
  return g_string_free (out, FALSE);
}

void
progress_tick (Progress *progress, const RunTotals *totals)
{
  progress->totals = totals;
  if (progress->outputs_us == 0 && totals->n_expected > 0)
    progress->outputs_us = clock_monotonic_us ();
  /* "0/0 outputs" would tell nothing in a log. */
  if (totals->n_expected > 0 || terminal_is_interactive ())
    progress_line_tick (progress->line, describe, progress);
}

void
progress_start (Progress *progress, const RunTotals *totals)
{
  progress->totals = totals;
  if (terminal_is_interactive ())
    progress_line_tick (progress->line, describe, progress);
}
