#include "run/paid-call.h"

#include "base/day.h"
#include "run/run-private.h"

static JournalCall *
new_call (const Run *run, const ImageRun *image_run)
{
  const PlanRequest *request = image_run->request;
  const PlanChoice *choice = plan_choice (request);
  JournalCall *call = journal_call_new ();
  call->request = g_strdup (digest_to_hex (&choice->fingerprint).text);
  call->provider = g_strdup (choice->provider->name);
  call->model = g_strdup (choice->model);
  call->image_id = g_strdup (image_run->image->id);
  call->pipeline = g_strdup (run->pipeline->name);
  call->cost_usd = choice->cost_usd;
  return call;
}

/* Programs have no keys and no quotas, but what they cost is of the same day's budget. */
static bool
enter_budget (Run *run, ImageRun *image_run, GError **error)
{
  const PlanChoice *choice = plan_choice (image_run->request);
  int64_t now_us = g_get_real_time ();
  const QuotaQuestion question = {
    .account = choice->provider->name,
    .provider = choice->provider->name,
    .model = choice->model,
    .day_us = day_begin_us (now_us, NULL),
    .usd = choice->cost_usd,
    .budget_usd = money_per_day (run),
    .budget_day_us = day_begin_us (now_us, NULL),
  };
  g_auto (QuotaReply) reply = { 0 };
  if (choice->provider->take_answer != NULL)
    return true;
  if (!run_open_quotas (run, error) ||
      !quotas_begin (run->quotas, &question, now_us, &reply, error))
    return false;
  image_run->quota_call = reply.call;
  return reply.answer == QUOTA_GRANTED ||
         money_fail_over_day (run, choice->cost_usd, reply.spent_usd, error);
}

static void
leave_budget (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) problem = NULL;
  const Charge *charge = &image_run->charge;
  if (image_run->quota_call != 0 &&
      !quotas_end (run->quotas, image_run->quota_call, QUOTA_OUTCOME_ANSWERED, charge->usd,
                   charge->is_certain, g_get_real_time (), &problem))
    run->listener->warning (run->listener->data, problem->message);
  image_run->quota_call = 0;
}

bool
paid_call_begin (Run *run, ImageRun *image_run, GError **error)
{
  g_autoptr (JournalCall) call = new_call (run, image_run);
  if (!money_may_begin (run, plan_choice (image_run->request), error) ||
      !enter_budget (run, image_run, error))
    return false;
  if (!journal_begin (run->cache, call, error)) {
    leave_budget (run, image_run);
    return false;
  }
  money_begin_call (run, call->cost_usd);
  image_run->call = g_steal_pointer (&call);
  return true;
}

/* What a program printed stands below the first line, and may hold anything: it is not kept. */
static char *
first_line (const char *message)
{
  return g_strndup (message, strcspn (message, "\n"));
}

/* What was paid for is safe, or its loss is told: for what goes wrong here a warning is enough. */
static void
end_call (Run *run, ImageRun *image_run, JournalCall *call, MoneyEnd end, double usd)
{
  g_autoptr (GError) problem = NULL;
  money_end_call (run, call->cost_usd, end, usd);
  call->cost_usd = end == MONEY_FREE ? 0 : usd;
  image_run->charge = (Charge){ .usd = call->cost_usd, .is_certain = end != MONEY_MAYBE };
  if (!journal_end (run->cache, call, &problem))
    run->listener->warning (run->listener->data, problem->message);
  leave_budget (run, image_run);
}

static void
end_with_picture (Run *run, ImageRun *image_run, JournalCall *call, const Digest *original)
{
  bool is_known;
  double usd = money_cost_of_picture (plan_choice (image_run->request), image_run->answer.usage,
                                      &is_known);
  call->original = g_strdup (digest_to_hex (original).text);
  run->totals.n_unpriced_spent += !is_known;
  end_call (run, image_run, call, MONEY_SPENT, usd);
}

static void
end_without_picture (Run *run, ImageRun *image_run, JournalCall *call, const GError *error)
{
  double usd;
  bool is_told = money_cost_of_failure (plan_choice (image_run->request), image_run->answer.usage,
                                        &usd);
  bool is_refused = g_error_matches (error, RUN_ERROR, RUN_ERROR_REFUSED);
  bool is_free = is_refused || g_error_matches (error, RUN_ERROR, RUN_ERROR_PROVIDER);
  call->result = g_strdup (is_refused ? "refused" : is_free || is_told ? "failed" : "unknown");
  end_call (run, image_run, call, is_free ? MONEY_FREE : is_told ? MONEY_SPENT : MONEY_MAYBE, usd);
}

void
paid_call_land (Run *run, ImageRun *image_run, const Digest *original)
{
  g_autoptr (JournalCall) call = g_steal_pointer (&image_run->call);
  call->result = g_strdup ("stored");
  end_with_picture (run, image_run, call, original);
}

void
paid_call_end (Run *run, ImageRun *image_run, const GError *error)
{
  g_autoptr (JournalCall) call = g_steal_pointer (&image_run->call);
  if (error != NULL)
    call->message = first_line (error->message);
  if (image_run->record == NULL) {
    end_without_picture (run, image_run, call, error);
    return;
  }
  /* With an error it was stored, and then something went wrong. */
  call->result = g_strdup (error == NULL ? "stored" : "unknown");
  end_with_picture (run, image_run, call, &image_run->record->digest);
}
