#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/database.h"
#include "cache/journal.h"
#include "cache/quotas.h"
#include "support/scratch.h"

/* 2026-11-22 10:00 UTC; its day began at midnight. */
static const int64_t second_us = G_USEC_PER_SEC, minute_us = 60 * (int64_t)G_USEC_PER_SEC;
static const int64_t start_us = (int64_t)1795341600 * G_USEC_PER_SEC;
static const int64_t day_us = (int64_t)1795305600 * G_USEC_PER_SEC;

static Quotas *
open_quotas (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Quotas *quotas = quotas_open (scratch->folder, &error);
  g_assert_no_error (error);
  return quotas;
}

/* Without any limit. */
static QuotaQuestion
question (const char *account, const char *model)
{
  return (QuotaQuestion){
    .account = account,
    .provider = "ai-studio",
    .model = model,
    .day_us = day_us,
    .usd = 0.25,
    .budget_usd = -1,
    .budget_day_us = day_us,
  };
}

static QuotaReply
ask (Quotas *quotas, const QuotaQuestion *of, int64_t now_us)
{
  g_autoptr (GError) error = NULL;
  QuotaReply reply = { 0 };
  assert_ok (quotas_begin (quotas, of, now_us, &reply, &error), error);
  return reply;
}

static int64_t
begin (Quotas *quotas, const QuotaQuestion *of, int64_t now_us)
{
  QuotaReply reply = ask (quotas, of, now_us);
  g_assert_cmpint (reply.answer, ==, QUOTA_GRANTED);
  g_assert_null (reply.why);
  return reply.call;
}

static void
assert_answer (Quotas *quotas, const QuotaQuestion *of, int64_t now_us, QuotaAnswer answer,
               int64_t until_us)
{
  g_auto (QuotaReply) reply = ask (quotas, of, now_us);
  g_assert_cmpint (reply.answer, ==, answer);
  g_assert_cmpint (reply.until_us, ==, until_us);
}

static void
end (Quotas *quotas, int64_t call, QuotaOutcome outcome, int64_t now_us)
{
  g_autoptr (GError) error = NULL;
  assert_ok (quotas_end (quotas, call, outcome, 0.25, true, now_us, &error), error);
}

/* ---- windows ---- */

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
  g_assert_cmpstr (costly.why, ==,
                   "one call costs 0.25 USD, which is more than the 0.20 USD of the configuration");
}

/* ---- days ---- */

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

/* ---- places ---- */

static void
places_are_those_of_all_models_and_processes (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch), others = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m"), other = question ("a", "n"),
                stranger = question ("b", "m");
  of.most_at_once = other.most_at_once = stranger.most_at_once = 2;
  int64_t first = begin (quotas, &of, start_us);
  begin (others, &other, start_us);
  assert_answer (quotas, &of, start_us, QUOTA_BUSY, 0);
  assert_answer (others, &of, start_us, QUOTA_BUSY, 0);
  begin (quotas, &stranger, start_us);
  /* Only who began it ends it. */
  end (others, first, QUOTA_OUTCOME_FAILED, start_us + 1);
  assert_answer (quotas, &of, start_us + 1, QUOTA_BUSY, 0);
  end (quotas, first, QUOTA_OUTCOME_FAILED, start_us + 1);
  begin (others, &other, start_us + 1);
  assert_answer (quotas, &of, start_us + 1, QUOTA_BUSY, 0);
}

/* A process that has two calls open and holds 2 USD. */
static pid_t
start_owner (Scratch *scratch, const QuotaQuestion *of)
{
  int ready[2];
  g_assert_cmpint (pipe (ready), ==, 0);
  pid_t pid = fork ();
  if (pid == 0) {
    bool fits = false;
    double spent_usd;
    Quotas *quotas = open_quotas (scratch);
    begin (quotas, of, start_us);
    begin (quotas, of, start_us);
    bool ok = quotas_hold (quotas, 2, 3, day_us, start_us, &fits, &spent_usd, NULL) && fits;
    ok = write (ready[1], ok ? "y" : "n", 1) == 1 && ok;
    if (ok)
      pause ();
    _exit (ok ? 0 : 1);
  }
  char said = 'n';
  g_assert_cmpint (read (ready[0], &said, 1), ==, 1);
  g_assert_cmpint (said, ==, 'y');
  close (ready[0]);
  close (ready[1]);
  return pid;
}

