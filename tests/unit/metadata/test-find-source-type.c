#include "support/carrier.h"
#include "metadata/vocabulary.h"

#include <zlib.h>

#define URI(term) "http://cv.iptc.org/newscodes/digitalsourcetype/" term
#define TRAINED "trainedAlgorithmicMedia"
#define PACKET(term) "<x:xmpmeta xmlns:x='adobe:ns:meta/'>" URI (term) "</x:xmpmeta>"

static void
expect (GByteArray *file, const char *term)
{
  g_autofree char *found = metadata_find_source_type (file->data, file->len);
  g_assert_cmpstr (found, ==, term);
}

static void
put_png_start (GByteArray *out)
{
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
}

static void
put_chunk (GByteArray *out, const char *type, const void *data, size_t length)
{
  put_big (out, 4, length);
  put_text (out, type);
  g_byte_array_append (out, data, (unsigned)length);
  put_big (out, 4, 0);
}

static void
png_manifest (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_png_start (out);
  put_chunk (out, "caBX", "jumb\0cbor " URI ("composite"), 10 + strlen (URI ("composite")));
  expect (out, "composite");
  put_chunk (out, "caBX", "\0\0" URI (TRAINED) "\0", 3 + strlen (URI (TRAINED)));
  expect (out, TRAINED);
}

static void
png_xmp (void)
{
  static const char data[] = "XML:com.adobe.xmp\0\0\0\0\0" PACKET ("algorithmicMedia");
  static const char other[] = "Comment\0\0\0\0\0" PACKET (TRAINED);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_png_start (out);
  put_chunk (out, "iTXt", other, sizeof other - 1);
  expect (out, NULL);
  put_chunk (out, "iTXt", data, sizeof data - 1);
  expect (out, "algorithmicMedia");
}

/* Of 100,000 colons and a label; libvips writes zTXt. */
static void
png_compressed_xmp (void)
{
  static const struct {
    const char *type, *start;
    unsigned length;
  } rows[] = { { "iTXt", "XML:com.adobe.xmp\0\1\0en\0\0", 24 },
               { "zTXt", "XML:com.adobe.xmp\0\0", 19 } };
  g_autofree char *filler = g_strnfill (100000, ':');
  g_autofree char *packet = g_strconcat (filler, PACKET (TRAINED), NULL);
  uLongf length = compressBound (strlen (packet));
  g_autofree uint8_t *small = g_malloc (length);
  g_assert_cmpint (compress (small, &length, (Bytef *)packet, strlen (packet)), ==, Z_OK);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) data = g_byte_array_new (), out = g_byte_array_new (),
                           cut = g_byte_array_new ();
    g_byte_array_append (data, (const uint8_t *)rows[i].start, rows[i].length);
    g_byte_array_append (data, small, (unsigned)length);
    put_png_start (out);
    put_chunk (out, rows[i].type, data->data, data->len);
    expect (out, TRAINED);
    put_png_start (cut);
    for (unsigned n = 0; n < 40; n++)
      put_chunk (cut, rows[i].type, data->data, n);
    expect (cut, NULL);
  }
}

/* A text chunk of every length up to the packet, the last thing in the file. */
static void
png_text_that_ends_early (void)
{
  for (unsigned n = 0; n < 22; n++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    put_png_start (out);
    put_big (out, 4, n);
    put_text (out, "iTXt");
    g_byte_array_append (out, (const uint8_t *)"XML:com.adobe.xmp\0\0\0\0\0", n);
    put_big (out, 4, 0xffffffff);
    g_autofree uint8_t *exact = g_memdup2 (out->data, out->len);
    g_assert_null (metadata_find_source_type (exact, out->len));
  }
}

static void
jpeg_xmp (void)
{
  MetadataBlobs blobs = { .xmp = bytes_of (PACKET ("compositeSynthetic")) };
  g_autoptr (GByteArray) out = carrier_jpeg (&blobs);
  expect (out, "compositeSynthetic");
  metadata_blobs_clear (&blobs);
}

