/* One thread lists shelves and hands originals to a pool, a few ahead of it. A shelf is done when it
 * was listed and all its originals were read. An interrupted check goes on from the first shelf
 * that is not done. */
#include "cache/verify.h"

#include "base/atomic-file.h"
#include "cache/blob.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/sidecar.h"
#include "cache/verify-place.h"

enum {
  AHEAD = 4, /* originals that wait, for each thread */
  PROGRESS_EVERY_US = 50 * 1000,
  PLACE_EVERY_US = 2 * 1000 * 1000,
};

typedef struct {
  unsigned n_left;
  bool is_listed, is_skipped;
} Shelf;

typedef struct {
  const char *home;
  const VerifyOptions *options;
  const VerifyListener *listener;
  GThreadPool *pool;
  unsigned n_threads;
  GMutex sidecars; /* cJSON keeps where its last error was in one place for all threads */
  GMutex mutex;    /* of all below */
  GCond less_waits;
  unsigned n_waiting, n_skipped;
  Shelf shelves[WRITER_N_SHELVES];
  VerifyResult result;
  int64_t progress_us, place_us; /* when it was last told and written */
} Verify;

bool
verify_is_failure (VerifyKind kind)
{
  return kind != VERIFY_NO_SIDECAR && kind != VERIFY_OTHER_ZLIB;
}

static bool
is_stopped (const Verify *verify)
{
  const volatile int *stopped = verify->options->is_stopped;
  return stopped != NULL && g_atomic_int_get (stopped) != 0;
}

static unsigned
n_shelves_done (const Verify *verify)
{
  unsigned n = 0;
  while (n < WRITER_N_SHELVES && verify->shelves[n].is_listed && !verify->shelves[n].is_skipped &&
         verify->shelves[n].n_left == 0)
    n++;
  return n;
}

/* ---- one original ---- */

static void
tell (Verify *verify, VerifyKind kind, const Digest *digest, const char *message)
{
  const VerifyFinding finding = { kind, *digest, message };
  g_mutex_lock (&verify->mutex);
  verify->result.n_found[kind]++;
  if (verify->listener->found != NULL)
    verify->listener->found (verify->listener->data, &finding);
  g_mutex_unlock (&verify->mutex);
}

static void
tell_lost (Verify *verify, const CacheRecord *record, const Digest *digest)
{
  g_autofree char *path = home_blob_path (verify->home, digest);
  const CacheAcquisition *newest = record != NULL && record->acquisitions->len > 0
                                     ? record->acquisitions->pdata[record->acquisitions->len - 1]
                                     : NULL;
  g_autofree char *whence = NULL;
  if (newest != NULL)
    whence = g_strdup_printf (
      " (%s%s%s, got %s)", newest->image_id != NULL ? newest->image_id : "an image",
      newest->provider != NULL ? " by " : "", newest->provider != NULL ? newest->provider : "",
      newest->at != NULL ? newest->at : "at an unknown time");
  g_autofree char *message = g_strdup_printf (
    "the original %s%s is lost: what is told of it is here, its bytes are not. Put %s back from a "
    "copy, or restore a bundle that holds it. An original that was loaded from a file comes back "
    "with the next run; one that was generated can only be generated again",
    digest_to_hex (digest).text, whence != NULL ? whence : "", path);
  tell (verify, VERIFY_LOST, digest, message);
}

static void
tell_without_sidecar (Verify *verify, const Digest *digest)
{
  g_autofree char *message = g_strdup_printf (
    "nothing is told of the original %s: it has no sidecar. It is whole, and gets one when it is "
    "loaded, imported or generated again",
    digest_to_hex (digest).text);
  tell (verify, VERIFY_NO_SIDECAR, digest, message);
}

/* What was read: bytes of blobs. */
static int64_t
verify_bytes (Verify *verify, const Digest *digest, const CacheRecord *record, bool has_sidecar)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *message = NULL;
  BlobState state;
  int64_t n_bytes;
  if (!blob_verify (verify->home, digest, verify->options->rebuild, &state, &n_bytes, &message,
                    &problem)) {
    tell (verify, VERIFY_UNREADABLE, digest, problem->message);
    return 0;
  }
  if (state == BLOB_DAMAGED)
    tell (verify, VERIFY_DAMAGED, digest, message);
  else if (state == BLOB_OTHER_ZLIB)
    tell (verify, VERIFY_OTHER_ZLIB, digest, message);
  else if (state == BLOB_MISSING && (has_sidecar || n_bytes > 0))
    tell_lost (verify, record, digest);
  else if (state == BLOB_WHOLE && !has_sidecar)
    tell_without_sidecar (verify, digest);
  return n_bytes;
}

static void
verify_original (Verify *verify, const Digest *digest)
{
  GError *problem = NULL;
  g_mutex_lock (&verify->sidecars);
  g_autoptr (CacheRecord) record = sidecar_read (verify->home, digest, &problem);
  g_mutex_unlock (&verify->sidecars);
  bool has_sidecar = record != NULL || problem != NULL;
  if (problem != NULL) {
    bool is_damaged = g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    tell (verify, is_damaged ? VERIFY_SIDECAR_DAMAGED : VERIFY_UNREADABLE, digest,
          problem->message);
    g_error_free (problem);
  }
  int64_t n_bytes = verify_bytes (verify, digest, record, has_sidecar);
  g_mutex_lock (&verify->mutex);
  verify->result.n_originals++;
  verify->result.n_sidecars += has_sidecar ? 1 : 0;
  verify->result.bytes += n_bytes;
  g_mutex_unlock (&verify->mutex);
}