static void
the_dead_leave_their_places_and_holds_but_not_their_money (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m");
  of.most_at_once = 2;
  pid_t owner = start_owner (scratch, &of);
  assert_answer (quotas, &of, start_us + 1, QUOTA_BUSY, 0);
  QuotaQuestion other = question ("b", "m");
  other.budget_usd = 2.6;
  g_auto (QuotaReply) reply = ask (quotas, &other, start_us + 1);
  g_assert_cmpint (reply.answer, ==, QUOTA_OVER_BUDGET);
  g_assert_cmpfloat_with_epsilon (reply.spent_usd, 2.5, 1e-6);
  kill (owner, SIGKILL);
  g_assert_cmpint (waitpid (owner, NULL, 0), ==, owner);
  begin (quotas, &other, start_us + 2);
  begin (quotas, &of, start_us + 2);
  double maybe_usd;
  g_assert_cmpfloat (quotas_spent (quotas, day_us, &maybe_usd), ==, 0);
  g_assert_cmpfloat_with_epsilon (maybe_usd, 1, 1e-6);
}

static void
closing_leaves_the_places_too (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  Quotas *other = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m");
  of.most_at_once = 1;
  begin (other, &of, start_us);
  assert_answer (quotas, &of, start_us, QUOTA_BUSY, 0);
  quotas_close (other);
  begin (quotas, &of, start_us);
}

/* ---- the pace ---- */

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
  for (unsigned i = 0; i < 2; i++)
    end (quotas, more[i], QUOTA_OUTCOME_FAILED, start_us + 3);
  for (unsigned i = 2; i < 8; i++)
    end (quotas, calls[i], QUOTA_OUTCOME_FAILED, start_us + 4);
  g_assert_cmpuint (begin_all (quotas, &of, start_us + 5, calls), ==, 4);
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

/* ---- pauses ---- */

static void
pause_until (Quotas *quotas, int64_t until_us, bool is_day, const char *why)
{
  g_autoptr (GError) error = NULL;
  assert_ok (quotas_pause (quotas, "a", "ai-studio", "m", until_us, is_day, why, &error), error);
}

static void
a_pause_holds_for_all_and_is_never_shortened (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch), other = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m"), model = question ("a", "n");
  pause_until (quotas, start_us + 5, false, NULL);
  assert_answer (other, &of, start_us, QUOTA_WAIT, start_us + 5);
  pause_until (other, start_us + 9, false, NULL);
  pause_until (quotas, start_us + 7, false, NULL);
  assert_answer (quotas, &of, start_us + 8, QUOTA_WAIT, start_us + 9);
  begin (quotas, &model, start_us + 8);
  begin (quotas, &of, start_us + 9);
}

static void
a_stop_of_the_day_outlasts_the_process (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  QuotaQuestion of = question ("a", "m");
  const int64_t midnight_us = day_us + 24 * 60 * minute_us;
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
}

/* ---- the budget ---- */

static bool
hold (Quotas *quotas, double usd, double budget_usd, double *out_spent_usd)
{
  g_autoptr (GError) error = NULL;
  bool fits;
  assert_ok (quotas_hold (quotas, usd, budget_usd, day_us, start_us, &fits, out_spent_usd, &error),
             error);
  return fits;
}

static void
two_owners_share_a_budget (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Quotas) one = open_quotas (scratch);
  Quotas *other = open_quotas (scratch);
  double spent_usd;
  QuotaQuestion of = question ("a", "m");
  of.budget_usd = 2;
  g_assert_true (hold (one, 1, 2, &spent_usd));
  g_assert_cmpfloat (spent_usd, ==, 0);
  g_assert_false (hold (other, 1.25, 2, &spent_usd));
  g_assert_cmpfloat (spent_usd, ==, 1);
  g_assert_true (hold (other, 1, 2, &spent_usd));
  /* What is begun is not held any more, and not counted twice. */
  for (unsigned i = 0; i < 4; i++)
    end (one, begin (one, &of, start_us), QUOTA_OUTCOME_ANSWERED, start_us);
  g_auto (QuotaReply) reply = ask (one, &of, start_us);
  g_assert_cmpint (reply.answer, ==, QUOTA_OVER_BUDGET);
  g_assert_cmpfloat_with_epsilon (reply.spent_usd, 2, 1e-6);
  int64_t cheap = begin (other, &of, start_us);
  assert_ok (quotas_end (other, cheap, QUOTA_OUTCOME_FAILED, 0, true, start_us, &error), error);
  /* 0.75 are held there yet. */
  begin (one, &of, start_us);
  assert_answer (one, &of, start_us, QUOTA_OVER_BUDGET, 0);
  quotas_close (other);
  begin (one, &of, start_us);
  begin (one, &of, start_us);
  begin (one, &of, start_us);
  assert_answer (one, &of, start_us, QUOTA_OVER_BUDGET, 0);
  of.budget_usd = -1;
  begin (one, &of, start_us);
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

