/* The readers of foreign XMP, EXIF and IPTC, and what is written from them: never an error, small
 * enough for every container, valid, and read back as the same. */
#include "fuzz-target.h"
#include "metadata/container.h"
#include "metadata/exif.h"
#include "metadata/xmp.h"

enum { MOST_SEGMENT_BYTES = 65533 };

static void
check_packet (GBytes *packet)
{
  g_assert_cmpuint (g_bytes_get_size (packet), <=, MOST_SEGMENT_BYTES);
  g_assert_true (
    g_utf8_validate (g_bytes_get_data (packet, NULL), (gssize)g_bytes_get_size (packet), NULL));
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GError) error = NULL;
  g_assert_true (xmp_read (packet, &record, &error));
  g_assert_cmpuint (record.strangers, ==, 0);
  g_autoptr (GBytes) again = xmp_write (&record);
  g_assert_true (g_bytes_equal (packet, again));
}

static void
check_block (GBytes *block)
{
  g_assert_cmpuint (g_bytes_get_size (block), <=, MOST_SEGMENT_BYTES);
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GPtrArray) camera = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (exif_read (block, &record, &camera, &error));
  g_assert_cmpuint (record.strangers, ==, 0);
}

static void
compose (const MetadataBlobs *original, const MetadataFacts *facts)
{
  MetadataOptions options = { .policy = METADATA_ALL };
  g_auto (MetadataBlobs) blobs = { 0 };
  g_autoptr (GPtrArray) verdicts = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (
    metadata_compose (&options, original, facts, 640, 480, 300, &blobs, &verdicts, &error));
  if (blobs.xmp != NULL)
    check_packet (blobs.xmp);
  check_block (blobs.exif);
}

/* The same bytes stand for the block of every kind, one at a time. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *found = metadata_find_source_type (data, size);
  MetadataFacts facts = { .found_type = found };
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  compose (&(MetadataBlobs){ .exif = bytes }, &facts);
  compose (&(MetadataBlobs){ .xmp = bytes }, &facts);
  compose (&(MetadataBlobs){ .iptc = bytes }, &facts);
  g_autoptr (GBytes) png = NULL;
  container_put (bytes, &(MetadataBlobs){ .xmp = bytes }, &png, NULL);
  return 0;
}
