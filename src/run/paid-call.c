#include "run/paid-call.h"

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

bool
paid_call_begin (Run *run, ImageRun *image_run, GError **error)
{
  g_autoptr (JournalCall) call = new_call (run, image_run);
  if (!journal_begin (run->cache, call, error))
    return false;
  image_run->call = g_steal_pointer (&call);
  return true;
}

/* What a program printed stands below the first line, and may hold anything: it is not kept. */
static char *
first_line (const char *message)
{
  return g_strndup (message, strcspn (message, "\n"));
}

static void
end_call (Run *run, JournalCall *call)
{
  g_autoptr (GError) problem = NULL;
  /* What was paid for is safe, or its loss is told: a warning is enough. */
  if (!journal_end (run->cache, call, &problem))
    run->listener->warning (run->listener->data, problem->message);
}

void
paid_call_land (Run *run, ImageRun *image_run, const Digest *original)
{
  g_autoptr (JournalCall) call = g_steal_pointer (&image_run->call);
  call->result = g_strdup ("stored");
  call->original = g_strdup (digest_to_hex (original).text);
  run->totals.spent_usd += call->cost_usd;
  run->totals.n_unpriced_spent += !plan_choice (image_run->request)->has_price;
  end_call (run, call);
}

void
paid_call_end (Run *run, ImageRun *image_run, const GError *error)
{
  g_autoptr (JournalCall) call = g_steal_pointer (&image_run->call);
  if (error == NULL) {
    call->result = g_strdup ("stored");
    call->original = g_strdup (digest_to_hex (&image_run->record->digest).text);
    run->totals.spent_usd += call->cost_usd;
  } else {
    bool is_known = g_error_matches (error, RUN_ERROR, RUN_ERROR_PROVIDER);
    bool is_refused = g_error_matches (error, RUN_ERROR, RUN_ERROR_REFUSED);
    call->result = g_strdup (is_refused ? "refused" : is_known ? "failed" : "unknown");
    if (image_run->record != NULL) /* stored, and then something went wrong */
      call->original = g_strdup (digest_to_hex (&image_run->record->digest).text);
    call->message = first_line (error->message);
  }
  end_call (run, call);
}
