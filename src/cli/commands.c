#include "base/nearest.h"
#include "cli/command.h"

/* In order of name. A new command is its file, its line here and its line in CMakeLists.txt. */
#define COMMANDS(COMMAND)                                                                          \
  COMMAND (cache)                                                                                  \
  COMMAND (check)                                                                                  \
  COMMAND (compare)                                                                                \
  COMMAND (derive)                                                                                 \
  COMMAND (doctor)                                                                                 \
  COMMAND (explain)                                                                                \
  COMMAND (inspect)                                                                                \
  COMMAND (models)                                                                                 \
  COMMAND (pick)                                                                                   \
  COMMAND (plan)                                                                                   \
  COMMAND (presets)                                                                                \
  COMMAND (providers)                                                                              \
  COMMAND (run)                                                                                    \
  COMMAND (schema)                                                                                 \
  COMMAND (stages)                                                                                 \
  COMMAND (trust)

#define DECLARE(name) extern const CommandType command_##name;
COMMANDS (DECLARE)

#define POINT(name) &command_##name,
const CommandType *const command_types[] = { COMMANDS (POINT) NULL };

const char *
command_word (const CommandType *type)
{
  const char *space = strrchr (type->name, ' ');
  return space != NULL ? space + 1 : type->name;
}

const CommandType *
command_find (const CommandType *const *types, const char *word)
{
  for (; *types != NULL; types++)
    if (strcmp (command_word (*types), word) == 0)
      return *types;
  return NULL;
}

const char *
command_nearest (const CommandType *const *types, const char *word)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  for (; *types != NULL; types++)
    g_ptr_array_add (words, (gpointer)command_word (*types));
  return nearest_name (word, (const char *const *)words->pdata, words->len);
}
