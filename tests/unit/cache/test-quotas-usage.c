#include "questions.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/quotas-usage/" name, function)
  CLAIM ("usage-is-told-by-account-and-model", usage_is_told_by_account_and_model);
#undef CLAIM
  return g_test_run ();
}
