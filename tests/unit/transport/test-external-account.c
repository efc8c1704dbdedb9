#include "asking.h"

#define EXCHANGE                                                                                   \
  "POST https://sts.googleapis.com/v1/token\n"                                                     \
  "Content-Type: application/x-www-form-urlencoded\n"                                              \
  "Accept: application/json\n"
#define FORM(subject)                                                                              \
  "\ngrant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"                         \
  "&audience=%2F%2Fiam.example%2Fpools%2Fp"                                                        \
  "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"                                \
  "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"                  \
  "&subject_token=" subject "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
#define IMPERSONATED "\"service_account_impersonation_url\": \"" IMPERSONATION_URL "\", "

static void
assert_next (Credential *credential, const char *expected)
{
  g_autofree char *request = next_request (credential, NOW_S);
  g_assert_cmpstr (request, ==, expected);
}

static char *
file_source (const char *path, const char *more)
{
  return g_strdup_printf ("{\"file\": \"%s\"%s}", path, more);
}

static void
a_token_in_a_file_is_exchanged (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "token", " CANARY.subject\n");
  g_autofree char *source = file_source (path, "");
  g_autofree char *text = external_text (source, "");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_assert_cmpstr (credential_describe (credential), ==, "external account (file /k.json)");
  assert_next (credential, EXCHANGE FORM ("CANARY.subject"));
  give_ok (credential, 200, "{\"access_token\": \"CANARY-1\", \"expires_in\": 600}", NOW_S);
  assert_header (credential, NOW_S, "Authorization: Bearer CANARY-1");
  /* Whoever runs the machine has replaced it. */
  scratch_write (scratch, "token", "CANARY.other");
  g_autofree char *again = next_request (credential, NOW_S + 600);
  g_assert_cmpstr (again, ==, EXCHANGE FORM ("CANARY.other"));
}

static void
the_file_may_be_json (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "token", "{\"t\": \"CANARY.subject\"}");
  g_autofree char *source = file_source (
    path, ", \"format\": {\"type\": \"json\", \"subject_token_field_name\": \"t\"}");
  g_autofree char *text = external_text (source, "");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  assert_next (credential, EXCHANGE FORM ("CANARY.subject"));
}

static void
an_address_is_asked_first (void)
{
  g_autofree char *text = external_text (
    "{\"url\": \"http://169.254.169.254/t?x\", \"headers\": {\"X-Key\": \"CANARY-header\"}}", "");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  assert_next (credential, "GET http://169.254.169.254/t?x\nX-Key: CANARY-header\n");
  give_ok (credential, 503, "", NOW_S);
  assert_next (credential, "GET http://169.254.169.254/t?x\nX-Key: CANARY-header\n");
  give_ok (credential, 200, "CANARY.subject", NOW_S);
  assert_next (credential, EXCHANGE FORM ("CANARY.subject"));
  give_ok (credential, 500, "", NOW_S);
  assert_next (credential, EXCHANGE FORM ("CANARY.subject"));
  give_ok (credential, 200, "{\"access_token\": \"CANARY-1\", \"expires_in\": 600}", NOW_S);
  assert_header (credential, NOW_S, "Authorization: Bearer CANARY-1");
}

static void
a_pool_may_want_a_client_or_a_project (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "token", "CANARY.subject");
  g_autofree char *source = file_source (path, "");
  g_autofree char *with_client = external_text (
    source, "\"client_id\": \"me\", \"client_secret\": \"CANARY-x\", "
            "\"workforce_pool_user_project\": \"acme\", ");
  g_autoptr (Credential) client = credential_of_text (with_client, NULL);
  assert_next (client, EXCHANGE "Authorization: Basic bWU6Q0FOQVJZLXg=\n" FORM ("CANARY.subject"));
  g_autofree char *with_project = external_text (source,
                                                 "\"workforce_pool_user_project\": \"acme\", ");
  g_autoptr (Credential) project = credential_of_text (with_project, NULL);
  assert_next (project,
               EXCHANGE FORM ("CANARY.subject") "&options=%7B%22userProject%22%3A%22acme%22"
                                                "%7D");
}

