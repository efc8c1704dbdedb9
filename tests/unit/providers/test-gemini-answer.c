#include "providers/gemini.h"

#include "built-answer.h"
#include "support/scratch.h"

static const JsonScanPath paths[] = { GEMINI_IMAGE_PATHS, { NULL, 0 } };

/* A PNG's first bytes, and a JPEG's. */
#define PNG "iVBORw0KGgo="
#define JPEG "/9j/4AAQ"
#define INLINE(data) "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" data "\"}}"
#define PARTS(parts)                                                                               \
  "{\"candidates\":[{\"content\":{\"parts\":[" parts "]},\"finishReason\":\"STOP\"}]}"

static Verdict
judge (const char *text)
{
  g_autoptr (BuiltAnswer) built = built_answer_new (paths, 200, NULL, text, strlen (text));
  Verdict verdict = { 0 };
  g_assert_nonnull (built);
  gemini_take_answer (&built->answer, "vertex", &verdict);
  return verdict;
}

static void
assert_verdict (const char *text, const char *wanted)
{
  g_auto (Verdict) verdict = judge (text);
  g_autofree char *said = verdict_describe (&verdict);
  g_assert_cmpstr (said, ==, wanted);
}

typedef struct {
  const char *reason, *wanted;
} Case;

#define HELD_BACK                                                                                  \
  "the picture was made and then held back; another seed may pass, or a plainer prompt"
#define PROMPT(word) "refused: vertex refused the prompt (" word ") and said: Sorry.: "
#define PICTURE(word) "refused: vertex refused the picture (" word ") and said: Sorry.: "
#define PASSING(word) "refused: vertex refused the picture (" word ") and said: Sorry.: "
#define NOTHING(word)                                                                              \
  "no image, billed: vertex made no picture (" word ") and said: Sorry.: it may go well another "  \
  "time"

