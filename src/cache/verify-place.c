#include "cache/verify-place.h"

#include <unistd.h>

#include "base/atomic-file.h"
#include "base/path.h"
#include "cache/writer.h"
#include "document/json-write.h"

enum { VERSION = 1, MOST_BYTES = 1000 };

static char *
dup_path (const char *home)
{
  return g_build_filename (home, "verify.json", NULL);
}

static bool
read_shelf (const cJSON *root, bool rebuild, unsigned *out_shelf)
{
  const cJSON *version = cJSON_GetObjectItemCaseSensitive (root, "version");
  const cJSON *shelf = cJSON_GetObjectItemCaseSensitive (root, "shelf");
  const cJSON *rebuilds = cJSON_GetObjectItemCaseSensitive (root, "rebuild");
  if (!cJSON_IsNumber (version) || version->valueint != VERSION || !cJSON_IsNumber (shelf) ||
      shelf->valueint < 0 || shelf->valueint >= WRITER_N_SHELVES || !cJSON_IsBool (rebuilds) ||
      cJSON_IsTrue (rebuilds) != rebuild)
    return false;
  *out_shelf = (unsigned)shelf->valueint;
  return true;
}

unsigned
verify_place_read (const char *home, bool rebuild)
{
  g_autofree char *path = dup_path (home);
  g_autofree char *text = NULL;
  size_t length;
  if (!path_read_file (path, MOST_BYTES, &text, &length, NULL))
    return 0;
  unsigned shelf = 0;
  cJSON *root = cJSON_ParseWithLength (text, length);
  read_shelf (root, rebuild, &shelf);
  cJSON_Delete (root);
  return shelf;
}

void
verify_place_write (const char *home, unsigned shelf, bool rebuild)
{
  g_autofree char *path = dup_path (home);
  cJSON *root = cJSON_CreateObject ();
  cJSON_AddNumberToObject (root, "version", VERSION);
  cJSON_AddNumberToObject (root, "shelf", shelf);
  cJSON_AddBoolToObject (root, "rebuild", rebuild);
  g_autofree char *text = json_write_pretty (root);
  cJSON_Delete (root);
  (void)atomic_file_put (path, text, strlen (text), NULL);
}

void
verify_place_forget (const char *home)
{
  g_autofree char *path = dup_path (home);
  unlink (path);
}
