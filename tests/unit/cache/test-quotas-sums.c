#include <math.h>

#include "questions.h"

static void
a_day_has_its_requests_and_its_money (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit requests = { .most = 2 }, spend = { .most = 0.75 };
  QuotaQuestion of = question ("a", "m"), other = question ("a", "n");
  of.requests = &requests;
  of.n_requests = 1;
  begin (quotas, &of, start_us);
  begin (quotas, &of, start_us);
  g_auto (QuotaReply) reply = ask (quotas, &of, start_us + 1);
  g_assert_cmpint (reply.answer, ==, QUOTA_STOPPED);
  g_assert_cmpint (reply.until_us, ==, 0);
  g_assert_cmpstr (reply.why, ==, "the 2 requests a day of the configuration are used up");
  /* The account's money is that of all its models. */
  other.spend = &spend;
  other.n_spend = 1;
  begin (quotas, &other, start_us + 2);
  g_auto (QuotaReply) spent = ask (quotas, &other, start_us + 3);
  g_assert_cmpint (spent.answer, ==, QUOTA_STOPPED);
  g_assert_cmpstr (spent.why, ==, "the 0.75 USD a day of the configuration are used up");
  /* The next one is new. */
  of.day_us = other.day_us = day_us + 24 * 60 * minute_us;
  begin (quotas, &of, of.day_us);
  begin (quotas, &other, of.day_us);
}

static void
a_day_that_is_asked_about_late_counts_what_was (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit requests = { .most = 2 };
  QuotaQuestion of = question ("a", "m");
  begin (quotas, &of, day_us - 1);
  begin (quotas, &of, day_us);
  begin (quotas, &of, day_us + 1);
  of.requests = &requests;
  of.n_requests = 1;
  assert_answer (quotas, &of, start_us, QUOTA_STOPPED, 0);
  of.day_us = day_us + 1;
  begin (quotas, &of, start_us);
}

static void
what_may_be_charged_counts (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  double maybe_usd;
  QuotaQuestion of = question ("a", "m");
  int64_t call = begin (quotas, &of, start_us);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, &maybe_usd), ==, 0);
  g_assert_cmpfloat (maybe_usd, ==, 0.25);
  assert_ok (quotas_end (quotas, call, QUOTA_OUTCOME_FAILED, 0.5, false, start_us, &error), error);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, &maybe_usd), ==, 0);
  g_assert_cmpfloat (maybe_usd, ==, 0.5);
  call = begin (quotas, &of, start_us);
  assert_ok (quotas_end (quotas, call, QUOTA_OUTCOME_ANSWERED, 0.125, true, start_us, &error),
             error);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, &maybe_usd), ==, 0.125);
  g_assert_cmpfloat (maybe_usd, ==, 0.5);
  g_assert_cmpfloat (quotas_spent (quotas, start_us + 1, &maybe_usd), ==, 0);
  g_assert_cmpfloat (maybe_usd, ==, 0);
  of.usd = (double)NAN;
  end (quotas, begin (quotas, &of, start_us), QUOTA_OUTCOME_FAILED, start_us);
  assert_ok (quotas_end (quotas, call + 77, QUOTA_OUTCOME_ANSWERED, 9, true, start_us, &error),
             error);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, NULL), ==, 0.375);
}

static void
calls_of_the_future_do_not_count (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limit = { .window_us = minute_us, .most = 3 };
  const int64_t future_us = start_us + 60 * minute_us;
  QuotaQuestion of = question ("a", "m");
  of.requests = &limit;
  of.n_requests = 1;
  end (quotas, begin (quotas, &of, start_us), QUOTA_OUTCOME_ANSWERED, start_us);
  int64_t open = begin (quotas, &of, future_us);
  end (quotas, begin (quotas, &of, future_us + 1), QUOTA_OUTCOME_ANSWERED, future_us + 2);
  end (quotas, begin (quotas, &of, future_us + 2), QUOTA_OUTCOME_ANSWERED, future_us + 3);
  pause_until (quotas, future_us + minute_us, false, NULL);
  /* Of those, only the one that is open counts, as begun now. */
  of.most_at_once = 2;
  begin (quotas, &of, start_us + 10);
  assert_answer (quotas, &of, start_us + 10, QUOTA_WAIT, start_us + 62 * second_us);
  end (quotas, open, QUOTA_OUTCOME_ANSWERED, start_us + 11);
  const int64_t later_us = start_us + 62 * second_us;
  begin (quotas, &of, later_us);
  assert_answer (quotas, &of, later_us, QUOTA_WAIT, start_us + 10 + 62 * second_us);
}

