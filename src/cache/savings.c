#include "cache/query.h"

typedef struct {
  GHashTable *uses; /* Digest → int64_t */
  int64_t n_uses;
  double saved_usd;
} Sum;

static void
note_use (void *data, const Digest *original, int64_t n)
{
  Sum *sum = data;
  g_hash_table_replace (sum->uses, g_memdup2 (original, sizeof *original),
                        g_memdup2 (&n, sizeof n));
}

static bool
add_row (void *data, const CacheRow *row, GError **error)
{
  Sum *sum = data;
  const int64_t *n = g_hash_table_lookup (sum->uses, &row->digest);
  if (n != NULL) {
    sum->n_uses += *n;
    sum->saved_usd += row->cost_usd * (double)*n;
  }
  return true;
}

static bool
add_rows (Cache *cache, Sum *sum, GError **error)
{
  g_autoptr (GArray) digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  GHashTableIter iterator;
  void *digest;
  g_hash_table_iter_init (&iterator, sum->uses);
  while (g_hash_table_iter_next (&iterator, &digest, NULL))
    g_array_append_vals (digests, digest, 1);
  CacheQuery used = { .digests = (const Digest *)(void *)digests->data, .n_digests = digests->len };
  return digests->len == 0 || cache_query (cache, &used, add_row, sum, error);
}

bool
cache_savings (Cache *cache, State *state, int64_t *out_n_uses, double *out_saved_usd,
               GError **error)
{
  Sum sum = { .uses = g_hash_table_new_full (digest_hash_key, digest_equal_key, g_free, g_free) };
  bool ok = state_uses (state, note_use, &sum, error) && add_rows (cache, &sum, error);
  g_hash_table_unref (sum.uses);
  if (ok) {
    *out_n_uses = sum.n_uses;
    *out_saved_usd = sum.saved_usd;
  }
  return ok;
}
