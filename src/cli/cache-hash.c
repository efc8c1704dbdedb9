#include "cli/cache-hash.h"

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

bool
cache_hash_find (Cache *cache, const char *text, Digest *out_digest, GError **error)
{
  if (!check (text, error))
    return false;
  unsigned n = cache_find_prefix (cache, text, out_digest);
  if (n == 1)
    return true;
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
               n == 0 ? "no original in the cache begins with '%s' (the cache is %s)"
                      : "several originals begin with '%s'; give more digits (the cache is %s)",
               text, cache_home (cache));
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
