#include "cli/command.h"

extern const CommandType command_check, command_derive, command_doctor, command_explain,
  command_plan, command_presets, command_run, command_schema, command_stages;

/* In order of name: a new command is its file, its name above and its line here. */
const CommandType *const command_types[] = {
  &command_check,   &command_derive, &command_doctor, &command_explain, &command_plan,
  &command_presets, &command_run,    &command_schema, &command_stages,
};

unsigned
command_n_types (void)
{
  return G_N_ELEMENTS (command_types);
}

const CommandType *
command_find (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (command_types); i++)
    if (strcmp (command_types[i]->name, name) == 0)
      return command_types[i];
  return NULL;
}
