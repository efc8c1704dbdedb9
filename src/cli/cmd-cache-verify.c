#include <math.h>

#include "base/units.h"
#include "cache/journal.h"
#include "cache/query.h"
#include "cache/verify.h"
#include "cli/cache-hash.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/jobs.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"
#include "run/interrupt.h"

enum { N_SHELVES = 256 };

typedef struct {
  bool rebuild, resume;
  int jobs;
} VerifyCommandOptions;

static const Option rows[] = {
  { OPTION_BOOL (VerifyCommandOptions, rebuild), .name = "rebuild",
    .help = "Of originals that are stored as pixels also rebuild the exact bytes: seconds each" },
  { OPTION_BOOL (VerifyCommandOptions, resume), .name = "resume", .fallback = "true",
    .help = "Go on where a check that was interrupted ended" },
  JOBS_ROW (VerifyCommandOptions, jobs),
  { 0 },
};
static const OptionTable verify_options = { rows, sizeof (VerifyCommandOptions), NULL };

/* ---- telling ---- */

typedef struct {
  const GlobalOptions *global;
  WorkProgress *progress;
  const char *home;
  unsigned n_index, n_journal, n_calls; /* differences, damaged lines, calls without a result */
  double lost_usd;
} Teller;

/* `sha256` may be NULL. */
static void
tell (Teller *teller, const char *kind, bool is_failure, const char *sha256, const char *message)
{
  if (teller->global->json) {
    cJSON *json = event_begin ("finding");
    cJSON_AddStringToObject (json, "kind", kind);
    cJSON_AddBoolToObject (json, "ok", !is_failure);
    event_add_text (json, "sha256", sha256);
    event_add_message (json, message);
    event_print (json);
    return;
  }
  if (!is_failure && teller->global->quiet)
    return;
  work_progress_clear (teller->progress);
  g_autofree char *shown = terminal_safe (message, true);
  terminal_print ("%s: %s", kind, shown);
}

static const char *
kind_word (VerifyKind kind)
{
  switch (kind) {
  case VERIFY_DAMAGED:
    return "damaged";
  case VERIFY_SIDECAR_DAMAGED:
    return "sidecar-damaged";
  case VERIFY_LOST:
    return "lost";
  case VERIFY_UNREADABLE:
    return "unreadable";
  case VERIFY_NO_SIDECAR:
    return "no-sidecar";
  case VERIFY_OTHER_ZLIB:
    return "other-zlib";
  case VERIFY_N_KINDS:
    break;
  }
  return "finding";
}

static void
on_found (void *data, const VerifyFinding *finding)
{
  tell (data, kind_word (finding->kind), verify_is_failure (finding->kind),
        digest_to_hex (&finding->digest).text, finding->message);
}

static void
on_progress (void *data, const VerifyProgress *progress)
{
  Teller *teller = data;
  work_progress_tick (teller->progress, progress->n_shelves_done, N_SHELVES, progress->bytes);
}

static void
on_difference (void *data, const char *difference)
{
  Teller *teller = data;
  tell (teller, "index", true, NULL, difference);
}

static void
on_call (void *data, const JournalCall *call)
{
  Teller *teller = data;
  if (!journal_call_is_lost (teller->home, call))
    return;
  teller->n_calls++;
  teller->lost_usd += call->cost_usd;
  g_autofree char *message = g_strdup_printf (
    "the call of %s to %s for %s%s%s has no result and nobody is making it now: it may have been "
    "charged ($%.3f). %s",
    call->at != NULL ? call->at : "an unknown time",
    call->provider != NULL ? call->provider : "a provider",
    call->image_id != NULL ? call->image_id : "an image", call->pipeline != NULL ? " of " : "",
    call->pipeline != NULL ? call->pipeline : "", call->cost_usd,
    "Ask the provider; a picture that it still has can be imported with --pipeline");
  tell (teller, "call", false, NULL, message);
}

static void
on_journal_damage (void *data, unsigned line, const char *what)
{
  Teller *teller = data;
  g_autofree char *path = journal_path (teller->home);
  g_autofree char *message = g_strdup_printf ("%s:%u: %s", path, line, what);
  teller->n_journal++;
  tell (teller, "journal", true, NULL, message);
}

/* ---- checking ---- */

static bool
check_originals (const Invocation *invocation, Cache *cache, Teller *teller,
                 VerifyResult *out_result, GError **error)
{
  const VerifyCommandOptions *options = invocation->options;
  const VerifyListener listener = { teller, on_found, on_progress };
  g_autoptr (GArray) digests = cache_hash_find_all (cache, invocation, 0, error);
  if (digests == NULL)
    return false;
  const VerifyOptions wanted = {
    .digests = digests->len > 0 ? (const Digest *)(void *)digests->data : NULL,
    .n_digests = digests->len,
    .rebuild = options->rebuild,
    .from_start = !options->resume,
    .n_threads = jobs_wanted (options->jobs),
    .is_stopped = interrupt_flag (),
  };
  return cache_verify (cache, &wanted, &listener, out_result, error);
}

static bool
verify (const Invocation *invocation, Teller *teller, VerifyResult *out_result, GError **error)
{
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  if (cache == NULL)
    return false;
  g_autofree char *home = g_strdup (cache_home (cache));
  teller->home = home;
  bool ok = check_originals (invocation, cache, teller, out_result, error);
  bool is_all = invocation->n_arguments == 0 && ok && out_result->is_complete;
  if (is_all)
    ok = cache_check_index (cache, on_difference, teller, &teller->n_index, error) &&
         journal_read (home, on_call, on_journal_damage, teller, error);
  teller->home = NULL;
  return ok;
}

