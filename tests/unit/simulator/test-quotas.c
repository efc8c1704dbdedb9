#include "simulator/quotas.h"

#include "support/scratch.h"

enum { MINUTE_MS = 60, DAY_MS = 200 };

static Exchange *
asked_by (const char *key)
{
  Exchange *exchange = exchange_new ("POST", "/v1beta/x");
  exchange->credential = g_strdup (key);
  return exchange;
}

/* One request that ends at once: what its quota says, and what the log will. */
static QuotaVerdict
ask (Simulator *simulator, const char *key, const char *wanted)
{
  Exchange *exchange = asked_by (key);
  int64_t wait_ms;
  QuotaVerdict verdict = quotas_take (simulator, exchange, &wait_ms);
  g_assert_cmpstr (exchange->quota, ==, wanted);
  quotas_release (simulator->quotas, exchange);
  exchange_free (exchange);
  return verdict;
}

static void
a_minute_is_as_long_as_told (void)
{
  const SimulatorOptions options = { .rpm = 2, .minute_ms = MINUTE_MS, .day_ms = DAY_MS };
  Simulator simulator = { .options = &options, .quotas = quotas_new () };
  int64_t wait_ms;
  Exchange *third = asked_by ("a");
  g_assert_cmpint (ask (&simulator, "a", NULL), ==, QUOTA_OK);
  g_assert_cmpint (ask (&simulator, "a", NULL), ==, QUOTA_OK);
  g_assert_cmpint (ask (&simulator, "b", NULL), ==, QUOTA_OK);
  g_assert_cmpint (quotas_take (&simulator, third, &wait_ms), ==, QUOTA_MINUTE);
  g_assert_cmpstr (third->quota, ==, "minute");
  g_assert_cmpint (wait_ms, <=, MINUTE_MS + 1);
  g_usleep ((gulong)(wait_ms + 1) * 1000);
  g_assert_cmpint (ask (&simulator, "a", NULL), ==, QUOTA_OK);
  exchange_free (third);
  quotas_free (simulator.quotas);
}

static void
a_day_begins_with_the_first_request (void)
{
  const SimulatorOptions options = { .rpd = 1, .minute_ms = MINUTE_MS, .day_ms = DAY_MS };
  Simulator simulator = { .options = &options, .quotas = quotas_new () };
  g_assert_cmpint (ask (&simulator, "a", NULL), ==, QUOTA_OK);
  g_assert_cmpint (ask (&simulator, "a", "day"), ==, QUOTA_DAY);
  g_usleep ((DAY_MS + 5) * 1000);
  g_assert_cmpint (ask (&simulator, "a", NULL), ==, QUOTA_OK);
  quotas_free (simulator.quotas);
}

static void
a_place_is_given_back_once (void)
{
  const SimulatorOptions options = { .concurrent = 1, .minute_ms = MINUTE_MS, .day_ms = DAY_MS };
  Simulator simulator = { .options = &options, .quotas = quotas_new () };
  int64_t wait_ms;
  Exchange *first = asked_by ("a"), *second = asked_by ("a");
  g_assert_cmpint (quotas_take (&simulator, first, &wait_ms), ==, QUOTA_OK);
  g_assert_cmpint (ask (&simulator, "a", "concurrent"), ==, QUOTA_CONCURRENT);
  quotas_release (simulator.quotas, first);
  quotas_release (simulator.quotas, first);
  g_assert_cmpint (quotas_take (&simulator, second, &wait_ms), ==, QUOTA_OK);
  g_assert_cmpint (ask (&simulator, "a", "concurrent"), ==, QUOTA_CONCURRENT);
  exchange_free (first);
  exchange_free (second);
  quotas_free (simulator.quotas);
}

static void *
leave (void *data)
{
  Simulator *simulator = ((void **)data)[0];
  g_usleep (3000);
  quotas_release (simulator->quotas, ((void **)data)[1]);
  return NULL;
}

static void
who_goes_may_be_noticed_late (void)
{
  const SimulatorOptions options = { .concurrent = 1, .minute_ms = MINUTE_MS, .day_ms = DAY_MS };
  Simulator simulator = { .options = &options, .quotas = quotas_new () };
  int64_t wait_ms;
  Exchange *first = asked_by ("a");
  g_assert_cmpint (quotas_take (&simulator, first, &wait_ms), ==, QUOTA_OK);
  void *data[] = { &simulator, first };
  GThread *leaver = g_thread_new ("leave", leave, data);
  g_assert_cmpint (ask (&simulator, "a", NULL), ==, QUOTA_OK);
  g_thread_join (leaver);
  exchange_free (first);
  quotas_free (simulator.quotas);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulator/quotas/a-minute-is-as-long-as-told", a_minute_is_as_long_as_told);
  g_test_add_func ("/simulator/quotas/a-day-begins-with-the-first-request",
                   a_day_begins_with_the_first_request);
  g_test_add_func ("/simulator/quotas/a-place-is-given-back-once", a_place_is_given_back_once);
  g_test_add_func ("/simulator/quotas/who-goes-may-be-noticed-late", who_goes_may_be_noticed_late);
  return g_test_run ();
}
