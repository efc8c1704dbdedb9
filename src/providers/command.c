/* Runs a program of the user's that writes the picture: a local model, a script around one.
 *
 * What is asked reaches it twice: in place of the {placeholders} of its arguments, each of which
 * stays one argument whatever it holds (there is no shell), and as a JSON object on its standard
 * input. */
#include "providers/command.h"

#include "document/json-write.h"
#include "providers/capability.h"
#include "providers/size.h"
#include "providers/types.h"

enum { MOST_EDGE = 65535 };

static const Option rows[] = {
  { OPTION_TEXTS (CommandConfig, program), .name = "program",
    .help =
      "Absolute path of the program, and its arguments. {prompt}, {output}, {width}, {height},"
      " {seed}, {variant} and {model} are replaced",
    .flags = OPTION_REQUIRED | OPTION_PROGRAM, .value_name = "LIST" },
  { OPTION_NUMBER (CommandConfig, cost), .name = "cost", .min = 0, .max = 1000, .unit = "USD",
    .help = "What a picture costs. Unset, it is free, and made without asking" },
  { OPTION_INT (CommandConfig, jobs), .name = "jobs", .min = 1, .max = 1024, .fallback = "1",
    .help = "How many of it a run starts at a time: a graphics card has room for one" },
  { OPTION_DURATION (CommandConfig, timeout_ms), .name = "timeout", .fallback = "10m",
    .help = "When the program is ended" },
  { OPTION_TEXT (CommandConfig, model), .name = "model", .value_name = "NAME",
    .help =
      "The model that it asks when the pipeline names none. Another model is another request" },
  { 0 },
};

const OptionTable command_config = { rows, sizeof (CommandConfig), .shorthand = NULL };

/* ---- placeholders ---- */

typedef enum {
  PLACE_PROMPT,
  PLACE_OUTPUT,
  PLACE_WIDTH,
  PLACE_HEIGHT,
  PLACE_SEED,
  PLACE_VARIANT,
  PLACE_MODEL,
  N_PLACES
} Place;

static const char *const place_names[] = { "prompt", "output",  "width", "height",
                                           "seed",   "variant", "model" };

static char *
value_of (Place place, const ProviderRequest *request)
{
  switch (place) {
  case PLACE_PROMPT:
    return g_strdup (request->options->prompt);
  case PLACE_OUTPUT:
    return g_strdup (request->output);
  case PLACE_WIDTH:
    return g_strdup_printf ("%d", request->width);
  case PLACE_HEIGHT:
    return g_strdup_printf ("%d", request->height);
  case PLACE_SEED:
    return g_strdup_printf ("%d", request->options->seed);
  case PLACE_VARIANT:
    return g_strdup_printf ("%d", request->variant);
  case PLACE_MODEL:
  case N_PLACES:
    break;
  }
  return g_strdup (request->model);
}

/* The place that `{…}` at the start of `text` names, N_PLACES when there is none of that name, and
 * the length of the whole. */
static Place
place_at (const char *text, size_t *out_length)
{
  const char *end = strchr (text, '}');
  *out_length = end != NULL ? (size_t)(end - text) + 1 : strlen (text);
  for (unsigned i = 0; end != NULL && i < N_PLACES; i++)
    if (strlen (place_names[i]) == *out_length - 2 &&
        strncmp (place_names[i], text + 1, *out_length - 2) == 0)
      return (Place)i;
  return N_PLACES;
}

static bool
is_doubled (const char *text)
{
  return (text[0] == '{' || text[0] == '}') && text[1] == text[0];
}

/* The argument with its places filled, in one pass: what is put in is not looked at again. */
static char *
fill (const char *argument, const ProviderRequest *request)
{
  GString *out = g_string_new (NULL);
  while (*argument != '\0') {
    if (*argument != '{' || is_doubled (argument)) {
      g_string_append_c (out, *argument);
      argument += is_doubled (argument) ? 2 : 1;
      continue;
    }
    size_t length;
    g_autofree char *value = value_of (place_at (argument, &length), request);
    g_string_append (out, value);
    argument += length;
  }
  return g_string_free (out, FALSE);
}

