#include "run/pick.h"

#include "base/units.h"
#include "cache/query.h"
#include "run/run-error.h"

typedef struct {
  Cache *cache;
  const LockFile *lock;
  const char *image_id, *pipeline;
  GPtrArray *candidates;
} Search;

static void
candidate_free (void *data)
{
  PickCandidate *candidate = data;
  g_free (candidate->pipeline);
  g_free (candidate->owner);
  g_free (candidate->at);
  g_free (candidate->provider);
  g_free (candidate->model);
  g_free (candidate);
}

/* ---- finding ---- */

static bool
is_known (const Search *search, const PickCandidate *wanted)
{
  for (unsigned i = 0; i < search->candidates->len; i++) {
    const PickCandidate *candidate = search->candidates->pdata[i];
    if (candidate->variant == wanted->variant &&
        digest_equal (&candidate->request, &wanted->request) &&
        digest_equal (&candidate->original, &wanted->original) &&
        g_strcmp0 (candidate->owner, wanted->owner) == 0)
      return true;
  }
  return false;
}

/* `acquisition` (may be NULL) tells when and from whom it came. */
static void
add_candidate (Search *search, const PickCandidate *given, const CacheAcquisition *acquisition)
{
  if (search->pipeline != NULL && g_strcmp0 (given->pipeline, search->pipeline) != 0)
    return;
  if (is_known (search, given) || !cache_has (search->cache, &given->original))
    return;
  PickCandidate *candidate = g_memdup2 (given, sizeof *given);
  candidate->pipeline = g_strdup (given->pipeline);
  candidate->owner = g_strdup (given->owner);
  if (acquisition != NULL) {
    candidate->at = g_strdup (acquisition->at);
    candidate->provider = g_strdup (acquisition->provider);
    candidate->model = g_strdup (acquisition->model);
    candidate->cost_usd = acquisition->cost_usd;
  }
  const LockEntry *entry = lock_file_find (search->lock, candidate->owner, search->image_id,
                                           candidate->variant);
  candidate->is_asked = entry != NULL && digest_equal (&entry->request, &candidate->request);
  candidate->is_pinned = candidate->is_asked &&
                         digest_equal (&entry->original, &candidate->original);
  candidate->is_picked = candidate->is_pinned && entry->is_picked;
  g_ptr_array_add (search->candidates, candidate);
}

typedef struct {
  Search *search;
  const LockEntry *entry;
  const char *pipeline;
} Answers;

static bool
take_answer (void *data, const Digest *original, GError **error)
{
  const Answers *answers = data;
  const LockEntry *entry = answers->entry;
  const DigestHex request = digest_to_hex (&entry->request);
  const PickCandidate candidate = {
    .variant = entry->variant,
    .request = entry->request,
    .original = *original,
    .pipeline = (char *)answers->pipeline,
    .owner = entry->pipeline,
  };
  const CacheAcquisition *acquisition = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (answers->search->cache, original, NULL);
  for (unsigned i = 0; record != NULL && i < record->acquisitions->len; i++) {
    const CacheAcquisition *one = record->acquisitions->pdata[i];
    if (g_strcmp0 (one->request, request.text) == 0)
      acquisition = one;
  }
  add_candidate (answers->search, &candidate, acquisition);
  return true;
}

/* Answers to the requests that the lock has of this image: they may have been asked first for another
 * image, or for a pipeline that was called something else. */
static bool
add_of_lock (Search *search, GError **error)
{
  g_autoptr (GPtrArray) entries = lock_file_list (search->lock);
  for (unsigned i = 0; i < entries->len; i++) {
    const LockEntry *entry = entries->pdata[i];
    if (strcmp (entry->image, search->image_id) != 0)
      continue;
    g_autofree char *name = entry->pipeline != NULL
                              ? g_strdup (entry->pipeline)
                              : g_strndup (entry->image, strcspn (entry->image, "@"));
    Answers answers = { search, entry, name };
    if (!cache_each_answer (search->cache, &entry->request, take_answer, &answers, error))
      return false;
  }
  return true;
}

static void
add_acquisition (Search *search, const Digest *original, const CacheAcquisition *acquisition)
{
  PickCandidate candidate = { .variant = MAX (1, acquisition->variant),
                              .original = *original,
                              .pipeline = acquisition->pipeline };
  if (g_strcmp0 (acquisition->image_id, search->image_id) != 0 || acquisition->request == NULL ||
      !digest_from_hex (acquisition->request, &candidate.request))
    return;
  if (acquisition->pipeline != NULL)
    candidate.owner = (char *)lock_file_owner (acquisition->pipeline, search->image_id);
  add_candidate (search, &candidate, acquisition);
}

static bool
take_row (void *data, const CacheRow *row, GError **error)
{
  Search *search = data;
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (search->cache, &row->digest, &problem);
  for (unsigned i = 0; record != NULL && i < record->acquisitions->len; i++)
    add_acquisition (search, &row->digest, record->acquisitions->pdata[i]);
  if (problem == NULL)
    return true;
  g_propagate_error (error, problem);
  return false;
}

static int
compare_candidates (const void *a, const void *b)
{
  const PickCandidate *left = *(const PickCandidate *const *)a;
  const PickCandidate *right = *(const PickCandidate *const *)b;
  if (left->variant != right->variant)
    return left->variant - right->variant;
  int order = -g_strcmp0 (left->at, right->at);
  return order != 0 ? order : memcmp (&left->original, &right->original, sizeof left->original);
}

GPtrArray *
pick_candidates (Cache *cache, const LockFile *lock, const char *image_id, const char *pipeline,
                 GError **error)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (candidate_free);
  Search search = { cache, lock, image_id, pipeline, candidates };
  const CacheQuery query = { .image_id = image_id };
  if (!add_of_lock (&search, error) || !cache_query (cache, &query, take_row, &search, error))
    return NULL;
  g_ptr_array_sort (candidates, compare_candidates);
  return g_steal_pointer (&candidates);
}

