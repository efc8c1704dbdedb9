#include "providers/command.h"

#include "document/document.h"
#include "providers/provider.h"
#include "support/scratch.h"

/* The configuration that `text` (after "program: ") says, or NULL and what is wrong with it. */
static CommandConfig *
configured (const char *text, char **out_complaint)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autofree char *yaml = g_strconcat ("program: ", text, "\n", NULL);
  const ProviderType *type = provider_find ("command");
  g_autoptr (Document) document = document_read ("c.yaml", yaml, strlen (yaml), problems);
  g_assert_nonnull (document);
  CommandConfig *config = options_new (type->config);
  bool ok = options_read (type->config, document->root, "command", "/", config, problems) &&
            type->check_config (config, document->root, problems);
  *out_complaint = ok ? NULL : problems_format (problems);
  if (ok)
    return config;
  options_free (type->config, config);
  return NULL;
}

#define PROMPT "a {output} cup; rm -rf \"$HOME\""

static const GenerateOptions asked = {
  .prompt = (char *)PROMPT,
  .aspect_ratio = { 16, 9 },
  .resolution = (char *)"1K",
  .seed = 9,
};

static ProviderStep
first_step (const CommandConfig *config)
{
  const ProviderRequest request = {
    .options = &asked,
    .config = config,
    .model = "sdxl",
    .variant = 3,
    .width = 1376,
    .height = 768,
    .output = "/tmp/a.png",
  };
  ProviderStep step = { 0 };
  g_autoptr (GError) error = NULL;
  assert_ok (provider_find ("command")->first_step (&request, &step, &error), error);
  g_assert_cmpint (step.kind, ==, PROVIDER_SPAWN);
  return step;
}

static void
every_argument_stays_one_whatever_the_prompt_holds (void)
{
  g_autofree char *complaint = NULL;
  CommandConfig *config = configured (
    "[/bin/make, \"{prompt}\", \"--out={output}\", \"{width}x{height}\","
    " \"{seed}/{variant}/{model}\", \"{{prompt}}\", plain, \"}\"]",
    &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  g_auto (ProviderStep) step = first_step (config);
  static const char *const wanted[] = { "/bin/make", PROMPT,     "--out=/tmp/a.png",
                                        "1376x768",  "9/3/sdxl", "{prompt}",
                                        "plain",     "}" };
  g_assert_cmpuint (g_strv_length (step.program), ==, G_N_ELEMENTS (wanted));
  for (unsigned i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpstr (step.program[i], ==, wanted[i]);
  options_free (&command_config, config);
}

static void
the_request_is_on_standard_input_too (void)
{
  g_autofree char *complaint = NULL;
  CommandConfig *config = configured ("/bin/make", &complaint);
  g_auto (ProviderStep) step = first_step (config);
  g_assert_cmpuint (g_strv_length (step.program), ==, 1);
  g_assert_cmpstr (step.input, ==,
                   "{\"version\":1,\"prompt\":\"a {output} cup; rm -rf \\\"$HOME\\\"\","
                   "\"output\":\"/tmp/a.png\",\"width\":1376,\"height\":768,\"seed\":9,"
                   "\"variant\":3,\"model\":\"sdxl\",\"resolution\":\"1K\"}\n");
  g_assert_cmpint (step.timeout_ms, ==, 600 * 1000);
  options_free (&command_config, config);
}

static void
wrong_configurations_are_refused (void)
{
  static const struct {
    const char *text, *words;
  } cases[] = {
    { "make", "'program' begins with the absolute path of a program" },
    { "[]", "'program'" },
    { "[./make, x]", "'program' begins with the absolute path of a program" },
    { "[/bin/make, \"{promt}\"]", "there is no placeholder '{promt}'; there are {prompt}" },
    { "[/bin/make, \"{\"]", "there is no placeholder '{'" },
    { "[/bin/make, '{\"a\": 1}']", "there is no placeholder '{\"a\": 1}'" },
    { "/bin/make\ncost: -1", "'cost' takes 0 to 1000 USD" },
    { "/bin/make\ntimeout: 10", "'timeout'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *complaint = NULL;
    g_assert_null (configured (cases[i].text, &complaint));
    if (strstr (complaint, cases[i].words) == NULL)
      g_error ("%s: %s", cases[i].text, complaint);
  }
}

static void
a_program_in_braces_of_its_own_name_is_no_placeholder (void)
{
  g_autofree char *complaint = NULL;
  CommandConfig *config = configured ("['/opt/{x}/make']", &complaint);
  g_auto (ProviderStep) step = first_step (config);
  g_assert_cmpstr (step.program[0], ==, "/opt/{x}/make");
  options_free (&command_config, config);
}

static void
it_costs_what_the_configuration_says (void)
{
  const ProviderType *type = provider_find ("command");
  g_autofree char *complaint = NULL;
  CommandConfig *config = configured ("/bin/make", &complaint);
  g_assert_cmpfloat (type->cost (config), ==, 0);
  options_free (&command_config, config);
  config = configured ("/bin/make\ncost: 0.05", &complaint);
  g_assert_cmpfloat (type->cost (config), ==, 0.05);
  options_free (&command_config, config);
}

static void
the_pipeline_s_model_comes_before_the_configuration_s (void)
{
  const ProviderType *type = provider_find ("command");
  g_autofree char *complaint = NULL;
  CommandConfig *config = configured ("/bin/make\nmodel: sdxl", &complaint);
  const GenerateOptions none = { .model = NULL }, named = { .model = (char *)"flux" };
  g_assert_cmpstr (type->model (&named, config), ==, "flux");
  g_assert_cmpstr (type->model (&none, config), ==, "sdxl");
  g_assert_cmpstr (type->model (&none, NULL), ==, "command");
  options_free (&command_config, config);
}

static void
what_no_program_is_told_is_refused (void)
{
  const ProviderType *type = provider_find ("command");
  char *files[] = { (char *)"a.png", NULL };
  GenerateOptions options = asked;
  const char *option = NULL;
  g_autoptr (GError) error = NULL, other = NULL;
  assert_ok (type->check (&options, NULL, NULL, &option, &error), error);
  options.references = files;
  g_assert_false (type->check (&options, NULL, NULL, &option, &error));
  g_assert_cmpstr (option, ==, "references");
  g_assert_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED);
  options.negative_prompt = (char *)"rain";
  g_assert_false (type->check (&options, NULL, NULL, &option, &other));
  g_assert_cmpstr (option, ==, "negative-prompt");
}

static void
the_table_is_sound (void)
{
  g_autofree char *fault = options_find_fault (&command_config);
  g_assert_cmpstr (fault, ==, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/command/" name, function)
  CLAIM ("every-argument-stays-one-whatever-the-prompt-holds",
         every_argument_stays_one_whatever_the_prompt_holds);
  CLAIM ("the-request-is-on-standard-input-too", the_request_is_on_standard_input_too);
  CLAIM ("wrong-configurations-are-refused", wrong_configurations_are_refused);
  CLAIM ("a-program-in-braces-of-its-own-name-is-no-placeholder",
         a_program_in_braces_of_its_own_name_is_no_placeholder);
  CLAIM ("it-costs-what-the-configuration-says", it_costs_what_the_configuration_says);
  CLAIM ("the-pipeline-s-model-comes-before-the-configuration-s",
         the_pipeline_s_model_comes_before_the_configuration_s);
  CLAIM ("what-no-program-is-told-is-refused", what_no_program_is_told_is_refused);
  CLAIM ("the-table-is-sound", the_table_is_sound);
#undef CLAIM
  return g_test_run ();
}
