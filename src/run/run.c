/* The run: one thread that moves images from original to outputs and keeps the workers fed. */
#include "run/run.h"

#include "base/clock.h"
#include "base/path.h"
#include "image/version.h"
#include "run/interrupt.h"
#include "run/credentials.h"
#include "run/permission.h"
#include "run/run-private.h"

enum {
  TICK_MS = 100,
  FLUSH_MS = 1000, /* what a killed process makes again at most */
};

/* ---- set-up ---- */

static void
run_clear (Run *run)
{
  network_free (run->network);
  quotas_close (run->quotas);
  pool_free (run->pool);
  if (run->waiting != NULL)
    g_queue_free_full (run->waiting, (GDestroyNotify)pool_task_free);
  g_clear_pointer (&run->active, g_hash_table_unref);
  g_clear_pointer (&run->entered, g_hash_table_unref);
  manifest_writer_free (run->manifest);
  manifest_index_free (run->old_manifest);
  pins_clear (&run->pins);
  misses_clear (&run->misses);
  plan_paths_free (run->claims);
  plan_free (run->plan);
  signer_free (run->signer);
  world_clear (&run->world);
  state_close (run->state);
  cache_close (run->cache);
  interrupt_end ();
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* All mistakes in one go. When all of them are originals that will be too small, that is the news. */
static bool
raise_problems (const Problems *problems, unsigned n_targets_missed, GError **error)
{
  bool is_target = n_targets_missed > 0 && problems_count (problems) <= n_targets_missed;
  return problems_raise (problems, RUN_ERROR, is_target ? RUN_ERROR_TARGET : RUN_ERROR_INVALID,
                         error);
}

static bool
make_plan (Run *run, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  unsigned n_targets_missed = 0;
  run->world = (World){ .state = run->state,
                        .cache = run->cache,
                        .lock = run->pins.lock,
                        .token_command = run->settings->token_command,
                        .pipeline_name = run->pipeline->name,
                        .certificate = run->signer != NULL ? &run->certificate : NULL };
  run->questions = world_of (&run->world);
  run->plan = plan_new (run->pipeline, &run->questions, problems);
  if (run->plan != NULL)
    plan_check (run->plan, run->settings->with_proofs, &n_targets_missed, problems);
  return raise_problems (problems, n_targets_missed, error);
}

static const PoolListener pool_listener = { run_take_answer, run_take_crash };

/* Before anything is made for it. The manifest is written behind a link, so that a link must not lead
 * out of the folder unasked. */
static bool
check_manifest (const Run *run, GError **error)
{
  const char *path = run->pipeline->manifest;
  g_autofree char *target = path_follow_links (path, error);
  if (target == NULL)
    return false;
  g_autofree char *real = path_real (target);
  g_autofree char *home = path_real (run->pipeline->folder);
  bool leads_out = !run->pipeline->allow_outside && !path_is_within (real, home);
  bool is_there = g_file_test (real, G_FILE_TEST_EXISTS);
  if (leads_out)
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 "%s: a link leads out of the pipeline's folder, to %s; --allow-outside permits it",
                 path, real);
  else if (is_there && !g_file_test (real, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 "%s is no regular file, so no manifest is written there; move it away", path);
  else
    return true;
  return false;
}

/* Before anything is asked or made: what cannot be signed is not begun. */
static bool
open_signer (Run *run, GError **error)
{
  const Signing *signing = config_signing (run->pipeline->config);
  if (!signing_is_set (signing))
    return true;
  run->signer = signer_new (signing, error);
  if (run->signer == NULL)
    return false;
  run->certificate = signer_certificate (run->signer);
  return true;
}

static bool
open_run (Run *run, GError **error)
{
  const RunSettings *settings = run->settings;
  if (!open_signer (run, error))
    return false;
  run->cache = cache_open (settings->home, error);
  if (run->cache == NULL)
    return false;
  run->state = state_open (cache_home (run->cache), error);
  if (run->state == NULL || !pins_open (run, error) || !make_plan (run, error))
    return false;
  unsigned n_images = plan_n_images (run->plan);
  run->totals.n_images = n_images;
  run->claims = plan_paths_new (&run->questions);
  plan_paths_add_plan (run->claims, run->plan);
  misses_init (&run->misses);
  run->network = network_new ();
  run->waiting = g_queue_new ();
  run->entered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  run->active = g_hash_table_new_full (NULL, NULL, (GDestroyNotify)image_run_free, NULL);
  bool has_manifest = run->pipeline->manifest != NULL && !settings->originals_only;
  if (has_manifest)
    run->old_manifest = manifest_index_new (run->pipeline->manifest);
  if (has_manifest && !settings->dry_run) {
    run->manifest = check_manifest (run, error) ? manifest_writer_new (n_images, error) : NULL;
    if (run->manifest == NULL)
      return false;
  }
  int n_workers = (int)MIN ((unsigned)settings->n_jobs, MAX (n_images, 1));
  run->pool = pool_new (cache_home (run->cache), &settings->limits, n_workers, settings->n_jobs,
                        settings->isolate, &pool_listener, run);
  return interrupt_begin (error);
}

bool
run_open_quotas (Run *run, GError **error)
{
  if (run->quotas == NULL)
    run->quotas = quotas_open (cache_home (run->cache), error);
  if (run->quotas == NULL)
    g_prefix_error (error, "what was spent today is not known, so nothing is asked: ");
  return run->quotas != NULL;
}

/* ---- the loop ---- */

/* When the run is to end, only what was paid for is still brought home. Those stand first. */
static bool
has_task_to_give (const Run *run)
{
  const PoolTask *first = g_queue_peek_head (run->waiting);
  return first != NULL && (!run->is_stopping || (first->is_landing && interrupt_count () < 2));
}

static void
give_tasks (Run *run)
{
  while (has_task_to_give (run) && pool_has_idle (run->pool)) {
    PoolTask *task = g_queue_pop_head (run->waiting);
    g_autoptr (GError) error = NULL;
    if (misses_before_task (run, task, &error) && pool_give (run->pool, task, &error))
      continue;
    run_fail_task (run, task, error);
    pool_task_free (task);
  }
}

/* Images are begun only as workers come free: what waits is a few tasks, however many images. */
static void
begin_images (Run *run)
{
  unsigned n_images = plan_n_images (run->plan);
  while (!run->is_stopping && interrupt_count () == 0 && run->next_image < n_images &&
         g_queue_get_length (run->waiting) < (unsigned)run->settings->n_jobs &&
         !misses_are_many (run)) {
    run_begin_image (run, run->next_image++);
    if (clock_monotonic_us () - run->last_tick_us > TICK_MS * 1000) {
      run->last_tick_us = clock_monotonic_us ();
      run->listener->tick (run->listener->data, &run->totals);
    }
  }
}

static void
obey_interrupts (Run *run, int *seen)
{
  int now = interrupt_take ();
  if (now > 0 && *seen == 0)
    pool_stop (run->pool);
  if (now > 1 && *seen < 2) {
    pool_kill (run->pool);
    network_kill (run);
  }
  if (now > 0)
    run->is_stopping = true;
  *seen = now;
}

static void
loop (Run *run)
{
  int seen = 0;
  bool told_to_stop = false;
  for (;;) {
    misses_retry (run);
    begin_images (run);
    give_tasks (run);
    if (run->is_stopping && !told_to_stop) {
      pool_stop (run->pool);
      network_stop (run);
      told_to_stop = true;
    }
    bool has_more = !run->is_stopping &&
                    (run->next_image < plan_n_images (run->plan) ||
                     !g_queue_is_empty (run->waiting) || misses_are_waiting (run));
    bool is_busy = pool_n_busy (run->pool) > 0 || network_n_busy (run->network) > 0 ||
                   has_task_to_give (run);
    if (!is_busy && (!has_more || interrupt_count () > 0))
      break;
    const int wake_fds[] = { interrupt_fd (), network_fd (run->network) };
    pool_wait (run->pool, wake_fds, G_N_ELEMENTS (wake_fds), TICK_MS);
    obey_interrupts (run, &seen);
    network_work (run);
    run->last_tick_us = clock_monotonic_us ();
    run->listener->tick (run->listener->data, &run->totals);
    if (run->last_tick_us - run->last_flush_us > FLUSH_MS * 1000) {
      run->last_flush_us = run->last_tick_us;
      /* What fails now fails again at the end, where it is told. */
      (void)state_flush (run->state, NULL);
    }
  }
}

/* ---- the end ---- */

static bool
write_manifest (Run *run, GError **error)
{
  bool is_whole = run->next_image == plan_n_images (run->plan) && !run->is_stopping;
  if (run->manifest == NULL || !is_whole)
    return true;
  bool changed;
  return manifest_writer_finish (run->manifest, run->pipeline->name, run->pipeline->manifest,
                                 &changed, error);
}

/* A preset that hides a built-in one of the same name, once for each. */
static void
tell_shadows (const Run *run)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < run->pipeline->outputs->len; i++) {
    const Preset *preset = ((OutputRule *)run->pipeline->outputs->pdata[i])->preset;
    if (preset == NULL || !preset->shadows || !g_hash_table_add (told, preset->name))
      continue;
    g_autofree char *message = g_strdup_printf ("preset '%s' is %s, which hides the built-in one",
                                                preset->name, preset->path);
    run->listener->warning (run->listener->data, message);
  }
}

