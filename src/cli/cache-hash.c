#include "cli/cache-hash.h"

#include "cache/blob.h"

enum { LEAST_DIGITS = 4 };

static bool
fail (GError **error, const char *text, const char *what)
{
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "'%s' %s", text, what);
  return false;
}

static bool
check (const char *text, GError **error)
{
  size_t length = strlen (text);
  bool is_hex = strspn (text, "0123456789abcdefABCDEF") == length;
  if (is_hex && length >= LEAST_DIGITS && length <= DIGEST_HEX_CHARACTERS)
    return true;
  if (is_hex && length < LEAST_DIGITS)
    return fail (error, text, "is too short: give at least 4 digits of the hash");
  if (is_hex)
    return fail (error, text, "is too long: a hash has 64 digits");
  return fail (error, text, "is no hash of an original: it has the digits 0 to 9 and a to f");
}

/* What begins so, for a message: a few, and how many more. */
typedef struct {
  const char *prefix;
  GString *shown;
  unsigned n;
} Candidates;

enum { MOST_SHOWN = 6, SHOWN_DIGITS = 12 };

static bool
add_candidate (void *data, const BlobListing *item, GError **error)
{
  Candidates *candidates = data;
  const DigestHex hex = digest_to_hex (&item->digest);
  if (!g_str_has_prefix (hex.text, candidates->prefix))
    return true;
  int n_digits = MAX (SHOWN_DIGITS, (int)strlen (candidates->prefix) + 4);
  if (candidates->n++ < MOST_SHOWN)
    g_string_append_printf (candidates->shown, "%s%.*s", candidates->n > 1 ? ", " : "", n_digits,
                            hex.text);
  return true;
}

static bool
fail_ambiguous (const Cache *cache, const char *text, const Digest *one, GError **error)
{
  g_autofree char *prefix = g_ascii_strdown (text, -1);
  g_autoptr (GString) shown = g_string_new (NULL);
  Candidates candidates = { prefix, shown, 0 };
  (void)blob_list_shelf (cache_home (cache), one->bytes[0], add_candidate, &candidates, NULL);
  if (candidates.n > MOST_SHOWN)
    g_string_append_printf (shown, " and %u more", candidates.n - MOST_SHOWN);
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
               "several originals begin with '%s': %s; give more digits", text, shown->str);
  return false;
}

bool
cache_hash_find (Cache *cache, const char *text, Digest *out_digest, GError **error)
{
  if (!check (text, error))
    return false;
  unsigned n = cache_find_known_prefix (cache, text, out_digest);
  if (n == 1)
    return true;
  if (n > 1)
    return fail_ambiguous (cache, text, out_digest, error);
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
               "no original in the cache begins with '%s' (the cache is %s)", text,
               cache_home (cache));
  return false;
}

static bool
has (const GArray *digests, const Digest *digest)
{
  for (unsigned i = 0; i < digests->len; i++)
    if (digest_equal (&g_array_index (digests, Digest, i), digest))
      return true;
  return false;
}

GArray *
cache_hash_find_all (Cache *cache, const Invocation *invocation, unsigned first, GError **error)
{
  g_autoptr (GArray) digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  for (unsigned i = first; i < invocation->n_arguments; i++) {
    Digest digest;
    if (!cache_hash_find (cache, invocation->arguments[i], &digest, error))
      return NULL;
    if (!has (digests, &digest))
      g_array_append_val (digests, digest);
  }
  return g_steal_pointer (&digests);
}
