#include "cache/query.h"
#include "support/scratch.h"

static Digest
put (Cache *cache, const char *name, double cost_usd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = cache_record_new ();
  record->digest = digest_of (name, strlen (name));
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->cost_usd = cost_usd;
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
  return record->digest;
}

static void
assert_saved (Cache *cache, State *state, int64_t n_wanted, double wanted_usd)
{
  g_autoptr (GError) error = NULL;
  int64_t n;
  double saved_usd;
  assert_ok (cache_savings (cache, state, &n, &saved_usd, &error), error);
  g_assert_cmpint (n, ==, n_wanted);
  g_assert_true (saved_usd == wanted_usd);
}

static void
each_use_saves_what_it_cost (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  g_autoptr (State) state = state_open (cache_home (cache), &error);
  g_assert_no_error (error);
  assert_saved (cache, state, 0, 0);
  Digest watch = put (cache, "watch", 0.25), shoe = put (cache, "shoe", 0.5);
  Digest drawing = put (cache, "drawing", 0), removed = digest_of ("removed", 7);
  put (cache, "never used", 100);
  for (unsigned i = 0; i < 3; i++)
    state_count_use (state, &watch);
  state_count_use (state, &shoe);
  state_count_use (state, &drawing);
  state_count_use (state, &removed);
  assert_saved (cache, state, 5, 1.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/savings/" name, function)
  CLAIM ("each-use-saves-what-it-cost", each_use_saves_what_it_cost);
#undef CLAIM
  return g_test_run ();
}
