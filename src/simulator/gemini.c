#include "simulator/gemini.h"

#include "simulator/gemini-check.h"
#include "simulator/gemini-fields.h"
#include "simulator/google-error.h"
#include "simulator/json-print.h"
#include "simulator/making.h"

enum { SIGNATURE_BYTES = 400, THOUGHT_TOKENS = 310, SAID_TOKENS = 8, CHARACTERS_A_TOKEN = 4 };

static bool
has_picture (const Fault *fault)
{
  const char *reason = fault != NULL ? fault->finish_reason : NULL;
  return fault == NULL || ((reason == NULL || strcmp (reason, "STOP") == 0) &&
                           fault->parts == PARTS_USUAL && fault->block_reason == NULL);
}

/* An answer that is not held back, whether a picture came of it or not. */
static bool
is_let_out (const Fault *fault)
{
  const char *reason = fault != NULL ? fault->finish_reason : NULL;
  return fault == NULL ||
         (fault->block_reason == NULL &&
          (reason == NULL || strcmp (reason, "STOP") == 0 || strcmp (reason, "MAX_TOKENS") == 0));
}

static cJSON *
add_text_part (cJSON *parts, const char *text)
{
  cJSON *part = cJSON_CreateObject ();
  cJSON_AddStringToObject (part, "text", text);
  cJSON_AddItemToArray (parts, part);
  return part;
}

static void
add_blob (cJSON *part, const char *mime, const char *data, bool doubled)
{
  cJSON *blob = cJSON_AddObjectToObject (part, "inlineData");
  if (doubled)
    cJSON_AddStringToObject (blob, "mimeType", "application/octet-stream");
  cJSON_AddStringToObject (blob, "mimeType", mime);
  if (doubled)
    cJSON_AddStringToObject (blob, "data", "QUJD");
  cJSON_AddStringToObject (blob, "data", data);
}

/* One picture, as the fault wants it delivered. The part is the caller's to add to. */
static cJSON *
add_picture_part (Simulator *simulator, Exchange *exchange, cJSON *parts, const Picture *picture,
                  unsigned number)
{
  const Fault *fault = exchange->fault;
  const char *mime = image_format_type (picture->format)->mime;
  const char *declared = fault != NULL && fault->declare != NULL ? fault->declare : mime;
  int deliver = fault != NULL ? fault->deliver : DELIVER_USUAL;
  g_autofree char *data = exchange_picture_text (exchange, number);
  g_autofree char *url = making_url (simulator, picture);
  if (deliver == DELIVER_DATA_URI) {
    g_autofree char *text = g_strdup_printf ("data:%s;base64,%s", declared, data);
    return add_text_part (parts, text);
  }
  if (deliver == DELIVER_MARKDOWN) {
    g_autofree char *text = g_strdup_printf ("![image](%s)", url);
    return add_text_part (parts, text);
  }
  cJSON *part = cJSON_CreateObject ();
  cJSON_AddItemToArray (parts, part);
  if (deliver == DELIVER_URL) {
    cJSON *file = cJSON_AddObjectToObject (part, "fileData");
    cJSON_AddStringToObject (file, "mimeType", declared);
    cJSON_AddStringToObject (file, "fileUri", url);
  } else {
    add_blob (part, declared, data, fault != NULL && fault->duplicate_keys);
  }
  return part;
}

static bool
add_drafts (Simulator *simulator, Exchange *exchange, const GeminiRequest *request, cJSON *parts,
            GError **error)
{
  int w, h;
  MakingSpec spec = {
    .seed = request->seed, .variant = 1000, .format = request->format, .quality = request->quality
  };
  /* A draft is 1K whatever the final is, of the same ratio. */
  int times = request->tier == TIER_4K ? 4 : request->tier == TIER_2K ? 2 : 1;
  w = MAX (1, request->width / times);
  h = MAX (1, request->height / times);
  spec.width = w;
  spec.height = h;
  spec.is_draft = true;
  cJSON *thought = add_text_part (parts, "**Composing the scene**\n\nA first draft of the light.");
  cJSON_AddTrueToObject (thought, "thought");
  unsigned number;
  g_autoptr (Picture) draft = making_picture (simulator, exchange, &spec, &number, error);
  if (draft == NULL)
    return false;
  cJSON *part = add_picture_part (simulator, exchange, parts, draft, number);
  cJSON_AddTrueToObject (part, "thought");
  return true;
}

