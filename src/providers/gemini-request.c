#include "providers/gemini.h"

#include "document/json-write.h"
#include "providers/capability.h"

/* What the Developer API refuses as an unknown name, which fails the whole request. */
static const char *const vertex_only[] = { "person-generation", "output-type", "output-quality" };

bool
gemini_check (GeminiSurface surface, const GenerateOptions *options, const Model *row,
              const char **out_option, GError **error)
{
  if (!capability_check (options, row, out_option, error))
    return false;
  for (unsigned i = 0; surface == GEMINI_DEVELOPER && i < G_N_ELEMENTS (vertex_only); i++) {
    *out_option = vertex_only[i];
    if (generate_has (options, vertex_only[i]))
      return provider_fail (
        error, "the Gemini Developer API has no '%s'; 'provider: vertex' has it", vertex_only[i]);
  }
  *out_option = "output-type";
  if (options->output_type == OUTPUT_TYPE_WEBP)
    return provider_fail (error, "the model '%s' writes png or jpeg; 'recompress' makes WebP of it",
                          row->id);
  return true;
}

static void
append_text (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "%s\"%s\":", out->str[out->len - 1] == '{' ? "" : ",", name);
  json_append_quoted (out, value);
}

/* ---- contents ---- */

/* The pictures come first, and go from their files into the body when it is sent. */
static void
add_contents (const ProviderRequest *asked, HttpRequest *request)
{
  GString *out = g_string_new ("{\"contents\":[{\"role\":\"user\",\"parts\":[");
  for (unsigned i = 0; i < asked->n_references; i++) {
    const ProviderReference *reference = &asked->references[i];
    g_string_append (out, "{\"inlineData\":{");
    append_text (out, "mimeType", reference->type);
    g_string_append (out, ",\"data\":\"");
    http_request_add_text (request, out->str, (gssize)out->len);
    http_request_add_file (request, SEGMENT_FILE_BASE64, reference->path, reference->size_bytes);
    g_string_assign (out, "\"}},");
  }
  g_string_append (out, "{\"text\":");
  json_append_quoted (out, asked->options->prompt);
  g_string_append (out, "}]}]");
  http_request_add_text (request, out->str, (gssize)out->len);
  g_string_free (out, TRUE);
}

/* ---- generationConfig ---- */

static const char *
person_word (int person)
{
  static const char *const words[] = { NULL, "ALLOW_ALL", "ALLOW_ADULT", "ALLOW_NONE" };
  return words[person];
}

/* imageSize stands here, and nowhere else: one level up it is accepted and ignored. */
static void
append_image_config (GString *out, const ProviderRequest *asked, GeminiSurface surface)
{
  const GenerateOptions *options = asked->options;
  g_autofree char *ratio = capability_dup_ratio (options, asked->row);
  OutputType type = generate_output_type (options);
  g_string_append (out, ",\"imageConfig\":{");
  append_text (out, "aspectRatio", ratio);
  if (asked->row->sends_resolution)
    append_text (out, "imageSize", options->resolution);
  if (surface == GEMINI_VERTEX && options->person_generation != PERSON_UNSET)
    append_text (out, "personGeneration", person_word (options->person_generation));
  if (surface == GEMINI_VERTEX && type != OUTPUT_TYPE_UNSET) {
    g_string_append (out, ",\"imageOutputOptions\":{");
    append_text (out, "mimeType", type == OUTPUT_TYPE_PNG ? "image/png" : "image/jpeg");
    if (options->output_quality > 0)
      g_string_append_printf (out, ",\"compressionQuality\":%d", options->output_quality);
    g_string_append_c (out, '}');
  }
  g_string_append_c (out, '}');
}

/* One candidate: several are several requests, each with its own seed. */
static void
append_generation_config (GString *out, const ProviderRequest *asked, GeminiSurface surface)
{
  static const char *const levels[] = { NULL, "MINIMAL", "LOW", "MEDIUM", "HIGH" };
  g_string_append_printf (out,
                          ",\"generationConfig\":{\"responseModalities\":[\"IMAGE\"],"
                          "\"candidateCount\":1,\"seed\":%d",
                          asked->seed);
  append_image_config (out, asked, surface);
  if (asked->options->thinking != THINKING_UNSET)
    g_string_append_printf (out, ",\"thinkingConfig\":{\"thinkingLevel\":\"%s\"}",
                            levels[asked->options->thinking]);
  g_string_append_c (out, '}');
}

/* ---- safetySettings and labels ---- */

static void
append_safety (GString *out, const SafetyOptions *safety)
{
  static const char *const thresholds[] = {
    NULL, "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"
  };
  const struct {
    const char *category;
    int threshold;
  } settings[] = {
    { "HARM_CATEGORY_HATE_SPEECH", safety->hate_speech },
    { "HARM_CATEGORY_DANGEROUS_CONTENT", safety->dangerous_content },
    { "HARM_CATEGORY_HARASSMENT", safety->harassment },
    { "HARM_CATEGORY_SEXUALLY_EXPLICIT", safety->sexually_explicit },
  };
  g_autoptr (GString) items = g_string_new (NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (settings); i++) {
    int threshold = settings[i].threshold != SAFETY_UNSET ? settings[i].threshold : safety->all;
    if (threshold != SAFETY_UNSET)
      g_string_append_printf (items, "%s{\"category\":\"%s\",\"threshold\":\"%s\"}",
                              items->len > 0 ? "," : "", settings[i].category,
                              thresholds[threshold]);
  }
  if (items->len > 0)
    g_string_append_printf (out, ",\"safetySettings\":[%s]", items->str);
}

static void
append_labels (GString *out, char *const *labels)
{
  if (labels == NULL || labels[0] == NULL)
    return;
  g_string_append (out, ",\"labels\":{");
  for (unsigned i = 0; labels[i] != NULL; i++) {
    const char *equals = strchr (labels[i], '=');
    g_autofree char *name = g_strndup (labels[i], equals != NULL ? (size_t)(equals - labels[i])
                                                                 : strlen (labels[i]));
    if (i > 0)
      g_string_append_c (out, ',');
    json_append_quoted (out, name);
    g_string_append_c (out, ':');
    json_append_quoted (out, equals != NULL ? equals + 1 : "");
  }
  g_string_append_c (out, '}');
}

void
gemini_add_body (const ProviderRequest *asked, GeminiSurface surface, HttpRequest *request)
{
  http_request_add_header (request, "Content-Type", "application/json");
  add_contents (asked, request);
  g_autoptr (GString) rest = g_string_new (NULL);
  append_generation_config (rest, asked, surface);
  append_safety (rest, &asked->options->safety);
  if (surface == GEMINI_VERTEX)
    append_labels (rest, asked->options->labels);
  g_string_append_c (rest, '}');
  http_request_add_text (request, rest->str, (gssize)rest->len);
}
