#include "transport/google-search.h"

#include <glib/gstdio.h>

#include "asking.h"

/* An environment: names and values, NULL-terminated. */
static const char *
find_in (const char *name, void *data)
{
  const char *const *each = data;
  for (; *each != NULL; each += 2)
    if (strcmp (each[0], name) == 0)
      return each[1];
  return NULL;
}

static CredentialPlaces
places_of (const char **env, const char *home)
{
  return (CredentialPlaces){
    .get_env = find_in, .env_data = env, .home = home, .product_name_path = "/nowhere/product_name"
  };
}

static Credential *
find (const CredentialPlaces *places)
{
  g_autoptr (GError) error = NULL;
  Credential *credential = credential_find_google (places, &error);
  g_assert_no_error (error);
  return credential;
}

static const char *
write_user (Scratch *scratch, const char *folder, const char *name)
{
  g_autofree char *member = g_strdup_printf ("\"account\": \"%s\", ", name);
  g_autofree char *text = user_text (member);
  const char *in = scratch_path (scratch, folder);
  g_assert_cmpint (g_mkdir_with_parents (in, 0700), ==, 0);
  g_autofree char *path = g_build_filename (folder, "application_default_credentials.json", NULL);
  return scratch_write (scratch, path, text);
}

static void
assert_is_user (const CredentialPlaces *places, const char *name)
{
  g_autoptr (Credential) credential = find (places);
  g_autofree char *prefix = g_strdup_printf ("user %s (file ", name);
  g_assert_true (g_str_has_prefix (credential_describe (credential), prefix));
}

static void
the_first_place_that_has_one_wins (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *told = write_user (scratch, "told", "told");
  const char *named = write_user (scratch, "named", "named");
  write_user (scratch, "sdk", "sdk");
  write_user (scratch, "home/.config/gcloud", "home");
  const char *sdk = scratch_path (scratch, "sdk"), *home = scratch_path (scratch, "home");
  const char *all[] = { "GOOGLE_APPLICATION_CREDENTIALS", named, "CLOUDSDK_CONFIG", sdk, NULL };
  const char *some[] = { "GOOGLE_APPLICATION_CREDENTIALS", "", "CLOUDSDK_CONFIG", sdk, NULL };
  const char *none[] = { NULL };
  CredentialPlaces places = places_of (all, home);
  places.file = told;
  assert_is_user (&places, "told");
  places = places_of (all, home);
  assert_is_user (&places, "named");
  places = places_of (some, home);
  assert_is_user (&places, "sdk");
  places = places_of (none, home);
  assert_is_user (&places, "home");
}

static void
a_bad_file_is_an_error_and_not_passed_by (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  write_user (scratch, "home/.config/gcloud", "home");
  const char *home = scratch_path (scratch, "home");
  const char *missing[] = { "GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/k.json", NULL };
  const char *broken = scratch_write (scratch, "broken.json", "{\"type\": \"authorized_user\"}");
  const char *bad[] = { "GOOGLE_APPLICATION_CREDENTIALS", broken, NULL };
  const char *none[] = { NULL };
  g_autoptr (GError) error = NULL;
  CredentialPlaces places = places_of (missing, home);
  g_assert_null (credential_find_google (&places, &error));
  assert_error_is (&error,
                   "GOOGLE_APPLICATION_CREDENTIALS: cannot open /nowhere/k.json: there is no "
                   "such file or folder");
  places = places_of (bad, home);
  g_assert_null (credential_find_google (&places, &error));
  g_autofree char *expected = g_strdup_printf (
    "GOOGLE_APPLICATION_CREDENTIALS: %s: 'client_id' is missing", broken);
  assert_error_is (&error, expected);
  places = places_of (none, home);
  places.file = "/nowhere/told.json";
  g_assert_null (credential_find_google (&places, &error));
  assert_error_is (&error, "cannot open /nowhere/told.json: there is no such file or folder");
}

static void
the_project_is_named_or_the_credentials_own (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autofree char *text = service_account_text ("");
  const char *path = scratch_write (scratch, "k.json", text);
  const char *both[] = { "GOOGLE_CLOUD_PROJECT", "one", "GCLOUD_PROJECT", "two", NULL };
  const char *old[] = {
    "GOOGLE_CLOUD_PROJECT", "", "GCLOUD_PROJECT", "two", "GOOGLE_CLOUD_QUOTA_PROJECT", "quota", NULL
  };
  const char *none[] = { NULL };
  const struct {
    const char **env;
    const char *project;
  } cases[] = { { both, "one" }, { old, "two" }, { none, "acme" } };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    CredentialPlaces places = places_of (cases[i].env, NULL);
    places.file = path;
    g_autoptr (Credential) credential = find (&places);
    g_assert_cmpstr (credential_project (credential), ==, cases[i].project);
    g_autoptr (HttpRequest) asked = asked_with (credential, NOW_S);
    g_assert_cmpuint (asked->headers->len, ==, cases[i].env == old ? 2 : 1);
    places.options.project = "mine";
    g_autoptr (Credential) mine = find (&places);
    g_assert_cmpstr (credential_project (mine), ==, "mine");
  }
}