static void
add_signature (const Exchange *exchange, cJSON *part)
{
  const Fault *fault = exchange->fault;
  int64_t length = fault != NULL && fault->signature_bytes > 0 ? fault->signature_bytes
                                                               : SIGNATURE_BYTES;
  g_autofree char *text = json_filler_text (length);
  cJSON_AddStringToObject (part, "thoughtSignature", text);
}

static bool
add_pictures (Simulator *simulator, Exchange *exchange, const GeminiRequest *request, cJSON *parts,
              GError **error)
{
  const Fault *fault = exchange->fault;
  bool is_gemini_3 = request->model->family == FAMILY_GEMINI_3;
  if (is_gemini_3 && (request->has_thoughts || (fault != NULL && fault->draft)) &&
      !add_drafts (simulator, exchange, request, parts, error))
    return false;
  if (request->has_text)
    add_text_part (parts, "Here is the picture you asked for.");
  for (int i = 0; i < (fault != NULL ? fault->images : 1); i++) {
    MakingSpec spec = { .seed = request->seed,
                        .variant = i + 1,
                        .width = request->width,
                        .height = request->height,
                        .format = request->format,
                        .quality = request->quality,
                        .model = request->model,
                        .tier = request->tier };
    unsigned number;
    g_autoptr (Picture) picture = making_picture (simulator, exchange, &spec, &number, error);
    if (picture == NULL)
      return false;
    cJSON *part = add_picture_part (simulator, exchange, parts, picture, number);
    if (is_gemini_3)
      add_signature (exchange, part);
  }
  return true;
}

static void
add_modality (cJSON *usage, const char *name, int text, int image)
{
  static const char *const modalities[] = { "TEXT", "IMAGE" };
  const int counts[] = { text, image };
  cJSON *list = cJSON_AddArrayToObject (usage, name);
  for (int i = 0; i < 2; i++) {
    if (counts[i] == 0)
      continue;
    cJSON *each = cJSON_CreateObject ();
    cJSON_AddStringToObject (each, "modality", modalities[i]);
    cJSON_AddNumberToObject (each, "tokenCount", counts[i]);
    cJSON_AddItemToArray (list, each);
  }
}

/* What went through the model, as usageMetadata has it. */
typedef struct {
  int text, images; /* of the prompt */
  int made, said;   /* going out: pictures, words */
  int thoughts;
} Usage;

static Usage
count_tokens (const Exchange *exchange, const GeminiRequest *request)
{
  const Model *model = request->model;
  const Fault *fault = exchange->fault;
  Usage used = {
    .text = (int)(strlen (exchange->prompt) / CHARACTERS_A_TOKEN) + 1,
    .images = request->n_images * model->image_tokens,
    .made = exchange->price_images * model->tokens[request->tier],
  };
  if (!is_let_out (fault))
    return used;
  if (used.made > 0 ? request->has_text : fault != NULL && fault->parts == PARTS_TEXT)
    used.said = SAID_TOKENS;
  if (model->family == FAMILY_GEMINI_3)
    used.thoughts = THOUGHT_TOKENS;
  return used;
}

/* Whoever sees the answer can tell the bill from its usageMetadata. */
static void
bill (Exchange *exchange, const GeminiRequest *request, const Usage *used)
{
  const TokenPrices *prices = &request->model->token_prices;
  if (prices->image <= 0)
    return;
  double millionths = used->made * prices->image + (used->said + used->thoughts) * prices->text +
                      (used->text + used->images) * prices->prompt;
  exchange->price_usd = is_let_out (exchange->fault) ? millionths / 1e6 : 0;
}

static void
add_usage (cJSON *json, Exchange *exchange, const GeminiRequest *request)
{
  const Usage used = count_tokens (exchange, request);
  int prompt = used.text + used.images, out = used.made + used.said;
  cJSON *usage = cJSON_AddObjectToObject (json, "usageMetadata");
  cJSON_AddNumberToObject (usage, "promptTokenCount", prompt);
  if (out > 0)
    cJSON_AddNumberToObject (usage, "candidatesTokenCount", out);
  cJSON_AddNumberToObject (usage, "totalTokenCount", prompt + out + used.thoughts);
  if (request->surface != SURFACE_DEVELOPER)
    cJSON_AddStringToObject (usage, "trafficType", "ON_DEMAND");
  add_modality (usage, "promptTokensDetails", used.text, used.images);
  if (used.made > 0)
    add_modality (usage, "candidatesTokensDetails", 0, used.made);
  if (used.thoughts > 0)
    cJSON_AddNumberToObject (usage, "thoughtsTokenCount", used.thoughts);
  bill (exchange, request, &used);
}

