#include "providers/gemini.h"
#include "providers/openai.h"
#include "providers/verdict.h"

/* A gateway may hand on what Gemini said as it is. */
const JsonScanPath openai_image_paths[] = {
  { "data[].b64_json", JSON_SCAN_BASE64 },
  { "data[].url", JSON_SCAN_DATA_URI },
  GEMINI_IMAGE_PATHS,
  { NULL, 0 },
};

static void
take_facts (const ProviderAnswer *answer, const cJSON *root, Verdict *verdict)
{
  const cJSON *usage = answer_item (root, "usage");
  const char *id = http_headers_get (answer->headers, "x-request-id");
  const char *format = answer_text (root, "output_format", "output_format");
  verdict->response_id = id != NULL ? service_words (id) : NULL;
  verdict->usage = answer_dup_usage (usage);
  if (format != NULL) {
    g_autofree char *type = g_strconcat ("image/", format, NULL);
    verdict->declared_type = service_words (type);
  }
}

/* Whatever form was asked for, some gateways give the other. */
static bool
take_picture (const ProviderAnswer *answer, const cJSON *item, Verdict *verdict)
{
  const cJSON *url = answer_item (item, "url");
  int blob = answer_blob (answer, answer_item (item, "b64_json"));
  if (blob < 0)
    blob = answer_blob (answer, url);
  if (blob >= 0) {
    const char *declared = answer->blobs[blob].declared_type;
    verdict->kind = VERDICT_DONE;
    verdict->blob = (unsigned)blob;
    if (verdict->declared_type == NULL && declared != NULL)
      verdict->declared_type = service_words (declared);
    return true;
  }
  const char *address = cJSON_GetStringValue (url);
  verdict->url = address != NULL ? answer_dup_address (address, strlen (address)) : NULL;
  if (verdict->url == NULL)
    return false;
  verdict->kind = VERDICT_FETCH;
  return true;
}

void
openai_take_answer (const ProviderRequest *asked, const ProviderAnswer *answer, Verdict *verdict)
{
  const cJSON *root = answer_root (answer), *item;
  verdict->retry_after_ms = -1;
  if (!answer_is_success (answer)) {
    openai_judge_error (answer, "openai", verdict);
    return;
  }
  if (answer_item (root, "candidates") != NULL ||
      answer_member (root, "promptFeedback", "prompt_feedback") != NULL) {
    gemini_take_answer (answer, "openai", verdict);
    return;
  }
  take_facts (answer, root, verdict);
  cJSON_ArrayForEach (item,
                      answer_item (root, "data")) if (take_picture (answer, item, verdict)) return;
  g_autofree char *text = service_words (answer->text);
  verdict_fail (verdict, FAILURE_NO_IMAGE, "openai answered without a picture: %s", text);
  verdict->is_billed = true;
}
