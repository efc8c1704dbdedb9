#include "simulator/script.h"

#include "document/document.h"
#include "simulator/errors.h"
#include "simulator/making.h"

typedef struct {
  char *path, *model, *prompt, *surface;
  int nth, times, every;
  double probability;
} Match;

static const Option match_rows[] = {
  { OPTION_TEXT (Match, path), .name = "path", .help = "The path, with * for any letters" },
  { OPTION_TEXT (Match, surface), .name = "surface",
    .help =
      "gemini, vertex, predict, openai, token, impersonation, subject-token, metadata or files" },
  { OPTION_TEXT (Match, model), .name = "model", .help = "The model, with * for any letters" },
  { OPTION_TEXT (Match, prompt), .name = "prompt", .help = "A part of the prompt" },
  { OPTION_INT (Match, nth), .name = "nth", .min = 1, .max = 1e9,
    .help = "Only this one of the requests that fit, counted from 1" },
  { OPTION_INT (Match, times), .name = "times", .min = 1, .max = 1e9,
    .help = "Only the first of them, so many" },
  { OPTION_INT (Match, every), .name = "every", .min = 1, .max = 1e9,
    .help = "Only every second of them with 2, every third with 3" },
  { OPTION_NUMBER (Match, probability), .name = "probability", .min = 0, .max = 1, .fallback = "1",
    .help = "Each of them by chance: 0.1 is one in ten" },
  { 0 },
};
static const OptionTable match_options = { match_rows, sizeof (Match), NULL };

typedef struct {
  Match *match;
  Fault *fault;
  int n_seen;
  GRand *random; /* NULL until a chance is drawn */
} Rule;

struct Script {
  GMutex mutex;
  GPtrArray *rules;
  Document *document;
};

static void
rule_free (gpointer data)
{
  Rule *rule = data;
  options_free (&match_options, rule->match);
  options_free (&fault_options, rule->fault);
  g_clear_pointer (&rule->random, g_rand_free);
  g_free (rule);
}

void
script_free (Script *script)
{
  if (script == NULL)
    return;
  g_ptr_array_unref (script->rules);
  document_free (script->document);
  g_mutex_clear (&script->mutex);
  g_free (script);
}

static void
check_names (const Node *map, const char *const *names, const char *what, Problems *problems)
{
  for (unsigned i = 0; map != NULL && map->kind == NODE_MAP && i < node_length (map); i++) {
    const Node *key = g_ptr_array_index (map->keys, i);
    if (!g_strv_contains (names, key->text)) {
      g_autofree char *list = g_strjoinv (", ", (char **)names);
      problems_add (problems, &key->mark, "'%s' is not part of %s, which has %s", key->text, what,
                    list);
    }
  }
}

static void
check_fault (const Node *node, const Fault *fault, Problems *problems)
{
  if (fault->error != NULL && !errors_has (fault->error)) {
    const Node *value = node_get (node, "error");
    problems_add (problems, &value->mark, "there is no error '%s'; --help-script lists them",
                  fault->error);
  }
  const MakingSpec square = { .width = 1024, .height = 1024 };
  int width, height;
  if (fault->pixels != NULL && !making_parse_pixels (fault->pixels, &square, &width, &height))
    problems_add (problems, &node_get (node, "pixels")->mark,
                  "'pixels' takes 1024x768, 512, 1K, 2K or 4K, not '%s'", fault->pixels);
  if (fault->header != NULL && strchr (fault->header, ':') == NULL)
    problems_add (problems, &node_get (node, "header")->mark,
                  "'header' takes \"Name: value\", not '%s'", fault->header);
  if (fault->type != NULL && making_parse_type (fault->type) == IMAGE_FORMAT_UNKNOWN)
    problems_add (problems, &node_get (node, "type")->mark,
                  "'type' takes png, jpeg or webp, not '%s'", fault->type);
}

