#include "cache/cache.h"
#include "questions.h"

static void
describe_usage (void *data, const QuotaUsage *usage)
{
  g_string_append_printf (
    data, "%s %s %s: %d today, %d in a minute, %u open, %.2f + %.2f USD, until %d%s%s, %.1f\n",
    usage->account, usage->provider, usage->model, (int)usage->n_today, (int)usage->n_minute,
    usage->n_open, usage->usd_today, usage->maybe_usd_today,
    (int)(usage->until_us > 0 ? (usage->until_us - start_us) / second_us : 0),
    usage->is_day ? " of the day: " : "", usage->why != NULL ? usage->why : "", usage->at_once);
}

static void
usage_is_told_by_account_and_model (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  g_autoptr (GString) told = g_string_new (NULL);
  QuotaQuestion of = question ("b", "m"), other = question ("a", "n");
  end (quotas, begin (quotas, &other, day_us - 1), QUOTA_OUTCOME_ANSWERED, day_us - 1);
  end (quotas, begin (quotas, &of, day_us - 1), QUOTA_OUTCOME_ANSWERED, day_us - 1);
  end (quotas, begin (quotas, &of, start_us - 5 * minute_us), QUOTA_OUTCOME_ANSWERED, start_us);
  end (quotas, begin (quotas, &of, start_us), QUOTA_OUTCOME_THROTTLED, start_us);
  begin (quotas, &of, start_us + 1);
  pause_until (quotas, start_us + 9 * second_us, true, "all gone");
  assert_ok (quotas_usage (quotas, day_us, start_us + 2, describe_usage, told, &error), error);
  g_assert_cmpstr (
    told->str, ==,
    "a ai-studio m: 0 today, 0 in a minute, 0 open, 0.00 + 0.00 USD, "
    "until 9 of the day: all gone, 0.0\n"
    "b ai-studio m: 3 today, 2 in a minute, 1 open, 0.50 + 0.25 USD, until 0, 1.0\n");
}

static void
count_lanes (void *data, const QuotaUsage *usage)
{
  ++*(unsigned *)data;
}

static void
a_view_counts_and_changes_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  size_t n_before, n_after;
  unsigned n_lanes = 0;
  QuotaUse use;
  const char *path = scratch_path (scratch, "quotas.sqlite");
  Quotas *quotas = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m"), other = question ("a", "n");
  end (quotas, begin (quotas, &of, start_us - 20 * minute_us), QUOTA_OUTCOME_ANSWERED, start_us);
  end (quotas, begin (quotas, &of, start_us - 5 * minute_us), QUOTA_OUTCOME_ANSWERED, start_us);
  end (quotas, begin (quotas, &other, start_us), QUOTA_OUTCOME_ANSWERED, start_us);
  begin (quotas, &of, start_us);
  quotas_close (quotas);
  assert_ok (g_file_get_contents (path, &before, &n_before, &error), error);
  Quotas *view = quotas_open_view (scratch->folder, &error);
  g_assert_no_error (error);
  g_assert_nonnull (view);
  assert_ok (quotas_use (view, "a", "ai-studio", "m", start_us - 10 * minute_us, &use, &error),
             error);
  g_assert_cmpint (use.n, ==, 2);
  g_assert_cmpfloat (use.usd, ==, 0.25);
  g_assert_cmpfloat (use.maybe_usd, ==, 0.25);
  g_assert_cmpfloat (use.account_usd, ==, 0.75);
  assert_ok (quotas_use (view, "a", "ai-studio", "x", day_us, &use, &error), error);
  g_assert_cmpint (use.n, ==, 0);
  assert_ok (quotas_usage (view, day_us, start_us, count_lanes, &n_lanes, &error), error);
  g_assert_cmpint (n_lanes, ==, 2);
  quotas_close (view);
  assert_ok (g_file_get_contents (path, &after, &n_after, &error), error);
  g_assert_cmpmem (before, n_before, after, n_after);
}

static void
a_view_of_nothing_makes_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "quotas.sqlite");
  g_assert_null (quotas_open_view (scratch->folder, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
a_view_leaves_damage_where_it_is (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const char *path = scratch_path (scratch, "quotas.sqlite");
  assert_ok (g_file_set_contents (path, "no database", -1, &error), error);
  g_assert_null (quotas_open_view (scratch->folder, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
  g_clear_error (&error);
  assert_ok (g_file_get_contents (path, &text, NULL, &error), error);
  g_assert_cmpstr (text, ==, "no database");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-usage/" name, function)
  CLAIM ("usage-is-told-by-account-and-model", usage_is_told_by_account_and_model);
  CLAIM ("a-view-counts-and-changes-nothing", a_view_counts_and_changes_nothing);
  CLAIM ("a-view-of-nothing-makes-nothing", a_view_of_nothing_makes_nothing);
  CLAIM ("a-view-leaves-damage-where-it-is", a_view_leaves_damage_where_it_is);
#undef CLAIM
  return g_test_run ();
}
