#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "questions.h"

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
  g_assert_cmpint (n, >, HAMMER_MOST);
  g_assert_cmpint (count_rows (scratch, "SELECT max (seq) FROM calls"), ==, n);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM calls WHERE is_open"), ==, 0);
  g_assert_cmpint (count_rows (scratch, "SELECT count (*) FROM owners"), ==, 0);
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
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-file/" name, function)
  CLAIM ("no-window-ever-has-more-than-its-limit", no_window_ever_has_more_than_its_limit);
  CLAIM ("an-account-does-not-tell-its-key", an_account_does_not_tell_its_key);
  CLAIM ("a-file-that-goes-away-is-made-again", a_file_that_goes_away_is_made_again);
  CLAIM ("a-damaged-file-is-set-aside", a_damaged_file_is_set_aside);
  CLAIM ("a-home-that-is-not-there-is-an-error", a_home_that_is_not_there_is_an_error);
#undef CLAIM
  return g_test_run ();
}
