/* What came of a generateContent. A 200 is no success yet: it may hold a refusal, a text, drafts of
 * the picture, or nothing. */
#include "providers/gemini.h"

#include "providers/verdict.h"

/* ---- refusals ---- */

typedef struct {
  const char *word;
  VerdictKind kind;
  FailureKind failure;
  bool is_billed;
  const char *meaning;
} Ending;

/* Of finishReason and of blockReason; both are open lists. */
static const Ending endings[] = {
  { "SAFETY", VERDICT_REFUSED, 0, false,
    "the safety filter stopped it; rewrite the prompt, or set 'safety'" },
  { "RECITATION", VERDICT_REFUSED, 0, false,
    "it would have been too close to a known source; rewrite the prompt" },
  { "LANGUAGE", VERDICT_REFUSED, 0, false, "the model does not know the prompt's language" },
  { "BLOCKLIST", VERDICT_REFUSED, 0, false, "a word of the prompt is on a list; rewrite it" },
  { "PROHIBITED_CONTENT", VERDICT_REFUSED, 0, false,
    "the prompt asks for what is never made, whatever 'safety' says" },
  { "SPII", VERDICT_REFUSED, 0, false, "the prompt holds personal data; take it out" },
  { "JAILBREAK", VERDICT_REFUSED, 0, false,
    "the prompt looks like one that works around the rules" },
  { "MODEL_ARMOR", VERDICT_REFUSED, 0, false, "a Model Armor template of the project stopped it" },
  { "IMAGE_SAFETY", VERDICT_REFUSED, 0, false,
    "the picture was made and then held back; another seed may pass, or a plainer prompt" },
  { "IMAGE_PROHIBITED_CONTENT", VERDICT_REFUSED, 0, false,
    "the picture shows what is never given out; rewrite the prompt" },
  { "IMAGE_RECITATION", VERDICT_REFUSED, 0, false,
    "the picture came too close to a known one; another seed may pass" },
  { "MAX_TOKENS", VERDICT_FAILED, FAILURE_ITEM, true,
    "the model's tokens ran out before it drew; a shorter prompt helps" },
};

/* The same word as of a finished picture, but of what was sent. */
static const Ending picture_sent = {
  "IMAGE_SAFETY", VERDICT_REFUSED, 0, false,
  "the safety filter stopped a reference picture; take another, or set 'safety'"
};

static const Ending *
find_ending (const char *word)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (endings); i++)
    if (strcmp (endings[i].word, word) == 0)
      return &endings[i];
  return NULL;
}

/* In brackets what support will ask for. */
static char *
reference_of (const Verdict *verdict)
{
  return verdict->response_id != NULL ? g_strdup_printf (" [response %s]", verdict->response_id)
                                      : g_strdup ("");
}

static void
end_with (const Ending *ending, const char *who, const char *what, const char *said,
          Verdict *verdict)
{
  g_autofree char *words = service_words (said != NULL ? said : "");
  g_autofree char *reference = reference_of (verdict);
  verdict->kind = ending->kind;
  verdict->failure = ending->failure;
  verdict->is_billed = ending->is_billed;
  verdict->message = g_strdup_printf ("%s %s (%s)%s%s: %s%s", who,
                                      ending->kind == VERDICT_FAILED ? "made no picture"
                                      : strcmp (what, "prompt") == 0 ? "refused the prompt"
                                                                     : "refused the picture",
                                      ending->word, words[0] != '\0' ? " and said: " : "", words,
                                      ending->meaning, reference);
}

/* A reason that nobody wrote down yet. */
static void
end_unknown (const char *who, const char *what, const char *reason, const char *said,
             Verdict *verdict)
{
  g_autofree char *word = service_words (reason);
  bool is_prompt = strcmp (what, "prompt") == 0;
  const Ending unknown = {
    .word = word,
    .kind = is_prompt ? VERDICT_REFUSED : VERDICT_FAILED,
    .failure = FAILURE_NO_IMAGE,
    .is_billed = !is_prompt,
    .meaning = is_prompt ? "rewrite the prompt" : "it may go well another time",
  };
  end_with (&unknown, who, what, said, verdict);
}

/* ---- pictures ---- */

typedef struct {
  int blob; /* -1: none */
  const char *declared_type;
  const char *url; /* fileData, or a link in a text; borrowed */
  size_t url_length;
  const char *text; /* the first, or NULL */
} Found;

/* "![picture](https://…)": gateways that answer with Markdown. A link without "!" leads to a page. */
static void
look_for_link (const char *text, Found *found)
{
  for (const char *at = strstr (text, "!["); at != NULL; at = strstr (at + 2, "![")) {
    const char *end = at + strcspn (at, "]");
    if (!g_str_has_prefix (end, "](https://"))
      continue;
    found->url = end + 2;
    found->url_length = strcspn (found->url, ") \t\r\n");
  }
}

