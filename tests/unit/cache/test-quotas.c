#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas/" name, function)
  CLAIM ("a-window-has-room-when-a-call-leaves-it", a_window_has_room_when_a_call_leaves_it);
#undef CLAIM
  return g_test_run ();
}