#define IMPERSONATE(token, delegates, life)                                                        \
  "POST " IMPERSONATION_URL "\nContent-Type: application/json\n"                                   \
  "Authorization: Bearer " token "\n\n{\"delegates\":[" delegates                                  \
  "],\"scope\":[\"https://www.googleapis.com/auth/cloud-platform\"],\"lifetime\":\"" life "\"}"

static void
its_token_may_give_that_of_a_service_account (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_write (scratch, "token", "CANARY.subject");
  g_autofree char *source = file_source (path, "");
  g_autofree char *text = external_text (
    source, IMPERSONATED "\"service_account_impersonation\": {\"token_lifetime_seconds\": 900}, ");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_assert_cmpstr (credential_describe (credential), ==,
                   "service account t@acme.example by an external account (file /k.json)");
  assert_next (credential, EXCHANGE FORM ("CANARY.subject"));
  give_ok (credential, 200, "{\"access_token\": \"CANARY-1\", \"expires_in\": 600}", NOW_S);
  assert_next (credential, IMPERSONATE ("CANARY-1", "", "900s"));
  give_ok (credential, 503, "", NOW_S);
  assert_next (credential, IMPERSONATE ("CANARY-1", "", "900s"));
  give_ok (credential, 200,
           "{\"accessToken\": \"CANARY-2\", \"expireTime\": \"2027-01-15T08:15:00Z\"}", NOW_S);
  assert_header (credential, NOW_S + 674, "Authorization: Bearer CANARY-2");
  g_autofree char *again = next_request (credential, NOW_S + 675);
  g_assert_cmpstr (again, ==, EXCHANGE FORM ("CANARY.subject"));
}

static void
a_login_may_give_that_of_a_service_account (void)
{
  g_autofree char *user = user_text ("");
  g_autofree char *text = impersonated_text (user);
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_autoptr (GError) error = NULL;
  g_assert_cmpstr (credential_describe (credential), ==,
                   "service account t@acme.example, impersonated by user account (file /k.json)");
  g_free (next_request (credential, NOW_S));
  give_ok (credential, 200, "{\"access_token\": \"CANARY-1\"}", NOW_S);
  assert_next (credential, IMPERSONATE ("CANARY-1", "\"d@acme.example\"", "3600s"));
  g_assert_false (give (credential, 403,
                        "{\"error\": {\"status\": \"PERMISSION_DENIED\", \"message\": "
                        "\"not with CANARY-1\"}}",
                        NOW_S, &error));
  assert_error_is (&error,
                   "service account t@acme.example, impersonated by user account (file /k.json): "
                   "HTTP 403 PERMISSION_DENIED: not with ........; who asks needs the role "
                   "roles/iam.serviceAccountTokenCreator there");
}

static void
a_service_account_asks_for_another_with_a_token (void)
{
  g_autofree char *service = service_account_text ("");
  g_autofree char *text = impersonated_text (service);
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_autofree char *assertion = next_request (credential, NOW_S);
  g_assert_true (g_str_has_prefix (assertion, "POST https://oauth2.googleapis.com/token\n"));
  give_ok (credential, 200, "{\"access_token\": \"CANARY-1\"}", NOW_S);
  assert_next (credential, IMPERSONATE ("CANARY-1", "\"d@acme.example\"", "3600s"));
}

