#include "asking.h"

#define TOKEN_URL                                                                                  \
  "/computeMetadata/v1/instance/service-accounts/default/"                                         \
  "token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
#define FLAVOR "\nMetadata-Flavor: Google\n"

static Credential *
server_new (int n_looks, const char *project)
{
  MetadataServer server = { .timeout_ms = 3000, .n_looks = n_looks, .missing = "none found" };
  CredentialOptions options = { .project = project };
  g_autoptr (GError) error = NULL;
  Credential *credential = credential_new_metadata (&server, &options, &error);
  g_assert_no_error (error);
  return credential;
}

static void
assert_next (Credential *credential, const char *expected)
{
  g_autofree char *request = next_request (credential, NOW_S);
  g_assert_cmpstr (request, ==, expected);
}

static void
it_is_looked_for_and_says_project_and_token (void)
{
  g_autoptr (Credential) credential = server_new (3, NULL);
  g_assert_cmpstr (credential_describe (credential), ==,
                   "metadata server metadata.google.internal");
  assert_next (credential, "GET http://169.254.169.254/" FLAVOR);
  give_ok (credential, 200, "computeMetadata/\n", NOW_S);
  assert_next (credential,
               "GET http://metadata.google.internal/computeMetadata/v1/project/project-id" FLAVOR);
  g_assert_null (credential_project (credential));
  give_ok (credential, 200, "acme-1\n", NOW_S);
  g_assert_cmpstr (credential_project (credential), ==, "acme-1");
  assert_next (credential, "GET http://metadata.google.internal" TOKEN_URL FLAVOR);
  give_ok (credential, 200, "{\"access_token\": \"CANARY-1\", \"expires_in\": 3421}", NOW_S);
  assert_header (credential, NOW_S, "Authorization: Bearer CANARY-1");
  /* The next one needs no looking. */
  g_autofree char *again = next_request (credential, NOW_S + 3421);
  g_assert_cmpstr (again, ==, "GET http://metadata.google.internal" TOKEN_URL FLAVOR);
}

static void
no_proxy_is_asked (void)
{
  g_autoptr (Credential) credential = server_new (1, NULL);
  g_auto (CredentialStep) step = step_at (credential, NOW_S, CREDENTIAL_SEND);
  g_assert_true (step.request->is_direct);
  g_assert_cmpint (step.request->timeout_ms, ==, 3000);
}

static void
a_project_that_is_named_is_not_asked_for (void)
{
  g_autoptr (Credential) credential = server_new (0, "mine");
  assert_next (credential, "GET http://metadata.google.internal" TOKEN_URL FLAVOR);
  g_assert_cmpstr (credential_project (credential), ==, "mine");
}

static void
a_token_needs_no_project (void)
{
  static const struct {
    int status;
    const char *body;
  } cases[] = { { 404, "no" }, { 200, "" }, { 200, "a b" }, { 200, "A\r\nX: y" } };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Credential) credential = server_new (0, NULL);
    g_free (next_request (credential, NOW_S));
    give_ok (credential, cases[i].status, cases[i].body, NOW_S);
    g_assert_null (credential_project (credential));
    assert_next (credential, "GET http://metadata.google.internal" TOKEN_URL FLAVOR);
  }
}

static void
silence_is_no_server (void)
{
  g_autoptr (Credential) credential = server_new (2, NULL);
  g_autoptr (GError) error = NULL;
  g_free (next_request (credential, NOW_S));
  assert_ok (credential_take_silence (credential, "time is over", NOW_S, &error), error);
  g_auto (CredentialStep) second = step_at (credential, NOW_S, CREDENTIAL_SEND);
  g_assert_cmpint (second.wait_ms, ==, 0);
  g_assert_false (credential_take_silence (credential, "time is over", NOW_S, &error));
  g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_NO_CREDENTIAL);
  assert_error_is (&error, "none found");
  CredentialStep step;
  g_assert_false (credential_step (credential, NOW_S, &step, &error));
  g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_NO_CREDENTIAL);
}

static void
who_does_not_name_itself_is_not_believed (void)
{
  static const char *const others[][2] = { { NULL, NULL },
                                           { "Metadata-Flavor: Other", NULL },
                                           { "X-Metadata-Flavor: Google", NULL } };
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++) {
    CredentialAnswer answer = { 200, others[i], "{\"access_token\": \"CANARY-1\"}", 28 };
    g_autoptr (GError) error = NULL;
    g_autoptr (Credential) looked_for = server_new (3, NULL);
    g_free (next_request (looked_for, NOW_S));
    g_assert_false (credential_take_answer (looked_for, &answer, NOW_S, &error));
    assert_error_is (&error, "none found");
    g_autoptr (Credential) known = server_new (0, "acme");
    g_free (next_request (known, NOW_S));
    g_assert_false (credential_take_answer (known, &answer, NOW_S, &error));
    assert_error_is (&error, "metadata server metadata.google.internal: HTTP 200 without "
                             "'Metadata-Flavor: Google': something else answers there");
  }
}

static void
a_machine_may_have_no_account (void)
{
  g_autoptr (Credential) credential = server_new (0, "acme");
  g_autoptr (GError) error = NULL;
  g_free (next_request (credential, NOW_S));
  g_assert_false (give (credential, 404, "", NOW_S, &error));
  assert_error_is (&error, "metadata server metadata.google.internal: this machine has no service "
                           "account: give it one, or name a key file");
}

static void
a_host_is_a_host (void)
{
  static const char *const bad[] = { "", "a/b", "a@b", "a?b", "a b", "-x", "a\r\nb" };
  for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    MetadataServer server = { .host = bad[i] };
    g_assert_null (credential_new_metadata (&server, NULL, &error));
    assert_error_is (&error, "GCE_METADATA_HOST must be a host's name, perhaps with a port");
    server = (MetadataServer){ .ip = bad[i] };
    g_assert_null (credential_new_metadata (&server, NULL, &error));
    assert_error_is (&error, "GCE_METADATA_IP must be a host's name, perhaps with a port");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/metadata-server/" name, function)
  CLAIM ("it-is-looked-for-and-says-project-and-token",
         it_is_looked_for_and_says_project_and_token);
  CLAIM ("no-proxy-is-asked", no_proxy_is_asked);
  CLAIM ("a-project-that-is-named-is-not-asked-for", a_project_that_is_named_is_not_asked_for);
  CLAIM ("a-token-needs-no-project", a_token_needs_no_project);
  CLAIM ("silence-is-no-server", silence_is_no_server);
  CLAIM ("who-does-not-name-itself-is-not-believed", who_does_not_name_itself_is_not_believed);
  CLAIM ("a-machine-may-have-no-account", a_machine_may_have_no_account);
  CLAIM ("a-host-is-a-host", a_host_is_a_host);
#undef CLAIM
  return g_test_run ();
}
