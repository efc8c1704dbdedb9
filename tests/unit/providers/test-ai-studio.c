#include "asked.h"

static void
profile_and_base_url_say_where_it_is (void)
{
#define PATH "/v1beta/models/gemini-3-pro-image:generateContent"
  static const char *const cases[][2] = {
    { "{}", "https://generativelanguage.googleapis.com" PATH },
    { "profile: apiyi", "https://api.apiyi.com" PATH },
    { "base-url: https://g.example/x/", "https://g.example/x" PATH },
    { "profile: apiyi\nbase-url: https://g.example", "https://g.example" PATH },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked)
      asked = asked_new ("ai-studio", cases[i][0], NULL, "nano-banana-pro", "prompt: x");
    g_autofree char *url = asked_url (asked);
    g_assert_cmpstr (url, ==, cases[i][1]);
  }
  g_autoptr (Asked) asked = asked_new (
    "ai-studio", NULL, "m: { providers: ai-studio, resolutions: [1K], ids: [ai-studio=a/b?c] }",
    "m", "prompt: x");
  g_autofree char *url = asked_url (asked);
  g_assert_cmpstr (url, ==,
                   "https://generativelanguage.googleapis.com/v1beta/models/a%2Fb%3Fc:"
                   "generateContent");
}

static void
the_whole_request_is_as_google_shows_it (void)
{
  g_autoptr (Asked) asked = asked_new ("ai-studio", NULL, NULL, "gemini-3-pro-image",
                                       "prompt: \"A brass owl, studio light\"\nresolution: 2K");
  g_autofree char *text = asked_text (asked);
  g_assert_cmpstr (text, ==,
                   "POST https://generativelanguage.googleapis.com/v1beta/models/"
                   "gemini-3-pro-image:generateContent\n"
                   "Content-Type: application/json\n\n"
                   "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"A brass owl, studio "
                   "light\"}]}],\"generationConfig\":{\"responseModalities\":[\"IMAGE\"],"
                   "\"candidateCount\":1,\"seed\":7,\"imageConfig\":{\"aspectRatio\":\"1:1\","
                   "\"imageSize\":\"2K\"}}}");
}

static void
the_key_goes_as_the_profile_has_it (void)
{
  static const char *const cases[][2] = {
    { "{}", "x-goog-api-key" },
    { "profile: apiyi", "Authorization" },
    { "auth: bearer", "Authorization" },
    { "profile: apiyi\nauth: x-goog-api-key", "x-goog-api-key" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked)
      asked = asked_new ("ai-studio", cases[i][0], NULL, "nano-banana-pro", "prompt: x");
    ProviderLogin login;
    asked->type->login (asked->config, &login);
    g_assert_cmpstr (login.header, ==, cases[i][1]);
    g_assert_false (login.takes_google);
    /* Keys of the environment are meant for Google, not for a gateway. */
    if (g_str_has_prefix (cases[i][0], "profile: apiyi")) {
      g_assert_null (login.key_names);
      continue;
    }
    g_assert_cmpstr (login.key_names[0], ==, "GOOGLE_API_KEY");
    g_assert_cmpstr (login.key_names[1], ==, "GEMINI_API_KEY");
    g_assert_null (login.key_names[2]);
  }
}

static void
the_pipeline_s_model_comes_before_the_configuration_s (void)
{
  const ProviderType *type = provider_find ("ai-studio");
  g_autoptr (Asked) asked = asked_new ("ai-studio", "model: mine\ncost: 0.09\njobs: 9", NULL,
                                       "nano-banana-pro", "prompt: x\nmodel: theirs");
  const GenerateOptions none = { .model = NULL };
  g_assert_cmpstr (type->model (asked->options, asked->config), ==, "theirs");
  g_assert_cmpstr (type->model (&none, asked->config), ==, "mine");
  g_assert_null (type->model (&none, NULL)); /* then it is default_model */
  g_assert_cmpfloat (type->cost (asked->config), ==, 0.09);
  g_assert_cmpint (type->most_at_once (asked->config), ==, 9);
}

static void
wrong_configurations_are_refused (void)
{
  static const char *const cases[][2] = {
    { "base-url: http://g.example", "'base-url' takes https:// only" },
    { "profile: nobody", "'profile'" },
    { "auth: basic", "'auth'" },
    { "keys: [abc]", "keys" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *said = config_complaint ("ai-studio", cases[i][0]);
    if (said == NULL || strstr (said, cases[i][1]) == NULL)
      g_error ("%s: %s", cases[i][0], said);
  }
}

static void
the_tables_are_sound (void)
{
  static const char *const names[] = { "ai-studio", "openai", "vertex" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *fault = options_find_fault (provider_find (names[i])->config);
    g_assert_cmpstr (fault, ==, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/ai-studio/" name, function)
  CLAIM ("profile-and-base-url-say-where-it-is", profile_and_base_url_say_where_it_is);
  CLAIM ("the-whole-request-is-as-google-shows-it", the_whole_request_is_as_google_shows_it);
  CLAIM ("the-key-goes-as-the-profile-has-it", the_key_goes_as_the_profile_has_it);
  CLAIM ("the-pipeline-s-model-comes-before-the-configuration-s",
         the_pipeline_s_model_comes_before_the_configuration_s);
  CLAIM ("wrong-configurations-are-refused", wrong_configurations_are_refused);
  CLAIM ("the-tables-are-sound", the_tables_are_sound);
#undef CLAIM
  return g_test_run ();
}
