#include "support/carrier.h"
#include "metadata/xmp-list.h"
#include "metadata/xmp.h"

#define RDF "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
#define DC "xmlns:d='http://purl.org/dc/elements/1.1/'"
#define MM "xmlns:xmpMM='http://ns.adobe.com/xap/1.0/mm/' xmlns:stEvt='urn:event#'"
#define PACKET(attributes, body)                                                                   \
  "<?xpacket begin='' id='x'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF " RDF                   \
  "><rdf:Description rdf:about='' " attributes ">" body                                            \
  "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"

/* "path=value" of each property, joined by "|". */
static char *
joined (const XmpList *list)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (unsigned i = 0; i < list->lines->len; i++) {
    const XmpLine *line = list->lines->pdata[i];
    g_string_append_printf (out, "%s%s=%s", i > 0 ? "|" : "", line->path, line->value);
  }
  return g_strdup (out->str);
}

static void
expect (const char *packet, const char *wanted)
{
  g_autoptr (GBytes) bytes = bytes_of (packet);
  g_autoptr (GError) error = NULL;
  g_auto (XmpList) list = { NULL };
  assert_ok (xmp_list (bytes, &list, &error), error);
  g_autofree char *found = joined (&list);
  g_assert_cmpstr (found, ==, wanted);
}

static void
lists_both_spellings (void)
{
  expect (PACKET (DC " xmlns:own='urn:x' own:a='1 &amp; 2'", "<d:format>image/png</d:format>"),
          "own:a=1 & 2|dc:format=image/png");
}

static void
lists_arrays_and_languages (void)
{
  expect (PACKET (DC, "<d:title><rdf:Alt><rdf:li xml:lang='x-default'>T</rdf:li>"
                      "<rdf:li xml:lang='de'>Z</rdf:li></rdf:Alt></d:title>"
                      "<d:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li> b </rdf:li></rdf:Bag>"
                      "</d:subject>"),
          "dc:title[x-default]=T|dc:title[de]=Z|dc:subject[1]=a|dc:subject[2]=b");
}

/* The three ways to write one. */
static void
lists_structures (void)
{
  expect (PACKET (MM, "<xmpMM:History><rdf:Seq>"
                      "<rdf:li rdf:parseType='Resource'><stEvt:action>saved</stEvt:action></rdf:li>"
                      "<rdf:li stEvt:action='opened' stEvt:when='now'/>"
                      "<rdf:li><rdf:Description stEvt:action='cut'><stEvt:when>then</stEvt:when>"
                      "</rdf:Description></rdf:li>"
                      "</rdf:Seq></xmpMM:History>"),
          "xmpMM:History[1]/stEvt:action=saved|xmpMM:History[2]/stEvt:action=opened|"
          "xmpMM:History[2]/stEvt:when=now|xmpMM:History[3]/stEvt:action=cut|"
          "xmpMM:History[3]/stEvt:when=then");
}

static void
lists_resources_and_qualified_values (void)
{
  expect (PACKET (DC " xmlns:q='urn:q'",
                  "<d:source rdf:resource='urn:a'/>"
                  "<d:rights rdf:parseType='Resource'><rdf:value>R</rdf:value><q:by>x</q:by>"
                  "</d:rights>"),
          "dc:source=urn:a|dc:rights=R|dc:rights/q:by=x");
}

static void
a_broken_packet_is_listed_up_to_there (void)
{
  g_autoptr (GBytes) bytes = bytes_of ("<rdf:RDF " RDF "><rdf:Description " DC
                                       "><d:format>a</d:format><d:title>canary</d:titl>");
  g_autoptr (GError) error = NULL;
  g_auto (XmpList) list = { NULL };
  g_assert_false (xmp_list (bytes, &list, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  g_assert_null (strstr (error->message, "canary"));
  g_autofree char *found = joined (&list);
  g_assert_cmpstr (found, ==, "dc:format=a");
}

static void
refuses_what_is_hostile (void)
{
  static const char *const packets[] = {
    "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    "<!DOCTYPE x><x></x>",
    "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
    "<a><a><a>",
    "<rdf:RDF " RDF "></rdf:Description>",
    "\xff\xfe",
    "",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (packets); i++) {
    g_autoptr (GBytes) bytes = bytes_of (packets[i]);
    g_autoptr (GError) error = NULL;
    g_auto (XmpList) list = { NULL };
    g_assert_false (xmp_list (bytes, &list, &error));
    g_assert_nonnull (error);
    g_assert_cmpuint (list.lines->len, ==, 0);
  }
}

static void
lines_are_bounded (void)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_auto (XmpList) list = { NULL };
  g_autoptr (GError) error = NULL;
  for (int i = 0; i < XMP_LIST_MOST_LINES + 10; i++)
    g_string_append (body, "<d:a>b</d:a>");
  g_autofree char *packet = g_strconcat ("<rdf:RDF " RDF "><rdf:Description " DC ">", body->str,
                                         "</rdf:Description></rdf:RDF>", NULL);
  g_autoptr (GBytes) bytes = bytes_of (packet);
  assert_ok (xmp_list (bytes, &list, &error), error);
  g_assert_cmpuint (list.lines->len, ==, XMP_LIST_MOST_LINES);
  g_assert_cmpuint (list.n_left_out, ==, 10);
}

static void
paths_and_values_are_bounded (void)
{
  g_autofree char *name = g_strnfill (5000, 'n');
  g_autofree char *value = g_strnfill (XMP_LIST_MOST_VALUE_BYTES + 100, 'v');
  g_auto (XmpList) list = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *packet = g_strdup_printf ("<rdf:RDF " RDF "><rdf:Description " DC
                                             "><d:%s>%s</d:%s></rdf:Description></rdf:RDF>",
                                             name, value, name);
  g_autoptr (GBytes) bytes = bytes_of (packet);
  assert_ok (xmp_list (bytes, &list, &error), error);
  const XmpLine *line = list.lines->pdata[0];
  g_assert_cmpuint (strlen (line->path), <=, XMP_LIST_MOST_PATH_BYTES + 3);
  g_assert_cmpuint (strlen (line->value), <=, XMP_LIST_MOST_VALUE_BYTES + 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/xmp-list/" name, function)
  ADD ("lists-both-spellings", lists_both_spellings);
  ADD ("lists-arrays-and-languages", lists_arrays_and_languages);
  ADD ("lists-structures", lists_structures);
  ADD ("lists-resources-and-qualified-values", lists_resources_and_qualified_values);
  ADD ("a-broken-packet-is-listed-up-to-there", a_broken_packet_is_listed_up_to_there);
  ADD ("refuses-what-is-hostile", refuses_what_is_hostile);
  ADD ("lines-are-bounded", lines_are_bounded);
  ADD ("paths-and-values-are-bounded", paths_and_values_are_bounded);
  return g_test_run ();
}