static void
read_rule (Script *script, const Node *node, Problems *problems)
{
  static const char *const names[] = { "match", "do", NULL };
  Rule *rule = g_new0 (Rule, 1);
  const Node *action = node_get (node, "do");
  rule->match = options_new (&match_options);
  rule->fault = options_new (&fault_options);
  g_ptr_array_add (script->rules, rule);
  if (node->kind != NODE_MAP || action == NULL) {
    problems_add (problems, &node->mark, "a rule is a map with match and do");
    return;
  }
  check_names (node, names, "a rule", problems);
  options_read (&match_options, node_get (node, "match"), "match", ".", rule->match, problems);
  if (options_read (&fault_options, action, "do", ".", rule->fault, problems))
    check_fault (action, rule->fault, problems);
}

static Script *
read_rules (Document *document, Problems *problems)
{
  static const char *const names[] = { "rules", NULL };
  Script *script = g_new0 (Script, 1);
  g_mutex_init (&script->mutex);
  script->rules = g_ptr_array_new_with_free_func (rule_free);
  script->document = document;
  if (document == NULL)
    return script;
  const Node *rules = node_get (document->root, "rules");
  if (rules == NULL || rules->kind != NODE_LIST) {
    problems_add (problems, &document->root->mark, "a script is a map with a list of rules");
    return script;
  }
  check_names (document->root, names, "a script", problems);
  for (unsigned i = 0; i < node_length (rules); i++)
    read_rule (script, node_item (rules, i), problems);
  return script;
}

static Script *
finish (Document *document, Problems *problems, GError **error)
{
  g_autoptr (Script) script = read_rules (document, problems);
  if (!problems_raise (problems, OPTION_ERROR, OPTION_ERROR_USAGE, error))
    return NULL;
  return g_steal_pointer (&script);
}

Script *
script_load (const char *path, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  return finish (document_load (path, path, NULL, problems), problems, error);
}

Script *
script_read (const char *name, const char *text, size_t length, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  return finish (document_read (name, text, length, problems), problems, error);
}

static bool
fits (const char *glob, const char *text)
{
  return glob == NULL || (text != NULL && g_pattern_match_simple (glob, text));
}

static bool
is_meant (const Match *match, const Exchange *exchange)
{
  return fits (match->path, exchange->path) && fits (match->surface, exchange->surface) &&
         fits (match->model, exchange->model) &&
         (match->prompt == NULL ||
          (exchange->prompt != NULL && strstr (exchange->prompt, match->prompt) != NULL));
}

static bool
fires (const Match *match, int n, double chance)
{
  return (match->nth == 0 || n == match->nth) && (match->times == 0 || n <= match->times) &&
         (match->every == 0 || n % match->every == 0) &&
         (match->probability >= 1 || chance < match->probability);
}

/* Each rule draws from a row of its own, so that the same of the requests that fit it are taken
 * whatever else happens at the same time. */
static double
draw (const Simulator *simulator, Rule *rule, unsigned number)
{
  if (rule->random == NULL) {
    const guint32 seed[] = { (guint32)simulator->options->random, number };
    rule->random = g_rand_new_with_seed_array (seed, G_N_ELEMENTS (seed));
  }
  return g_rand_double (rule->random);
}

void
script_apply (Simulator *simulator, Exchange *exchange)
{
  Script *script = simulator->script;
  if (script == NULL)
    return;
  g_mutex_lock (&script->mutex);
  for (unsigned i = 0; i < script->rules->len && exchange->fault == NULL; i++) {
    Rule *rule = g_ptr_array_index (script->rules, i);
    if (!is_meant (rule->match, exchange))
      continue;
    bool is_chance = rule->match->probability < 1;
    if (fires (rule->match, ++rule->n_seen, is_chance ? draw (simulator, rule, i + 1) : 0)) {
      exchange->fault = rule->fault;
      exchange->rule = i + 1;
    }
  }
  g_mutex_unlock (&script->mutex);
}

char *
script_help (void)
{
  GString *out = g_string_new ("### What `match` can hold\n\n");
  options_append_markdown (&match_options, false, out);
  g_string_append (out, "\n### What `do` can hold\n\n");
  options_append_markdown (&fault_options, false, out);
  g_string_append (out, "\n### What `error` can be\n\n");
  errors_append_markdown (out);
  return g_string_free (out, FALSE);
}
