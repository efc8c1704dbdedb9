#include "run/answers.h"

#include "cache/query.h"
#include "run/permission.h"
#include "run/run-private.h"

/* Of several who told of the same bytes, the last. `provider`: only that one. */
static const char *
find_provider (const CacheRecord *record, const Digest *fingerprint, const char *provider)
{
  const DigestHex request = digest_to_hex (fingerprint);
  for (unsigned i = record->acquisitions->len; i-- > 0;) {
    const CacheAcquisition *acquisition = record->acquisitions->pdata[i];
    if (acquisition->provider != NULL && g_strcmp0 (acquisition->request, request.text) == 0 &&
        (provider == NULL || strcmp (acquisition->provider, provider) == 0))
      return acquisition->provider;
  }
  return NULL;
}

const char *
answers_provider (const ImageRun *image_run)
{
  if (image_run->request == NULL || image_run->record == NULL)
    return NULL;
  const PlanChoice *choice = plan_choice (image_run->request);
  const char *own = find_provider (image_run->record, &choice->fingerprint, choice->provider->name);
  return own != NULL ? own : find_provider (image_run->record, &choice->fingerprint, NULL);
}

/* ---- one choice ---- */

/* A search among a provider's own answers. */
typedef struct {
  Cache *cache;
  const PlanChoice *choice;
  bool is_found;
  Digest original;
  char *other; /* whose the newest of the others is, or NULL */
} Search;

static bool
take_answer (void *data, const Digest *original, GError **error)
{
  Search *search = data;
  const PlanChoice *choice = search->choice;
  GError *problem = NULL;
  if (search->is_found)
    return true;
  g_autoptr (CacheRecord) record = cache_record_get (search->cache, original, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  if (record == NULL)
    return true;
  search->is_found = find_provider (record, &choice->fingerprint, choice->provider->name) != NULL;
  search->original = *original;
  if (!search->is_found && search->other == NULL)
    search->other = g_strdup (find_provider (record, &choice->fingerprint, NULL));
  return true;
}

static bool
find_own (Run *run, ImageRun *image_run, const PlanChoice *choice, Digest *out_original,
          bool *out_found, GError **error)
{
  Search search = { .cache = run->cache, .choice = choice };
  bool ok = cache_each_answer (run->cache, &choice->fingerprint, take_answer, &search, error);
  *out_found = search.is_found;
  *out_original = search.original;
  if (image_run->cached_from == NULL)
    image_run->cached_from = g_steal_pointer (&search.other);
  g_free (search.other);
  return ok;
}

/* An answer that is there, whoever gave it, is none that is lost. */
static bool
find_one (Run *run, ImageRun *image_run, const PlanChoice *choice, Digest *out_original,
          bool *out_found, bool *out_is_lost, GError **error)
{
  GError *problem = NULL;
  bool is_own = image_run->request->options->accept == ACCEPT_SAME_PROVIDER;
  *out_found = cache_lookup (run->cache, &choice->fingerprint, out_original, out_is_lost, &problem);
  if (problem == NULL && is_own && *out_found)
    (void)find_own (run, image_run, choice, out_original, out_found, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  *out_found = *out_found || permission_find_paid (
                               run, choice, is_own ? choice->provider->name : NULL, out_original);
  return true;
}

/* ---- all of them ---- */

/* Models of one family have one request, which is looked for once, unless who answered counts. */
static bool
was_looked_for (const PlanRequest *request, unsigned i)
{
  const PlanChoice *choice = &g_array_index (request->choices, PlanChoice, i);
  return request->options->accept == ACCEPT_ANY &&
         plan_find_choice (request, &choice->fingerprint) < (int)i;
}

bool
answers_find (Run *run, ImageRun *image_run, Digest *out_original, bool *out_found,
              bool *out_is_lost, GError **error)
{
  PlanRequest *request = image_run->request;
  bool is_lost = false;
  g_clear_pointer (&image_run->cached_from, g_free);
  *out_found = false;
  for (unsigned i = 0; !*out_found && i < request->choices->len; i++) {
    const PlanChoice *choice = &g_array_index (request->choices, PlanChoice, i);
    bool is_this_lost = false;
    if (was_looked_for (request, i))
      continue;
    if (!find_one (run, image_run, choice, out_original, out_found, &is_this_lost, error))
      return false;
    is_lost = is_lost || is_this_lost;
    if (*out_found)
      request->choice = i;
  }
  *out_is_lost = is_lost && !*out_found;
  if (*out_found)
    g_clear_pointer (&image_run->cached_from, g_free);
  return true;
}

int
answers_choice_of (Run *run, const PlanRequest *request, const Digest *fingerprint,
                   const Digest *original)
{
  int first = plan_find_choice (request, fingerprint);
  if (first < 0 || request->options->accept == ACCEPT_ANY)
    return first;
  g_autoptr (CacheRecord) record = cache_record_get (run->cache, original, NULL);
  for (unsigned i = (unsigned)first; record != NULL && i < request->choices->len; i++) {
    const PlanChoice *choice = &g_array_index (request->choices, PlanChoice, i);
    if (digest_equal (&choice->fingerprint, fingerprint) &&
        find_provider (record, fingerprint, choice->provider->name) != NULL)
      return (int)i;
  }
  return -1;
}
