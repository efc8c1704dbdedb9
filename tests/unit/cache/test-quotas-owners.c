#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "questions.h"

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
  g_assert_true (hold (one, 1, 2, &spent_usd));
  g_assert_cmpfloat (spent_usd, ==, 0);
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
what_is_free_is_asked_for_whatever_was_spent (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Quotas) quotas = open_quotas (scratch);
  const QuotaLimit limits[] = { { 0, 0.1 }, { minute_us, 0.1 } };
  QuotaQuestion of = question ("a", "m");
  begin (quotas, &of, start_us);
  of.budget_usd = 0.1;
  of.spend = limits;
  of.n_spend = G_N_ELEMENTS (limits);
  of.usd = 0.05;
  assert_answer (quotas, &of, start_us, QUOTA_OVER_BUDGET, 0);
  of.usd = 0;
  begin (quotas, &of, start_us);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-owners/" name, function)
  CLAIM ("places-are-those-of-all-models-and-processes",
         places_are_those_of_all_models_and_processes);
  CLAIM ("the-dead-leave-their-places-and-holds-but-not-their-money",
         the_dead_leave_their_places_and_holds_but_not_their_money);
  CLAIM ("closing-leaves-the-places-too", closing_leaves_the_places_too);
  CLAIM ("two-owners-share-a-budget", two_owners_share_a_budget);
  CLAIM ("what-is-free-is-asked-for-whatever-was-spent",
         what_is_free_is_asked_for_whatever_was_spent);
#undef CLAIM
  return g_test_run ();
}
