#include <string.h>
#include <xxhash.h>
#include <zlib.h>

#include "frame-maker.h"
#include "pixels/band.h"
#include "pixels/frame-layout.h"
#include "pixels/little-endian.h"
#include "png-maker.h"

/* Pixels as pixel_frame_read gives them, with some bytes between rows that stay as they are. */
enum { GAP_BYTES = 6, GAP = 0xa5 };

static void
check_pixels (PixelFrame *frame, const PngMaking *making, int n_threads)
{
  g_autoptr (GError) error = NULL;
  const PixelShape *shape = &making->shape;
  g_autoptr (GByteArray) rows = make_rows (shape, making->kind);
  size_t row_bytes = pixel_shape_row_bytes (shape), stride = row_bytes + GAP_BYTES;
  g_autofree uint8_t *out = g_malloc (stride * (size_t)shape->height);
  memset (out, GAP, stride * (size_t)shape->height);
  bool ok = pixel_frame_read (frame, out, stride, n_threads, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  for (size_t y = 0; y < (size_t)shape->height; y++) {
    uint8_t *expected = rows->data + y * row_bytes;
    for (size_t i = 0; shape->bit_depth == 16 && i < row_bytes; i += 2) {
      uint16_t sample = (uint16_t)(expected[i] << 8 | expected[i + 1]);
      memcpy (expected + i, &sample, 2);
    }
    g_assert_cmpmem (out + y * stride, row_bytes, expected, row_bytes);
    for (size_t i = row_bytes; i < stride; i++)
      g_assert_cmpint (out[y * stride + i], ==, GAP);
  }
}

static void
check_exact (PixelFrame *frame, const GByteArray *png)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) rebuilt = g_byte_array_new ();
  PixelSink sink = sink_to (rebuilt);
  bool ok = pixel_frame_rebuild (frame, &sink, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpmem (rebuilt->data, rebuilt->len, png->data, png->len);
}

static void
check_info (const PixelFrameInfo *info, const PngMaking *making, const GByteArray *png)
{
  g_assert_true (info->is_exact);
  g_assert_true (pixel_shape_equal (&info->shape, &making->shape));
  g_assert_cmpint (info->original_bytes, ==, png->len);
  Digest digest = digest_of (png->data, png->len);
  g_assert_true (digest_equal (&info->original, &digest));
  g_assert_cmpstr (info->deflate_version, ==, zlibVersion ());
}

static void
check_round_trip (const PngMaking *making, int n_threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) png = make_png (making);
  PixelFrameInfo info;
  g_autoptr (GByteArray) bytes = make_frame (png, true, n_threads, &info);
  PixelSource source = source_of (bytes);
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  g_assert_no_error (error);
  check_info (&info, making, png);
  check_info (pixel_frame_info (frame), making, png);
  g_assert_true (pixel_frame_check (frame, &error));
  g_assert_no_error (error);
  check_pixels (frame, making, n_threads);
  check_exact (frame, png);
}

static void
every_kind_of_png_comes_back (void)
{
  for (int n_channels = 1; n_channels <= 4; n_channels++)
    for (int bit_depth = 8; bit_depth <= 16; bit_depth += 8)
      for (int kind = PICTURE_SMOOTH; kind <= PICTURE_PATTERN; kind++) {
        PngMaking making = png_making_default;
        making.shape = (PixelShape){ 37, 23, n_channels, bit_depth };
        making.kind = (PictureKind)kind;
        check_round_trip (&making, 1);
        making.shape = (PixelShape){ 1, 1, n_channels, bit_depth };
        check_round_trip (&making, 1);
      }
}

static void
many_bands_come_back_by_any_number_of_threads (void)
{
  PngMaking making = png_making_default;
  making.level = 1;
  making.shape = (PixelShape){ 20000, 30, 1, 16 };
  g_assert_cmpint (band_rows_for (&making.shape), ==, 13);
  for (int n_threads = 0; n_threads <= 7; n_threads += n_threads == 3 ? 4 : 1)
    check_round_trip (&making, n_threads);
}

static void
the_number_of_threads_is_not_in_the_frame (void)
{
  PngMaking making = png_making_default;
  making.level = 1;
  making.shape = (PixelShape){ 20000, 40, 3, 8 };
  g_autoptr (GByteArray) png = make_png (&making);
  PixelFrameInfo info;
  g_autoptr (GByteArray) one = make_frame (png, false, 1, &info);
  g_autoptr (GByteArray) four = make_frame (png, false, 4, &info);
  g_assert_cmpmem (one->data, one->len, four->data, four->len);
}

