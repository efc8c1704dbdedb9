#include "pipeline/config.h"

#include <string.h>

#include "providers/command.h"
#include "support/scratch.h"

static Config *
read_chosen (const char *profile, const char *text, char **out_complaint)
{
  g_autoptr (Problems) problems = problems_new ();
  Config *config = config_read ("/home/me/config.yaml", profile, text, strlen (text), problems);
  *out_complaint = config == NULL ? problems_format (problems) : NULL;
  return config;
}

static Config *
read_config (const char *text, char **out_complaint)
{
  return read_chosen (NULL, text, out_complaint);
}

static void
a_provider_gets_what_stands_below_its_name (void)
{
  g_autofree char *complaint = NULL;
  g_autoptr (Config) config = read_config ("providers:\n"
                                           "  command: { program: [/bin/make, x], cost: 0.5 }\n",
                                           &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  const CommandConfig *command = config_provider (config, provider_find ("command"));
  g_assert_cmpstr (command->program[1], ==, "x");
  g_assert_cmpfloat (command->cost, ==, 0.5);
  g_assert_null (config_provider (config, provider_find ("synthetic")));
  g_assert_cmpstr (config_path (config), ==, "/home/me/config.yaml");
}

static void
little_or_nothing_is_a_configuration_too (void)
{
  static const char *const texts[] = { "", "# nothing yet\n", "providers:\n", "{}" };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *complaint = NULL;
    g_autoptr (Config) config = read_config (texts[i], &complaint);
    g_assert_cmpstr (complaint, ==, NULL);
    g_assert_null (config_provider (config, provider_find ("command")));
  }
  g_assert_null (config_provider (NULL, provider_find ("command")));
  g_assert_null (config_models (NULL));
}

