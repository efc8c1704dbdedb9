/* docs/reference/: nothing here says what a table does not say. */
#include "cli/reference.h"

#include <errno.h>

#include "cli/command.h"
#include "cli/exit-code.h"
#include "cli/reference-models.h"
#include "cli/stage-words.h"
#include "pipeline/budget.h"
#include "pipeline/keys.h"
#include "pipeline/matrix.h"
#include "pipeline/pipeline.h"
#include "pipeline/rules.h"
#include "pipeline/signing.h"

#define GENERATED "<!-- Made by scripts/update-reference from the tables of the program. -->\n\n"

static void
append_stages (GString *out)
{
  g_string_append (out, "# Stages\n\nThe same, in a terminal: `peel stages` and `peel stages "
                        "NAME`.\n");
  for (StageRole role = STAGE_SOURCE; role <= STAGE_DELIVERY; role++) {
    g_string_append_printf (out, "\n## %s\n", stage_role_heading (role));
    for (unsigned i = 0; i < stage_n_types (); i++) {
      const StageType *type = stage_types[i];
      if (type->role != role)
        continue;
      g_string_append_printf (out, "\n### %s\n\n%s\n", type->name, type->summary);
      if (type->options->shorthand != NULL)
        g_string_append_printf (out, "`- %s: VALUE` sets `%s` alone.\n", type->name,
                                type->options->shorthand);
      g_string_append_c (out, '\n');
      options_append_markdown (type->options, false, out);
    }
  }
}

static void
append_keys (GString *out, const char *title, const PipelineKey *keys)
{
  g_string_append_printf (out, "\n## %s\n\n| Key | Takes | Meaning |\n|---|---|---|\n", title);
  for (; keys->name != NULL; keys++) {
    g_auto (GStrv) parts = g_strsplit (keys->help, "<", -1);
    g_autofree char *help = g_strjoinv ("&lt;", parts);
    g_string_append_printf (out, "| `%s` | %s | %s |\n", keys->name,
                            keys_describe_kind (keys->kind), help);
  }
}

static void
append_all_keys (GString *out)
{
  g_string_append (out, "# Keys\n\nThe keys of pipeline files and presets; "
                        "[pipeline-files.md](../pipeline-files.md) tells the language.\n");
  append_keys (out, "Of a pipeline", pipeline_keys);
  append_keys (out, "Of an output", output_keys);
  append_keys (out, "Of a preset", preset_keys);
  g_string_append (out, "\n## Of rules\n\n`peel check --preset-rules` tells of each whether a file "
                        "keeps to it.\n\n");
  options_append_markdown (&preset_rules_options, false, out);
  append_keys (out, "Of a matrix, beside your own", matrix_keys);
  append_keys (out, "Of sizes", size_keys);
  g_string_append (out, "\nBeside `sizes`:\n\n");
  options_append_markdown (&matrix_sizes_options, false, out);
}

/* The name that a heading can be linked by. New string. */
static char *
anchor_of (const char *title)
{
  char *anchor = g_ascii_strdown (title, -1);
  return g_strdelimit (anchor, " ", '-');
}

static void
append_synopsis (const CommandType *type, unsigned depth, GString *out)
{
  static const char heads[] = "####";
  g_string_append_printf (out, "\n%.*s %s\n\n%s.\n\n```\npeel %s", (int)depth, heads, type->name,
                          type->summary, type->name);
  if (type->parts != NULL)
    g_string_append (out, " COMMAND [OPTION…] [ARGUMENT…]\n```\n");
  else
    g_string_append_printf (out, " [OPTION…]%s%s\n```\n", type->synopsis[0] != '\0' ? " " : "",
                            type->synopsis);
}

