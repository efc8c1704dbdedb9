#include "transport/key-file.h"

#include <glib/gstdio.h>

#include "google-files.h"
#include "support/scratch.h"
#include "transport/transport-error.h"

static KeyFile *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  KeyFile *file = key_file_parse ("k.json", text, strlen (text), &error);
  g_assert_no_error (error);
  return file;
}

static void
a_service_account_is_read (void)
{
  g_autofree char *text = service_account_text ("\"quota_project_id\": \"quota\", ");
  g_autoptr (KeyFile) file = parse (text);
  g_assert_cmpint (file->kind, ==, KEY_FILE_SERVICE_ACCOUNT);
  g_assert_cmpstr (file->email, ==, "x@acme.example");
  g_assert_cmpstr (file->key_id, ==, "key-1");
  g_assert_cmpstr (file->private_key, ==, google_key_pem ());
  g_assert_cmpstr (file->token_url, ==, "https://oauth2.googleapis.com/token");
  g_assert_cmpstr (file->project, ==, "acme");
  g_assert_cmpstr (file->quota_project, ==, "quota");
}

static void
a_user_is_read (void)
{
  g_autofree char *text = user_text ("\"account\": \"a@b.example\", ");
  g_autoptr (KeyFile) file = parse (text);
  g_assert_cmpint (file->kind, ==, KEY_FILE_USER);
  g_assert_cmpstr (file->client_id, ==, "id.example");
  g_assert_cmpstr (file->client_secret, ==, "CANARY-client-secret");
  g_assert_cmpstr (file->refresh_token, ==, "1//CANARY-refresh");
  g_assert_cmpstr (file->token_url, ==, "https://oauth2.googleapis.com/token");
  g_assert_cmpstr (file->email, ==, "a@b.example");
  g_assert_null (file->project);
}

static void
an_external_account_is_read (void)
{
  g_autofree char *text = external_text (
    "{\"url\": \"http://169.254.169.254/t\", \"headers\": {\"Metadata\": \"True\"}, "
    "\"format\": {\"type\": \"json\", \"subject_token_field_name\": \"t\"}}",
    "\"service_account_impersonation\": {\"token_lifetime_seconds\": 900}, "
    "\"service_account_impersonation_url\": \"" IMPERSONATION_URL "\", ");
  g_autoptr (KeyFile) file = parse (text);
  g_assert_cmpint (file->kind, ==, KEY_FILE_EXTERNAL);
  g_assert_cmpstr (file->subject_url, ==, "http://169.254.169.254/t");
  g_assert_true (file->is_json);
  g_assert_cmpstr (file->subject_member, ==, "t");
  g_assert_cmpuint (file->subject_headers->len, ==, 1);
  g_assert_cmpstr (file->subject_headers->pdata[0], ==, "Metadata: True");
  g_assert_cmpint (file->life_s, ==, 900);
  g_assert_cmpstr (file->impersonation_url, ==, IMPERSONATION_URL);
}

static void
an_impersonated_account_has_a_source (void)
{
  g_autofree char *source = user_text ("");
  g_autofree char *text = impersonated_text (source);
  g_autoptr (KeyFile) file = parse (text);
  g_assert_cmpint (file->kind, ==, KEY_FILE_IMPERSONATED);
  g_assert_cmpint (file->source->kind, ==, KEY_FILE_USER);
  g_assert_cmpuint (file->delegates->len, ==, 1);
  g_assert_cmpint (file->life_s, ==, 3600);
}

#define USER(members) "{\"type\": \"authorized_user\", " members "}"
#define REST "\"client_secret\": \"CANARY-x\", \"refresh_token\": \"CANARY-y\""
#define EXTERNAL(members)                                                                          \
  "{\"type\": \"external_account\", \"audience\": \"a\", \"subject_token_type\": \"b\", "          \
  "\"token_url\": \"https://sts.example/\", " members "}"
#define SOURCE(members) EXTERNAL ("\"credential_source\": {" members "}")
#define READABLE                                                                                   \
  "service_account, authorized_user, external_account and impersonated_service_account"
#define ONE_URL "must be an https address (http only to this computer)"

