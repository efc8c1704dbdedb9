#include "base/units.h"
#include "cache/blob.h"
#include "cache/tags.h"
#include "cli/cache-hash.h"
#include "cli/event.h"
#include "cli/terminal.h"
#include "document/json-write.h"

typedef struct {
  const CacheRecord *record; /* without a sidecar nothing but the hash */
  BlobStorage storage;
  bool is_told; /* there is a sidecar */
  bool is_lost; /* nothing gives its bytes */
} Shown;

/* ---- for people ---- */

static void
add_text (Table *table, const char *name, const char *text)
{
  if (text != NULL && text[0] != '\0')
    table_add (table, name, text);
}

/* "RGB, 8 bit": channels as the sidecar counts them, without alpha. */
static char *
describe_pixels (const CacheRecord *record)
{
  const char *color = record->n_channels == 1 ? "gray" : record->n_channels == 3 ? "RGB" : "CMYK";
  return g_strdup_printf ("%s %dx%d, %s%s, %d bit%s", record->format, record->width, record->height,
                          color, record->has_alpha ? " with alpha" : "", record->bit_depth,
                          record->has_icc ? ", its own profile" : "");
}

/* A prompt of several lines goes on under its beginning. */
static void
add_prompt (Table *table, const char *prompt)
{
  if (prompt == NULL)
    return;
  g_auto (GStrv) lines = g_strsplit (prompt, "\n", -1);
  for (unsigned i = 0; lines[i] != NULL; i++)
    if (i == 0 || lines[i][0] != '\0')
      table_add (table, i == 0 ? "  prompt" : "", lines[i]);
}

static void
add_acquisition (Table *table, const CacheAcquisition *acquisition)
{
  table_add_pair (table, acquisition->source != NULL ? acquisition->source : "got", "%s",
                  acquisition->at != NULL ? acquisition->at : "");
  add_text (table, "  file", acquisition->path);
  add_text (table, "  provider", acquisition->provider);
  add_text (table, "  model", acquisition->model);
  add_text (table, "  pipeline", acquisition->pipeline);
  add_text (table, "  image", acquisition->image_id);
  if (acquisition->variant > 0)
    table_add_pair (table, "  variant", "%d", acquisition->variant);
  if (acquisition->is_paid || acquisition->cost_usd > 0)
    table_add_pair (table, "  cost", "$%.4g", acquisition->cost_usd);
  if (acquisition->duration_ms > 0)
    table_add_pair (table, "  took", "%.1f s", (double)acquisition->duration_ms / 1e3);
  add_text (table, "  location", acquisition->location);
  add_text (table, "  model version", acquisition->model_version);
  add_text (table, "  response id", acquisition->response_id);
  add_text (table, "  finish reason", acquisition->finish_reason);
  add_text (table, "  declared as", acquisition->declared_type);
  add_text (table, "  usage", acquisition->usage);
  add_text (table, "  request", acquisition->request);
  add_prompt (table, acquisition->prompt);
}

/* " (71.3 %)" of the original's size, which nobody tells without a sidecar. New string. */
static char *
share_of (const Shown *shown, int64_t bytes)
{
  int64_t size_bytes = shown->record->size_bytes;
  return size_bytes > 0 ? g_strdup_printf (" (%.1f %%)", 100.0 * (double)bytes / (double)size_bytes)
                        : g_strdup ("");
}

/* How its bytes stand on the disk. */
static void
add_storage (Table *table, const Shown *shown)
{
  const BlobStorage *storage = &shown->storage;
  bool is_alone = storage->frame_bytes == 0;
  g_autofree char *frame = units_describe_bytes (storage->frame_bytes);
  g_autofree char *pixels = units_describe_bytes (storage->pixels_bytes);
  g_autofree char *frame_share = share_of (shown, storage->frame_bytes);
  g_autofree char *pixels_share = share_of (shown, storage->pixels_bytes);
  if (storage->frame_bytes > 0)
    table_add_pair (table, "stored", "%s as they are, in a zstd frame%s", frame, frame_share);
  if (storage->pixels_bytes > 0)
    table_add_pair (table, is_alone ? "stored" : "", "%s as pixels, %s%s", pixels,
                    storage->pixels_are_exact ? "from which the exact bytes are rebuilt"
                                              : "a spare that saves decoding",
                    pixels_share);
  if (shown->is_lost)
    table_add (table, "lost", "its bytes are gone; 'peel cache restore' takes them from a bundle");
}

static void
describe (const Shown *shown)
{
  const CacheRecord *record = shown->record;
  g_autoptr (Table) table = table_new (2, "ll");
  g_autofree char *size = units_describe_bytes (record->size_bytes);
  table_add (table, "original", digest_to_hex (&record->digest).text);
  if (shown->is_told)
    table_add_pair (table, "bytes", "%" G_GINT64_FORMAT " (%s)", record->size_bytes, size);
  else
    table_add (table, "told", "nothing: it has no sidecar");
  if (record->format != NULL && record->width > 0) {
    g_autofree char *pixels = describe_pixels (record);
    table_add (table, "picture", pixels);
  }
  add_storage (table, shown);
  add_text (table, "label", record->source_type);
  add_text (table, "credentials", record->credentials);
  g_autofree char *tags = tags_join (record->tags);
  add_text (table, "tags", tags);
  for (unsigned i = 0; i < record->acquisitions->len; i++)
    add_acquisition (table, record->acquisitions->pdata[i]);
  table_print (table, false);
}