/* `shared` collects the tables that are written at the end, once each. */
static void
append_command (const CommandType *type, unsigned depth, GPtrArray *shared, GString *out)
{
  append_synopsis (type, depth, out);
  if (type->details != NULL)
    g_string_append_printf (out, "\n%s\n", type->details);
  if (type->options != NULL) {
    g_string_append_c (out, '\n');
    options_append_markdown (type->options, true, out);
  }
  if (type->shared != NULL) {
    g_autofree char *anchor = anchor_of (type->shared->title);
    g_string_append_printf (out, "\nTakes the [%c%s](#%s) as well.\n",
                            g_ascii_tolower (type->shared->title[0]), type->shared->title + 1,
                            anchor);
    if (!g_ptr_array_find (shared, type->shared, NULL))
      g_ptr_array_add (shared, (gpointer)type->shared);
  }
  if (type->example != NULL)
    g_string_append_printf (out, "\n```sh\n%s\n```\n", type->example);
  for (const CommandType *const *part = type->parts; part != NULL && *part != NULL; part++)
    append_command (*part, depth + 1, shared, out);
}

static void
append_commands (GString *out)
{
  enum { DEPTH = 2 };
  g_autoptr (GPtrArray) shared = g_ptr_array_new ();
  g_string_append (out, "# Commands\n\nThe same, in a terminal: `peel COMMAND --help`.\n");
  for (const CommandType *const *type = command_types; *type != NULL; type++)
    append_command (*type, DEPTH, shared, out);
  for (unsigned i = 0; i < shared->len; i++) {
    const SharedOptions *options = shared->pdata[i];
    g_string_append_printf (out, "\n## %s\n\n", options->title);
    options_append_markdown (options->table, true, out);
  }
  g_string_append (out, "\n## Options of every command\n\n");
  options_append_markdown (&global_options, true, out);
  g_string_append (out, "\n## Exit codes\n\n| Code | Meaning |\n|---|---|\n");
  for (const ExitCodeRow *row = exit_code_rows; row->meaning != NULL; row++)
    g_string_append_printf (out, "| `%d` | %s |\n", (int)row->code, row->meaning);
  g_string_append (out, "\nAny other is a failure.\n");
}

static void
append_configuration (GString *out)
{
  g_string_append (out, "# Configuration\n\nThe user's own file; "
                        "[configuration.md](../configuration.md) tells where it is and why.\n");
  append_keys (out, "Keys", config_keys);
  append_keys (out, "Keys of a profile", profile_keys);
  g_string_append (out, "\n## budget\n\n");
  options_append_markdown (&budget_options, false, out);
  g_string_append (out, "\n## signing\n\n");
  options_append_markdown (&signing_options, false, out);
  for (unsigned i = 0; i < provider_n_types (); i++) {
    const ProviderType *type = provider_types[i];
    if (type->config == NULL)
      continue;
    g_string_append_printf (out, "\n## providers: %s\n\n%s.\n\n", type->name, type->summary);
    options_append_markdown (type->config, false, out);
  }
}

static bool
append_presets (const char *preset_folder, GString *out, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  char *folders[] = { (char *)preset_folder, NULL };
  const PresetPath path = { folders };
  g_autoptr (GPtrArray) names = preset_list (&path, NULL);
  g_string_append (out, "# Presets\n\nThe same, in a terminal: `peel presets` and `peel presets "
                        "NAME`. What stands under `vars` and `matrix`\nmay be replaced by `with` "
                        "in an output.\n");
  for (unsigned i = 0; i < names->len; i++) {
    g_autoptr (Preset) preset = preset_load (&path, NULL, names->pdata[i], NULL, problems);
    if (preset == NULL)
      return problems_raise (problems, PIPELINE_ERROR, PIPELINE_ERROR_INVALID, error);
    g_string_append_printf (out, "\n## %s\n\n```yaml\n%s```\n", preset->name,
                            preset->document->source->text);
  }
  return true;
}

static bool
write_page (const char *folder, const char *name, const GString *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *whole = g_strconcat (GENERATED, text->str, NULL);
  return g_file_set_contents (path, whole, -1, error);
}

