#include "run/recall.h"

#include "base/clock.h"
#include "base/path.h"
#include "cache/query.h"
#include "run/run-error.h"

enum { MOST_LISTED = 5 };

typedef struct {
  Cache *cache;
  const char *home;
  const RecallOptions *options;
  GPtrArray *originals; /* PlanOriginal* */
  GHashTable *seen;     /* Digest*, borrowed from `originals` */
  unsigned n_no_pictures;
} Search;

/* ---- one original ---- */

static bool
is_set (const char *text)
{
  return text != NULL && text[0] != '\0';
}

/* Adds it under the name of its image. That is from the oldest acquisition, because later ones come
 * and go: the same bytes are loaded under another name, or answer another pipeline's request, and no
 * output of this one may be renamed by that. And it has digits of the hash, always, because whether
 * a name is taken twice depends on what else is in the cache. */
static void
add_named (Search *search, const Digest *digest, const char *image_id, const char *path,
           const char *format)
{
  if (g_hash_table_contains (search->seen, digest))
    return;
  g_autofree char *stem = is_set (path) ? path_dup_stem (path) : NULL;
  const char *base = is_set (image_id) ? image_id : stem != NULL ? stem : format;
  g_autofree char *name = g_strdup_printf ("%s-%.8s", base, digest_to_hex (digest).text);
  PlanOriginal *original = plan_original_new (name, digest);
  g_ptr_array_add (search->originals, original);
  g_hash_table_add (search->seen, &original->digest);
}

/* ---- hashes ---- */

/* Those that begin so, by asking with one digit more wherever there are several. */
static void
list_prefix (Cache *cache, const char *prefix, GString *out, unsigned *n_listed)
{
  Digest digest;
  unsigned n = cache_find_prefix (cache, prefix, &digest);
  if (n == 0 || *n_listed == MOST_LISTED)
    return;
  if (n == 1) {
    g_string_append_printf (out, "%s%s", *n_listed > 0 ? ", " : "", digest_to_hex (&digest).text);
    ++*n_listed;
    return;
  }
  for (const char *digit = "0123456789abcdef"; *digit != '\0'; digit++) {
    g_autofree char *longer = g_strdup_printf ("%s%c", prefix, *digit);
    list_prefix (cache, longer, out, n_listed);
  }
}

/* The one original that begins so. */
static bool
find_hash (const Search *search, const char *prefix, Digest *out_digest, GError **error)
{
  unsigned n = search->cache != NULL ? cache_find_prefix (search->cache, prefix, out_digest) : 0;
  if (n == 1)
    return true;
  if (n == 0)
    return run_fail (error, RUN_ERROR_INVALID,
                     "no original in the cache begins with %s (the cache is %s)", prefix,
                     search->home);
  g_autoptr (GString) some = g_string_new (NULL);
  unsigned n_listed = 0;
  list_prefix (search->cache, prefix, some, &n_listed);
  return run_fail (error, RUN_ERROR_INVALID,
                   "several originals begin with %s: %s%s; give more digits", prefix, some->str,
                   n_listed == MOST_LISTED ? ", …" : "");
}

/* An original that is named must be one that can be used. */
static bool
add_original (Search *search, const Digest *digest, GError **error)
{
  const DigestHex hex = digest_to_hex (digest);
  g_autoptr (GError) problem = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (search->cache, digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return false;
  }
  if (record == NULL)
    return run_fail (
      error, RUN_ERROR_INVALID,
      "nothing is told of the original %s any more: take its bytes out ('peel cache cat "
      "%.12s') and import them again",
      hex.text, hex.text);
  if (!is_set (record->format) || record->width <= 0)
    return run_fail (error, RUN_ERROR_INVALID, "the original %s is no picture that Peel reads",
                     hex.text);
  const GPtrArray *acquisitions = record->acquisitions;
  const CacheAcquisition *oldest = acquisitions->len > 0 ? acquisitions->pdata[0] : NULL;
  add_named (search, digest, oldest != NULL ? oldest->image_id : NULL,
             oldest != NULL ? oldest->path : NULL, record->format);
  return true;
}

