#include "container-check.h"

#define PACKET                                                                                     \
  "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x>canary</x>"                \
  "<?xpacket end=\"w\"?>"

static GBytes *
document (const char *before, const char *packet, const char *behind)
{
  g_autofree char *text = g_strconcat ("%PDF-1.6\n1 0 obj << /Type /Metadata >>\n", before, packet,
                                       behind, "\nendstream endobj\n%%EOF\n", NULL);
  return g_bytes_new (text, strlen (text));
}

static void
expect (const char *before, const char *packet, const char *behind, const char *line)
{
  g_autoptr (GBytes) file = document (before, packet, behind);
  expect_listed (file, line);
}

static void
finds_a_packet_that_is_a_stream (void)
{
  g_autofree char *line = g_strdup_printf ("Metadata:XMP:%zu", sizeof PACKET - 1);
  expect ("stream\n", PACKET, "", line);
  expect ("stream\r\n", PACKET, "", line);
  g_autoptr (GBytes) file = document ("stream\n", PACKET, "");
  g_autoptr (GPtrArray) blocks = container_list (file);
  const Block *block = container_find (blocks, BLOCK_XMP);
  g_assert_cmpmem (g_bytes_get_data (block->data, NULL), g_bytes_get_size (block->data), PACKET,
                   sizeof PACKET - 1);
}

/* Those of pictures in it say nothing of the page. */
static void
passes_over_packets_elsewhere (void)
{
  expect ("stream\n\xff\xe1 http://ns.adobe.com/xap/1.0/", PACKET, "", "");
  expect ("", PACKET, "", "");
  expect ("stream", PACKET, "", "");
  g_autofree char *line = g_strdup_printf ("Metadata:XMP:%zu", sizeof PACKET - 1);
  expect ("stream\n", PACKET, "\nendstream x" PACKET, line);
}

/* What a stream is its own dictionary says, in whatever spelling. */
static void
wants_a_dictionary_that_says_metadata (void)
{
  static const struct {
    const char *dictionary;
    bool is_found;
  } cases[] = {
    { "<< /Type /Metadata /Subtype /XML /Length 100 >>", true },
    { "<</Subtype/XML/Type/Metadata>>", true },
    { "<< /Subtype /XML\r\n/Type\r\n\t/Metadata >>\r\n", true },
    { "<< /Type /XObject /Metadata 7 0 R >>", false },
    { "<< /Type /EmbeddedFile >>", false },
    { "<< /Type /Metadata >> endobj 2 0 obj << /Length 9 >>", false },
    { "", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf (
      "%%PDF-1.6\n1 0 obj %s stream\n" PACKET "\nendstream endobj\n", cases[i].dictionary);
    g_autoptr (GBytes) file = g_bytes_new (text, strlen (text));
    g_autoptr (GPtrArray) blocks = container_list (file);
    g_assert_cmpuint (blocks->len, ==, cases[i].is_found);
  }
}

/* A file that was saved again has its old packet in front. */
static void
the_last_packet_counts (void)
{
#define SAVED_AGAIN "\nendstream endobj\n%%EOF\n1 0 obj << /Type /Metadata >> stream\n"
  g_autoptr (GBytes) file = document ("stream\n", PACKET,
                                      SAVED_AGAIN "<?xpacket begin=''?><new/>"
                                                  "<?xpacket end='r'?>");
  expect_listed (file, "Metadata:XMP:45");
  expect ("stream\n", PACKET, SAVED_AGAIN "<?xpacket begin=''?><new/>", "Metadata:XMP:-");
}

static void
tells_what_is_cut_or_too_large (void)
{
  expect ("stream\n", "<?xpacket begin=''?><x/>", "", "Metadata:XMP:-");
  expect ("stream ", "<?xpacket begin=''?><x/>", "", "");
  g_autofree char *blanks = g_strnfill (BLOCK_MOST_XMP_BYTES, ' ');
  g_autofree char *large = g_strconcat ("<?xpacket begin=''?>", blanks, "<?xpacket end='w'?>",
                                        NULL);
  expect ("stream\n", large, "", "Metadata:XMP:-");
}

static void
nothing_is_put_into_it (void)
{
  g_autoptr (GBytes) file = document ("stream\n", PACKET, "");
  g_autoptr (GBytes) store = store_of (100);
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (MetadataBlobs) blobs = { NULL };
  some_blobs (&blobs);
  g_assert_false (container_put (file, &blobs, &out, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  g_assert_false (container_put_c2pa (file, store, &out, NULL, NULL, NULL));
  g_assert_false (container_embeds_c2pa (CONTAINER_PDF));
}

static void
reads_what_is_damaged_as_far_as_it_goes (void)
{
  g_autoptr (GBytes) whole = document ("stream\n", PACKET, "");
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (whole, &length);
  for (size_t n = 0; n < length; n++) {
    g_autoptr (GBytes) file = g_bytes_new (bytes, n); /* a copy: its end is watched */
    g_autofree char *line = listed (file);
    g_assert_nonnull (line);
  }
}

/* Each of them has a dictionary to be looked for. */
static void
many_packets_take_no_longer (void)
{
  GString *text = g_string_new ("%PDF-1.4\n");
  for (unsigned i = 0; i < 200000; i++)
    g_string_append (text, "/Typestream\n<?xpacket begin=<?xpacket end=");
  g_autoptr (GBytes) file = g_string_free_to_bytes (text);
  expect_listed (file, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, function) g_test_add_func ("/metadata/container-pdf/" name, function)
  TEST ("finds-a-packet-that-is-a-stream", finds_a_packet_that_is_a_stream);
  TEST ("passes-over-packets-elsewhere", passes_over_packets_elsewhere);
  TEST ("wants-a-dictionary-that-says-metadata", wants_a_dictionary_that_says_metadata);
  TEST ("the-last-packet-counts", the_last_packet_counts);
  TEST ("tells-what-is-cut-or-too-large", tells_what_is_cut_or_too_large);
  TEST ("nothing-is-put-into-it", nothing_is_put_into_it);
  TEST ("reads-what-is-damaged-as-far-as-it-goes", reads_what_is_damaged_as_far_as_it_goes);
  TEST ("many-packets-take-no-longer", many_packets_take_no_longer);
  return g_test_run ();
}
