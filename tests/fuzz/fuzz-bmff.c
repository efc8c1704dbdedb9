/* AVIF and HEIF files: listing ends, and a file that metadata could be put into shows exactly that, the
 * same when it is done twice, and takes Content Credentials. */
#include "fuzz-target.h"
#include "metadata/container-kinds.h"

#define EXIF "II*\0\x08\0\0\0\0\0\0\0\0\0"
#define XMP "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
#define STORE "\0\0\0\x0cjumbDATA"

static void
check_block (const Block *block, const char *bytes, size_t length)
{
  g_assert_nonnull (block->data);
  g_assert_cmpmem (g_bytes_get_data (block->data, NULL), g_bytes_get_size (block->data), bytes,
                   length);
}

static void
check_list (GBytes *file, bool has_store)
{
  g_autoptr (GPtrArray) blocks = container_list (file);
  unsigned counts[BLOCK_OTHER + 1] = { 0 };
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    counts[block->kind]++;
    if (block->kind == BLOCK_EXIF)
      check_block (block, EXIF, sizeof EXIF - 1);
    else if (block->kind == BLOCK_XMP)
      check_block (block, XMP, sizeof XMP - 1);
    else if (block->kind == BLOCK_C2PA)
      check_block (block, STORE, sizeof STORE - 1);
  }
  if (blocks->len < BLOCK_MOST_BLOCKS) {
    g_assert_cmpuint (counts[BLOCK_EXIF], ==, 1);
    g_assert_cmpuint (counts[BLOCK_XMP], ==, 1);
  }
  g_assert_cmpuint (counts[BLOCK_C2PA], ==, has_store ? 1 : 0);
  g_assert_cmpuint (counts[BLOCK_OTHER], ==, 0);
}

static void
put_credentials (GBytes *file, bool must_work)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) store = g_bytes_new_static (STORE, sizeof STORE - 1);
  size_t at, length;
  bool is_put = bmff_put_c2pa (file, store, out, &at, &length, &error);
  g_assert_cmpint (is_put, ==, error == NULL);
  if (!must_work)
    return;
  g_assert_no_error (error);
  g_autoptr (GBytes) signed_file = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  check_list (signed_file, true);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) file = g_bytes_new_static (data, size);
  g_ptr_array_unref (container_list (file));
  put_credentials (file, false);

  g_autoptr (GBytes) exif = g_bytes_new_static (EXIF, sizeof EXIF - 1);
  g_autoptr (GBytes) xmp = g_bytes_new_static (XMP, sizeof XMP - 1);
  MetadataBlobs blobs = { .exif = exif, .xmp = xmp };
  g_autoptr (GByteArray) out = g_byte_array_new (), again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  bool is_put = bmff_put (file, &blobs, out, &error);
  g_assert_cmpint (is_put, ==, error == NULL);
  if (!is_put)
    return 0;
  g_autoptr (GBytes) once = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  check_list (once, false);
  bmff_put (once, &blobs, again, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (again->data, again->len, g_bytes_get_data (once, NULL), g_bytes_get_size (once));
  put_credentials (once, true);
  return 0;
}
