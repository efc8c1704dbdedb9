#include "cache/gc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob.h"
#include "cache/handle.h"
#include "cache/home.h"

enum { N_SHELVES = 256, NS_PER_S = 1000 * 1000 * 1000 };

/* ---- what there is ---- */

typedef struct {
  Cache *cache;
  GHashTable *told;   /* Digest → GcItem, of the index */
  GHashTable *chosen; /* Digest, or NULL: all */
  GArray *items;
} Survey;

static int64_t
moment_of (const char *iso8601)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso8601, NULL);
  return time != NULL
           ? g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time)
           : 0;
}

static bool
visit_row (void *data, const CacheRow *row, GError **error)
{
  Survey *survey = data;
  GcItem *item = g_new0 (GcItem, 1);
  item->digest = row->digest;
  item->got_us = moment_of (row->last_at);
  item->is_told = true;
  item->is_precious = row->is_paid;
  g_hash_table_insert (survey->told, &item->digest, item);
  return true;
}

/* Exact pixels could do without the frame: they are no spare. */
static bool
is_disposable (const BlobStorage *storage)
{
  return storage->frame_bytes > 0 && storage->pixels_bytes > 0 && !storage->pixels_are_exact;
}

/* 0: no such file. */
static int64_t
file_changed_ns (char *path)
{
  g_autofree char *owned = path;
  struct stat status;
  return stat (owned, &status) == 0
           ? (int64_t)status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec
           : 0;
}

static int64_t
changed_ns (const char *home, const Digest *digest)
{
  int64_t frame_ns = file_changed_ns (home_blob_path (home, digest));
  int64_t pixels_ns = file_changed_ns (home_pixels_path (home, digest));
  return MAX (frame_ns, pixels_ns);
}

/* What no row tells of may be an import whose process was killed: it stays with what is precious. */
static bool
visit_blob (void *data, const BlobListing *listing, GError **error)
{
  Survey *survey = data;
  const GcItem *told = g_hash_table_lookup (survey->told, &listing->digest);
  GcItem item = { .digest = listing->digest, .is_precious = true };
  BlobStorage storage;
  if (!listing->has_frame && !listing->has_pixels)
    return true;
  if (told != NULL)
    item = *told;
  item.changed_ns = changed_ns (survey->cache->home, &item.digest);
  if (told == NULL)
    item.got_us = item.changed_ns / 1000;
  blob_storage (survey->cache->home, &item.digest, &storage);
  item.frame_bytes = storage.frame_bytes;
  item.pixels_bytes = storage.pixels_bytes;
  item.has_disposable_pixels = is_disposable (&storage);
  item.is_chosen = survey->chosen == NULL || g_hash_table_contains (survey->chosen, &item.digest);
  g_array_append_val (survey->items, item);
  return true;
}

static GHashTable *
set_of (const GArray *digests)
{
  if (digests == NULL)
    return NULL;
  GHashTable *set = g_hash_table_new (digest_hash_key, digest_equal_key);
  for (unsigned i = 0; i < digests->len; i++)
    g_hash_table_add (set, &g_array_index (digests, Digest, i));
  return set;
}

GArray *
gc_survey (Cache *cache, const GArray *chosen, GError **error)
{
  const CacheQuery all = { .limit = 0 };
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GcItem));
  g_autoptr (GHashTable)
    told = g_hash_table_new_full (digest_hash_key, digest_equal_key, NULL, g_free);
  g_autoptr (GHashTable) set = set_of (chosen);
  Survey survey = { cache, told, set, items };
  bool ok = cache_query (cache, &all, visit_row, &survey, error);
  for (unsigned shelf = 0; ok && shelf < N_SHELVES; shelf++)
    ok = blob_list_shelf (cache->home, shelf, visit_blob, &survey, error);
  return ok ? g_steal_pointer (&items) : NULL;
}

/* ---- what goes ---- */

static int
compare_age (const void *a, const void *b)
{
  const GcItem *one = a, *other = b;
  if (one->got_us != other->got_us)
    return one->got_us < other->got_us ? -1 : 1;
  return memcmp (one->digest.bytes, other->digest.bytes, DIGEST_BYTES);
}

static int64_t
bytes_of (const GcItem *item)
{
  return item->frame_bytes + item->pixels_bytes;
}

/* Returns the bytes that this makes free. */
static int64_t
let_go (GcItem *item, const GcPolicy *policy)
{
  bool stays = item->is_precious && !policy->include_paid;
  int64_t already = item->fate == GC_PIXELS_GO ? item->pixels_bytes : 0;
  if (!stays) {
    item->fate = GC_GOES;
    return bytes_of (item) - already;
  }
  /* Its pixels may be on their way out all the same. */
  if (item->fate == GC_STAYS)
    item->fate = GC_STAYS_PRECIOUS;
  return 0;
}

static int64_t
let_pixels_go (GcItem *item)
{
  if (item->fate != GC_STAYS || !item->has_disposable_pixels)
    return 0;
  item->fate = GC_PIXELS_GO;
  return item->pixels_bytes;
}

