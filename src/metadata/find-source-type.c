/* XMP and C2PA are searched for the vocabulary's URIs as they stand, whether or not they can be read. */
#include "metadata/container.h"
#include "metadata/vocabulary.h"

/* How many bytes may be looked at beyond the file's own size: what was unpacked. A TIFF's directories may
 * name the same bytes any number of times, which costs no more than to read them once. */
enum { MOST_UNPACKED_BYTES = 8 << 20 };

/* The bytes of a block; of one that is over its limit as many as the limit allows, as they stand. */
static const void *
block_bytes (const Block *block, GBytes *file, size_t *out_length)
{
  if (block->data != NULL)
    return g_bytes_get_data (block->data, out_length);
  size_t most = block->kind == BLOCK_XMP ? BLOCK_MOST_XMP_BYTES : BLOCK_MOST_C2PA_BYTES;
  *out_length = MIN (block->length, most);
  return (const uint8_t *)g_bytes_get_data (file, NULL) + block->at;
}

char *
metadata_find_source_type (const void *bytes, size_t length)
{
  g_autoptr (GBytes) file = g_bytes_new_static (bytes, length);
  g_autoptr (GPtrArray) blocks = container_list (file);
  size_t left = length + MOST_UNPACKED_BYTES;
  int rank = VOCABULARY_NONE;
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    if (block->kind != BLOCK_XMP && block->kind != BLOCK_C2PA)
      continue;
    size_t size;
    const void *at = block_bytes (block, file, &size);
    size = MIN (size, left);
    left -= size;
    if (size > 0)
      rank = vocabulary_stronger (rank, vocabulary_scan (at, size));
  }
  return g_strdup (vocabulary_term (rank));
}

unsigned
metadata_find_blocks (const void *bytes, size_t length)
{
  static const unsigned bits[] = {
    [BLOCK_EXIF] = METADATA_BLOCK_EXIF,
    [BLOCK_XMP] = METADATA_BLOCK_XMP,
    [BLOCK_IPTC] = METADATA_BLOCK_IPTC,
    [BLOCK_ICC] = METADATA_BLOCK_ICC,
    [BLOCK_C2PA] = METADATA_BLOCK_C2PA,
    [BLOCK_TEXT] = 0,
    [BLOCK_DENSITY] = 0,
    [BLOCK_OTHER] = 0,
  };
  g_autoptr (GBytes) file = g_bytes_new_static (bytes, length);
  g_autoptr (GPtrArray) blocks = container_list (file);
  unsigned found = 0;
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    found |= bits[block->kind];
  }
  return found;
}
