#include "cli/reporter.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "cli/progress.h"
#include "cli/run-events.h"
#include "cli/terminal.h"
#include "plan/sheet-words.h"

struct Reporter {
  ReportKind kind;
  const GlobalOptions *global;
  bool is_json;
  char *pipeline_name;
  RunListener listener;
  Progress *progress;
  GArray *stored; /* Digest */
};

/* ---- rows ---- */

static double
fact_number (const cJSON *facts, const char *name)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive (facts, name);
  return cJSON_IsNumber (item) ? item->valuedouble : 0;
}

static const char *
status_word (OutputStatus status)
{
  static const char *const words[] = {
    [OUTPUT_UP_TO_DATE] = "ok",
    [OUTPUT_TO_MAKE] = "make",
    [OUTPUT_MADE] = "made",
    [OUTPUT_FAILED] = "failed",
  };
  return words[status];
}

/* "-98.4 %" against the original; what grew says so. */
static char *
describe_saving (double bytes, double original_bytes)
{
  if (bytes <= 0 || original_bytes <= 0)
    return g_strdup ("");
  double growth = 100 * (bytes / original_bytes - 1);
  if (growth >= 1000)
    return g_strdup_printf ("x%.0f", bytes / original_bytes);
  if (growth < -99.9)
    return g_strdup_printf ("%+.2f %%", growth);
  return g_strdup_printf ("%+.1f %%", growth);
}

/* One output on one line. Columns are fixed, since rows appear as outputs are made; the path is the
 * last of them, so that a long one moves nothing. */
static void
print_row (Reporter *reporter, const OutputEvent *event)
{
  cJSON *facts = event->facts != NULL ? cJSON_Parse (event->facts) : NULL;
  const Shape *shape = &event->derivative->shape;
  int width = facts != NULL ? (int)fact_number (facts, "width") : shape->width;
  int height = facts != NULL ? (int)fact_number (facts, "height") : shape->height;
  double bytes = fact_number (facts, "bytes");
  g_autofree char *pixels = g_strdup_printf ("%dx%d", width, height);
  g_autofree char *size = bytes > 0 ? units_describe_bytes ((int64_t)bytes) : g_strdup ("");
  g_autofree char *saving = describe_saving (bytes, (double)event->original_bytes);
  bool is_green = event->status == OUTPUT_MADE && terminal_has_color (false);
  printf ("%s%-6s%s %11s ", is_green ? "\033[32m" : "", status_word (event->status),
          is_green ? "\033[0m" : "", pixels);
  if (reporter->kind == REPORT_RUN)
    printf ("%8s %8s ", size, saving);
  g_autofree char *path = terminal_safe (event->path, true);
  printf (" %s\n", path);
  g_autofree char *proof = event->proof != NULL ? terminal_safe (event->proof, true) : NULL;
  if (proof != NULL)
    printf ("       %s %s\n", event->status == OUTPUT_MADE ? "proof" : "draws", proof);
  cJSON_Delete (facts);
}

static void
print_sheet (const Sheet *sheet)
{
  g_autofree char *text = sheet_to_text (sheet);
  printf ("       %s\n", text);
}

/* "out/a.jpg: up to date", or "       because …" of a row. */
static void
print_reason (const char *before, const char *reason)
{
  g_autofree char *shown_before = terminal_safe (before, true);
  g_autofree char *shown_reason = terminal_safe (reason, true);
  printf ("%s%s\n", shown_before, shown_reason);
}

static void
print_failure (const char *name, const char *message)
{
  g_autofree char *what = terminal_safe (name, true);
  /* A message that begins with a place has its own line; the others follow the name. */
  if (strchr (message, '\n') == NULL) {
    terminal_error ("%s: %s", what, message);
    return;
  }
  terminal_error ("%s: failed", what);
  terminal_mistakes (message);
}

/* ---- the listener ---- */

static void
on_started (void *data, const RunTotals *totals)
{
  Reporter *reporter = data;
  if (reporter->is_json)
    run_events_started (reporter->pipeline_name, totals);
  else
    progress_start (reporter->progress, totals);
}

static void
print_missing (const OriginalEvent *event, const char *name)
{
  g_autofree char *price = units_describe_usd (event->cost_usd);
  printf ("%-6s %s: %dx%d expected", event->is_paid ? "buy" : "draw", name, event->width,
          event->height);
  g_autofree char *who = plan_describe_choices (event->request);
  if (event->is_paid)
    printf (", %s, %s", event->has_price ? price : "price not known", who);
  printf ("\n");
  if (event->cached_from != NULL)
    printf ("       the cache has one from %s, which 'accept: same-provider' does not take\n",
            event->cached_from);
}

