#include "support/carrier.h"
#include "metadata/xmp.h"

#define RDF "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
#define DC "xmlns:dc='http://purl.org/dc/elements/1.1/'"
#define EXT "xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'"
#define PACKET(attributes, body)                                                                   \
  "<?xpacket begin='' id='x'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF " RDF                   \
  "><rdf:Description rdf:about='' " attributes ">" body                                            \
  "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
#define URI "http://cv.iptc.org/newscodes/digitalsourcetype/"

static bool
read_text (const char *text, MetadataRecord *record)
{
  g_autoptr (GBytes) packet = bytes_of (text);
  g_autoptr (GError) error = NULL;
  bool ok = xmp_read (packet, record, &error);
  g_assert_true (ok == (error == NULL));
  return ok;
}

static void
reads_elements_and_attributes (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (read_text (PACKET (DC " " EXT " e:DigitalSourceType='" URI "composite' "
                                       "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' "
                                       "photoshop:Credit='A &amp; B'",
                                    "<dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li> Bob "
                                    "</rdf:li></rdf:Seq></dc:creator>"
                                    "<dc:title>plain</dc:title>"),
                            &record));
  g_assert_cmpstr (metadata_record_text (&record, METADATA_SOURCE_TYPE), ==, URI "composite");
  g_assert_cmpstr (metadata_record_text (&record, METADATA_CREDIT), ==, "A & B");
  g_assert_cmpuint (metadata_record_count (&record, METADATA_CREATOR), ==, 2);
  g_assert_cmpstr (metadata_record_get (&record, METADATA_CREATOR, 1)->text, ==, "Bob");
  g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==, "plain");
}

static void
reads_a_resource_and_an_older_name (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (read_text (
    PACKET (EXT, "<e:DigitalSourceFileType rdf:resource='" URI "trainedAlgorithmicMedia'/>"),
    &record));
  g_assert_cmpstr (metadata_record_text (&record, METADATA_SOURCE_TYPE), ==,
                   URI "trainedAlgorithmicMedia");
}

static void
reads_values_that_are_qualified (void)
{
  static const char *const bodies[] = {
    "<dc:title rdf:parseType='Resource'><rdf:value>Lake</rdf:value><e:q>no</e:q></dc:title>",
    "<dc:title><rdf:Description><rdf:value>Lake</rdf:value><e:q>no</e:q></rdf:Description>"
    "</dc:title>",
    "<dc:title><rdf:Alt><rdf:li rdf:parseType='Resource'>\n <rdf:value>Lake</rdf:value>\n"
    "<e:q>no</e:q></rdf:li></rdf:Alt></dc:title>",
    "<dc:title><rdf:Bag><rdf:li><rdf:Description> <rdf:value>Lake</rdf:value></rdf:Description>"
    "</rdf:li></rdf:Bag></dc:title>",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_auto (MetadataRecord) record = { 0 };
    g_autofree char *text = g_strdup_printf (PACKET (DC " " EXT, "%s"), bodies[i]);
    g_assert_true (read_text (text, &record));
    g_assert_cmpuint (metadata_record_count (&record, METADATA_TITLE), ==, 1);
    g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==, "Lake");
  }
}

static void
a_note_of_the_container_is_nothing (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (read_text (PACKET ("xmlns:n='http://ns.adobe.com/xmp/note/' n:HasExtendedXMP='0A' "
                                    "xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='6'",
                                    ""),
                            &record));
  g_assert_cmpuint (record.strangers, ==, METADATA_STRANGER_ORIENTATION);
}

static void
keeps_languages_apart (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (read_text (PACKET (DC, "<dc:rights><rdf:Alt><rdf:li xml:lang='de'>Rechte</rdf:li>"
                                        "<rdf:li xml:lang='x-default'>Rights</rdf:li>"
                                        "<rdf:li xml:lang='de'>twice</rdf:li>"
                                        "</rdf:Alt></dc:rights>"),
                            &record));
  g_assert_cmpuint (metadata_record_count (&record, METADATA_RIGHTS), ==, 2);
  g_assert_cmpstr (metadata_record_text (&record, METADATA_RIGHTS), ==, "Rights");
  g_autoptr (GBytes) packet = xmp_write (&record);
  g_assert_true (bytes_hold (packet, "<rdf:li xml:lang=\"x-default\">Rights</rdf:li>"
                                     "<rdf:li xml:lang=\"de\">Rechte</rdf:li>"));
}

