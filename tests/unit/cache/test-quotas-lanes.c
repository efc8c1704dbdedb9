#include "questions.h"

/* How many more can be begun; they stay open. */
static unsigned
begin_all (Quotas *quotas, const QuotaQuestion *of, int64_t now_us, int64_t *out_calls)
{
  for (unsigned n = 0;; n++) {
    g_auto (QuotaReply) reply = ask (quotas, of, now_us);
    if (reply.answer != QUOTA_GRANTED)
      return n;
    out_calls[n] = reply.call;
  }
}

static void
throttles_halve_and_answers_raise (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  int64_t calls[16], more[16];
  QuotaQuestion of = question ("a", "m"), other = question ("a", "n");
  of.most_at_once = other.most_at_once = 8;
  of.is_adaptive = other.is_adaptive = true;
  g_assert_cmpuint (begin_all (quotas, &of, start_us, calls), ==, 8);
  /* One episode: the second was begun before the first was known to be too many. */
  end (quotas, calls[0], QUOTA_OUTCOME_THROTTLED, start_us + 1);
  end (quotas, calls[1], QUOTA_OUTCOME_THROTTLED, start_us + 2);
  g_assert_cmpuint (quotas_n_throttled (quotas, "a", "m"), ==, 1);
  g_assert_cmpuint (quotas_n_throttled (quotas, "a", "n"), ==, 0);
  assert_answer (quotas, &of, start_us + 3, QUOTA_BUSY, 0);
  /* Another model is not slower for that, within the account's places. */
  g_assert_cmpuint (begin_all (quotas, &other, start_us + 3, more), ==, 2);
  for (unsigned i = 2; i < 8; i++)
    end (quotas, calls[i], QUOTA_OUTCOME_FAILED, start_us + 4);
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 5, calls), ==, 4);
  for (unsigned i = 0; i < 2; i++)
    end (quotas, more[i], QUOTA_OUTCOME_FAILED, start_us + 5);
  end (quotas, calls[0], QUOTA_OUTCOME_THROTTLED, start_us + 6);
  g_assert_cmpuint (quotas_n_throttled (quotas, "a", "m"), ==, 2);
  for (unsigned i = 1; i < 4; i++)
    end (quotas, calls[i], QUOTA_OUTCOME_FAILED, start_us + 7);
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 8, calls), ==, 2);
  /* Two answers at two at once: three. */
  end (quotas, calls[0], QUOTA_OUTCOME_ANSWERED, start_us + 9);
  g_assert_cmpuint (quotas_n_throttled (quotas, "a", "m"), ==, 0);
  end (quotas, calls[1], QUOTA_OUTCOME_ANSWERED, start_us + 9);
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 10, calls), ==, 2);
  end (quotas, calls[0], QUOTA_OUTCOME_ANSWERED, start_us + 11);
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 12, more), ==, 2);
}

static void
the_pace_is_never_below_one_and_ends_at_the_limit (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  int64_t calls[16];
  QuotaQuestion of = question ("a", "m");
  of.is_adaptive = true;
  of.most_at_once = 3;
  for (unsigned i = 1; i <= 3; i++) {
    int64_t call = begin (quotas, &of, start_us + i);
    end (quotas, call, QUOTA_OUTCOME_THROTTLED, start_us + i);
    g_assert_cmpuint (quotas_n_throttled (quotas, "a", "m"), ==, i);
  }
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 10, calls), ==, 1);
  end (quotas, calls[0], QUOTA_OUTCOME_ANSWERED, start_us + 11);
  for (unsigned i = 0; i < 10; i++)
    end (quotas, begin (quotas, &of, start_us + 12), QUOTA_OUTCOME_ANSWERED, start_us + 12);
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 13, calls), ==, 3);
  /* Who did not ask for it is not slowed by it; nor is anybody an hour later. */
  end (quotas, calls[0], QUOTA_OUTCOME_THROTTLED, start_us + 14);
  assert_answer (quotas, &of, start_us + 15, QUOTA_BUSY, 0);
  of.is_adaptive = false;
  int64_t call = begin (quotas, &of, start_us + 15);
  end (quotas, call, QUOTA_OUTCOME_FAILED, start_us + 16);
  of.is_adaptive = true;
  assert_answer (quotas, &of, start_us + 17, QUOTA_BUSY, 0);
  begin (quotas, &of, start_us + 61 * minute_us);
}

