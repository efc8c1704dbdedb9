#include "image/png-texts.h"

#include <zlib.h>

#include "image/decode.h"
#include "pictures.h"

static void
append_big_32 (GByteArray *out, uint32_t value)
{
  const uint32_t bytes = GUINT32_TO_BE (value);
  g_byte_array_append (out, (const uint8_t *)&bytes, 4);
}

static void
append_chunk (GByteArray *out, const char *type, const void *data, size_t length)
{
  append_big_32 (out, (uint32_t)length);
  unsigned start = out->len;
  g_byte_array_append (out, (const uint8_t *)type, 4);
  g_byte_array_append (out, data, (unsigned)length);
  append_big_32 (out, (uint32_t)crc32 (0, out->data + start, out->len - start));
}

/* A chunk of a text of so many letters, packed, behind `head`. */
static void
append_packed (GByteArray *out, const char *type, const char *head, size_t head_length,
               size_t letters)
{
  g_autofree char *text = g_strnfill (letters, 'a');
  uLongf length = compressBound (letters);
  g_autofree uint8_t *packed = g_malloc (length);
  g_assert_cmpint (compress2 (packed, &length, (const Bytef *)text, letters, 9), ==, Z_OK);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_byte_array_append (data, (const uint8_t *)head, (unsigned)head_length);
  g_byte_array_append (data, packed, (unsigned)length);
  append_chunk (out, type, data->data, data->len);
}

#define PACKED_XMP "XML:com.adobe.xmp\0\1\0\0"
#define PLAIN_XMP "XML:com.adobe.xmp\0\0\0\0"
#define PACKED(out, type, head, letters) append_packed (out, type, head, sizeof (head), letters)

enum { HEAD = 33, TAIL = 12 }; /* signature and IHDR, IEND */

static GBytes *
photo (void)
{
  EncodeOptions options = encode_options (IMAGE_FORMAT_PNG);
  g_autoptr (VipsImage) image = picture_photo (60, 40);
  return encoded (image, &options);
}

/* The picture with chunks behind its header and before its end. */
static GBytes *
with_chunks (GBytes *png, const GByteArray *chunks)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (png, &length);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, bytes, HEAD);
  g_byte_array_append (out, chunks->data, chunks->len);
  g_byte_array_append (out, bytes + HEAD, (unsigned)length - HEAD - TAIL);
  g_byte_array_append (out, chunks->data, chunks->len);
  g_byte_array_append (out, bytes + length - TAIL, TAIL);
  return g_byte_array_free_to_bytes (out);
}

/* Ten texts of 8 megabytes and packed XMP, before the pixels and behind them. */
static GBytes *
bomb (GBytes *png)
{
  enum { LETTERS = 8000000 };
  g_autoptr (GByteArray) chunks = g_byte_array_new ();
  for (unsigned i = 0; i < 10; i++)
    PACKED (chunks, "zTXt", "Comment\0", LETTERS);
  PACKED (chunks, "iTXt", "Title\0\1\0\0", LETTERS);
  PACKED (chunks, "iTXt", PACKED_XMP, 1000);
  return with_chunks (png, chunks);
}

static void
texts_are_never_unpacked (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = photo ();
  g_autoptr (GBytes) png = bomb (plain);
  g_autoptr (VipsImage) image = NULL;
  g_autoptr (VipsImage) bare = NULL;
  const ImageLimits *limits = &image_limits_default;
  ImageFacts facts;
  g_assert_cmpuint (g_bytes_get_size (png), >, 2 * IMAGE_MOST_PNG_TEXT_BYTES);
  assert_ok (image_decode (png, "bomb.png", limits, &image, &error), error);
  assert_ok (image_decode (plain, "photo.png", limits, &bare, &error), error);
  assert_ok (image_probe (png, "bomb.png", limits, &facts, &error), error);
  assert_ok (image_check (png, "bomb.png", limits, &error), error);
  g_auto (GStrv) fields = vips_image_get_fields (image);
  for (char **field = fields; *field != NULL; field++)
    g_assert_false (g_str_has_prefix (*field, "png-comment"));
  g_assert_cmpuint (vips_image_get_typeof (image, VIPS_META_XMP_NAME), ==, 0);
  g_assert_cmpint (facts.width, ==, 60);
  size_t length, bare_length;
  g_autofree void *pixels = vips_image_write_to_memory (image, &length);
  g_autofree void *bare_pixels = vips_image_write_to_memory (bare, &bare_length);
  g_assert_cmpmem (pixels, length, bare_pixels, bare_length);
}

