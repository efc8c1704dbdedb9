#include "png-maker.h"

#include <stdlib.h>
#include <zlib.h>

const PngMaking png_making_default = { { 64, 48, 3, 8 }, PICTURE_SMOOTH, FILTERS_MIXED, 6, 8,
                                       Z_FILTERED,       MAX_WBITS,      false,         0, 8192 };

static uint8_t
sample (PictureKind kind, size_t x, size_t y, uint32_t noise)
{
  switch (kind) {
  case PICTURE_SMOOTH:
    return (uint8_t)(x / 3 + y / 2 + noise % 5);
  case PICTURE_NOISE:
    return (uint8_t)(noise >> 7);
  case PICTURE_FLAT:
    return 200;
  case PICTURE_PATTERN:
    return (x * y / 7) % 11 < 3 || noise % 97 == 0 ? 255 : (uint8_t)(y % 4);
  }
  g_assert_not_reached ();
}

GByteArray *
make_rows (const PixelShape *shape, PictureKind kind)
{
  size_t row_bytes = pixel_shape_row_bytes (shape);
  GByteArray *rows = g_byte_array_new ();
  g_byte_array_set_size (rows, (unsigned)(row_bytes * (size_t)shape->height));
  uint32_t state = 1;
  for (size_t i = 0; i < rows->len; i++) {
    state = state * 1664525 + 1013904223;
    rows->data[i] = sample (kind, i % row_bytes, i / row_bytes, state >> 8);
  }
  return rows;
}

/* As the standard words it, a byte at a time: x, a (left), b (above), c (above left). */
static uint8_t
filtered_byte (int filter, int x, int a, int b, int c)
{
  int p = a + b - c, pa = abs (p - a), pb = abs (p - b), pc = abs (p - c);
  switch (filter) {
  case 1:
    return (uint8_t)(x - a);
  case 2:
    return (uint8_t)(x - b);
  case 3:
    return (uint8_t)(x - (a + b) / 2);
  case 4:
    return (uint8_t)(x - (pa <= pb && pa <= pc ? a : pb <= pc ? b : c));
  default:
    return (uint8_t)x;
  }
}

GByteArray *
make_filtered (const GByteArray *rows, const PixelShape *shape, int filter)
{
  size_t row_bytes = pixel_shape_row_bytes (shape), step = pixel_shape_pixel_bytes (shape);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_set_size (out, (unsigned)((1 + row_bytes) * (size_t)shape->height));
  uint8_t *to = out->data;
  for (size_t y = 0; y < (size_t)shape->height; y++) {
    const uint8_t *row = rows->data + y * row_bytes;
    const uint8_t *above = y > 0 ? row - row_bytes : NULL;
    uint8_t row_filter = (uint8_t)(filter == FILTERS_MIXED ? (int)(y * 3 % 5) : filter);
    *to++ = row_filter;
    for (size_t i = 0; i < row_bytes; i++) {
      int a = i >= step ? row[i - step] : 0, b = above != NULL ? above[i] : 0;
      int c = i >= step && above != NULL ? above[i - step] : 0;
      *to++ = filtered_byte (row_filter, row[i], a, b, c);
    }
  }
  return out;
}

static void
patch_header (uint8_t *header, int window_bits)
{
  header[0] = (uint8_t)((window_bits - 8) << 4 | 8);
  header[1] &= 0xe0;
  header[1] = (uint8_t)(header[1] + 31 - (header[0] * 256 + header[1]) % 31);
}

GByteArray *
make_stream (const GByteArray *filtered, const PngMaking *making)
{
  z_stream z = { 0 };
  g_assert_cmpint (deflateInit2 (&z, making->level, Z_DEFLATED, making->window_bits,
                                 making->mem_level, making->strategy),
                   ==, Z_OK);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_set_size (out, (unsigned)deflateBound (&z, filtered->len) + 1024);
  z.next_out = out->data;
  z.avail_out = out->len;
  size_t piece = 1 + pixel_shape_row_bytes (&making->shape);
  if (making->is_fed_whole)
    piece = filtered->len;
  for (size_t at = 0; at < filtered->len; at += piece) {
    z.next_in = filtered->data + at;
    z.avail_in = (unsigned)MIN (piece, filtered->len - at);
    g_assert_cmpint (deflate (&z, Z_NO_FLUSH), ==, Z_OK);
    g_assert_cmpuint (z.avail_in, ==, 0);
  }
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (unsigned)z.total_out);
  deflateEnd (&z);
  if (making->header_window_bits != 0)
    patch_header (out->data, making->header_window_bits);
  return out;
}

static void
put32 (GByteArray *out, size_t value)
{
  uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                      (uint8_t)value };
  g_byte_array_append (out, bytes, sizeof bytes);
}

void
put_chunk (GByteArray *out, const char *type, const void *bytes, size_t length)
{
  put32 (out, length);
  size_t start = out->len;
  g_byte_array_append (out, (const uint8_t *)type, 4);
  g_byte_array_append (out, bytes, (unsigned)length);
  put32 (out, crc32 (0, out->data + start, (uInt)(out->len - start)));
}

void
put_signature (GByteArray *out)
{
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
}

void
put_header (GByteArray *out, const PixelShape *shape)
{
  static const uint8_t colour_types[] = { 0, 0, 4, 2, 6 };
  g_autoptr (GByteArray) ihdr = g_byte_array_new ();
  put32 (ihdr, (size_t)shape->width);
  put32 (ihdr, (size_t)shape->height);
  uint8_t rest[] = { (uint8_t)shape->bit_depth, colour_types[shape->n_channels], 0, 0, 0 };
  g_byte_array_append (ihdr, rest, sizeof rest);
  put_chunk (out, "IHDR", ihdr->data, ihdr->len);
}

void
put_data (GByteArray *out, const GByteArray *stream, size_t idat_bytes)
{
  size_t piece = idat_bytes > 0 ? idat_bytes : stream->len;
  for (size_t at = 0; at < stream->len; at += piece)
    put_chunk (out, "IDAT", stream->data + at, MIN (piece, stream->len - at));
}

GByteArray *
make_png_around (const PixelShape *shape, const GByteArray *stream, size_t idat_bytes)
{
  GByteArray *out = g_byte_array_new ();
  put_signature (out);
  put_header (out, shape);
  put_data (out, stream, idat_bytes);
  put_chunk (out, "IEND", "", 0);
  return out;
}

GByteArray *
make_png (const PngMaking *making)
{
  g_autoptr (GByteArray) rows = make_rows (&making->shape, making->kind);
  g_autoptr (GByteArray) filtered = make_filtered (rows, &making->shape, making->filter);
  g_autoptr (GByteArray) stream = make_stream (filtered, making);
  return make_png_around (&making->shape, stream, making->idat_bytes);
}
