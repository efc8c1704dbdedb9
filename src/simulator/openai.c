#include "simulator/openai.h"

#include "base/units.h"
#include "simulator/log.h"
#include "simulator/making.h"
#include "simulator/multipart.h"
#include "simulator/openai-error.h"
#include "simulator/picture-data.h"

enum {
  MOST_PROMPT_CHARACTERS = 32000,
  MOST_IMAGES = 16,
  MOST_IMAGE_BYTES = 50 * 1000 * 1000,
  MOST_MASK_BYTES = 4 * 1000 * 1000,
};

#define INVALID "invalid_request_error"

struct OpenaiForm {
  cJSON *fields;    /* NULL: the body cannot be read */
  GPtrArray *parts; /* MultipartPart, of a form; or NULL */
};

typedef struct {
  int n, width, height, quality;
  ImageFormat format;
  const char *size, *grade;
  bool is_url;
  int n_images;
} OpenaiRequest;

static const char *
text_of (const OpenaiForm *form, const char *name)
{
  return cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (form->fields, name));
}

static void
read_parts (OpenaiForm *form, Exchange *exchange)
{
  const char *type = exchange_header (exchange, "Content-Type");
  form->parts = multipart_read (type, exchange->body->data, exchange->body->len);
  if (form->parts == NULL)
    return;
  form->fields = cJSON_CreateObject ();
  cJSON *log = exchange->log_body = cJSON_CreateArray ();
  for (unsigned i = 0; i < form->parts->len; i++) {
    const MultipartPart *part = g_ptr_array_index (form->parts, i);
    cJSON *each = cJSON_CreateObject ();
    cJSON_AddItemToArray (log, each);
    cJSON_AddStringToObject (each, "name", part->name);
    if (part->type != NULL)
      cJSON_AddStringToObject (each, "type", part->type);
    if (part->filename != NULL) {
      cJSON_AddStringToObject (each, "filename", part->filename);
      cJSON_AddItemToObject (each, "data", log_blob (part->data, part->length));
      continue;
    }
    g_autofree char *text = g_strndup ((const char *)part->data, part->length);
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    cJSON_AddStringToObject (each, "text", valid);
    cJSON_AddStringToObject (form->fields, part->name, valid);
  }
}

OpenaiForm *
openai_form_read (Exchange *exchange, bool is_edit)
{
  OpenaiForm *form = g_new0 (OpenaiForm, 1);
  if (is_edit)
    read_parts (form, exchange);
  else if (exchange_parse_json (exchange))
    form->fields = cJSON_Duplicate (exchange->json, true);
  exchange->model = g_strdup (text_of (form, "model"));
  const char *prompt = text_of (form, "prompt");
  exchange->prompt = g_strdup (prompt != NULL ? prompt : "");
  return form;
}

void
openai_form_free (OpenaiForm *form)
{
  if (form == NULL)
    return;
  cJSON_Delete (form->fields);
  if (form->parts != NULL)
    g_ptr_array_unref (form->parts);
  g_free (form);
}

static bool
check_names (Exchange *exchange, const OpenaiForm *form, bool is_edit)
{
  static const char *const names[] = {
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "output_format",
    "output_compression",
    "background",
    "moderation",
    "stream",
    "partial_images",
    "safety_identifier",
    "user",
    NULL,
  };
  static const char *const edit_names[] = { "input_fidelity", "image", "image[]", "mask", NULL };
  const cJSON *each;
  cJSON_ArrayForEach (
    each, form->fields) if (!g_strv_contains (names, each->string) &&
                            !(is_edit &&
                              g_strv_contains (
                                edit_names,
                                each->string))) return openai_error (exchange, 400, INVALID,
                                                                     each->string,
                                                                     "unknown_parameter",
                                                                     "Unknown parameter: '%s'.",
                                                                     each->string);
  return true;
}

