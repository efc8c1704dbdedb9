#include "providers/verdict.h"

#include "built-answer.h"
#include "support/scratch.h"

static char *
judge_by (const char *who, int status, const char *const *headers, const char *text)
{
  static const JsonScanPath no_paths[] = { { NULL, 0 } };
  g_autoptr (BuiltAnswer) built = built_answer_new (no_paths, status, headers, text, strlen (text));
  g_auto (Verdict) verdict = { .retry_after_ms = -1 };
  g_assert_nonnull (built);
  google_judge_error (&built->answer, who, &verdict);
  return verdict_describe (&verdict);
}

static void
assert_verdict (int status, const char *text, const char *wanted)
{
  g_autofree char *said = judge_by ("vertex", status, NULL, text);
  g_assert_cmpstr (said, ==, wanted);
}

#define OWN_TROUBLE "trouble of the service's own: run again later"
#define NO_ROOM "the service is overloaded: run again later"
#define ERROR(code, status, message, details)                                                      \
  "{\"error\":{\"code\":" code ",\"message\":\"" message "\",\"status\":\"" status "\"," details   \
  "}}"
#define NONE "\"details\":[]"
#define DETAIL(type, rest) "{\"@type\":\"type.googleapis.com/google.rpc." type "\"," rest "}"
#define REASON(word) "\"details\":[" DETAIL ("ErrorInfo", "\"reason\":\"" word "\"") "]"

#define ROLE "Unable to submit request because Please use a valid role: user, model.. Learn more: x"
#define ROLE_MEANING                                                                               \
  "a content without a role reached Vertex AI; Peel always sends one, so something between took "  \
  "it out"
#define ABSENT                                                                                     \
  "the model is not there: it has another name, is gone, is not in this location, or this "        \
  "project may not use it"
#define NO_RIGHT                                                                                   \
  "the account has no right to this: it needs the role 'Vertex AI User' in the project that is "   \
  "asked ('peel doctor' tells which)"
#define LESS "too many requests for now: fewer at a time ('jobs' in the configuration), or later"

typedef struct {
  int status;
  const char *text, *wanted;
} Case;

