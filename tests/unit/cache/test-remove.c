#include <glib/gstdio.h>

#include "cache/query.h"
#include "support/scratch.h"

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static Digest
request_of (const char *prompt)
{
  return digest_of (prompt, strlen (prompt));
}

/* Stores the prompt as the answer to itself. */
static Digest
answer (Cache *cache, const char *prompt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (prompt, strlen (prompt));
  g_autoptr (CacheRecord) record = cache_record_new ();
  assert_ok (cache_put (cache, bytes, &record->digest, NULL, &error), error);
  Digest request = request_of (prompt);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->request = g_strdup (digest_to_hex (&request).text);
  acquisition->prompt = g_strdup (prompt);
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
  return record->digest;
}

static int64_t
count (Cache *cache, const char *text)
{
  g_autoptr (GError) error = NULL;
  CacheQuery query = { .text = text };
  int64_t n = 0;
  assert_ok (cache_count (cache, &query, &n, &error), error);
  return n;
}

static void
nothing_is_left_of_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "a watch"), shoe = answer (cache, "a shoe");
  assert_ok (cache_remove (cache, &watch, &error), error);
  g_assert_false (cache_has (cache, &watch));
  g_assert_null (cache_record_get (cache, &watch, &error));
  g_assert_no_error (error);
  Digest request = request_of ("a watch"), found;
  bool is_lost = true;
  g_assert_false (cache_lookup (cache, &request, &found, &is_lost, &error));
  g_assert_no_error (error);
  g_assert_false (is_lost);
  g_assert_cmpint (count (cache, "watch"), ==, 0);
  g_assert_true (cache_has (cache, &shoe));
  g_assert_cmpint (count (cache, "shoe"), ==, 1);
}

static void
twice_is_once_and_it_may_come_back (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "a watch");
  assert_ok (cache_remove (cache, &watch, &error), error);
  assert_ok (cache_remove (cache, &watch, &error), error);
  answer (cache, "a watch");
  g_assert_true (cache_has (cache, &watch));
  g_assert_cmpint (count (cache, "watch"), ==, 1);
}

static bool
remove_row (void *data, const CacheRow *row, GError **error)
{
  return cache_remove (data, &row->digest, error);
}

static void
who_is_shown_a_row_may_remove_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  answer (cache, "a brass watch");
  answer (cache, "a shoe");
  answer (cache, "a brass knob");
  CacheQuery brass = { .text = "brass" };
  assert_ok (cache_query (cache, &brass, remove_row, cache, &error), error);
  g_assert_cmpint (count (cache, NULL), ==, 1);
  g_assert_cmpint (count (cache, "shoe"), ==, 1);
}

/* Its row alone is left of an original that was removed by hand, or by a process that was killed. */
static void
a_row_of_nothing_goes_too (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "a watch");
  const DigestHex hex = digest_to_hex (&watch);
  static const char *const suffixes[] = { ".zst", ".json" };
  for (unsigned i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *path = g_strdup_printf ("%s/originals/%.2s/%s%s", cache_home (cache), hex.text,
                                             hex.text, suffixes[i]);
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (count (cache, "watch"), ==, 1);
  assert_ok (cache_remove (cache, &watch, &error), error);
  g_assert_cmpint (count (cache, "watch"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/remove/" name, function)
  CLAIM ("nothing-is-left-of-it", nothing_is_left_of_it);
  CLAIM ("twice-is-once-and-it-may-come-back", twice_is_once_and_it_may_come_back);
  CLAIM ("who-is-shown-a-row-may-remove-it", who_is_shown_a_row_may_remove_it);
  CLAIM ("a-row-of-nothing-goes-too", a_row_of_nothing_goes_too);
#undef CLAIM
  return g_test_run ();
}
