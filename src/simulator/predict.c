#include "simulator/predict.h"

#include "simulator/google-error.h"
#include "simulator/making.h"
#include "simulator/picture-data.h"

enum { MOST_INPUT_BYTES = 10 * 1024 * 1024, MOST_UPSCALED_PIXELS = 17 * 1000 * 1000 };

typedef struct {
  int count;
  MakingSpec making;
} PredictRequest;

static const cJSON *
get (const cJSON *object, const char *name)
{
  return cJSON_GetObjectItemCaseSensitive (object, name);
}

static const char *
get_text (const cJSON *object, const char *name)
{
  return cJSON_GetStringValue (get (object, name));
}

static const cJSON *
first_instance (const cJSON *json)
{
  const cJSON *instances = get (json, "instances");
  return cJSON_IsArray (instances) ? instances->child : NULL;
}

char *
predict_prompt (const cJSON *json)
{
  const char *prompt = get_text (first_instance (json), "prompt");
  return g_strdup (prompt != NULL ? prompt : "");
}

static bool
check_names (Exchange *exchange, bool is_developer)
{
  static const char *const vertex[] = {
    "sampleCount",
    "aspectRatio",
    "sampleImageSize",
    "negativePrompt",
    "guidanceScale",
    "seed",
    "addWatermark",
    "enhancePrompt",
    "safetySetting",
    "personGeneration",
    "includeSafetyAttributes",
    "includeRaiReason",
    "language",
    "outputOptions",
    "storageUri",
    "mode",
    "upscaleConfig",
    NULL,
  };
  static const char *const developer[] = {
    "sampleCount",      "aspectRatio",   "imageSize", "sampleImageSize",
    "personGeneration", "outputOptions", NULL,
  };
  const cJSON *each;
  cJSON_ArrayForEach (
    each, exchange->json) if (strcmp (each->string, "instances") != 0 &&
                              strcmp (each->string, "parameters") != 0 &&
                              (is_developer ||
                               strcmp (each->string, "labels") !=
                                 0)) return google_error (exchange, 400, NULL,
                                                          "Invalid JSON payload received. Unknown "
                                                          "name \"%s\": Cannot find field.",
                                                          each->string);
  cJSON_ArrayForEach (
    each, get (exchange->json,
               "parameters")) if (each->string == NULL ||
                                  !g_strv_contains (
                                    is_developer ? developer : vertex,
                                    each->string)) return google_error (exchange, 400, NULL,
                                                                        "Invalid parameter: %s",
                                                                        each->string != NULL
                                                                          ? each->string
                                                                          : "");
  return true;
}

static bool
read_output (Exchange *exchange, const cJSON *parameters, MakingSpec *making)
{
  const cJSON *options = get (parameters, "outputOptions");
  const char *mime = get_text (options, "mimeType");
  const cJSON *quality = get (options, "compressionQuality");
  making->quality = 75;
  if (mime != NULL && strcmp (mime, "image/jpeg") == 0)
    making->format = IMAGE_FORMAT_JPEG;
  else if (mime != NULL && strcmp (mime, "image/png") == 0)
    making->format = IMAGE_FORMAT_PNG;
  else if (mime != NULL)
    return google_error (exchange, 400, NULL, "Unsupported output mime type: %s", mime);
  if (cJSON_IsNumber (quality))
    making->quality = CLAMP (quality->valueint, 1, 100);
  return true;
}

static bool
read_size (Exchange *exchange, const cJSON *parameters, const Model *model, MakingSpec *making)
{
  const char *size = get_text (parameters, "sampleImageSize");
  const char *ratio = get_text (parameters, "aspectRatio");
  if (size == NULL)
    size = get_text (parameters, "imageSize");
  making->tier = TIER_1K;
  if (size != NULL && !model_find_tier (model, size, &making->tier))
    return google_error (exchange, 400, NULL, "Invalid sampleImageSize: %s", size);
  if (!model_find_pixels (model, ratio != NULL ? ratio : "1:1", making->tier, &making->width,
                          &making->height))
    return google_error (exchange, 400, NULL,
                         "Invalid aspect ratio: %s. Supported: 1:1, 3:4, 4:3, 9:16, 16:9", ratio);
  return true;
}