static void
knows_namespaces_not_prefixes (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (read_text (PACKET ("xmlns:dc='urn:other'",
                                    "<dc:title>no</dc:title>"
                                    "<t:title xmlns:t='http://purl.org/dc/elements/1.1/'>yes"
                                    "</t:title><t:description>unbound</t:description>"),
                            &record));
  g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==, "yes");
  g_assert_null (metadata_record_text (&record, METADATA_DESCRIPTION));
  g_assert_cmpuint (record.strangers, ==, METADATA_STRANGER_OTHER);
}

static void
notes_what_is_never_carried (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_true (read_text (PACKET ("xmlns:exif='http://ns.adobe.com/exif/1.0/' "
                                    "xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
                                    "exif:GPSLatitude='48,1N' exif:FNumber='2/1'",
                                    "<xmp:Thumbnails><rdf:Alt/></xmp:Thumbnails>"),
                            &record));
  g_assert_cmpuint (record.strangers, ==,
                    METADATA_STRANGER_LOCATION | METADATA_STRANGER_XMP_CAMERA |
                      METADATA_STRANGER_THUMBNAIL);
}

static void
reads_utf16 (void)
{
  static const char text[] = PACKET (DC, "<dc:title>\xc5\xbb\xc3\xb3\xc5\x82\xc4\x87</dc:title>");
  static const char *const charsets[] = { "UTF-16BE", "UTF-16LE", "UTF-16" };
  for (size_t i = 0; i < G_N_ELEMENTS (charsets); i++) {
    g_auto (MetadataRecord) record = { 0 };
    size_t length;
    char *wide = g_convert (text, -1, charsets[i], "UTF-8", NULL, &length, NULL);
    g_autoptr (GBytes) packet = g_bytes_new_take (wide, length);
    g_autoptr (GError) error = NULL;
    assert_ok (xmp_read (packet, &record, &error), error);
    g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==,
                     "\xc5\xbb\xc3\xb3\xc5\x82\xc4\x87");
  }
}

static void
refuses_what_is_hostile (void)
{
  static const char *const texts[] = {
    "",
    "<",
    "<a>",
    "<a>&b;</a>",
    "<a>\xff</a>",
    "<a>&#0;</a>",
    "<!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>",
    "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
    "\xff\xfe<",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (MetadataRecord) record = { 0 };
    g_assert_false (read_text (texts[i], &record));
  }
}

/* Each well-formed, and one over its limit; one fewer is read. */
static void
refuses_what_is_over_a_limit (void)
{
  for (int over = 0; over < 2; over++) {
    GString *texts[] = { g_string_new (NULL), g_string_new ("<a"), g_string_new ("<a"),
                         g_string_new ("<a/>") };
    for (int i = 0; i < XMP_MOST_DEPTH + over; i++)
      g_string_append (texts[0], "<a>");
    for (int i = 0; i < XMP_MOST_DEPTH + over; i++)
      g_string_append (texts[0], "</a>");
    for (int i = 0; i < XMP_MOST_ATTRIBUTES + over; i++)
      g_string_append_printf (texts[1], " b%d=''", i);
    g_string_append (texts[1], "/>");
    for (int i = 0; i < XMP_MOST_NAMESPACES + over; i++)
      g_string_append_printf (texts[2], " xmlns:b%d=''", i);
    g_string_append (texts[2], "/>");
    while (texts[3]->len < XMP_MOST_BYTES + (size_t)over)
      g_string_append_c (texts[3], ' ');
    for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
      g_auto (MetadataRecord) record = { 0 };
      g_assert_true (read_text (texts[i]->str, &record) == !over);
      g_string_free (texts[i], TRUE);
    }
  }
}

static void
a_broken_packet_leaves_nothing (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_false (read_text (PACKET (DC, "<dc:title>canary</dc:title><b>"), &record));
  g_assert_cmpuint (metadata_record_count (&record, METADATA_TITLE), ==, 0);
}

static void
a_refusal_does_not_quote (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GBytes) packet = bytes_of ("<canary><b></canary>");
  g_autoptr (GError) error = NULL;
  g_assert_false (xmp_read (packet, &record, &error));
  g_assert_null (strstr (error->message, "canary"));
}

static void
limits_values (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < METADATA_MOST_VALUES + 10; i++)
    g_string_append_printf (text, "<rdf:li>%d</rdf:li>", i);
  g_autofree char *packet = g_strdup_printf (
    PACKET (DC, "<dc:subject><rdf:Bag>%s</rdf:Bag></dc:subject>"), text->str);
  g_assert_true (read_text (packet, &record));
  g_assert_cmpuint (metadata_record_count (&record, METADATA_KEYWORDS), ==, METADATA_MOST_VALUES);
  g_assert_cmpuint (record.over_limit, ==, 1u << METADATA_GROUP_DESCRIPTION);
}

