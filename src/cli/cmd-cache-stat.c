#include "base/clock.h"
#include "base/day.h"
#include "base/units.h"
#include "cache/blob.h"
#include "cache/query.h"
#include "cache/spending.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"

/* What the files of the originals take, by how they are stored. */
typedef struct {
  int64_t frame_bytes;
  int64_t pixels_bytes;     /* instead of a frame */
  int64_t disposable_bytes; /* pixels beside a frame */
  int64_t n_frames, n_pixels, n_disposable;
} Stored;

typedef struct {
  const char *home;
  Stored stored;
} Survey;

static bool
visit (void *data, const BlobListing *item, GError **error)
{
  Survey *survey = data;
  Stored *stored = &survey->stored;
  BlobStorage storage;
  if (!item->has_frame && !item->has_pixels)
    return true;
  blob_storage (survey->home, &item->digest, &storage);
  stored->frame_bytes += storage.frame_bytes;
  stored->n_frames += storage.frame_bytes > 0;
  if (storage.frame_bytes > 0 || !storage.pixels_are_exact) {
    stored->disposable_bytes += storage.pixels_bytes;
    stored->n_disposable += storage.pixels_bytes > 0;
  } else {
    stored->pixels_bytes += storage.pixels_bytes;
    stored->n_pixels++;
  }
  return true;
}

static bool
survey_files (const char *home, Stored *out_stored, GError **error)
{
  enum { N_SHELVES = 256 };
  Survey survey = { .home = home };
  for (unsigned shelf = 0; shelf < N_SHELVES; shelf++)
    if (!blob_list_shelf (home, shelf, visit, &survey, error))
      return false;
  *out_stored = survey.stored;
  return true;
}

/* ---- */

static void
add_bytes (Table *table, const char *name, int64_t bytes, int64_t of_bytes, const char *what)
{
  g_autofree char *size = units_describe_bytes (bytes);
  if (of_bytes > 0)
    table_add_pair (table, name, "%s (%.1f %% of %s)", size,
                    100.0 * (double)bytes / (double)of_bytes, what);
  else
    table_add (table, name, size);
}

/* What the journal says of money. */
typedef struct {
  GPtrArray *spendings;
  unsigned n_damaged; /* lines */
} Audit;

/* What using again has saved. */
typedef struct {
  int64_t n_uses;
  double saved_usd;
} Savings;

static bool
read_savings (Cache *cache, Savings *out_savings, GError **error)
{
  g_autoptr (State) state = state_open (cache_home (cache), error);
  return state != NULL &&
         cache_savings (cache, state, &out_savings->n_uses, &out_savings->saved_usd, error);
}

/* ---- the audit ---- */

/* "3 calls, 0.40 USD; 1 more, 0.1340 USD, may have been charged". New string. */
static char *
describe_sum (const SpendingSum *sum)
{
  g_autofree char *usd = units_describe_usd (sum->usd);
  g_autofree char *maybe_usd = units_describe_usd (sum->maybe_usd);
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "%" G_GINT64_FORMAT " call%s, %s", sum->n, sum->n == 1 ? "" : "s",
                          usd);
  if (sum->n_maybe > 0)
    g_string_append_printf (out, "; %" G_GINT64_FORMAT " more, %s, may have been charged",
                            sum->n_maybe, maybe_usd);
  return g_strdup (out->str);
}

static void
add_sum (Table *table, const char *name, const SpendingSum *sum)
{
  g_autofree char *text = describe_sum (sum);
  table_add (table, name, text);
}

static void
add_audit (Table *table, const Audit *audit)
{
  Spending total = spending_total (audit->spendings);
  if (audit->spendings->len == 0)
    return;
  add_sum (table, "journal", &total.all);
  add_sum (table, "  today", &total.today);
  for (unsigned i = 0; i < audit->spendings->len; i++) {
    const Spending *spending = audit->spendings->pdata[i];
    g_autofree char *name = g_strconcat (
      "  ", spending->provider[0] != '\0' ? spending->provider : "(unknown)", NULL);
    add_sum (table, name, &spending->all);
  }
}

static void
add_sum_to_json (cJSON *json, const char *name, const SpendingSum *sum)
{
  cJSON *of = cJSON_AddObjectToObject (json, name);
  cJSON_AddNumberToObject (of, "calls", (double)sum->n);
  cJSON_AddNumberToObject (of, "usd", sum->usd);
  cJSON_AddNumberToObject (of, "may-be-calls", (double)sum->n_maybe);
  cJSON_AddNumberToObject (of, "may-be-usd", sum->maybe_usd);
}

static void
add_spending_to_json (cJSON *json, const Spending *spending)
{
  add_sum_to_json (json, "all", &spending->all);
  add_sum_to_json (json, "today", &spending->today);
}

static void
add_audit_to_json (cJSON *json, const Audit *audit)
{
  Spending total = spending_total (audit->spendings);
  cJSON *journal = cJSON_AddObjectToObject (json, "journal");
  add_spending_to_json (journal, &total);
  cJSON_AddNumberToObject (journal, "damaged-lines", audit->n_damaged);
  cJSON *providers = cJSON_AddArrayToObject (journal, "providers");
  for (unsigned i = 0; i < audit->spendings->len; i++) {
    const Spending *spending = audit->spendings->pdata[i];
    cJSON *provider = cJSON_CreateObject ();
    cJSON_AddStringToObject (provider, "provider", spending->provider);
    add_spending_to_json (provider, spending);
    cJSON_AddItemToArray (providers, provider);
  }
}

