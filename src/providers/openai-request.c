/* One list of fields, as JSON for a generation and as a form for an edit. */
#include "document/json-write.h"
#include "providers/capability.h"
#include "providers/openai.h"

static char *
lower_resolution (const ProviderRequest *asked)
{
  return g_ascii_strdown (asked->options->resolution, -1);
}

char *
openai_dup_model (const ProviderRequest *asked)
{
  const OpenaiConfig *config = asked->config;
  g_autofree char *resolution = lower_resolution (asked);
  return config->size == OPENAI_SIZE_SUFFIX ? g_strdup_printf ("%s-%s", asked->model, resolution)
                                            : g_strdup (asked->model);
}

static void
add_text (cJSON *fields, const char *name, const char *value)
{
  if (value != NULL)
    cJSON_AddStringToObject (fields, name, value);
}

static void
add_size (cJSON *fields, const ProviderRequest *asked)
{
  const OpenaiConfig *config = asked->config;
  const GenerateOptions *options = asked->options;
  if (config->size == OPENAI_SIZE_PIXELS) {
    g_autofree char *size = g_strdup_printf ("%dx%d", asked->width, asked->height);
    cJSON_AddStringToObject (fields, "size", size);
  } else if (config->size == OPENAI_SIZE_RATIO) {
    g_autofree char *ratio = capability_dup_ratio (options, asked->row);
    g_autofree char *resolution = lower_resolution (asked);
    cJSON_AddStringToObject (fields, "size", ratio);
    cJSON_AddStringToObject (fields, "quality", resolution);
  }
}

static void
add_extra (cJSON *fields, const char *extra)
{
  cJSON *members = extra != NULL ? cJSON_Parse (extra) : NULL;
  while (members != NULL && members->child != NULL) {
    cJSON *member = cJSON_DetachItemViaPointer (members, members->child);
    g_autofree char *name = g_strdup (member->string);
    cJSON_DeleteItemFromObjectCaseSensitive (fields, name);
    cJSON_AddItemToObject (fields, name, member);
  }
  cJSON_Delete (members);
}

/* One picture a request: several are several requests. */
static cJSON *
new_fields (const ProviderRequest *asked)
{
  static const char *const types[] = { NULL, "png", "jpeg", "webp" };
  static const char *const responses[] = { NULL, "b64_json", "url" };
  const OpenaiConfig *config = asked->config;
  const GenerateOptions *options = asked->options;
  g_autofree char *id = openai_dup_model (asked);
  cJSON *fields = cJSON_CreateObject ();
  cJSON_AddStringToObject (fields, "model", id);
  cJSON_AddStringToObject (fields, "prompt", options->prompt);
  cJSON_AddNumberToObject (fields, "n", 1);
  add_size (fields, asked);
  if (config->size != OPENAI_SIZE_RATIO)
    add_text (fields, "quality", options->quality);
  add_text (fields, "output_format", types[generate_output_type (options)]);
  if (options->output_quality > 0)
    cJSON_AddNumberToObject (fields, "output_compression", options->output_quality);
  add_text (fields, "background", options->background);
  add_text (fields, "moderation", options->moderation);
  add_text (fields, "response_format", responses[config->response]);
  add_extra (fields, config->extra);
  return fields;
}

void
openai_add_json (const ProviderRequest *asked, HttpRequest *request)
{
  cJSON *fields = new_fields (asked);
  g_autofree char *text = json_write_line (fields);
  http_request_add_header (request, "Content-Type", "application/json");
  http_request_add_text (request, text, -1);
  cJSON_Delete (fields);
}

/* ---- multipart/form-data (RFC 7578) ---- */

/* What would end a name early, as browsers write it (WHATWG HTML, multipart/form-data). Names of
 * 'extra' are anybody's. */
static char *
dup_field_name (const char *name)
{
  GString *out = g_string_new (name);
  g_string_replace (out, "\r", "%0D", 0);
  g_string_replace (out, "\n", "%0A", 0);
  g_string_replace (out, "\"", "%22", 0);
  return g_string_free (out, FALSE);
}

static void
add_field (HttpRequest *request, const char *boundary, const cJSON *field)
{
  g_autofree char *other = cJSON_IsString (field) ? NULL : json_write_line (field);
  g_autofree char *name = dup_field_name (field->string);
  g_autofree char *part = g_strdup_printf (
    "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, name,
    other != NULL ? other : field->valuestring);
  http_request_add_text (request, part, -1);
}

/* The type must be said: what has none is refused as application/octet-stream. */
static void
add_picture (HttpRequest *request, const char *boundary, const char *name, unsigned number,
             const ProviderReference *picture)
{
  const char *slash = strchr (picture->type, '/');
  g_autofree char *head = g_strdup_printf (
    "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%u.%s\"\r\n"
    "Content-Type: %s\r\n\r\n",
    boundary, name, number, slash != NULL ? slash + 1 : "png", picture->type);
  http_request_add_text (request, head, -1);
  http_request_add_file (request, SEGMENT_FILE, picture->path, picture->size_bytes);
  http_request_add_text (request, "\r\n", -1);
}

void
openai_add_form (const ProviderRequest *asked, HttpRequest *request)
{
  /* Random, so that no prompt or picture can hold it. */
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *boundary = g_strdup_printf ("peel-%s", id);
  g_autofree char *type = g_strdup_printf ("multipart/form-data; boundary=%s", boundary);
  cJSON *fields = new_fields (asked), *field;
  http_request_add_header (request, "Content-Type", type);
  cJSON_ArrayForEach (field, fields) add_field (request, boundary, field);
  cJSON_Delete (fields);
  for (unsigned i = 0; i < asked->n_references; i++)
    add_picture (request, boundary, asked->n_references > 1 ? "image[]" : "image", i + 1,
                 &asked->references[i]);
  if (asked->has_mask)
    add_picture (request, boundary, "mask", 1, &asked->references[asked->n_references]);
  g_autofree char *end = g_strdup_printf ("--%s--\r\n", boundary);
  http_request_add_text (request, end, -1);
}