/* A number in JSON, digits in a form. */
static bool
read_number (Exchange *exchange, const OpenaiForm *form, const char *name, int least, int most,
             int *out)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive (form->fields, name);
  int64_t number = 0;
  if (item == NULL)
    return true;
  bool ok = cJSON_IsNumber (item) && form->parts == NULL;
  if (ok)
    number = item->valueint;
  else
    ok = form->parts != NULL && units_parse_integer (item->valuestring, &number);
  if (!ok || number < least || number > most)
    return openai_error (exchange, 400, INVALID, name, "invalid_value",
                         "Invalid value for '%s': expected an integer from %d to %d.", name, least,
                         most);
  *out = (int)number;
  return true;
}

static bool
read_size (Exchange *exchange, const OpenaiForm *form, OpenaiRequest *request)
{
  const char *size = text_of (form, "size");
  int64_t width = 1024, height = 1024;
  bool is_free = g_str_has_prefix (exchange->model, "gpt-image-2");
  request->size = "1024x1024";
  if (size != NULL && strcmp (size, "auto") != 0) {
    g_auto (GStrv) parts = g_strsplit (size, "x", 3);
    bool ok = g_strv_length (parts) == 2 && units_parse_integer (parts[0], &width) &&
              units_parse_integer (parts[1], &height);
    bool is_fixed = strcmp (size, "1024x1024") == 0 || strcmp (size, "1536x1024") == 0 ||
                    strcmp (size, "1024x1536") == 0;
    ok = ok && width > 0 && height > 0 && MAX (width, height) <= 3840 &&
         (is_fixed || (is_free && width % 16 == 0 && height % 16 == 0 && width <= 3 * height &&
                       height <= 3 * width && width * height <= 3840 * 2160));
    if (!ok)
      return openai_error (exchange, 400, INVALID, "size", "invalid_value",
                           "Invalid value: '%s'. Supported values are: '1024x1024', '1024x1536', "
                           "'1536x1024', and 'auto'.",
                           size);
    request->size = size;
  }
  request->width = (int)width;
  request->height = (int)height;
  return true;
}

static bool
read_word (Exchange *exchange, const OpenaiForm *form, const char *name, const char *const *words,
           const char **out)
{
  const char *text = text_of (form, name);
  if (text != NULL && !g_strv_contains (words, text))
    return openai_error (exchange, 400, INVALID, name, "invalid_value",
                         "Invalid value: '%s'. '%s' takes other values.", text, name);
  if (text != NULL)
    *out = text;
  return true;
}

static bool
read_image (Exchange *exchange, const MultipartPart *part, OpenaiRequest *request)
{
  bool is_mask = strcmp (part->name, "mask") == 0;
  const char *type = part->type != NULL ? part->type : "application/octet-stream";
  bool is_type = strcmp (type, "image/png") == 0 ||
                 (!is_mask &&
                  (strcmp (type, "image/jpeg") == 0 || strcmp (type, "image/webp") == 0));
  int width, height;
  if (!is_type)
    return openai_error (exchange, 400, INVALID, part->name, "unsupported_file_mimetype",
                         "Invalid file '%s': unsupported mimetype ('%s'). Supported file formats "
                         "are 'image/jpeg', 'image/png', and 'image/webp'.",
                         part->name, type);
  if (part->length > (is_mask ? MOST_MASK_BYTES : MOST_IMAGE_BYTES))
    return openai_error (exchange, 400, INVALID, part->name, "file_too_large",
                         "Invalid file '%s': the file is too large.", part->name);
  g_autoptr (GBytes) data = g_bytes_new (part->data, part->length);
  if (!picture_data_is (data, type) || !picture_data_size (data, &width, &height))
    return openai_error (exchange, 400, INVALID, part->name, "invalid_image_file",
                         "Invalid image file or mode for %s, please check your image file.",
                         part->name);
  request->n_images += !is_mask;
  return true;
}

