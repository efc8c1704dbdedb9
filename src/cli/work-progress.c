#include "cli/work-progress.h"

#include "base/units.h"
#include "cli/progress-line.h"

struct WorkProgress {
  ProgressLine *line;
  char *what;
  uint64_t done, all;
  int64_t bytes;
};

WorkProgress *
work_progress_new (const char *name, const char *what, bool is_silent)
{
  WorkProgress *progress = g_new0 (WorkProgress, 1);
  progress->line = progress_line_new (name, is_silent);
  progress->what = g_strdup (what);
  return progress;
}

void
work_progress_free (WorkProgress *progress)
{
  if (progress == NULL)
    return;
  progress_line_free (progress->line);
  g_free (progress->what);
  g_free (progress);
}

static void
append_pace (const WorkProgress *progress, double seconds, GString *out)
{
  if (progress->bytes > 0) {
    g_autofree char *rate = units_describe_bytes ((int64_t)((double)progress->bytes / seconds));
    g_string_append_printf (out, "  %s/s", rate);
  }
  if (progress->done == 0 || progress->all <= progress->done)
    return;
  double left = (double)(progress->all - progress->done) * seconds / (double)progress->done;
  g_string_append (out, "  about ");
  progress_append_duration (out, left);
  g_string_append (out, " left");
}

static char *
describe (void *data, int bar_columns)
{
  const WorkProgress *progress = data;
  double seconds = progress_line_seconds (progress->line);
  GString *out = g_string_new (NULL);
  if (progress->all > 0)
    progress_append_bar (out, progress->what, progress->done, progress->all, bar_columns);
  else
    g_string_append_printf (out, "%s %" G_GUINT64_FORMAT, progress->what, progress->done);
  if (progress->bytes > 0) {
    g_autofree char *bytes = units_describe_bytes (progress->bytes);
    g_string_append_printf (out, "  %s", bytes);
  }
  g_string_append (out, "  ");
  progress_append_duration (out, seconds);
  if (seconds >= 1)
    append_pace (progress, seconds, out);
  return g_string_free (out, FALSE);
}

void
work_progress_tick (WorkProgress *progress, uint64_t done, uint64_t all, int64_t bytes)
{
  progress->done = done;
  progress->all = all;
  progress->bytes = bytes;
  progress_line_tick (progress->line, describe, progress);
}

void
work_progress_clear (WorkProgress *progress)
{
  progress_line_clear (progress->line);
}

double
work_progress_seconds (const WorkProgress *progress)
{
  return progress_line_seconds (progress->line);
}