static void
what_the_file_names_is_known (void)
{
  g_autofree char *complaint = NULL;
  g_autoptr (Config) config = read_config ("providers: { openai: { jobs: 2 } }\n"
                                           "models:\n"
                                           "  gemini-3-pro-image: { price: 1 }\n"
                                           "  ours: { providers: [openai] }\n",
                                           &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  g_assert_true (config_names_provider (config, provider_find ("openai")));
  g_assert_false (config_names_provider (config, provider_find ("vertex")));
  g_assert_false (config_names_provider (NULL, provider_find ("openai")));
  g_assert_cmpint (config_model_origin (config, "gpt-image-2"), ==, MODEL_ORIGIN_BUILTIN);
  g_assert_cmpint (config_model_origin (config, "gemini-3-pro-image"), ==, MODEL_ORIGIN_CHANGED);
  g_assert_cmpint (config_model_origin (config, "ours"), ==, MODEL_ORIGIN_ADDED);
}

static void
mistakes_are_told_with_their_place (void)
{
  static const struct {
    const char *text, *words;
  } cases[] = {
    { "provider: {}\n",
      "/home/me/config.yaml:1:1: the configuration has no key 'provider'; did you mean "
      "'providers'?" },
    { "providers: [command]\n", "'providers' takes a map of providers, not a list" },
    { "providers: { comand: {} }\n", "there is no provider 'comand'; did you mean 'command'?" },
    { "providers: { dreams: {} }\n", "there is no provider 'dreams'" },
    { "providers: { synthetic: {} }\n", "the provider 'synthetic' needs no configuration" },
    { "providers: { command: { cost: 1 } }\n", "'command' needs 'program'" },
    { "providers: { command: { program: /bin/x, tiemout: 5s } }\n", "did you mean 'timeout'?" },
    { "providers:\n  command:\n    program: [/bin/x, --key, sk-0123456789abcdef0123]\n",
      ":3:30: this text holds what looks like a secret" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *complaint = NULL;
    g_assert_null (read_config (cases[i].text, &complaint));
    if (strstr (complaint, cases[i].words) == NULL)
      g_error ("%s: %s", cases[i].text, complaint);
    g_assert_null (strstr (complaint, "sk-0123"));
  }
}

static const char *
add (Config *config, const char *text, char **out_complaint)
{
  g_autoptr (Problems) problems = problems_new ();
  const Node *root = config_add (config, "/shop", "shop/peel.yaml", text, strlen (text), problems);
  *out_complaint = problems_format (problems);
  return root != NULL ? "added" : NULL;
}

static void
a_layer_wins_option_by_option (void)
{
  g_autofree char *complaint = NULL, *second = NULL;
  g_autoptr (Config)
    config = read_config ("providers: { command: { program: [/bin/make, x, y], cost: 0.5 } }\n"
                          "models: { gemini-3-pro-image: { price: 1 } }\n",
                          &complaint);
  g_assert_nonnull (add (config,
                         "providers:\n"
                         "  command: { program: [/bin/other], jobs: 3 }\n"
                         "  vertex: { credentials-file: k.json }\n"
                         "models: { gemini-3-pro-image: { reference-price: 2 } }\n",
                         &second));
  const CommandConfig *command = config_provider (config, provider_find ("command"));
  g_assert_cmpstr (command->program[0], ==, "/bin/other");
  g_assert_null (command->program[1]);
  g_assert_cmpfloat (command->cost, ==, 0.5);
  g_assert_cmpint (command->jobs, ==, 3);
  ProviderLogin login = { 0 };
  const ProviderType *vertex = provider_find ("vertex");
  vertex->login (config_provider (config, vertex), &login);
  g_assert_cmpstr (login.key_file, ==, "/shop/k.json");
  const Model *model = model_table_find (config_models (config), "vertex", "gemini-3-pro-image",
                                         NULL);
  g_assert_cmpfloat (model->price, ==, 1);
  g_assert_cmpfloat (model->reference_price, ==, 2);
  g_assert_cmpstr (config_path (config), ==, "/home/me/config.yaml");
}

static void
a_layer_need_not_say_again_what_is_required (void)
{
  g_autofree char *complaint = NULL, *second = NULL, *third = NULL;
  g_autoptr (Config)
    config = read_config ("providers: { command: { program: /bin/make } }\n", &complaint);
  g_assert_nonnull (add (config, "providers: { command: { cost: 2 } }\n", &second));
  g_autoptr (Config) bare = read_config ("", &complaint);
  g_assert_null (add (bare, "providers: { command: { cost: 2 } }\n", &third));
  g_assert_nonnull (strstr (third, "shop/peel.yaml:1:23: 'command' needs 'program'"));
}

/* ---- profiles ---- */

#define PROFILED                                                                                   \
  "providers: { command: { program: [/bin/make], cost: 1, jobs: 2 } }\n"                           \
  "profiles:\n"                                                                                    \
  "  dev:\n"                                                                                       \
  "    generate: { resolution: 1K, safety: { harassment: off } }\n"                                \
  "    providers: { command: { cost: 5 }, vertex: { credentials-file: k.json } }\n"                \
  "    models: { gemini-3-pro-image: { price: 3 } }\n"                                             \
  "  staging:\n"

static char *
generate_of (const Config *config)
{
  GString *out = g_string_new (NULL);
  if (config_generate (config) != NULL)
    node_to_json (config_generate (config), out);
  return g_string_free (out, FALSE);
}

static void
a_profile_counts_when_it_is_chosen (void)
{
  static const struct {
    const char *profile, *generate;
    double cost, price;
  } cases[] = {
    { NULL, "", 1, 0 },
    { "staging", "", 1, 0 },
    { "dev", "{\"resolution\":\"1K\",\"safety\":{\"harassment\":\"off\"}}", 5, 3 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *complaint = NULL;
    g_autoptr (Config) config = read_chosen (cases[i].profile, PROFILED, &complaint);
    g_assert_cmpstr (complaint, ==, NULL);
    const CommandConfig *command = config_provider (config, provider_find ("command"));
    g_assert_cmpfloat (command->cost, ==, cases[i].cost);
    g_assert_cmpint (command->jobs, ==, 2);
    const Model *model = model_table_find (config_models (config), "vertex", "gemini-3-pro-image",
                                           NULL);
    g_assert_cmpfloat (model->price, ==, cases[i].price);
    g_autofree char *generate = generate_of (config);
    g_assert_cmpstr (generate, ==, cases[i].generate);
    bool is_dev = cases[i].cost == 5;
    g_assert_cmpint (config_names_provider (config, provider_find ("vertex")), ==, is_dev);
    g_assert_cmpint (config_model_origin (config, "gemini-3-pro-image"), ==,
                     is_dev ? MODEL_ORIGIN_CHANGED : MODEL_ORIGIN_BUILTIN);
  }
  g_assert_null (config_generate (NULL));
}

static void
a_profile_of_two_files_is_both_the_later_last (void)
{
  g_autofree char *complaint = NULL, *second = NULL;
  g_autoptr (Config) config = read_chosen ("dev", PROFILED, &complaint);
  g_assert_nonnull (
    add (config,
         "providers: { command: { jobs: 7 } }\n"
         "profiles:\n"
         "  dev:\n"
         "    generate: { seed: 4, resolution: 2K, safety: { all: off } }\n"
         "    providers: { command: { cost: 6 }, vertex: { credentials-file: k.json } }\n",
         &second));
  const CommandConfig *command = config_provider (config, provider_find ("command"));
  g_assert_cmpfloat (command->cost, ==, 6);
  g_assert_cmpint (command->jobs, ==, 7);
  g_autofree char *generate = generate_of (config);
  g_assert_cmpstr (generate, ==,
                   "{\"resolution\":\"2K\",\"safety\":{\"harassment\":\"off\",\"all\":\"off\"},"
                   "\"seed\":4}");
  ProviderLogin login = { 0 };
  const ProviderType *vertex = provider_find ("vertex");
  vertex->login (config_provider (config, vertex), &login);
  g_assert_cmpstr (login.key_file, ==, "/shop/k.json");
}

/* A project's profile is over the user's, but its file as a whole is, too. */
static void
a_file_stands_over_a_profile_of_the_file_below (void)
{
  g_autofree char *complaint = NULL, *second = NULL;
  g_autoptr (Config) config = read_chosen ("dev", PROFILED, &complaint);
  g_assert_nonnull (add (config, "providers: { command: { cost: 9 } }\n", &second));
  const CommandConfig *command = config_provider (config, provider_find ("command"));
  g_assert_cmpfloat (command->cost, ==, 9);
}

static void
a_profile_that_is_not_chosen_is_checked_all_the_same (void)
{
  static const struct {
    const char *profile, *words;
  } cases[] = {
    { "{ provider: {} }", ":3:10: a profile has no key 'provider'; did you mean 'providers'?" },
    { "[]", "a profile is a map of keys, not a list" },
    { "{ generate: A watch }", "'generate' of a profile takes a map of options, not text" },
    { "{ generate: { prompt: A watch } }",
      ":3:22: 'prompt' stays in the pipeline: a profile says who makes a picture and how well, not "
      "what is in it" },
    { "{ generate: { mask: m.png } }", "'mask' stays in the pipeline" },
    { "{ generate: { references: [a.png] } }", "'references' stays in the pipeline" },
    { "{ generate: { provider: [vertex, opnai] } }",
      ":3:41: there is no provider 'opnai'; did you mean 'openai'?" },
    { "{ generate: { resolutoin: 1K } }", "did you mean 'resolution'?" },
    { "{ generate: { seed: many } }", "'seed' takes" },
    { "{ generate: { labels: ['a=${b}'] } }", ":3:31: a profile has no variables" },
    { "{ generate: { model: '${model}' } }", ":3:29: a profile has no variables" },
    { "{ providers: { openai: { jbs: 1 } } }", "did you mean 'jobs'?" },
    { "{ providers: { command: { jobs: 1 } } }", "'command' needs 'program'" },
    { "{ models: { gemini-3-pro-image: { prize: 1 } } }", "did you mean 'price'?" },
    { "{ providers: { vertex: { token-command: [/bin/x, sk-0123456789abcdef0123] } } }",
      ":3:57: this text holds what looks like a secret" },
    { "{ profiles: {} }", "a profile has no key 'profiles'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("profiles:\n  good: {}\n  bad: %s\n",
                                             cases[i].profile);
    for (unsigned chosen = 0; chosen < 2; chosen++) {
      g_autofree char *complaint = NULL;
      g_assert_null (read_chosen (chosen ? "bad" : NULL, text, &complaint));
      if (strstr (complaint, cases[i].words) == NULL)
        g_error ("%s: %s", text, complaint);
      g_assert_null (strstr (complaint, "sk-0123"));
      const char *first = strstr (complaint, "config.yaml:");
      g_assert_null (strstr (first + 1, "config.yaml:")); /* once */
    }
  }
}

static void
a_profile_that_is_not_there_is_told_with_those_that_are (void)
{
  static const struct {
    const char *profile, *words;
  } cases[] = {
    { NULL, "" },
    { "dev", "" },
    { "shop", "" },
    { "stagng",
      "there is no profile 'stagng'; did you mean 'staging'? /home/me/config.yaml has dev, "
      "staging; shop/peel.yaml has shop; and more" },
    { "x", "there is no profile 'x': /home/me/config.yaml has dev, staging; shop/peel.yaml has "
           "shop; and more" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Problems) problems = problems_new ();
    g_autofree char *complaint = NULL, *second = NULL;
    g_autoptr (Config) config = read_chosen (cases[i].profile, PROFILED, &complaint);
    g_assert_nonnull (add (config, "profiles: { shop: {} }\n", &second));
    bool is_there = config_check_profile (config, "and more", problems);
    g_assert_cmpint (is_there, ==, cases[i].words[0] == '\0');
    g_autofree char *found = problems_format (problems);
    g_assert_cmpstr (g_strchomp (found), ==, cases[i].words);
  }
  g_autoptr (Problems) problems = problems_new ();
  g_autofree char *complaint = NULL;
  g_autoptr (Config) config = read_chosen ("dev", "", &complaint);
  g_assert_false (config_check_profile (config, NULL, problems));
  g_autofree char *found = problems_format (problems);
  g_assert_nonnull (strstr (found, "there is no profile 'dev': /home/me/config.yaml has none"));
}

static void
more_profiles_than_anybody_has_are_refused (void)
{
  g_autoptr (GString) text = g_string_new ("profiles:\n");
  for (unsigned i = 0; i < 65; i++)
    g_string_append_printf (text, "  p%u: {}\n", i);
  g_autofree char *complaint = NULL, *name = NULL;
  g_assert_null (read_config (text->str, &complaint));
  g_assert_nonnull (strstr (complaint, "there are more than 64 profiles"));
  g_assert_null (read_config ("profiles: { a b: {} }\n", &name));
  g_assert_nonnull (strstr (name, "'a b' cannot be a profile"));
}

/* The rules across options look for the place of one that stands in the other layer. */
static void
layers_that_contradict_are_told (void)
{
  g_autofree char *complaint = NULL, *second = NULL;
  g_autoptr (Config)
    config = read_config ("providers: { vertex: { key: { env: K } } }\n", &complaint);
  g_assert_null (add (config, "providers: { vertex: { credentials-file: k.json } }\n", &second));
  g_assert_nonnull (strstr (second, "shop/peel.yaml:1:22: 'key' is for express mode"));
}

static char *
load_complaint (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Config) config = config_load (NULL, problems);
  return config == NULL ? problems_format (problems) : g_strdup ("");
}

static void
a_file_that_is_named_must_be_there (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "nowhere.yaml");
  g_setenv ("PEEL_CONFIG", path, TRUE);
  g_autofree char *missing = load_complaint ();
  g_assert_nonnull (strstr (missing, path));
  g_assert_nonnull (strstr (missing, "(PEEL_CONFIG names it)"));
  g_setenv ("PEEL_CONFIG", "here.yaml", TRUE);
  g_autofree char *relative = load_complaint ();
  g_assert_nonnull (strstr (relative, "PEEL_CONFIG is 'here.yaml', which is another file from each "
                                      "folder: give it an absolute path"));
  g_setenv ("PEEL_CONFIG", scratch_write (scratch, "c.yaml", "providers: {}\n"), TRUE);
  g_autofree char *there = load_complaint ();
  g_assert_cmpstr (there, ==, "");
  g_unsetenv ("PEEL_CONFIG");
}

static void
assert_budget (const char *user, const char *project, double usd, const char *where)
{
  g_autofree char *complaint = NULL, *second = NULL;
  g_autoptr (Config) config = read_config (user, &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  g_assert_nonnull (add (config, project, &second));
  g_assert_cmpfloat (config_budget (config)->per_day_usd, ==, usd);
  g_assert_cmpstr (config_budget (config)->where, ==, where);
}

static void
of_several_budgets_the_lowest_counts (void)
{
  assert_budget ("", "{}", -1, NULL);
  assert_budget ("budget:\n", "budget: {}\n", -1, NULL);
  assert_budget ("budget: { per-day: 5 }\n", "{}", 5, "/home/me/config.yaml");
  assert_budget ("{}", "budget: { per-day: 0.5 }\n", 0.5, "shop/peel.yaml");
  assert_budget ("budget: { per-day: 5 }\n", "budget: { per-day: 2 }\n", 2, "shop/peel.yaml");
  assert_budget ("budget: { per-day: 5 }\n", "budget: { per-day: 9 }\n", 5, "/home/me/config.yaml");
  assert_budget ("budget: { per-day: 0 }\n", "budget: { per-day: 9 }\n", 0, "/home/me/config.yaml");
  g_assert_null (config_budget (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pipeline/config/" name, function)
  CLAIM ("a-provider-gets-what-stands-below-its-name", a_provider_gets_what_stands_below_its_name);
  CLAIM ("little-or-nothing-is-a-configuration-too", little_or_nothing_is_a_configuration_too);
  CLAIM ("what-the-file-names-is-known", what_the_file_names_is_known);
  CLAIM ("mistakes-are-told-with-their-place", mistakes_are_told_with_their_place);
  CLAIM ("a-layer-wins-option-by-option", a_layer_wins_option_by_option);
  CLAIM ("a-layer-need-not-say-again-what-is-required",
         a_layer_need_not_say_again_what_is_required);
  CLAIM ("layers-that-contradict-are-told", layers_that_contradict_are_told);
  CLAIM ("a-profile-counts-when-it-is-chosen", a_profile_counts_when_it_is_chosen);
  CLAIM ("a-profile-of-two-files-is-both-the-later-last",
         a_profile_of_two_files_is_both_the_later_last);
  CLAIM ("a-file-stands-over-a-profile-of-the-file-below",
         a_file_stands_over_a_profile_of_the_file_below);
  CLAIM ("a-profile-that-is-not-chosen-is-checked-all-the-same",
         a_profile_that_is_not_chosen_is_checked_all_the_same);
  CLAIM ("a-profile-that-is-not-there-is-told-with-those-that-are",
         a_profile_that_is_not_there_is_told_with_those_that_are);
  CLAIM ("more-profiles-than-anybody-has-are-refused", more_profiles_than_anybody_has_are_refused);
  CLAIM ("of-several-budgets-the-lowest-counts", of_several_budgets_the_lowest_counts);
  CLAIM ("a-file-that-is-named-must-be-there", a_file_that_is_named_must_be_there);
#undef CLAIM
  return g_test_run ();
}
