#include "metadata/pdf-xmp.h"

#include <string.h>

#include "metadata/xmp.h"

/* As in the Info dictionary, which a reader compares: equal recipes give equal files. */
#define DATE "2000-01-01T00:00:00Z"

static const char head[] = "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n";
static const char tail[] = "</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>";

/* As a record holds it: without what XML cannot. New string; NULL: the packet says none. */
static char *
find_title (GBytes *packet)
{
  g_auto (MetadataRecord) record = { 0 };
  if (packet != NULL)
    xmp_read (packet, &record, NULL);
  return g_strdup (metadata_record_text (&record, METADATA_TITLE));
}

static char *
clean_title (const char *title)
{
  g_auto (MetadataRecord) record = { 0 };
  metadata_record_add (&record, METADATA_TITLE, NULL, title);
  const char *clean = metadata_record_text (&record, METADATA_TITLE);
  return g_strdup (clean != NULL ? clean : "Untitled");
}

static void
append_uuid (GString *out, const uint8_t id[16])
{
  g_string_append (out, "uuid:");
  for (int i = 0; i < 16; i++)
    g_string_append_printf (out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
}

static void
append_description (GString *out, const char *new_title, const uint8_t id[16], bool is_x4)
{
  g_string_append (out, "<rdf:Description rdf:about=\"\"\n"
                        " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
                        " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
                        " xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\"\n"
                        " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n"
                        " xmlns:pdfxid=\"http://www.npes.org/pdfx/ns/id/\">\n");
  if (is_x4)
    g_string_append (out, "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>\n");
  if (new_title != NULL) {
    g_autofree char *escaped = g_markup_escape_text (new_title, -1);
    g_string_append_printf (out,
                            "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li>"
                            "</rdf:Alt></dc:title>\n",
                            escaped);
  }
  g_string_append (out, "<xmp:CreateDate>" DATE "</xmp:CreateDate>\n"
                        "<xmp:ModifyDate>" DATE "</xmp:ModifyDate>\n"
                        "<xmp:MetadataDate>" DATE "</xmp:MetadataDate>\n"
                        "<xmp:CreatorTool>Peel</xmp:CreatorTool>\n"
                        "<xmpMM:DocumentID>");
  append_uuid (out, id);
  g_string_append (out, "</xmpMM:DocumentID>\n"
                        "<xmpMM:VersionID>1</xmpMM:VersionID>\n"
                        "<xmpMM:RenditionClass>default</xmpMM:RenditionClass>\n"
                        "<pdf:Producer>Peel</pdf:Producer>\n"
                        "<pdf:Trapped>False</pdf:Trapped>\n"
                        "</rdf:Description>\n");
}

GBytes *
metadata_pdf_xmp (GBytes *packet, const char *title, const uint8_t id[16], bool is_x4,
                  char **out_title)
{
  size_t length = 0;
  const char *bytes = packet != NULL ? g_bytes_get_data (packet, &length) : NULL;
  const char *close = bytes != NULL ? g_strrstr_len (bytes, (gssize)length, "</rdf:RDF>") : NULL;
  GString *out = g_string_new (NULL);
  g_autofree char *own = close != NULL ? find_title (packet) : NULL;
  g_autofree char *added = own == NULL ? clean_title (title) : NULL;
  if (close != NULL)
    g_string_append_len (out, bytes, close - bytes);
  else
    g_string_append (out, head);
  append_description (out, added, id, is_x4);
  if (close != NULL)
    g_string_append_len (out, close, bytes + length - close);
  else
    g_string_append (out, tail);
  *out_title = own != NULL ? g_steal_pointer (&own) : g_steal_pointer (&added);
  return g_string_free_to_bytes (out);
}
