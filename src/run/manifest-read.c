#include "run/manifest-read.h"

#include "base/path.h"
#include "document/json-write.h"

enum { MOST_BYTES = 512 * 1024 * 1024 };

struct ManifestIndex {
  char *path;
  GHashTable *entries; /* char* → ManifestEntry*; NULL: not read yet */
};

static void
entry_free (gpointer data)
{
  ManifestEntry *entry = data;
  g_free (entry->facts);
  g_free (entry);
}

static bool
read_digest (const cJSON *json, const char *name, Digest *out_digest)
{
  const char *text = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (json, name));
  return text != NULL && strlen (text) == DIGEST_HEX_CHARACTERS &&
         digest_from_hex (text, out_digest);
}

/* Takes the members that are not facts out of `json`. */
static void
add_entry (ManifestIndex *index, cJSON *json)
{
  static const char *const identity[] = { "path", "preset", "sha256", "fingerprint" };
  const char *path = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (json, "path"));
  ManifestEntry *entry = g_new0 (ManifestEntry, 1);
  if (path == NULL || !read_digest (json, "sha256", &entry->content) ||
      !read_digest (json, "fingerprint", &entry->fingerprint)) {
    g_free (entry);
    return;
  }
  g_autofree char *key = g_strdup (path);
  for (unsigned i = 0; i < G_N_ELEMENTS (identity); i++)
    cJSON_DeleteItemFromObjectCaseSensitive (json, identity[i]);
  entry->facts = json_write_line (json);
  g_hash_table_replace (index->entries, g_steal_pointer (&key), entry);
}

ManifestIndex *
manifest_index_new (const char *path)
{
  ManifestIndex *index = g_new0 (ManifestIndex, 1);
  index->path = g_strdup (path);
  return index;
}

void
manifest_index_free (ManifestIndex *index)
{
  if (index == NULL)
    return;
  g_clear_pointer (&index->entries, g_hash_table_unref);
  g_free (index->path);
  g_free (index);
}

static void
read_entries (ManifestIndex *index)
{
  g_autofree char *text = NULL;
  size_t length;
  index->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  /* Opening a named pipe would wait for somebody to write into it. */
  if (!g_file_test (index->path, G_FILE_TEST_IS_REGULAR) ||
      !path_read_file (index->path, MOST_BYTES, &text, &length, NULL))
    return;
  cJSON *json = cJSON_ParseWithLength (text, length);
  bool is_manifest = cJSON_IsNumber (cJSON_GetObjectItemCaseSensitive (json, "peel"));
  cJSON *images = is_manifest ? cJSON_GetObjectItemCaseSensitive (json, "images") : NULL;
  cJSON *image, *derivative;
  cJSON_ArrayForEach (image, images)
    cJSON_ArrayForEach (derivative, cJSON_GetObjectItemCaseSensitive (image, "derivatives"))
      add_entry (index, derivative);
  cJSON_Delete (json);
}

const ManifestEntry *
manifest_index_find (ManifestIndex *index, const char *shown)
{
  if (index->entries == NULL)
    read_entries (index);
  return g_hash_table_lookup (index->entries, shown);
}
