#include <stdio.h>

#include "cli/command.h"
#include "cli/event.h"
#include "cli/stage-words.h"
#include "cli/terminal.h"

enum { WIDEST = 100 };

static void
print_json (const StageType *type, bool with_options)
{
  cJSON *json = event_begin ("stage");
  cJSON_AddStringToObject (json, "name", type->name);
  cJSON_AddStringToObject (json, "role", stage_role_word (type->role));
  cJSON_AddStringToObject (json, "summary", type->summary);
  if (with_options)
    cJSON_AddItemToObject (json, "options", options_schema (type->options));
  event_print (json);
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

static const StageType *
find (const char *name, GError **error)
{
  const StageType *type = stage_find (name);
  const char *near = type == NULL ? stage_nearest (name) : NULL;
  if (near != NULL)
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "there is no stage '%s'; did you mean '%s'?", name, near);
  else if (type == NULL)
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "there is no stage '%s'; 'peel stages' lists them", name);
  return type;
}

static void
list (void)
{
  for (StageRole role = STAGE_SOURCE; role <= STAGE_DELIVERY; role++) {
    if (role != STAGE_SOURCE)
      terminal_print ("%s", "");
    list_role (role);
  }
  terminal_note ("\n'peel stages NAME' tells all options of one.");
}

static int
run (const Invocation *invocation)
{
  bool is_json = invocation->global->json, is_one = invocation->n_arguments > 0;
  unsigned n = is_one ? 1 : stage_n_types ();
  g_autoptr (GError) error = NULL;
  const StageType *one = is_one ? find (invocation->arguments[0], &error) : NULL;
  if (error != NULL)
    n = 0;
  else if (!is_json && is_one)
    describe (one);
  else if (!is_json)
    list ();
  for (unsigned i = 0; is_json && i < n; i++)
    print_json (is_one ? one : stage_types[i], is_one);
  return event_end_counted (is_json, "stages", n, error);
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
