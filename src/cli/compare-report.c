#include "cli/compare-report.h"

#include "base/units.h"
#include "cli/event.h"
#include "cli/terminal.h"

/* ---- for people ---- */

static Table *
begin_table (const Comparison *comparison, const char *corner)
{
  g_autoptr (GString) alignment = g_string_new (NULL);
  for (unsigned i = 0; i <= comparison->n_providers; i++)
    g_string_append_c (alignment, 'l');
  Table *table = table_new (comparison->n_providers + 1, alignment->str);
  table_add_cell (table, corner);
  for (unsigned p = 0; p < comparison->n_providers; p++)
    table_add_cell (table, comparison->providers[p]);
  return table;
}

/* Errors are told in full where there is room for them. */
static bool
is_in_table (const ComparisonRow *row)
{
  return strcmp (row->name, "error") != 0;
}

static void
add_row (Table *table, const Comparison *comparison, const ComparisonImage *image,
         const ComparisonRow *row)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  bool is_told = false;
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    char *text = row->describe (&image->cells[p]);
    is_told = is_told || text != NULL;
    if (text == NULL && row == comparison_rows)
      text = g_strdup (image->cells[p].error != NULL ? "failed" : "not there");
    g_ptr_array_add (cells, text != NULL ? text : g_strdup (""));
  }
  if (!is_told && row != comparison_rows)
    return;
  table_add_cell (table, row->name);
  for (unsigned p = 0; p < cells->len; p++)
    table_add_cell (table, cells->pdata[p]);
}

static void
print_image (const Comparison *comparison, const ComparisonImage *image)
{
  g_autofree char *name = comparison_name (image);
  g_autoptr (Table) table = begin_table (comparison, name);
  for (const ComparisonRow *row = comparison_rows; row->name != NULL; row++)
    if (is_in_table (row))
      add_row (table, comparison, image, row);
  table_print (table, true);
}

static void
print_totals (const Comparison *comparison)
{
  g_autoptr (Table) table = table_new (5, "lrrrl");
  table_add (table, "provider", "pictures", "bytes", "mean latency", "cost");
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    const ComparisonTotals totals = comparison_totals (comparison, p);
    g_autofree char *n = g_strdup_printf ("%u", totals.n);
    g_autofree char *bytes = units_describe_bytes (totals.size_bytes);
    g_autofree char *latency = totals.n_timed > 0 ? comparison_describe_latency (totals.mean_ms)
                                                  : g_strdup ("");
    g_autofree char *cost = comparison_describe_cost (&totals);
    table_add (table, comparison->providers[p], n, bytes, latency, cost);
  }
  table_print (table, true);
}

/* What fails for all images of a provider alike is told once. */
static void
print_failures (const Comparison *comparison)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < comparison->images->len; i++) {
    const ComparisonImage *image = comparison->images->pdata[i];
    for (unsigned p = 0; p < comparison->n_providers; p++) {
      const char *error = image->cells[p].error;
      if (error == NULL || !g_hash_table_add (told, (gpointer)error))
        continue;
      g_autofree char *name = comparison_name (image);
      g_autofree char *shown = terminal_safe (name, true);
      if (strchr (error, '\n') == NULL) {
        terminal_error ("%s on %s: %s", shown, comparison->providers[p], error);
        continue;
      }
      terminal_error ("%s on %s: failed", shown, comparison->providers[p]);
      terminal_mistakes (error);
    }
  }
}

void
compare_report_print (const Comparison *comparison, const char *folder)
{
  for (unsigned i = 0; i < comparison->images->len; i++) {
    if (i > 0)
      terminal_print ("%s", "");
    print_image (comparison, comparison->images->pdata[i]);
  }
  if (comparison->images->len > 1) {
    terminal_print ("%s", "");
    print_totals (comparison);
  }
  print_failures (comparison);
  if (folder == NULL)
    return;
  g_autofree char *safe = terminal_safe (folder, true);
  terminal_print ("\nThe pictures, and a page with them: %s/index.html", safe);
}

/* ---- events ---- */

