#include <stdio.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/event.h"
#include "cli/terminal.h"
#include "document/json-write.h"
#include "pipeline/schema.h"

static const char *const kinds[] = { "pipeline", "preset", "config" };
static cJSON *(*const makers[]) (void) = { pipeline_schema, preset_schema, config_schema };

/* Takes the schema. */
static void
print (const char *kind, cJSON *schema, bool is_json)
{
  if (is_json) {
    cJSON *json = event_begin ("schema");
    cJSON_AddStringToObject (json, "kind", kind);
    cJSON_AddItemToObject (json, "schema", schema);
    event_print (json);
    return;
  }
  g_autofree char *text = json_write_pretty (schema);
  cJSON_Delete (schema);
  fputs (text, stdout);
}

static int
run (const Invocation *invocation)
{
  bool is_json = invocation->global->json;
  g_autoptr (GError) error = NULL;
  const char *kind = invocation->n_arguments > 0 ? invocation->arguments[0] : kinds[0];
  unsigned i = 0;
  while (i < G_N_ELEMENTS (kinds) && strcmp (kind, kinds[i]) != 0)
    i++;
  if (i == G_N_ELEMENTS (kinds)) {
    const char *near = nearest_name (kind, kinds, G_N_ELEMENTS (kinds));
    g_set_error (
      &error, OPTION_ERROR, OPTION_ERROR_USAGE,
      "there is a schema of a 'pipeline', a 'preset' and the 'config', not of '%s'%s%s%s", kind,
      near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    return event_end (is_json, event_begin ("summary"), error);
  }
  print (kind, makers[i](), is_json);
  return event_end (is_json, event_begin ("summary"), NULL);
}

extern const CommandType command_schema;
const CommandType command_schema = {
  .name = "schema",
  .synopsis = "[pipeline|preset|config]",
  .summary = "Print the JSON Schema of pipeline files, for editors",
  .details = "Editors that read YAML check and complete a pipeline as it is written when they have "
             "the schema.\nIn VS Code and others with the YAML language server, begin the file "
             "with\n\n  # yaml-language-server: $schema=peel.schema.json",
  .example = "  peel schema > peel.schema.json\n"
             "  peel schema preset > preset.schema.json",
  .most_arguments = 1,
  .run = run,
};
