/* The messages of the service as tables, walked beside the JSON. */
#include "simulator/gemini-fields.h"

#include "simulator/google-error.h"

enum { MOST_COMPLAINTS = 50 };

typedef enum {
  TYPE_TEXT,
  TYPE_INT,
  TYPE_NUMBER,
  TYPE_BOOL,
  TYPE_TEXTS,
  TYPE_ANY,
  TYPE_MESSAGE,
  TYPE_MESSAGES
} FieldType;

typedef struct FieldRow FieldRow;
struct FieldRow {
  const char *name;
  FieldType type;
  const FieldRow *message;
  bool is_vertex_only;
};

static const FieldRow blob_rows[] = {
  { "mimeType", TYPE_TEXT }, { "data", TYPE_TEXT }, { "displayName", TYPE_TEXT, NULL, true }, { 0 }
};
static const FieldRow file_rows[] = { { "mimeType", TYPE_TEXT },
                                      { "fileUri", TYPE_TEXT },
                                      { "displayName", TYPE_TEXT, NULL, true },
                                      { 0 } };
static const FieldRow part_rows[] = {
  { "text", TYPE_TEXT },
  { "inlineData", TYPE_MESSAGE, blob_rows },
  { "fileData", TYPE_MESSAGE, file_rows },
  { "thought", TYPE_BOOL },
  { "thoughtSignature", TYPE_TEXT },
  { "mediaResolution", TYPE_ANY },
  { "videoMetadata", TYPE_ANY },
  { "functionCall", TYPE_ANY },
  { "functionResponse", TYPE_ANY },
  { "executableCode", TYPE_ANY },
  { "codeExecutionResult", TYPE_ANY },
  { 0 },
};
static const FieldRow content_rows[] = { { "role", TYPE_TEXT },
                                         { "parts", TYPE_MESSAGES, part_rows },
                                         { 0 } };
static const FieldRow output_rows[] = { { "mimeType", TYPE_TEXT },
                                        { "compressionQuality", TYPE_INT },
                                        { 0 } };
static const FieldRow image_rows[] = {
  { "aspectRatio", TYPE_TEXT },
  { "imageSize", TYPE_TEXT },
  { "imageOutputOptions", TYPE_MESSAGE, output_rows, true },
  { "personGeneration", TYPE_TEXT, NULL, true },
  { "prominentPeople", TYPE_TEXT, NULL, true },
  { 0 },
};
static const FieldRow thinking_rows[] = { { "includeThoughts", TYPE_BOOL },
                                          { "thinkingLevel", TYPE_TEXT },
                                          { "thinkingBudget", TYPE_INT },
                                          { 0 } };
static const FieldRow generation_rows[] = {
  { "responseModalities", TYPE_TEXTS },
  { "imageConfig", TYPE_MESSAGE, image_rows },
  { "imageSize", TYPE_ANY }, /* does not belong here, and is taken and ignored */
  { "candidateCount", TYPE_INT },
  { "seed", TYPE_INT },
  { "temperature", TYPE_NUMBER },
  { "topP", TYPE_NUMBER },
  { "topK", TYPE_NUMBER },
  { "maxOutputTokens", TYPE_INT },
  { "stopSequences", TYPE_TEXTS },
  { "presencePenalty", TYPE_NUMBER },
  { "frequencyPenalty", TYPE_NUMBER },
  { "responseMimeType", TYPE_TEXT },
  { "responseSchema", TYPE_ANY },
  { "responseJsonSchema", TYPE_ANY },
  { "responseFormat", TYPE_ANY },
  { "responseLogprobs", TYPE_BOOL },
  { "logprobs", TYPE_INT },
  { "mediaResolution", TYPE_TEXT },
  { "speechConfig", TYPE_ANY },
  { "thinkingConfig", TYPE_MESSAGE, thinking_rows },
  { "audioTimestamp", TYPE_BOOL, NULL, true },
  { "routingConfig", TYPE_ANY, NULL, true },
  { 0 },
};
static const FieldRow safety_rows[] = {
  { "category", TYPE_TEXT }, { "threshold", TYPE_TEXT }, { "method", TYPE_TEXT, NULL, true }, { 0 }
};
static const FieldRow request_rows[] = {
  { "contents", TYPE_MESSAGES, content_rows },
  { "systemInstruction", TYPE_MESSAGE, content_rows },
  { "generationConfig", TYPE_MESSAGE, generation_rows },
  { "safetySettings", TYPE_MESSAGES, safety_rows },
  { "tools", TYPE_ANY },
  { "toolConfig", TYPE_ANY },
  { "cachedContent", TYPE_TEXT },
  { "labels", TYPE_ANY, NULL, true },
  { "modelArmorConfig", TYPE_ANY, NULL, true },
  { 0 },
};