static bool
read_images (Exchange *exchange, const OpenaiForm *form, OpenaiRequest *request)
{
  for (unsigned i = 0; i < form->parts->len; i++) {
    const MultipartPart *part = g_ptr_array_index (form->parts, i);
    bool is_image = strcmp (part->name, "image") == 0 || strcmp (part->name, "image[]") == 0 ||
                    strcmp (part->name, "mask") == 0;
    if (is_image && !read_image (exchange, part, request))
      return false;
    if (!is_image && part->filename != NULL)
      return openai_error (exchange, 400, INVALID, part->name, "unknown_parameter",
                           "Unknown parameter: '%s'.", part->name);
  }
  if (request->n_images == 0)
    return openai_error (exchange, 400, INVALID, "image", "missing_required_parameter",
                         "Missing required parameter: 'image'.");
  if (request->n_images > MOST_IMAGES)
    return openai_error (exchange, 400, INVALID, "image", "invalid_value",
                         "Too many images: at most %d.", MOST_IMAGES);
  return true;
}

static bool
read_model (Exchange *exchange)
{
  static const char *const models[] = {
    "gpt-image-1-mini",
    "gpt-image-1.5",
    "gpt-image-2",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "chatgpt-image-latest",
    NULL,
  };
  if (exchange->model == NULL)
    exchange->model = g_strdup ("gpt-image-2");
  if (!g_strv_contains (models, exchange->model))
    return openai_error (exchange, 404, INVALID, "model", "model_not_found",
                         "The model '%s' does not exist or you do not have access to it.",
                         exchange->model);
  return true;
}

static bool
read_request (Exchange *exchange, const OpenaiForm *form, bool is_edit, OpenaiRequest *request)
{
  static const char *const grades[] = { "auto", "low", "medium", "high", "xhigh", "max", NULL };
  static const char *const formats[] = { "png", "jpeg", "webp", NULL };
  const char *format = "png";
  request->n = 1;
  request->quality = 100;
  request->grade = "high";
  if (form->fields == NULL)
    return openai_error (exchange, 400, INVALID, NULL, NULL,
                         "We could not parse the body of your request.");
  if (!check_names (exchange, form, is_edit) || !read_model (exchange))
    return false;
  if (exchange->prompt[0] == '\0')
    return openai_error (exchange, 400, INVALID, "prompt", "missing_required_parameter",
                         "Missing required parameter: 'prompt'.");
  if (g_utf8_strlen (exchange->prompt, -1) > MOST_PROMPT_CHARACTERS)
    return openai_error (exchange, 400, INVALID, "prompt", "string_above_max_length",
                         "Invalid 'prompt': string too long.");
  if (!read_number (exchange, form, "n", 1, 10, &request->n) ||
      !read_number (exchange, form, "output_compression", 0, 100, &request->quality) ||
      !read_size (exchange, form, request) ||
      !read_word (exchange, form, "quality", grades, &request->grade) ||
      !read_word (exchange, form, "output_format", formats, &format) ||
      (is_edit && !read_images (exchange, form, request)))
    return false;
  request->format = image_format_of_name (format);
  request->quality = MAX (request->quality, 1);
  return true;
}

static bool
add_data (Simulator *simulator, Exchange *exchange, const OpenaiRequest *request, cJSON *list,
          GError **error)
{
  const Fault *fault = exchange->fault;
  int deliver = fault != NULL ? fault->deliver : DELIVER_USUAL;
  for (int i = 0; i < request->n; i++) {
    /* What a picture of this API costs is not in the table: nothing is billed. */
    MakingSpec making = { .variant = i + 1,
                          .width = request->width,
                          .height = request->height,
                          .format = request->format,
                          .quality = request->quality };
    unsigned number;
    g_autoptr (Picture) picture = making_picture (simulator, exchange, &making, &number, error);
    if (picture == NULL)
      return false;
    cJSON *each = cJSON_CreateObject ();
    cJSON_AddItemToArray (list, each);
    g_autofree char *data = exchange_picture_text (exchange, number);
    g_autofree char *url = making_url (simulator, picture);
    g_autofree char *uri = g_strdup_printf ("data:%s;base64,%s",
                                            image_format_type (picture->format)->mime, data);
    if (deliver == DELIVER_URL)
      cJSON_AddStringToObject (each, "url", url);
    else
      cJSON_AddStringToObject (each, "b64_json", deliver == DELIVER_DATA_URI ? uri : data);
  }
  return true;
}

