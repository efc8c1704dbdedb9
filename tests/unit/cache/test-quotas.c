#include "questions.h"

static void
a_window_has_room_when_a_call_leaves_it (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limit = { .window_us = minute_us, .most = 3 };
  QuotaQuestion of = question ("a", "m");
  of.requests = &limit;
  of.n_requests = 1;
  int64_t first = begin (quotas, &of, start_us);
  begin (quotas, &of, start_us + 7);
  end (quotas, first, QUOTA_OUTCOME_ANSWERED, start_us + 8);
  begin (quotas, &of, start_us + 10 * second_us);
  /* A minute, and a thirtieth of it. */
  const int64_t leaves_us = 62 * second_us;
  assert_answer (quotas, &of, start_us + 20 * second_us, QUOTA_WAIT, start_us + leaves_us);
  assert_answer (quotas, &of, start_us + leaves_us - 1, QUOTA_WAIT, start_us + leaves_us);
  begin (quotas, &of, start_us + leaves_us);
  assert_answer (quotas, &of, start_us + leaves_us, QUOTA_WAIT, start_us + leaves_us + 7);
  begin (quotas, &of, start_us + leaves_us + 7);
  assert_answer (quotas, &of, start_us + leaves_us + 7, QUOTA_WAIT,
                 start_us + 10 * second_us + leaves_us);
}

static void
of_several_windows_the_one_that_lasts_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  /* A second has a margin of 50 ms: a thirtieth of it would be too little. */
  const QuotaLimit limits[] = { { second_us, 1 }, { 10 * minute_us, 3 } };
  QuotaQuestion of = question ("a", "m");
  of.requests = limits;
  of.n_requests = G_N_ELEMENTS (limits);
  const int64_t step_us = second_us + 50 * 1000;
  begin (quotas, &of, start_us);
  assert_answer (quotas, &of, start_us + 1, QUOTA_WAIT, start_us + step_us);
  begin (quotas, &of, start_us + step_us);
  begin (quotas, &of, start_us + 2 * step_us);
  assert_answer (quotas, &of, start_us + 2 * step_us, QUOTA_WAIT,
                 start_us + 10 * minute_us + 20 * second_us);
}

static void
accounts_and_models_have_windows_of_their_own (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limit = { .window_us = minute_us, .most = 1 };
  static const char *const accounts[] = { "a", "b" }, *const models[] = { "m", "n" };
  for (unsigned i = 0; i < 4; i++) {
    QuotaQuestion of = question (accounts[i / 2], models[i % 2]);
    of.requests = &limit;
    of.n_requests = 1;
    begin (quotas, &of, start_us + i);
    assert_answer (quotas, &of, start_us + i, QUOTA_WAIT, start_us + i + 62 * second_us);
  }
}

static void
money_has_windows_over_all_models (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  g_autoptr (GError) error = NULL;
  const QuotaLimit limit = { .window_us = 10 * minute_us, .most = 1 };
  const int64_t whole_us = 10 * minute_us + 20 * second_us;
  QuotaQuestion of = question ("a", "m"), other = question ("a", "n"),
                stranger = question ("b", "m");
  of.spend = other.spend = stranger.spend = &limit;
  of.n_spend = other.n_spend = stranger.n_spend = 1;
  of.usd = 0.4;
  int64_t cheap = begin (quotas, &of, start_us);
  begin (quotas, &other, start_us + 1);
  begin (quotas, &other, start_us + 2);
  /* 0.90 of it; two calls have to leave for 0.40, one for 0.25. */
  assert_answer (quotas, &of, start_us + 3, QUOTA_WAIT, start_us + whole_us);
  assert_answer (quotas, &other, start_us + 3, QUOTA_WAIT, start_us + whole_us);
  begin (quotas, &stranger, start_us + 3);
  /* It cost less, as its end tells. */
  assert_ok (quotas_end (quotas, cheap, QUOTA_OUTCOME_ANSWERED, 0.1, true, start_us + 4, &error),
             error);
  begin (quotas, &of, start_us + 5);
  assert_answer (quotas, &of, start_us + 6, QUOTA_WAIT, start_us + 2 + whole_us);
  begin (quotas, &of, start_us + 2 + whole_us);
}

static void
what_can_never_be_kept_stops (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit none = { .window_us = minute_us, .most = 0 };
  const QuotaLimit little = { .window_us = minute_us, .most = 0.2 };
  QuotaQuestion of = question ("a", "m");
  of.requests = &none;
  of.n_requests = 1;
  g_auto (QuotaReply) reply = ask (quotas, &of, start_us);
  g_assert_cmpint (reply.answer, ==, QUOTA_STOPPED);
  g_assert_cmpstr (reply.why, ==, "the configuration allows no requests");
  of.n_requests = 0;
  of.spend = &little;
  of.n_spend = 1;
  g_auto (QuotaReply) costly = ask (quotas, &of, start_us);
  g_assert_cmpint (costly.answer, ==, QUOTA_STOPPED);
  g_assert_cmpint (costly.until_us, ==, QUOTA_NEVER);
  g_assert_cmpstr (costly.why, ==,
                   "one call costs 0.25 USD, which is more than the 0.20 USD of the configuration");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas/" name, function)
  CLAIM ("a-window-has-room-when-a-call-leaves-it", a_window_has_room_when_a_call_leaves_it);
  CLAIM ("of-several-windows-the-one-that-lasts-is-told",
         of_several_windows_the_one_that_lasts_is_told);
  CLAIM ("accounts-and-models-have-windows-of-their-own",
         accounts_and_models_have_windows_of_their_own);
  CLAIM ("money-has-windows-over-all-models", money_has_windows_over_all_models);
  CLAIM ("what-can-never-be-kept-stops", what_can_never_be_kept_stops);
#undef CLAIM
  return g_test_run ();
}
