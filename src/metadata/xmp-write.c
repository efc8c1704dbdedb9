/* The packet, one property a line, in the order of the table:
 *
 *     <?xpacket begin="BOM" id="W5M0MpCehiHzreSzNTczkc9d"?>
 *     <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF …><rdf:Description rdf:about="" xmlns:…>
 *     <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">…</rdf:li></rdf:Alt></dc:rights>
 *     …
 *     </rdf:Description></rdf:RDF></x:xmpmeta>
 *     <?xpacket end="r"?>
 *
 * end="r" since there is no padding in which another program could edit it in place. */
#include "metadata/xmp.h"

/* A record's texts hold nothing that XML cannot. */
static void
append_escaped (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append (out, escaped);
}

static void
append_item (GString *out, const char *language, const char *text)
{
  g_string_append (out, "<rdf:li");
  if (language != NULL) {
    g_string_append (out, " xml:lang=\"");
    append_escaped (out, language);
    g_string_append_c (out, '"');
  }
  g_string_append_c (out, '>');
  append_escaped (out, text);
  g_string_append (out, "</rdf:li>");
}

/* x-default comes first; where no language is the default one, the first is (XMP part 1, 8.2.2.4). */
static void
append_languages (GString *out, const MetadataRecord *record, MetadataProperty property)
{
  append_item (out, "x-default", metadata_record_text (record, property));
  for (unsigned i = 0; i < metadata_record_count (record, property); i++) {
    const MetadataValue *value = metadata_record_get (record, property, i);
    if (value->language != NULL)
      append_item (out, value->language, value->text);
  }
}

static void
append_property (GString *out, const MetadataRecord *record, MetadataProperty property)
{
  static const char *const containers[] = {
    [METADATA_SHAPE_ALT] = "rdf:Alt",
    [METADATA_SHAPE_SEQ] = "rdf:Seq",
    [METADATA_SHAPE_BAG] = "rdf:Bag",
  };
  const MetadataPropertyRow *row = &metadata_properties[property];
  g_string_append_printf (out, "<%s:%s>", row->prefix, row->name);
  if (row->shape == METADATA_SHAPE_TEXT) {
    append_escaped (out, metadata_record_text (record, property));
  } else {
    g_string_append_printf (out, "<%s>", containers[row->shape]);
    if (row->shape == METADATA_SHAPE_ALT) {
      append_languages (out, record, property);
    } else {
      for (unsigned i = 0; i < metadata_record_count (record, property); i++)
        append_item (out, NULL, metadata_record_get (record, property, i)->text);
    }
    g_string_append_printf (out, "</%s>", containers[row->shape]);
  }
  g_string_append_printf (out, "</%s:%s>\n", row->prefix, row->name);
}

/* Only the namespaces that are used, each once. */
static void
append_namespaces (GString *out, const MetadataRecord *record)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (int i = 0; i < METADATA_N_PROPERTIES; i++) {
    const MetadataPropertyRow *row = &metadata_properties[i];
    if (metadata_record_count (record, i) == 0 || !g_hash_table_add (seen, (gpointer)row->prefix))
      continue;
    g_string_append_printf (out, "\n xmlns:%s=\"%s\"", row->prefix, row->space);
  }
}

GBytes *
xmp_write (const MetadataRecord *record)
{
  unsigned n_properties = 0;
  for (int i = 0; i < METADATA_N_PROPERTIES; i++)
    n_properties += metadata_record_count (record, i) > 0;
  if (n_properties == 0)
    return NULL;

  GString *out = g_string_new (
    "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
    "<rdf:Description rdf:about=\"\"");
  append_namespaces (out, record);
  g_string_append (out, ">\n");
  for (int i = 0; i < METADATA_N_PROPERTIES; i++) {
    if (metadata_record_count (record, i) > 0)
      append_property (out, record, i);
  }
  g_string_append (out, "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
  return g_string_free_to_bytes (out);
}