/* ---- the journal ---- */

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
  /* It is read once. */
  Quotas *again = open_quotas (scratch);
  g_assert_cmpfloat (quotas_spent (again, day_us, NULL), ==, 3);
  quotas_close (again);
  g_unsetenv ("PEEL_TEST_NOW");
}

/* ---- the clock, and age ---- */

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

static int64_t
count_rows (Scratch *scratch, const char *sql)
{
  sqlite3 *handle;
  sqlite3_stmt *select;
  g_assert_cmpint (sqlite3_open (scratch_path (scratch, "quotas.sqlite"), &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &select, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (select), ==, SQLITE_ROW);
  int64_t n = sqlite3_column_int64 (select, 0);
  sqlite3_finalize (select);
  sqlite3_close (handle);
  return n;
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

/* ---- together ---- */

enum { N_PROCESSES = 2, N_THREADS = 2, HAMMER_MOST = 20, HAMMER_WINDOW_MS = 300, HAMMER_MS = 1600 };

static void *
hammer (void *scratch)
{
  Quotas *quotas = open_quotas (scratch);
  const QuotaLimit limit = { .window_us = HAMMER_WINDOW_MS * 1000, .most = HAMMER_MOST };
  QuotaQuestion of = question ("a", "m");
  of.requests = &limit;
  of.n_requests = 1;
  of.most_at_once = 3;
  int64_t end_us = g_get_monotonic_time () + HAMMER_MS * 1000;
  while (g_get_monotonic_time () < end_us) {
    g_auto (QuotaReply) reply = ask (quotas, &of, g_get_real_time ());
    g_assert_cmpint (reply.answer, <=, QUOTA_WAIT);
    if (reply.answer == QUOTA_GRANTED)
      end (quotas, reply.call, QUOTA_OUTCOME_ANSWERED, g_get_real_time ());
    else
      g_usleep (500);
  }
  quotas_close (quotas);
  return NULL;
}

static void
no_window_ever_has_more_than_its_limit (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  pid_t children[N_PROCESSES];
  for (unsigned i = 0; i < N_PROCESSES; i++) {
    children[i] = fork ();
    if (children[i] == 0) {
      GThread *threads[N_THREADS];
      for (unsigned t = 0; t < N_THREADS; t++)
        threads[t] = g_thread_new ("hammer", hammer, scratch);
      for (unsigned t = 0; t < N_THREADS; t++)
        g_thread_join (threads[t]);
      _exit (0);
    }
  }
  for (unsigned i = 0; i < N_PROCESSES; i++) {
    int status;
    g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
    g_assert_cmpint (status, ==, 0);
  }
  g_autofree char *crowded = g_strdup_printf (
    "SELECT count (*) FROM calls a JOIN calls b ON b.seq = a.seq + %d "
    "WHERE b.begun_us - a.begun_us < %d",
    HAMMER_MOST, (HAMMER_WINDOW_MS + 50) * 1000);
  g_assert_cmpint (count_rows (scratch, crowded), ==, 0);
  int64_t n = count_rows (scratch, "SELECT count (*) FROM calls");
  g_test_message ("%" G_GINT64_FORMAT " calls", n);
  g_assert_cmpint (n, >, 2 * HAMMER_MOST);
  g_assert_cmpint (count_rows (scratch, "SELECT max (seq) FROM calls"), ==, n);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM calls WHERE is_open"), ==, 0);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM owners"), ==, 0);
}

