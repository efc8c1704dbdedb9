#include "cli/run-events.h"

#include <math.h>

#include "cli/event.h"
#include "plan/sheet-words.h"

void
run_events_started (const char *pipeline_name, const RunTotals *totals)
{
  cJSON *json = event_begin ("start");
  cJSON_AddStringToObject (json, "pipeline", pipeline_name);
  cJSON_AddNumberToObject (json, "images", totals->n_images);
  event_print (json);
}

/* Who is asked when the first one cannot give it. */
static void
add_others (cJSON *json, const PlanRequest *request)
{
  cJSON *list = NULL;
  for (unsigned i = request->choice + 1; i < request->choices->len; i++) {
    const PlanChoice *choice = &g_array_index (request->choices, PlanChoice, i);
    if (!plan_can_ask (choice))
      continue;
    if (list == NULL)
      list = cJSON_AddArrayToObject (json, "else");
    cJSON *item = cJSON_CreateObject ();
    cJSON_AddStringToObject (item, "provider", choice->provider->name);
    cJSON_AddStringToObject (item, "model", choice->model);
    cJSON_AddItemToArray (list, item);
  }
}

void
run_events_original (const OriginalEvent *event)
{
  cJSON *json = event_begin ("original");
  cJSON_AddStringToObject (json, "image", event->image_id);
  if (event->variant > 0)
    cJSON_AddNumberToObject (json, "variant", event->variant);
  cJSON_AddStringToObject (json, "how", event->how);
  event_add_text (json, "sha256", event->digest);
  event_add_text (json, "format", event->format);
  cJSON_AddNumberToObject (json, "width", event->width);
  cJSON_AddNumberToObject (json, "height", event->height);
  event_add_text (json, "provider", event->provider);
  event_add_text (json, "model", event->model);
  if (event->request != NULL)
    add_others (json, event->request);
  event_add_text (json, "cached-from", event->cached_from);
  if (event->is_paid && event->has_price)
    cJSON_AddNumberToObject (json, "cost-usd", event->cost_usd);
  else if (event->is_paid)
    cJSON_AddNullToObject (json, "cost-usd");
  if (event->is_expected)
    cJSON_AddTrueToObject (json, "expected");
  else
    cJSON_AddNumberToObject (json, "bytes", (double)event->size_bytes);
  event_print (json);
}

static const char *
status_name (OutputStatus status)
{
  static const char *const names[] = {
    [OUTPUT_UP_TO_DATE] = "up-to-date",
    [OUTPUT_TO_MAKE] = "to-make",
    [OUTPUT_MADE] = "made",
    [OUTPUT_FAILED] = "failed",
  };
  return names[status];
}

void
run_events_output (const OutputEvent *event)
{
  cJSON *json = event_begin ("output");
  const Derivative *derivative = event->derivative;
  cJSON_AddStringToObject (json, "image", event->image_id);
  if (event->variant > 0)
    cJSON_AddNumberToObject (json, "variant", event->variant);
  cJSON_AddStringToObject (json, "path", event->path);
  cJSON_AddStringToObject (json, "status", status_name (event->status));
  event_add_text (json, "reason", event->reason);
  event_add_text (json, "proof", event->proof);
  if (derivative->preset[0] != '\0')
    cJSON_AddStringToObject (json, "preset", derivative->preset);
  if (derivative->problem == NULL)
    cJSON_AddStringToObject (json, "fingerprint", digest_to_hex (&derivative->fingerprint).text);
  if (event->facts != NULL)
    cJSON_AddRawToObject (json, "facts", event->facts);
  if (event->metadata != NULL)
    cJSON_AddRawToObject (json, "metadata", event->metadata);
  if (event->status == OUTPUT_TO_MAKE) {
    cJSON_AddStringToObject (json, "format", image_format_type (derivative->format)->name);
    cJSON_AddNumberToObject (json, "width", derivative->shape.width);
    cJSON_AddNumberToObject (json, "height", derivative->shape.height);
    if (derivative->shape.sheet.width_mm > 0)
      cJSON_AddItemToObject (json, "page", sheet_to_json (&derivative->shape.sheet));
  }
  if (event->message != NULL)
    event_add_failure (json, event->error_class, event->message);
  event_print (json);
}

void
run_events_image_failed (const char *image_id, RunErrorCode error_class, const char *message)
{
  cJSON *json = event_begin ("image-failed");
  cJSON_AddStringToObject (json, "image", image_id);
  event_add_failure (json, error_class, message);
  event_print (json);
}

void
run_events_warning (const char *message)
{
  cJSON *json = event_begin ("warning");
  event_add_message (json, message);
  event_print (json);
}

void
run_events_finished (const char *pipeline_name, const RunResult *result, const GError *error,
                     int code)
{
  cJSON *json = event_begin ("summary");
  cJSON_AddStringToObject (json, "pipeline", pipeline_name);
  if (result != NULL) {
    const RunTotals *totals = &result->totals;
    const struct {
      const char *name;
      double value;
    } counts[] = {
      { "images", totals->n_images },
      { "originals-cached", totals->n_originals_cached },
      { "originals-loaded", totals->n_originals_loaded },
      { "originals-generated", totals->n_originals_generated },
      { "originals-missing", totals->n_originals_missing },
      { "made", totals->n_made },
      { "to-make", totals->n_to_make },
      { "up-to-date", totals->n_up_to_date },
      { "failed", totals->n_failed },
      { "drifted", totals->n_drifted },
      { "original-bytes", (double)totals->original_bytes },
      { "made-bytes", (double)totals->made_bytes },
      { "missing-usd", totals->missing_usd },
      { "spent-usd", totals->spent_usd },
      { "may-be-usd", totals->maybe_usd },
      { "may-be-calls", totals->n_maybe },
      { "seconds", round ((double)totals->duration_us / 1e3) / 1e3 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS (counts); i++)
      cJSON_AddNumberToObject (json, counts[i].name, counts[i].value);
    if (totals->n_unpriced > 0)
      cJSON_AddNumberToObject (json, "missing-unpriced", totals->n_unpriced);
    if (totals->n_unpriced_spent > 0)
      cJSON_AddNumberToObject (json, "spent-unpriced", totals->n_unpriced_spent);
    cJSON_AddBoolToObject (json, "interrupted", result->is_interrupted);
  }
  event_print_summary (json, error, code);
}

void
run_events_checked (const char *path, unsigned n_images, unsigned n_rules, const GError *error)
{
  cJSON *json = event_begin ("check");
  cJSON_AddStringToObject (json, "pipeline", path);
  cJSON_AddBoolToObject (json, "ok", error == NULL);
  if (error != NULL) {
    event_add_error (json, error);
  } else {
    cJSON_AddNumberToObject (json, "images", n_images);
    cJSON_AddNumberToObject (json, "outputs", n_rules);
  }
  event_print (json);
}

void
run_events_all_finished (unsigned n_pipelines, unsigned n_failed, int code)
{
  cJSON *json = event_begin ("summary");
  cJSON_AddNumberToObject (json, "pipelines", n_pipelines);
  cJSON_AddNumberToObject (json, "failed", n_failed);
  event_print_summary (json, NULL, code);
}
