#include "run/today.h"

#include "base/day.h"
#include "run/login.h"
#include "support/scratch.h"

static const int64_t second_us = G_USEC_PER_SEC;
/* 2026-11-22 at 06:00 in Berlin: the day of Pacific time began at 09:00 on the day before. */
static const int64_t now_us = (int64_t)1795323600 * G_USEC_PER_SEC;

static const char config_text[] = "providers:\n"
                                  "  ai-studio:\n"
                                  "    keys: [{ env: TODAY_KEY }]\n"
                                  "    requests: [12/60s, 250/day]\n"
                                  "    spend: [10/10m]\n"
                                  "budget: { per-day: 1 }\n";

static Config *
read_config (const char *text)
{
  g_autoptr (Problems) problems = problems_new ();
  Config *config = config_read ("/c.yaml", NULL, text, strlen (text), problems);
  g_assert_nonnull (config);
  return config;
}

static const ProviderType *
studio (void)
{
  return provider_find ("ai-studio");
}

/* `usd` is certain; negative: the call stays open. */
static void
call (Quotas *quotas, const char *account, const char *model, int64_t at_us, double usd)
{
  g_autoptr (GError) error = NULL;
  const QuotaQuestion question = {
    .account = account,
    .provider = "ai-studio",
    .model = model,
    .day_us = day_begin_us (now_us, studio ()->day_rule),
    .usd = 0.25,
    .budget_usd = -1,
    .budget_day_us = day_begin_us (now_us, NULL),
  };
  g_auto (QuotaReply) reply = { 0 };
  assert_ok (quotas_begin (quotas, &question, at_us, &reply, &error), error);
  if (usd >= 0)
    assert_ok (quotas_end (quotas, reply.call, QUOTA_OUTCOME_ANSWERED, usd, true, at_us, &error),
               error);
}

static Quotas *
open_with_calls (const char *home, bool is_shared)
{
  g_autoptr (GError) error = NULL;
  Quotas *quotas = quotas_open (home, &error);
  g_assert_no_error (error);
  g_autoptr (Credential)
    key = credential_new_key ("x-goog-api-key", NULL, "secret", "TODAY_KEY", &error);
  g_assert_no_error (error);
  g_autofree char *account = login_account (quotas, studio (), key, is_shared);
  /* Before midnight here, and after it there. */
  call (quotas, account, "gemini-3-pro-image", now_us - 8 * 3600 * second_us, 0.5);
  call (quotas, account, "gemini-3-pro-image", now_us - 300 * second_us, 0.5);
  call (quotas, account, "another", now_us - 200 * second_us, 0.125);
  call (quotas, "0123456789abcdef", "gemini-3-pro-image", now_us - 100 * second_us, 0.125);
  call (quotas, account, "gemini-3-pro-image", now_us - 20 * second_us, -1);
  return quotas;
}

static const TodayLane *
find_lane (const Today *today, const char *login, const char *model)
{
  for (unsigned i = 0; i < today->lanes->len; i++) {
    const TodayLane *lane = today->lanes->pdata[i];
    if (g_strcmp0 (lane->login, login) == 0 && strcmp (lane->model, model) == 0)
      return lane;
  }
  g_error ("no lane of %s, %s", login, model);
}

static void
assert_limit (const TodayLane *lane, unsigned i, int64_t window_ms, double used, double most)
{
  const TodayLimit *limit = &g_array_index (lane->limits, TodayLimit, i);
  g_assert_cmpint (limit->window_ms, ==, window_ms);
  g_assert_cmpfloat (limit->used, ==, used);
  g_assert_cmpfloat (limit->most, ==, most);
}

static void
limits_count_by_the_days_of_the_service_and_sums_by_those_here (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Config) config = read_config (config_text);
  g_autoptr (Quotas) quotas = open_with_calls (scratch->folder, false);
  g_autoptr (Today) today = today_read (quotas, config, studio (), now_us, &error);
  g_assert_no_error (error);
  g_assert_cmpint (today->lanes->len, ==, 3);
  g_assert_cmpint (today->n, ==, 4);
  g_assert_cmpfloat (today->usd, ==, 0.75);
  g_assert_cmpfloat (today->maybe_usd, ==, 0.25);
  const TodayLane *lane = find_lane (today, "key of TODAY_KEY", "gemini-3-pro-image");
  g_assert_cmpint (lane->n, ==, 2);
  g_assert_cmpint (lane->n_open, ==, 1);
  g_assert_cmpint (lane->limits->len, ==, 3);
  assert_limit (lane, 0, 60 * 1000, 1, 12);
  assert_limit (lane, 1, 0, 3, 250);
  assert_limit (lane, 2, 600 * 1000, 0.875, 10);
  g_assert_nonnull (find_lane (today, NULL, "gemini-3-pro-image"));
  g_assert_null (today_waits (today));
  TodayBudget budget = today_budget (quotas, config, now_us);
  g_assert_cmpfloat (budget.left_usd, ==, 0);
  g_assert_cmpfloat (budget.usd + budget.maybe_usd, ==, 1);
  g_assert_cmpstr (budget.where, ==, "/c.yaml");
}

static void
keys_that_share_a_quota_are_named_together (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Config) config = read_config (
    "providers: { ai-studio: { keys: [{ env: TODAY_KEY }], shared-quota: true } }\n");
  g_autoptr (Quotas) quotas = open_with_calls (scratch->folder, true);
  g_autoptr (Today) today = today_read (quotas, config, studio (), now_us, &error);
  g_assert_no_error (error);
  g_assert_nonnull (find_lane (today, "all keys", "gemini-3-pro-image"));
}

static void
who_is_stopped_for_the_day_is_told_first (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Config) config = read_config (config_text);
  g_autoptr (Quotas) quotas = open_with_calls (scratch->folder, false);
  assert_ok (
    quotas_pause (quotas, "a", "ai-studio", "a", now_us + second_us, false, "busy", &error), error);
  assert_ok (quotas_pause (quotas, "b", "vertex", "a", now_us + second_us, true, "there", &error),
             error);
  g_autoptr (Today) paused = today_read (quotas, config, studio (), now_us, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (today_waits (paused)->why, ==, "busy");
  assert_ok (quotas_pause (quotas, "b", "ai-studio", "m", now_us + second_us, true, "gone", &error),
             error);
  g_autoptr (Today) stopped = today_read (quotas, config, studio (), now_us, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (today_waits (stopped)->why, ==, "gone");
}

static void
nobody_was_asked_where_there_is_no_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Config) config = read_config (config_text);
  g_autoptr (Today) today = today_read (NULL, config, studio (), now_us, &error);
  g_assert_no_error (error);
  g_assert_cmpint (today->lanes->len, ==, 0);
  g_assert_cmpfloat (today_budget (NULL, config, now_us).left_usd, ==, 1);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "Europe/Berlin", true);
  g_setenv ("TODAY_KEY", "secret", true);
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/run/today/" name, function)
  CLAIM ("limits-count-by-the-days-of-the-service-and-sums-by-those-here",
         limits_count_by_the_days_of_the_service_and_sums_by_those_here);
  CLAIM ("keys-that-share-a-quota-are-named-together", keys_that_share_a_quota_are_named_together);
  CLAIM ("who-is-stopped-for-the-day-is-told-first", who_is_stopped_for_the_day_is_told_first);
  CLAIM ("nobody-was-asked-where-there-is-no-file", nobody_was_asked_where_there_is_no_file);
#undef CLAIM
  return g_test_run ();
}