/* ---- choosing ---- */

/* Up to 7 decimal digits are a number, since a hash of which so few are given has letters. */
static bool
read_number (const char *what, int64_t *out_number)
{
  enum { MOST_DIGITS = 7 };
  size_t length = strlen (what);
  return length > 0 && length <= MOST_DIGITS && strspn (what, "0123456789") == length &&
         units_parse_integer (what, out_number);
}

static bool
begins_with (const Digest *digest, const char *prefix)
{
  return g_ascii_strncasecmp (digest_to_hex (digest).text, prefix, strlen (prefix)) == 0;
}

/* The pinned one is what the last run made its files of, and so what whoever picks has looked at. */
static bool
is_better (const PickCandidate *a, const PickCandidate *b)
{
  if (b == NULL || a->is_pinned != b->is_pinned)
    return b == NULL || a->is_pinned;
  if (a->is_asked != b->is_asked)
    return a->is_asked;
  return g_strcmp0 (a->at, b->at) > 0;
}

static bool
check_one_pipeline (const GPtrArray *candidates, const char *image_id, GError **error)
{
  const PickCandidate *first = candidates->pdata[0];
  for (unsigned i = 1; i < candidates->len; i++) {
    const PickCandidate *other = candidates->pdata[i];
    if (g_strcmp0 (first->owner, other->owner) != 0)
      return run_fail (error, RUN_ERROR_INVALID,
                       "%s is an image of the pipelines %s and %s: choose one with --pipeline",
                       image_id, first->pipeline, other->pipeline);
  }
  return true;
}

enum { LEAST_HEX_DIGITS = 4 };

static const PickCandidate *
find_best (const GPtrArray *candidates, const char *image_id, const char *what, bool is_number,
           int64_t variant, GError **error)
{
  const PickCandidate *best = NULL;
  bool is_several = false;
  for (unsigned i = 0; i < candidates->len; i++) {
    const PickCandidate *candidate = candidates->pdata[i];
    if (is_number ? candidate->variant != variant : !begins_with (&candidate->original, what))
      continue;
    is_several |= !is_number && best != NULL &&
                  !digest_equal (&best->original, &candidate->original);
    if (is_better (candidate, best))
      best = candidate;
  }
  if (best != NULL && !is_several)
    return best;
  if (is_several)
    run_fail (error, RUN_ERROR_INVALID, "several originals of %s begin with %s; give more digits",
              image_id, what);
  else if (is_number)
    run_fail (error, RUN_ERROR_INVALID,
              "there is no variant %s of %s in the cache; 'peel pick %s' lists what there is", what,
              image_id, image_id);
  else
    run_fail (error, RUN_ERROR_INVALID,
              "no original of %s begins with %s; 'peel pick %s' lists them", image_id, what,
              image_id);
  return NULL;
}

const PickCandidate *
pick_choose (const GPtrArray *candidates, const char *image_id, const char *what, GError **error)
{
  int64_t variant = 0;
  bool is_number = read_number (what, &variant);
  size_t length = strspn (what, "0123456789abcdefABCDEF");
  if (!is_number && (what[length] != '\0' || length < LEAST_HEX_DIGITS)) {
    run_fail (error, RUN_ERROR_INVALID,
              "choose by the number of a variant, or by at least %d digits of a hash, not '%s'",
              LEAST_HEX_DIGITS, what);
    return NULL;
  }
  if (candidates->len > 0 && !check_one_pipeline (candidates, image_id, error))
    return NULL;
  return find_best (candidates, image_id, what, is_number, variant, error);
}

/* ---- writing ---- */

typedef struct {
  const char *image_id, *pipeline;
  const PickCandidate *chosen;
  unsigned n_forgotten;
} Choice;

static bool
matches (const LockEntry *entry, const Choice *choice)
{
  if (strcmp (entry->image, choice->image_id) != 0)
    return false;
  if (choice->chosen != NULL)
    return g_strcmp0 (entry->pipeline, choice->chosen->owner) == 0;
  return choice->pipeline == NULL || lock_entry_is_of (entry, choice->pipeline);
}

static bool
forget (void *data, LockFile *lock, GError **error)
{
  Choice *choice = data;
  g_autoptr (GPtrArray) entries = lock_file_list (lock);
  for (unsigned i = 0; i < entries->len; i++) {
    const LockEntry *entry = entries->pdata[i];
    if (!entry->is_picked || !matches (entry, choice))
      continue;
    LockEntry now = *entry;
    now.is_picked = false;
    lock_file_put (lock, &now);
    choice->n_forgotten++;
  }
  return true;
}

static bool
choose (void *data, LockFile *lock, GError **error)
{
  const Choice *choice = data;
  const PickCandidate *chosen = choice->chosen;
  const LockEntry entry = {
    .image = (char *)choice->image_id,
    .pipeline = chosen->owner,
    .variant = chosen->variant,
    .is_picked = true,
    .request = chosen->request,
    .original = chosen->original,
  };
  if (!forget (data, lock, error))
    return false;
  lock_file_put (lock, &entry);
  return true;
}

bool
pick_write (const char *path, const char *image_id, const PickCandidate *chosen, GError **error)
{
  Choice choice = { image_id, NULL, chosen, 0 };
  return lock_file_edit (path, choose, &choice, error);
}

bool
pick_forget (const char *path, const char *image_id, const char *pipeline, unsigned *out_n,
             GError **error)
{
  Choice choice = { image_id, pipeline, NULL, 0 };
  bool ok = lock_file_edit (path, forget, &choice, error);
  *out_n = choice.n_forgotten;
  return ok;
}
