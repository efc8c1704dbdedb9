/* The readers of foreign XMP, EXIF and IPTC, and what is written from them: never an error, small
 * enough for every container, valid, and read back as the same. */
#include "fuzz-target.h"
#include "metadata/container.h"
#include "metadata/exif.h"
#include "metadata/pdf-xmp.h"
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
  g_assert_cmpuint (record.strangers & ~(unsigned)METADATA_STRANGER_COMMENT, ==, 0);
}

/* What a PDF adds to the packet leaves in it what was there. */
static void
check_page (GBytes *packet)
{
  static const uint8_t id[16] = { 0 };
  g_autofree char *title = NULL;
  g_autoptr (GBytes) page = metadata_pdf_xmp (packet, "untitled", id, true, &title);
  g_auto (MetadataRecord) record = { 0 }, before = { 0 };
  g_assert_true (xmp_read (page, &record, NULL));
  g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==, title);
  if (packet != NULL)
    g_assert_true (xmp_read (packet, &before, NULL));
  if (metadata_record_count (&before, METADATA_TITLE) == 0)
    metadata_record_remove (&record, METADATA_TITLE);
  g_autoptr (GBytes) again = xmp_write (&record);
  g_assert_true (packet == NULL ? again == NULL : g_bytes_equal (packet, again));
}

static void
compose (const MetadataBlobs *original, const MetadataFacts *facts)
{
  MetadataOptions options = { .policy = METADATA_ALL };
  const MetadataCarrier carrier = { CONTAINER_PNG, 640, 480, 300 };
  g_auto (MetadataBlobs) blobs = { 0 };
  g_autoptr (GPtrArray) verdicts = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (metadata_compose (&options, original, facts, &carrier, &blobs, &verdicts, &error));
  if (blobs.xmp != NULL)
    check_packet (blobs.xmp);
  check_block (blobs.exif);

  const MetadataCarrier page = { CONTAINER_PDF, 640, 480, 300 };
  g_auto (MetadataBlobs) alone = { 0 };
  g_assert_true (metadata_compose (&options, original, facts, &page, &alone, NULL, &error));
  g_assert_null (alone.exif);
  g_assert_null (alone.texts);
  check_page (alone.xmp);
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
