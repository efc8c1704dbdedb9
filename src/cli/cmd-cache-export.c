#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/path.h"
#include "base/units.h"
#include "cache/bundle.h"
#include "cli/cache-selection.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"
#include "run/lock-file.h"

typedef struct {
  char *lock;
  bool journal;
} ExportOptions;

static const Option rows[] = {
  { OPTION_TEXT (ExportOptions, lock), .name = "lock", .value_name = "FILE",
    .help = "The originals that this peel.lock pins: what a clean checkout needs" },
  { OPTION_BOOL (ExportOptions, journal), .name = "journal", .fallback = "true",
    .help = "Take the journal of paid calls along" },
  { 0 },
};
static const OptionTable export_options = { rows, sizeof (ExportOptions), NULL };

typedef struct {
  const GlobalOptions *global;
  WorkProgress *progress;
  unsigned n_all;
  bool is_piped; /* stdout is the bundle's: nothing else goes there */
} Teller;

static void
on_tell (void *data, const char *message)
{
  Teller *teller = data;
  work_progress_clear (teller->progress);
  terminal_note ("peel: %s", message);
}

static void
on_progress (void *data, unsigned n_originals, int64_t bytes)
{
  Teller *teller = data;
  work_progress_tick (teller->progress, n_originals, teller->n_all, bytes);
}

/* Not through the index: one that is not in the cache is then told of. */
static GArray *
read_lock (const char *path, GError **error)
{
  g_autoptr (LockFile) lock = lock_file_load (path, error);
  if (lock == NULL)
    return NULL;
  g_autoptr (GPtrArray) entries = lock_file_list (lock);
  GArray *digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  for (unsigned i = 0; i < entries->len; i++)
    g_array_append_val (digests, ((const LockEntry *)entries->pdata[i])->original);
  return digests;
}

static bool
check_lock (const Invocation *invocation, const char *lock, GError **error)
{
  const char *complaint = NULL;
  if (invocation->n_arguments > 1 || selection_is_narrow (invocation->shared))
    complaint = "--lock says which originals: give no HASH and no other option that chooses them";
  else if (!g_file_test (lock, G_FILE_TEST_EXISTS))
    complaint = "there is no such file";
  if (complaint == NULL)
    return true;
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "--lock %s: %s", lock, complaint);
  return false;
}

static GArray *
choose (const Invocation *invocation, Cache *cache, GError **error)
{
  const ExportOptions *options = invocation->options;
  if (options->lock != NULL)
    return check_lock (invocation, options->lock, error) ? read_lock (options->lock, error) : NULL;
  return selection_choose (invocation, 1, cache, error);
}

/* Into a pipe or a device, as into standard output. */
static bool
write_stream (int fd, Cache *cache, const GArray *digests, const char *path, bool with_journal,
              const BundleListener *listener, BundleResult *out_result, GError **error)
{
  const Digest *first = (const Digest *)(void *)digests->data;
  bool ok = bundle_export (cache, first, digests->len, with_journal, fd, listener, out_result,
                           error);
  if (!ok)
    g_prefix_error (error, "%s: ", path);
  /* EINVAL: a pipe, which keeps nothing. */
  else if (fsync (fd) != 0 && errno != EINVAL)
    ok = base_error_set_errno (error, errno, "cannot write %s", path);
  close (fd);
  return ok;
}

static bool
write_file (Cache *cache, const GArray *digests, const char *path, bool with_journal,
            const BundleListener *listener, BundleResult *out_result, GError **error)
{
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  const Digest *first = (const Digest *)(void *)digests->data;
  int stream;
  if (!path_open_stream (path, &stream, error))
    return false;
  if (stream >= 0)
    return write_stream (stream, cache, digests, path, with_journal, listener, out_result, error);
  if (!atomic_file_open_linked (&file, path, error))
    return false;
  if (bundle_export (cache, first, digests->len, with_journal, file.fd, listener, out_result,
                     error))
    return atomic_file_commit (&file, error);
  g_prefix_error (error, "%s: ", path);
  return false;
}

