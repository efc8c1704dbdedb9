#include "base/units.h"
#include "cache/blob.h"
#include "cache/query.h"
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

static void
describe (const char *home, const CacheFigures *figures, const Stored *stored,
          const Savings *savings)
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
  table_add_pair (table, "spent", "$%.2f", figures->spent_usd);
  if (savings->n_uses > 0)
    table_add_pair (table, "saved", "$%.2f (used again %" G_GINT64_FORMAT " time%s)",
                    savings->saved_usd, savings->n_uses, savings->n_uses == 1 ? "" : "s");
  table_print (table, false);
}

static cJSON *
to_json (const char *home, const CacheFigures *figures, const Stored *stored,
         const Savings *savings)
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
  return json;
}

static int
run (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  CacheFigures figures;
  Stored stored;
  Savings savings;
  bool is_json = invocation->global->json;
  g_autoptr (Cache) cache = cache_open (invocation->global->home, &error);
  if (cache == NULL || !cache_figures (cache, &figures, &error) ||
      !survey_files (cache_home (cache), &stored, &error) ||
      !read_savings (cache, &savings, &error))
    return event_end (is_json, event_begin ("summary"), error);
  if (is_json)
    return event_end (true, to_json (cache_home (cache), &figures, &stored, &savings), NULL);
  describe (cache_home (cache), &figures, &stored, &savings);
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
    "there.",
  .example = "  peel cache stat\n"
             "  peel cache stat --json | jq '.\"stored-bytes\"'",
  .run = run,
};