#define PLACES(third, fourth)                                                                      \
  "no Google credentials were found:\n"                                                            \
  "  1. Peel was told of no credentials file\n"                                                    \
  "  2. GOOGLE_APPLICATION_CREDENTIALS is not set; set it to the key file of a service account\n"  \
  "  3. " third "; make it: gcloud auth application-default login\n"                               \
  "  4. " fourth

static void
where_nothing_is_found_all_places_are_told (void)
{
  const char *env[] = { "NO_GCE_CHECK", "true", NULL };
  g_autoptr (GError) error = NULL;
  CredentialPlaces places = places_of (env, "/nowhere");
  g_assert_null (credential_find_google (&places, &error));
  g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_NO_CREDENTIAL);
  assert_error_is (&error,
                   PLACES ("/nowhere/.config/gcloud/application_default_credentials.json is not "
                           "there",
                           "no metadata server was looked for: NO_GCE_CHECK is true"));
  places = places_of (env, NULL);
  g_assert_null (credential_find_google (&places, &error));
  assert_error_is (&error, PLACES ("~/.config/gcloud has no place: HOME is not set",
                                   "no metadata server was looked for: NO_GCE_CHECK is true"));
}

static void
a_metadata_server_is_looked_for_last (void)
{
  const char *env[] = { "GCE_METADATA_IP",
                        "127.0.0.1:1",
                        "GCE_METADATA_TIMEOUT",
                        "7",
                        "GCE_METADATA_DETECT_RETRIES",
                        "1",
                        NULL };
  CredentialPlaces places = places_of (env, "/nowhere");
  g_autoptr (Credential) credential = find (&places);
  g_autoptr (GError) error = NULL;
  g_auto (CredentialStep) step = step_at (credential, NOW_S, CREDENTIAL_SEND);
  g_assert_true (credential_is_guess (credential));
  g_assert_true (credential_learns_project (credential));
  g_assert_cmpstr (step.request->url, ==, "http://127.0.0.1:1/");
  g_assert_cmpint (step.request->timeout_ms, ==, 7000);
  g_assert_false (credential_take_silence (credential, "no", NOW_S, &error));
  assert_error_is (
    &error, PLACES ("/nowhere/.config/gcloud/application_default_credentials.json is not there",
                    "no metadata server answers: this is not a machine of Google's cloud"));
}

static void
who_is_known_is_not_looked_for (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *host[] = { "GCE_METADATA_HOST", "localhost:8080", NULL };
  const char *none[] = { NULL };
  CredentialPlaces places = places_of (host, "/nowhere");
  g_autoptr (Credential) named = find (&places);
  g_auto (CredentialStep) one = step_at (named, NOW_S, CREDENTIAL_SEND);
  g_assert_cmpstr (one.request->url, ==,
                   "http://localhost:8080/computeMetadata/v1/project/project-id");
  places = places_of (none, "/nowhere");
  places.product_name_path = scratch_write (scratch, "product_name", "Google Compute Engine\n");
  g_autoptr (Credential) machine = find (&places);
  g_assert_false (credential_is_guess (machine) || credential_is_guess (named));
  g_auto (CredentialStep) two = step_at (machine, NOW_S, CREDENTIAL_SEND);
  g_assert_cmpstr (two.request->url, ==,
                   "http://metadata.google.internal/computeMetadata/v1/project/project-id");
  places.product_name_path = scratch_write (scratch, "product_name", "Not Google\n");
  g_autoptr (Credential) other = find (&places);
  g_auto (CredentialStep) three = step_at (other, NOW_S, CREDENTIAL_SEND);
  g_assert_cmpstr (three.request->url, ==, "http://169.254.169.254/");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/google-search/" name, function)
  CLAIM ("the-first-place-that-has-one-wins", the_first_place_that_has_one_wins);
  CLAIM ("a-bad-file-is-an-error-and-not-passed-by", a_bad_file_is_an_error_and_not_passed_by);
  CLAIM ("the-project-is-named-or-the-credentials-own",
         the_project_is_named_or_the_credentials_own);
  CLAIM ("where-nothing-is-found-all-places-are-told", where_nothing_is_found_all_places_are_told);
  CLAIM ("a-metadata-server-is-looked-for-last", a_metadata_server_is_looked_for_last);
  CLAIM ("who-is-known-is-not-looked-for", who_is_known_is_not_looked_for);
#undef CLAIM
  return g_test_run ();
}
