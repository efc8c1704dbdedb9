#include "providers/verdict.h"

#include "base/secret.h"
#include "built-answer.h"
#include "support/scratch.h"

static void
assert_words (const char *text, const char *wanted)
{
  g_autofree char *words = service_words (text);
  g_assert_cmpstr (words, ==, wanted);
}

static void
what_a_service_says_becomes_one_line (void)
{
  assert_words ("", "");
  assert_words (" \r\n\t ", "");
  assert_words ("  Not\r\n\n found \t", "Not found");
  assert_words ("a\x01\x1b[31mred\x7f", "a [31mred");
  assert_words ("right\xe2\x80\xaeleft", "right left"); /* U+202E turns the rest around */
  assert_words ("na\xc3\xafve \xe7\x8c\xab", "na\xc3\xafve \xe7\x8c\xab");
  assert_words ("bad \xff\xfe bytes", "bad \xef\xbf\xbd\xef\xbf\xbd bytes");
  assert_words ("cut \xe7\x8c", "cut \xef\xbf\xbd\xef\xbf\xbd");
}

static void
long_texts_are_cut (void)
{
  g_autofree char *exact = g_strnfill (400, 'x'), *more = g_strnfill (401, 'x');
  g_autofree char *much = g_strnfill (1000000, 'x');
  g_autofree char *cut = g_strconcat (exact, "…", NULL);
  assert_words (exact, exact);
  assert_words (more, cut);
  assert_words (much, cut);
}

/* Of nobody: only its shape is a key's. */
static char *
dup_shape (void)
{
  return g_strconcat ("AI", "za", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL);
}

static void
credentials_are_hidden_also_at_the_cut (void)
{
  g_autofree char *key = dup_shape ();
  for (unsigned before = 380; before <= 402; before++) {
    g_autofree char *padding = g_strnfill (before, '.');
    g_autofree char *text = g_strdup_printf ("%s %s end", padding, key);
    g_autofree char *words = service_words (text);
    g_assert_null (strstr (words, "AIz"));
    g_assert_cmpint (g_utf8_strlen (words, -1), ==, 401);
  }
  secret_remember ("a-word-of-mine");
  g_autofree char *words = service_words ("no a-word-of-mine\nhere");
  g_assert_null (strstr (words, "mine"));
  g_assert_nonnull (strstr (words, "here"));
}