static void
a_number_that_others_pass_is_halved_all_the_same (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  int64_t calls[16];
  QuotaQuestion of = question ("a", "m");
  of.most_at_once = 8;
  g_assert_cmpuint (begin_all (quotas, &of, start_us, calls), ==, 8);
  end (quotas, calls[0], QUOTA_OUTCOME_THROTTLED, start_us + 1); /* 4 */
  calls[0] = begin (quotas, &of, start_us + 2);
  end (quotas, calls[0], QUOTA_OUTCOME_THROTTLED, start_us + 3); /* 2 */
  for (unsigned i = 1; i < 8; i++)
    end (quotas, calls[i], QUOTA_OUTCOME_FAILED, start_us + 4);
  of.is_adaptive = true;
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 5, calls), ==, 2);
}

static void
a_pause_holds_for_all_and_is_never_shortened (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch), other = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m"), model = question ("a", "n");
  pause_until (quotas, start_us + 5, false, NULL);
  assert_answer (other, &of, start_us, QUOTA_WAIT, start_us + 5);
  pause_until (other, start_us + 9, false, "busy");
  pause_until (quotas, start_us + 7, false, NULL);
  g_auto (QuotaReply) reply = ask (quotas, &of, start_us + 8);
  g_assert_cmpint (reply.answer, ==, QUOTA_WAIT);
  g_assert_cmpint (reply.until_us, ==, start_us + 9);
  g_assert_cmpstr (reply.why, ==, "busy");
  begin (quotas, &model, start_us + 8);
  begin (quotas, &of, start_us + 9);
}

static void
a_stop_of_the_day_outlasts_the_process (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  QuotaQuestion of = question ("a", "m");
  /* Waiting is counted by the clock on the wall. */
  const int64_t midnight_us = g_get_real_time () + 24 * 60 * minute_us;
  unsigned n = 7;
  Quotas *before = open_quotas (scratch);
  pause_until (before, midnight_us, true, "250 requests a day");
  pause_until (before, start_us + 5, false, NULL);
  quotas_close (before);
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  g_auto (QuotaReply) reply = ask (quotas, &of, start_us);
  g_assert_cmpint (reply.answer, ==, QUOTA_STOPPED);
  g_assert_cmpint (reply.until_us, ==, midnight_us);
  g_assert_cmpstr (reply.why, ==, "250 requests a day");
  assert_ok (quotas_resume (quotas, "vertex", &n, &error), error);
  g_assert_cmpuint (n, ==, 0);
  assert_answer (quotas, &of, start_us, QUOTA_STOPPED, midnight_us);
  assert_ok (quotas_resume (quotas, NULL, &n, &error), error);
  g_assert_cmpuint (n, ==, 1);
  begin (quotas, &of, start_us);
  pause_until (quotas, g_get_real_time () - second_us, false, NULL);
  assert_ok (quotas_resume (quotas, "ai-studio", &n, &error), error);
  g_assert_cmpuint (n, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-lanes/" name, function)
  CLAIM ("throttles-halve-and-answers-raise", throttles_halve_and_answers_raise);
  CLAIM ("the-pace-is-never-below-one-and-ends-at-the-limit",
         the_pace_is_never_below_one_and_ends_at_the_limit);
  CLAIM ("a-number-that-others-pass-is-halved-all-the-same",
         a_number_that_others_pass_is_halved_all_the_same);
  CLAIM ("a-pause-holds-for-all-and-is-never-shortened",
         a_pause_holds_for_all_and_is_never_shortened);
  CLAIM ("a-stop-of-the-day-outlasts-the-process", a_stop_of_the_day_outlasts_the_process);
#undef CLAIM
  return g_test_run ();
}