static void
every_status_has_its_meaning (void)
{
  static const Case cases[] = {
    { 400, ERROR ("400", "INVALID_ARGUMENT", ROLE, NONE),
      "item: vertex answered 400 INVALID_ARGUMENT: " ROLE " (" ROLE_MEANING ")" },
    { 400, ERROR ("400", "INVALID_ARGUMENT", "Multiple candidates is not enabled", NONE),
      "item: vertex answered 400 INVALID_ARGUMENT: Multiple candidates is not enabled (the request "
      "was not accepted as it is)" },
    { 400,
      ERROR (
        "400", "INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name \\\"x\\\"",
        "\"details\":[" DETAIL ("BadRequest", "\"fieldViolations\":[{\"field\":\"a.b\"},{}]") "]"),
      "item: vertex answered 400 INVALID_ARGUMENT: Invalid JSON payload received. Unknown name "
      "\"x\" [a.b] (this service does not know an option of the request: leave that option out, or "
      "use a provider that has it)" },
    { 400, ERROR ("400", "INVALID_ARGUMENT", "No.", REASON ("API_KEY_INVALID")),
      "login: vertex answered 400 INVALID_ARGUMENT: No. (the key is wrong: make one at "
      "aistudio.google.com/apikey and name it in your configuration or GEMINI_API_KEY)" },
    { 400,
      ERROR ("400", "FAILED_PRECONDITION", "User location is not supported for the API use.", NONE),
      "run: vertex answered 400 FAILED_PRECONDITION: User location is not supported for the API "
      "use. (the account may not do this: billing is off, or the service is not offered where this "
      "machine is)" },
    { 401, ERROR ("401", "UNAUTHENTICATED", "Old.", REASON ("ACCESS_TOKEN_EXPIRED")),
      "login: vertex answered 401 UNAUTHENTICATED: Old. (the credential was not accepted, or has "
      "expired: log in again ('peel doctor' tells with what))" },
    { 403, ERROR ("403", "PERMISSION_DENIED", "Permission denied.", NONE),
      "run: vertex answered 403 PERMISSION_DENIED: Permission denied. (" NO_RIGHT ")" },
    { 403, ERROR ("403", "PERMISSION_DENIED", "No.", REASON ("SERVICE_DISABLED")),
      "run: vertex answered 403 PERMISSION_DENIED: No. (the API is off in this project: enable it "
      "in the Google Cloud console)" },
    { 403, ERROR ("403", "PERMISSION_DENIED", "No.", REASON ("BILLING_DISABLED")),
      "run: vertex answered 403 PERMISSION_DENIED: No. (billing is off in this project: turn it on "
      "in the Google Cloud console)" },
    { 404, ERROR ("404", "NOT_FOUND", "Publisher Model `m` was not found", NONE),
      "run: vertex answered 404 NOT_FOUND: Publisher Model `m` was not found (" ABSENT ")" },
    { 408, ERROR ("408", "", "Late.", NONE),
      "transient: vertex answered 408: Late. (" OWN_TROUBLE ")" },
    { 413, ERROR ("413", "", "Big.", NONE),
      "item: vertex answered 413: Big. (the request is too large: fewer or smaller references)" },
    { 429, ERROR ("429", "RESOURCE_EXHAUSTED", "Resource exhausted.", NONE),
      "throttle: vertex answered 429 RESOURCE_EXHAUSTED: Resource exhausted. (" LESS ")" },
    { 499, ERROR ("499", "CANCELLED", "Gone.", NONE),
      "transient, billed: vertex answered 499 CANCELLED: Gone. (" OWN_TROUBLE ")" },
    { 500, ERROR ("500", "INTERNAL", "", NONE),
      "transient, billed: vertex answered 500 INTERNAL: no reason given (" OWN_TROUBLE ")" },
    { 502, ERROR ("502", "", "Bad.", NONE),
      "transient, billed: vertex answered 502: Bad. (" OWN_TROUBLE ")" },
    { 503, ERROR ("503", "UNAVAILABLE", "The model is overloaded.", NONE),
      "transient: vertex answered 503 UNAVAILABLE: The model is overloaded. (" NO_ROOM ")" },
    { 503, ERROR ("503", "UNAVAILABLE", "Deadline expired before operation could complete.", NONE),
      "transient, billed: vertex answered 503 UNAVAILABLE: Deadline expired before operation could "
      "complete. (" NO_ROOM ")" },
    { 504, ERROR ("504", "DEADLINE_EXCEEDED", "Late.", NONE),
      "transient, billed: vertex answered 504 DEADLINE_EXCEEDED: Late. (the service did not finish "
      "in its own time: run again later)" },
    { 418, ERROR ("418", "", "Tea.", NONE),
      "item: vertex answered 418: Tea. (the request was not accepted as it is)" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].status, cases[i].text, cases[i].wanted);
}

static void
a_key_is_told_of_keys_and_an_account_of_roles (void)
{
  g_autofree char *said = judge_by ("ai-studio", 403, NULL,
                                    ERROR ("403", "PERMISSION_DENIED", "No.", NONE));
  g_assert_cmpstr (said, ==,
                   "run: ai-studio answered 403 PERMISSION_DENIED: No. (the key may not do this: "
                   "its project or its restrictions forbid it)");
}

static void
another_location_may_have_room_or_the_model (void)
{
  for (int status = 400; status < 600; status++) {
    static const JsonScanPath no_paths[] = { { NULL, 0 } };
    static const char text[] = "{\"error\":{\"message\":\"m\"}}";
    g_autoptr (BuiltAnswer) built = built_answer_new (no_paths, status, NULL, text, strlen (text));
    g_auto (Verdict) verdict = { 0 };
    google_judge_error (&built->answer, "vertex", &verdict);
    g_assert_cmpint (verdict.may_move, ==, status == 404 || status == 429 || status == 503);
  }
}