/* The first `{…}` that names nothing, or NULL. */
static const char *
find_unknown (const char *argument, size_t *out_length)
{
  for (; *argument != '\0'; argument++) {
    if (is_doubled (argument))
      argument++;
    else if (*argument == '{' && place_at (argument, out_length) == N_PLACES)
      return argument;
  }
  return NULL;
}

/* ---- configuration ---- */

static const Node *
argument_node (const Node *map, unsigned i)
{
  const Node *program = node_get (map, "program");
  return program->kind == NODE_LIST && i < node_length (program) ? node_item (program, i) : program;
}

static bool
check_config (const void *options, const Node *node, Problems *problems)
{
  const CommandConfig *config = options;
  bool ok = true;
  if (config->program == NULL || config->program[0] == NULL || config->program[0][0] != '/')
    ok = problems_add (problems, &argument_node (node, 0)->mark,
                       "'program' begins with the absolute path of a program: a name alone would "
                       "be another program in each environment");
  for (unsigned i = 1; ok && config->program[i] != NULL; i++) {
    size_t length;
    const char *unknown = find_unknown (config->program[i], &length);
    if (unknown != NULL)
      ok = problems_add (problems, &argument_node (node, i)->mark,
                         "there is no placeholder '%.*s'; there are {prompt}, {output}, {width}, "
                         "{height}, {seed}, {variant} and {model}, and {{ is a brace",
                         (int)MIN (length, 40), unknown);
  }
  return ok;
}

static const char *
model (const GenerateOptions *options, const void *config)
{
  const CommandConfig *command = config;
  if (options->model != NULL)
    return options->model;
  return command != NULL && command->model != NULL ? command->model : "command";
}

static double
cost (const void *config)
{
  return ((const CommandConfig *)config)->cost;
}

static int
most_at_once (const void *config)
{
  return ((const CommandConfig *)config)->jobs;
}

/* What no program would be told must not look as if it were. */
static bool
check (const GenerateOptions *options, const Model *row, const void *config,
       const char **out_option, GError **error)
{
  const char *name = capability_find_special (options);
  if (name == NULL)
    return true;
  *out_option = name;
  return provider_fail (error,
                        "the command provider tells its program nothing of '%s': leave it out, or "
                        "give the program an argument of its own in your configuration",
                        name);
}

/* ---- what is done ---- */

static bool
expected_size (const GenerateOptions *options, const Model *row, int *out_width, int *out_height,
               GError **error)
{
  return size_of_answer (options, "the command provider asks for", MOST_EDGE, out_width, out_height,
                         error);
}

static void
append_text (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, ",\"%s\":", name);
  json_append_quoted (out, value);
}

static char *
input_of (const ProviderRequest *request)
{
  const GenerateOptions *options = request->options;
  GString *out = g_string_new ("{\"version\":1");
  append_text (out, "prompt", options->prompt);
  append_text (out, "output", request->output);
  g_string_append_printf (out, ",\"width\":%d,\"height\":%d,\"seed\":%d,\"variant\":%d",
                          request->width, request->height, options->seed, request->variant);
  append_text (out, "model", request->model);
  append_text (out, "resolution", options->resolution);
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}

static bool
first_step (const ProviderRequest *request, ProviderStep *out_step, GError **error)
{
  const CommandConfig *config = request->config;
  g_autoptr (GPtrArray) program = g_ptr_array_new ();
  g_ptr_array_add (program, g_strdup (config->program[0]));
  for (unsigned i = 1; config->program[i] != NULL; i++)
    g_ptr_array_add (program, fill (config->program[i], request));
  g_ptr_array_add (program, NULL);
  *out_step = (ProviderStep){
    .kind = PROVIDER_SPAWN,
    .program = (char **)g_ptr_array_free (g_steal_pointer (&program), FALSE),
    .input = input_of (request),
    .timeout_ms = config->timeout_ms,
  };
  return true;
}

const ProviderType provider_command = {
  .name = "command",
  .summary = "Runs a program of yours that writes the picture; free unless you say what it costs",
  .default_model = "command",
  .source_type = "trainedAlgorithmicMedia",
  .needs_config = true,
  .config = &command_config,
  .check_config = check_config,
  .model = model,
  .cost = cost,
  .most_at_once = most_at_once,
  .check = check,
  .expected_size = expected_size,
  .first_step = first_step,
};
