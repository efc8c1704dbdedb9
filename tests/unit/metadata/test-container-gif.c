#include "container-check.h"

#define ADD(out, bytes) g_byte_array_append (out, (const uint8_t *)(bytes), sizeof (bytes) - 1)

/* A screen of 1 x 1 with a palette of 4 colours. */
static GByteArray *
start (void)
{
  GByteArray *out = g_byte_array_new ();
  ADD (out, "GIF89a\1\0\1\0\x81\0\0aaabbbcccddd");
  return out;
}

/* The frame, with a palette of its own whose bytes look like blocks. */
static void
put_frame (GByteArray *out)
{
  ADD (out, "\x21\xf9\4\0\0\0\0\0");
  ADD (out, "\x2c\0\0\0\0\1\0\1\0\x80\x3b\x21\xfe\x3b\x21\xfe\2\2\x44\1\0");
}

static GBytes *
end (GByteArray *out)
{
  ADD (out, "\x3b");
  return g_byte_array_free_to_bytes (out);
}

static void
put_application (GByteArray *out, const char *name)
{
  ADD (out, "\x21\xff\x0b");
  g_byte_array_append (out, (const uint8_t *)name, 11);
}

static void
put_pieces (GByteArray *out, const char *text, size_t most)
{
  for (size_t left = strlen (text); left > 0;) {
    size_t length = MIN (left, most);
    put_big (out, 1, length);
    g_byte_array_append (out, (const uint8_t *)text, (unsigned)length);
    text += length;
    left -= length;
  }
  put_big (out, 1, 0);
}

/* As Adobe's specification has it: a packet, then 1, 255 … 0, 0. */
static void
put_xmp (GByteArray *out, const char *packet)
{
  put_application (out, "XMP DataXMP");
  put_text (out, packet);
  put_big (out, 1, 1);
  for (unsigned i = 0; i < 256; i++)
    put_big (out, 1, 255 - i);
  put_big (out, 1, 0);
}

static GBytes *
picture (void)
{
  GByteArray *out = start ();
  put_application (out, "NETSCAPE2.0");
  ADD (out, "\3\1\0\0\0");
  put_application (out, "ANIMEXTS1.0");
  ADD (out, "\3\1\0\0\0");
  put_xmp (out, "<x>a packet of any length</x>");
  put_application (out, "ICCRGBG1012");
  put_pieces (out, "profile", 3);
  put_application (out, "C2PA_GIF\1\0\0");
  put_pieces (out, "jumb store", 4);
  put_frame (out);
  ADD (out, "\x21\xfe");
  put_pieces (out, "gr\xc3\xbc\xc3\x9f", 3);
  put_application (out, "ImageMagick");
  put_pieces (out, "gamma=1", 255);
  ADD (out, "\x21\1");
  put_pieces (out, "plain text", 255);
  return end (out);
}

#define LISTED                                                                                     \
  "XMP DataXMP:XMP:29 ICCRGBG1012:ICC:7 C2PA_GIF:C2PA:10 comment:TEXT:Comment=gr\xc3\xbc\xc3\x9f " \
  "ImageMagick:OTHER:9 extension:OTHER:14"

static void
lists_what_is_there (void)
{
  g_autoptr (GBytes) file = picture ();
  expect_listed (file, LISTED);
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_ICC)->data, "profile"));
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_C2PA)->data, "jumb store"));
  size_t length;
  const char *packet = g_bytes_get_data (container_find (blocks, BLOCK_XMP)->data, &length);
  g_assert_cmpmem (packet, length, "<x>a packet of any length</x>", 29);
}

static void
tells_what_stands_behind_the_end (void)
{
  GByteArray *out = g_bytes_unref_to_array (picture ());
  put_text (out, "canary");
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (out);
  expect_listed (file, LISTED " trailer:OTHER:6");
}

/* Without the bytes that end a packet: pieces, as some have written it. */
static void
reads_a_packet_in_pieces (void)
{
  GByteArray *out = start ();
  put_application (out, "XMP DataXMP");
  put_pieces (out, "<x>one two</x>", 5);
  g_autoptr (GBytes) file = end (out);
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_true (bytes_hold (container_find (blocks, BLOCK_XMP)->data, "<x>one two</x>"));
}

/* Every length of a packet, so that pieces run into what ends it at every byte. */
static void
finds_the_end_of_any_packet (void)
{
  for (unsigned n = 0; n < 600; n++) {
    g_autofree char *packet = g_strnfill (n, 'a');
    GByteArray *out = start ();
    put_xmp (out, packet);
    ADD (out, "\x21\xfe");
    put_pieces (out, "behind", 255);
    g_autoptr (GBytes) file = end (out);
    g_autofree char *line = g_strdup_printf ("XMP DataXMP:XMP:%u comment:TEXT:Comment=behind", n);
    expect_listed (file, line);
  }
}

static void
reads_what_is_damaged_as_far_as_it_goes (void)
{
  g_autoptr (GBytes) whole = picture ();
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (whole, &length);
  for (size_t n = 0; n < length; n++) {
    g_autoptr (GBytes) file = g_bytes_new (bytes, n); /* a copy: its end is watched */
    g_autofree char *line = listed (file);
    g_assert_nonnull (line);
    g_autofree uint8_t *copy = g_memdup2 (bytes, length);
    for (unsigned value = 0; value < 256; value += 51) {
      copy[n] = (uint8_t)value;
      g_autoptr (GBytes) damaged = g_bytes_new (copy, length);
      g_autofree char *other = listed (damaged);
      g_assert_nonnull (other);
    }
  }
  GByteArray *out = start ();
  ADD (out, "\x21\xfe\7canary");
  g_autoptr (GBytes) cut = g_byte_array_free_to_bytes (out);
  expect_listed (cut, "comment:TEXT:Comment=-");
}

static void
lists_no_more_than_it_may (void)
{
  GByteArray *out = start ();
  for (unsigned i = 0; i < BLOCK_MOST_BLOCKS + 10; i++)
    ADD (out, "\x21\xfe\1a\0");
  g_autoptr (GBytes) file = end (out);
  g_autoptr (GPtrArray) blocks = container_list (file);
  g_assert_cmpuint (blocks->len, ==, BLOCK_MOST_BLOCKS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, function) g_test_add_func ("/metadata/container-gif/" name, function)
  TEST ("lists-what-is-there", lists_what_is_there);
  TEST ("tells-what-stands-behind-the-end", tells_what_stands_behind_the_end);
  TEST ("reads-a-packet-in-pieces", reads_a_packet_in_pieces);
  TEST ("finds-the-end-of-any-packet", finds_the_end_of_any_packet);
  TEST ("reads-what-is-damaged-as-far-as-it-goes", reads_what_is_damaged_as_far_as_it_goes);
  TEST ("lists-no-more-than-it-may", lists_no_more_than_it_may);
  return g_test_run ();
}