static void
a_frame_that_is_not_exact_has_the_pixels_and_the_head (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) png = make_png (&png_making_default);
  PixelFrameInfo info;
  g_autoptr (GByteArray) bytes = make_frame (png, false, 1, &info);
  g_assert_false (info.is_exact);
  PixelSource source = source_of (bytes);
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  g_assert_no_error (error);
  check_pixels (frame, &png_making_default, 1);
  g_autoptr (GBytes) head = pixel_frame_head (frame, &error);
  g_assert_no_error (error);
  /* The signature and IHDR, as they were. */
  g_assert_cmpuint (g_bytes_get_size (head), >, 33);
  g_assert_cmpmem (g_bytes_get_data (head, NULL), 33, png->data, 33);
  PixelSink sink = sink_to (bytes);
  g_assert_false (pixel_frame_rebuild (frame, &sink, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_UNSUITABLE);
  g_assert_nonnull (strstr (error->message, "not what gives its very bytes back"));
}

static void
what_is_no_png_is_not_taken (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  PixelSink sink = sink_to (out);
  PixelFrameInfo info;
  Digest digest = digest_of ("watch", 5);
  g_assert_false (pixel_frame_write ("watch", 5, &digest, true, 1, &sink, &info, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_UNSUITABLE);
  g_assert_cmpuint (out->len, ==, 0);
}

static bool
refuse_after (void *data, const void *bytes, size_t length, GError **error)
{
  int *left = data;
  if ((*left)-- > 0)
    return true;
  g_set_error_literal (error, PIXELS_ERROR, PIXELS_ERROR_TOO_LARGE, "the sink is full");
  return false;
}

static void
a_full_sink_stops_the_writer (void)
{
  PngMaking making = png_making_default;
  making.level = 1;
  making.shape = (PixelShape){ 20000, 60, 1, 8 };
  g_autoptr (GByteArray) png = make_png (&making);
  Digest digest = digest_of (png->data, png->len);
  for (int n_writes = 0; n_writes < 10; n_writes++) {
    g_autoptr (GError) error = NULL;
    int left = n_writes;
    PixelFrameInfo info;
    PixelSink sink = { &left, refuse_after };
    bool ok = pixel_frame_write (png->data, png->len, &digest, false, 3, &sink, &info, &error);
    /* Header, recipe, five bands, the table and two checksums. */
    g_assert_cmpint (ok, ==, n_writes == 10);
    g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_TOO_LARGE);
  }
}

/* ---- damage ---- */

/* What is wrong, or NULL when nothing is found by opening and checking. */
static char *
find_damage (const GByteArray *bytes)
{
  g_autoptr (GError) error = NULL;
  PixelSource source = source_of (bytes);
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  if (frame != NULL && pixel_frame_check (frame, &error))
    return NULL;
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);
  return g_strdup (error->message);
}

static GByteArray *
frame_of (PixelShape shape)
{
  PngMaking making = png_making_default;
  making.shape = shape;
  g_autoptr (GByteArray) png = make_png (&making);
  PixelFrameInfo info;
  return make_frame (png, true, 1, &info);
}

static GByteArray *
small_frame (void)
{
  return frame_of ((PixelShape){ 13, 9, 3, 8 });
}

static void
any_flipped_bit_is_found (void)
{
  g_autoptr (GByteArray) bytes = small_frame ();
  g_assert_null (find_damage (bytes));
  for (unsigned i = 0; i < bytes->len * 8; i++) {
    bytes->data[i / 8] ^= (uint8_t)(1U << i % 8);
    g_autofree char *damage = find_damage (bytes);
    if (damage == NULL)
      g_error ("bit %u of byte %u of %u was flipped and not found", i % 8, i / 8, bytes->len);
    bytes->data[i / 8] ^= (uint8_t)(1U << i % 8);
  }
}

/* Reading does not look at the whole file, but at all that it takes from it. */
static void
damage_in_a_band_is_found_by_reading (void)
{
  g_autoptr (GByteArray) bytes = small_frame ();
  unsigned band = FRAME_HEADER_BYTES + get_le32 (bytes->data + 72);
  unsigned end = bytes->len - FRAME_TRAILER_BYTES - FRAME_TABLE_ENTRY_BYTES;
  g_assert_cmpuint (band, <, end);
  uint8_t out[13 * 9 * 3];
  for (unsigned i = band; i < end; i++) {
    g_autoptr (GError) error = NULL;
    bytes->data[i] ^= 0x10;
    PixelSource source = source_of (bytes);
    g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
    g_assert_no_error (error);
    g_assert_false (pixel_frame_read (frame, out, 39, 2, &error));
    g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);
    g_assert_cmpstr (error->message, ==,
                     "band 1 of 1 of the pixel frame is damaged: its checksum differs");
    bytes->data[i] ^= 0x10;
  }
  for (unsigned i = FRAME_HEADER_BYTES; i < band; i++) {
    g_autoptr (GError) error = NULL;
    bytes->data[i] ^= 0x10;
    PixelSource source = source_of (bytes);
    g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
    g_assert_null (pixel_frame_head (frame, &error));
    g_assert_cmpstr (error->message, ==,
                     "the recipe of the pixel frame is damaged: its checksum differs");
    bytes->data[i] ^= 0x10;
  }
}

