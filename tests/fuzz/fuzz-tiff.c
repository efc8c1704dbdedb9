/* TIFF files: listing ends, its EXIF can be read, and a file that metadata could be put into shows
 * exactly that. What is listed there and put again gives the same file. */
#include "fuzz-target.h"
#include "metadata/container-kinds.h"
#include "metadata/exif.h"

#define XMP "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
#define IPTC "\x1c\x02\x69\0\3abc"

static void
check_exif (GPtrArray *blocks)
{
  const Block *exif = container_find (blocks, BLOCK_EXIF);
  if (exif == NULL)
    return;
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GPtrArray) camera = NULL;
  g_autoptr (GError) error = NULL;
  exif_read (exif->data, &record, &camera, &error);
  g_assert_no_error (error);
}

static void
put_again (GBytes *once, const MetadataBlobs *blobs)
{
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  tiff_put (once, blobs, again, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (again->data, again->len, g_bytes_get_data (once, NULL), g_bytes_get_size (once));
}

static void
check_list (GBytes *once, const MetadataBlobs *blobs)
{
  g_autoptr (GPtrArray) blocks = container_list (once);
  unsigned counts[BLOCK_OTHER + 1] = { 0 };
  for (unsigned i = 0; i < blocks->len; i++)
    counts[((const Block *)g_ptr_array_index (blocks, i))->kind]++;
  g_assert_cmpuint (counts[BLOCK_EXIF], ==, blobs->exif != NULL ? 1 : 0);
  g_assert_cmpuint (counts[BLOCK_XMP], ==, 1);
  g_assert_cmpuint (counts[BLOCK_IPTC], ==, 1);
  g_assert_cmpuint (counts[BLOCK_C2PA] + counts[BLOCK_TEXT] + counts[BLOCK_OTHER], ==, 0);
  g_assert_true (g_bytes_equal (container_find (blocks, BLOCK_XMP)->data, blobs->xmp));
  g_assert_true (g_bytes_equal (container_find (blocks, BLOCK_IPTC)->data, blobs->iptc));
  const Block *exif = container_find (blocks, BLOCK_EXIF);
  put_again (once, &(MetadataBlobs){ .exif = exif != NULL ? exif->data : NULL,
                                     .xmp = blobs->xmp,
                                     .iptc = blobs->iptc });
}

/* With a block of our own, and with the one that the file has. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) file = g_bytes_new_static (data, size);
  g_autoptr (GPtrArray) blocks = container_list (file);
  check_exif (blocks);
  g_auto (MetadataRecord) record = { 0 };
  metadata_record_add_bytes (&record, METADATA_RIGHTS, (const uint8_t *)"\xc2\xa9 me", 5);
  g_autoptr (GBytes) built = exif_build (&record, &(ExifFacts){ .width = 8, .height = 8 });
  g_autoptr (GBytes) xmp = g_bytes_new_static (XMP, sizeof XMP - 1);
  g_autoptr (GBytes) iptc = g_bytes_new_static (IPTC, sizeof IPTC - 1);
  const Block *own = container_find (blocks, BLOCK_EXIF);
  for (int i = 0; i < 2; i++) {
    MetadataBlobs blobs = { .exif = built, .xmp = xmp, .iptc = iptc };
    if (i == 1)
      blobs.exif = own != NULL ? own->data : NULL;
    g_autoptr (GByteArray) out = g_byte_array_new ();
    g_autoptr (GError) error = NULL;
    bool is_put = tiff_put (file, &blobs, out, &error);
    g_assert_cmpint (is_put, ==, error == NULL);
    if (!is_put)
      return 0;
    g_autoptr (GBytes) once = g_byte_array_free_to_bytes (g_steal_pointer (&out));
    check_list (once, &blobs);
  }
  return 0;
}
