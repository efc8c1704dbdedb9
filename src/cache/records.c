#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/query.h"
#include "cache/sidecar.h"
#include "cache/tags.h"

CacheAcquisition *
cache_acquisition_new (void)
{
  return g_new0 (CacheAcquisition, 1);
}

bool
cache_acquisition_is_precious (const CacheAcquisition *acquisition)
{
  return acquisition->is_paid || acquisition->cost_usd > 0 ||
         g_strcmp0 (acquisition->source, "import") == 0;
}

static void
free_acquisition (void *data)
{
  CacheAcquisition *acquisition = data;
  g_free (acquisition->source);
  g_free (acquisition->request);
  g_free (acquisition->provider);
  g_free (acquisition->model);
  g_free (acquisition->prompt);
  g_free (acquisition->pipeline);
  g_free (acquisition->image_id);
  g_free (acquisition->path);
  g_free (acquisition->at);
  g_free (acquisition->declared_type);
  g_free (acquisition->location);
  g_free (acquisition->model_version);
  g_free (acquisition->response_id);
  g_free (acquisition->finish_reason);
  g_free (acquisition->usage);
  g_free (acquisition);
}

static CacheAcquisition *
copy_acquisition (const CacheAcquisition *from)
{
  CacheAcquisition *copy = cache_acquisition_new ();
  *copy = *from;
  copy->source = g_strdup (from->source);
  copy->request = g_strdup (from->request);
  copy->provider = g_strdup (from->provider);
  copy->model = g_strdup (from->model);
  copy->prompt = g_strdup (from->prompt);
  copy->pipeline = g_strdup (from->pipeline);
  copy->image_id = g_strdup (from->image_id);
  copy->path = g_strdup (from->path);
  copy->at = g_strdup (from->at);
  copy->declared_type = g_strdup (from->declared_type);
  copy->location = g_strdup (from->location);
  copy->model_version = g_strdup (from->model_version);
  copy->response_id = g_strdup (from->response_id);
  copy->finish_reason = g_strdup (from->finish_reason);
  copy->usage = g_strdup (from->usage);
  return copy;
}

CacheRecord *
cache_record_new (void)
{
  CacheRecord *record = g_new0 (CacheRecord, 1);
  record->acquisitions = g_ptr_array_new_with_free_func (free_acquisition);
  record->tags = g_ptr_array_new_with_free_func (g_free);
  return record;
}

void
cache_record_free (CacheRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->format);
  g_free (record->source_type);
  g_free (record->credentials);
  g_free (record->repack_tried);
  g_ptr_array_unref (record->acquisitions);
  g_ptr_array_unref (record->tags);
  g_free (record);
}

/* ---- merging ---- */

/* Names of files may not be UTF-8, and come back from the sidecar made so. */
static bool
equal_text (const char *stored, const char *given)
{
  g_autofree char *valid = given != NULL ? g_utf8_make_valid (given, -1) : NULL;
  return g_strcmp0 (stored, valid) == 0;
}

/* An import again corrects what the first one told; it was bought once. */
static bool
is_import (const CacheAcquisition *acquisition)
{
  return g_strcmp0 (acquisition->source, "import") == 0;
}

static int
find_acquisition (const GPtrArray *acquisitions, const CacheAcquisition *wanted)
{
  for (unsigned i = 0; i < acquisitions->len; i++) {
    const CacheAcquisition *have = acquisitions->pdata[i];
    if (equal_text (have->source, wanted->source) && equal_text (have->request, wanted->request) &&
        (is_import (wanted) || equal_text (have->provider, wanted->provider)) &&
        equal_text (have->path, wanted->path))
      return (int)i;
  }
  return -1;
}

/* Of two that were got in the same second the one stored later. */
static bool
is_later (const CacheAcquisition *a, const CacheAcquisition *b)
{
  int order = g_strcmp0 (a->at, b->at);
  return order > 0 || (order == 0 && a->stored_us > b->stored_us);
}

/* One from a bundle may be older than what is here. */
static void
insert_acquisition (GPtrArray *acquisitions, CacheAcquisition *given)
{
  unsigned place = acquisitions->len;
  while (place > 0 && is_later (acquisitions->pdata[place - 1], given))
    place--;
  g_ptr_array_insert (acquisitions, (int)place, given);
}

/* Does it say of an import what was said before? */
static bool
tells_the_same (const CacheAcquisition *given, const CacheAcquisition *have)
{
  return equal_text (have->prompt, given->prompt) && equal_text (have->model, given->model) &&
         equal_text (have->provider, given->provider) &&
         equal_text (have->pipeline, given->pipeline) &&
         equal_text (have->image_id, given->image_id) &&
         (given->cost_usd == 0 || given->cost_usd == have->cost_usd);
}

/* What an import again does not say stays as it was said: a folder that is imported anew for the
 * pictures that were added to it takes no prompt away. The texts stay those of `have`. */
