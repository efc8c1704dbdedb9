#include "cache/query.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "cli/work-progress.h"

static void
on_progress (void *data, int64_t n_done)
{
  work_progress_tick (data, (uint64_t)n_done, 0, 0);
}

static int
run (const Invocation *invocation)
{
  const GlobalOptions *global = invocation->global;
  g_autoptr (WorkProgress)
    progress = work_progress_new ("rebuild", "sidecars", global->quiet || global->json);
  g_autoptr (GError) error = NULL;
  int64_t n = 0;
  g_autoptr (Cache) cache = cache_open (global->home, &error);
  bool ok = cache != NULL && cache_rebuild_index (cache, on_progress, progress, &n, &error);
  int code = ok ? EXIT_OK : (int)exit_code_of (error);
  work_progress_clear (progress);
  if (global->json) {
    cJSON *json = event_begin ("summary");
    cJSON_AddNumberToObject (json, "originals", (double)n);
    event_print_summary (json, error, code);
  } else if (error != NULL) {
    terminal_error ("%s", error->message);
  } else if (!global->quiet) {
    terminal_print ("the index was made anew from %" G_GINT64_FORMAT " sidecar%s in %.2f s", n,
                    n == 1 ? "" : "s", work_progress_seconds (progress));
  }
  return code;
}

extern const CommandType command_cache_rebuild;
const CommandType command_cache_rebuild = {
  .name = "cache rebuild",
  .synopsis = "",
  .summary = "Make the index anew from the sidecars",
  .details = "The index is what ls, search and runs look in; it holds nothing that the sidecars "
             "beside the originals do not hold. 'peel cache verify' tells when the two differ.",
  .example = "  peel cache rebuild",
  .run = run,
};