static void
add_told (cJSON *json, const ComparisonCell *cell)
{
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&cell->digest).text);
  cJSON_AddNumberToObject (json, "bytes", (double)cell->size_bytes);
  if (cell->duration_ms > 0)
    cJSON_AddNumberToObject (json, "duration-ms", (double)cell->duration_ms);
  event_add_text (json, "format", cell->format);
  event_add_text (json, "declared-type", cell->declared_type);
  event_add_text (json, "model-version", cell->model_version);
  event_add_text (json, "source-type", cell->source_type);
  event_add_text (json, "picture", cell->file);
  if (cell->file == NULL)
    return;
  cJSON *list = cJSON_AddArrayToObject (json, "metadata");
  for (unsigned i = 0; i < COMPARISON_N_BLOCKS; i++) {
    g_autofree char *name = g_ascii_strdown (comparison_block_name (i), -1);
    if (cell->blocks & 1u << i)
      cJSON_AddItemToArray (list, cJSON_CreateString (name));
  }
}

static void
add_cost (cJSON *json, bool is_known, double usd)
{
  if (is_known)
    cJSON_AddNumberToObject (json, "cost-usd", usd);
  else
    cJSON_AddNullToObject (json, "cost-usd");
}

static void
print_cell (const Comparison *comparison, const ComparisonImage *image, unsigned provider)
{
  const ComparisonCell *cell = &image->cells[provider];
  cJSON *json = event_begin ("comparison");
  cJSON_AddStringToObject (json, "image", image->id);
  if (image->variant > 0)
    cJSON_AddNumberToObject (json, "variant", image->variant);
  cJSON_AddStringToObject (json, "provider", comparison->providers[provider]);
  event_add_text (json, "model", cell->model);
  if (cell->width > 0) {
    cJSON_AddNumberToObject (json, "width", cell->width);
    cJSON_AddNumberToObject (json, "height", cell->height);
  }
  if (cell->is_there)
    add_told (json, cell);
  if (cell->is_missing)
    cJSON_AddTrueToObject (json, "missing");
  if (cell->is_there || cell->is_missing)
    add_cost (json, !cell->is_paid || cell->cost_usd > 0, cell->cost_usd);
  event_add_text (json, "side-by-side", image->file);
  if (cell->error != NULL)
    event_add_failure (json, cell->error_class, cell->error);
  event_print (json);
}

void
compare_report_events (const Comparison *comparison)
{
  for (unsigned i = 0; i < comparison->images->len; i++)
    for (unsigned p = 0; p < comparison->n_providers; p++)
      print_cell (comparison, comparison->images->pdata[i], p);
}

void
compare_report_summary (const Comparison *comparison, const char *folder, double spent_usd,
                        double maybe_usd, const GError *error, int code)
{
  cJSON *json = event_begin ("summary");
  event_add_text (json, "pipeline", comparison->pipeline_name);
  cJSON_AddNumberToObject (json, "images", comparison->images->len);
  cJSON *list = cJSON_AddArrayToObject (json, "providers");
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    const ComparisonTotals totals = comparison_totals (comparison, p);
    cJSON *item = cJSON_CreateObject ();
    cJSON_AddItemToArray (list, item);
    cJSON_AddStringToObject (item, "provider", comparison->providers[p]);
    cJSON_AddNumberToObject (item, "images", totals.n);
    cJSON_AddNumberToObject (item, "failed", totals.n_failed);
    cJSON_AddNumberToObject (item, "missing", totals.n_missing);
    cJSON_AddNumberToObject (item, "bytes", (double)totals.size_bytes);
    if (totals.n_timed > 0)
      cJSON_AddNumberToObject (item, "mean-duration-ms", (double)totals.mean_ms);
    cJSON_AddNumberToObject (item, "cost-usd", totals.cost_usd);
    if (totals.n_unpriced > 0)
      cJSON_AddNumberToObject (item, "unpriced", totals.n_unpriced);
  }
  event_add_text (json, "folder", folder);
  cJSON_AddNumberToObject (json, "spent-usd", spent_usd);
  cJSON_AddNumberToObject (json, "may-be-usd", maybe_usd);
  event_print_summary (json, error, code);
}
