#include "simulator/gemini-check.h"

#include "simulator/gemini-fields.h"
#include "simulator/google-error.h"
#include "simulator/picture-data.h"

/* The service's JPEGs are of a quality of about 100. */
enum { MOST_INLINE_BYTES = 7 * 1024 * 1024, BEST_QUALITY = 100 };

/* The member by its camelCase name or the same in snake_case. */
static const cJSON *
get (const cJSON *object, const char *name)
{
  g_autofree char *snake = gemini_snake_case (name);
  const cJSON *found = cJSON_GetObjectItemCaseSensitive (object, name);
  return found != NULL ? found : cJSON_GetObjectItemCaseSensitive (object, snake);
}

static const char *
get_text (const cJSON *object, const char *name)
{
  return cJSON_GetStringValue (get (object, name));
}

static bool
check_role (Exchange *exchange, GeminiSurface surface, const cJSON *content)
{
  const char *role = get_text (content, "role");
  bool is_known = role != NULL && (strcmp (role, "user") == 0 || strcmp (role, "model") == 0);
  if (is_known || (role == NULL && surface == SURFACE_DEVELOPER))
    return true;
  if (surface == SURFACE_DEVELOPER)
    return google_error (exchange, 400, NULL, "Please use a valid role: user, model.");
  return google_error (
    exchange, 400, NULL,
    "Unable to submit request because Please use a valid role: user, model.. Learn more: "
    "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini");
}

typedef struct {
  Exchange *exchange;
  GeminiRequest *request;
  GString *prompt;
  int last_width, last_height; /* of the last picture; 0: none */
  int content, part;           /* the place of what is read, from 0 */
  bool is_model_turn;
} Reader;

static bool
read_inline (Reader *reader, const cJSON *blob)
{
  static const char *const types[] = { "image/png",  "image/jpeg", "image/webp",
                                       "image/heic", "image/heif", NULL };
  const char *mime = get_text (blob, "mimeType"), *text = get_text (blob, "data");
  Exchange *exchange = reader->exchange;
  if (mime == NULL || !g_strv_contains (types, mime))
    return google_error (exchange, 400, NULL, "Unsupported MIME type: %s", mime ? mime : "");
  g_autoptr (GBytes) data = text != NULL ? picture_data_decode_any (text) : NULL;
  if (data == NULL || g_str_has_prefix (text, "data:"))
    return google_error (exchange, 400, NULL,
                         "Invalid value at 'contents[%d].parts[%d].inline_data.data' (TYPE_BYTES), "
                         "Base64 decoding failed",
                         reader->content, reader->part);
  if (g_bytes_get_size (data) > MOST_INLINE_BYTES)
    return google_error (exchange, 400, NULL,
                         "Inline image of %" G_GSIZE_FORMAT " bytes exceeds the limit of 7 MB",
                         g_bytes_get_size (data));
  if (!picture_data_is (data, mime))
    return google_error (exchange, 400, NULL, "Unhandled generated data mime type: %s", mime);
  if (picture_data_size (data, &reader->last_width, &reader->last_height))
    reader->request->n_images++;
  else
    return google_error (exchange, 400, NULL,
                         "Unable to process input image. Please retry or report in "
                         "https://developers.generativeai.google/guide/troubleshooting");
  return true;
}

static bool
read_part (Reader *reader, const cJSON *part)
{
  const char *text = get_text (part, "text");
  const cJSON *blob = get (part, "inlineData"), *file = get (part, "fileData");
  if (text != NULL) {
    if (reader->prompt->len > 0)
      g_string_append_c (reader->prompt, '\n');
    g_string_append (reader->prompt, text);
    return true;
  }
  /* What a model drew goes back to it with its signature, or not at all. */
  if (blob != NULL && reader->is_model_turn && get_text (part, "thoughtSignature") == NULL &&
      reader->request->model->family == FAMILY_GEMINI_3)
    return google_error (reader->exchange, 400, NULL,
                         "Image part is missing a thought_signature in content position %d, part "
                         "position %d.",
                         reader->content + 1, reader->part + 1);
  if (blob != NULL)
    return read_inline (reader, blob);
  if (file == NULL)
    return google_error (reader->exchange, 400, NULL,
                         "Unable to submit request because it must have a text parameter or an "
                         "inline_data. contents.parts must not be empty.");
  const char *uri = get_text (file, "fileUri");
  bool is_bucket = uri != NULL && g_str_has_prefix (uri, "gs://");
  if (uri == NULL || (is_bucket && reader->request->surface == SURFACE_DEVELOPER))
    return google_error (reader->exchange, 400, NULL, "Unsupported file URI type: %s",
                         uri != NULL ? uri : "");
  reader->request->n_images++;
  return true;
}

