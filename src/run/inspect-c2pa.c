#include "base/path.h"
#include "c2pa/c2pa.h"
#include "metadata/vocabulary.h"
#include "run/inspect-private.h"
#include "run/run-error.h"

enum { MOST_ANCHOR_BYTES = 4 << 20 };

/* The specification counts it among the failures. A signer that nobody here vouches for is none: "trusted" tells
 * of it, and what is told as a failure is one. */
static bool
is_no_failure (const C2paStatus *status)
{
  return strcmp (status->code, "signingCredential.untrusted") == 0;
}

static void
add_list (cJSON *json, const char *name, const GPtrArray *items, cJSON *(*to_json) (const void *))
{
  if (items == NULL || items->len == 0)
    return;
  cJSON *list = cJSON_AddArrayToObject (json, name);
  for (unsigned i = 0; i < items->len; i++)
    cJSON_AddItemToArray (list, to_json (items->pdata[i]));
}

static cJSON *
action_to_json (const void *item)
{
  const C2paAction *action = item;
  cJSON *json = cJSON_CreateObject ();
  inspect_add_text (json, "action", action->action);
  inspect_add_text (json, "description", action->description);
  inspect_add_text (json, "source-type", action->source_type);
  inspect_add_text (json, "software-agent", action->software_agent);
  inspect_add_text (json, "when", action->when);
  return json;
}

static cJSON *
ingredient_to_json (const void *item)
{
  const C2paIngredient *ingredient = item;
  cJSON *json = cJSON_CreateObject ();
  inspect_add_text (json, "relationship", ingredient->relationship);
  inspect_add_text (json, "title", ingredient->title);
  inspect_add_text (json, "format", ingredient->format);
  inspect_add_text (json, "instance-id", ingredient->instance_id);
  inspect_add_text (json, "manifest", ingredient->manifest);
  return json;
}

static cJSON *
status_to_json (const void *item)
{
  const C2paStatus *status = item;
  cJSON *json = cJSON_CreateObject ();
  inspect_add_text (json, "code", status->code);
  inspect_add_text (json, "url", status->url);
  inspect_add_text (json, "explanation", status->explanation);
  return json;
}

static void
add_failures (cJSON *json, const GPtrArray *failures)
{
  g_autoptr (GPtrArray) real = g_ptr_array_new ();
  for (unsigned i = 0; failures != NULL && i < failures->len; i++)
    if (!is_no_failure (failures->pdata[i]))
      g_ptr_array_add (real, failures->pdata[i]);
  add_list (json, "failures", real, status_to_json);
}

static cJSON *
label_to_json (const void *item)
{
  return cJSON_CreateString (item);
}

static cJSON *
manifest_to_json (const void *item)
{
  const C2paManifest *manifest = item;
  cJSON *json = cJSON_CreateObject ();
  inspect_add_text (json, "label", manifest->label);
  cJSON_AddBoolToObject (json, "active", manifest->is_active);
  cJSON_AddBoolToObject (json, "update", manifest->is_update);
  inspect_add_text (json, "claim-generator", manifest->claim_generator);
  inspect_add_text (json, "title", manifest->title);
  inspect_add_text (json, "format", manifest->format);
  inspect_add_text (json, "instance-id", manifest->instance_id);
  inspect_add_text (json, "algorithm", manifest->algorithm);
  inspect_add_text (json, "signer", manifest->signer);
  inspect_add_text (json, "organization", manifest->signer_organization);
  inspect_add_text (json, "issuer", manifest->issuer);
  inspect_add_text (json, "certificate", manifest->certificate);
  inspect_add_text (json, "valid-from", manifest->valid_from);
  inspect_add_text (json, "valid-until", manifest->valid_until);
  inspect_add_text (json, "signed-at", manifest->signed_at);
  cJSON_AddBoolToObject (json, "trusted", manifest->is_trusted);
  add_list (json, "actions", manifest->actions, action_to_json);
  add_list (json, "ingredients", manifest->ingredients, ingredient_to_json);
  add_list (json, "assertions", manifest->assertions, label_to_json);
  add_list (json, "successes", manifest->successes, status_to_json);
  add_list (json, "informations", manifest->informations, status_to_json);
  add_failures (json, manifest->failures);
  return json;
}

/* Does the file still have the bytes that were signed? Told by the codes of the active manifest:
 * assertion.dataHash.mismatch, assertion.bmffHash.mismatch, assertion.boxesHash.mismatch. */
static const char *
binding_word (const C2paReport *report)
{
  const C2paManifest *active = c2pa_active (report);
  if (!report->is_bound || active == NULL)
    return "not-checked";
  for (unsigned i = 0; i < active->failures->len; i++) {
    const C2paStatus *status = active->failures->pdata[i];
    if (g_str_has_prefix (status->code, "assertion.") && strstr (status->code, "Hash.") != NULL)
      return "broken";
  }
  return "holds";
}

static void
tell_report (Inspection *inspection, GBytes *store, const char *from, const C2paReport *report)
{
  cJSON *json = cJSON_AddObjectToObject (inspection->json, "c2pa");
  cJSON_AddNumberToObject (json, "bytes", (double)g_bytes_get_size (store));
  cJSON_AddStringToObject (json, "from", from);
  cJSON_AddStringToObject (json, "state", c2pa_state_words[report->state]);
  inspect_add_text (json, "trouble", report->trouble);
  cJSON_AddStringToObject (json, "binding", binding_word (report));
  inspect_add_text (json, "source-type", report->source_type);
  cJSON_AddBoolToObject (json, "declares-synthid", report->declares_synthid);
  cJSON_AddBoolToObject (json, "tells-location", report->tells_location);
  add_list (json, "manifests", report->manifests, manifest_to_json);
  if (report->declares_synthid)
    cJSON_AddItemToArray (inspection->synthid, cJSON_CreateString ("c2pa"));
  if (report->source_type != NULL)
    inspect_add_label (inspection, vocabulary_rank (report->source_type), "c2pa");
}

static GBytes *
read_path (const char *path, int64_t most_bytes, GError **error)
{
  char *text = NULL;
  size_t length;
  return path_read_file (path, most_bytes, &text, &length, error) ? g_bytes_new_take (text, length)
                                                                  : NULL;
}

bool
inspect_c2pa (Inspection *inspection, const char *sidecar, const char *anchors, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) trusted = NULL;
  g_autoptr (GBytes) beside = NULL;
  const Block *block = container_find (inspection->blocks, BLOCK_C2PA);
  if (anchors != NULL && (trusted = read_path (anchors, MOST_ANCHOR_BYTES, &problem)) == NULL)
    return run_fail (error, RUN_ERROR_INVALID, "%s", problem->message);
  if (block == NULL && sidecar != NULL &&
      (beside = read_path (sidecar, BLOCK_MOST_C2PA_BYTES, &problem)) == NULL)
    inspect_add_trouble (inspection, "C2PA", problem->message);
  GBytes *store = block != NULL ? block->data : beside;
  if (store == NULL)
    return true;
  const C2paTrust trust = { trusted };
  g_autoptr (C2paReport) report = c2pa_read (store, inspection->file, &trust);
  g_autofree char *name = beside != NULL ? g_path_get_basename (sidecar) : NULL;
  tell_report (inspection, store, name != NULL ? name : "file", report);
  return true;
}
