#include "providers/predict.h"

#include "document/json-write.h"
#include "providers/capability.h"
#include "providers/verdict.h"

/* An upscaler is a model that takes a factor. */
static bool
is_upscaler (const Model *row)
{
  return model_takes (row, "upscale-factor");
}

bool
predict_check (const GenerateOptions *options, const Model *row, const char **out_option,
               GError **error)
{
  if (!capability_check (options, row, out_option, error))
    return false;
  *out_option = "references";
  if (is_upscaler (row) && generate_n_references (options) != 1)
    return provider_fail (
      error, "the model '%s' enlarges a picture: name it, and only it, under 'references'",
      row->id);
  if (generate_n_references (options) > 1)
    return provider_fail (
      error, "the model '%s' is asked by :predict, which takes one reference picture", row->id);
  *out_option = "safety";
  const SafetyOptions *safety = &options->safety;
  if (safety->hate_speech != SAFETY_UNSET || safety->dangerous_content != SAFETY_UNSET ||
      safety->harassment != SAFETY_UNSET || safety->sexually_explicit != SAFETY_UNSET)
    return provider_fail (
      error, "the model '%s' has one 'safety' for all categories, as in 'safety: block-high'",
      row->id);
  *out_option = "output-type";
  if (options->output_type == OUTPUT_TYPE_WEBP)
    return provider_fail (error, "the model '%s' writes png or jpeg; 'recompress' makes WebP of it",
                          row->id);
  return true;
}

/* ---- the request ---- */

static void
append_member (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, ",\"%s\":", name);
  json_append_quoted (out, value);
}

static void
add_instances (const ProviderRequest *asked, HttpRequest *request)
{
  g_autoptr (GString) out = g_string_new ("{\"instances\":[{\"prompt\":");
  json_append_quoted (out, asked->options->prompt);
  if (asked->n_references > 0) {
    g_string_append (out, ",\"image\":{\"bytesBase64Encoded\":\"");
    http_request_add_text (request, out->str, (gssize)out->len);
    http_request_add_file (request, SEGMENT_FILE_BASE64, asked->references[0].path,
                           asked->references[0].size_bytes);
    g_string_assign (out, "\",\"mimeType\":");
    json_append_quoted (out, asked->references[0].type);
    g_string_append_c (out, '}');
  }
  g_string_append (out, "}],\"parameters\":{\"sampleCount\":1");
  http_request_add_text (request, out->str, (gssize)out->len);
}

/* No seed: it is only taken together with the order to leave the watermark out. */
static void
append_drawing (GString *out, const ProviderRequest *asked)
{
  static const char *const persons[] = { NULL, "allow_all", "allow_adult", "dont_allow" };
  static const char *const thresholds[] = {
    NULL,         "block_low_and_above", "block_medium_and_above", "block_only_high",
    "block_none", "block_none"
  };
  const GenerateOptions *options = asked->options;
  g_autofree char *ratio = capability_dup_ratio (options, asked->row);
  append_member (out, "aspectRatio", ratio);
  if (asked->row->sends_resolution)
    append_member (out, "sampleImageSize", options->resolution);
  if (options->negative_prompt != NULL)
    append_member (out, "negativePrompt", options->negative_prompt);
  if (options->person_generation != PERSON_UNSET)
    append_member (out, "personGeneration", persons[options->person_generation]);
  if (options->safety.all != SAFETY_UNSET)
    append_member (out, "safetySetting", thresholds[options->safety.all]);
  /* Else what was filtered vanishes without a word. */
  g_string_append (out, ",\"includeRaiReason\":true");
}

void
predict_add_body (const ProviderRequest *asked, HttpRequest *request)
{
  const GenerateOptions *options = asked->options;
  g_autoptr (GString) out = g_string_new (NULL);
  http_request_add_header (request, "Content-Type", "application/json");
  add_instances (asked, request);
  if (is_upscaler (asked->row))
    g_string_append_printf (out,
                            ",\"mode\":\"upscale\",\"upscaleConfig\":{\"upscaleFactor\":\"x%d\"}",
                            MAX (options->upscale_factor, 2));
  else
    append_drawing (out, asked);
  g_string_append_printf (out, ",\"outputOptions\":{\"mimeType\":\"%s\"",
                          generate_output_type (options) == OUTPUT_TYPE_JPEG ? "image/jpeg"
                                                                             : "image/png");
  if (options->output_quality > 0)
    g_string_append_printf (out, ",\"compressionQuality\":%d", options->output_quality);
  g_string_append (out, "}}}");
  http_request_add_text (request, out->str, (gssize)out->len);
}

/* ---- the answer ---- */

void
predict_take_answer (const ProviderAnswer *answer, const char *who, Verdict *verdict)
{
  const cJSON *root = answer_root (answer), *prediction;
  const char *filtered = NULL;
  verdict->retry_after_ms = -1;
  if (!answer_is_success (answer)) {
    google_judge_error (answer, who, verdict);
    return;
  }
  cJSON_ArrayForEach (prediction, answer_item (root, "predictions"))
  {
    int blob = answer_blob (answer, answer_item (prediction, "bytesBase64Encoded"));
    const char *reason = answer_text (prediction, "raiFilteredReason", "rai_filtered_reason");
    if (blob >= 0) {
      const char *type = answer_text (prediction, "mimeType", "mime_type");
      verdict->kind = VERDICT_DONE;
      verdict->blob = (unsigned)blob;
      verdict->declared_type = type != NULL ? service_words (type) : NULL;
      return;
    }
    if (filtered == NULL)
      filtered = reason;
  }
  g_autofree char *words = service_words (filtered != NULL ? filtered : "");
  if (filtered != NULL) {
    verdict->kind = VERDICT_REFUSED;
    verdict->message = g_strdup_printf ("%s refused the picture and said: %s: rewrite the prompt",
                                        who, words);
    return;
  }
  verdict_fail (verdict, FAILURE_NO_IMAGE,
                "%s answered without a picture; such models leave out what their filter stops, so "
                "the prompt may be why",
                who);
  verdict->is_billed = true;
}