static bool export(const Invocation *invocation, Teller *teller, BundleResult *out_result,
                   GError **error)
{
  const ExportOptions *options = invocation->options;
  const BundleListener listener = { teller, on_tell, on_progress };
  if (teller->is_piped && teller->global->json) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "'-' writes the bundle to standard output, so --json has no place there");
    return false;
  }
  if (teller->is_piped && isatty (STDOUT_FILENO)) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "a bundle is no text for a terminal: name a file, or send it on "
                         "(peel cache export - | …)");
    return false;
  }
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  g_autoptr (GArray) digests = cache != NULL ? choose (invocation, cache, error) : NULL;
  if (digests == NULL)
    return false;
  if (digests->len == 0) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "there is nothing to export: no original is as was asked for");
    return false;
  }
  teller->n_all = digests->len;
  if (!teller->is_piped)
    return write_file (cache, digests, invocation->arguments[0], options->journal, &listener,
                       out_result, error);
  if (bundle_export (cache, (const Digest *)(void *)digests->data, digests->len, options->journal,
                     STDOUT_FILENO, &listener, out_result, error))
    return true;
  g_prefix_error (error, "standard output: ");
  return false;
}

static void
finish (const Teller *teller, const char *to, const BundleResult *result, const GError *error,
        int code)
{
  double seconds = work_progress_seconds (teller->progress);
  work_progress_clear (teller->progress);
  if (teller->global->json && !teller->is_piped) {
    cJSON *json = event_begin ("summary");
    cJSON_AddStringToObject (json, "path", to);
    cJSON_AddNumberToObject (json, "originals", result->n_originals);
    cJSON_AddNumberToObject (json, "bytes", (double)result->bytes);
    cJSON_AddNumberToObject (json, "left-out", result->n_refused);
    cJSON_AddNumberToObject (json, "seconds", round (seconds * 1e3) / 1e3);
    event_print_summary (json, error, code);
  } else if (error != NULL) {
    terminal_error ("%s", error->message);
  } else {
    g_autofree char *bytes = units_describe_bytes (result->bytes);
    terminal_note ("%s: %u original%s, %s in %.2f s", teller->is_piped ? "sent" : to,
                   result->n_originals, result->n_originals == 1 ? "" : "s", bytes, seconds);
  }
}

static int
run (const Invocation *invocation)
{
  const GlobalOptions *global = invocation->global;
  const char *to = invocation->arguments[0];
  Teller teller = { .global = global, .is_piped = strcmp (to, "-") == 0 };
  g_autoptr (WorkProgress)
    progress = work_progress_new ("export", "originals", global->quiet || global->json);
  teller.progress = progress;
  g_autoptr (GError) error = NULL;
  BundleResult result = { 0 };
  bool ok = export(invocation, &teller, &result, &error);
  /* What was asked for and is not in the bundle makes it another bundle. */
  int code = !ok ? (int)exit_code_of (error) : result.n_refused > 0 ? EXIT_CORRUPT : EXIT_OK;
  finish (&teller, to, &result, error, code);
  return code;
}

extern const CommandType command_cache_export;
const CommandType command_cache_export = {
  .name = "cache export",
  .synopsis = "FILE|- [HASH…]",
  .summary = "Write originals with what is known of them into one file",
  .details =
    "A bundle is a tar archive of originals as they are stored, their sidecars and the journal; "
    "'peel cache restore' reads it, and so does tar. Without a HASH and without options it holds "
    "all originals. The same originals make the same bundle. An original whose bytes are gone is "
    "left out, which is told and is exit code 8. FILE appears whole or not at all; a pipe or a "
    "device is written into.",
  .example = "  peel cache export originals.tar\n"
             "  peel cache export - --tag campaign | ssh studio peel cache restore -\n"
             "  peel cache export shop.tar --lock peel.lock",
  .options = &export_options,
  .shared = &shared_selection_options,
  .least_arguments = 1,
  .run = run,
};