bool
reference_write (const char *folder, const char *preset_folder, GError **error)
{
  static const struct {
    const char *name;
    void (*append) (GString *out);
  } pages[] = {
    { "commands.md", append_commands },
    { "configuration.md", append_configuration },
    { "keys.md", append_all_keys },
    { "stages.md", append_stages },
  };
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot make %s: %s", folder,
                 g_strerror (errno));
    return false;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (pages); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    pages[i].append (out);
    if (!write_page (folder, pages[i].name, out, error))
      return false;
  }
  g_autoptr (GString) presets = g_string_new (NULL);
  g_autoptr (GString) models = g_string_new (NULL);
  return append_presets (preset_folder, presets, error) &&
         write_page (folder, "presets.md", presets, error) &&
         reference_append_models (preset_folder, models, error) &&
         write_page (folder, "models.md", models, error);
}

/* ---- completion ---- */

static void
append_flags (const OptionTable *table, GString *out)
{
  for (const Option *row = table->rows; row->name != NULL; row++)
    g_string_append_printf (out, " --%s", row->name);
}

static void
append_names (const CommandType *const *types, GString *out)
{
  for (; *types != NULL; types++)
    g_string_append_printf (out, " %s", command_word (*types));
}

/* The cases of `$command`: the flags of each, and those of the commands that it holds. */
static void
append_flag_cases (const CommandType *const *types, GString *out)
{
  for (; *types != NULL; types++) {
    const CommandType *type = *types;
    if (type->parts != NULL) {
      append_flag_cases (type->parts, out);
      continue;
    }
    g_string_append_printf (out, "    '%s') flags+='", type->name);
    if (type->options != NULL)
      append_flags (type->options, out);
    if (type->shared != NULL)
      append_flags (type->shared->table, out);
    g_string_append (out, "' ;;\n");
  }
}

/* Commands that hold others: `$command` becomes both words, and the second one is completed. */
static void
append_part_cases (GString *out)
{
  g_string_append (out, "  case $command in\n");
  for (const CommandType *const *type = command_types; *type != NULL; type++) {
    if ((*type)->parts == NULL)
      continue;
    g_string_append_printf (out, "    %s)\n      [ \"$COMP_CWORD\" -eq 2 ] && names='",
                            (*type)->name);
    append_names ((*type)->parts, out);
    g_string_append (out, "'\n      command+=\" ${COMP_WORDS[2]}\" ;;\n");
  }
  g_string_append (out, "  esac\n");
}

/* After a command its flags; else what it takes: names of stages, presets, providers or models, files. */
char *
reference_bash_completion (void)
{
  GString *out = g_string_new ("# bash completion for peel; made from its own tables.\n"
                               "_peel ()\n{\n"
                               "  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
                               "  local names='' flags='");
  append_flags (&global_options, out);
  g_string_append (out, "'\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    names='");
  append_names (command_types, out);
  g_string_append (out, "'\n  fi\n");
  append_part_cases (out);
  g_string_append (out, "  case $command in\n");
  append_flag_cases (command_types, out);
  g_string_append (out, "  esac\n  if [ \"$COMP_CWORD\" -eq 2 ]; then\n    case $command in\n"
                        "      stages) names='");
  for (unsigned i = 0; i < stage_n_types (); i++)
    g_string_append_printf (out, " %s", stage_types[i]->name);
  g_string_append (out, "' ;;\n      providers) names='");
  for (unsigned i = 0; i < provider_n_types (); i++)
    g_string_append_printf (out, " %s", provider_types[i]->name);
  g_string_append (out,
                   "' ;;\n"
                   "      models) names=$(peel models 2> /dev/null |\n"
                   "        awk 'NF == 0 { exit } NR > 1 { print $1 }') ;;\n"
                   "      schema) names='pipeline preset config' ;;\n"
                   "      presets) names=$(peel presets 2> /dev/null | awk '{ print $1 }') ;;\n"
                   "    esac\n  fi\n"
                   "  if [[ $word == -* ]]; then\n    names=$flags\n  fi\n"
                   "  COMPREPLY=()\n"
                   "  if [ -n \"$names\" ]; then\n"
                   "    mapfile -t COMPREPLY < <(compgen -W \"$names\" -- \"$word\")\n"
                   "  fi\n}\n"
                   "complete -o default -F _peel peel\n");
  return g_string_free (out, FALSE);
}