/* ---- how long ---- */

#define RETRY(delay) "\"details\":[" DETAIL ("RetryInfo", "\"retryDelay\":\"" delay "\"") "]"
#define THROTTLED(details) ERROR ("429", "RESOURCE_EXHAUSTED", "m", details)

static void
the_wait_is_the_longer_of_body_and_header (void)
{
  static const struct {
    const char *header, *text, *wanted;
  } cases[] = {
    { NULL, THROTTLED (RETRY ("0.5s")), "throttle in 500 ms: " },
    { NULL, THROTTLED (RETRY ("33.837906927s")), "throttle in 33838 ms: " },
    { NULL, THROTTLED (RETRY ("39s")), "throttle in 39000 ms: " },
    { NULL, THROTTLED (RETRY ("0s")), "throttle in 0 ms: " },
    { NULL, THROTTLED (RETRY ("1e300s")), "throttle in 86400000 ms: " },
    { NULL, THROTTLED (NONE), "throttle: " },
    { NULL, THROTTLED (RETRY ("1e999s")), "throttle: " },
    { NULL, THROTTLED (RETRY ("-1s")), "throttle: " },
    { NULL, THROTTLED (RETRY ("s")), "throttle: " },
    { NULL, THROTTLED (RETRY ("39")), "throttle: " },
    { NULL, THROTTLED (RETRY ("")), "throttle: " },
    { NULL, THROTTLED ("\"details\":[" DETAIL ("RetryInfo", "\"retryDelay\":39") "]"),
      "throttle: " },
    { NULL, THROTTLED ("\"details\":[7,null,\"x\",{},{\"@type\":7}]"), "throttle: " },
    { "Retry-After: 7", THROTTLED (NONE), "throttle in 7000 ms: " },
    { "Retry-After: 7", THROTTLED (RETRY ("39s")), "throttle in 39000 ms: " },
    { "Retry-After: 50", THROTTLED (RETRY ("39s")), "throttle in 50000 ms: " },
    { "Retry-After: 7", THROTTLED (RETRY ("s")), "throttle in 7000 ms: " },
    { "Retry-After: 3", ERROR ("503", "UNAVAILABLE", "m", NONE), "transient in 3000 ms: " },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const headers[] = { cases[i].header, NULL };
    g_autofree char *said = judge_by ("vertex", 429, headers, cases[i].text);
    if (strstr (cases[i].text, "503") != NULL) {
      g_free (said);
      said = judge_by ("vertex", 503, headers, cases[i].text);
    }
    if (!g_str_has_prefix (said, cases[i].wanted))
      g_error ("%s\n%s", cases[i].text, said);
  }
}

#define QUOTA(violations)                                                                          \
  "\"details\":[" DETAIL ("QuotaFailure", "\"violations\":[" violations "]") "," DETAIL (          \
    "RetryInfo", "\"retryDelay\":\"2s\"") "]"
#define MINUTE "{\"quotaId\":\"GenerateRequestsPerMinutePerProjectPerModel\",\"quotaValue\":\"20\"}"
#define DAY "{\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel\",\"quotaValue\":\"100\"}"