/* A term cut in two by the end of a segment; the second repeats the box header. */
static void
jpeg_manifest_in_segments (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new (), first = g_byte_array_new (),
                         second = g_byte_array_new ();
  put_text (first, "JP");
  put_big (first, 2, 1);
  put_big (first, 4, 1);
  put_big (first, 4, 200);
  put_text (first, "jumbhttp://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgo");
  put_text (second, "JP");
  put_big (second, 2, 1);
  put_big (second, 4, 2);
  put_big (second, 4, 200);
  put_text (second, "jumbrithmicMedia.");
  put_big (out, 2, 0xffd8);
  carrier_put_segment (out, 0xeb, "", 0, first->data, first->len);
  carrier_put_segment (out, 0xeb, "", 0, second->data, second->len);
  put_big (out, 2, 0xffd9);
  expect (out, TRAINED);
}

static void
webp_chunks (void)
{
  static const char *const types[] = { "XMP ", "C2PA" };
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    put_text (out, "RIFF....WEBP");
    put_text (out, "ABCD");
    put_little (out, 4, 3);
    put_text (out, "odd");
    put_big (out, 1, 0);
    put_text (out, types[i]);
    put_little (out, 4, strlen (URI (TRAINED)));
    put_text (out, URI (TRAINED));
    expect (out, TRAINED);
  }
}

static const uint8_t c2pa_id[] = { 0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                   0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81 };

static void
avif_boxes (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_big (out, 4, 12);
  put_text (out, "ftypavif");
  put_big (out, 4, 8 + strlen (URI (TRAINED)));
  put_text (out, "mdat" URI (TRAINED)); /* pixels that happen to spell it are no packet */
  expect (out, NULL);
  put_big (out, 4, 1);
  put_text (out, "mdat");
  put_big (out, 8, 16 + 4 + strlen (PACKET ("composite")));
  put_text (out, "...." PACKET ("composite")); /* nor is one that no item names */
  expect (out, NULL);
  put_big (out, 4, 0); /* to the end */
  put_text (out, "uuid");
  g_byte_array_append (out, c2pa_id, sizeof c2pa_id);
  g_byte_array_append (out, (const uint8_t *)"\0\0\0\0manifest\0\0\0\0\0\0\0\0", 21);
  put_text (out, URI (TRAINED));
  expect (out, TRAINED);
}

static GByteArray *
tiff (bool is_big, unsigned tag, uint32_t next)
{
  GByteArray *out = g_byte_array_new ();
  void (*put) (GByteArray *, unsigned, uint64_t) = is_big ? put_big : put_little;
  put_text (out, is_big ? "MM" : "II");
  put (out, 2, 42);
  put (out, 4, 8);
  put (out, 2, 1);
  put (out, 2, tag);
  put (out, 2, 7);
  put (out, 4, strlen (URI (TRAINED)));
  put (out, 4, 26);
  put (out, 4, next);
  put_text (out, URI (TRAINED));
  return out;
}

static void
tiff_tags (void)
{
  for (int is_big = 0; is_big < 2; is_big++) {
    g_autoptr (GByteArray) xmp = tiff (is_big, 700, 0), c2pa = tiff (is_big, 52545, 0),
                           other = tiff (is_big, 270, 0), loop = tiff (is_big, 270, 8);
    expect (xmp, TRAINED);
    expect (c2pa, TRAINED);
    expect (other, NULL);
    expect (loop, NULL);
  }
}

static void
the_strongest_wins (void)
{
  static const char text[] = URI (
    "digitalCapture") " https://cv.iptc.org/newscodes/"
                      "digitalsourcetype/compositeWithTrainedAlgorithmicMedia, " URI (
                        "algorithmicMedia") " " URI ("noSuchTerm") " ftp://cv.iptc.org/newscodes/"
                                                                   "digitalsourcetype/" TRAINED
                                                                   " x" URI ("trained");
  g_assert_cmpstr (vocabulary_term (vocabulary_scan (text, sizeof text)), ==,
                   "compositeWithTrainedAlgorithmicMedia");
}

