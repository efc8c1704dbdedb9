#include "transport/credential.h"

#include <glib/gstdio.h>

#include "asking.h"
#include "base/secret.h"

#define TOKEN(name, life) "{\"access_token\": \"CANARY-" name "\", \"expires_in\": " life "}"
#define USER_ERROR "user a@b.example (file /k.json): "

static Credential *
user_new (void)
{
  g_autofree char *text = user_text ("\"account\": \"a@b.example\", ");
  return credential_of_text (text, NULL);
}

/* ---- keys ---- */

static void
a_key_stands_in_its_header (void)
{
  static const struct {
    const char *header, *scheme, *key, *line;
  } cases[] = {
    { "x-goog-api-key", NULL, "CANARY-1", "x-goog-api-key: CANARY-1" },
    { "api-key", NULL, " \tCANARY-1\r\n", "api-key: CANARY-1" },
    { "Authorization", "Bearer", "CANARY-1\n", "Authorization: Bearer CANARY-1" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Credential) credential = credential_new_key (cases[i].header, cases[i].scheme,
                                                            cases[i].key, "GEMINI_API_KEY", &error);
    g_assert_no_error (error);
    assert_header (credential, NOW_S, cases[i].line);
    g_assert_cmpstr (credential_describe (credential), ==, "key of GEMINI_API_KEY");
    g_assert_null (credential_project (credential));
    g_autoptr (HttpRequest) asked = asked_with (credential, INT64_MAX);
    g_assert_cmpuint (asked->headers->len, ==, 1);
    g_assert_false (credential_refused (credential, asked, NOW_S));
    assert_header (credential, NOW_S, cases[i].line);
  }
  g_autofree char *hidden = secret_hide ("<CANARY-1>");
  g_assert_cmpstr (hidden, ==, "<........>");
}

static void
what_is_no_key_is_not_repeated (void)
{
  static const struct {
    const char *key, *message;
  } cases[] = {
    { " \n", "the key of NAME is empty" },
    { "CANARY-1\nX: y",
      "the key of NAME has a blank, a line end or another character in it that no "
      "key has" },
    { "CANARY 2", "the key of NAME has a blank, a line end or another character in it that no key "
                  "has" },
    { "„CANARY“", "the key of NAME has a blank, a line end or another character in it that no key "
                  "has" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (credential_new_key ("api-key", NULL, cases[i].key, "NAME", &error));
    assert_error_is (&error, cases[i].message);
  }
}

/* ---- logins ---- */

static void
a_login_is_refreshed (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_assert_cmpstr (credential_describe (credential), ==, "user a@b.example (file /k.json)");
  g_autofree char *request = next_request (credential, NOW_S);
  g_assert_cmpstr (
    request, ==,
    "POST https://oauth2.googleapis.com/token\n"
    "Content-Type: application/x-www-form-urlencoded\n"
    "Accept: application/json\n\n"
    "grant_type=refresh_token&client_id=id.example&client_secret=CANARY-client-secret&"
    "refresh_token=1%2F%2FCANARY-refresh");
  give_ok (credential, 200, TOKEN ("1", "3599"), NOW_S);
  assert_header (credential, NOW_S, "Authorization: Bearer CANARY-1");
}

static void
a_token_is_renewed_before_its_end (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("1", "3600"), NOW_S);
  assert_header (credential, NOW_S + 3600 - 226, "Authorization: Bearer CANARY-1");
  g_free (next_request (credential, NOW_S + 3600 - 225));
  /* Meanwhile the old one is good, to its end. */
  assert_header (credential, NOW_S + 3599, "Authorization: Bearer CANARY-1");
  step_at (credential, NOW_S + 3600, CREDENTIAL_PENDING);
  give_ok (credential, 200, TOKEN ("2", "3600"), NOW_S + 3600);
  assert_header (credential, NOW_S + 3600, "Authorization: Bearer CANARY-2");
}

static void
a_short_life_does_not_ask_without_end (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("1", "100"), NOW_S);
  assert_header (credential, NOW_S + 49, "Authorization: Bearer CANARY-1");
  g_free (next_request (credential, NOW_S + 50));
}

static void
one_asks_and_the_others_wait (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_free (next_request (credential, NOW_S));
  step_at (credential, NOW_S, CREDENTIAL_PENDING);
  give_ok (credential, 200, TOKEN ("1", "3600"), NOW_S);
  step_at (credential, NOW_S, CREDENTIAL_READY);
}

static void
assert_waits (Credential *credential, int64_t least_ms, int64_t most_ms)
{
  g_auto (CredentialStep) step = step_at (credential, NOW_S, CREDENTIAL_SEND);
  g_assert_cmpint (step.wait_ms, >=, least_ms);
  g_assert_cmpint (step.wait_ms, <=, most_ms);
}

