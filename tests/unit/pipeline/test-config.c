#include "pipeline/config.h"

#include <string.h>

#include "providers/command.h"
#include "support/scratch.h"

static Config *
read_config (const char *text, char **out_complaint)
{
  g_autoptr (Problems) problems = problems_new ();
  Config *config = config_read ("/home/me/config.yaml", text, strlen (text), problems);
  *out_complaint = config == NULL ? problems_format (problems) : NULL;
  return config;
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
  g_autoptr (Config) config = config_load (problems);
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
  CLAIM ("a-file-that-is-named-must-be-there", a_file_that_is_named_must_be_there);
#undef CLAIM
  return g_test_run ();
}