static void
add_usage (cJSON *json, const Exchange *exchange, const OpenaiRequest *request)
{
  int text = (int)(strlen (exchange->prompt) / 4) + 1, images = request->n_images * 323;
  int made = request->n * (int)((int64_t)request->width * request->height / 253);
  cJSON *usage = cJSON_AddObjectToObject (json, "usage");
  cJSON_AddNumberToObject (usage, "input_tokens", text + images);
  cJSON *details = cJSON_AddObjectToObject (usage, "input_tokens_details");
  cJSON_AddNumberToObject (details, "text_tokens", text);
  cJSON_AddNumberToObject (details, "image_tokens", images);
  cJSON_AddNumberToObject (usage, "output_tokens", made);
  cJSON_AddNumberToObject (usage, "total_tokens", text + images + made);
}

void
openai_answer (Simulator *simulator, Exchange *exchange, const OpenaiForm *form, bool is_edit)
{
  OpenaiRequest request = { 0 };
  g_autoptr (GError) error = NULL;
  if (!read_request (exchange, form, is_edit, &request))
    return;
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddNumberToObject (json, "created", (double)(g_get_real_time () / G_USEC_PER_SEC));
  cJSON_AddStringToObject (json, "background", "opaque");
  cJSON_AddStringToObject (json, "output_format", image_format_type (request.format)->name);
  cJSON_AddStringToObject (json, "quality", request.grade);
  cJSON_AddStringToObject (json, "size", request.size);
  cJSON *list = cJSON_AddArrayToObject (json, "data");
  add_usage (json, exchange, &request);
  if (add_data (simulator, exchange, &request, list, &error))
    exchange_answer_json (exchange, 200, json);
  else
    openai_error (exchange, 500, "server_error", NULL, NULL, "%s", error->message);
  cJSON_Delete (json);
}

/* ?hop=N of a redirect that is under way. */
static bool
redirect (Simulator *simulator, Exchange *exchange, const char *name)
{
  const Fault *fault = exchange->fault;
  const char *text = exchange_query (exchange, "hop");
  int64_t hop = 0;
  if (text != NULL && !units_parse_integer (text, &hop))
    hop = 0;
  if (fault == NULL || fault->redirects <= hop || hop < 0)
    return false;
  g_autofree char *to = g_strdup_printf ("%s/files/%s?hop=%" G_GINT64_FORMAT, simulator->url, name,
                                         hop + 1);
  exchange_answer_text (exchange, 302, "text/plain", "");
  exchange_set_header (exchange, "Location", to);
  return true;
}

void
openai_answer_file (Simulator *simulator, Exchange *exchange, const char *name)
{
  Digest digest;
  g_autofree char *hex = g_strndup (name, strcspn (name, "."));
  if (exchange_header (exchange, "Authorization") != NULL) {
    exchange_answer_text (exchange, 400, "text/plain",
                          "InvalidArgument: only one auth mechanism allowed\n");
    return;
  }
  if (redirect (simulator, exchange, name))
    return;
  g_autoptr (Picture)
    picture = strlen (hex) == DIGEST_HEX_CHARACTERS && digest_from_hex (hex, &digest)
                ? picture_store_find (simulator->pictures, &digest)
                : NULL;
  if (picture == NULL) {
    exchange_answer_text (exchange, 404, "text/plain", "NoSuchKey\n");
    return;
  }
  exchange_answer_text (exchange, 200, image_format_type (picture->format)->mime, "");
  exchange_add_picture (exchange, picture);
  body_add_bytes (exchange->answer, picture->bytes);
}