static void
writes_what_it_reads (void)
{
  static const char nasty[] = "a<b>&\"'\x01\x1f]]>\r\nc\rd \xc5\xbb\xef\xbf\xbf\xff";
  g_auto (MetadataRecord) record = { 0 }, again = { 0 };
  for (int i = 0; i < METADATA_N_PROPERTIES; i++)
    metadata_record_add (&record, i, NULL, nasty);
  g_autoptr (GBytes) packet = xmp_write (&record);
  g_autoptr (GError) error = NULL;
  assert_ok (xmp_read (packet, &again, &error), error);
  g_assert_cmpuint (again.strangers, ==, 0);
  for (int i = 0; i < METADATA_N_PROPERTIES; i++)
    g_assert_cmpstr (metadata_record_text (&again, i), ==,
                     "a<b>&\"']]>\nc\nd \xc5\xbb\xef\xbf\xbd");
  g_autoptr (GBytes) twice = xmp_write (&again);
  g_assert_true (g_bytes_equal (packet, twice));
}

static void
writes_nothing_for_nothing (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_assert_null (xmp_write (&record));
}

static void
control_characters_alone_are_nothing (void)
{
  g_auto (MetadataRecord) record = { 0 };
  metadata_record_add (&record, METADATA_RIGHTS, NULL, "\x01 \x7f\r\n\xc2\x80");
  g_assert_null (xmp_write (&record));
}

static void
others_read_it (void)
{
  g_auto (MetadataRecord) record = { 0 };
  metadata_record_add (&record, METADATA_SOURCE_TYPE, NULL, URI "trainedAlgorithmicMedia");
  metadata_record_add (&record, METADATA_RIGHTS, NULL,
                       "\xc2\xa9 Ana \xc5\xbb\xc3\xb3\xc5\x82\xc4\x87");
  metadata_record_add (&record, METADATA_CREATOR, NULL, "Ana");
  metadata_record_add (&record, METADATA_KEYWORDS, NULL, "a & b");
  metadata_record_add (&record, METADATA_WEB_STATEMENT, NULL, "https://example.com/?a=1&b=2");
  metadata_record_add (&record, METADATA_PROMPT_TEXT, NULL, "a lake");
  MetadataBlobs blobs = { .xmp = xmp_write (&record) };
  g_autofree char *said = carrier_ask (&blobs, "exiftool", "-G1 -s -n -XMP:all -validate -warning");
  g_autofree char *agreed = carrier_ask (&blobs, "exiv2", "-px");
  metadata_blobs_clear (&blobs);
  if (said == NULL || agreed == NULL)
    return;
  static const char *const lines[] = { URI "trainedAlgorithmicMedia",
                                       "\xc2\xa9 Ana \xc5\xbb\xc3\xb3\xc5\x82\xc4\x87", "a & b",
                                       "https://example.com/?a=1&b=2" };
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_assert_nonnull (strstr (said, lines[i]));
    g_assert_nonnull (strstr (agreed, lines[i]));
  }
  g_assert_nonnull (strstr (said, "AIPromptInformation"));
  g_assert_null (strstr (said, "Warning   "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/xmp/" name, function)
  ADD ("reads-elements-and-attributes", reads_elements_and_attributes);
  ADD ("reads-a-resource-and-an-older-name", reads_a_resource_and_an_older_name);
  ADD ("keeps-languages-apart", keeps_languages_apart);
  ADD ("knows-namespaces-not-prefixes", knows_namespaces_not_prefixes);
  ADD ("notes-what-is-never-carried", notes_what_is_never_carried);
  ADD ("reads-utf16", reads_utf16);
  ADD ("refuses-what-is-hostile", refuses_what_is_hostile);
  ADD ("refuses-what-is-over-a-limit", refuses_what_is_over_a_limit);
  ADD ("a-broken-packet-leaves-nothing", a_broken_packet_leaves_nothing);
  ADD ("a-refusal-does-not-quote", a_refusal_does_not_quote);
  ADD ("limits-values", limits_values);
  ADD ("writes-what-it-reads", writes_what_it_reads);
  ADD ("writes-nothing-for-nothing", writes_nothing_for_nothing);
  ADD ("control-characters-alone-are-nothing", control_characters_alone_are_nothing);
  ADD ("others-read-it", others_read_it);
  ADD ("reads-values-that-are-qualified", reads_values_that_are_qualified);
  ADD ("a-note-of-the-container-is-nothing", a_note_of_the_container_is_nothing);
  return g_test_run ();
}