static void
every_block_reason_is_a_refusal (void)
{
  static const Case cases[] = {
    { "SAFETY",
      PROMPT ("SAFETY") "the safety filter stopped it; rewrite the prompt, or set 'safety'" },
    { "BLOCKLIST", PROMPT ("BLOCKLIST") "a word of the prompt is on a list; rewrite it" },
    { "PROHIBITED_CONTENT",
      PROMPT (
        "PROHIBITED_CONTENT") "the prompt asks for what is never made, whatever 'safety' says" },
    { "JAILBREAK", PROMPT ("JAILBREAK") "the prompt looks like one that works around the rules" },
    { "MODEL_ARMOR", PROMPT ("MODEL_ARMOR") "a Model Armor template of the project stopped it" },
    { "IMAGE_SAFETY", PROMPT ("IMAGE_SAFETY") "the safety filter stopped a reference picture; take "
                                              "another, or set 'safety'" },
    { "OTHER", PROMPT ("OTHER") "rewrite the prompt" },
    { "BLOCK_REASON_UNSPECIFIED", PROMPT ("BLOCK_REASON_UNSPECIFIED") "rewrite the prompt" },
    { "OF_TOMORROW", PROMPT ("OF_TOMORROW") "rewrite the prompt" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (
      "{\"promptFeedback\":{\"blockReason\":\"%s\",\"blockReasonMessage\":\"Sorry.\"}}",
      cases[i].reason);
    assert_verdict (text, cases[i].wanted);
  }
}

static void
every_finish_reason_has_its_meaning (void)
{
  static const Case cases[] = {
    { "SAFETY",
      PICTURE ("SAFETY") "the safety filter stopped it; rewrite the prompt, or set 'safety'" },
    { "RECITATION",
      PICTURE ("RECITATION") "it would have been too close to a known source; rewrite the prompt" },
    { "LANGUAGE", PICTURE ("LANGUAGE") "the model does not know the prompt's language" },
    { "BLOCKLIST", PICTURE ("BLOCKLIST") "a word of the prompt is on a list; rewrite it" },
    { "PROHIBITED_CONTENT",
      PICTURE (
        "PROHIBITED_CONTENT") "the prompt asks for what is never made, whatever 'safety' says" },
    { "SPII", PICTURE ("SPII") "the prompt holds personal data; take it out" },
    { "MODEL_ARMOR", PICTURE ("MODEL_ARMOR") "a Model Armor template of the project stopped it" },
    { "IMAGE_SAFETY", PASSING ("IMAGE_SAFETY") HELD_BACK },
    { "IMAGE_PROHIBITED_CONTENT",
      PICTURE ("IMAGE_PROHIBITED_CONTENT") "the picture shows what is never given out; rewrite the "
                                           "prompt" },
    { "IMAGE_RECITATION",
      PASSING (
        "IMAGE_RECITATION") "the picture came too close to a known one; another seed may pass" },
    { "MAX_TOKENS", "item, billed: vertex made no picture (MAX_TOKENS) and said: Sorry.: the "
                    "model's tokens ran out before it drew; a shorter prompt helps" },
    { "OTHER", NOTHING ("OTHER") },
    { "NO_IMAGE", NOTHING ("NO_IMAGE") },
    { "IMAGE_OTHER", NOTHING ("IMAGE_OTHER") },
    { "MALFORMED_FUNCTION_CALL", NOTHING ("MALFORMED_FUNCTION_CALL") },
    { "UNEXPECTED_TOOL_CALL", NOTHING ("UNEXPECTED_TOOL_CALL") },
    { "TOO_MANY_TOOL_CALLS", NOTHING ("TOO_MANY_TOOL_CALLS") },
    { "MALFORMED_RESPONSE", NOTHING ("MALFORMED_RESPONSE") },
    { "CONTINUATION", NOTHING ("CONTINUATION") },
    { "OF_TOMORROW", NOTHING ("OF_TOMORROW") },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (
      "{\"candidates\":[{\"finishReason\":\"%s\",\"finishMessage\":\"Sorry.\"}]}", cases[i].reason);
    assert_verdict (text, cases[i].wanted);
    g_auto (Verdict) verdict = judge (text);
    g_assert_cmpstr (verdict.finish_reason, ==, cases[i].reason);
  }
}

static void
reasons_need_no_message_and_come_with_the_answer_s_number (void)
{
  assert_verdict ("{\"promptFeedback\":{\"blockReason\":\"SPII\"},\"responseId\":\"x2\"}",
                  "refused: vertex refused the prompt (SPII): the prompt holds personal data; take "
                  "it out [response x2]");
  assert_verdict ("{\"prompt_feedback\":{\"block_reason\":\"SPII\"},\"response_id\":\"x2\"}",
                  "refused: vertex refused the prompt (SPII): the prompt holds personal data; take "
                  "it out [response x2]");
  assert_verdict (
    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"I would, but.\"}]},"
    "\"finishReason\":\"OTHER\"}]}",
    "no image, billed: vertex made no picture (OTHER) and said: I would, but.: it may go well "
    "another time");
}

static void
an_answer_without_a_picture_is_no_success (void)
{
  static const char *const texts[] = {
    "{}",
    "[{}]",
    "{\"candidates\":[]}",
    "{\"candidates\":null}",
    "{\"candidates\":{}}",
    "{\"candidates\":[{}]}",
    "{\"candidates\":[7]}",
    "{\"candidates\":[{\"content\":null,\"finishReason\":\"STOP\"}]}",
    "{\"candidates\":[{\"content\":{},\"finishReason\":\"STOP\"}]}",
    "{\"candidates\":[{\"finishReason\":\"STOP\"}]}",
    "{\"error\":null,\"candidates\":[{\"finishReason\":\"STOP\"}]}",
    PARTS (""),
    PARTS ("{}"),
    PARTS ("{\"text\":\"\"}"),
    PARTS ("{\"inlineData\":{\"data\":\"\"}}"),
    PARTS ("{\"inlineData\":{\"data\":0}}"),
    PARTS ("{\"inlineData\":{\"data\":-1}}"),
    PARTS ("{\"inlineData\":{\"data\":null}}"),
    PARTS ("{\"inlineData\":7},{\"text\":9}"),
    PARTS ("{\"fileData\":{\"fileUri\":\"\"}}"),
    PARTS ("{\"fileData\":{\"fileUri\":\"https://a.example/\\u001b[2J\"}}"),
    PARTS ("{\"thought\":true,\"inlineData\":{\"data\":\"" PNG "\"}}"),
    PARTS ("{\"thought\":true,\"text\":\"A cup, so I draw one.\"}"),
    PARTS ("{\"thought\":true,\"text\":\"![a](https://cdn.example/a.png)\"}"),
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_verdict (texts[i], "no image, billed: vertex answered without a picture");
  assert_verdict (PARTS ("{\"text\":\"I cannot\\n draw.\"},{\"text\":\"Sorry.\"}"),
                  "no image, billed: vertex answered without a picture; it wrote: “I cannot draw.” "
                  "(say in the prompt that a picture is to be drawn)");
  /* A link to a page is no picture. */
  assert_verdict (PARTS ("{\"text\":\"See [rules](https://policies.example/).\"}"),
                  "no image, billed: vertex answered without a picture; it wrote: “See "
                  "[rules](https://policies.example/).” (say in the prompt that a picture is to be "
                  "drawn)");
}

static void
the_picture_is_the_last_that_is_no_draft (void)
{
  static const Case cases[] = {
    { PARTS (INLINE (PNG)), "done 0 image/png" },
    { PARTS ("{\"text\":\"Here.\"}," INLINE (PNG)), "done 0 image/png" },
    { PARTS (INLINE (PNG) "," INLINE (JPEG)), "done 1 image/png" },
    { PARTS ("{\"thought\":true,\"inlineData\":{\"data\":\"" PNG "\"}}," INLINE (PNG)),
      "done 1 image/png" },
    { PARTS (INLINE (PNG) ",{\"thought\":true,\"inlineData\":{\"data\":\"" PNG "\"}}"),
      "done 0 image/png" },
    { PARTS ("{\"thought\":false,\"inlineData\":{\"data\":\"" PNG "\"}}"), "done 0" },
    { PARTS ("{\"inline_data\":{\"mime_type\":\"image/jpeg\",\"data\":\"" JPEG "\"},"
             "\"thought_signature\":\"AAAA\"}"),
      "done 0 image/jpeg" },
    { PARTS ("{\"text\":\"data:image/png;base64," PNG "\"}"), "done 0 image/png" },
    { PARTS ("{\"inlineData\":{\"data\":\"data:image/webp;base64," PNG "\"}}"),
      "done 0 image/webp" },
    { "{\"candidates\":[{\"content\":{\"parts\":[" INLINE (
        PNG) "]}},{\"content\":{\"parts\":[" INLINE (PNG) "]}}]}",
      "done 1 image/png" },
    { "{\"candidates\":[{\"content\":{\"parts\":[" INLINE (
        PNG) "]},"
             "\"finishReason\":\"MAX_TOKENS\"}]}",
      "done 0 image/png" },
    { "[" PARTS (INLINE (PNG)) "]", "done 0 image/png" },
    { "{\"error\":null,\"candidates\":[{\"content\":{\"parts\":[" INLINE (PNG) "]}}]}",
      "done 0 image/png" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].reason, cases[i].wanted);
}

static void
a_picture_may_be_at_an_address (void)
{
  static const Case cases[] = {
    { PARTS ("{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":\"https://a.example/1.png\"}}"),
      "fetch https://a.example/1.png" },
    { PARTS ("{\"file_data\":{\"file_uri\":\"https://a.example/1.png\"}}"),
      "fetch https://a.example/1.png" },
    { PARTS ("{\"text\":\"Here: ![a cup](https://a.example/1.png?x=1) Enjoy (it).\"}"),
      "fetch https://a.example/1.png?x=1" },
    { PARTS ("{\"text\":\"![](https://a.example/1.png)\\n![](https://a.example/2.png)\"}"),
      "fetch https://a.example/2.png" },
    { PARTS ("{\"text\":\"![](data:x) ![a](https://a.example/1.png \\\"title\\\")\"}"),
      "fetch https://a.example/1.png" },
    { PARTS ("{\"fileData\":{\"fileUri\":\"https://a.example/1.png\"}}," INLINE (PNG)),
      "done 0 image/png" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].reason, cases[i].wanted);
}

static void
facts_are_taken (void)
{
  g_auto (Verdict) verdict = judge ("{\"candidates\":[{\"content\":{\"parts\":[" INLINE (
    JPEG) "]},\"finishReason\":\"STOP\"}],"
          "\"usageMetadata\":{\"promptTokenCount\":575,\"trafficType\":\"ON_DEMAND\"},"
          "\"modelVersion\":\"gemini-3-pro-image\",\"responseId\":\"aBcD\\u0007\"}");
  g_assert_cmpstr (verdict.usage, ==, "{\"promptTokenCount\":575,\"trafficType\":\"ON_DEMAND\"}");
  g_assert_cmpstr (verdict.model_version, ==, "gemini-3-pro-image");
  g_assert_cmpstr (verdict.response_id, ==, "aBcD");
  g_assert_cmpstr (verdict.finish_reason, ==, "STOP");
  g_assert_cmpint (verdict.retry_after_ms, ==, -1);
  g_auto (Verdict) snake = judge ("{\"usage_metadata\":{\"a\":1},\"model_version\":\"m\"}");
  g_assert_cmpstr (snake.usage, ==, "{\"a\":1}");
  g_auto (Verdict)
    telling = judge ("{\"usageMetadata\":{\"n\":[1,true,{\"t\":\"Bearer 0123456789abcdef \\n\"}],"
                     "\"AIzaSyExampleExampleExample\":null}}");
  g_assert_cmpstr (telling.usage, ==,
                   "{\"n\":[1,true,{\"t\":\"Bearer ................\"}],"
                   "\"...........................\":null}");
  g_autofree char *many = g_strnfill (20000, ',');
  g_autofree char *list = g_strdup_printf ("{\"usageMetadata\":{\"a\":[0%s]}}", many);
  for (char *at = strchr (list, ','); at != NULL && at[1] == ','; at += 2)
    at[1] = '1';
  g_auto (Verdict) long_one = judge (list);
  g_assert_null (long_one.usage);
  g_assert_cmpstr (snake.model_version, ==, "m");
  g_auto (Verdict)
    wrong = judge ("{\"usageMetadata\":7,\"modelVersion\":8,\"responseId\":[],\"candidates\":[]}");
  g_assert_null (wrong.usage);
  g_assert_null (wrong.model_version);
  g_assert_null (wrong.response_id);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/gemini-answer/" name, function)
  CLAIM ("every-block-reason-is-a-refusal", every_block_reason_is_a_refusal);
  CLAIM ("every-finish-reason-has-its-meaning", every_finish_reason_has_its_meaning);
  CLAIM ("reasons-need-no-message-and-come-with-the-answer-s-number",
         reasons_need_no_message_and_come_with_the_answer_s_number);
  CLAIM ("an-answer-without-a-picture-is-no-success", an_answer_without_a_picture_is_no_success);
  CLAIM ("the-picture-is-the-last-that-is-no-draft", the_picture_is_the_last_that_is_no_draft);
  CLAIM ("a-picture-may-be-at-an-address", a_picture_may_be_at_an_address);
  CLAIM ("facts-are-taken", facts_are_taken);
#undef CLAIM
  return g_test_run ();
}