static void
a_bad_subject_token_is_not_repeated (void)
{
  static const struct {
    const char *content, *more, *message;
  } cases[] = {
    { "", "", "what should be the subject token is none" },
    { "CANARY a\nb", "", "what should be the subject token is none" },
    { "CANARY", ", \"format\": {\"type\": \"json\", \"subject_token_field_name\": \"t\"}",
      "what should hold the subject token is not a JSON object" },
    { "{\"u\": \"CANARY-1\"}",
      ", \"format\": {\"type\": \"json\", \"subject_token_field_name\": \"t\"}",
      "what should hold the subject token has no 't'" },
  };
  g_autoptr (Scratch) scratch = scratch_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *path = scratch_write (scratch, "token", cases[i].content);
    g_autofree char *source = file_source (path, cases[i].more);
    g_autofree char *text = external_text (source, "");
    g_autoptr (Credential) credential = credential_of_text (text, NULL);
    g_autoptr (GError) error = NULL;
    CredentialStep step;
    g_assert_false (credential_step (credential, NOW_S, &step, &error));
    g_autofree char *expected = g_strdup_printf ("external account (file /k.json): %s: %s", path,
                                                 cases[i].message);
    assert_error_is (&error, expected);
  }
}

static void
what_the_exchange_repeats_is_hidden (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *path = scratch_write (scratch, "token", "CANARY.subject");
  g_autofree char *source = file_source (path, "");
  g_autofree char *text = external_text (
    source, "\"client_id\": \"me\", \"client_secret\": \"CANARY-x\", ");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_free (next_request (credential, NOW_S));
  g_assert_false (give (credential, 400,
                        "{\"error\": \"no\", \"error_description\": \"CANARY.subject, CANARY-x, "
                        "bWU6Q0FOQVJZLXg=\"}",
                        NOW_S, &error));
  assert_error_is (&error,
                   "external account (file /k.json): HTTP 400 no: .............., ........, "
                   "................");
}

static void
only_an_address_without_tls_is_asked_directly (void)
{
  static const struct {
    const char *source;
    bool is_direct;
  } cases[] = { { "{\"url\": \"http://169.254.169.254/t\"}", true },
                { "{\"url\": \"https://idp.example/t\"}", false } };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = external_text (cases[i].source, "");
    g_autoptr (Credential) credential = credential_of_text (text, NULL);
    g_auto (CredentialStep) step = step_at (credential, NOW_S, CREDENTIAL_SEND);
    g_assert_true (step.request->is_direct == cases[i].is_direct);
  }
}

static void
an_address_that_refuses_is_told (void)
{
  static const struct {
    int status;
    const char *body, *message;
  } cases[] = {
    { 404, "CANARY", "external account (file /k.json): no subject token: HTTP 404" },
    { 200, "CANARY a",
      "external account (file /k.json): the address of 'credential_source': what should be the "
      "subject token is none" },
  };
  g_autofree char *text = external_text ("{\"url\": \"https://idp.example/CANARY\"}", "");
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Credential) credential = credential_of_text (text, NULL);
    g_autoptr (GError) error = NULL;
    g_free (next_request (credential, NOW_S));
    g_assert_false (give (credential, cases[i].status, cases[i].body, NOW_S, &error));
    assert_error_is (&error, cases[i].message);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/external-account/" name, function)
  CLAIM ("a-token-in-a-file-is-exchanged", a_token_in_a_file_is_exchanged);
  CLAIM ("the-file-may-be-json", the_file_may_be_json);
  CLAIM ("an-address-is-asked-first", an_address_is_asked_first);
  CLAIM ("a-pool-may-want-a-client-or-a-project", a_pool_may_want_a_client_or_a_project);
  CLAIM ("its-token-may-give-that-of-a-service-account",
         its_token_may_give_that_of_a_service_account);
  CLAIM ("a-login-may-give-that-of-a-service-account", a_login_may_give_that_of_a_service_account);
  CLAIM ("a-service-account-asks-for-another-with-a-token",
         a_service_account_asks_for_another_with_a_token);
  CLAIM ("a-bad-subject-token-is-not-repeated", a_bad_subject_token_is_not_repeated);
  CLAIM ("what-the-exchange-repeats-is-hidden", what_the_exchange_repeats_is_hidden);
  CLAIM ("only-an-address-without-tls-is-asked-directly",
         only_an_address_without_tls_is_asked_directly);
  CLAIM ("an-address-that-refuses-is-told", an_address_that_refuses_is_told);
#undef CLAIM
  return g_test_run ();
}
