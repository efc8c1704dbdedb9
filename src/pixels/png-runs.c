#include "pixels/png-runs.h"

GArray *
png_runs_new (void)
{
  return g_array_new (false, false, sizeof (PngRun));
}

void
png_runs_add (GArray *runs, uint32_t length)
{
  PngRun *last = runs->len > 0 ? &g_array_index (runs, PngRun, runs->len - 1) : NULL;
  PngRun run = { 1, length };
  if (last != NULL && last->length == length)
    last->count++;
  else
    g_array_append_val (runs, run);
}

bool
png_runs_are_at_end (const GArray *runs, const PngRunsWalk *walk)
{
  return walk->run == runs->len;
}

bool
png_runs_next (const GArray *runs, PngRunsWalk *walk, uint32_t *out_length)
{
  if (png_runs_are_at_end (runs, walk))
    return false;
  const PngRun *run = &g_array_index (runs, PngRun, walk->run);
  *out_length = run->length;
  if (++walk->taken == run->count)
    *walk = (PngRunsWalk){ walk->run + 1, 0 };
  return true;
}