static void
tell_other_bytes (const Run *run)
{
  unsigned n = run->n_other_bytes;
  if (n == 0)
    return;
  g_autofree char *libraries = image_library_versions ();
  g_autofree char *message = g_strdup_printf (
    "%u file%s came out other than %s tells, of the same recipe%s: other library versions made %s "
    "then; now it is %s",
    n, n == 1 ? "" : "s", run->pipeline->manifest, n == 1 ? "" : "s", n == 1 ? "it" : "them",
    libraries);
  run->listener->warning (run->listener->data, message);
}

static void
tell_unsigned (const Run *run)
{
  unsigned n = run->n_unsigned;
  g_autofree char *message = NULL;
  if (run->settings->is_sent && run->n_beside > 0)
    message = g_strdup (
      "what is sent has no Content Credentials: they would stand beside the file, "
      "and only the file is sent");
  else if (n > 0)
    message = g_strdup_printf (
      "%u file%s no Content Credentials of %s own, since nobody signs: the original's stand beside "
      "%s as %s ('signing' in your configuration, or 'metadata: { c2pa: drop }')",
      n, n == 1 ? " has" : "s have", n == 1 ? "its" : "their", n == 1 ? "it" : "each",
      "FILE" CREDENTIALS_SUFFIX);
  if (message != NULL)
    run->listener->warning (run->listener->data, message);
}