static void
a_value_is_a_term_or_its_uri (void)
{
  g_assert_cmpint (vocabulary_rank (" " URI (TRAINED) "\n"), ==, 0);
  g_assert_cmpint (vocabulary_rank (TRAINED), ==, 0);
  g_assert_cmpint (vocabulary_rank ("https://cv.iptc.org/newscodes/digitalsourcetype/" TRAINED), ==,
                   0);
  g_assert_cmpint (vocabulary_rank (URI (TRAINED) "s"), ==, VOCABULARY_NONE);
  g_assert_cmpint (vocabulary_rank (""), ==, VOCABULARY_NONE);
  g_assert_cmpint (vocabulary_rank (NULL), ==, VOCABULARY_NONE);
  g_assert_false (vocabulary_is_ai (vocabulary_rank ("digitalCapture")));
  g_assert_false (vocabulary_is_ai (VOCABULARY_NONE));
}

/* Lengths that lie: the rest of the file is what there is. */
static void
believes_no_length (void)
{
  g_autoptr (GByteArray) png = g_byte_array_new (), webp = g_byte_array_new (),
                         box = g_byte_array_new (), wide = g_byte_array_new ();
  put_png_start (png);
  put_big (png, 4, 0xffffffff);
  put_text (png, "caBX" URI (TRAINED) "\1CRC");
  expect (png, TRAINED);
  put_text (webp, "RIFF....WEBPC2PA");
  put_little (webp, 4, 0xffffffff);
  put_text (webp, URI (TRAINED));
  expect (webp, TRAINED);
  put_big (box, 4, 12);
  put_text (box, "ftypavif");
  put_big (box, 4, 1);
  put_text (box, "mdat");
  put_big (box, 8, UINT64_MAX);
  put_text (box, PACKET (TRAINED));
  expect (box, NULL);
  put_big (wide, 4, 12);
  put_text (wide, "ftypavif");
  put_big (wide, 4, 1);
  put_text (wide, "uuid");
  put_big (wide, 8, 3); /* less than its own header */
  g_byte_array_append (wide, c2pa_id, sizeof c2pa_id);
  put_text (wide, URI (TRAINED));
  expect (wide, NULL);
}

/* 5,000 directory entries that all name the same large XMP are read as one. */
static void
reads_no_byte_twice (void)
{
  enum { N_ENTRIES = 5000 };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_text (out, "II");
  put_little (out, 2, 42);
  put_little (out, 4, 8);
  put_little (out, 2, N_ENTRIES);
  for (int i = 0; i < N_ENTRIES; i++) {
    put_little (out, 2, 700);
    put_little (out, 2, 7);
    put_little (out, 4, 1 << 20);
    put_little (out, 4, 14 + 12 * N_ENTRIES);
  }
  put_little (out, 4, 8);
  g_autofree char *filler = g_strnfill (1 << 20, ':');
  put_text (out, filler);
  gint64 start = g_get_monotonic_time ();
  expect (out, NULL);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
}

static void
survives_damage (void)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify)g_byte_array_unref);
  MetadataBlobs blobs = { .xmp = bytes_of (PACKET (TRAINED)) };
  g_ptr_array_add (files, carrier_jpeg (&blobs));
  metadata_blobs_clear (&blobs);
  g_ptr_array_add (files, tiff (true, 700, 8));
  g_ptr_array_add (files, tiff (false, 52545, 8));
  for (unsigned f = 0; f < files->len; f++) {
    const GByteArray *file = g_ptr_array_index (files, f);
    for (unsigned i = 0; i < file->len; i++) {
      g_autofree uint8_t *copy = g_memdup2 (file->data, file->len);
      copy[i] = 0xff;
      for (int is_cut = 0; is_cut < 2; is_cut++) {
        size_t length = is_cut ? i : file->len;
        g_autofree uint8_t *exact = g_memdup2 (copy, length); /* so that ASan sees its end */
        g_free (metadata_find_source_type (exact, length));
      }
    }
  }
  g_assert_null (metadata_find_source_type (NULL, 0));
}

static void
expect_blocks (GByteArray *file, unsigned blocks)
{
  g_assert_cmpuint (metadata_find_blocks (file->data, file->len), ==, blocks);
}