static bool
read_upscale (Exchange *exchange, const cJSON *parameters, MakingSpec *making)
{
  const cJSON *image = get (first_instance (exchange->json), "image");
  const char *text = get_text (image, "bytesBase64Encoded");
  const char *factor = get_text (get (parameters, "upscaleConfig"), "upscaleFactor");
  int width, height;
  bool is_factor = factor != NULL && strlen (factor) == 2 && factor[0] == 'x' && factor[1] >= '2' &&
                   factor[1] <= '4';
  if (!is_factor)
    return google_error (exchange, 400, NULL, "upscaleFactor must be one of x2, x3, x4");
  g_autoptr (GBytes) data = text != NULL ? picture_data_decode_any (text) : NULL;
  if (data == NULL || !picture_data_size (data, &width, &height))
    return google_error (exchange, 400, NULL, "Image could not be decoded.");
  if (g_bytes_get_size (data) > MOST_INPUT_BYTES)
    return google_error (exchange, 400, NULL, "Image is larger than 10 MB.");
  int times = factor[1] - '0';
  if ((int64_t)width * times * height * times > MOST_UPSCALED_PIXELS ||
      MAX (width, height) * (int64_t)times > PICTURE_MOST_EDGE)
    return google_error (exchange, 400, NULL,
                         "The upscaled image must not be larger than 17 megapixels.");
  Digest digest = digest_of (g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  g_free (exchange->prompt);
  exchange->prompt = g_strdup (digest_to_hex (&digest).text);
  making->width = width * times;
  making->height = height * times;
  making->tier = TIER_1K;
  return true;
}

static bool
read_request (Exchange *exchange, const Model *model, bool is_developer, PredictRequest *request)
{
  const cJSON *parameters = get (exchange->json, "parameters");
  const cJSON *count = get (parameters, "sampleCount"), *seed = get (parameters, "seed");
  const char *mode = get_text (parameters, "mode");
  bool is_upscale = mode != NULL && strcmp (mode, "upscale") == 0;
  if (!check_names (exchange, is_developer) ||
      !read_output (exchange, parameters, &request->making))
    return false;
  if (!cJSON_IsObject (first_instance (exchange->json)))
    return google_error (exchange, 400, NULL, "No instances were provided.");
  if (is_upscale != (model->family == FAMILY_UPSCALE))
    return google_error (exchange, 400, NULL, "The model %s does not support this mode.",
                         model->id);
  request->count = count == NULL ? (is_upscale ? 1 : 4) : count->valueint;
  if (request->count < 1 || request->count > (is_upscale ? 1 : 4))
    return google_error (exchange, 400, NULL, "sampleCount must be in [1, 4].");
  if (seed != NULL && !cJSON_IsFalse (get (parameters, "addWatermark")))
    return google_error (exchange, 400, NULL, "Seed is not supported when watermark is enabled.");
  if (!is_upscale && exchange->prompt[0] == '\0')
    return google_error (exchange, 400, NULL, "Prompt must not be empty.");
  request->making.seed = seed != NULL ? seed->valueint : 0;
  request->making.model = model;
  return is_upscale ? read_upscale (exchange, parameters, &request->making)
                    : read_size (exchange, parameters, model, &request->making);
}

static bool
add_predictions (Simulator *simulator, Exchange *exchange, const PredictRequest *request,
                 cJSON *predictions, GError **error)
{
  const Fault *fault = exchange->fault;
  for (int i = 0; i < request->count; i++) {
    cJSON *each = cJSON_CreateObject ();
    cJSON_AddItemToArray (predictions, each);
    if (fault != NULL && fault->rai_reason != NULL) {
      cJSON_AddStringToObject (each, "raiFilteredReason", fault->rai_reason);
      continue;
    }
    MakingSpec making = request->making;
    making.variant = i + 1;
    unsigned number;
    g_autoptr (Picture) picture = making_picture (simulator, exchange, &making, &number, error);
    if (picture == NULL)
      return false;
    g_autofree char *data = exchange_picture_text (exchange, number);
    cJSON_AddStringToObject (each, "mimeType",
                             fault != NULL && fault->declare != NULL
                               ? fault->declare
                               : image_format_type (picture->format)->mime);
    cJSON_AddStringToObject (each, "bytesBase64Encoded", data);
  }
  return true;
}

void
predict_answer (Simulator *simulator, Exchange *exchange, const Model *model, bool is_developer)
{
  PredictRequest request = { 0 };
  g_autoptr (GError) error = NULL;
  if (!read_request (exchange, model, is_developer, &request))
    return;
  cJSON *json = cJSON_CreateObject ();
  bool ok = true;
  if (exchange->fault == NULL || !exchange->fault->no_predictions) {
    cJSON *predictions = cJSON_AddArrayToObject (json, "predictions");
    ok = add_predictions (simulator, exchange, &request, predictions, &error);
  }
  if (ok)
    exchange_answer_json (exchange, 200, json);
  else
    google_error (exchange, 500, NULL, "%s", error->message);
  cJSON_Delete (json);
}