/* What is not given to libvips is held to the limit all the same, all of it together. */
static void
packed_xmp_has_a_limit (void)
{
  g_autoptr (GBytes) plain = photo ();
  g_autoptr (GByteArray) chunks = g_byte_array_new ();
  g_autofree char *text = g_strnfill (IMAGE_MOST_PNG_TEXT_BYTES, 'a');
  append_chunk (chunks, "tEXt", text, IMAGE_MOST_PNG_TEXT_BYTES);
  append_chunk (chunks, "iTXt", PACKED_XMP "x", sizeof PACKED_XMP + 1); /* cannot be unpacked */
  PACKED (chunks, "iTXt", PACKED_XMP, 30000);
  g_autoptr (GBytes) png = with_chunks (plain, chunks); /* twice */
  ImageLimits limits = image_limits_default;
  ImageFacts facts;
  g_autoptr (GError) error = NULL;
  limits.most_xmp_bytes = 60000;
  assert_ok (image_probe (png, "a.png", &limits, &facts, &error), error);
  limits.most_xmp_bytes = 59999;
  g_assert_false (image_probe (png, "a.png", &limits, &facts, &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==,
                   "a.png: its XMP is over the limit of 59999 bytes; --max-metadata raises it, or "
                   "take the XMP out of the file first");
}

static void
all_else_stays_as_it_is (void)
{
  g_autoptr (GBytes) plain = photo ();
  g_autoptr (GByteArray) few = g_byte_array_new ();
  g_autofree char *text = g_strnfill (IMAGE_MOST_PNG_TEXT_BYTES, 'a');
  append_chunk (few, "pHYs", "\0\0\x0b\x13\0\0\x0b\x13\1", 9);
  append_chunk (few, "iTXt", PLAIN_XMP "<x:xmpmeta/>", sizeof PLAIN_XMP + 12 - 1);
  append_chunk (few, "tEX", "no text of that name", 20); /* its name goes on with a NUL */
  g_autoptr (GBytes) without = with_chunks (plain, few);
  append_chunk (few, "tEXt", text, IMAGE_MOST_PNG_TEXT_BYTES);
  g_autoptr (GBytes) with = with_chunks (plain, few);
  g_autoptr (GBytes) found = image_png_without_texts (with);
  g_assert_true (g_bytes_equal (found, without));
}

static void
few_texts_are_no_matter (void)
{
  g_autoptr (GBytes) plain = photo ();
  g_autoptr (GByteArray) few = g_byte_array_new ();
  g_autofree char *text = g_strnfill (IMAGE_MOST_PNG_TEXT_BYTES, 'a');
  append_chunk (few, "tEXt", text, IMAGE_MOST_PNG_TEXT_BYTES / 2 - 12);
  g_autoptr (GBytes) png = with_chunks (plain, few);
  g_autoptr (GBytes) same = image_png_without_texts (png);
  g_assert_true (same == png);
  append_chunk (few, "zTXt", "", 0);
  g_autoptr (GBytes) over = with_chunks (plain, few);
  g_autoptr (GBytes) bare = image_png_without_texts (over);
  g_assert_true (g_bytes_equal (bare, plain));
}

/* Cut at every byte around a chunk. */
static void
what_is_cut_is_taken_over (void)
{
  g_autoptr (GBytes) plain = photo ();
  g_autoptr (GByteArray) chunks = g_byte_array_new ();
  g_autofree char *text = g_strnfill (IMAGE_MOST_PNG_TEXT_BYTES, 'a');
  append_chunk (chunks, "tEXt", text, IMAGE_MOST_PNG_TEXT_BYTES);
  g_autoptr (GBytes) png = with_chunks (plain, chunks);
  for (unsigned n = HEAD + chunks->len - 30; n < HEAD + chunks->len + 30; n++) {
    g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (png, NULL), n);
    g_autoptr (GBytes) found = image_png_without_texts (cut);
    unsigned left_out = n >= HEAD + chunks->len ? chunks->len : 0;
    g_assert_cmpuint (g_bytes_get_size (found), ==, n - left_out);
  }
  for (unsigned n = 0; n < HEAD; n++) {
    g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (png, NULL), n);
    g_autoptr (GBytes) found = image_png_without_texts (cut);
    g_assert_true (found == cut);
  }
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
#define CLAIM(name, function) g_test_add_func ("/image/png-texts/" name, function)
  CLAIM ("texts-are-never-unpacked", texts_are_never_unpacked);
  CLAIM ("packed-xmp-has-a-limit", packed_xmp_has_a_limit);
  CLAIM ("all-else-stays-as-it-is", all_else_stays_as_it_is);
  CLAIM ("few-texts-are-no-matter", few_texts_are_no_matter);
  CLAIM ("what-is-cut-is-taken-over", what_is_cut_is_taken_over);
  return g_test_run ();
}