/* ---- */

static void
describe (const char *home, const CacheFigures *figures, const Stored *stored,
          const Savings *savings, const Audit *audit)
{
  g_autoptr (Table) table = table_new (2, "ll");
  int64_t all = stored->frame_bytes + stored->pixels_bytes + stored->disposable_bytes;
  table_add (table, "cache", home);
  table_add_pair (table, "originals",
                  "%" G_GINT64_FORMAT " (%" G_GINT64_FORMAT " pictures, %" G_GINT64_FORMAT
                  " paid for or imported)",
                  figures->n_originals, figures->n_pictures, figures->n_paid);
  add_bytes (table, "bytes", figures->raw_bytes, 0, NULL);
  add_bytes (table, "stored", all, figures->raw_bytes, "that");
  if (stored->n_pixels > 0) {
    add_bytes (table, "  as frames", stored->frame_bytes, 0, NULL);
    add_bytes (table, "  as pixels", stored->pixels_bytes, 0, NULL);
  }
  if (stored->n_disposable > 0)
    add_bytes (table, "  disposable", stored->disposable_bytes, 0, NULL);
  if (figures->acquired_bytes > figures->raw_bytes)
    add_bytes (table, "kept once", figures->acquired_bytes - figures->raw_bytes,
               figures->acquired_bytes, "what was got");
  table_add_pair (table, "spent", "$%.2f for the originals that are here", figures->spent_usd);
  if (savings->n_uses > 0)
    table_add_pair (table, "saved", "$%.2f (used again %" G_GINT64_FORMAT " time%s)",
                    savings->saved_usd, savings->n_uses, savings->n_uses == 1 ? "" : "s");
  add_audit (table, audit);
  table_print (table, false);
  if (audit->n_damaged > 0)
    terminal_note (
      "%u line%s of the journal are damaged and not counted; 'peel cache verify' tells "
      "which.",
      audit->n_damaged, audit->n_damaged == 1 ? "" : "s");
}

static cJSON *
to_json (const char *home, const CacheFigures *figures, const Stored *stored,
         const Savings *savings, const Audit *audit)
{
  const struct {
    const char *name;
    int64_t value;
  } counts[] = {
    { "originals", figures->n_originals },
    { "pictures", figures->n_pictures },
    { "paid", figures->n_paid },
    { "bytes", figures->raw_bytes },
    { "acquired-bytes", figures->acquired_bytes },
    { "stored-bytes", stored->frame_bytes + stored->pixels_bytes + stored->disposable_bytes },
    { "frames", stored->n_frames },
    { "frame-bytes", stored->frame_bytes },
    { "pixel-frames", stored->n_pixels },
    { "pixel-frame-bytes", stored->pixels_bytes },
    { "disposable-pixel-frames", stored->n_disposable },
    { "disposable-bytes", stored->disposable_bytes },
  };
  cJSON *json = event_begin ("summary");
  cJSON_AddStringToObject (json, "home", home);
  for (unsigned i = 0; i < G_N_ELEMENTS (counts); i++)
    cJSON_AddNumberToObject (json, counts[i].name, (double)counts[i].value);
  cJSON_AddNumberToObject (json, "spent-usd", figures->spent_usd);
  cJSON_AddNumberToObject (json, "saved-usd", savings->saved_usd);
  cJSON_AddNumberToObject (json, "uses", (double)savings->n_uses);
  add_audit_to_json (json, audit);
  return json;
}

static int
run (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  CacheFigures figures;
  Stored stored;
  Savings savings;
  g_autoptr (GPtrArray) spendings = NULL;
  Audit audit = { 0 };
  bool is_json = invocation->global->json;
  g_autoptr (Cache) cache = cache_open (invocation->global->home, &error);
  if (cache == NULL || !cache_figures (cache, &figures, &error) ||
      !survey_files (cache_home (cache), &stored, &error) ||
      !read_savings (cache, &savings, &error) ||
      !spending_read (cache_home (cache), day_begin_us (clock_now_us (), NULL), &spendings,
                      &audit.n_damaged, &error))
    return event_end (is_json, event_begin ("summary"), error);
  audit.spendings = spendings;
  if (is_json)
    return event_end (true, to_json (cache_home (cache), &figures, &stored, &savings, &audit),
                      NULL);
  describe (cache_home (cache), &figures, &stored, &savings, &audit);
  return EXIT_OK;
}

extern const CommandType command_cache_stat;
const CommandType command_cache_stat = {
  .name = "cache stat",
  .synopsis = "",
  .summary = "Count the originals, what they take, and what they cost",
  .details =
    "'kept once' is what equal bytes that were got several times would take; 'saved' is what "
    "it would have cost to ask again each time a run made files of an original that was "
    "there. 'journal' is what was paid, by the journal of all paid calls: those whose end is "
    "not known may have been charged, and are counted apart.",
  .example = "  peel cache stat\n"
             "  peel cache stat --json | jq '.\"stored-bytes\"'",
  .run = run,
};
