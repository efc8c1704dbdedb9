#include "asked.h"

#define PATH "/publishers/google/models/gemini-3-pro-image:generateContent"
#define ROWS                                                                                       \
  "any: { providers: vertex, resolutions: [1K], options: [labels] }\n"                             \
  "imagen: { providers: vertex, api: predict, resolutions: [1K] }\n"                               \
  "old: { providers: vertex, api: predict, resolutions: [1K], ids: [\"vertex=a/b@002\"] }"

static void
assert_url (const char *config, const char *model, const char *wanted)
{
  g_autoptr (Asked) asked = asked_new ("vertex", config, ROWS, model, "prompt: x");
  g_autofree char *url = asked_url (asked);
  g_assert_cmpstr (url, ==, wanted);
}

static void
hosts_go_by_the_location (void)
{
  assert_url (NULL, "nano-banana-pro",
              "https://aiplatform.googleapis.com/v1/projects/acme-img/locations/global" PATH);
  static const char *const cases[][2] = {
    { "global", "https://aiplatform.googleapis.com/v1/projects/acme-img/locations/global/" },
    { "us-central1", "https://us-central1-aiplatform.googleapis.com/v1/projects/acme-img/locations/"
                     "us-central1/" },
    { "us", "https://aiplatform.us.rep.googleapis.com/v1/projects/acme-img/locations/us/" },
    { "eu", "https://aiplatform.eu.rep.googleapis.com/v1/projects/acme-img/locations/eu/" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *config = g_strdup_printf ("locations: [%s]", cases[i][0]);
    g_autofree char *wanted = g_strconcat (cases[i][1],
                                           "publishers/google/models/any:generateContent", NULL);
    assert_url (config, "any", wanted);
  }
}

static void
the_first_location_that_has_the_model_is_asked (void)
{
  static const char config[] = "locations: [europe-west1, global]";
  assert_url (config, "nano-banana-pro",
              "https://aiplatform.googleapis.com/v1/projects/acme-img/locations/global" PATH);
  assert_url (config, "gemini-2.5-flash-image",
              "https://europe-west1-aiplatform.googleapis.com/v1/projects/acme-img/locations/"
              "europe-west1/publishers/google/models/gemini-2.5-flash-image:generateContent");
  g_autoptr (Asked) asked = asked_new ("vertex", config, ROWS, "any", "prompt: x");
  asked->request.location = "eu";
  g_autofree char *url = asked_url (asked);
  g_assert_nonnull (strstr (url, "https://aiplatform.eu.rep.googleapis.com/"));
}

static void
the_next_location_is_of_those_that_have_the_model (void)
{
  g_autoptr (Asked)
    asked = asked_new ("vertex", "locations: [us, global, asia-east1, europe-west1]", ROWS,
                       "gemini-2.5-flash-image", "prompt: x");
  const char *first = asked->type->next_location (asked->config, asked->row, NULL);
  g_assert_cmpstr (first, ==, "global");
  const char *second = asked->type->next_location (asked->config, asked->row, first);
  g_assert_cmpstr (second, ==, "europe-west1");
  g_assert_null (asked->type->next_location (asked->config, asked->row, second));
  g_assert_null (asked->type->next_location (asked->config, asked->row, "nowhere"));
  /* In express mode there is one address: to move would be to ask it again. */
  g_autoptr (Asked) express = asked_new ("vertex", "locations: [us, global]\nkey: { env: K }", ROWS,
                                         "gemini-2.5-flash-image", "prompt: x");
  g_assert_null (express->type->next_location (express->config, express->row, NULL));
}

static void
a_place_without_the_model_is_told_at_once (void)
{
  static const char *const cases[][3] = {
    { "locations: [europe-west1]", "nano-banana-pro",
      "model: the model 'gemini-3-pro-image' is in global, and in none of the 'locations' of your "
      "configuration" },
    { "locations: [europe-west1, global]", "nano-banana-pro", "" },
    { "locations: [europe-west1]", "any", "" },
    { "locations: [europe-west1]\nkey: { env: K }", "nano-banana-pro", "" },
    { NULL, "nano-banana-pro", "" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) asked = asked_new ("vertex", cases[i][0], ROWS, cases[i][1], "prompt: x");
    g_autofree char *said = asked_complaint (asked);
    g_assert_cmpstr (said, ==, cases[i][2]);
  }
}

static void
express_mode_has_no_project_and_no_location (void)
{
  assert_url ("key: { env: K }\nproject: p\nlocations: [us]", "nano-banana-pro",
              "https://aiplatform.googleapis.com/v1" PATH);
  assert_url ("key: { env: K }\nbase-url: https://g.example/", "nano-banana-pro",
              "https://g.example/v1" PATH);
}

static void
base_url_takes_the_host_s_place (void)
{
  assert_url ("base-url: https://g.example/x/\nlocations: [us-central1]", "any",
              "https://g.example/x/v1/projects/acme-img/locations/us-central1/publishers/google/"
              "models/any:generateContent");
}

static void
imagen_shaped_models_are_asked_to_predict (void)
{
  assert_url (NULL, "imagen",
              "https://aiplatform.googleapis.com/v1/projects/acme-img/locations/global/publishers/"
              "google/models/imagen:predict");
}

static void
names_stay_one_segment_of_the_path (void)
{
  assert_url (
    "project: \"example.com:a/b?c\"", "old",
    "https://aiplatform.googleapis.com/v1/projects/example.com:a%2Fb%3Fc/locations/global/"
    "publishers/google/models/a%2Fb@002:predict");
}

static void
the_project_is_the_configuration_s_or_the_credential_s (void)
{
  assert_url ("project: mine", "nano-banana-pro",
              "https://aiplatform.googleapis.com/v1/projects/mine/locations/global" PATH);
  g_autoptr (Asked) asked = asked_new ("vertex", NULL, ROWS, "any", "prompt: x");
  g_autoptr (GError) error = NULL;
  g_auto (ProviderStep) step = { 0 };
  asked->request.project = NULL;
  g_assert_false (asked->type->first_step (&asked->request, &step, &error));
  g_assert_error (error, PROVIDER_ERROR, PROVIDER_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==,
                   "'vertex' does not know which Google Cloud project pays: say 'project' in your "
                   "configuration, or set GOOGLE_CLOUD_PROJECT");
  g_assert_null (step.request);
}

static void
labels_are_as_the_bill_takes_them (void)
{
  g_autofree char *longest = g_strnfill (63, 'a'), *longer = g_strnfill (64, 'a');
  g_autofree char *good = g_strdup_printf ("%s=%s", longest, longest);
  g_autofree char *long_key = g_strdup_printf ("%s=b", longer);
  g_autofree char *long_value = g_strdup_printf ("b=%s", longer);
  const struct {
    const char *label;
    bool is_right;
  } cases[] = {
    { "a=b", true },         { "pipeline=cups", true }, { "a1_-=1", true },
    { "a=", true },          { "a=_x-", true },         { good, true },
    { "a", false },          { "=b", false },           { "", false },
    { "A=b", false },        { "a=B", false },          { "1a=b", false },
    { "_a=b", false },       { "-a=b", false },         { "a b=c", false },
    { "a=b c", false },      { "a=b=c", false },        { "a=b.c", false },
    { "\xc3\xa9=b", false }, { long_key, false },       { long_value, false },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *options = g_strdup_printf ("prompt: x\nlabels: [\"%s\"]", cases[i].label);
    g_autoptr (Asked) asked = asked_new ("vertex", NULL, ROWS, "any", options);
    g_autofree char *said = asked_complaint (asked);
    g_autofree char *wanted = g_strdup_printf ("labels: a label is KEY=VALUE of at most 63 "
                                               "lower-case letters, digits, '_' and '-' each, and "
                                               "its key begins with a letter, not '%s'",
                                               cases[i].label);
    g_assert_cmpstr (said, ==, cases[i].is_right ? "" : wanted);
  }
  g_autoptr (Asked)
    twice = asked_new ("vertex", NULL, ROWS, "any", "prompt: x\nlabels: [a=b, aa=b, a=c]");
  g_autofree char *said = asked_complaint (twice);
  g_assert_cmpstr (said, ==, "labels: the label 'a=c' has a key that stands there twice");
}

static void
wrong_configurations_are_refused (void)
{
  static const char *const cases[][2] = {
    { "locations: [Europe]", "'locations' takes names such as global, europe-west1, us and eu, not "
                             "'Europe'" },
    { "locations: [\"a.example/\"]", "not 'a.example/'" },
    { "locations: [\"\"]", "'locations'" },
    { "locations: []", "'locations' takes at least one" },
    { "base-url: http://g.example", "'base-url' takes https:// only" },
    { "key: { env: K }\ncredentials-file: k.json", "'key' is for express mode" },
    { "key: { env: K }\ntoken-command: [t]", "'key' is for express mode" },
    { "jobs: 0", "'jobs'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *said = config_complaint ("vertex", cases[i][0]);
    if (said == NULL || strstr (said, cases[i][1]) == NULL)
      g_error ("%s: %s", cases[i][0], said);
  }
}

static void
google_s_credentials_are_its_login (void)
{
  g_autoptr (Asked) asked = asked_new ("vertex", "token-endpoint: true\ncredentials-file: k.json",
                                       NULL, "nano-banana-pro", "prompt: x");
  ProviderLogin login;
  asked->type->login (asked->config, &login);
  g_assert_true (login.takes_google);
  g_assert_true (login.uses_token_endpoint);
  g_assert_cmpstr (login.key_file, ==, "/k.json");
  g_assert_null (login.key);
  g_assert_cmpstr (login.header, ==, "x-goog-api-key");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/vertex/" name, function)
  CLAIM ("hosts-go-by-the-location", hosts_go_by_the_location);
  CLAIM ("the-first-location-that-has-the-model-is-asked",
         the_first_location_that_has_the_model_is_asked);
  CLAIM ("the-next-location-is-of-those-that-have-the-model",
         the_next_location_is_of_those_that_have_the_model);
  CLAIM ("a-place-without-the-model-is-told-at-once", a_place_without_the_model_is_told_at_once);
  CLAIM ("express-mode-has-no-project-and-no-location",
         express_mode_has_no_project_and_no_location);
  CLAIM ("base-url-takes-the-host-s-place", base_url_takes_the_host_s_place);
  CLAIM ("imagen-shaped-models-are-asked-to-predict", imagen_shaped_models_are_asked_to_predict);
  CLAIM ("names-stay-one-segment-of-the-path", names_stay_one_segment_of_the_path);
  CLAIM ("the-project-is-the-configuration-s-or-the-credential-s",
         the_project_is_the_configuration_s_or_the_credential_s);
  CLAIM ("labels-are-as-the-bill-takes-them", labels_are_as_the_bill_takes_them);
  CLAIM ("wrong-configurations-are-refused", wrong_configurations_are_refused);
  CLAIM ("google-s-credentials-are-its-login", google_s_credentials_are_its_login);
#undef CLAIM
  return g_test_run ();
}
