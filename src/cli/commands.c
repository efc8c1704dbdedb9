#include "cli/command.h"

/* In order of name. A new command is its file, its line here and its line in CMakeLists.txt. */
#define COMMANDS(COMMAND)                                                                          \
  COMMAND (check)                                                                                  \
  COMMAND (derive)                                                                                 \
  COMMAND (doctor)                                                                                 \
  COMMAND (explain)                                                                                \
  COMMAND (plan)                                                                                   \
  COMMAND (presets)                                                                                \
  COMMAND (run)                                                                                    \
  COMMAND (schema)                                                                                 \
  COMMAND (stages)

#define DECLARE(name) extern const CommandType command_##name;
COMMANDS (DECLARE)

#define POINT(name) &command_##name,
const CommandType *const command_types[] = { COMMANDS (POINT) };

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