static void
durations_are_seconds_with_their_sign (void)
{
  static const struct {
    const char *text;
    int64_t ms;
  } cases[] = {
    { "0s", 0 },
    { "0.5s", 500 },
    { "33.837906927s", 33838 },
    { "39s", 39000 },
    { "1e3s", 1000000 },
    { "0.0001s", 1 },
    { "86401s", 86400000 },
    { "99999999999s", 86400000 },
    { "", -1 },
    { "s", -1 },
    { "39", -1 },
    { "39m", -1 },
    { "-1s", -1 },
    { "1e999s", -1 },
    { "nans", -1 },
    { "infs", -1 },
    { "0x10s", -1 },
    { "1 s", -1 },
    { " 1s", -1 },
    { "1s ", -1 },
    { "1,5s", -1 },
    { "1.2.3s", -1 },
    { "0.00000000000000000000000000000000001s", -1 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    if (duration_parse_ms (cases[i].text) != cases[i].ms)
      g_error ("%s: %" G_GINT64_FORMAT, cases[i].text, duration_parse_ms (cases[i].text));
}

static void
headers_say_seconds_milliseconds_or_a_date (void)
{
  static const struct {
    const char *one, *other;
    int64_t ms;
  } cases[] = {
    { "X: 1", NULL, -1 },
    { "Retry-After: 7", NULL, 7000 },
    { "retry-after: 0.25", NULL, 250 },
    { "RETRY-AFTER:7", NULL, 7000 },
    { "Retry-After: -7", NULL, -1 },
    { "Retry-After: soon", NULL, -1 },
    { "Retry-After: ", NULL, -1 },
    { "Retry-After: 1e999", NULL, -1 },
    { "Retry-After: Sun, 22 Nov 2026 12:00:30 GMT", NULL, 30000 },
    { "Retry-After: Sun, 22 Nov 2026 12:00:00 GMT", NULL, 0 },
    { "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", NULL, 0 },
    { "Retry-After: Sun, 22 Nov 2099 12:00:00 GMT", NULL, 86400000 },
    { "Retry-After: 01 Jan 999999999", NULL, -1 },
    { "retry-after-ms: 1500", NULL, 1500 },
    { "retry-after-ms: 1500.5", "Retry-After: 9", 1501 },
    { "Retry-After: 9", "retry-after-ms: 20", 20 },
    { "Retry-After: 9", "retry-after-ms: soon", 9000 },
  };
  g_setenv ("PEEL_TEST_NOW", "2026-11-22T12:00:00Z", TRUE);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const headers[] = { cases[i].one, cases[i].other, NULL };
    static const JsonScanPath no_paths[] = { { NULL, 0 } };
    g_autoptr (BuiltAnswer) built = built_answer_new (no_paths, 429, headers, "", 0);
    int64_t ms = answer_retry_after_ms (&built->answer);
    if (ms != cases[i].ms)
      g_error ("%s: %" G_GINT64_FORMAT, cases[i].one, ms);
  }
  g_unsetenv ("PEEL_TEST_NOW");
}

static void
numbers_are_pictures_only_if_there_is_one (void)
{
  const ProviderAnswer answer = { .n_blobs = 2 };
  static const struct {
    const char *json;
    int blob;
  } cases[] = {
    { "0", 0 },      { "1", 1 },     { "2", -1 },    { "-1", -1 }, { "0.5", -1 }, { "1e99", -1 },
    { "\"0\"", -1 }, { "null", -1 }, { "true", -1 }, { "[]", -1 }, { "-0.0", 0 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    cJSON *json = cJSON_Parse (cases[i].json);
    g_assert_cmpint (answer_blob (&answer, json), ==, cases[i].blob);
    cJSON_Delete (json);
  }
  g_assert_cmpint (answer_blob (&answer, NULL), ==, -1);
}

static void
of_a_name_that_stands_twice_the_last_counts (void)
{
  cJSON *json = cJSON_Parse ("{\"a\":1,\"A\":2,\"a\":3,\"b_c\":4}");
  g_assert_cmpint (answer_item (json, "a")->valueint, ==, 3);
  g_assert_cmpint (answer_member (json, "bC", "b_c")->valueint, ==, 4);
  g_assert_null (answer_item (json, "b"));
  g_assert_null (answer_item (NULL, "a"));
  cJSON_Delete (json);
}

static void
assert_usage (const char *json, const char *wanted)
{
  cJSON *parsed = cJSON_Parse (json);
  g_autofree char *usage = answer_dup_usage (parsed);
  g_assert_cmpstr (usage, ==, wanted);
  cJSON_Delete (parsed);
}

static void
assert_hidden (const char *json, const char *secret)
{
  cJSON *parsed = cJSON_Parse (json);
  g_autofree char *usage = answer_dup_usage (parsed);
  g_assert_null (strstr (usage, secret));
  cJSON_Delete (parsed);
}

static void
what_was_counted_holds_no_credential (void)
{
  assert_usage ("{\"tokens\": 7}", "{\"tokens\":7}");
  assert_usage ("[7]", NULL);
  assert_usage ("null", NULL);
  g_autofree char *key = dup_shape ();
  g_autofree char *name = g_strdup_printf ("{\"a\":[{\"%s\":1}]}", key);
  g_autofree char *escaped = g_strdup_printf ("{\"a\":\"\\u0041%s\"}", key + 1);
  assert_hidden (name, key);
  assert_hidden (escaped, key);
}

static void
addresses_hold_nothing_that_a_terminal_obeys (void)
{
  static const char *const wrong[] = { "", "https://a.example/ b", "https://a.example/\x1b[2J",
                                       "https://a.example/\n", "https://a.example/\xff" };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (answer_dup_address (wrong[i], strlen (wrong[i])));
  g_autofree char *address = answer_dup_address ("https://a.example/1.png) and", 23);
  g_assert_cmpstr (address, ==, "https://a.example/1.png");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/verdict/" name, function)
  CLAIM ("what-a-service-says-becomes-one-line", what_a_service_says_becomes_one_line);
  CLAIM ("long-texts-are-cut", long_texts_are_cut);
  CLAIM ("credentials-are-hidden-also-at-the-cut", credentials_are_hidden_also_at_the_cut);
  CLAIM ("durations-are-seconds-with-their-sign", durations_are_seconds_with_their_sign);
  CLAIM ("headers-say-seconds-milliseconds-or-a-date", headers_say_seconds_milliseconds_or_a_date);
  CLAIM ("numbers-are-pictures-only-if-there-is-one", numbers_are_pictures_only_if_there_is_one);
  CLAIM ("of-a-name-that-stands-twice-the-last-counts",
         of_a_name_that_stands_twice_the_last_counts);
  CLAIM ("what-was-counted-holds-no-credential", what_was_counted_holds_no_credential);
  CLAIM ("addresses-hold-nothing-that-a-terminal-obeys",
         addresses_hold_nothing_that_a_terminal_obeys);
#undef CLAIM
  return g_test_run ();
}
