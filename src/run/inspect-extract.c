#include "base/base64.h"
#include "run/inspect-private.h"
#include "run/inspect.h"

static const BlockKind kinds[] = { BLOCK_EXIF, BLOCK_XMP, BLOCK_IPTC, BLOCK_ICC, BLOCK_C2PA };
const char *const inspect_extract_words[] = { "exif", "xmp", "iptc", "icc", "c2pa", NULL };

static const Block *
find (const Inspection *inspection, const char *word)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (inspect_extract_words[i], word) == 0)
      return kinds[i] == BLOCK_XMP ? container_find_xmp (inspection->blocks)
                                   : container_find (inspection->blocks, kinds[i]);
  return NULL;
}

bool
inspect_extract (Inspection *inspection, const char *word, GError **error)
{
  const Block *block = find (inspection, word);
  size_t length;
  if (block == NULL)
    return run_fail (error, RUN_ERROR_INVALID, "it holds no %s that can be read", word);
  const uint8_t *data = g_bytes_get_data (block->data, &length);
  g_autofree char *text = g_malloc0 (base64_signs (length) + 1);
  base64_encode (data, length, text);
  cJSON_AddStringToObject (inspection->json, "kind", word);
  cJSON_ReplaceItemInObjectCaseSensitive (inspection->json, "bytes",
                                          cJSON_CreateNumber ((double)length));
  cJSON_AddStringToObject (inspection->json, "data", text);
  return true;
}