/* ---- what is told ---- */

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
an_account_does_not_tell_its_key (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Scratch) elsewhere = scratch_new ();
  Quotas *quotas = open_quotas (scratch);
  g_autofree char *account = quotas_account (quotas, "ai-studio", "AIza-secret");
  g_autofree char *other = quotas_account (quotas, "ai-studio", "AIza-secreu");
  g_autofree char *provider = quotas_account (quotas, "openai", "AIza-secret");
  quotas_close (quotas);
  quotas = open_quotas (scratch);
  g_autofree char *again = quotas_account (quotas, "ai-studio", "AIza-secret");
  quotas_close (quotas);
  quotas = open_quotas (elsewhere);
  g_autofree char *there = quotas_account (quotas, "ai-studio", "AIza-secret");
  quotas_close (quotas);
  g_assert_cmpuint (strlen (account), ==, 16);
  g_assert_cmpuint (strspn (account, "0123456789abcdef"), ==, 16);
  g_assert_cmpstr (account, ==, again);
  g_assert_cmpstr (account, !=, other);
  g_assert_cmpstr (account, !=, provider);
  g_assert_cmpstr (account, !=, there);
}

/* ---- damage ---- */

static void
a_file_that_goes_away_is_made_again (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m");
  int64_t lost = begin (quotas, &of, start_us);
  g_assert_cmpint (g_remove (scratch_path (scratch, "quotas.sqlite")), ==, 0);
  int64_t call = begin (quotas, &of, start_us + 1);
  /* The number of the lost call is none of the new file's. */
  assert_ok (quotas_end (quotas, lost, QUOTA_OUTCOME_ANSWERED, 9, true, start_us, &error), error);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, NULL), ==, 0);
  end (quotas, call, QUOTA_OUTCOME_ANSWERED, start_us + 2);
  g_assert_cmpfloat (quotas_spent (quotas, day_us, NULL), ==, 0.25);
}

static void
a_damaged_file_is_set_aside (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  scratch_write (scratch, "quotas.sqlite", "my shopping list, all of it");
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  QuotaQuestion of = question ("a", "m");
  begin (quotas, &of, start_us);
  g_assert_true (g_file_test (scratch_path (scratch, "quotas.sqlite.bad-1"), G_FILE_TEST_EXISTS));
}

static void
a_home_that_is_not_there_is_an_error (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_assert_null (quotas_open (scratch_path (scratch, "nowhere"), &error));
  g_assert_nonnull (strstr (error->message, "nowhere"));
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
  CLAIM ("a-day-has-its-requests-and-its-money", a_day_has_its_requests_and_its_money);
  CLAIM ("a-day-that-is-asked-about-late-counts-what-was",
         a_day_that_is_asked_about_late_counts_what_was);
  CLAIM ("places-are-those-of-all-models-and-processes",
         places_are_those_of_all_models_and_processes);
  CLAIM ("the-dead-leave-their-places-and-holds-but-not-their-money",
         the_dead_leave_their_places_and_holds_but_not_their_money);
  CLAIM ("closing-leaves-the-places-too", closing_leaves_the_places_too);
  CLAIM ("throttles-halve-and-answers-raise", throttles_halve_and_answers_raise);
  CLAIM ("the-pace-is-never-below-one-and-ends-at-the-limit",
         the_pace_is_never_below_one_and_ends_at_the_limit);
  CLAIM ("a-pause-holds-for-all-and-is-never-shortened",
         a_pause_holds_for_all_and_is_never_shortened);
  CLAIM ("a-stop-of-the-day-outlasts-the-process", a_stop_of_the_day_outlasts_the_process);
  CLAIM ("two-owners-share-a-budget", two_owners_share_a_budget);
  CLAIM ("what-may-be-charged-counts", what_may_be_charged_counts);
  CLAIM ("a-new-file-knows-the-day-from-the-journal", a_new_file_knows_the_day_from_the_journal);
  CLAIM ("calls-of-the-future-do-not-count", calls_of_the_future_do_not_count);
  CLAIM ("time-stands-still-for-who-waited-to-write", time_stands_still_for_who_waited_to_write);
  CLAIM ("old-calls-are-forgotten", old_calls_are_forgotten);
  CLAIM ("no-window-ever-has-more-than-its-limit", no_window_ever_has_more_than_its_limit);
  CLAIM ("usage-is-told-by-account-and-model", usage_is_told_by_account_and_model);
  CLAIM ("an-account-does-not-tell-its-key", an_account_does_not_tell_its_key);
  CLAIM ("a-file-that-goes-away-is-made-again", a_file_that_goes_away_is_made_again);
  CLAIM ("a-damaged-file-is-set-aside", a_damaged_file_is_set_aside);
  CLAIM ("a-home-that-is-not-there-is-an-error", a_home_that_is_not_there_is_an_error);
#undef CLAIM
  return g_test_run ();
}
