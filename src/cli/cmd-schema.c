#include <stdio.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "document/json-write.h"
#include "pipeline/schema.h"

static const char *const kinds[] = { "pipeline", "preset", "config" };
static cJSON *(*const makers[]) (void) = { pipeline_schema, preset_schema, config_schema };

static int
run (const Invocation *invocation)
{
  const char *kind = invocation->n_arguments > 0 ? invocation->arguments[0] : kinds[0];
  unsigned i = 0;
  while (i < G_N_ELEMENTS (kinds) && strcmp (kind, kinds[i]) != 0)
    i++;
  if (i == G_N_ELEMENTS (kinds)) {
    const char *near = nearest_name (kind, kinds, G_N_ELEMENTS (kinds));
    terminal_error (
      "there is a schema of a 'pipeline', a 'preset' and the 'config', not of '%s'%s%s%s", kind,
      near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    return EXIT_USAGE;
  }
  cJSON *schema = makers[i]();
  g_autofree char *text = invocation->global->json ? json_write_line (schema)
                                                   : json_write_pretty (schema);
  cJSON_Delete (schema);
  fputs (text, stdout);
  if (invocation->global->json)
    putchar ('\n');
  return EXIT_OK;
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