char *
gemini_snake_case (const char *name)
{
  GString *snake = g_string_new (NULL);
  for (const char *c = name; *c != '\0'; c++) {
    if (g_ascii_isupper (*c))
      g_string_append_c (snake, '_');
    g_string_append_c (snake, g_ascii_tolower (*c));
  }
  return g_string_free (snake, FALSE);
}

typedef struct {
  GeminiSurface surface;
  GString *message;
  cJSON *details;
  int n_complaints;
} Walk;

static void walk_message (Walk *walk, const FieldRow *rows, const cJSON *object, const char *path);

static void
complain (Walk *walk, const char *path, char *description)
{
  if (walk->n_complaints++ >= MOST_COMPLAINTS) {
    g_free (description);
    return;
  }
  if (walk->message->len > 0)
    g_string_append_c (walk->message, '\n');
  g_string_append (walk->message, description);
  walk->details = google_detail_violation (walk->details, path, description);
  g_free (description);
}

static const FieldRow *
find_row (const Walk *walk, const FieldRow *rows, const char *name)
{
  for (; rows->name != NULL; rows++) {
    g_autofree char *snake = gemini_snake_case (rows->name);
    if (strcmp (rows->name, name) == 0 || strcmp (snake, name) == 0)
      return rows->is_vertex_only && walk->surface == SURFACE_DEVELOPER ? NULL : rows;
  }
  return NULL;
}

static bool
has_type (const cJSON *value, FieldType type)
{
  const cJSON *each;
  switch (type) {
  case TYPE_TEXT:
    return cJSON_IsString (value);
  case TYPE_INT:
    return cJSON_IsNumber (value) && value->valuedouble == (double)value->valueint;
  case TYPE_NUMBER:
    return cJSON_IsNumber (value);
  case TYPE_BOOL:
    return cJSON_IsBool (value);
  case TYPE_TEXTS:
    if (!cJSON_IsArray (value))
      return false;
    cJSON_ArrayForEach (each, value) if (!cJSON_IsString (each)) return false;
    return true;
  case TYPE_MESSAGE:
    return cJSON_IsObject (value);
  case TYPE_MESSAGES:
    return cJSON_IsArray (value);
  case TYPE_ANY:
    return true;
  }
  return true;
}

static void
walk_value (Walk *walk, const FieldRow *row, const cJSON *value, const char *path)
{
  static const char *const names[] = {
    "TYPE_STRING", "TYPE_INT32",   "TYPE_FLOAT",   "TYPE_BOOL",
    "TYPE_STRING", "TYPE_MESSAGE", "TYPE_MESSAGE", "TYPE_MESSAGE"
  };
  const cJSON *item;
  int i = 0;
  if (cJSON_IsNull (value))
    return;
  if (!has_type (value, row->type)) {
    complain (walk, path, g_strdup_printf ("Invalid value at '%s' (%s)", path, names[row->type]));
    return;
  }
  if (row->type == TYPE_MESSAGE)
    walk_message (walk, row->message, value, path);
  if (row->type != TYPE_MESSAGES)
    return;
  cJSON_ArrayForEach (item, value)
  {
    g_autofree char *below = g_strdup_printf ("%s[%d]", path, i++);
    if (cJSON_IsObject (item))
      walk_message (walk, row->message, item, below);
    else
      complain (walk, below, g_strdup_printf ("Invalid value at '%s' (TYPE_MESSAGE)", below));
  }
}

static void
walk_message (Walk *walk, const FieldRow *rows, const cJSON *object, const char *path)
{
  const cJSON *member;
  cJSON_ArrayForEach (member, object)
  {
    const FieldRow *row = find_row (walk, rows, member->string);
    if (row == NULL) {
      g_autofree char *at = path[0] != '\0' ? g_strdup_printf (" at '%s'", path) : g_strdup ("");
      complain (walk, path,
                g_strdup_printf ("Invalid JSON payload received. Unknown name \"%s\"%s: "
                                 "Cannot find field.",
                                 member->string, at));
      continue;
    }
    g_autofree char *snake = gemini_snake_case (row->name);
    g_autofree char *below = path[0] != '\0' ? g_strdup_printf ("%s.%s", path, snake)
                                             : g_strdup (snake);
    walk_value (walk, row, member, below);
  }
}

bool
gemini_check_fields (Exchange *exchange, GeminiSurface surface)
{
  g_autoptr (GString) message = g_string_new (NULL);
  Walk walk = { .surface = surface, .message = message };
  walk_message (&walk, request_rows, exchange->json, "");
  if (message->len == 0)
    return true;
  return google_error (exchange, 400, walk.details, "%s", message->str);
}
