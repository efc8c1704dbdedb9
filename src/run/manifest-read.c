#include "run/manifest-read.h"

#include "base/path.h"
#include "document/json-write.h"

enum { MOST_BYTES = 512 * 1024 * 1024 };

struct ManifestIndex {
  GHashTable *entries; /* char* → ManifestEntry* */
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
manifest_index_load (const char *path)
{
  g_autofree char *text = NULL;
  size_t length;
  if (!path_read_file (path, MOST_BYTES, &text, &length, NULL))
    return NULL;
  cJSON *json = cJSON_ParseWithLength (text, length);
  if (!cJSON_IsNumber (cJSON_GetObjectItemCaseSensitive (json, "peel"))) {
    cJSON_Delete (json);
    return NULL;
  }
  ManifestIndex *index = g_new0 (ManifestIndex, 1);
  index->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  cJSON *image, *derivative;
  cJSON_ArrayForEach (image, cJSON_GetObjectItemCaseSensitive (json, "images"))
    cJSON_ArrayForEach (derivative, cJSON_GetObjectItemCaseSensitive (image, "derivatives"))
      add_entry (index, derivative);
  cJSON_Delete (json);
  return index;
}

void
manifest_index_free (ManifestIndex *index)
{
  if (index == NULL)
    return;
  g_hash_table_unref (index->entries);
  g_free (index);
}

const ManifestEntry *
manifest_index_find (const ManifestIndex *index, const char *shown)
{
  return g_hash_table_lookup (index->entries, shown);
}