static void
every_cut_is_found (void)
{
  g_autoptr (GByteArray) bytes = small_frame ();
  g_autoptr (GByteArray) longer = small_frame ();
  g_byte_array_append (longer, (const uint8_t *)"", 1);
  g_autofree char *after = find_damage (longer);
  g_assert_nonnull (after);
  while (bytes->len > 0) {
    g_byte_array_set_size (bytes, bytes->len - 1);
    g_autofree char *damage = find_damage (bytes);
    g_assert_nonnull (damage);
  }
}

/* Changes a number of the header and makes the header's checksum right. */
static void
check_header_of (PixelShape shape, unsigned at, uint32_t value, PixelsErrorCode code,
                 const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = frame_of (shape);
  put_le32 (bytes->data + at, value);
  put_le64 (bytes->data + 104, XXH64 (bytes->data, 104, 0));
  PixelSource source = source_of (bytes);
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  g_assert_null (frame);
  g_assert_error (error, PIXELS_ERROR, (int)code);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
}

static void
check_header (unsigned at, uint32_t value, PixelsErrorCode code, const char *words)
{
  check_header_of ((PixelShape){ 13, 9, 3, 8 }, at, value, code, words);
}

static void
what_is_not_known_is_refused (void)
{
  check_header (8, 2, PIXELS_ERROR_UNSUITABLE,
                "a pixel frame of version 2, and this program reads "
                "version 1; use the newer program that wrote it");
  check_header (12, 3, PIXELS_ERROR_UNSUITABLE, "flags (0x2) that this program does not know");
  check_header (24, 0x00000805, PIXELS_ERROR_UNSUITABLE, "5 channels");
  check_header (24, 0x00010803, PIXELS_ERROR_DAMAGED, "always 0");
  check_header (100, 0x01000000, PIXELS_ERROR_DAMAGED, "always 0");
}

static void
bands_fill_the_file (void)
{
  g_autoptr (GByteArray) bytes = small_frame ();
  uint8_t *table = bytes->data + bytes->len - FRAME_TRAILER_BYTES - FRAME_TABLE_ENTRY_BYTES;
  put_le32 (table + 8, get_le32 (table + 8) - 1);
  put_le64 (table + FRAME_TABLE_ENTRY_BYTES, XXH64 (table, FRAME_TABLE_ENTRY_BYTES, 0));
  g_autofree char *damage = find_damage (bytes);
  g_assert_cmpstr (damage, ==, "the bands of the pixel frame do not fill it");
}

static void
claims_cost_nothing (void)
{
  check_header (16, 2000000, PIXELS_ERROR_TOO_LARGE, "2000000 x 9 px is over the limit");
  check_header (16, UINT32_MAX, PIXELS_ERROR_TOO_LARGE, "over the limit");
  check_header (20, 0, PIXELS_ERROR_DAMAGED, "13 x 0 px");
  /* 100,000 bands need a table of 1.2 MB. */
  check_header (20, 900000, PIXELS_ERROR_DAMAGED, "the pixel frame is cut off");
  check_header (28, 0, PIXELS_ERROR_DAMAGED, "bands of 0 rows");
  check_header (28, 10, PIXELS_ERROR_DAMAGED, "bands of 10 rows");
  check_header (72, UINT32_MAX, PIXELS_ERROR_DAMAGED, "the pixel frame is cut off");
  check_header (76, 0x40000001, PIXELS_ERROR_TOO_LARGE, "its recipe claims 1073741825 bytes");
  check_header (36, 0x80000000, PIXELS_ERROR_DAMAGED, "original's size is out of bounds");
  /* 9 MB of pixels in some ten bytes: zstd needs 3 for every 128 KiB. */
  check_header_of ((PixelShape){ 1, 9, 1, 8 }, 16, 1000000, PIXELS_ERROR_DAMAGED,
                   "band 1 of 1 claims more pixels than");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pixels/frame/" name, function)
  CLAIM ("every-kind-of-png-comes-back", every_kind_of_png_comes_back);
  CLAIM ("many-bands-come-back-by-any-number-of-threads",
         many_bands_come_back_by_any_number_of_threads);
  CLAIM ("the-number-of-threads-is-not-in-the-frame", the_number_of_threads_is_not_in_the_frame);
  CLAIM ("a-frame-that-is-not-exact-has-the-pixels-and-the-head",
         a_frame_that_is_not_exact_has_the_pixels_and_the_head);
  CLAIM ("what-is-no-png-is-not-taken", what_is_no_png_is_not_taken);
  CLAIM ("a-full-sink-stops-the-writer", a_full_sink_stops_the_writer);
  CLAIM ("any-flipped-bit-is-found", any_flipped_bit_is_found);
  CLAIM ("damage-in-a-band-is-found-by-reading", damage_in_a_band_is_found_by_reading);
  CLAIM ("every-cut-is-found", every_cut_is_found);
  CLAIM ("what-is-not-known-is-refused", what_is_not_known_is_refused);
  CLAIM ("bands-fill-the-file", bands_fill_the_file);
  CLAIM ("claims-cost-nothing", claims_cost_nothing);
#undef CLAIM
  return g_test_run ();
}
