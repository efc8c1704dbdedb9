#include "run/selection.h"

#include <fnmatch.h>
#include <stddef.h>

bool
selection_matches (char **globs, bool when_none, const char *image_id, const char *path)
{
  if (globs == NULL || *globs == NULL)
    return when_none;
  for (; *globs != NULL; globs++)
    if (fnmatch (*globs, image_id, 0) == 0 || fnmatch (*globs, path, 0) == 0)
      return true;
  return false;
}
