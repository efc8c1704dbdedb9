/* Reading a hundred thousand small files is waiting for them, then hashing and parsing: that is done
 * by several threads, shelf by shelf, while one writes rows. What is read and not yet written is
 * bounded. */
#include "cache/index-fill.h"

#include <unistd.h>

#include "cache/home.h"
#include "cache/sidecar.h"

enum {
  N_SHELVES = 256,
  N_READERS = 4,
  BATCH = 64,
  MOST_WAITING = 32, /* batches */
  PROGRESS_STEP = 1000,
};

/* ---- one shelf ---- */

typedef struct {
  IndexFill *fill;
  Rows *rows;
  GError *problem;
} Mending;

static bool
put_record (void *data, CacheRecord *record)
{
  Mending *mending = data;
  bool ok = rows_put (mending->rows, record, &mending->problem);
  cache_record_free (record);
  mending->fill->n_done++;
  return ok;
}

/* A row without a sidecar may be the last that is known of an original, so it goes only when the
 * original is gone too. */
static bool
is_gone (const char *home, const Digest *original)
{
  g_autofree char *sidecar = home_sidecar_path (home, original);
  g_autofree char *blob = home_blob_path (home, original);
  g_autofree char *pixels = home_pixels_path (home, original);
  return access (sidecar, F_OK) != 0 && access (blob, F_OK) != 0 && access (pixels, F_OK) != 0;
}

static bool
remove_gone (const char *home, Rows *rows, unsigned shelf, GError **error)
{
  g_autoptr (GArray) originals = rows_list_shelf (rows, shelf, error);
  bool ok = originals != NULL;
  for (unsigned i = 0; ok && i < originals->len; i++) {
    const Digest *original = &g_array_index (originals, Digest, i);
    if (is_gone (home, original))
      ok = rows_remove (rows, original, error);
  }
  return ok;
}

bool
index_fill_shelf (IndexFill *fill, Rows *rows, unsigned shelf, GError **error)
{
  Mending mending = { .fill = fill, .rows = rows };
  sidecar_visit_shelf (fill->home, shelf, put_record, &mending, &fill->damage);
  if (mending.problem != NULL) {
    g_propagate_error (error, mending.problem);
    return false;
  }
  return remove_gone (fill->home, rows, shelf, error);
}

/* ---- all of them ---- */

typedef struct {
  const char *home;
  int next_shelf; /* atomic */
  GMutex lock;    /* for all below */
  GCond changed;
  GQueue waiting; /* GPtrArray of CacheRecord */
  unsigned n_reading;
  bool is_stopped;
  GError *damage;
} Reading;

typedef struct {
  Reading *reading;
  GPtrArray *batch;
} Reader;

/* False: nobody wants any more. */
static bool
hand_over (Reader *reader)
{
  Reading *reading = reader->reading;
  g_mutex_lock (&reading->lock);
  while (!reading->is_stopped && reading->waiting.length >= MOST_WAITING)
    g_cond_wait (&reading->changed, &reading->lock);
  bool go_on = !reading->is_stopped;
  if (go_on) {
    g_queue_push_tail (&reading->waiting, g_steal_pointer (&reader->batch));
    g_cond_broadcast (&reading->changed);
  }
  g_mutex_unlock (&reading->lock);
  if (go_on)
    reader->batch = g_ptr_array_new_with_free_func ((GDestroyNotify)cache_record_free);
  return go_on;
}

static bool
collect_record (void *data, CacheRecord *record)
{
  Reader *reader = data;
  g_ptr_array_add (reader->batch, record);
  return reader->batch->len < BATCH || hand_over (reader);
}

static void
end_reader (Reading *reading, GError *damage)
{
  g_mutex_lock (&reading->lock);
  sidecar_add_damage (&reading->damage, damage);
  reading->n_reading--;
  g_cond_broadcast (&reading->changed);
  g_mutex_unlock (&reading->lock);
}

static void *
read_shelves (void *data)
{
  Reader reader = { .reading = data };
  GError *damage = NULL;
  reader.batch = g_ptr_array_new_with_free_func ((GDestroyNotify)cache_record_free);
  for (;;) {
    int shelf = g_atomic_int_add (&reader.reading->next_shelf, 1);
    if (shelf >= N_SHELVES)
      break;
    sidecar_visit_shelf (reader.reading->home, (unsigned)shelf, collect_record, &reader, &damage);
  }
  if (reader.batch->len > 0)
    hand_over (&reader);
  g_ptr_array_unref (reader.batch);
  end_reader (reader.reading, damage);
  return NULL;
}

/* NULL: all is read. */
static GPtrArray *
take_batch (Reading *reading)
{
  g_mutex_lock (&reading->lock);
  while (reading->waiting.length == 0 && reading->n_reading > 0)
    g_cond_wait (&reading->changed, &reading->lock);
  GPtrArray *batch = g_queue_pop_head (&reading->waiting);
  g_cond_broadcast (&reading->changed);
  g_mutex_unlock (&reading->lock);
  return batch;
}

static bool
write_batch (IndexFill *fill, Rows *rows, const GPtrArray *batch, GError **error)
{
  for (unsigned i = 0; i < batch->len; i++) {
    if (!rows_add (rows, batch->pdata[i], error))
      return false;
    if (++fill->n_done % PROGRESS_STEP == 0 && fill->progress != NULL)
      fill->progress (fill->data, fill->n_done);
  }
  return true;
}

static void
stop (Reading *reading)
{
  g_mutex_lock (&reading->lock);
  reading->is_stopped = true;
  g_cond_broadcast (&reading->changed);
  g_mutex_unlock (&reading->lock);
}

static bool
write_all (IndexFill *fill, Rows *rows, Reading *reading, GError **error)
{
  bool ok = true;
  for (GPtrArray *batch; ok && (batch = take_batch (reading)) != NULL;) {
    ok = write_batch (fill, rows, batch, error);
    g_ptr_array_unref (batch);
  }
  return ok;
}

bool
index_fill (IndexFill *fill, Rows *rows, GError **error)
{
  Reading reading = { .home = fill->home, .n_reading = N_READERS };
  GThread *readers[N_READERS];
  g_mutex_init (&reading.lock);
  g_cond_init (&reading.changed);
  g_queue_init (&reading.waiting);
  for (unsigned i = 0; i < N_READERS; i++)
    readers[i] = g_thread_new ("sidecars", read_shelves, &reading);
  bool ok = write_all (fill, rows, &reading, error);
  stop (&reading);
  for (unsigned i = 0; i < N_READERS; i++)
    g_thread_join (readers[i]);
  g_queue_clear_full (&reading.waiting, (GDestroyNotify)g_ptr_array_unref);
  g_mutex_clear (&reading.lock);
  g_cond_clear (&reading.changed);
  fill->damage = reading.damage;
  return ok && rows_add_words (rows, error);
}