/* What is in a block does not matter, nor whether it says anything of AI. */
static void
blocks_of_png (void)
{
  static const char xmp[] = "XML:com.adobe.xmp\0\0\0\0\0<x/>", text[] = "Comment\0\0\0\0\0<x/>";
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_png_start (out);
  put_chunk (out, "iTXt", text, sizeof text - 1);
  expect_blocks (out, 0);
  put_chunk (out, "caBX", "jumb", 4);
  expect_blocks (out, METADATA_BLOCK_C2PA);
  put_chunk (out, "iTXt", xmp, sizeof xmp - 1);
  expect_blocks (out, METADATA_BLOCK_C2PA | METADATA_BLOCK_XMP);
  put_chunk (out, "eXIf", "II*", 3);
  put_chunk (out, "iCCP", "p", 1);
  expect_blocks (out, METADATA_BLOCK_C2PA | METADATA_BLOCK_XMP | METADATA_BLOCK_EXIF |
                        METADATA_BLOCK_ICC);
}

static void
blocks_of_jpeg (void)
{
  static const struct {
    unsigned marker;
    const char *name;
    unsigned blocks;
  } rows[] = { { 0xe0, "Exif", 0 },
               { 0xe1, "Exif", METADATA_BLOCK_EXIF },
               { 0xe1, "Exi", 0 },
               { 0xe2, "ICC_PROFILE", METADATA_BLOCK_ICC },
               { 0xed, "Photoshop 3.0", METADATA_BLOCK_IPTC },
               { 0xe1, "http://ns.adobe.com/xap/1.0/", METADATA_BLOCK_XMP },
               { 0xeb, "JP012345678901234", METADATA_BLOCK_C2PA } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    put_big (out, 2, 0xffd8);
    carrier_put_segment (out, rows[i].marker, rows[i].name, strlen (rows[i].name) + 1, "xyz", 3);
    put_big (out, 2, 0xffd9);
    expect_blocks (out, rows[i].blocks);
  }
}

static void
blocks_of_the_others (void)
{
  static const struct {
    const char *webp;
    unsigned tiff, block;
  } rows[] = { { "ICCP", 34675, METADATA_BLOCK_ICC },
               { "EXIF", 270, METADATA_BLOCK_EXIF },
               { "XMP ", 700, METADATA_BLOCK_XMP },
               { "C2PA", 52545, METADATA_BLOCK_C2PA },
               { "VP8 ", 33723, METADATA_BLOCK_IPTC } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    bool is_in_webp = rows[i].block != METADATA_BLOCK_IPTC;
    g_autoptr (GByteArray) webp = g_byte_array_new (), file = tiff (i % 2 == 0, rows[i].tiff, 0);
    put_text (webp, "RIFF....WEBP");
    put_text (webp, rows[i].webp);
    put_little (webp, 4, 4);
    put_text (webp, "data");
    expect_blocks (webp, is_in_webp ? rows[i].block : 0);
    expect_blocks (file, rows[i].block);
  }
  g_assert_cmpuint (metadata_find_blocks (NULL, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/find-source-type/" name, function)
  ADD ("png-manifest", png_manifest);
  ADD ("png-xmp", png_xmp);
  ADD ("png-compressed-xmp", png_compressed_xmp);
  ADD ("png-text-that-ends-early", png_text_that_ends_early);
  ADD ("jpeg-xmp", jpeg_xmp);
  ADD ("jpeg-manifest-in-segments", jpeg_manifest_in_segments);
  ADD ("webp-chunks", webp_chunks);
  ADD ("avif-boxes", avif_boxes);
  ADD ("tiff-tags", tiff_tags);
  ADD ("the-strongest-wins", the_strongest_wins);
  ADD ("a-value-is-a-term-or-its-uri", a_value_is_a_term_or_its_uri);
  ADD ("believes-no-length", believes_no_length);
  ADD ("reads-no-byte-twice", reads_no_byte_twice);
  ADD ("survives-damage", survives_damage);
  ADD ("blocks-of-png", blocks_of_png);
  ADD ("blocks-of-jpeg", blocks_of_jpeg);
  ADD ("blocks-of-the-others", blocks_of_the_others);
  return g_test_run ();
}
