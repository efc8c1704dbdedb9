#include "cache/journal.h"
#include "questions.h"

static void
note_call (Cache *cache, const char *at, double cost_usd, const char *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JournalCall) call = journal_call_new ();
  g_setenv ("PEEL_TEST_NOW", at, true);
  call->provider = g_strdup ("vertex");
  call->model = g_strdup ("m");
  call->cost_usd = cost_usd;
  assert_ok (journal_begin (cache, call, &error), error);
  call->result = g_strdup (result);
  if (result != NULL)
    assert_ok (journal_end (cache, call, &error), error);
}

static void
count_usage (void *data, const QuotaUsage *usage)
{
  g_assert_cmpstr (usage->account, ==, "");
  g_assert_cmpstr (usage->provider, ==, "vertex");
  g_assert_cmpstr (usage->model, ==, "m");
  *(int64_t *)data += usage->n_today;
}

static void
a_new_file_knows_the_day_from_the_journal (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  double maybe_usd;
  int64_t n = 0;
  Cache *cache = cache_open (scratch->folder, &error);
  g_assert_no_error (error);
  note_call (cache, "2026-11-20T12:00:00Z", 64, "stored"); /* too old */
  note_call (cache, "2026-11-21T23:59:59Z", 32, "stored"); /* yesterday */
  note_call (cache, "2026-11-22T08:00:00Z", 1, "stored");
  note_call (cache, "2026-11-22T07:00:00Z", 2, "stored");
  note_call (cache, "2026-11-22T08:00:00Z", 0, "failed");
  note_call (cache, "2026-11-22T08:00:00Z", 4, "unknown");
  note_call (cache, "2026-11-22T08:00:00Z", 8, NULL);
  note_call (cache, "2026-11-22T18:00:00Z", 16, "stored"); /* not yet */
  cache_close (cache);
  g_setenv ("PEEL_TEST_NOW", "2026-11-22T10:00:00Z", true);
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, &maybe_usd), ==, 3);
  g_assert_cmpfloat (maybe_usd, ==, 12);
  assert_ok (quotas_usage (quotas, day_us, start_us, count_usage, &n, &error), error);
  g_assert_cmpint (n, ==, 5);
  QuotaQuestion of = question ("a", "m");
  of.budget_usd = 15.1;
  assert_answer (quotas, &of, start_us, QUOTA_OVER_BUDGET, 0);
  /* In the order in which they were begun, and none that is too old. */
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM calls"), ==, 6);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM calls a JOIN calls b ON b.id > a.id "
                                        "WHERE b.begun_us < a.begun_us OR b.seq < a.seq"),
                   ==, 0);
  /* It is read once. */
  Quotas *again = open_quotas (scratch);
  g_assert_cmpfloat (quotas_spent (again, day_us, NULL), ==, 3);
  quotas_close (again);
  g_unsetenv ("PEEL_TEST_NOW");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-fill/" name, function)
  CLAIM ("a-new-file-knows-the-day-from-the-journal", a_new_file_knows_the_day_from_the_journal);
#undef CLAIM
  return g_test_run ();
}