/* ---- for programs ---- */

static cJSON *
acquisition_to_json (const CacheAcquisition *acquisition)
{
  cJSON *json = cJSON_CreateObject ();
  event_add_text (json, "source", acquisition->source);
  event_add_text (json, "at", acquisition->at);
  event_add_text (json, "file", acquisition->path);
  event_add_text (json, "provider", acquisition->provider);
  event_add_text (json, "model", acquisition->model);
  event_add_text (json, "pipeline", acquisition->pipeline);
  event_add_text (json, "image", acquisition->image_id);
  if (acquisition->variant > 0)
    cJSON_AddNumberToObject (json, "variant", acquisition->variant);
  cJSON_AddNumberToObject (json, "cost-usd", acquisition->cost_usd);
  cJSON_AddBoolToObject (json, "paid", acquisition->is_paid);
  if (acquisition->duration_ms > 0)
    cJSON_AddNumberToObject (json, "duration-ms", (double)acquisition->duration_ms);
  event_add_text (json, "location", acquisition->location);
  event_add_text (json, "model-version", acquisition->model_version);
  event_add_text (json, "response-id", acquisition->response_id);
  event_add_text (json, "finish-reason", acquisition->finish_reason);
  event_add_text (json, "declared-type", acquisition->declared_type);
  event_add_text (json, "usage", acquisition->usage);
  event_add_text (json, "request", acquisition->request);
  event_add_text (json, "prompt", acquisition->prompt);
  return json;
}

static void
print_json (const Shown *shown)
{
  const CacheRecord *record = shown->record;
  const BlobStorage *storage = &shown->storage;
  cJSON *json = event_begin ("original");
  if (shown->is_told)
    event_add_original (json, record);
  else
    cJSON_AddStringToObject (json, "sha256", digest_to_hex (&record->digest).text);
  if (record->width > 0) {
    cJSON_AddNumberToObject (json, "orientation", record->orientation);
    cJSON_AddNumberToObject (json, "bit-depth", record->bit_depth);
    cJSON_AddNumberToObject (json, "channels", record->n_channels);
    cJSON_AddBoolToObject (json, "has-alpha", record->has_alpha);
    cJSON_AddBoolToObject (json, "has-icc", record->has_icc);
  }
  event_add_text (json, "source-type", record->source_type);
  event_add_text (json, "credentials", record->credentials);
  cJSON_AddBoolToObject (json, "lost", shown->is_lost);
  cJSON *stored = cJSON_AddObjectToObject (json, "stored");
  cJSON_AddNumberToObject (stored, "frame-bytes", (double)storage->frame_bytes);
  cJSON_AddNumberToObject (stored, "pixel-frame-bytes", (double)storage->pixels_bytes);
  cJSON_AddBoolToObject (stored, "pixels-are-exact", storage->pixels_are_exact);
  event_add_tags (json, record->tags);
  cJSON *list = cJSON_AddArrayToObject (json, "acquisitions");
  for (unsigned i = 0; i < record->acquisitions->len; i++)
    cJSON_AddItemToArray (list, acquisition_to_json (record->acquisitions->pdata[i]));
  event_print (json);
}

/* ---- */

static bool
show (Cache *cache, const Digest *digest, bool is_json, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (cache, digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return false;
  }
  Shown shown = { .is_told = record != NULL };
  if (record == NULL) {
    record = cache_record_new ();
    record->digest = *digest;
  }
  shown.record = record;
  shown.is_lost = !blob_storage (cache_home (cache), digest, &shown.storage);
  if (is_json)
    print_json (&shown);
  else
    describe (&shown);
  return true;
}

static int
run (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (invocation->global->home, &error);
  g_autoptr (GArray) digests = cache != NULL ? cache_hash_find_all (cache, invocation, 0, &error)
                                             : NULL;
  bool is_json = invocation->global->json, ok = digests != NULL;
  unsigned n = 0;
  for (; ok && n < digests->len; n += ok) {
    if (n > 0 && !is_json)
      terminal_print ("%s", "");
    ok = show (cache, &g_array_index (digests, Digest, n), is_json, &error);
  }
  return event_end_counted (is_json, "originals", n, error);
}

extern const CommandType command_cache_show;
const CommandType command_cache_show = {
  .name = "cache show",
  .synopsis = "HASH…",
  .summary = "Tell all that is known of an original",
  .details = "What it is, how it is stored, and each way it came to be here: what was asked, who "
             "answered, when, and what it cost. --json gives an event for each, and the summary.",
  .example = "  peel cache show 3f9a17\n"
             "  peel cache show 3f9a17 b04c21 --json",
  .least_arguments = 1,
  .run = run,
};