static void
only_quotas_that_come_back_soon_are_waited_for (void)
{
#define SAID "vertex answered 429 RESOURCE_EXHAUSTED: m ("
#define DAY_MEANING "the quota of the day is used up)"
#define NEVER "the quota is 0, so it will never be answered: this model needs a paid plan)"
  assert_verdict (429, THROTTLED (QUOTA (MINUTE)), "throttle in 2000 ms: " SAID LESS ")");
  assert_verdict (429, THROTTLED (QUOTA (DAY)), "day in 2000 ms: " SAID DAY_MEANING);
  assert_verdict (429, THROTTLED (QUOTA (MINUTE "," DAY)), "day in 2000 ms: " SAID DAY_MEANING);
  assert_verdict (429, THROTTLED (QUOTA (DAY "," MINUTE)), "day in 2000 ms: " SAID DAY_MEANING);
  assert_verdict (429, THROTTLED (QUOTA ("{\"quotaId\":\"x\",\"quotaValue\":\"0\"}")),
                  "run in 2000 ms: " SAID NEVER);
  assert_verdict (429, THROTTLED (QUOTA (MINUTE ",{\"quota_value\":0}")),
                  "run in 2000 ms: " SAID NEVER);
  assert_verdict (429, THROTTLED (QUOTA ("7,{}")), "throttle in 2000 ms: " SAID LESS ")");
  assert_verdict (429,
                  ERROR ("429", "RESOURCE_EXHAUSTED",
                         "Quota exceeded for metric: free_tier_requests, limit: 0", NONE),
                  "run: vertex answered 429 RESOURCE_EXHAUSTED: Quota exceeded for metric: "
                  "free_tier_requests, limit: 0 (" NEVER);
  assert_verdict (
    429, ERROR ("429", "RESOURCE_EXHAUSTED", "Spend limit of Tier 1 reached.", NONE),
    "throttle: vertex answered 429 RESOURCE_EXHAUSTED: Spend limit of Tier 1 reached. "
    "(the spending limit of the account is reached: wait, or raise it at the service)");
}

/* ---- other shapes ---- */

static void
gateways_hide_errors_in_other_statuses (void)
{
  static const Case cases[] = {
    { 500, ERROR ("400", "INVALID_ARGUMENT", "Cannot fetch content from the provided URL", NONE),
      "item: vertex answered 400 INVALID_ARGUMENT: Cannot fetch content from the provided URL (the "
      "request was not accepted as it is)" },
    { 200, ERROR ("429", "RESOURCE_EXHAUSTED", "m", NONE), "throttle: " SAID LESS ")" },
    { 200, ERROR ("503", "", "m", NONE), "transient: vertex answered 503: m (" NO_ROOM ")" },
    { 403, ERROR ("\"429\"", "RESOURCE_EXHAUSTED", "m", NONE), "throttle: " SAID LESS ")" },
    { 404, ERROR ("500", "", "m", NONE), "run: vertex answered 404: m (" ABSENT ")" },
    { 404, ERROR ("\"invalid_request\"", "", "m", NONE),
      "run: vertex answered 404: m (" ABSENT ")" },
    { 404, ERROR ("-429", "", "m", NONE), "run: vertex answered 404: m (" ABSENT ")" },
    { 404, ERROR ("1e99", "", "m", NONE), "run: vertex answered 404: m (" ABSENT ")" },
    { 404, ERROR ("\"99999999999999999999\"", "", "m", NONE),
      "run: vertex answered 404: m (" ABSENT ")" },
    { 200, ERROR ("0", "", "m", NONE),
      "item: vertex answered 200: m (the request was not accepted as it is)" },
    { 404, "[" ERROR ("404", "NOT_FOUND", "m", NONE) "]",
      "run: vertex answered 404 NOT_FOUND: m (" ABSENT ")" },
    { 404, "{\"error\":\"no such model\"}",
      "run: vertex answered 404: no such model (" ABSENT ")" },
    { 429, "{\"error\":{}}", "throttle: vertex answered 429: no reason given (" LESS ")" },
    { 429, "{\"error\":{\"message\":7,\"status\":[],\"details\":{}}}",
      "throttle: vertex answered 429: no reason given (" LESS ")" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].status, cases[i].text, cases[i].wanted);
}

