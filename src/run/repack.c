#include "run/repack.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "cache/blob.h"
#include "run/interrupt.h"

enum { TICK_MS = 100, LOWEST_PRIORITY = 19 };

/* What one thread has to tell; an empty one ends it. */
typedef struct {
  bool is_end;
  Digest digest;
  RepackResult result;
  int64_t bytes_before, bytes_after;
  GError *error;
} Report;

typedef struct {
  const Digest *digests;
  unsigned n_digests;
  const RepackSettings *settings;
  int next;                /* atomic: index of the next one */
  volatile int is_stopped; /* set by the thread that listens */
  GAsyncQueue *reports;
} Repack;

static void
report_free (void *data)
{
  Report *report = data;
  g_clear_error (&report->error);
  g_free (report);
}

/* Other work comes first. Of this thread alone: on Linux a thread has a priority of its own. */
static void
step_back (void)
{
  (void)setpriority (PRIO_PROCESS, (id_t)syscall (SYS_gettid), LOWEST_PRIORITY);
}

static bool
is_stopped_error (const GError *error)
{
  return g_error_matches (error, CACHE_ERROR, CACHE_ERROR_STOPPED);
}

/* False: there is no more to do. */
static bool
repack_next (Repack *repack, Cache *cache)
{
  unsigned i = (unsigned)g_atomic_int_add (&repack->next, 1);
  if (repack->is_stopped || i >= repack->n_digests)
    return false;
  Report *report = g_new0 (Report, 1);
  report->digest = repack->digests[i];
  report->result = REPACK_NOTHING;
  BlobStorage storage;
  /* One that was read and not kept, or that is lost: nothing to do, and not ours to tell. */
  if (blob_storage (cache_home (cache), &report->digest, &storage))
    blob_repack (cache, &report->digest, repack->settings->pixels, 1, &repack->is_stopped,
                 &report->result, &report->bytes_before, &report->bytes_after, &report->error);
  if (report->error != NULL && is_stopped_error (report->error)) {
    report_free (report);
    return false;
  }
  g_async_queue_push (repack->reports, report);
  return true;
}

static gpointer
work (gpointer data)
{
  Repack *repack = data;
  step_back ();
  Report *end = g_new0 (Report, 1);
  end->is_end = true;
  g_autoptr (Cache) cache = cache_open (repack->settings->home, &end->error);
  while (cache != NULL && repack_next (repack, cache))
    continue;
  g_async_queue_push (repack->reports, end);
  return NULL;
}

static void
take_report (const Report *report, const RepackListener *listener, RepackTotals *totals)
{
  totals->n_done++;
  totals->n_failed += report->error != NULL;
  if (report->error == NULL) {
    /* Of one that was packed before it is told how it is stored. */
    bool is_new = report->bytes_after != report->bytes_before;
    totals->n_packed += is_new && report->result == REPACK_DONE;
    totals->n_beside += is_new && report->result == REPACK_BESIDE;
    totals->bytes_before += report->bytes_before;
    totals->bytes_after += report->bytes_after;
  }
  if (listener->repacked != NULL)
    listener->repacked (listener->data, &report->digest, report->result, report->bytes_before,
                        report->bytes_after, report->error);
}

static bool
is_time_over (const RepackSettings *settings, int64_t start_us)
{
  return settings->most_us > 0 && clock_monotonic_us () - start_us > settings->most_us;
}

/* Until all threads have ended; the first of their errors. */
static void
listen (Repack *repack, unsigned n_threads, const RepackListener *listener, RepackTotals *totals,
        GError **out_problem)
{
  int64_t start_us = clock_monotonic_us ();
  while (n_threads > 0) {
    Report *report = g_async_queue_timeout_pop (repack->reports, TICK_MS * 1000);
    if (interrupt_count () > 0 || is_time_over (repack->settings, start_us))
      repack->is_stopped = 1;
    if (report != NULL && report->is_end) {
      n_threads--;
      if (*out_problem == NULL)
        *out_problem = g_steal_pointer (&report->error);
    } else if (report != NULL) {
      take_report (report, listener, totals);
    }
    g_clear_pointer (&report, report_free);
    if (listener->tick != NULL)
      listener->tick (listener->data, totals);
  }
}

bool
repack_originals (const Digest *digests, unsigned n_digests, const RepackSettings *settings,
                  const RepackListener *listener, RepackTotals *out_totals, GError **error)
{
  unsigned n_threads = MIN ((unsigned)settings->n_jobs, n_digests);
  Repack repack = { .digests = digests, .n_digests = n_digests, .settings = settings };
  RepackTotals totals = { .n_all = n_digests };
  GError *problem = NULL;
  repack.reports = g_async_queue_new_full (report_free);
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  for (unsigned i = 0; i < n_threads; i++)
    g_ptr_array_add (threads, g_thread_new ("repack", work, &repack));
  listen (&repack, n_threads, listener, &totals, &problem);
  for (unsigned i = 0; i < n_threads; i++)
    g_thread_join (threads->pdata[i]);
  g_async_queue_unref (repack.reports);
  *out_totals = totals;
  if (problem == NULL)
    return true;
  g_propagate_error (error, problem);
  return false;
}