static void
what_may_pass_is_tried_three_times (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_autoptr (GError) error = NULL;
  assert_waits (credential, 0, 0);
  give_ok (credential, 503, "CANARY", NOW_S);
  assert_waits (credential, 900, 1100);
  assert_ok (credential_take_silence (credential, "could not connect", NOW_S, &error), error);
  assert_waits (credential, 1800, 2200);
  g_assert_false (give (credential, 400, "{\"error\": \"server_error\"}", NOW_S, &error));
  g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_UNAVAILABLE);
  assert_error_is (&error, USER_ERROR "no token after 3 tries: HTTP 400 server_error");
  /* That is no last word. */
  assert_waits (credential, 0, 0);
  give_ok (credential, 503, "", NOW_S);
  assert_waits (credential, 900, 1100);
  give_ok (credential, 200, TOKEN ("1", "3600"), NOW_S);
  assert_header (credential, NOW_S, "Authorization: Bearer CANARY-1");
}

static void
a_renewal_that_fails_leaves_the_old_token (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("1", "3600"), NOW_S);
  int64_t late_s = NOW_S + 3600 - 100;
  for (int i = 0; i < 3; i++) {
    g_free (next_request (credential, late_s));
    give_ok (credential, 503, "", late_s);
  }
  assert_header (credential, late_s + 29, "Authorization: Bearer CANARY-1");
  g_free (next_request (credential, late_s + 30));
}

static void
a_login_that_is_over_is_said_once_and_kept (void)
{
  static const struct {
    const char *body, *message;
  } cases[] = {
    { "{\"error\": \"invalid_grant\", \"error_subtype\": \"invalid_rapt\", "
      "\"error_description\": \"reauth related error (invalid_rapt)\"}",
      USER_ERROR "HTTP 400 invalid_grant (invalid_rapt): reauth related error (invalid_rapt); the "
                 "login is over: run `gcloud auth application-default login`" },
    { "{\"error\": \"invalid_grant\", \"error_description\": \"not 1//CANARY-refresh\"}", USER_ERROR
      "HTTP 400 invalid_grant: not .................; the login is over: run `gcloud auth "
      "application-default login`" },
    { "{\"error\": \"invalid_client\", \"error_description\": \"CANARY-client-secret\"}",
      USER_ERROR "HTTP 400 invalid_client: ...................." },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Credential) credential = user_new ();
    g_autoptr (GError) error = NULL;
    g_free (next_request (credential, NOW_S));
    g_assert_false (give (credential, 400, cases[i].body, NOW_S, &error));
    g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_CREDENTIAL);
    assert_error_is (&error, cases[i].message);
    CredentialStep step;
    g_assert_false (credential_step (credential, NOW_S + 999, &step, &error));
    assert_error_is (&error, cases[i].message);
  }
}

/* ---- refusals of the service ---- */

static void
a_refused_token_is_replaced_once (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("1", "3600"), NOW_S);
  g_autoptr (HttpRequest) one = asked_with (credential, NOW_S);
  g_autoptr (HttpRequest) two = asked_with (credential, NOW_S);
  g_assert_true (credential_refused (credential, one, NOW_S));
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("2", "3600"), NOW_S);
  /* Asked with the first token: no word about the second. */
  g_assert_true (credential_refused (credential, two, NOW_S));
  g_autoptr (HttpRequest) three = asked_with (credential, NOW_S + 60);
  g_assert_false (credential_refused (credential, three, NOW_S + 60));
  /* It was good for a while, and then was not. */
  g_assert_true (credential_refused (credential, three, NOW_S + 61));
  g_free (next_request (credential, NOW_S + 61));
}

static void
a_renewed_token_may_be_refused_too (void)
{
  g_autoptr (Credential) credential = user_new ();
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("1", "3600"), NOW_S);
  g_autoptr (HttpRequest) one = asked_with (credential, NOW_S);
  g_assert_true (credential_refused (credential, one, NOW_S));
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, TOKEN ("2", "3600"), NOW_S);
  g_free (next_request (credential, NOW_S + 3600));
  give_ok (credential, 200, TOKEN ("3", "3600"), NOW_S + 3600);
  g_autoptr (HttpRequest) two = asked_with (credential, NOW_S + 3600);
  g_assert_true (credential_refused (credential, two, NOW_S + 3600));
}

/* ---- a command ---- */

