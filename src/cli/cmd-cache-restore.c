#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/units.h"
#include "cache/bundle.h"
#include "cli/command.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"

typedef struct {
  int64_t max_file_size;
} RestoreOptions;

static const Option rows[] = {
  { OPTION_BYTES (RestoreOptions, max_file_size), .name = "max-file-size", .value_name = "SIZE",
    .min = 1, .max = 1e12, .fallback = "4GiB", .help = "Refuse larger originals" },
  { 0 },
};
static const OptionTable restore_options = { rows, sizeof (RestoreOptions), NULL };

typedef struct {
  const GlobalOptions *global;
  WorkProgress *progress;
} Teller;

static void
on_tell (void *data, const char *message)
{
  Teller *teller = data;
  if (teller->global->json) {
    cJSON *json = event_begin ("refused");
    event_add_message (json, message);
    event_print (json);
    return;
  }
  work_progress_clear (teller->progress);
  terminal_error ("%s", message);
}

static void
on_progress (void *data, unsigned n_originals, int64_t bytes)
{
  Teller *teller = data;
  work_progress_tick (teller->progress, n_originals, 0, bytes);
}

/* The open bundle, or -1. */
static int
open_bundle (const char *path, GError **error)
{
  bool is_piped = strcmp (path, "-") == 0;
  if (is_piped && isatty (STDIN_FILENO)) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "'-' reads a bundle from standard input, which is a terminal here");
    return -1;
  }
  int fd = is_piped ? fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    base_error_set_errno (error, errno, "cannot read %s", path);
  return fd;
}

static bool
restore (const Invocation *invocation, Teller *teller, BundleResult *out_result, GError **error)
{
  const RestoreOptions *options = invocation->options;
  const BundleListener listener = { teller, on_tell, on_progress };
  int fd = open_bundle (invocation->arguments[0], error);
  if (fd < 0)
    return false;
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  bool ok = cache != NULL;
  if (ok && !bundle_restore (cache, fd, options->max_file_size, &listener, out_result, error)) {
    bool is_piped = strcmp (invocation->arguments[0], "-") == 0;
    g_prefix_error (error, "%s: ", is_piped ? "standard input" : invocation->arguments[0]);
    ok = false;
  }
  close (fd);
  return ok;
}

static void
finish (const Teller *teller, const BundleResult *result, const GError *error, int code)
{
  double seconds = work_progress_seconds (teller->progress);
  work_progress_clear (teller->progress);
  if (teller->global->json) {
    cJSON *json = event_begin ("summary");
    cJSON_AddNumberToObject (json, "originals", result->n_originals);
    cJSON_AddNumberToObject (json, "new", result->n_new);
    cJSON_AddNumberToObject (json, "sidecars", result->n_sidecars);
    cJSON_AddNumberToObject (json, "journal-lines", result->n_journal_lines);
    cJSON_AddNumberToObject (json, "refused", result->n_refused);
    cJSON_AddNumberToObject (json, "bytes", (double)result->bytes);
    cJSON_AddNumberToObject (json, "seconds", round (seconds * 1e3) / 1e3);
    event_print_summary (json, error, code);
    return;
  }
  if (error != NULL)
    terminal_error ("%s", error->message);
  if (teller->global->quiet || (error != NULL && result->n_originals == 0))
    return;
  g_autofree char *bytes = units_describe_bytes (result->bytes);
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "%u original%s restored, %u of them new", result->n_originals,
                          result->n_originals == 1 ? "" : "s", result->n_new);
  if (result->n_refused > 0)
    g_string_append_printf (out, ", %u refused", result->n_refused);
  terminal_print ("%s: %s in %.2f s", out->str, bytes, seconds);
}

static int
run (const Invocation *invocation)
{
  const GlobalOptions *global = invocation->global;
  g_autoptr (WorkProgress)
    progress = work_progress_new ("restore", "originals", global->quiet || global->json);
  Teller teller = { global, progress };
  g_autoptr (GError) error = NULL;
  BundleResult result = { 0 };
  bool ok = restore (invocation, &teller, &result, &error);
  int code = !ok ? (int)exit_code_of (error) : result.n_refused > 0 ? EXIT_CORRUPT : EXIT_OK;
  finish (&teller, &result, error, code);
  return code;
}

extern const CommandType command_cache_restore;
const CommandType command_cache_restore = {
  .name = "cache restore",
  .synopsis = "FILE|-",
  .summary = "Bring the originals of a bundle into this cache",
  .details =
    "Nothing is kept before its bytes hash to its name; what does not is refused and told, "
    "and the exit code is 8. What is here already stays; sidecars and journals are "
    "merged. What sidecars tell is believed: restore bundles of people you trust.",
  .example = "  peel cache restore originals.tar\n"
             "  ssh studio peel cache export - --tag campaign | peel cache restore -",
  .options = &restore_options,
  .least_arguments = 1,
  .most_arguments = 1,
  .run = run,
};