static const struct {
  const char *text, *message;
} mistakes[] = {
  { "", "k.json: this is not a JSON object of at most 64 KiB (see line 1)" },
  { "CANARY", "k.json: this is not a JSON object of at most 64 KiB (see line 1)" },
  { "{\n\"refresh_token\": \"CANARY-x\",\n}",
    "k.json: this is not a JSON object of at most 64 KiB (see line 2)" },
  { "[\"CANARY\"]", "k.json: this is not a JSON object of at most 64 KiB" },
  { "{}", "k.json: 'type' is missing: this is not a file of Google credentials" },
  { "{\"installed\": {\"client_secret\": \"CANARY-x\"}}",
    "k.json: this is an OAuth client, not a credential; run `gcloud auth application-default "
    "login --client-id-file=…` with it" },
  { "{\"type\": \"CANARY\"}", "k.json: 'type' must be one of " READABLE },
  { "{\"type\": \"gdch_service_account\"}",
    "k.json: 'type' is gdch_service_account, which is not supported: " READABLE
    " are (or a token command)" },
  { USER ("\"universe_domain\": \"CANARY\""),
    "k.json: 'universe_domain' must be googleapis.com: no other is supported" },
  { USER ("\"client_secret\": \"CANARY-x\""), "k.json: 'client_id' is missing" },
  { USER ("\"client_id\": \"a\", \"client_secret\": null"), "k.json: 'client_secret' is missing" },
  { USER ("\"client_id\": \"a\", \"client_secret\": [\"CANARY-x\"]"),
    "k.json: 'client_secret' must be a text" },
  { USER ("\"client_id\": \"a\", \"client_secret\": \"CANARY\\r\\nX: y\""),
    "k.json: 'client_secret' has a control character in it" },
  { USER ("\"client_id\": \"\""), "k.json: 'client_id' is empty" },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"http://CANARY.example/\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"https://localhost@CANARY/\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"http://localhost\\\\@CANARY/\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"http://localhost.CANARY/\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"http://localhost\\\\.CANARY/\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"https://a.example/#CANARY\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"http://169.254.169.254/\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { USER ("\"client_id\": \"a\", \"token_uri\": \"file:///CANARY\", " REST),
    "k.json: 'token_uri' " ONE_URL },
  { "{\"type\": \"service_account\", \"client_email\": \"a\"}",
    "k.json: 'private_key' is missing" },
  { EXTERNAL ("\"a\": 1"), "k.json: 'credential_source' is missing" },
  { EXTERNAL ("\"credential_source\": 1"), "k.json: 'credential_source' must be an object" },
  { SOURCE (""), "k.json: 'credential_source' must have either 'file' or 'url'" },
  { SOURCE ("\"file\": \"/a\", \"url\": \"https://b.example/\""),
    "k.json: 'credential_source' must have either 'file' or 'url'" },
  { SOURCE ("\"executable\": {\"command\": \"CANARY\"}"),
    "k.json: 'credential_source' runs a program for the subject token, which is not supported: "
    "'file' and 'url' are (or a token command)" },
  { SOURCE ("\"environment_id\": \"aws1\""),
    "k.json: 'credential_source' asks AWS for the subject token, which is not supported: "
    "'file' and 'url' are (or a token command)" },
  { SOURCE ("\"certificate\": {}"),
    "k.json: 'credential_source' shows an X.509 certificate, which is not supported: "
    "'file' and 'url' are (or a token command)" },
  { SOURCE ("\"url\": \"http://CANARY/\""),
    "k.json: 'credential_source.url' must be an https address (http only to this computer or to "
    "169.254.169.254)" },
  { SOURCE ("\"file\": \"/a\", \"headers\": {\"A\": \"CANARY\\nB: c\"}"),
    "k.json: 'credential_source.headers' must be an object of texts on one line" },
  { SOURCE ("\"file\": \"/a\", \"headers\": [\"CANARY\"]"),
    "k.json: 'credential_source.headers' must be an object of texts" },
  { SOURCE ("\"file\": \"/a\", \"format\": {\"type\": \"CANARY\"}"),
    "k.json: 'credential_source.format.type' must be \"text\" or \"json\"" },
  { SOURCE ("\"file\": \"/a\", \"format\": {\"type\": \"json\"}"),
    "k.json: 'credential_source.subject_token_field_name' is missing" },
  { EXTERNAL ("\"client_secret\": \"CANARY-x\""), "k.json: 'client_id' is missing" },
  { EXTERNAL ("\"service_account_impersonation_url\": \"https://CANARY.example/x\""),
    "k.json: 'service_account_impersonation_url' must end in :generateAccessToken" },
  { EXTERNAL ("\"service_account_impersonation\": {\"token_lifetime_seconds\": 9}, "
              "\"credential_source\": {\"file\": \"/a\"}"),
    "k.json: 'service_account_impersonation.token_lifetime_seconds' must be a number from 600 to "
    "43200" },
};