/* ---- in threads ---- */

/* The mutex is held. */
static void
tell_progress (Verify *verify, bool at_end)
{
  int64_t now = g_get_monotonic_time ();
  if (verify->listener->progress == NULL ||
      (!at_end && now - verify->progress_us < PROGRESS_EVERY_US))
    return;
  verify->progress_us = now;
  const VerifyProgress progress = { n_shelves_done (verify), verify->result.n_originals,
                                    verify->result.bytes };
  verify->listener->progress (verify->listener->data, &progress);
}

/* The mutex is held. */
static void
keep_place (Verify *verify, bool at_end)
{
  int64_t now = g_get_monotonic_time ();
  if (verify->options->digests != NULL || (!at_end && now - verify->place_us < PLACE_EVERY_US))
    return;
  verify->place_us = now;
  unsigned shelf = n_shelves_done (verify);
  if (shelf == WRITER_N_SHELVES)
    verify_place_forget (verify->home);
  else if (shelf > 0)
    verify_place_write (verify->home, shelf, verify->options->rebuild);
}

static void
do_item (void *data, void *user_data)
{
  g_autofree Digest *digest = data;
  Verify *verify = user_data;
  bool is_skipped = is_stopped (verify);
  if (!is_skipped)
    verify_original (verify, digest);
  g_mutex_lock (&verify->mutex);
  Shelf *shelf = &verify->shelves[digest->bytes[0]];
  shelf->n_left--;
  shelf->is_skipped |= is_skipped;
  verify->n_skipped += is_skipped ? 1 : 0;
  verify->n_waiting--;
  tell_progress (verify, false);
  keep_place (verify, false);
  g_cond_signal (&verify->less_waits);
  g_mutex_unlock (&verify->mutex);
}

static void
push (Verify *verify, const Digest *digest)
{
  g_mutex_lock (&verify->mutex);
  while (verify->n_waiting >= AHEAD * verify->n_threads)
    g_cond_wait (&verify->less_waits, &verify->mutex);
  verify->n_waiting++;
  verify->shelves[digest->bytes[0]].n_left++;
  g_mutex_unlock (&verify->mutex);
  g_thread_pool_push (verify->pool, g_memdup2 (digest, sizeof *digest), NULL);
}

static bool
push_listed (void *data, const BlobListing *item, GError **error)
{
  Verify *verify = data;
  push (verify, &item->digest);
  return true;
}

static bool
push_shelf (Verify *verify, unsigned shelf, GError **error)
{
  if (!blob_list_shelf (verify->home, shelf, push_listed, verify, error))
    return false;
  g_mutex_lock (&verify->mutex);
  verify->shelves[shelf].is_listed = true;
  g_mutex_unlock (&verify->mutex);
  return true;
}

static bool
push_all (Verify *verify, GError **error)
{
  const VerifyOptions *options = verify->options;
  for (unsigned i = 0; i < options->n_digests; i++)
    push (verify, &options->digests[i]);
  if (options->digests != NULL)
    return true;
  for (unsigned shelf = 0; shelf < verify->result.first_shelf; shelf++)
    verify->shelves[shelf].is_listed = true;
  for (unsigned i = verify->result.first_shelf; i < WRITER_N_SHELVES && !is_stopped (verify); i++)
    if (!push_shelf (verify, i, error))
      return false;
  return true;
}

/* ---- all ---- */

static bool
run (Verify *verify, GError **error)
{
  const VerifyOptions *options = verify->options;
  if (options->digests == NULL && options->from_start)
    verify_place_forget (verify->home);
  else if (options->digests == NULL)
    verify->result.first_shelf = verify_place_read (verify->home, options->rebuild);
  verify->place_us = g_get_monotonic_time ();
  verify->pool = g_thread_pool_new (do_item, verify, (int)verify->n_threads, TRUE, error);
  if (verify->pool == NULL)
    return false;
  bool ok = push_all (verify, error);
  g_thread_pool_free (verify->pool, FALSE, TRUE);
  verify->result.is_complete = verify->n_skipped == 0 &&
                               (options->digests != NULL ||
                                n_shelves_done (verify) == WRITER_N_SHELVES);
  tell_progress (verify, true);
  keep_place (verify, true);
  return ok;
}

bool
cache_verify (Cache *cache, const VerifyOptions *options, const VerifyListener *listener,
              VerifyResult *out_result, GError **error)
{
  static const VerifyListener nobody = { NULL };
  g_autofree Verify *verify = g_new0 (Verify, 1);
  verify->home = cache->home;
  verify->options = options;
  verify->listener = listener != NULL ? listener : &nobody;
  verify->n_threads = options->n_threads > 0 ? (unsigned)options->n_threads
                                             : g_get_num_processors ();
  g_mutex_init (&verify->sidecars);
  g_mutex_init (&verify->mutex);
  g_cond_init (&verify->less_waits);
  /* What a killed check left of its verify.json. */
  atomic_file_sweep (verify->home);
  bool ok = run (verify, error);
  if (ok)
    *out_result = verify->result;
  g_cond_clear (&verify->less_waits);
  g_mutex_clear (&verify->mutex);
  g_mutex_clear (&verify->sidecars);
  return ok;
}