static bool
begin_run (Run *run, GError **error)
{
  run->listener->started (run->listener->data, &run->totals);
  tell_shadows (run);
  return pins_check (run, error) && permission_decide (run, error);
}

bool
run_pipeline (const Pipeline *pipeline, const RunSettings *settings, const RunListener *listener,
              RunResult *out_result, GError **error)
{
  int64_t start_us = clock_monotonic_us ();
  g_auto (Run) run = { .pipeline = pipeline, .settings = settings, .listener = listener };
  interrupt_may_exit (true);
  bool is_ready = open_run (&run, error) && begin_run (&run, error);
  interrupt_may_exit (false);
  if (!is_ready)
    return false;
  loop (&run);
  permission_judge_plan (&run);
  tell_other_bytes (&run);
  tell_unsigned (&run);
  bool ok = state_flush (run.state, error) && write_manifest (&run, error) &&
            pins_write (&run, error);
  if (!ok)
    return false;
  run.totals.duration_us = clock_monotonic_us () - start_us;
  *out_result = (RunResult){
    .totals = run.totals,
    .is_interrupted = interrupt_count () > 0,
    .has_failed = run.has_failed,
    .first_failure = run.first_failure,
  };
  /* Not at the start: a Ctrl-C while the pipeline was being read counts. */
  interrupt_forget ();
  return true;
}

bool
run_check (const Pipeline *pipeline, const char *home, unsigned *out_n_images, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (LockFile) lock = pipeline->lock != NULL ? lock_file_load (pipeline->lock, error)
                                                     : lock_file_new ();
  if (lock == NULL)
    return false;
  g_auto (World) world = { .home = home, .lock = lock, .pipeline_name = pipeline->name };
  const PlanWorld questions = world_of (&world);
  unsigned n_targets_missed = 0;
  g_autoptr (Plan) plan = plan_new (pipeline, &questions, problems);
  if (plan != NULL)
    plan_check (plan, false, &n_targets_missed, problems);
  if (!raise_problems (problems, n_targets_missed, error))
    return false;
  *out_n_images = plan_n_images (plan);
  return true;
}
