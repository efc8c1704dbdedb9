#include "cache/spending.h"

#include "cache/journal.h"
#include "cache/quotas.h"
#include "support/scratch.h"

/* 2026-11-22 in UTC */
static const int64_t day_us = (int64_t)1795305600 * G_USEC_PER_SEC;

static void
note_call (Cache *cache, const char *at, const char *provider, double usd, const char *result,
           double end_usd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JournalCall) call = journal_call_new ();
  g_setenv ("PEEL_TEST_NOW", at, true);
  call->provider = g_strdup (provider);
  call->model = g_strdup ("m");
  call->cost_usd = usd;
  assert_ok (journal_begin (cache, call, &error), error);
  if (result == NULL)
    return;
  call->result = g_strdup (result);
  call->cost_usd = end_usd;
  assert_ok (journal_end (cache, call, &error), error);
}

static void
note_calls (const char *home)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (home, &error);
  g_assert_no_error (error);
  note_call (cache, "2026-11-21T23:59:59Z", "vertex", 64, "stored", 65);
  note_call (cache, "2026-11-22T00:00:00Z", "vertex", 1, "stored", 2);
  note_call (cache, "2026-11-22T08:00:00Z", "vertex", 1, "failed", 0);
  note_call (cache, "2026-11-22T08:00:00Z", "ai-studio", 4, "refused", 0.5);
  note_call (cache, "2026-11-22T08:00:00Z", "ai-studio", 4, "unknown", 4);
  note_call (cache, "2026-11-22T08:00:00Z", "ai-studio", 8, NULL, 0);
  g_setenv ("PEEL_TEST_NOW", "2026-11-22T10:00:00Z", true);
}

static void
assert_sum (const SpendingSum *sum, int n, double usd, int n_maybe, double maybe_usd)
{
  g_assert_cmpint (sum->n, ==, n);
  g_assert_cmpfloat (sum->usd, ==, usd);
  g_assert_cmpint (sum->n_maybe, ==, n_maybe);
  g_assert_cmpfloat (sum->maybe_usd, ==, maybe_usd);
}

static void
the_certain_and_what_may_be_are_told_apart_by_provider (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) spendings = NULL;
  unsigned n_damaged;
  note_calls (scratch->folder);
  assert_ok (spending_read (scratch->folder, day_us, &spendings, &n_damaged, &error), error);
  g_assert_cmpint (n_damaged, ==, 0);
  g_assert_cmpint (spendings->len, ==, 2);
  const Spending *studio = spendings->pdata[0], *vertex = spendings->pdata[1];
  g_assert_cmpstr (studio->provider, ==, "ai-studio");
  g_assert_cmpstr (vertex->provider, ==, "vertex");
  assert_sum (&studio->all, 1, 0.5, 2, 12);
  assert_sum (&studio->today, 1, 0.5, 2, 12);
  assert_sum (&vertex->all, 3, 67, 0, 0);
  assert_sum (&vertex->today, 2, 2, 0, 0);
  Spending total = spending_total (spendings);
  assert_sum (&total.all, 4, 67.5, 2, 12);
  assert_sum (&total.today, 3, 2.5, 2, 12);
}

static void
the_quotas_agree (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) spendings = NULL;
  unsigned n_damaged;
  double maybe_usd;
  note_calls (scratch->folder);
  g_autoptr (Quotas) quotas = quotas_open (scratch->folder, &error);
  g_assert_no_error (error);
  assert_ok (spending_read (scratch->folder, day_us, &spendings, &n_damaged, &error), error);
  Spending total = spending_total (spendings);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, &maybe_usd), ==, total.today.usd);
  g_assert_cmpfloat (maybe_usd, ==, total.today.maybe_usd);
}

static void
no_journal_is_no_spending (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) spendings = NULL;
  unsigned n_damaged;
  assert_ok (spending_read (scratch->folder, day_us, &spendings, &n_damaged, &error), error);
  g_assert_cmpint (spendings->len, ==, 0);
  g_assert_cmpfloat (spending_total (spendings).all.usd, ==, 0);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", true);
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/spending/" name, function)
  CLAIM ("the-certain-and-what-may-be-are-told-apart-by-provider",
         the_certain_and_what_may_be_are_told_apart_by_provider);
  CLAIM ("the-quotas-agree", the_quotas_agree);
  CLAIM ("no-journal-is-no-spending", no_journal_is_no_spending);
#undef CLAIM
  return g_test_run ();
}
