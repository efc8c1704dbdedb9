#include <stdio.h>

#include "cli/command.h"
#include "cli/exit-code.h"
#include "cli/stage-words.h"
#include "cli/terminal.h"
#include "document/json-write.h"

enum { WIDEST = 100 };

static void
print_json (const StageType *type, bool with_options)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "name", type->name);
  cJSON_AddStringToObject (json, "role", stage_role_word (type->role));
  cJSON_AddStringToObject (json, "summary", type->summary);
  if (with_options)
    cJSON_AddItemToObject (json, "options", options_schema (type->options));
  g_autofree char *line = json_write_line (json);
  cJSON_Delete (json);
  terminal_print ("%s", line);
}

static void
list_role (StageRole role)
{
  g_autoptr (Table) table = table_new (2, "ll");
  for (unsigned i = 0; i < stage_n_types (); i++)
    if (stage_types[i]->role == role) {
      g_autofree char *name = g_strconcat ("  ", stage_types[i]->name, NULL);
      table_add (table, name, stage_types[i]->summary);
    }
  terminal_print ("%s", stage_role_heading (role));
  table_print (table, false);
}

static void
describe (const StageType *type)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "%s (%s)\n%s\n", type->name, stage_role_word (type->role),
                          type->summary);
  const char *shorthand = type->options->shorthand;
  if (shorthand != NULL)
    g_string_append_printf (out, "\n'- %s: VALUE' sets '%s' alone.\n", type->name, shorthand);
  g_string_append (out, "\nOptions:\n");
  options_append_help (type->options, false, MIN (terminal_width (), WIDEST), out);
  fputs (out->str, stdout);
}

static int
fail_unknown (const char *name)
{
  const char *near = stage_nearest (name);
  if (near != NULL)
    terminal_error ("there is no stage '%s'; did you mean '%s'?", name, near);
  else
    terminal_error ("there is no stage '%s'; 'peel stages' lists them", name);
  return EXIT_USAGE;
}

static int
run (const Invocation *invocation)
{
  bool json = invocation->global->json;
  if (invocation->n_arguments > 0) {
    const StageType *type = stage_find (invocation->arguments[0]);
    if (type == NULL)
      return fail_unknown (invocation->arguments[0]);
    if (json)
      print_json (type, true);
    else
      describe (type);
    return EXIT_OK;
  }
  for (unsigned i = 0; json && i < stage_n_types (); i++)
    print_json (stage_types[i], false);
  for (StageRole role = STAGE_SOURCE; !json && role <= STAGE_DELIVERY; role++) {
    if (role != STAGE_SOURCE)
      terminal_print ("%s", "");
    list_role (role);
  }
  if (!json)
    terminal_note ("\n'peel stages NAME' tells all options of one.");
  return EXIT_OK;
}

extern const CommandType command_stages;
const CommandType command_stages = {
  .name = "stages",
  .synopsis = "[NAME]",
  .summary = "List the stages a chain can hold, or all options of one",
  .example = "  peel stages\n"
             "  peel stages resize",
  .most_arguments = 1,
  .run = run,
};