static void
make_room (GArray *items, const GcPolicy *policy, int64_t left)
{
  for (unsigned i = 0; i < items->len && left > policy->most_bytes; i++) {
    GcItem *item = &g_array_index (items, GcItem, i);
    if (item->is_chosen)
      left -= let_pixels_go (item);
  }
  for (unsigned i = 0; i < items->len && left > policy->most_bytes; i++) {
    GcItem *item = &g_array_index (items, GcItem, i);
    if (item->is_chosen && item->fate != GC_GOES)
      left -= let_go (item, policy);
  }
}

static void
add_to_totals (const GcItem *item, GcTotals *totals)
{
  totals->n_items++;
  totals->bytes += bytes_of (item);
  if (item->fate == GC_GOES) {
    totals->n_going++;
    totals->going_bytes += bytes_of (item);
  } else if (item->fate == GC_PIXELS_GO) {
    totals->n_pixels_going++;
    totals->pixels_going_bytes += item->pixels_bytes;
  } else if (item->fate == GC_STAYS_PRECIOUS) {
    totals->n_precious++;
    totals->precious_bytes += bytes_of (item);
  }
}

void
gc_decide (GArray *items, const GcPolicy *policy, GcTotals *out_totals)
{
  int64_t left = 0;
  g_array_sort (items, compare_age);
  for (unsigned i = 0; i < items->len; i++) {
    GcItem *item = &g_array_index (items, GcItem, i);
    item->fate = GC_STAYS;
    left += bytes_of (item);
    if (item->is_chosen && item->got_us < policy->before_us)
      left -= let_go (item, policy);
  }
  if (policy->most_bytes > 0)
    make_room (items, policy, left);
  *out_totals = gc_count (items);
}

GcTotals
gc_count (const GArray *items)
{
  GcTotals totals = { .n_items = 0 };
  for (unsigned i = 0; i < items->len; i++)
    add_to_totals (&g_array_index (items, GcItem, i), &totals);
  return totals;
}

/* Looks again under the lock that a repack holds when it takes a frame away. */
static bool
drop_pixels (Cache *cache, const Digest *digest, GError **error)
{
  g_autofree char *path = home_pixels_path (cache->home, digest);
  BlobStorage storage;
  int lock = home_lock_shelf (cache->home, digest->bytes[0], error);
  if (lock < 0)
    return false;
  bool failed = blob_storage (cache->home, digest, &storage) && is_disposable (&storage) &&
                unlink (path) != 0 && errno != ENOENT;
  int why = errno;
  close (lock);
  return !failed || base_error_set_errno (error, why, "cannot remove %s", path);
}

/* Since it was looked at, others may have imported the same bytes, paid for them, or found that they
 * are stored already and rely on that. What is told of it was read before its files were looked
 * at, so both are looked at again. */
static bool
is_as_it_was (void *data, Cache *cache, GError **error)
{
  const GcItem *item = data;
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (cache, &item->digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  if (changed_ns (cache->home, &item->digest) > item->changed_ns ||
      (record != NULL && !item->is_told))
    return false;
  for (unsigned i = 0; record != NULL && i < record->acquisitions->len; i++) {
    const CacheAcquisition *acquisition = record->acquisitions->pdata[i];
    int64_t got_us = acquisition->at != NULL ? moment_of (acquisition->at) : 0;
    if (got_us > item->got_us ||
        (cache_acquisition_is_precious (acquisition) && !item->is_precious))
      return false;
  }
  return true;
}

static bool
remove_original (Cache *cache, GcItem *item, GError **error)
{
  bool is_removed;
  if (!cache_remove_if (cache, &item->digest, is_as_it_was, item, &is_removed, error))
    return false;
  if (!is_removed)
    item->fate = GC_STAYS_IN_USE;
  return true;
}

bool
gc_carry_out (Cache *cache, GcItem *item, GError **error)
{
  if (item->fate == GC_GOES)
    return remove_original (cache, item, error);
  if (item->fate == GC_PIXELS_GO)
    return drop_pixels (cache, &item->digest, error);
  return true;
}

/* ---- quarantine ---- */

/* The change time: a file keeps its other times when it is moved here. */
static int64_t
moved_us (const struct stat *status)
{
  return (int64_t)status->st_ctim.tv_sec * G_USEC_PER_SEC + status->st_ctim.tv_nsec / 1000;
}

bool
gc_sweep_quarantine (Cache *cache, int64_t before_us, bool remove, GcQuarantine *out_swept,
                     GError **error)
{
  g_autofree char *folder = g_build_filename (cache->home, "quarantine", NULL);
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return base_error_set_errno (error, errno, "cannot list %s", folder);
  GcQuarantine swept = { 0 };
  bool ok = true;
  for (struct dirent *entry; ok && (entry = readdir (listing)) != NULL;) {
    struct stat status;
    if (fstatat (dirfd (listing), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG (status.st_mode) || moved_us (&status) >= before_us)
      continue;
    if (remove && unlinkat (dirfd (listing), entry->d_name, 0) != 0 && errno != ENOENT) {
      ok = base_error_set_errno (error, errno, "cannot remove %s/%s", folder, entry->d_name);
      continue;
    }
    swept.n_files++;
    swept.bytes += status.st_size;
  }
  closedir (listing);
  if (ok)
    *out_swept = swept;
  return ok;
}