static void
an_error_names_the_member_and_not_what_is_in_it (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (mistakes); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (key_file_parse ("k.json", mistakes[i].text, strlen (mistakes[i].text), &error));
    assert_error_is (&error, mistakes[i].message);
  }
}

static void
a_source_is_checked_too (void)
{
  static const struct {
    const char *source, *message;
  } cases[] = {
    { "1", "k.json: 'source_credentials' must be an object" },
    { USER ("\"client_id\": \"a\", \"client_secret\": \"CANARY-x\""),
      "k.json: 'source_credentials.refresh_token' is missing" },
    { "{\"type\": \"impersonated_service_account\", \"service_account_impersonation_url\": "
      "\"https://a.example/:generateAccessToken\", \"source_credentials\": {}}",
      "k.json: 'source_credentials.type' is impersonated_service_account, which may not stand in "
      "another" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = impersonated_text (cases[i].source);
    g_assert_null (key_file_parse ("k.json", text, strlen (text), &error));
    assert_error_is (&error, cases[i].message);
  }
}

static void
this_computer_may_be_asked_without_tls (void)
{
  static const char *const urls[] = { "http://localhost:8080/token", "http://127.0.0.1/",
                                      "http://[::1]:1/t", "https://a.example/x?y=z" };
  for (unsigned i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autofree char *member = g_strdup_printf ("\"token_uri\": \"%s\", ", urls[i]);
    g_autofree char *text = user_text (member);
    g_autoptr (KeyFile) file = parse (text);
    g_assert_cmpstr (file->token_url, ==, urls[i]);
  }
}

static void
a_file_is_at_most_64_kib (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = user_text ("");
  g_autofree char *blanks = g_strnfill (KEY_FILE_MOST_BYTES - strlen (text), ' ');
  g_autofree char *most = g_strconcat (text, blanks, NULL);
  g_autofree char *more = g_strconcat (most, " ", NULL);
  g_autoptr (KeyFile) file = key_file_read (scratch_write (scratch, "most", most), &error);
  g_assert_no_error (error);
  g_assert_nonnull (file);
  g_assert_null (key_file_read (scratch_write (scratch, "more", more), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (key_file_parse ("k.json", more, strlen (more), &error));
  assert_error_is (&error, "k.json: this is not a JSON object of at most 64 KiB");
}

static void
what_others_may_read_is_open (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = user_text ("");
  const char *path = scratch_write (scratch, "k.json", text);
  static const struct {
    int mode;
    bool is_open;
  } cases[] = { { 0600, false }, { 0400, false }, { 0640, true }, { 0604, true }, { 0620, true } };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_cmpint (g_chmod (path, cases[i].mode), ==, 0);
    g_autoptr (KeyFile) file = key_file_read (path, &error);
    g_assert_no_error (error);
    g_assert_true (file->is_open == cases[i].is_open);
  }
}

static void
a_file_that_is_not_there_is_named (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (key_file_read ("/nowhere/k.json", &error));
  assert_error_is (&error, "cannot open /nowhere/k.json: there is no such file or folder");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/key-file/" name, function)
  CLAIM ("a-service-account-is-read", a_service_account_is_read);
  CLAIM ("a-user-is-read", a_user_is_read);
  CLAIM ("an-external-account-is-read", an_external_account_is_read);
  CLAIM ("an-impersonated-account-has-a-source", an_impersonated_account_has_a_source);
  CLAIM ("an-error-names-the-member-and-not-what-is-in-it",
         an_error_names_the_member_and_not_what_is_in_it);
  CLAIM ("a-source-is-checked-too", a_source_is_checked_too);
  CLAIM ("this-computer-may-be-asked-without-tls", this_computer_may_be_asked_without_tls);
  CLAIM ("a-file-is-at-most-64-kib", a_file_is_at_most_64_kib);
  CLAIM ("what-others-may-read-is-open", what_others_may_read_is_open);
  CLAIM ("a-file-that-is-not-there-is-named", a_file_that_is_not_there_is_named);
#undef CLAIM
  return g_test_run ();
}
