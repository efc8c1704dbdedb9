/* The walkers of PNG, JPEG, WebP, AVIF, HEIF, TIFF and GIF files: whatever the bytes are they are listed, and
 * where a put succeeds the new file holds what was put, nothing else, and the same pixels. */
#include "fuzz-target.h"
#include "metadata/container.h"

enum { MOST_BYTES = 1 << 16, WEBP_HEADER = 12, WEBP_VP8X = 18 };

static GBytes *
put (GBytes *file, const MetadataBlobs *blobs)
{
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  bool ok = container_put (file, blobs, &out, &error);
  g_assert_cmpint (ok, ==, out != NULL);
  g_assert_cmpint (ok, ==, error == NULL);
  return out;
}

static void
check_list (GBytes *file)
{
  g_autoptr (GPtrArray) blocks = container_list (file);
  size_t size = g_bytes_get_size (file), text = 0;
  g_assert_cmpuint (blocks->len, <=, BLOCK_MOST_BLOCKS);
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    g_assert_cmpuint (block->at, <=, size);
    g_assert_cmpuint (block->length, <=, size - block->at);
    g_assert_true ((block->data == NULL) == (block->trouble != NULL));
    g_assert_true ((block->kind == BLOCK_TEXT) == (block->keyword != NULL));
    g_assert_true (block->keyword == NULL || g_utf8_validate (block->keyword, -1, NULL));
    if (block->kind != BLOCK_TEXT || block->data == NULL)
      continue;
    text += g_bytes_get_size (block->data);
    g_assert_true (g_utf8_validate (g_bytes_get_data (block->data, NULL),
                                    (gssize)g_bytes_get_size (block->data), NULL));
  }
  g_assert_cmpuint (text, <=, BLOCK_MOST_TEXT_BYTES);
  g_free (metadata_find_source_type (g_bytes_get_data (file, NULL), size));
}

static bool
same (GBytes *a, GBytes *b)
{
  return a == NULL || b == NULL ? a == b : g_bytes_equal (a, b);
}

static void
check_blobs (GBytes *file, const MetadataBlobs *blobs)
{
  g_autoptr (GPtrArray) blocks = container_list (file);
  ContainerKind kind = container_kind (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  g_auto (MetadataBlobs) read = { 0 };
  metadata_blobs_read (blocks, &read);
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    g_assert_true (block->kind != BLOCK_OTHER && block->kind != BLOCK_C2PA &&
                   block->kind != BLOCK_IPTC);
  }
  g_assert_true (same (read.xmp, blobs->xmp));
  g_assert_true (kind == CONTAINER_TIFF || same (read.exif, blobs->exif));
  if (kind != CONTAINER_PNG && kind != CONTAINER_JPEG)
    return;
  const MetadataText *text = read.texts != NULL ? g_ptr_array_index (read.texts, 0) : NULL;
  g_assert_true ((text != NULL) == (blobs->texts != NULL));
  if (text != NULL) {
    g_assert_cmpuint (read.texts->len, ==, 1);
    g_assert_cmpstr (text->text, ==, "gr\xc3\xbc\xc3\x9f");
  }
}

/* A WebP without a head has to get one, and keeps it. */
static void
check_pixels (GBytes *bare, GBytes *other)
{
  g_autoptr (GBytes) again = put (other, &(MetadataBlobs){ 0 });
  size_t length, other_length;
  const uint8_t *bytes = g_bytes_get_data (bare, &length);
  const uint8_t *other_bytes = g_bytes_get_data (again, &other_length);
  if (g_bytes_equal (bare, again))
    return;
  g_assert_cmpint (container_kind (bytes, length), ==, CONTAINER_WEBP);
  g_assert_cmpmem (bytes + WEBP_HEADER, length - WEBP_HEADER, other_bytes + WEBP_HEADER + WEBP_VP8X,
                   other_length - WEBP_HEADER - WEBP_VP8X);
}

static void
check_put (GBytes *file, GBytes *bare, const MetadataBlobs *blobs)
{
  g_autoptr (GBytes) out = put (file, blobs);
  if (out == NULL) /* a WebP that needs a head and does not tell its size */
    return;
  g_autoptr (GBytes) again = put (out, blobs);
  g_assert_true (g_bytes_equal (out, again));
  check_list (out);
  check_blobs (out, blobs);
  check_pixels (bare, out);
}

static void
check_store (GBytes *bare, GBytes *store)
{
  g_autoptr (GBytes) out = NULL;
  size_t at, length;
  if (!container_put_c2pa (bare, store, &out, &at, &length, NULL))
    return;
  g_autoptr (GPtrArray) blocks = container_list (out);
  const Block *block = container_find (blocks, BLOCK_C2PA);
  g_assert_true (block != NULL && g_bytes_equal (block->data, store));
  g_assert_true (length == 0 || at == block->at);
  g_assert_cmpuint (at, <=, g_bytes_get_size (out));
  g_assert_cmpuint (length, <=, g_bytes_get_size (out) - at);
  check_pixels (bare, out);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) file = g_bytes_new_static (data, size);
  check_list (file);
  if (size > MOST_BYTES)
    return 0;
  g_autoptr (GBytes) bare = put (file, &(MetadataBlobs){ 0 });
  if (bare == NULL)
    return 0;
  check_blobs (bare, &(MetadataBlobs){ 0 });
  check_pixels (bare, bare);

  g_autoptr (GByteArray) store = g_byte_array_new ();
  const uint32_t box_length = GUINT32_TO_BE ((uint32_t)(8 + size));
  g_byte_array_append (store, (const uint8_t *)&box_length, 4);
  g_byte_array_append (store, (const uint8_t *)"jumb", 4);
  g_byte_array_append (store, data, (unsigned)size);
  g_autoptr (GBytes) whole = g_bytes_new (store->data, store->len);
  check_store (bare, whole);

  for (unsigned which = 1; which < 8; which++) {
    g_auto (MetadataBlobs) blobs = { 0 };
    if (which & 1)
      blobs.exif = g_bytes_new ("II*\0\10\0\0\0\0\0\0\0\0\0", 14);
    if (which & 2)
      blobs.xmp = g_bytes_new (data, MIN (size, 60000));
    if (which & 4)
      metadata_blobs_add_text (&blobs, "Comment", "gr\xc3\xbc\xc3\x9f");
    check_put (file, bare, &blobs);
  }
  return 0;
}