static void
note_stored (Reporter *reporter, const OriginalEvent *event)
{
  Digest digest;
  bool is_new = strcmp (event->how, "generated") == 0 || strcmp (event->how, "loaded") == 0;
  if (is_new && g_strcmp0 (event->format, "png") == 0 && event->digest != NULL &&
      digest_from_hex (event->digest, &digest))
    g_array_append_val (reporter->stored, digest);
}

static void
on_original (void *data, const OriginalEvent *event)
{
  Reporter *reporter = data;
  note_stored (reporter, event);
  if (reporter->is_json) {
    run_events_original (event);
    return;
  }
  bool is_news = strcmp (event->how, "cached") != 0 || reporter->global->verbose;
  if (!is_news || reporter->kind == REPORT_EXPLAIN || reporter->kind == REPORT_SEND)
    return;
  g_autofree char *id = terminal_safe (event->image_id, true);
  g_autofree char *name = event->variant > 0
                            ? g_strdup_printf ("%s (variant %d)", id, event->variant)
                            : g_strdup (id);
  g_autofree char *size = event->size_bytes > 0 ? units_describe_bytes (event->size_bytes)
                                                : g_strdup ("not there yet");
  progress_clear (reporter->progress);
  if (reporter->kind == REPORT_PLAN && event->is_expected)
    print_missing (event, name);
  else
    terminal_note ("%s: original %s, %dx%d, %s", name, event->how, event->width, event->height,
                   size);
}

static void
on_output (void *data, const OutputEvent *event, const RunTotals *totals)
{
  Reporter *reporter = data;
  if (reporter->is_json) {
    run_events_output (event);
    return;
  }
  progress_clear (reporter->progress);
  if (event->status == OUTPUT_FAILED) {
    print_failure (event->path, event->message);
  } else if (reporter->kind == REPORT_EXPLAIN) {
    g_autofree char *before = g_strconcat (event->path, ": ", NULL);
    print_reason (before, event->reason != NULL ? event->reason : "up to date");
  } else if (reporter->kind != REPORT_SEND &&
             (event->status != OUTPUT_UP_TO_DATE || reporter->global->verbose)) {
    if (event->status != OUTPUT_UP_TO_DATE || !reporter->global->quiet)
      print_row (reporter, event);
    if (event->derivative->shape.sheet.width_mm > 0 && event->status == OUTPUT_TO_MAKE)
      print_sheet (&event->derivative->shape.sheet);
    if (reporter->global->verbose && event->reason != NULL)
      print_reason ("       because ", event->reason);
  }
}

static void
on_image_failed (void *data, const char *image_id, RunErrorCode error_class, const char *message,
                 const RunTotals *totals)
{
  Reporter *reporter = data;
  if (reporter->is_json) {
    run_events_image_failed (image_id, error_class, message);
    return;
  }
  progress_clear (reporter->progress);
  print_failure (image_id, message);
}

static void
on_warning (void *data, const char *message)
{
  Reporter *reporter = data;
  if (reporter->is_json) {
    run_events_warning (message);
    return;
  }
  progress_clear (reporter->progress);
  terminal_note ("peel: %s", message);
}

/* "0.24 USD", "a price that is not known", or both. New string. */
static char *
describe_price (double usd, unsigned n_unpriced, unsigned n)
{
  g_autofree char *known = units_describe_usd (usd);
  if (n_unpriced == 0)
    return g_steal_pointer (&known);
  if (n_unpriced == n)
    return g_strdup ("a price that is not known");
  return g_strdup_printf ("%s, and %u at a price that is not known", known, n_unpriced);
}

static bool
on_confirm (void *data, const RunMisses *misses)
{
  Reporter *reporter = data;
  bool is_one = misses->n == 1;
  g_autofree char *price = describe_price (misses->cost_usd, misses->n_unpriced, misses->n);
  g_autofree char *question = g_strdup_printf (
    "%u original%s not in the cache; %s would make %s for %s. Go on?", misses->n,
    is_one ? " is" : "s are", misses->provider, is_one ? "it" : "them", price);
  progress_clear (reporter->progress);
  return terminal_ask (question);
}

static void
on_tick (void *data, const RunTotals *totals)
{
  Reporter *reporter = data;
  progress_tick (reporter->progress, totals);
}

/* ---- life ---- */