static bool
read_contents (Reader *reader, const cJSON *contents)
{
  const cJSON *content, *part;
  Exchange *exchange = reader->exchange;
  if (!cJSON_IsArray (contents) || contents->child == NULL)
    return google_error (exchange, 400, NULL,
                         "* GenerateContentRequest.contents: contents is not specified\n");
  cJSON_ArrayForEach (content, contents)
  {
    if (!check_role (exchange, reader->request->surface, content))
      return false;
    const cJSON *parts = get (content, "parts");
    const char *role = get_text (content, "role");
    reader->is_model_turn = role != NULL && strcmp (role, "model") == 0;
    reader->part = 0;
    if (!cJSON_IsArray (parts) || parts->child == NULL)
      return google_error (exchange, 400, NULL,
                           "* GenerateContentRequest.contents[%d].parts: contents.parts must not "
                           "be empty.\n",
                           reader->content);
    cJSON_ArrayForEach (part, parts) if (!read_part (reader, part)) return false;
  }
  const Model *model = reader->request->model;
  if (reader->request->n_images > model->most_images)
    return google_error (exchange, 400, NULL,
                         "Too many images in request: %d, the model %s takes at most %d",
                         reader->request->n_images, model->id, model->most_images);
  if (reader->prompt->len == 0 && reader->request->n_images == 0)
    return google_error (exchange, 400, NULL,
                         "Unable to submit request because it has an empty text parameter.");
  return true;
}

static bool
read_modalities (Exchange *exchange, const cJSON *modalities, GeminiRequest *request)
{
  const cJSON *each;
  bool has_image = modalities == NULL;
  request->has_text = modalities == NULL;
  cJSON_ArrayForEach (each, modalities)
  {
    const char *name = cJSON_GetStringValue (each);
    if (name != NULL && g_ascii_strcasecmp (name, "IMAGE") == 0)
      has_image = true;
    else if (name != NULL && g_ascii_strcasecmp (name, "TEXT") == 0)
      request->has_text = true;
    else
      return google_error (exchange, 400, NULL,
                           "Invalid value at 'generation_config.response_modalities', \"%s\"",
                           name != NULL ? name : "");
  }
  if (!has_image)
    return google_error (exchange, 400, NULL,
                         "The requested combination of response modalities is not supported by "
                         "the model.");
  return true;
}

static bool
read_output (Exchange *exchange, const cJSON *options, GeminiRequest *request)
{
  const char *mime = get_text (options, "mimeType");
  const cJSON *quality = get (options, "compressionQuality");
  if (mime != NULL && strcmp (mime, "image/png") == 0)
    request->format = IMAGE_FORMAT_PNG;
  else if (mime != NULL && strcmp (mime, "image/jpeg") == 0)
    request->format = IMAGE_FORMAT_JPEG;
  else if (mime != NULL)
    return google_error (exchange, 400, NULL, "Unsupported output mime type: %s", mime);
  if (quality == NULL)
    return true;
  if (quality->valuedouble < 0 || quality->valuedouble > 100)
    return google_error (exchange, 400, NULL, "compressionQuality must be in [0, 100]");
  request->quality = MAX (1, (int)quality->valuedouble);
  return true;
}

static bool
read_image_config (Exchange *exchange, const Reader *reader, const cJSON *config,
                   GeminiRequest *request)
{
  const Model *model = request->model;
  const char *size = get_text (config, "imageSize"), *ratio = get_text (config, "aspectRatio");
  request->tier = TIER_1K;
  if (size != NULL && !model_find_tier (model, size, &request->tier))
    return google_error (exchange, 400, NULL, "Invalid value for image_size: \"%s\"", size);
  if (ratio == NULL)
    ratio = reader->last_width > 0
              ? model_nearest_ratio (model, reader->last_width, reader->last_height)
              : "1:1";
  if (!model_find_pixels (model, ratio, request->tier, &request->width, &request->height))
    return google_error (exchange, 400, NULL, "Invalid value for aspect_ratio: \"%s\"", ratio);
  return read_output (exchange, get (config, "imageOutputOptions"), request);
}

static bool
read_generation_config (Exchange *exchange, const Reader *reader, GeminiRequest *request)
{
  const cJSON *config = get (exchange->json, "generationConfig");
  const cJSON *candidates = get (config, "candidateCount"), *seed = get (config, "seed");
  if (candidates != NULL && candidates->valuedouble != 1)
    return google_error (exchange, 400, NULL, "Multiple candidates is not enabled for this model");
  request->seed = seed != NULL ? (int64_t)seed->valuedouble : 0;
  request->has_thoughts = cJSON_IsTrue (get (get (config, "thinkingConfig"), "includeThoughts"));
  return read_modalities (exchange, get (config, "responseModalities"), request) &&
         read_image_config (exchange, reader, get (config, "imageConfig"), request);
}

bool
gemini_check (Exchange *exchange, const Model *model, GeminiSurface surface,
              GeminiRequest *out_request)
{
  GeminiRequest request = { .model = model, .surface = surface, .quality = BEST_QUALITY };
  g_autoptr (GString) prompt = g_string_new (NULL);
  Reader reader = { .exchange = exchange, .request = &request, .prompt = prompt };
  if (!gemini_check_fields (exchange, surface) ||
      !read_contents (&reader, get (exchange->json, "contents")) ||
      !read_generation_config (exchange, &reader, &request))
    return false;
  *out_request = request;
  return true;
}

char *
gemini_prompt (const cJSON *json)
{
  GString *prompt = g_string_new (NULL);
  const cJSON *content, *part;
  cJSON_ArrayForEach (content, get (json, "contents"))
    cJSON_ArrayForEach (part, get (content, "parts"))
  {
    const char *text = get_text (part, "text");
    if (text != NULL && prompt->len > 0)
      g_string_append_c (prompt, '\n');
    if (text != NULL)
      g_string_append (prompt, text);
  }
  return g_string_free (prompt, FALSE);
}