static void
a_command_says_the_token_in_its_first_line (void)
{
  static const char *const argv[] = { "gcloud", "--x=CANARY-argument", NULL };
  g_autoptr (Credential) credential = credential_new_command (argv);
  g_autoptr (GError) error = NULL;
  g_assert_cmpstr (credential_describe (credential), ==, "token command gcloud");
  CredentialStep step = step_at (credential, NOW_S, CREDENTIAL_SPAWN);
  g_assert_true (g_strv_equal (step.program, argv));
  static const char output[] = " CANARY-1 \r\nCANARY-2\n";
  assert_ok (credential_take_output (credential, 0, output, strlen (output), NOW_S, &error), error);
  assert_header (credential, NOW_S + 600 - 226, "Authorization: Bearer CANARY-1");
  step_at (credential, NOW_S + 600 - 225, CREDENTIAL_SPAWN);
}

static void
a_command_that_fails_is_not_quoted (void)
{
  static const struct {
    int status;
    const char *output, *message;
  } cases[] = {
    { 3, "CANARY-1\n", "token command x: it ended with status 3" },
    { -1, "CANARY-1\n", "token command x: it could not be started, or was killed" },
    { 0, "", "token command x: the first line of its output is empty, and should be a token" },
    { 0, "\nCANARY-1",
      "token command x: the first line of its output is empty, and should be a token" },
    { 0, "ERROR: CANARY-1", "token command x: the first line of its output is no token" },
  };
  static const char *const argv[] = { "x", NULL };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Credential) credential = credential_new_command (argv);
    g_autoptr (GError) error = NULL;
    step_at (credential, NOW_S, CREDENTIAL_SPAWN);
    g_assert_false (credential_take_output (credential, cases[i].status, cases[i].output,
                                            strlen (cases[i].output), NOW_S, &error));
    assert_error_is (&error, cases[i].message);
  }
}

/* ---- what is around them ---- */

static void
projects_are_those_of_the_options_or_of_the_file (void)
{
  g_autofree char *text = service_account_text ("\"quota_project_id\": \"quota\", ");
  CredentialOptions options = { .project = "mine", .quota_project = "my-quota" };
  g_autoptr (Credential) plain = credential_of_text (text, NULL);
  g_autoptr (Credential) chosen = credential_of_text (text, &options);
  g_assert_cmpstr (credential_project (plain), ==, "acme");
  g_assert_cmpstr (credential_project (chosen), ==, "mine");
  g_autoptr (HttpRequest) one = asked_with (plain, NOW_S);
  g_autoptr (HttpRequest) two = asked_with (chosen, NOW_S);
  g_assert_cmpstr (one->headers->pdata[1], ==, "x-goog-user-project: quota");
  g_assert_cmpstr (two->headers->pdata[1], ==, "x-goog-user-project: my-quota");
}

static void
a_file_that_others_may_read_is_warned_of (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = user_text ("");
  const char *path = scratch_write (scratch, "k.json", text);
  g_chmod (path, 0600);
  g_autoptr (Credential) closed = credential_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (credential_warnings (closed)->len, ==, 0);
  g_chmod (path, 0644);
  g_autoptr (Credential) open = credential_load (path, NULL, &error);
  g_assert_cmpuint (credential_warnings (open)->len, ==, 1);
  g_autofree char *expected = g_strdup_printf (
    "%s holds a secret, and others than its owner may open it: chmod 600 %s", path, path);
  g_assert_cmpstr (credential_warnings (open)->pdata[0], ==, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/credential/" name, function)
  CLAIM ("a-key-stands-in-its-header", a_key_stands_in_its_header);
  CLAIM ("what-is-no-key-is-not-repeated", what_is_no_key_is_not_repeated);
  CLAIM ("a-login-is-refreshed", a_login_is_refreshed);
  CLAIM ("a-token-is-renewed-before-its-end", a_token_is_renewed_before_its_end);
  CLAIM ("a-short-life-does-not-ask-without-end", a_short_life_does_not_ask_without_end);
  CLAIM ("one-asks-and-the-others-wait", one_asks_and_the_others_wait);
  CLAIM ("what-may-pass-is-tried-three-times", what_may_pass_is_tried_three_times);
  CLAIM ("a-renewal-that-fails-leaves-the-old-token", a_renewal_that_fails_leaves_the_old_token);
  CLAIM ("a-login-that-is-over-is-said-once-and-kept", a_login_that_is_over_is_said_once_and_kept);
  CLAIM ("a-refused-token-is-replaced-once", a_refused_token_is_replaced_once);
  CLAIM ("a-renewed-token-may-be-refused-too", a_renewed_token_may_be_refused_too);
  CLAIM ("a-command-says-the-token-in-its-first-line", a_command_says_the_token_in_its_first_line);
  CLAIM ("a-command-that-fails-is-not-quoted", a_command_that_fails_is_not_quoted);
  CLAIM ("projects-are-those-of-the-options-or-of-the-file",
         projects_are_those_of_the_options_or_of_the_file);
  CLAIM ("a-file-that-others-may-read-is-warned-of", a_file_that_others_may_read_is_warned_of);
#undef CLAIM
  return g_test_run ();
}
