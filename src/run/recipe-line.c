#include "run/recipe-line.h"

#include <stdbool.h>
#include <string.h>

GHashTable *
recipe_line_options (const char *line)
{
  GHashTable *options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (const char *equals; (equals = strchr (line, '=')) != NULL;) {
    const char *name = equals, *end = equals + 1;
    while (name > line && name[-1] != ' ')
      name--;
    bool is_quoted = *end == '"';
    for (end += is_quoted; *end != '\0' && *end != (is_quoted ? '"' : ' '); end++)
      end += *end == '\\' && end[1] != '\0';
    end += is_quoted && *end != '\0';
    g_hash_table_insert (options, g_strndup (name, (size_t)(equals - name)),
                         g_strndup (equals + 1, (size_t)(end - equals - 1)));
    line = end;
  }
  return options;
}