/* Those that are named, whether or not they fit the rest. NULL: none is named. Digest. */
static GArray *
find_hashes (const Search *search, GError **error)
{
  g_autoptr (GArray) digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  for (char **hash = search->options->hash; *hash != NULL; hash++) {
    Digest digest;
    if (!find_hash (search, *hash, &digest, error))
      return NULL;
    g_array_append_val (digests, digest);
  }
  return g_steal_pointer (&digests);
}

/* ---- everything else ---- */

static bool
take_row (void *data, const CacheRow *row, GError **error)
{
  Search *search = data;
  int limit = search->options->limit;
  bool is_picture = is_set (row->format) && row->width > 0;
  search->n_no_pictures += !is_picture;
  if (is_picture && (limit == 0 || search->originals->len < (unsigned)limit))
    add_named (search, &row->digest, row->first_image_id, row->first_path, row->format);
  return true;
}

static bool
query (Search *search, const GArray *digests, GError **error)
{
  const RecallOptions *options = search->options;
  CacheQuery wanted = {
    .text = options->text,
    .tags = options->tag,
    .provider = options->provider,
    .model = options->model,
    .pipeline = options->pipeline,
    .image_id = options->image,
    .digests = digests != NULL ? (const Digest *)digests->data : NULL,
    .n_digests = digests != NULL ? digests->len : 0,
  };
  /* The stage has looked at them: they are moments. */
  if (options->since != NULL)
    (void)clock_parse_moment (options->since, false, &wanted.since_us);
  if (options->until != NULL)
    (void)clock_parse_moment (options->until, true, &wanted.until_us);
  return search->cache == NULL || cache_query (search->cache, &wanted, take_row, search, error);
}

/* `text "watch", since 30d`. New string. */
static char *
describe_options (const RecallOptions *options)
{
  GString *out = g_string_new (NULL);
  for (const Option *row = recall_options.rows; row->name != NULL; row++) {
    if (option_is_default (row, options))
      continue;
    g_autofree char *value = option_format (row, options);
    g_string_append_printf (out, "%s%s '%s'", out->len > 0 ? ", " : "", row->name, value);
  }
  return g_string_free (out, FALSE);
}

static bool
fail_empty (const Search *search, GError **error)
{
  const CacheQuery all = { 0 };
  int64_t n = 0;
  if (search->cache != NULL && !cache_count (search->cache, &all, &n, error))
    return false;
  g_autofree char *wanted = describe_options (search->options);
  g_autofree char *others = NULL;
  if (search->n_no_pictures > 0)
    others = g_strdup_printf ("; %u that fit are no pictures", search->n_no_pictures);
  return run_fail (error, RUN_ERROR_INVALID,
                   "no original fits %s (the cache is %s and holds %" G_GINT64_FORMAT "%s)", wanted,
                   search->home, n, others != NULL ? others : "");
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp ((*(const PlanOriginal *const *)a)->name, (*(const PlanOriginal *const *)b)->name);
}

/* Originals that are named and nothing else: no index is asked, so that they are found whatever
 * state it is in. */
static bool
names_only_hashes (const RecallOptions *options)
{
  for (const Option *row = recall_options.rows; row->name != NULL; row++)
    if (strcmp (row->name, recall_options.shorthand) != 0 && !option_is_default (row, options))
      return false;
  return true;
}

bool
recall_find (Cache *cache, const char *home, const RecallOptions *options, GPtrArray *out_originals,
             GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (digest_hash_key, digest_equal_key);
  Search search = { cache, home, options, out_originals, seen, 0 };
  g_autoptr (GArray) digests = options->hash != NULL ? find_hashes (&search, error) : NULL;
  if (options->hash != NULL && digests == NULL)
    return false;
  if (names_only_hashes (options)) {
    for (unsigned i = 0; i < digests->len; i++)
      if (!add_original (&search, &g_array_index (digests, Digest, i), error))
        return false;
  } else if (!query (&search, digests, error)) {
    return false;
  }
  if (out_originals->len == 0)
    return fail_empty (&search, error);
  g_ptr_array_sort (out_originals, compare_names);
  return true;
}