static void
throttles_of_the_future_hide_none_of_today (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const int64_t future_us = start_us + 60 * minute_us;
  QuotaQuestion of = question ("a", "m");
  end (quotas, begin (quotas, &of, future_us), QUOTA_OUTCOME_THROTTLED, future_us);
  for (unsigned i = 1; i <= 2; i++) {
    end (quotas, begin (quotas, &of, start_us + i), QUOTA_OUTCOME_THROTTLED, start_us + i);
    g_assert_cmpuint (quotas_n_throttled (quotas, "a", "m"), ==, i);
  }
}

static void
a_day_that_was_none_is_begun_again (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limit = { .most = 1 };
  const int64_t tomorrow_us = day_us + 24 * 60 * minute_us;
  QuotaQuestion of = question ("a", "m");
  of.requests = &limit;
  of.n_requests = 1;
  of.day_us = tomorrow_us;
  end (quotas, begin (quotas, &of, tomorrow_us), QUOTA_OUTCOME_ANSWERED, tomorrow_us);
  assert_answer (quotas, &of, tomorrow_us, QUOTA_STOPPED, 0);
  /* The clock was a day ahead. */
  of.day_us = day_us;
  begin (quotas, &of, start_us);
  of.day_us = tomorrow_us;
  begin (quotas, &of, tomorrow_us);
}

static void
time_stands_still_for_who_waited_to_write (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limit = { .window_us = minute_us, .most = 2 };
  QuotaQuestion of = question ("a", "m");
  of.requests = &limit;
  of.n_requests = 1;
  begin (quotas, &of, start_us + 5 * second_us);
  begin (quotas, &of, start_us);
  assert_answer (quotas, &of, start_us, QUOTA_WAIT, start_us + 67 * second_us);
}

static void
old_calls_are_forgotten (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limit = { .most = 1000 };
  const int64_t hour_us = 60 * minute_us;
  QuotaQuestion of = question ("a", "m");
  of.requests = &limit;
  of.n_requests = 1;
  for (unsigned i = 0; i < 40; i++)
    end (quotas, begin (quotas, &of, start_us), QUOTA_OUTCOME_ANSWERED, start_us);
  begin (quotas, &of, start_us + 25 * hour_us);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM calls"), ==, 41);
  of.day_us = day_us + 24 * hour_us;
  for (unsigned i = 0; i < 3; i++)
    begin (quotas, &of, start_us + 25 * hour_us + 1);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM calls"), ==, 4);
  /* The numbers of a lane go on; so do its windows. */
  g_assert_cmpint (count_rows (scratch, "SELECT max (seq) FROM calls"), ==, 44);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM sums"), ==, 2);
  begin (quotas, &of, start_us + 60 * hour_us);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM sums"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-sums/" name, function)
  CLAIM ("a-day-has-its-requests-and-its-money", a_day_has_its_requests_and_its_money);
  CLAIM ("a-day-that-is-asked-about-late-counts-what-was",
         a_day_that_is_asked_about_late_counts_what_was);
  CLAIM ("what-may-be-charged-counts", what_may_be_charged_counts);
  CLAIM ("calls-of-the-future-do-not-count", calls_of_the_future_do_not_count);
  CLAIM ("throttles-of-the-future-hide-none-of-today", throttles_of_the_future_hide_none_of_today);
  CLAIM ("a-day-that-was-none-is-begun-again", a_day_that_was_none_is_begun_again);
  CLAIM ("time-stands-still-for-who-waited-to-write", time_stands_still_for_who_waited_to_write);
  CLAIM ("old-calls-are-forgotten", old_calls_are_forgotten);
#undef CLAIM
  return g_test_run ();
}
