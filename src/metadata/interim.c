/* Stand-ins until the walkers of containers and the reader of Content Credentials are there: PNG and
 * JPEG, uncompressed blocks alone. */
#include "metadata/c2pa.h"
#include "metadata/container.h"
#include "metadata/parameters.h"

const char *const c2pa_state_words[] = { "unreadable", "invalid", "valid", "trusted" };

ContainerKind
container_kind (const void *bytes, size_t length)
{
  if (length >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
    return CONTAINER_PNG;
  if (length >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0)
    return CONTAINER_JPEG;
  if (length >= 4 && (memcmp (bytes, "II*", 4) == 0 || memcmp (bytes, "MM\0*", 4) == 0))
    return CONTAINER_TIFF;
  return CONTAINER_NONE;
}

static void
block_free (gpointer data)
{
  Block *block = data;
  g_clear_pointer (&block->data, g_bytes_unref);
  g_free (block->keyword);
  g_free (block);
}

static Block *
add (GPtrArray *blocks, GBytes *file, BlockKind kind, const char *name, size_t at, size_t length,
     size_t data_at, size_t data_length)
{
  Block *block = g_new0 (Block, 1);
  block->kind = kind;
  g_strlcpy (block->name, name, sizeof block->name);
  block->at = at;
  block->length = length;
  block->n_pieces = 1;
  block->data = g_bytes_new_from_bytes (file, data_at, data_length);
  g_ptr_array_add (blocks, block);
  return block;
}

static void
list_png (GBytes *file, GPtrArray *blocks)
{
  static const char xmp[] = "XML:com.adobe.xmp\0\0\0\0";
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  for (size_t at = 8; at + 12 <= length;) {
    size_t size = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 |
                  (size_t)bytes[at + 2] << 8 | bytes[at + 3];
    if (size > length - at - 12)
      return;
    char name[5] = { 0 };
    memcpy (name, bytes + at + 4, 4);
    const uint8_t *data = bytes + at + 8;
    if (strcmp (name, "eXIf") == 0)
      add (blocks, file, BLOCK_EXIF, name, at, size + 12, at + 8, size);
    else if (strcmp (name, "caBX") == 0)
      add (blocks, file, BLOCK_C2PA, name, at, size + 12, at + 8, size);
    else if (strcmp (name, "pHYs") == 0)
      add (blocks, file, BLOCK_DENSITY, name, at, size + 12, at + 8, size);
    else if (strcmp (name, "iTXt") == 0 && size >= sizeof xmp && memcmp (data, xmp, 18) == 0)
      add (blocks, file, BLOCK_XMP, name, at, size + 12, at + 8 + 22, size - 22);
    else if (strcmp (name, "tEXt") == 0 && memchr (data, 0, size) != NULL) {
      size_t keyword = strlen ((const char *)data) + 1;
      Block *block = add (blocks, file, BLOCK_TEXT, name, at, size + 12, at + 8 + keyword,
                          size - keyword);
      block->keyword = g_strdup ((const char *)data);
    }
    at += size + 12;
  }
}

static void
list_jpeg (GBytes *file, GPtrArray *blocks)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  for (size_t at = 2; at + 4 <= length && bytes[at] == 0xff && bytes[at + 1] != 0xda;) {
    size_t size = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
    if (size < 2 || size > length - at - 2)
      return;
    const uint8_t *data = bytes + at + 4;
    size_t n = size - 2, from = at + 4;
    unsigned marker = bytes[at + 1];
    if (marker == 0xe0 && n >= 5 && memcmp (data, "JFIF", 5) == 0)
      add (blocks, file, BLOCK_DENSITY, "APP0", at, size + 2, from + 5, n - 5);
    else if (marker == 0xe1 && n > 6 && memcmp (data, "Exif\0", 6) == 0)
      add (blocks, file, BLOCK_EXIF, "APP1", at, size + 2, from + 6, n - 6);
    else if (marker == 0xe1 && n > 29 && memcmp (data, "http://ns.adobe.com/xap/1.0/", 29) == 0)
      add (blocks, file, BLOCK_XMP, "APP1", at, size + 2, from + 29, n - 29);
    else if (marker == 0xe2 && n > 14 && memcmp (data, "ICC_PROFILE", 12) == 0)
      add (blocks, file, BLOCK_ICC, "APP2", at, size + 2, from + 14, n - 14);
    else if (marker == 0xed)
      add (blocks, file, BLOCK_IPTC, "APP13", at, size + 2, from, n);
    else if (marker == 0xfe)
      add (blocks, file, BLOCK_TEXT, "COM", at, size + 2, from, n)->keyword = g_strdup ("Comment");
    at += size + 2;
  }
}

GPtrArray *
container_list (GBytes *file)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (block_free);
  size_t length;
  const void *bytes = g_bytes_get_data (file, &length);
  ContainerKind kind = container_kind (bytes, length);
  if (kind == CONTAINER_PNG)
    list_png (file, blocks);
  else if (kind == CONTAINER_JPEG)
    list_jpeg (file, blocks);
  return blocks;
}

const Block *
container_find (const GPtrArray *blocks, BlockKind kind)
{
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = blocks->pdata[i];
    if (block->kind == kind && block->data != NULL)
      return block;
  }
  return NULL;
}

C2paReport *
c2pa_read (GBytes *store, GBytes *file, const C2paTrust *trust)
{
  C2paReport *report = g_new0 (C2paReport, 1);
  report->trouble = g_strdup ("Content Credentials are not read yet");
  report->manifests = g_ptr_array_new ();
  return report;
}

void
c2pa_report_free (C2paReport *report)
{
  if (report == NULL)
    return;
  g_free (report->trouble);
  g_ptr_array_unref (report->manifests);
  g_free (report);
}

const C2paManifest *
c2pa_active (const C2paReport *report)
{
  return NULL;
}

GPtrArray *
metadata_find_parameters (const MetadataBlobs *blobs)
{
  return g_ptr_array_new ();
}