/* Drafts are "thoughts", and smaller than the final; of the rest the last is the picture. */
static void
look_at_part (const ProviderAnswer *answer, const cJSON *part, Found *found)
{
  if (cJSON_IsTrue (answer_item (part, "thought")))
    return;
  const cJSON *inline_data = answer_member (part, "inlineData", "inline_data");
  const cJSON *file = answer_member (part, "fileData", "file_data");
  const cJSON *text = answer_item (part, "text");
  const char *url = answer_text (file, "fileUri", "file_uri");
  int blob = answer_blob (answer, answer_item (inline_data, "data"));
  if (blob < 0)
    blob = answer_blob (answer, text);
  if (blob >= 0) {
    found->blob = blob;
    found->declared_type = answer_text (inline_data, "mimeType", "mime_type");
    if (found->declared_type == NULL)
      found->declared_type = answer->blobs[blob].declared_type;
  } else if (url != NULL) {
    found->url = url;
    found->url_length = strlen (url);
  } else if (cJSON_IsString (text) && text->valuestring[0] != '\0') {
    if (found->text == NULL)
      found->text = text->valuestring;
    look_for_link (text->valuestring, found);
  }
}

static Found
look_for_picture (const ProviderAnswer *answer, const cJSON *candidates)
{
  Found found = { .blob = -1 };
  const cJSON *candidate, *part;
  cJSON_ArrayForEach (candidate, candidates)
  {
    const cJSON *content = answer_item (candidate, "content");
    cJSON_ArrayForEach (part, answer_item (content, "parts")) look_at_part (answer, part, &found);
  }
  return found;
}

/* ---- all together ---- */

static void
take_facts (const cJSON *root, Verdict *verdict)
{
  const cJSON *usage = answer_member (root, "usageMetadata", "usage_metadata");
  const cJSON *candidate = cJSON_GetArrayItem (answer_item (root, "candidates"), 0);
  const char *version = answer_text (root, "modelVersion", "model_version");
  const char *id = answer_text (root, "responseId", "response_id");
  const char *reason = answer_text (candidate, "finishReason", "finish_reason");
  verdict->model_version = version != NULL ? service_words (version) : NULL;
  verdict->response_id = id != NULL ? service_words (id) : NULL;
  verdict->finish_reason = reason != NULL ? service_words (reason) : NULL;
  verdict->usage = answer_dup_usage (usage);
}

static void
judge_without_picture (const Found *found, const cJSON *root, const char *who, Verdict *verdict)
{
  const cJSON *feedback = answer_member (root, "promptFeedback", "prompt_feedback");
  const char *blocked = answer_text (feedback, "blockReason", "block_reason");
  const cJSON *candidate = cJSON_GetArrayItem (answer_item (root, "candidates"), 0);
  const char *reason = answer_text (candidate, "finishReason", "finish_reason");
  if (blocked != NULL) {
    const char *said = answer_text (feedback, "blockReasonMessage", "block_reason_message");
    const Ending *ending = strcmp (blocked, picture_sent.word) == 0 ? &picture_sent
                                                                    : find_ending (blocked);
    if (ending != NULL)
      end_with (ending, who, "prompt", said, verdict);
    else
      end_unknown (who, "prompt", blocked, said, verdict);
    return;
  }
  if (reason != NULL && strcmp (reason, "STOP") != 0) {
    const char *said = answer_text (candidate, "finishMessage", "finish_message");
    const Ending *ending = find_ending (reason);
    if (ending != NULL)
      end_with (ending, who, "picture", said, verdict);
    else
      end_unknown (who, "picture", reason, said != NULL ? said : found->text, verdict);
    return;
  }
  g_autofree char *words = service_words (found->text != NULL ? found->text : "");
  g_autofree char *reference = reference_of (verdict);
  verdict_fail (verdict, FAILURE_NO_IMAGE, "%s answered without a picture%s%s%s%s%s", who,
                words[0] != '\0' ? "; it wrote: “" : "", words, words[0] != '\0' ? "”" : "",
                words[0] != '\0' ? " (say in the prompt that a picture is to be drawn)" : "",
                reference);
  verdict->is_billed = true;
}

void
gemini_take_answer (const ProviderAnswer *answer, const char *who, Verdict *verdict)
{
  const cJSON *root = answer_root (answer);
  verdict->retry_after_ms = -1;
  if (!answer_is_success (answer)) {
    google_judge_error (answer, who, verdict);
    return;
  }
  take_facts (root, verdict);
  Found found = look_for_picture (answer, answer_item (root, "candidates"));
  if (found.blob >= 0) {
    verdict->kind = VERDICT_DONE;
    verdict->blob = (unsigned)found.blob;
    verdict->declared_type = found.declared_type != NULL ? service_words (found.declared_type)
                                                         : NULL;
    return;
  }
  verdict->url = found.url != NULL ? answer_dup_address (found.url, found.url_length) : NULL;
  if (verdict->url != NULL)
    verdict->kind = VERDICT_FETCH;
  else
    judge_without_picture (&found, root, who, verdict);
}
