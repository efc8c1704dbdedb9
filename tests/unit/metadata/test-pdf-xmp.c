#include "metadata/pdf-xmp.h"

#include "metadata/vocabulary.h"
#include "metadata/xmp-list.h"
#include "metadata/xmp.h"
#include "support/carrier.h"

static const uint8_t id[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };

static GBytes *
composed (const char *title)
{
  g_auto (MetadataRecord) record = { 0 };
  metadata_record_add (&record, METADATA_SOURCE_TYPE, NULL,
                       "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
  metadata_record_add (&record, METADATA_RIGHTS, NULL, "\302\251 Zoe & Co");
  if (title != NULL)
    metadata_record_add (&record, METADATA_TITLE, NULL, title);
  return xmp_write (&record);
}

static unsigned
count (GBytes *packet, const char *needle)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (packet, NULL), g_bytes_get_size (packet));
  unsigned n = 0;
  for (const char *at = text; (at = strstr (at, needle)) != NULL; at++)
    n++;
  return n;
}

static void
expect_line (GBytes *packet, const char *path_end, const char *value)
{
  g_auto (XmpList) list = { NULL };
  g_autoptr (GError) error = NULL;
  g_assert_true (xmp_list (packet, &list, &error));
  g_assert_no_error (error);
  for (unsigned i = 0; i < list.lines->len; i++) {
    const XmpLine *line = list.lines->pdata[i];
    if (g_str_has_suffix (line->path, path_end) && strcmp (line->value, value) == 0)
      return;
  }
  g_error ("no %s = %s", path_end, value);
}

static void
adds_what_a_document_says (void)
{
  g_autoptr (GBytes) before = composed (NULL);
  g_autofree char *title = NULL;
  g_autoptr (GBytes) packet = metadata_pdf_xmp (before, "a <b> & c", id, true, &title);
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (xmp_read (packet, &record, NULL));
  g_assert_cmpstr (title, ==, "a <b> & c");
  g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==, title);
  g_assert_cmpstr (metadata_record_text (&record, METADATA_RIGHTS), ==, "\302\251 Zoe & Co");
  g_assert_true (g_str_has_suffix (metadata_record_text (&record, METADATA_SOURCE_TYPE), "Media"));
  expect_line (packet, "GTS_PDFXVersion", "PDF/X-4");
  expect_line (packet, "Trapped", "False");
  expect_line (packet, "Producer", "Peel");
  expect_line (packet, "xmp:CreateDate", "2000-01-01T00:00:00Z");
  expect_line (packet, "xmp:ModifyDate", "2000-01-01T00:00:00Z");
  expect_line (packet, "xmp:MetadataDate", "2000-01-01T00:00:00Z");
  expect_line (packet, "xmp:CreatorTool", "Peel");
  expect_line (packet, "xmpMM:DocumentID", "uuid:01234567-89ab-cdef-0123-456789abcdef");
  expect_line (packet, "xmpMM:VersionID", "1");
  expect_line (packet, "xmpMM:RenditionClass", "default");
}

static void
a_title_that_is_there_stays (void)
{
  g_autoptr (GBytes) before = composed ("The lake");
  g_autofree char *title = NULL;
  g_autoptr (GBytes) packet = metadata_pdf_xmp (before, "file", id, false, &title);
  g_assert_cmpstr (title, ==, "The lake");
  g_assert_cmpuint (count (packet, "<dc:title>"), ==, 1);
  g_assert_cmpuint (count (packet, "GTS_PDFX"), ==, 0);
}

static void
nothing_becomes_a_packet (void)
{
  g_autofree char *title = NULL;
  g_autofree char *untitled = NULL;
  g_autoptr (GBytes) packet = metadata_pdf_xmp (NULL, "poster", id, true, &title);
  expect_line (packet, "GTS_PDFXVersion", "PDF/X-4");
  expect_line (packet, "dc:title[x-default]", "poster");
  g_assert_cmpuint (count (packet, "<?xpacket begin="), ==, 1);
  g_assert_cmpuint (count (packet, "<?xpacket end="), ==, 1);
  g_bytes_unref (metadata_pdf_xmp (NULL, "\1", id, true, &untitled));
  g_assert_cmpstr (untitled, ==, "Untitled");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, function) g_test_add_func ("/metadata/pdf-xmp/" name, function)
  TEST ("adds-what-a-document-says", adds_what_a_document_says);
  TEST ("a-title-that-is-there-stays", a_title_that_is_there_stays);
  TEST ("nothing-becomes-a-packet", nothing_becomes_a_packet);
  return g_test_run ();
}
