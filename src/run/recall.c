#include "run/recall.h"

#include "base/path.h"
#include "run/run-error.h"

enum { MOST_LISTED = 5 };

typedef struct {
  Cache *cache;
  const char *home;
  GPtrArray *originals; /* PlanOriginal* */
  GHashTable *seen;     /* Digest*, borrowed from `originals` */
} Search;

static bool fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
static bool
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (RUN_ERROR, RUN_ERROR_INVALID, format, arguments));
  va_end (arguments);
  return false;
}

/* ---- one original ---- */

static bool
is_set (const char *text)
{
  return text != NULL && text[0] != '\0';
}

/* What its image is called. From the oldest acquisition, because later ones come and go: the same
 * bytes are loaded under another name, or answer another pipeline's request, and no output of this
 * one may be renamed by that. And with digits of the hash, always, because whether a name is taken
 * twice depends on what else is in the cache. New string. */
static char *
name_of (const CacheRecord *record)
{
  const CacheAcquisition *oldest = record->acquisitions->len > 0 ? record->acquisitions->pdata[0]
                                                                 : NULL;
  g_autofree char *base = NULL;
  if (oldest != NULL && is_set (oldest->image_id))
    base = g_strdup (oldest->image_id);
  else if (oldest != NULL && is_set (oldest->path))
    base = path_dup_stem (oldest->path);
  else
    base = g_strdup (record->format);
  return g_strdup_printf ("%s-%.8s", base, digest_to_hex (&record->digest).text);
}

/* Sets the error when the original is no good; false then. */
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
    return fail (error,
                 "nothing is told of the original %s any more: take its bytes out ('peel cache cat "
                 "%.12s') and import them again",
                 hex.text, hex.text);
  if (!is_set (record->format) || record->width <= 0)
    return fail (error, "the original %s is no picture that Peel reads", hex.text);
  if (g_hash_table_contains (search->seen, digest))
    return true;
  g_autofree char *name = name_of (record);
  PlanOriginal *original = plan_original_new (name, digest);
  g_ptr_array_add (search->originals, original);
  g_hash_table_add (search->seen, &original->digest);
  return true;
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

static bool
add_hash (Search *search, const char *prefix, GError **error)
{
  Digest digest;
  unsigned n = search->cache != NULL ? cache_find_prefix (search->cache, prefix, &digest) : 0;
  if (n == 0)
    return fail (error, "no original in the cache begins with %s (the cache is %s)", prefix,
                 search->home);
  if (n == 1)
    return add_original (search, &digest, error);
  g_autoptr (GString) some = g_string_new (NULL);
  unsigned n_listed = 0;
  list_prefix (search->cache, prefix, some, &n_listed);
  return fail (error, "several originals begin with %s: %s%s; give more digits", prefix, some->str,
               n_listed == MOST_LISTED ? ", …" : "");
}

/* ---- all ---- */

static int
compare_names (const void *a, const void *b)
{
  return strcmp ((*(const PlanOriginal *const *)a)->name, (*(const PlanOriginal *const *)b)->name);
}

bool
recall_find (Cache *cache, const char *home, const RecallOptions *options, GPtrArray *out_originals,
             GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (digest_hash_key, digest_equal_key);
  Search search = { cache, home, out_originals, seen };
  for (char **hash = options->hash; *hash != NULL; hash++)
    if (!add_hash (&search, *hash, error))
      return false;
  g_ptr_array_sort (out_originals, compare_names);
  return true;
}
