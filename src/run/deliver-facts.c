/* What is told of a file that was made: for the manifest, and for who asks. */
#include <math.h>

#include "document/json-write.h"
#include "image/placeholder.h"
#include "plan/sheet-words.h"
#include "run/deliver-private.h"

static bool
add_placeholders (cJSON *facts, VipsImage *picture, unsigned kinds, GError **error)
{
  static const struct {
    PlaceholderKind kind;
    const char *name;
    char *(*make) (VipsImage *, GError **);
  } makers[] = {
    { PLACEHOLDER_THUMBHASH, "thumbhash", placeholder_thumbhash },
    { PLACEHOLDER_BLURHASH, "blurhash", placeholder_blurhash },
    { PLACEHOLDER_LQIP, "lqip", placeholder_lqip },
    { PLACEHOLDER_COLOR, "color", placeholder_color },
  };
  if (kinds == 0)
    return true;
  cJSON *list = cJSON_AddObjectToObject (facts, "placeholder");
  for (unsigned i = 0; i < G_N_ELEMENTS (makers); i++) {
    if ((kinds & 1u << makers[i].kind) == 0)
      continue;
    g_autofree char *text = makers[i].make (picture, error);
    if (text == NULL)
      return false;
    cJSON_AddStringToObject (list, makers[i].name, text);
  }
  return true;
}

static void
add_verdict (cJSON *list, const char *group, bool is_kept, const char *why)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "group", group);
  cJSON_AddBoolToObject (json, "kept", is_kept);
  cJSON_AddStringToObject (json, "why", why);
  cJSON_AddItemToArray (list, json);
}

char *
making_metadata (const Making *making)
{
  cJSON *list = cJSON_CreateArray ();
  for (unsigned i = 0; i < making->verdicts->len; i++) {
    const MetadataVerdict *verdict = making->verdicts->pdata[i];
    add_verdict (list, verdict->group, verdict->kept, verdict->why);
  }
  if (making->why != NULL)
    add_verdict (list, metadata_group_names[METADATA_GROUP_C2PA],
                 making->fate != CREDENTIALS_DROPPED, making->why);
  char *text = json_write_line (list);
  cJSON_Delete (list);
  return text;
}

/* What a machine that has the outputs and the manifest needs to know them again. Two signatures of the same bytes differ:
 * what they sign is told apart. */
static void
add_credentials (cJSON *facts, const Making *making)
{
  const char *word = credentials_words[making->fate];
  if (word == NULL)
    return;
  cJSON *credentials = cJSON_AddObjectToObject (facts, "credentials");
  cJSON_AddStringToObject (credentials, "kind", word);
  if (making->fate == CREDENTIALS_EMBEDDED)
    cJSON_AddStringToObject (credentials, "unsigned-sha256", digest_to_hex (&making->bare).text);
  if (making->sidecar == NULL)
    return;
  size_t length;
  const void *data = g_bytes_get_data (making->sidecar, &length);
  Digest digest = digest_of (data, length);
  cJSON_AddNumberToObject (credentials, "bytes", (double)length);
  cJSON_AddStringToObject (credentials, "sha256", digest_to_hex (&digest).text);
}

double
making_percent (double value)
{
  return ceil (value * 100 - 1e-6) / 100;
}

static void
add_ink (cJSON *facts, const Ink *ink)
{
  if (!ink->is_known)
    return;
  cJSON *json = cJSON_AddObjectToObject (facts, "ink");
  cJSON_AddNumberToObject (json, "max", making_percent (ink->max));
  cJSON_AddNumberToObject (json, "p99", making_percent (ink->p99));
  cJSON *mean = cJSON_AddArrayToObject (json, "mean");
  for (unsigned i = 0; i < G_N_ELEMENTS (ink->mean); i++)
    cJSON_AddItemToArray (mean, cJSON_CreateNumber (round (ink->mean[i] * 100) / 100));
}

bool
making_facts (const Making *making, char **out_facts, GError **error)
{
  const Delivery *delivery = making->file->delivery;
  Shape shape = stage_shape_of (making->dressed);
  cJSON *facts = cJSON_CreateObject ();
  cJSON_AddStringToObject (facts, "format",
                           image_format_type ((ImageFormat)delivery->encode.format)->name);
  cJSON_AddNumberToObject (facts, "width", shape.width);
  cJSON_AddNumberToObject (facts, "height", shape.height);
  cJSON_AddNumberToObject (facts, "bytes", (double)making->n_bytes);
  if (making->result.quality > 0)
    cJSON_AddNumberToObject (facts, "quality", making->result.quality);
  if (making->sheet.width_mm > 0)
    cJSON_AddItemToObject (facts, "page", sheet_to_json (&making->sheet));
  add_ink (facts, &making->result.ink);
  add_credentials (facts, making);
  bool ok = add_placeholders (facts, making->dressed, delivery->placeholders, error);
  if (ok)
    *out_facts = json_write_line (facts);
  cJSON_Delete (facts);
  return ok;
}
