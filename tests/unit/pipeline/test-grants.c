#include "pipeline/grants.h"

#include <string.h>

/* "kind owner: text", a line each, of a project's configuration over a user's. */
static char *
grants (const char *user, const char *project)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Config)
    config = config_read ("/home/me/config.yaml", NULL, user, strlen (user), problems);
  g_assert_nonnull (config);
  const Node *root = config_add (config, "/shop", "/shop/peel.yaml", project, strlen (project),
                                 problems);
  g_autofree char *complaint = problems_format (problems);
  g_assert_cmpstr (complaint, ==, "");
  g_autoptr (GPtrArray) list = grants_of (config, root);
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < list->len; i++) {
    const Grant *grant = list->pdata[i];
    g_string_append_printf (out, "%s%s%s %s: %s\n", grant->profile != NULL ? grant->profile : "",
                            grant->profile != NULL ? " " : "", grant_kind_name (grant->kind),
                            grant->owner, grant->text);
  }
  return g_string_free (out, FALSE);
}

static void
nothing_is_nothing (void)
{
  static const char *const texts[] = { "", "providers:\n", "models: {}\n" };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *found = grants ("providers: { openai: { cost: 1 } }\n", texts[i]);
    g_assert_cmpstr (found, ==, "");
  }
}

static void
a_program_is_shown_word_by_word (void)
{
  g_autofree char *found = grants (
    "", "providers:\n"
        "  command: { program: [/bin/sh, -c, 'rm -r ~; true', '', '{output}'] }\n"
        "  vertex: { token-command: [gcloud, print it] }\n");
  g_assert_cmpstr (found, ==,
                   "address vertex: Google's own hosts\n"
                   "program command: /bin/sh -c 'rm -r ~; true' '' {output}\n"
                   "program vertex: gcloud 'print it'\n");
}

static void
the_user_s_keys_are_told_with_the_address_they_would_go_to (void)
{
  g_autofree char *found = grants ("providers: { openai: { keys: [{ file: /k }, { env: K }] } }\n",
                                   "providers: { openai: { base-url: 'https://a.example' } }\n");
  g_assert_cmpstr (found, ==,
                   "option openai: base-url: https://a.example\n"
                   "key openai: the file /k\n"
                   "key openai: the environment's K\n"
                   "address openai: https://a.example\n");
}

static void
keys_that_nobody_names_come_from_the_usual_places (void)
{
  g_autofree char *found = grants ("", "providers:\n"
                                       "  ai-studio: { jobs: 2 }\n"
                                       "  openai: { profile: apiyi }\n"
                                       "  vertex: { credentials-file: k.json }\n");
  /* A gateway gets none of the environment's. */
  g_assert_cmpstr (found, ==,
                   "option ai-studio: jobs: 2\n"
                   "option openai: profile: apiyi\n"
                   "option vertex: credentials-file: /shop/k.json\n"
                   "key ai-studio: the environment's GOOGLE_API_KEY or GEMINI_API_KEY\n"
                   "key vertex: the file /shop/k.json\n"
                   "address ai-studio: https://generativelanguage.googleapis.com\n"
                   "address openai: https://api.apiyi.com/v1\n"
                   "address vertex: Google's own hosts\n");
}

static void
what_a_model_costs_is_shown (void)
{
  g_autofree char *found = grants ("", "models: { gemini-3-pro-image: { free: true } }\n");
  g_assert_cmpstr (found, ==, "model gemini-3-pro-image: {\"free\":true}\n");
}

static void
each_profile_is_told_with_what_it_alone_does (void)
{
  g_autofree char *found = grants ("providers: { openai: { keys: { file: /k } } }\n",
                                   "providers: { openai: { cost: 1 } }\n"
                                   "profiles:\n"
                                   "  dev:\n"
                                   "    providers: { openai: { base-url: 'https://dev.example' }, "
                                   "command: { program: [/bin/x] } }\n"
                                   "  staging:\n"
                                   "    generate: { provider: openai, resolution: 1K }\n"
                                   "    providers: { openai: { cost: 1, jobs: 2 } }\n"
                                   "    models: { m: { free: true } }\n"
                                   "  production: {}\n");
  g_assert_cmpstr (found, ==,
                   "staging model m: {\"free\":true}\n"
                   "staging generate generate: provider: \"openai\"\n"
                   "staging generate generate: resolution: \"1K\"\n"
                   "option openai: cost: 1\n"
                   "dev option openai: base-url: https://dev.example\n"
                   "staging option openai: jobs: 2\n"
                   "key openai: the file /k\n"
                   "address openai: https://api.openai.com/v1\n"
                   "dev address openai: https://dev.example\n"
                   "dev program command: /bin/x\n");
}

