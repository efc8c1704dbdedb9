#include "transport/token-answer.h"

#include "base/secret.h"
#include "support/scratch.h"
#include "transport/transport-error.h"

enum { NOW_S = 1800000000 }; /* 2027-01-15T08:00:00Z */

static void
a_token_and_its_life_are_read (void)
{
  static const struct {
    const char *body;
    int64_t life_s;
  } cases[] = {
    { "{\"access_token\": \"tok.en-1\", \"expires_in\": 3599}", 3599 },
    { "{\"access_token\": \"tok.en-1\", \"expires_in\": \"3421\"}", 3421 },
    { "{\"access_token\": \"tok.en-1\", \"expires_in\": 59.9}", 59 },
    { "{\"access_token\": \"tok.en-1\"}", TOKEN_ASSUMED_LIFE_S },
    { "{\"access_token\": \"tok.en-1\", \"expires_in\": null}", TOKEN_ASSUMED_LIFE_S },
    { "{\"access_token\": \"tok.en-1\", \"expires_in\": 1e300}", 366 * 86400 },
    { "{\"accessToken\": \"tok.en-1\", \"expireTime\": \"2027-01-15T08:30:00Z\"}", 1800 },
    { "{\"accessToken\": \"tok.en-1\", \"expireTime\": \"2027-01-15T09:30:00.5+01:00\"}", 1800 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    TokenAnswer answer;
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (
      token_answer_read (200, cases[i].body, strlen (cases[i].body), NOW_S, &answer, &error), ==,
      TOKEN_GIVEN);
    g_assert_no_error (error);
    g_assert_cmpstr (answer.token, ==, "tok.en-1");
    g_assert_cmpint (answer.life_s, ==, cases[i].life_s);
    secret_free (answer.token);
  }
}

static void
a_token_is_remembered (void)
{
  static const char body[] = "{\"access_token\": \"remember-me\", \"expires_in\": 1}";
  TokenAnswer answer;
  token_answer_read (200, body, strlen (body), NOW_S, &answer, NULL);
  secret_free (answer.token);
  g_autofree char *hidden = secret_hide ("<remember-me>");
  g_assert_cmpstr (hidden, ==, "<...........>");
}

static void
what_is_no_token_is_refused (void)
{
  static const struct {
    const char *body, *message;
  } cases[] = {
    { "", "HTTP 200, but the answer is not a JSON object" },
    { "<html>CANARY</html>", "HTTP 200, but the answer is not a JSON object" },
    { "[1]", "HTTP 200, but the answer is not a JSON object" },
    { "{\"access_token\": 5}", "HTTP 200, but the answer has no 'access_token'" },
    { "{\"access_token\": \"\"}",
      "HTTP 200, but the answer has a token with characters that no token has" },
    { "{\"access_token\": \"CANARY\\r\\nX: y\"}",
      "HTTP 200, but the answer has a token with characters that no token has" },
    { "{\"access_token\": \"CANARY-1\", \"expires_in\": 0}",
      "HTTP 200, but the answer has no life left for the token (is the clock of this computer "
      "right?)" },
    { "{\"access_token\": \"CANARY-1\", \"expires_in\": -1}",
      "HTTP 200, but the answer has no life left for the token (is the clock of this computer "
      "right?)" },
    { "{\"access_token\": \"CANARY-1\", \"expires_in\": \"nan\"}",
      "HTTP 200, but the answer has no life left for the token (is the clock of this computer "
      "right?)" },
    { "{\"accessToken\": \"CANARY-1\", \"expireTime\": \"2027-01-15T08:00:00Z\"}",
      "HTTP 200, but the answer has no life left for the token (is the clock of this computer "
      "right?)" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    TokenAnswer answer;
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (
      token_answer_read (200, cases[i].body, strlen (cases[i].body), NOW_S, &answer, &error), ==,
      TOKEN_DENIED);
    g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_CREDENTIAL);
    g_assert_cmpstr (error->message, ==, cases[i].message);
  }
}

static void
a_refusal_is_told_and_classed (void)
{
  static const struct {
    int status;
    const char *body, *message;
    TokenVerdict verdict;
    TokenHint hint;
  } cases[] = {
    { 0, "could not connect", "no answer (could not connect)", TOKEN_LATER, TOKEN_HINT_NONE },
    { 408, "", "HTTP 408", TOKEN_LATER, TOKEN_HINT_NONE },
    { 429, "<html>", "HTTP 429", TOKEN_LATER, TOKEN_HINT_NONE },
    { 500, "", "HTTP 500", TOKEN_LATER, TOKEN_HINT_NONE },
    { 503, "", "HTTP 503", TOKEN_LATER, TOKEN_HINT_NONE },
    { 504, "", "HTTP 504", TOKEN_LATER, TOKEN_HINT_NONE },
    { 502, "", "HTTP 502", TOKEN_DENIED, TOKEN_HINT_NONE },
    { 302, "", "HTTP 302", TOKEN_DENIED, TOKEN_HINT_NONE },
    { 400, "{\"error\": \"internal_failure\"}", "HTTP 400 internal_failure", TOKEN_LATER,
      TOKEN_HINT_NONE },
    { 400, "{\"error\": \"server_error\"}", "HTTP 400 server_error", TOKEN_LATER, TOKEN_HINT_NONE },
    { 400, "{\"error\": \"x\", \"error_description\": \"temporarily_unavailable\"}",
      "HTTP 400 x: temporarily_unavailable", TOKEN_LATER, TOKEN_HINT_NONE },
    { 400, "{\"error\": \"invalid_grant\", \"error_description\": \"Bad Request\"}",
      "HTTP 400 invalid_grant: Bad Request", TOKEN_DENIED, TOKEN_HINT_GRANT },
    { 400, "{\"error\": \"x\", \"error_subtype\": \"invalid_rapt\"}", "HTTP 400 x (invalid_rapt)",
      TOKEN_DENIED, TOKEN_HINT_GRANT },
    { 400,
      "{\"error\": \"invalid_grant\", \"error_description\": \"Invalid JWT: Token must be a "
      "short-lived token (60 minutes)\"}",
      "HTTP 400 invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes)",
      TOKEN_DENIED, TOKEN_HINT_CLOCK },
    { 403, "{\"error\": {\"code\": 403, \"status\": \"PERMISSION_DENIED\", \"message\": \"No.\"}}",
      "HTTP 403 PERMISSION_DENIED: No.", TOKEN_DENIED, TOKEN_HINT_NONE },
    { 400, "{\"error\": \"a\\u001b[1m\\nb\"}", "HTTP 400 a [1m b", TOKEN_DENIED, TOKEN_HINT_NONE },
    { 400, "{\"error\": [1], \"error_description\": 7}", "HTTP 400", TOKEN_DENIED,
      TOKEN_HINT_NONE },
    { 400, "{\"error\": \"known-secret-1 is wrong\"}", "HTTP 400 .............. is wrong",
      TOKEN_DENIED, TOKEN_HINT_NONE },
  };
  secret_remember ("known-secret-1");
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    TokenAnswer answer;
    g_autoptr (GError) error = NULL;
    TokenVerdict verdict = token_answer_read (cases[i].status, cases[i].body,
                                              strlen (cases[i].body), NOW_S, &answer, &error);
    g_assert_cmpstr (error->message, ==, cases[i].message);
    g_assert_cmpint (verdict, ==, cases[i].verdict);
    g_assert_cmpint (answer.hint, ==, cases[i].hint);
    g_assert_cmpint (error->code, ==,
                     verdict == TOKEN_LATER ? TRANSPORT_ERROR_UNAVAILABLE
                                            : TRANSPORT_ERROR_CREDENTIAL);
  }
}