static void
what_is_no_json_is_told_by_its_status (void)
{
#define LATER "; run again later"
#define ADDRESS "; is 'base-url' right? Nothing that Peel knows is at that address"
  static const Case cases[] = {
    { 404, "<!DOCTYPE html><title>404</title>",
      "run: vertex answered 404 with a page of HTML instead of JSON" ADDRESS },
    { 404, "", "run: vertex answered 404 without a word" ADDRESS },
    { 404, "no such host", "run: vertex answered 404 and said: no such host" ADDRESS },
    { 404, "{\"error\":null}", "run: vertex answered 404 and said: {\"error\":null}" ADDRESS },
    { 404, "{\"error\":7}", "run: vertex answered 404 and said: {\"error\":7}" ADDRESS },
    { 404, "[]", "run: vertex answered 404 and said: []" ADDRESS },
    { 400, "a < b", "item: vertex answered 400 and said: a < b" },
    { 401, "", "login: vertex answered 401 without a word; the credential was not accepted" },
    { 403, "", "run: vertex answered 403 without a word; whoever asks may not do this" },
    { 408, "", "transient: vertex answered 408 without a word" LATER },
    { 413, "<html>",
      "item: vertex answered 413 with a page of HTML instead of JSON; the request is too large: "
      "fewer or smaller reference pictures" },
    { 429, "", "throttle: vertex answered 429 without a word" LATER },
    { 499, "", "transient, billed: vertex answered 499 without a word" LATER },
    { 500, "", "transient, billed: vertex answered 500 without a word" LATER },
    { 502, " \n<html>",
      "transient, billed: vertex answered 502 with a page of HTML instead of JSON" LATER },
    { 503, "busy", "transient: vertex answered 503 and said: busy" LATER },
    { 504, "", "transient, billed: vertex answered 504 without a word" LATER },
    { 521, "", "transient: vertex answered 521 without a word" LATER },
    { 524, "<html>",
      "transient, billed: vertex answered 524 with a page of HTML instead of JSON" LATER },
    { 204, "", "item, billed: vertex answered 204 without a word" },
    { 302, "",
      "item: vertex answered 302 without a word; it sends elsewhere, where no key is sent: put the "
      "final address into 'base-url'" },
    { 200, "<html>",
      "item, billed: vertex answered 200 with a page of HTML instead of JSON; it is no service of "
      "this kind, or something between answered for it" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_verdict (cases[i].status, cases[i].text, cases[i].wanted);
  const char *const headers[] = { "retry-after: 9", NULL };
  g_autofree char *said = judge_by ("vertex", 429, headers, "");
  g_assert_cmpstr (said, ==, "throttle in 9000 ms: vertex answered 429 without a word" LATER);
}

static void
no_credential_is_repeated (void)
{
  /* Nothing that was ever a key, but with a key's shape. */
  g_autofree char *key = g_strconcat ("AI", "za", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL);
  g_autofree char *text = g_strdup_printf (
    "{\"error\":{\"code\":400,\"message\":\"API key not valid: %s\",\"status\":\"%s\"}}", key, key);
  g_autofree char *said = judge_by ("vertex", 400, NULL, text);
  g_assert_null (strstr (said, key));
  g_assert_true (g_str_has_prefix (said, "login: vertex answered 400 "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/google-error/" name, function)
  CLAIM ("every-status-has-its-meaning", every_status_has_its_meaning);
  CLAIM ("a-key-is-told-of-keys-and-an-account-of-roles",
         a_key_is_told_of_keys_and_an_account_of_roles);
  CLAIM ("another-location-may-have-room-or-the-model",
         another_location_may_have_room_or_the_model);
  CLAIM ("the-wait-is-the-longer-of-body-and-header", the_wait_is_the_longer_of_body_and_header);
  CLAIM ("only-quotas-that-come-back-soon-are-waited-for",
         only_quotas_that_come_back_soon_are_waited_for);
  CLAIM ("gateways-hide-errors-in-other-statuses", gateways_hide_errors_in_other_statuses);
  CLAIM ("what-is-no-json-is-told-by-its-status", what_is_no_json_is_told_by_its_status);
  CLAIM ("no-credential-is-repeated", no_credential_is_repeated);
#undef CLAIM
  return g_test_run ();
}