static void
keep_what_is_not_told (CacheAcquisition *given, const CacheAcquisition *have)
{
  g_autofree char *usual_id = given->path != NULL ? path_dup_stem (given->path) : NULL;
  if (given->prompt == NULL)
    given->prompt = have->prompt;
  if (given->provider == NULL)
    given->provider = have->provider;
  if (given->model == NULL)
    given->model = have->model;
  if (given->pipeline == NULL)
    given->pipeline = have->pipeline;
  if (have->image_id != NULL && g_strcmp0 (given->image_id, usual_id) == 0)
    given->image_id = have->image_id;
}

/* A file loaded a second time tells nothing new. A request answered a second time does: this
 * original is again the newest answer, and was paid for again, unless the time says that it is the
 * same answer told again. Returns whether the list changed. */
static bool
merge_acquisition (GPtrArray *acquisitions, const CacheAcquisition *given)
{
  int place = find_acquisition (acquisitions, given);
  g_autofree char *now = given->at == NULL ? clock_now_iso8601 () : NULL;
  CacheAcquisition dated = *given;
  if (dated.at == NULL)
    dated.at = now;
  if (dated.stored_us == 0)
    dated.stored_us = g_get_real_time ();
  if (place >= 0) {
    const CacheAcquisition *have = acquisitions->pdata[place];
    if (is_import (given))
      keep_what_is_not_told (&dated, have);
    bool is_news = given->request != NULL || (is_import (given) && !tells_the_same (&dated, have));
    if (!is_news || !is_later (&dated, have))
      return false;
    if (is_import (given))
      dated.cost_usd = dated.cost_usd > 0 ? dated.cost_usd : have->cost_usd;
    else if (g_strcmp0 (dated.at, have->at) == 0)
      dated.cost_usd = MAX (dated.cost_usd, have->cost_usd);
    else
      dated.cost_usd += have->cost_usd;
    dated.is_paid = dated.is_paid || have->is_paid;
  }
  CacheAcquisition *merged = copy_acquisition (&dated);
  if (place >= 0)
    g_ptr_array_remove_index (acquisitions, (unsigned)place);
  insert_acquisition (acquisitions, merged);
  return true;
}

/* The facts follow from the bytes and are taken as they are told now, so that a Peel that reads
 * more out of the bytes adds to old sidecars. Only the source type may be known from elsewhere: a
 * generated picture that is later loaded from a bare file was generated all the same. */
static CacheRecord *
merge (const CacheRecord *given, const CacheRecord *stored, bool *out_changed)
{
  CacheRecord *merged = cache_record_new ();
  GPtrArray *acquisitions = merged->acquisitions, *tags = merged->tags;
  *merged = *given;
  merged->acquisitions = acquisitions;
  merged->tags = tags;
  merged->format = g_strdup (given->format);
  merged->source_type = g_strdup (given->source_type);
  merged->credentials = g_strdup (given->credentials);
  merged->repack_tried = g_strdup (given->repack_tried);
  *out_changed = stored == NULL;
  if (stored != NULL) {
    if (merged->source_type == NULL)
      merged->source_type = g_strdup (stored->source_type);
    if (merged->repack_tried == NULL)
      merged->repack_tried = g_strdup (stored->repack_tried);
    for (unsigned i = 0; i < stored->acquisitions->len; i++)
      g_ptr_array_add (acquisitions, copy_acquisition (stored->acquisitions->pdata[i]));
    for (unsigned i = 0; i < stored->tags->len; i++)
      tags_add (tags, stored->tags->pdata[i]);
    g_autofree char *before = sidecar_format (stored);
    g_autofree char *after = sidecar_format (merged);
    *out_changed = strcmp (before, after) != 0;
  }
  for (unsigned i = 0; i < given->acquisitions->len; i++)
    if (merge_acquisition (acquisitions, given->acquisitions->pdata[i]))
      *out_changed = true;
  for (unsigned i = 0; i < given->tags->len; i++)
    if (tags_add (tags, given->tags->pdata[i]))
      *out_changed = true;
  return merged;
}

/* ---- storing ---- */

/* *out_damage: what was wrong with the sidecar that is now replaced, or NULL. */
static CacheRecord *
store_merged (Cache *cache, const CacheRecord *record, GError **out_damage, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CacheRecord) stored = sidecar_read (cache->home, &record->digest, &problem);
  if (problem != NULL && !g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    g_propagate_error (error, problem);
    return NULL;
  }
  bool changed;
  g_autoptr (CacheRecord) merged = merge (record, stored, &changed);
  if (changed && !sidecar_write (cache->home, merged, error)) {
    g_clear_error (&problem);
    return NULL;
  }
  *out_damage = problem;
  return g_steal_pointer (&merged);
}

bool
cache_open_index (Cache *cache, GError **error)
{
  if (cache->index == NULL)
    cache->index = index_open (cache->home, error);
  return cache->index != NULL;
}

/* With the lock held until the row is there, nobody can remove the original in between and leave a
 * row of nothing behind. */