static void
long_words_are_cut_after_secrets_are_hidden (void)
{
  /* The cut would go through the secret, and half of one is not known. */
  g_autofree char *before = g_strnfill (295, 'x');
  g_autofree char *body = g_strdup_printf ("{\"error_description\": \"%sknown-secret-2yyyy\"}",
                                           before);
  secret_remember ("known-secret-2");
  TokenHint hint;
  g_autoptr (GError) error = NULL;
  token_answer_refuse (400, body, strlen (body), &hint, &error);
  g_autofree char *expected = g_strdup_printf ("HTTP 400: %s.....…", before);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
an_answer_is_at_most_256_kib (void)
{
  g_autofree char *blanks = g_strnfill (TOKEN_ANSWER_MOST_BYTES, ' ');
  g_autofree char *body = g_strconcat ("{\"access_token\": \"abc\"}", blanks, NULL);
  TokenAnswer answer;
  g_assert_cmpint (token_answer_read (200, body, TOKEN_ANSWER_MOST_BYTES, NOW_S, &answer, NULL), ==,
                   TOKEN_GIVEN);
  secret_free (answer.token);
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (
    token_answer_read (200, body, TOKEN_ANSWER_MOST_BYTES + 1, NOW_S, &answer, &error), ==,
    TOKEN_DENIED);
  g_assert_cmpstr (error->message, ==, "HTTP 200, but the answer has more than 256 KiB");
}

static void
a_token_is_at_most_16_kib (void)
{
  g_autofree char *most = g_strnfill (TOKEN_MOST_BYTES, 'a');
  for (int more = 0; more < 2; more++) {
    g_autofree char *body = g_strdup_printf ("{\"access_token\": \"%s%s\"}", most,
                                             more == 1 ? "a" : "");
    TokenAnswer answer;
    TokenVerdict verdict = token_answer_read (200, body, strlen (body), NOW_S, &answer, NULL);
    g_assert_cmpint (verdict, ==, more == 1 ? TOKEN_DENIED : TOKEN_GIVEN);
    secret_free (answer.token);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/token-answer/" name, function)
  CLAIM ("a-token-and-its-life-are-read", a_token_and_its_life_are_read);
  CLAIM ("a-token-is-remembered", a_token_is_remembered);
  CLAIM ("what-is-no-token-is-refused", what_is_no_token_is_refused);
  CLAIM ("a-refusal-is-told-and-classed", a_refusal_is_told_and_classed);
  CLAIM ("long-words-are-cut-after-secrets-are-hidden",
         long_words_are_cut_after_secrets_are_hidden);
  CLAIM ("an-answer-is-at-most-256-kib", an_answer_is_at_most_256_kib);
  CLAIM ("a-token-is-at-most-16-kib", a_token_is_at_most_16_kib);
#undef CLAIM
  return g_test_run ();
}
