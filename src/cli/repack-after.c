#include "cli/repack-after.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/jobs.h"
#include "cli/run-options.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"
#include "run/interrupt.h"
#include "run/repack.h"

enum { LEAST_US = 5 * 1000 * 1000, MOST_US = 60 * 1000 * 1000 };

static void
on_repacked (void *data, const Digest *digest, RepackResult result, int64_t bytes_before,
             int64_t bytes_after, const GError *error)
{
  if (error == NULL)
    return;
  work_progress_clear (data);
  terminal_error ("%.12s: %s", digest_to_hex (digest).text, error->message);
}

static void
on_tick (void *data, const RepackTotals *totals)
{
  work_progress_tick (data, totals->n_done, totals->n_all, 0);
}

/* Whoever reads the results has all of them now and need not wait for this. False: they could not be
 * written, which is told at the end. */
static bool
let_readers_go (void)
{
  if (fflush (stdout) != 0 || ferror (stdout))
    return false;
  int nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  bool ok = nowhere >= 0 && dup2 (nowhere, STDOUT_FILENO) >= 0;
  if (nowhere >= 0)
    close (nowhere);
  return ok;
}

void
repack_after (const Invocation *invocation, const GArray *stored, int64_t run_us)
{
  const RunOptions *options = invocation->shared;
  const GlobalOptions *global = invocation->global;
  if (!options->repack || options->dry_run || stored->len == 0 || !let_readers_go ())
    return;
  /* In a log it would be one more line after the last. */
  bool is_silent = global->quiet || global->json || !terminal_is_interactive ();
  g_autoptr (WorkProgress) progress = work_progress_new ("repack", "packing originals", is_silent);
  const RepackListener listener = { progress, on_repacked, on_tick };
  const RepackSettings settings = {
    .home = global->home,
    .pixels = PIXELS_AUTO,
    .n_jobs = jobs_wanted (options->jobs),
    .most_us = CLAMP (run_us, LEAST_US, MOST_US),
  };
  RepackTotals totals = { 0 };
  g_autoptr (GError) error = NULL;
  bool ok = repack_originals ((const Digest *)(void *)stored->data, stored->len, &settings,
                              &listener, &totals, &error);
  work_progress_clear (progress);
  interrupt_forget ();
  if (!ok)
    terminal_error ("%s", error->message);
  else if (totals.n_done < totals.n_all && !global->json)
    terminal_note ("%u original%s not packed yet; 'peel cache repack' does it",
                   totals.n_all - totals.n_done,
                   totals.n_all - totals.n_done == 1 ? " is" : "s are");
}