static bool
store_and_enter (Cache *cache, const CacheRecord *record, GError **out_damage, GError **error)
{
  g_autoptr (CacheRecord) merged = store_merged (cache, record, out_damage, error);
  if (merged == NULL)
    return false;
  if (cache_open_index (cache, error) && index_put (cache->index, merged, error))
    return true;
  cache->writer.is_unfinished = true; /* a sidecar without its row */
  return false;
}

bool
cache_record_put (Cache *cache, const CacheRecord *record, GError **error)
{
  unsigned shelf = record->digest.bytes[0];
  if (!writer_mark (&cache->writer, cache->home, shelf, error))
    return false;
  int lock = home_lock_shelf (cache->home, shelf, error);
  if (lock < 0)
    return false;
  GError *damage = NULL;
  bool ok = store_and_enter (cache, record, &damage, error);
  close (lock);
  if (!ok || damage == NULL) {
    g_clear_error (&damage);
    return ok;
  }
  g_propagate_error (error, damage);
  return false;
}

bool
cache_record_store (Cache *cache, const CacheRecord *record, char **out_damage, GError **error)
{
  GError *problem = NULL;
  *out_damage = NULL;
  if (cache_record_put (cache, record, &problem))
    return true;
  if (!g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    g_propagate_error (error, problem);
    return false;
  }
  *out_damage = g_strdup (problem->message);
  g_error_free (problem);
  return true;
}

/* ---- tags ---- */

static bool
check_tags (char **tags, GError **error)
{
  for (unsigned i = 0; tags != NULL && tags[i] != NULL; i++)
    if (!tag_check (tags[i], error))
      return false;
  return true;
}

static bool
change_tags (GPtrArray *tags, char **add, char **remove)
{
  bool changed = false;
  for (unsigned i = 0; remove != NULL && remove[i] != NULL; i++)
    changed |= tags_remove (tags, remove[i]);
  for (unsigned i = 0; add != NULL && add[i] != NULL; i++)
    changed |= tags_add (tags, add[i]);
  return changed;
}

static bool
store_tags (Cache *cache, const Digest *digest, char **add, char **remove, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = sidecar_read (cache->home, digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  if (record == NULL) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "nothing is told of the original %s, so there is no place for tags: load or "
                 "import it again",
                 digest_to_hex (digest).text);
    return false;
  }
  if (!change_tags (record->tags, add, remove))
    return true;
  if (!sidecar_write (cache->home, record, error))
    return false;
  if (cache_open_index (cache, error) && index_put (cache->index, record, error))
    return true;
  cache->writer.is_unfinished = true;
  return false;
}

bool
cache_tag (Cache *cache, const Digest *digest, char **add, char **remove, GError **error)
{
  unsigned shelf = digest->bytes[0];
  if (!check_tags (add, error) || !writer_mark (&cache->writer, cache->home, shelf, error))
    return false;
  int lock = home_lock_shelf (cache->home, shelf, error);
  if (lock < 0)
    return false;
  bool ok = store_tags (cache, digest, add, remove, error);
  close (lock);
  return ok;
}

/* ---- reading ---- */

CacheRecord *
cache_record_get (Cache *cache, const Digest *digest, GError **error)
{
  return sidecar_read (cache->home, digest, error);
}

typedef struct {
  Cache *cache;
  bool is_lost;
} Search;

static bool
has_blob (void *data, const Digest *original)
{
  Search *search = data;
  bool is_there = cache_has (search->cache, original);
  search->is_lost = !is_there;
  return is_there;
}

/* A miss may cost money, so it is the moment to look whether a process that was killed since we
 * began left an answer that the index does not know. */
bool
cache_lookup (Cache *cache, const Digest *request, Digest *out_digest, bool *out_is_lost,
              GError **error)
{
  bool found = false;
  Search search = { cache, false };
  bool ok = cache_open_index (cache, error) &&
            index_find (cache->index, request, has_blob, &search, &found, out_digest, error);
  if (ok && !found && cache_sweep (cache))
    ok = index_find (cache->index, request, has_blob, &search, &found, out_digest, error);
  if (out_is_lost != NULL)
    *out_is_lost = ok && search.is_lost;
  return ok && found;
}

/* ---- every answer ---- */

static bool
collect (void *data, const Digest *original)
{
  GArray *answers = data;
  for (unsigned i = 0; i < answers->len; i++)
    if (digest_equal (&g_array_index (answers, Digest, i), original))
      return false;
  g_array_append_vals (answers, original, 1);
  return false;
}

bool
cache_each_answer (Cache *cache, const Digest *request,
                   bool (*visit) (void *data, const Digest *original, GError **error), void *data,
                   GError **error)
{
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (Digest));
  bool found;
  Digest none;
  if (!cache_open_index (cache, error) ||
      !index_find (cache->index, request, collect, answers, &found, &none, error))
    return false;
  for (unsigned i = 0; i < answers->len; i++) {
    const Digest *original = &g_array_index (answers, Digest, i);
    if (cache_has (cache, original) && !visit (data, original, error))
      return false;
  }
  return true;
}
