#include <stdio.h>

#include "base/install.h"
#include "cli/command.h"
#include "cli/event.h"
#include "cli/terminal.h"
#include "pipeline/preset.h"

/* Presets beside a pipeline are looked for in the current folder, where pipelines mostly are. */
static char *
own_folder (void)
{
  return g_get_current_dir ();
}

static const char *
summary_of (const Preset *preset)
{
  const Node *summary = node_get (preset->document->root, "summary");
  return summary != NULL && summary->text != NULL ? summary->text : "";
}

static const char *
origin_of (const Preset *preset)
{
  return preset->is_builtin ? "built in" : preset->shadows ? "hides a built-in one" : "your own";
}

/* ---- JSON ---- */

static void
add_part (cJSON *json, const Preset *preset, const char *key)
{
  const Node *node = node_get (preset->document->root, key);
  g_autoptr (GString) text = g_string_new (NULL);
  if (node == NULL)
    return;
  node_to_json (node, text);
  cJSON_AddRawToObject (json, key, text->str);
}

static void
print_json (const Preset *preset, bool with_parts)
{
  static const char *const parts[] = { "vars", "matrix", "stages", "to", "rules" };
  cJSON *json = event_begin ("preset");
  cJSON_AddStringToObject (json, "name", preset->name);
  cJSON_AddStringToObject (json, "summary", summary_of (preset));
  cJSON_AddStringToObject (json, "path", preset->path);
  cJSON_AddBoolToObject (json, "builtIn", preset->is_builtin);
  cJSON_AddBoolToObject (json, "shadows", preset->shadows);
  for (unsigned i = 0; with_parts && i < G_N_ELEMENTS (parts); i++)
    add_part (json, preset, parts[i]);
  event_print (json);
}

/* ---- text ---- */

static void
print_in_list (const Preset *preset, Table *table)
{
  g_autofree char *name = g_strconcat ("  ", preset->name, NULL);
  g_autofree char *summary = preset->is_builtin ? g_strdup (summary_of (preset))
                                                : g_strdup_printf ("%s (%s)", summary_of (preset),
                                                                   origin_of (preset));
  table_add (table, name, summary);
}

/* What `with` may replace: vars, and the matrix's own keys. */
static void
add_withs (const Node *map, Table *table)
{
  for (unsigned i = 0; i < node_length (map); i++) {
    if (strcmp (node_key (map, i), "include") == 0 || strcmp (node_key (map, i), "exclude") == 0)
      continue;
    g_autofree char *key = g_strconcat ("  ", node_key (map, i), NULL);
    g_autoptr (GString) value = g_string_new (NULL);
    const Node *node = node_item (map, i);
    if (node->text != NULL)
      g_string_append (value, node->text);
    else
      node_to_json (node, value);
    table_add (table, key, value->str);
  }
}

/* Each rule that is given, as it is written. */
static void
print_rules (const PresetRules *rules, const char *name)
{
  g_autoptr (Table) table = table_new (2, "ll");
  for (const Option *row = preset_rules_options.rows; row->name != NULL; row++) {
    g_autofree char *key = g_strconcat ("  ", row->name, NULL);
    g_autofree char *value = option_format (row, rules);
    if (!option_is_default (row, rules))
      table_add (table, key, value);
  }
  terminal_print ("\nIts rules, for 'peel check --preset-rules %s FILE':", name);
  table_print (table, false);
}

static void
describe (const Preset *preset)
{
  const Node *root = preset->document->root;
  g_autofree char *name = terminal_safe (preset->name, true);
  g_autofree char *summary = terminal_safe (summary_of (preset), false);
  g_autofree char *file = terminal_safe (preset->path, true);
  terminal_print ("%s (%s)\n%s\n", name, origin_of (preset), summary);
  g_autoptr (Table) table = table_new (2, "ll");
  add_withs (node_get (root, "matrix"), table);
  add_withs (node_get (root, "vars"), table);
  terminal_print ("What 'with' may replace:");
  table_print (table, false);
  if (preset->rules != NULL)
    print_rules (preset->rules, name);
  terminal_print ("\n%s:\n", file);
  fputs (preset->document->source->text, stdout);
}

static Preset *
load (const PresetPath *path, const char *name, Problems *problems)
{
  g_autofree char *folder = own_folder ();
  return preset_load (path, folder, name, NULL, problems);
}

/* A file that is wrong does not hide the others. Returns how many there are. */
static unsigned
list (const PresetPath *path, bool is_json, Problems *problems)
{
  g_autofree char *folder = own_folder ();
  g_autoptr (GPtrArray) names = preset_list (path, folder);
  g_autoptr (Table) table = table_new (2, "ll");
  unsigned n = 0;
  for (unsigned i = 0; i < names->len; i++) {
    g_autoptr (Preset) preset = load (path, names->pdata[i], problems);
    n += preset != NULL;
    if (preset != NULL && is_json)
      print_json (preset, false);
    else if (preset != NULL)
      print_in_list (preset, table);
  }
  if (!is_json) {
    table_print (table, false);
    terminal_note ("\n'peel presets NAME' shows one; 'with' in an output replaces its values.");
  }
  return n;
}

static unsigned
show (const PresetPath *path, const char *name, bool is_json, Problems *problems)
{
  g_autoptr (Preset) preset = load (path, name, problems);
  if (preset != NULL && is_json)
    print_json (preset, true);
  else if (preset != NULL)
    describe (preset);
  return preset != NULL;
}

static int
run (const Invocation *invocation)
{
  g_autofree char *installed = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) path = preset_path_new (installed);
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GError) error = NULL;
  bool is_json = invocation->global->json;
  unsigned n = invocation->n_arguments == 0
                 ? list (path, is_json, problems)
                 : show (path, invocation->arguments[0], is_json, problems);
  (void)problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error);
  return event_end_counted (is_json, "presets", n, error);
}

extern const CommandType command_presets;
const CommandType command_presets = {
  .name = "presets",
  .synopsis = "[NAME]",
  .summary = "List the presets, or show what is in one",
  .details = "Presets are looked for in presets/ of the current folder (of a pipeline: beside it), "
             "in your config\nfolder, and among those that came with Peel. The first one of a name "
             "is taken.",
  .example = "  peel presets\n"
             "  peel presets web/responsive",
  .most_arguments = 1,
  .run = run,
};
