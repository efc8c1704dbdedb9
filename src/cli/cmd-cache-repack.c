#include <math.h>

#include "base/units.h"
#include "cli/cache-selection.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/jobs.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"
#include "run/interrupt.h"
#include "run/repack.h"
#include "run/run-error.h"

typedef struct {
  int pixels, jobs;
} RepackOptions;

static const OptionChoice choices[] = {
  { "auto", PIXELS_AUTO, "where the exact bytes can be rebuilt and it saves room" },
  { "always", PIXELS_ALWAYS, "also beside the exact bytes, to save decoding" },
  { "off", PIXELS_OFF, "do nothing" },
  { NULL, 0, NULL },
};

static const Option rows[] = {
  { OPTION_CHOICE (RepackOptions, pixels), .name = "pixels", .choices = choices, .fallback = "auto",
    .value_name = "WHEN", .help = "Of which PNGs to make pixel frames" },
  JOBS_ROW (RepackOptions, jobs),
  { 0 },
};
static const OptionTable repack_options = { rows, sizeof (RepackOptions), NULL };

typedef struct {
  const GlobalOptions *global;
  WorkProgress *progress;
  int64_t bytes;
  GError *first; /* failure */
} Teller;

static void
tell_result (Teller *teller, const DigestHex *hex, RepackResult result, int64_t before,
             int64_t after)
{
  const char *how = before == after ? "as-it-was" : result == REPACK_BESIDE ? "beside" : "packed";
  if (teller->global->json) {
    cJSON *json = event_begin ("repacked");
    cJSON_AddStringToObject (json, "sha256", hex->text);
    cJSON_AddStringToObject (json, "how", how);
    cJSON_AddNumberToObject (json, "bytes-before", (double)before);
    cJSON_AddNumberToObject (json, "bytes-after", (double)after);
    event_print (json);
    return;
  }
  if (before == after && !teller->global->verbose)
    return;
  g_autofree char *was = units_describe_bytes (before);
  g_autofree char *is = units_describe_bytes (after);
  work_progress_clear (teller->progress);
  terminal_print ("%-9s  %.12s  %8s -> %8s  %+.1f %%", how, hex->text, was, is,
                  before > 0 ? 100.0 * ((double)after / (double)before - 1) : 0);
}

static void
on_repacked (void *data, const Digest *digest, RepackResult result, int64_t bytes_before,
             int64_t bytes_after, const GError *error)
{
  Teller *teller = data;
  const DigestHex hex = digest_to_hex (digest);
  if (error == NULL) {
    teller->bytes += bytes_before;
    tell_result (teller, &hex, result, bytes_before, bytes_after);
    return;
  }
  if (teller->first == NULL)
    teller->first = g_error_copy (error);
  if (teller->global->json) {
    cJSON *json = event_begin ("failed");
    cJSON_AddStringToObject (json, "sha256", hex.text);
    event_add_error (json, error);
    event_print (json);
    return;
  }
  work_progress_clear (teller->progress);
  terminal_error ("%.12s: %s", hex.text, error->message);
}

static void
on_tick (void *data, const RepackTotals *totals)
{
  Teller *teller = data;
  work_progress_tick (teller->progress, totals->n_done, totals->n_all, teller->bytes);
}

static void
finish (const Teller *teller, const RepackTotals *totals, const GError *error, int code)
{
  double seconds = work_progress_seconds (teller->progress);
  work_progress_clear (teller->progress);
  if (teller->global->json) {
    cJSON *json = event_begin ("summary");
    cJSON_AddNumberToObject (json, "originals", totals->n_all);
    cJSON_AddNumberToObject (json, "done", totals->n_done);
    cJSON_AddNumberToObject (json, "packed", totals->n_packed);
    cJSON_AddNumberToObject (json, "beside", totals->n_beside);
    cJSON_AddNumberToObject (json, "failed", totals->n_failed);
    cJSON_AddNumberToObject (json, "bytes-before", (double)totals->bytes_before);
    cJSON_AddNumberToObject (json, "bytes-after", (double)totals->bytes_after);
    cJSON_AddNumberToObject (json, "seconds", round (seconds * 1e3) / 1e3);
    event_print_summary (json, error, code);
    return;
  }
  if (error != NULL)
    terminal_error ("%s", error->message);
  if (error != NULL || teller->global->quiet)
    return;
  g_autofree char *before = units_describe_bytes (totals->bytes_before);
  g_autofree char *after = units_describe_bytes (totals->bytes_after);
  g_autofree char *beside = totals->n_beside > 0
                              ? g_strdup_printf (", %u with spare pixels", totals->n_beside)
                              : g_strdup ("");
  terminal_print ("%u of %u originals packed%s: %s were %s, in %.2f s", totals->n_packed,
                  totals->n_all, beside, after, before, seconds);
  if (totals->n_done < totals->n_all)
    terminal_note ("interrupted; %u are left as they were", totals->n_all - totals->n_done);
}

static bool
repack (const Invocation *invocation, Teller *teller, RepackTotals *out_totals, GError **error)
{
  const RepackOptions *options = invocation->options;
  const RepackListener listener = { teller, on_repacked, on_tick };
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  g_autoptr (GArray) digests = cache != NULL ? selection_choose (invocation, 0, cache, error)
                                             : NULL;
  if (digests == NULL)
    return false;
  const RepackSettings settings = {
    .home = cache_home (cache),
    .pixels = (PixelsChoice)options->pixels,
    .n_jobs = jobs_wanted (options->jobs),
  };
  return repack_originals ((const Digest *)(void *)digests->data, digests->len, &settings,
                           &listener, out_totals, error);
}

static int
run (const Invocation *invocation)
{
  const GlobalOptions *global = invocation->global;
  g_autoptr (WorkProgress)
    progress = work_progress_new ("repack", "originals", global->quiet || global->json);
  Teller teller = { .global = global, .progress = progress };
  g_autoptr (GError) error = NULL;
  RepackTotals totals = { 0 };
  signals_watch ();
  bool ok = repack (invocation, &teller, &totals, &error);
  int code = !ok                      ? (int)exit_code_of (error)
             : interrupt_count () > 0 ? EXIT_INTERRUPTED
             : teller.first != NULL   ? (int)exit_code_of (teller.first)
                                      : EXIT_OK;
  finish (&teller, &totals, error, code);
  g_clear_error (&teller.first);
  return code;
}

extern const CommandType command_cache_repack;
const CommandType command_cache_repack = {
  .name = "cache repack",
  .synopsis = "[HASH…]",
  .summary = "Store PNGs as pixel frames: smaller, and much faster to read",
  .details =
    "A frame that holds a PNG's pixels takes about three quarters of it. The PNG itself goes only "
    "after its exact bytes were rebuilt from the frame and had the same hash; 'peel cache cat' "
    "gives them as before. What cannot be rebuilt stays as it is. Works at the lowest priority; "
    "what is interrupted is left as it was. A run does the same with originals that it stored, "
    "unless --no-repack is given.",
  .example = "  peel cache repack\n"
             "  peel cache repack --since 7d -j 2",
  .options = &repack_options,
  .shared = &shared_selection_options,
  .most_arguments = G_MAXUINT,
  .run = run,
};