static unsigned
count_failures (const Teller *teller, const VerifyResult *result)
{
  unsigned n = teller->n_index + teller->n_journal;
  for (unsigned kind = 0; kind < G_N_ELEMENTS (result->n_found); kind++)
    if (verify_is_failure ((VerifyKind)kind))
      n += result->n_found[kind];
  return n;
}

/* ---- the end ---- */

static void
append_count (GString *out, unsigned n, const char *what)
{
  if (n > 0)
    g_string_append_printf (out, "%s%u %s", out->len > 0 ? ", " : "", n, what);
}

static void
append_calls (GString *out, unsigned n)
{
  append_count (out, n,
                n == 1 ? "call that may have been charged without a result"
                       : "calls that may have been charged without a result");
}

static void
print_summary (const Teller *teller, const VerifyResult *result)
{
  static const char *const words[] = {
    [VERIFY_DAMAGED] = "damaged",
    [VERIFY_SIDECAR_DAMAGED] = "with a damaged sidecar",
    [VERIFY_LOST] = "lost",
    [VERIFY_UNREADABLE] = "that cannot be read",
    [VERIFY_NO_SIDECAR] = "without a sidecar",
    [VERIFY_OTHER_ZLIB] = "whose bytes this zlib does not rebuild",
  };
  g_autoptr (GString) found = g_string_new (NULL);
  for (unsigned kind = 0; kind < G_N_ELEMENTS (result->n_found); kind++)
    append_count (found, result->n_found[kind], words[kind]);
  append_count (found, teller->n_index, "differences in the index ('peel cache rebuild' mends it)");
  append_count (found, teller->n_journal, "damaged lines in the journal");
  append_calls (found, teller->n_calls);
  g_autofree char *bytes = units_describe_bytes (result->bytes);
  terminal_print ("%" G_GINT64_FORMAT " original%s read, %s in %.2f s: %s", result->n_originals,
                  result->n_originals == 1 ? "" : "s", bytes,
                  work_progress_seconds (teller->progress),
                  found->len > 0        ? found->str
                  : result->is_complete ? "all of them are whole"
                                        : "whole as far as they were read");
  if (!result->is_complete)
    terminal_note ("interrupted; the next 'peel cache verify' goes on from here");
}

static void
finish (const Teller *teller, const VerifyResult *result, const GError *error, int code)
{
  work_progress_clear (teller->progress);
  if (!teller->global->json) {
    if (error != NULL)
      terminal_error ("%s", error->message);
    else if (!teller->global->quiet)
      print_summary (teller, result);
    return;
  }
  cJSON *json = event_begin ("summary");
  if (error == NULL) {
    cJSON_AddBoolToObject (json, "complete", result->is_complete);
    cJSON_AddNumberToObject (json, "originals", (double)result->n_originals);
    cJSON_AddNumberToObject (json, "sidecars", (double)result->n_sidecars);
    cJSON_AddNumberToObject (json, "bytes", (double)result->bytes);
    for (unsigned kind = 0; kind < G_N_ELEMENTS (result->n_found); kind++)
      cJSON_AddNumberToObject (json, kind_word ((VerifyKind)kind), result->n_found[kind]);
    cJSON_AddNumberToObject (json, "index-differences", teller->n_index);
    cJSON_AddNumberToObject (json, "journal-damage", teller->n_journal);
    cJSON_AddNumberToObject (json, "calls-without-result", teller->n_calls);
    cJSON_AddNumberToObject (json, "seconds",
                             round (work_progress_seconds (teller->progress) * 1e3) / 1e3);
  }
  event_print_summary (json, error, code);
}

static int
run (const Invocation *invocation)
{
  const GlobalOptions *global = invocation->global;
  g_autoptr (WorkProgress)
    progress = work_progress_new ("verify", "shelves", global->quiet || global->json);
  Teller teller = { .global = global, .progress = progress };
  g_autoptr (GError) error = NULL;
  VerifyResult result = { 0 };
  signals_watch ();
  /* What was found is told already, and nothing is half-written. */
  interrupt_may_exit (true);
  bool ok = verify (invocation, &teller, &result, &error);
  interrupt_may_exit (false);
  int code = !ok                                     ? (int)exit_code_of (error)
             : interrupt_count () > 0                ? EXIT_INTERRUPTED
             : count_failures (&teller, &result) > 0 ? EXIT_CORRUPT
                                                     : EXIT_OK;
  finish (&teller, &result, error, code);
  return code;
}

extern const CommandType command_cache_verify;
const CommandType command_cache_verify = {
  .name = "cache verify",
  .synopsis = "[HASH…]",
  .summary = "Read every byte of the cache and say what is damaged",
  .details =
    "Hashes every original again, checks every sidecar, compares the index with the sidecars, and "
    "names the paid calls that have no result. What is damaged is moved to quarantine and is exit "
    "code 8; nothing else is touched, and nothing is made again. With HASH only these originals "
    "are read. A check that is interrupted goes on where it ended.",
  .example = "  peel cache verify\n"
             "  peel cache verify -j 1 --json | jq 'select(.event == \"finding\")'",
  .options = &verify_options,
  .most_arguments = G_MAXUINT,
  .run = run,
};
