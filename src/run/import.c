#include "run/import.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "cache/tags.h"
#include "run/interrupt.h"
#include "run/pool.h"

enum { TICK_MS = 100 };

/* A file as it goes through the pool. */
typedef struct {
  const char *path; /* of the list */
  bool is_retried;  /* a codec took the worker down: it is no picture to us */
} ImportFile;

typedef struct {
  const ImportSettings *settings;
  const ImportListener *listener;
  Cache *cache;
  Pool *pool;
  GPtrArray *files;    /* char* */
  GHashTable *sources; /* what a worker opens instead, owned, by an element of files */
  GPtrArray *saved;    /* char*: temporary files */
  unsigned next, next_id;
  GHashTable *active; /* ImportFile*, owned: with a worker */
  GQueue *retries;    /* ImportFile*, owned: wait for one */
  ImportTotals totals;
  RunErrorCode first_failure;
  bool is_stopping;
} Import;

static void
import_clear (Import *import)
{
  pool_free (import->pool);
  cache_close (import->cache);
  g_clear_pointer (&import->sources, g_hash_table_unref);
  g_clear_pointer (&import->files, g_ptr_array_unref);
  for (unsigned i = 0; import->saved != NULL && i < import->saved->len; i++)
    unlink (import->saved->pdata[i]);
  g_clear_pointer (&import->saved, g_ptr_array_unref);
  g_clear_pointer (&import->active, g_hash_table_unref);
  if (import->retries != NULL)
    g_queue_free_full (import->retries, g_free);
  interrupt_end ();
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static void
fail_file (Import *import, const char *path, RunErrorCode error_class, const char *message)
{
  if (import->totals.n_failed++ == 0)
    import->first_failure = error_class;
  import->totals.n_done++;
  import->listener->failed (import->listener->data, path, error_class, message);
}

/* ---- what is told of a file ---- */

static CacheAcquisition *
acquisition_of (const Import *import, const char *path)
{
  const ImportFacts *facts = &import->settings->facts;
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup ("import");
  acquisition->at = clock_now_iso8601 ();
  acquisition->path = g_path_get_basename (path);
  acquisition->prompt = g_strdup (facts->prompt);
  acquisition->provider = g_strdup (facts->provider);
  acquisition->model = g_strdup (facts->model);
  acquisition->pipeline = g_strdup (facts->pipeline);
  acquisition->image_id = facts->image_id != NULL ? g_strdup (facts->image_id)
                                                  : path_dup_stem (path);
  acquisition->cost_usd = facts->cost_usd;
  acquisition->is_paid = facts->cost_usd > 0;
  if (facts->request != NULL) {
    acquisition->request = g_strdup (digest_to_hex (facts->request).text);
    acquisition->variant = facts->variant;
  }
  return acquisition;
}

/* The bytes are durable; now the sidecar says where they came from. */
static void
take_record (Import *import, const char *path, CacheRecord *record, bool was_there)
{
  g_autoptr (GError) error = NULL;
  g_ptr_array_add (record->acquisitions, acquisition_of (import, path));
  for (char *const *tag = import->settings->facts.tags; tag != NULL && *tag != NULL; tag++)
    tags_add (record->tags, *tag);
  if (record->source_type == NULL && record->format != NULL)
    record->source_type = g_strdup (import->settings->facts.source_type);
  g_autofree char *damage = NULL;
  if (!cache_record_store (import->cache, record, &damage, &error)) {
    fail_file (import, path, run_error_class (error), error->message);
    return;
  }
  if (damage != NULL)
    import->listener->warning (import->listener->data, damage);
  ImportTotals *totals = &import->totals;
  totals->n_done++;
  totals->n_new += !was_there;
  totals->n_known += was_there;
  totals->n_pictures += record->format != NULL;
  totals->bytes += record->size_bytes;
  import->listener->imported (import->listener->data, path, record, was_there);
}

/* ---- the pool ---- */

static void
on_answer (void *data, PoolTask *task, Answer *answer)
{
  Import *import = data;
  const ImportFile *file = task->owner;
  if (answer->kind == ANSWER_FACTS)
    take_record (import, file->path, answer->record, answer->was_there);
  else
    fail_file (import, file->path, answer->error_class,
               answer->message != NULL ? answer->message : "the worker gave no answer");
  g_hash_table_remove (import->active, task->owner);
}

/* The bytes are kept, whatever a codec makes of them: once more, without looking at them. */
static void
on_crash (void *data, PoolTask *task, const char *how)
{
  Import *import = data;
  ImportFile *file = task->owner;
  g_hash_table_steal (import->active, file);
  bool may_retry = !file->is_retried && import->settings->facts.request == NULL;
  if (may_retry && !import->is_stopping) {
    file->is_retried = true;
    g_queue_push_tail (import->retries, file);
    return;
  }
  g_autofree char *message = g_strdup_printf ("the worker process that read it %s", how);
  fail_file (import, file->path, RUN_ERROR_FAILED, message);
  g_free (file);
}

static const PoolListener pool_listener = { on_answer, on_crash };

static ImportFile *
next_file (Import *import)
{
  if (!g_queue_is_empty (import->retries))
    return g_queue_pop_head (import->retries);
  ImportFile *file = g_new0 (ImportFile, 1);
  file->path = import->files->pdata[import->next++];
  return file;
}

static bool
has_next (const Import *import)
{
  return !import->is_stopping &&
         (!g_queue_is_empty (import->retries) || import->next < import->files->len);
}

static void
give_file (Import *import, ImportFile *file)
{
  g_autoptr (GError) error = NULL;
  const char *source = g_hash_table_lookup (import->sources, file->path);
  if (source == NULL)
    source = file->path;
  /* Tasks are JSON, which knows no other bytes. */
  if (!g_utf8_validate (file->path, -1, NULL) || !g_utf8_validate (source, -1, NULL)) {
    fail_file (import, file->path, RUN_ERROR_FAILED, "its name is not UTF-8; rename it");
    g_free (file);
    return;
  }
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = ++import->next_id;
  task->owner = file;
  const TaskImport wanted = {
    .path = source,
    .name = file->path,
    .compression = import->settings->compression,
    .with_facts = !file->is_retried,
    .is_picture = import->settings->facts.request != NULL,
  };
  task->line = task_write_import (task->id, &wanted);
  if (pool_give (import->pool, task, &error)) {
    g_hash_table_add (import->active, file);
    return;
  }
  fail_file (import, file->path, run_error_class (error), error->message);
  pool_task_free (task);
  g_free (file);
}

static void
obey_interrupts (Import *import, int *seen)
{
  int now = interrupt_take ();
  if (now > 0)
    import->is_stopping = true;
  if (now > 1 && *seen < 2)
    pool_kill (import->pool);
  *seen = now;
}

static void
loop (Import *import)
{
  int seen = 0;
  for (;;) {
    while (has_next (import) && pool_has_idle (import->pool))
      give_file (import, next_file (import));
    import->listener->tick (import->listener->data, &import->totals);
    if (pool_n_busy (import->pool) == 0 && !has_next (import))
      break;
    const int wake_fd = interrupt_fd ();
    pool_wait (import->pool, &wake_fd, 1, TICK_MS);
    obey_interrupts (import, &seen);
  }
}

/* ---- */

static void
on_unreadable (void *data, const char *path, const GError *error)
{
  Import *import = data;
  import->totals.n_files++;
  fail_file (import, path, run_error_class (error), error->message);
}

/* Is it a stream? Then it has been read to its end. */
static bool
take_stream (Import *import, const char *path)
{
  g_autoptr (GError) error = NULL;
  if (!import_is_stream (path))
    return false;
  char *name = g_strdup (strcmp (path, "-") == 0 ? "stdin" : path);
  char *saved = import_save_stream (path, import->settings->most_bytes, &error);
  if (saved != NULL) {
    g_ptr_array_add (import->files, name);
    g_ptr_array_add (import->saved, saved);
    g_hash_table_insert (import->sources, name, g_strdup (saved));
    return true;
  }
  if (interrupt_count () > 0)
    import->is_stopping = true;
  else
    on_unreadable (import, name, error);
  g_free (name);
  return true;
}

/* `/dev/stdin < a.png` is a regular file here and another in a worker: it is given the file itself. */
static void
resolve_link (Import *import, char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return;
  g_hash_table_insert (import->sources, path, path_real (path));
}

static bool
list_path (Import *import, const char *path, GError **error)
{
  unsigned n_files = import->files->len, n_failed = import->totals.n_failed;
  bool is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  if (!import_list_files (path, import->files, on_unreadable, import, error))
    return false;
  bool is_empty = import->files->len == n_files;
  if (!is_folder && !is_empty)
    resolve_link (import, import->files->pdata[n_files]);
  if (!is_empty || import->totals.n_failed > n_failed)
    return true;
  g_autofree char *message = g_strdup_printf (
    "there is no file in %s to import (hidden files and links are passed over)", path);
  import->listener->warning (import->listener->data, message);
  return true;
}

static bool
list_all (Import *import, char *const *paths, unsigned n_paths, GError **error)
{
  import->files = g_ptr_array_new_with_free_func (g_free);
  import->sources = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  import->saved = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < n_paths && !import->is_stopping; i++)
    if (!take_stream (import, paths[i]) && !list_path (import, paths[i], error))
      return false;
  import->totals.n_files += import->files->len;
  return true;
}

bool
import_files (char *const *paths, unsigned n_paths, const ImportSettings *settings,
              const ImportListener *listener, ImportResult *out_result, GError **error)
{
  g_auto (Import) import = { .settings = settings, .listener = listener };
  const ImageLimits limits = image_limits_widest (settings->most_bytes);
  import.retries = g_queue_new ();
  import.active = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  if (!list_all (&import, paths, n_paths, error))
    return false;
  import.cache = cache_open (settings->home, error);
  if (import.cache == NULL || !interrupt_begin (error))
    return false;
  int n_workers = (int)MIN ((unsigned)settings->n_jobs, MAX (import.files->len, 1));
  import.pool = pool_new (cache_home (import.cache), &limits, n_workers, 1, settings->isolate,
                          &pool_listener, &import);
  loop (&import);
  *out_result = (ImportResult){
    .totals = import.totals,
    .is_interrupted = interrupt_count () > 0,
    .first_failure = import.first_failure,
  };
  interrupt_forget ();
  return true;
}