Reporter *
reporter_new (ReportKind kind, const GlobalOptions *global, const char *pipeline_name)
{
  Reporter *reporter = g_new0 (Reporter, 1);
  reporter->kind = kind;
  reporter->is_json = global->json && kind != REPORT_SEND;
  reporter->global = global;
  reporter->pipeline_name = g_strdup (pipeline_name);
  reporter->stored = g_array_new (FALSE, FALSE, sizeof (Digest));
  reporter->progress = progress_new (pipeline_name,
                                     global->quiet || reporter->is_json || kind != REPORT_RUN);
  reporter->listener = (RunListener){
    .data = reporter,
    .started = on_started,
    .original = on_original,
    .output = on_output,
    .image_failed = on_image_failed,
    .warning = on_warning,
    .confirm = !reporter->is_json && terminal_can_ask () ? on_confirm : NULL,
    .tick = on_tick,
  };
  return reporter;
}

void
reporter_free (Reporter *reporter)
{
  if (reporter == NULL)
    return;
  progress_free (reporter->progress);
  g_array_unref (reporter->stored);
  g_free (reporter->pipeline_name);
  g_free (reporter);
}

const RunListener *
reporter_listener (Reporter *reporter)
{
  return &reporter->listener;
}

const GArray *
reporter_stored (const Reporter *reporter)
{
  return reporter->stored;
}

void
reporter_warn (Reporter *reporter, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  on_warning (reporter, message);
}

/* ---- the summary ---- */

static void
append_count (GString *out, unsigned n, const char *what)
{
  if (n > 0)
    g_string_append_printf (out, "%s%u %s", out->len > 0 ? ", " : "", n, what);
}

static void
append_price (GString *out, double usd, unsigned n_unpriced, unsigned n)
{
  g_autofree char *price = describe_price (usd, n_unpriced, n);
  if (usd > 0 || n_unpriced > 0)
    g_string_append_printf (out, " for %s", price);
}

/* What was paid for answers that brought nothing, and what may have been. */
static void
append_maybe (GString *out, const RunTotals *totals)
{
  g_autofree char *maybe = units_describe_usd (totals->maybe_usd);
  g_autofree char *spent = units_describe_usd (totals->spent_usd);
  if (totals->n_originals_generated == 0 && totals->spent_usd > 0)
    g_string_append_printf (out, ", %s spent without an original", spent);
  if (totals->n_maybe > 0)
    g_string_append_printf (out, ", %u call%s may be charged without a picture: %s",
                            totals->n_maybe, totals->n_maybe == 1 ? "" : "s", maybe);
}

static void
print_summary (Reporter *reporter, const RunResult *result)
{
  const RunTotals *totals = &result->totals;
  g_autoptr (GString) out = g_string_new (NULL);
  append_count (out, totals->n_made, "made");
  append_count (out, totals->n_to_make, "to make");
  append_count (out, totals->n_up_to_date, "up to date");
  append_count (out, totals->n_failed, "failed");
  if (out->len == 0)
    g_string_append (out, result->is_interrupted ? "nothing made" : "nothing to do");
  g_string_append_printf (out, " (%u image%s", totals->n_images, totals->n_images == 1 ? "" : "s");
  append_count (out, totals->n_originals_missing, "to generate");
  append_price (out, totals->missing_usd, totals->n_unpriced, totals->n_originals_missing);
  append_count (out, totals->n_originals_generated, "generated");
  if (totals->n_originals_generated > 0)
    append_price (out, totals->spent_usd, totals->n_unpriced_spent, totals->n_originals_generated);
  append_maybe (out, totals);
  append_count (out, totals->n_originals_loaded, "read for the first time");
  g_string_append_c (out, ')');
  if (totals->n_made > 0) {
    g_autofree char *made = units_describe_bytes (totals->made_bytes);
    g_autofree char *originals = units_describe_bytes (totals->original_bytes);
    g_string_append_printf (out, ", %s from %s of originals", made, originals);
  }
  if (reporter->kind == REPORT_RUN)
    g_string_append_printf (out, " in %.2f s", (double)totals->duration_us / 1e6);
  if (totals->n_drifted > 0)
    g_string_append_printf (
      out, "; %u made with other library versions (--refresh-drift makes them again)",
      totals->n_drifted);
  if (result->is_interrupted)
    g_string_append (out, "; interrupted");
  if (reporter->global->quiet)
    return;
  g_autofree char *name = terminal_safe (reporter->pipeline_name, true);
  printf ("%s: %s\n", name, out->str);
}

void
reporter_finish (Reporter *reporter, const RunResult *result, const GError *error, int code)
{
  progress_clear (reporter->progress);
  if (reporter->is_json)
    run_events_finished (reporter->pipeline_name, result, error, code);
  else if (result != NULL && reporter->kind != REPORT_SEND)
    print_summary (reporter, result);
  if (error != NULL && !reporter->is_json)
    terminal_mistakes (error->message);
}