static void
add_tail (cJSON *json, Exchange *exchange, const GeminiRequest *request)
{
  const Fault *fault = exchange->fault;
  const char *version = fault != NULL && fault->model_version != NULL ? fault->model_version
                                                                      : request->model->id;
  g_autofree char *id = g_strdup_printf ("sim%08x%05d", g_random_int (), exchange->number);
  add_usage (json, exchange, request);
  cJSON_AddStringToObject (json, "modelVersion", version);
  if (request->surface != SURFACE_DEVELOPER) {
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
    g_autofree char *text = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
    cJSON_AddStringToObject (json, "createTime", text);
  }
  cJSON_AddStringToObject (json, "responseId", id);
}

static void
add_refused_prompt (cJSON *json, const Fault *fault, GeminiSurface surface)
{
  cJSON *feedback = cJSON_AddObjectToObject (json, "promptFeedback");
  cJSON_AddStringToObject (feedback, "blockReason", fault->block_reason);
  if (surface != SURFACE_DEVELOPER)
    cJSON_AddStringToObject (feedback, "blockReasonMessage",
                             fault->message != NULL ? fault->message
                                                    : "The prompt could not be submitted.");
}

static bool
fill_content (Simulator *simulator, Exchange *exchange, const GeminiRequest *request,
              cJSON *candidate, GError **error)
{
  const Fault *fault = exchange->fault;
  bool is_whole = has_picture (fault);
  int shape = fault != NULL ? fault->parts : PARTS_USUAL;
  if (shape == PARTS_NO_CONTENT || (!is_whole && shape == PARTS_USUAL))
    return true;
  cJSON *content = cJSON_AddObjectToObject (candidate, "content");
  if (shape != PARTS_MISSING) {
    cJSON *parts = cJSON_AddArrayToObject (content, "parts");
    if (shape == PARTS_TEXT)
      add_text_part (parts, "I can describe the picture, but I did not draw one.");
    if (is_whole && !add_pictures (simulator, exchange, request, parts, error))
      return false;
  }
  cJSON_AddStringToObject (content, "role", "model");
  return true;
}

static bool
add_candidate (Simulator *simulator, Exchange *exchange, const GeminiRequest *request, cJSON *json,
               GError **error)
{
  const Fault *fault = exchange->fault;
  cJSON *candidates = cJSON_AddArrayToObject (json, "candidates");
  cJSON *candidate = cJSON_CreateObject ();
  cJSON_AddItemToArray (candidates, candidate);
  if (!fill_content (simulator, exchange, request, candidate, error))
    return false;
  const char *reason = fault != NULL && fault->finish_reason != NULL ? fault->finish_reason
                                                                     : "STOP";
  if (fault != NULL && fault->duplicate_keys)
    cJSON_AddStringToObject (candidate, "finishReason", "OTHER");
  cJSON_AddStringToObject (candidate, "finishReason", reason);
  if (fault != NULL && fault->finish_message != NULL)
    cJSON_AddStringToObject (candidate, "finishMessage", fault->finish_message);
  else if (!is_let_out (fault))
    cJSON_AddStringToObject (candidate, "finishMessage",
                             "Unable to show the generated image. You will not be charged for it.");
  cJSON_AddNumberToObject (candidate, "index", 0);
  return true;
}

static void
rename_keys (cJSON *json)
{
  for (cJSON *item = json->child; item != NULL; item = item->next) {
    if (item->string != NULL) {
      g_autofree char *snake = gemini_snake_case (item->string);
      cJSON_free (item->string);
      item->string = cJSON_malloc (strlen (snake) + 1);
      memcpy (item->string, snake, strlen (snake) + 1);
    }
    rename_keys (item);
  }
}

void
gemini_answer (Simulator *simulator, Exchange *exchange, const Model *model, GeminiSurface surface)
{
  const Fault *fault = exchange->fault;
  GeminiRequest request;
  g_autoptr (GError) error = NULL;
  if (!gemini_check (exchange, model, surface, &request))
    return;
  cJSON *json = cJSON_CreateObject ();
  bool ok = true;
  if (fault != NULL && fault->block_reason != NULL)
    add_refused_prompt (json, fault, surface);
  else
    ok = add_candidate (simulator, exchange, &request, json, &error);
  if (ok) {
    add_tail (json, exchange, &request);
    if (fault != NULL && fault->key_case == CASE_SNAKE)
      rename_keys (json);
    exchange_answer_json (exchange, 200, json);
  } else {
    google_error (exchange, 500, NULL, "%s", error->message);
  }
  cJSON_Delete (json);
}