static void
a_key_of_the_user_s_profile_is_told_with_the_project_s_address (void)
{
  g_autofree char *found = grants (
    "profiles: { dev: { providers: { openai: { keys: { env: DEV } } } } }\n",
    "providers: { openai: { base-url: 'https://a.example' } }\n");
  g_assert_cmpstr (found, ==,
                   "option openai: base-url: https://a.example\n"
                   "dev key openai: the environment's DEV\n"
                   "address openai: https://a.example\n");
}

/* With the two together nothing can run, so that nothing is allowed. */
static void
a_profile_of_the_user_s_that_contradicts_the_project_allows_nothing (void)
{
  g_autofree char *found = grants (
    "profiles: { dev: { providers: { vertex: { key: { env: K } } } } }\n",
    "providers: { vertex: { credentials-file: k.json } }\n");
  g_assert_cmpstr (found, ==,
                   "option vertex: credentials-file: /shop/k.json\n"
                   "key vertex: the file /shop/k.json\n"
                   "address vertex: Google's own hosts\n");
}

/* What is named so and says otherwise would not be shown as what it is. */
static void
every_program_and_every_key_has_its_flag (void)
{
  for (unsigned i = 0; i < provider_n_types (); i++) {
    const OptionTable *table = provider_types[i]->config;
    for (const Option *row = table != NULL ? table->rows : NULL; row != NULL && row->name != NULL;
         row++) {
      bool is_program = strstr (row->name, "program") != NULL ||
                        strstr (row->name, "command") != NULL;
      bool is_key = strcmp (row->name, "key") == 0 || strcmp (row->name, "keys") == 0;
      g_assert_cmpint ((row->flags & OPTION_PROGRAM) != 0, ==, is_program);
      g_assert_cmpint ((row->flags & OPTION_SECRET) != 0, ==, is_key);
      g_assert_true (!is_program || row->kind == OPTION_KIND_TEXTS);
    }
  }
}

static void
a_budget_is_shown_as_it_counts (void)
{
  g_autofree char *lower = grants ("budget: { per-day: 5 }\n", "budget: { per-day: 2 }\n");
  g_assert_cmpstr (lower, ==, "budget budget: 2.00 USD a day\n");
  g_autofree char *higher = grants ("budget: { per-day: 5 }\n", "budget: { per-day: 9 }\n");
  g_assert_cmpstr (higher, ==, "budget budget: 5.00 USD a day\n");
  g_autofree char *none = grants ("budget: { per-day: 5 }\n", "budget: {}\n");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pipeline/grants/" name, function)
  CLAIM ("nothing-is-nothing", nothing_is_nothing);
  CLAIM ("a-program-is-shown-word-by-word", a_program_is_shown_word_by_word);
  CLAIM ("the-user-s-keys-are-told-with-the-address-they-would-go-to",
         the_user_s_keys_are_told_with_the_address_they_would_go_to);
  CLAIM ("keys-that-nobody-names-come-from-the-usual-places",
         keys_that_nobody_names_come_from_the_usual_places);
  CLAIM ("what-a-model-costs-is-shown", what_a_model_costs_is_shown);
  CLAIM ("each-profile-is-told-with-what-it-alone-does",
         each_profile_is_told_with_what_it_alone_does);
  CLAIM ("a-key-of-the-user-s-profile-is-told-with-the-project-s-address",
         a_key_of_the_user_s_profile_is_told_with_the_project_s_address);
  CLAIM ("a-profile-of-the-user-s-that-contradicts-the-project-allows-nothing",
         a_profile_of_the_user_s_that_contradicts_the_project_allows_nothing);
  CLAIM ("a-budget-is-shown-as-it-counts", a_budget_is_shown_as_it_counts);
  CLAIM ("every-program-and-every-key-has-its-flag", every_program_and_every_key_has_its_flag);
#undef CLAIM
  return g_test_run ();
}
