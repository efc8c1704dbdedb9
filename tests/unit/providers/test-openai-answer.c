#include "built-answer.h"
#include "providers/openai.h"
#include "support/scratch.h"

#define PNG "iVBORw0KGgo="

static Verdict
judge (int status, const char *const *headers, const char *text)
{
  g_autoptr (BuiltAnswer)
    built = built_answer_new (openai_image_paths, status, headers, text, strlen (text));
  Verdict verdict = { 0 };
  g_assert_nonnull (built);
  openai_take_answer (NULL, &built->answer, &verdict);
  return verdict;
}

static void
assert_verdict (int status, const char *header, const char *text, const char *wanted)
{
  const char *const headers[] = { header, NULL };
  g_auto (Verdict) verdict = judge (status, headers, text);
  g_autofree char *said = verdict_describe (&verdict);
  g_assert_cmpstr (said, ==, wanted);
}

static void
pictures_are_taken_in_every_form (void)
{
  static const char *const cases[][2] = {
    { "{\"data\":[{\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "{\"output_format\":\"jpeg\",\"data\":[{\"b64_json\":\"" PNG "\"}]}", "done 0 image/jpeg" },
    { "{\"data\":[{\"b64_json\":\"data:image/png;base64," PNG "\"}]}", "done 0 image/png" },
    { "{\"data\":[{\"url\":\"data:image/webp;base64," PNG "\"}]}", "done 0 image/webp" },
    { "{\"data\":[{\"url\":\"https://cdn.example/x.png\",\"revised_prompt\":\"x\"}]}",
      "fetch https://cdn.example/x.png" },
    { "{\"data\":[{\"url\":\"\",\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "{\"data\":[{\"url\":\"https://cdn.example/x.png\",\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "{\"data\":[{\"b64_json\":\"" PNG "\"},{\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "{\"data\":[{},{\"b64_json\":null},7,{\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "{\"data\":[{\"url\":\"https://a.example/ b\"},{\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "{\"error\":null,\"data\":[{\"b64_json\":\"" PNG "\"}]}", "done 0" },
    { "[{\"data\":[{\"b64_json\":\"" PNG "\"}]}]", "done 0" },
    { "{\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\","
      "\"data\":\"" PNG "\"}}]}}]}",
      "done 0 image/png" },
    { "{\"promptFeedback\":{\"blockReason\":\"SPII\"}}",
      "refused: openai refused the prompt (SPII): the prompt holds personal data; take it out" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (200, NULL, cases[i][0], cases[i][1]);
}

static void
a_success_without_a_picture_is_none (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"data\":[]}",
    "{\"data\":{}}",
    "{\"data\":[{\"b64_json\":\"\"}]}",
    "{\"data\":[{\"b64_json\":0}]}",
    "{\"data\":[{\"url\":7}]}",
    "{\"task_id\":\"t1\"}",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *wanted = g_strdup_printf (
      "no image, billed: openai answered without a picture: %s", texts[i]);
    assert_verdict (200, NULL, texts[i], wanted);
  }
}

static void
facts_are_taken (void)
{
  static const char *const headers[] = { "X-Request-Id: req_1", NULL };
  g_auto (Verdict) verdict = judge (
    200, headers, "{\"data\":[{\"b64_json\":\"" PNG "\"}],\"usage\":{\"total_tokens\":6220}}");
  g_assert_cmpstr (verdict.response_id, ==, "req_1");
  g_assert_cmpstr (verdict.usage, ==, "{\"total_tokens\":6220}");
  g_assert_cmpint (verdict.retry_after_ms, ==, -1);
  g_auto (Verdict) bare = judge (200, NULL, "{\"data\":[{\"b64_json\":\"" PNG "\"}],\"usage\":1}");
  g_assert_null (bare.response_id);
  g_assert_null (bare.usage);
}

#define ERROR(rest) "{\"error\":{\"message\":\"Mm.\"," rest "}}"
#define NOT_ACCEPTED "the request was not accepted as it is)"
#define ABSENT "the account may not do this, or the service has no such model or address)"
#define LESS "too many requests for now: fewer at a time ('jobs' in the configuration), or later)"
#define TROUBLE "trouble of the service's own: run again later)"

static void
every_code_has_its_meaning (void)
{
  static const struct {
    int status;
    const char *text, *wanted;
  } cases[] = {
    { 400, ERROR ("\"type\":\"image_generation_user_error\",\"code\":\"moderation_blocked\""),
      "refused: openai refused the picture (moderation_blocked) and said: Mm.: rewrite the "
      "prompt" },
    { 400, ERROR ("\"code\":\"content_policy_violation\""),
      "refused: openai refused the picture (content_policy_violation) and said: Mm.: rewrite the "
      "prompt" },
    { 400, "{\"error\":{\"message\":\"safety_violations=[sexual]\",\"code\":null}}",
      "refused: openai refused the picture (safety) and said: safety_violations=[sexual]: rewrite "
      "the prompt" },
    { 400, ERROR ("\"param\":\"response_format\",\"code\":\"unknown_parameter\""),
      "item: openai answered 400 unknown_parameter: Mm. [response_format] (this service does not "
      "know that option: leave it out, or choose the gateway's 'profile' in the configuration)" },
    { 400, ERROR ("\"param\":null,\"code\":null"),
      "item: openai answered 400: Mm. (" NOT_ACCEPTED },
    { 400, ERROR ("\"param\":\"size\",\"code\":\"invalid_value\""),
      "item: openai answered 400 invalid_value: Mm. [size] (" NOT_ACCEPTED },
    { 401, ERROR ("\"code\":\"invalid_api_key\""),
      "login: openai answered 401 invalid_api_key: Mm. (the key is wrong: name the right one in "
      "your configuration or OPENAI_API_KEY)" },
    { 403, ERROR ("\"code\":\"unsupported_country_region_territory\""),
      "run: openai answered 403 unsupported_country_region_territory: Mm. (the service is "
      "not offered where this machine is)" },
    { 400, ERROR ("\"code\":\"billing_hard_limit_reached\""),
      "run: openai answered 400 billing_hard_limit_reached: Mm. (the spending limit of the account "
      "is reached: raise it at the service)" },
    { 404, ERROR ("\"code\":\"model_not_found\""),
      "run: openai answered 404 model_not_found: Mm. (the service has no such model, or not for "
      "this key)" },
    { 503, ERROR ("\"code\":\"model_not_found\""),
      "run: openai answered 503 model_not_found: Mm. (the service has no such model, or not for "
      "this key)" },
    { 404, ERROR ("\"code\":null"), "run: openai answered 404: Mm. (" ABSENT },
    { 408, ERROR ("\"code\":null"), "transient: openai answered 408: Mm. (" TROUBLE },
    { 409, ERROR ("\"code\":null"), "transient: openai answered 409: Mm. (" TROUBLE },
    { 429, ERROR ("\"code\":\"rate_limit_exceeded\""),
      "throttle: openai answered 429 rate_limit_exceeded: Mm. (" LESS },
    { 429, ERROR ("\"code\":\"insufficient_quota\""),
      "run: openai answered 429 insufficient_quota: Mm. (the account has no credit left: add some "
      "at the service)" },
    { 500, ERROR ("\"code\":null"), "transient, billed: openai answered 500: Mm. (" TROUBLE },
    { 502, ERROR ("\"code\":null"), "transient, billed: openai answered 502: Mm. (" TROUBLE },
    { 503, ERROR ("\"code\":null"), "transient: openai answered 503: Mm. (" TROUBLE },
    { 504, ERROR ("\"code\":null"), "transient, billed: openai answered 504: Mm. (" TROUBLE },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].status, NULL, cases[i].text, cases[i].wanted);
}

static void
gateways_write_errors_in_their_own_ways (void)
{
  static const struct {
    int status;
    const char *text, *wanted;
  } cases[] = {
    { 400, "{\"error\":\"no such thing\"}",
      "item: openai answered 400: no such thing (" NOT_ACCEPTED },
    { 200, "{\"error\":\"no such thing\"}",
      "item: openai answered 200: no such thing (" NOT_ACCEPTED },
    { 500, ERROR ("\"code\":400"), "item: openai answered 400: Mm. (" NOT_ACCEPTED },
    { 500, ERROR ("\"code\":\"429\""), "throttle: openai answered 429: Mm. (" LESS },
    { 200, ERROR ("\"code\":503"), "transient: openai answered 503: Mm. (" TROUBLE },
    { 404, ERROR ("\"code\":7"), "run: openai answered 404: Mm. (" ABSENT },
    { 404, ERROR ("\"code\":{}"), "run: openai answered 404: Mm. (" ABSENT },
    { 404, "[{\"error\":{}}]", "run: openai answered 404: no reason given (" ABSENT },
    { 404, "<html>",
      "run: openai answered 404 with a page of HTML instead of JSON; is 'base-url' right? Nothing "
      "that Peel knows is at that address" },
    { 502, "", "transient, billed: openai answered 502 without a word; run again later" },
    { 429, "{\"error\":[]}",
      "throttle: openai answered 429 and said: {\"error\":[]}; run again later" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].status, NULL, cases[i].text, cases[i].wanted);
}

static void
headers_say_the_wait_and_the_request_s_number (void)
{
  assert_verdict (429, "retry-after-ms: 1500", ERROR ("\"code\":null"),
                  "throttle in 1500 ms: openai answered 429: Mm. (" LESS);
  assert_verdict (503, "Retry-After: 20", ERROR ("\"code\":null"),
                  "transient in 20000 ms: openai answered 503: Mm. (" TROUBLE);
  assert_verdict (404, "x-request-id: req_1", ERROR ("\"code\":null"),
                  "run: openai answered 404: Mm. (" ABSENT " [request req_1]");
  assert_verdict (400, "x-request-id: req_1", ERROR ("\"code\":\"moderation_blocked\""),
                  "refused: openai refused the picture (moderation_blocked) and said: Mm.: rewrite "
                  "the prompt [request req_1]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/openai-answer/" name, function)
  CLAIM ("pictures-are-taken-in-every-form", pictures_are_taken_in_every_form);
  CLAIM ("a-success-without-a-picture-is-none", a_success_without_a_picture_is_none);
  CLAIM ("facts-are-taken", facts_are_taken);
  CLAIM ("every-code-has-its-meaning", every_code_has_its_meaning);
  CLAIM ("gateways-write-errors-in-their-own-ways", gateways_write_errors_in_their_own_ways);
  CLAIM ("headers-say-the-wait-and-the-request-s-number",
         headers_say_the_wait_and_the_request_s_number);
#undef CLAIM
  return g_test_run ();
}
