#include "simulator/noise-png.h"

#include "base/digest.h"

enum { MOST_STORED = 65535, PALETTE_COLORS = 256 };

static const uint32_t *
crc_table (void)
{
  static uint32_t table[256];
  static gsize is_made;
  if (g_once_init_enter (&is_made)) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
      table[i] = crc;
    }
    g_once_init_leave (&is_made, 1);
  }
  return table;
}

uint32_t
crc32_update (uint32_t crc, const void *data, size_t length)
{
  const uint32_t *table = crc_table ();
  const uint8_t *bytes = data;
  crc = ~crc;
  for (size_t i = 0; i < length; i++)
    crc = table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
  return ~crc;
}

static uint32_t
adler32 (const uint8_t *data, size_t length)
{
  uint32_t a = 1, b = 0;
  while (length > 0) {
    /* The most bytes whose sums stay below 2^32. */
    size_t n = MIN (length, 5552);
    for (size_t i = 0; i < n; i++) {
      a += data[i];
      b += a;
    }
    a %= 65521;
    b %= 65521;
    data += n;
    length -= n;
  }
  return b << 16 | a;
}

static void
append_be32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                            (uint8_t)value };
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_chunk (GByteArray *png, const char *kind, const GByteArray *data)
{
  append_be32 (png, data->len);
  uint32_t crc = crc32_update (0, kind, 4);
  g_byte_array_append (png, (const uint8_t *)kind, 4);
  g_byte_array_append (png, data->data, data->len);
  append_be32 (png, crc32_update (crc, data->data, data->len));
}

/* xorshift64*: eight indexes a step. */
static GByteArray *
draw_rows (uint64_t state, int width, int height)
{
  size_t stride = (size_t)width + 1;
  GByteArray *rows = g_byte_array_sized_new ((unsigned)(stride * (size_t)height));
  g_byte_array_set_size (rows, (unsigned)(stride * (size_t)height));
  state |= 1;
  for (int y = 0; y < height; y++) {
    uint8_t *row = rows->data + stride * (size_t)y;
    row[0] = 0;
    for (int x = 0; x < width; x += 8) {
      state ^= state >> 12;
      state ^= state << 25;
      state ^= state >> 27;
      uint64_t word = state * 0x2545f4914f6cdd1dULL;
      memcpy (row + 1 + x, &word, (size_t)MIN (8, width - x));
    }
  }
  return rows;
}

static GByteArray *
store (const GByteArray *rows)
{
  static const uint8_t zlib_head[] = { 0x78, 0x01 };
  GByteArray *out = g_byte_array_sized_new (rows->len + rows->len / 1000 + 64);
  g_byte_array_append (out, zlib_head, sizeof zlib_head);
  for (unsigned at = 0; at < rows->len;) {
    unsigned n = MIN (rows->len - at, MOST_STORED);
    const uint8_t head[] = { at + n == rows->len, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n,
                             (uint8_t)(~n >> 8) };
    g_byte_array_append (out, head, sizeof head);
    g_byte_array_append (out, rows->data + at, n);
    at += n;
  }
  append_be32 (out, adler32 (rows->data, rows->len));
  return out;
}

/* Muted shades of one hue, so that a JPEG of it is no larger than one of a photograph. */
static GByteArray *
make_palette (const Digest *digest)
{
  GByteArray *palette = g_byte_array_new ();
  for (unsigned i = 0; i < PALETTE_COLORS; i++) {
    uint8_t color[3];
    for (unsigned k = 0; k < 3; k++)
      color[k] = (uint8_t)(64 + digest->bytes[k] / 2 + (i * (k + 5) % 32));
    g_byte_array_append (palette, color, sizeof color);
  }
  return palette;
}

GBytes *
noise_png (const char *prompt, int64_t seed, int width, int height)
{
  static const uint8_t magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const uint8_t indexed_8_bit[] = { 8, 3, 0, 0, 0 };
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT " %s", seed, prompt);
  Digest digest = digest_of (key, strlen (key));
  uint64_t state;
  memcpy (&state, digest.bytes + 8, sizeof state);

  g_autoptr (GByteArray) rows = draw_rows (state, width, height);
  g_autoptr (GByteArray) data = store (rows);
  g_autoptr (GByteArray) palette = make_palette (&digest);
  g_autoptr (GByteArray) header = g_byte_array_new ();
  append_be32 (header, (uint32_t)width);
  append_be32 (header, (uint32_t)height);
  g_byte_array_append (header, indexed_8_bit, sizeof indexed_8_bit);

  GByteArray *png = g_byte_array_sized_new (data->len + 2048);
  g_byte_array_append (png, magic, sizeof magic);
  append_chunk (png, "IHDR", header);
  append_chunk (png, "PLTE", palette);
  append_chunk (png, "IDAT", data);
  g_byte_array_set_size (header, 0);
  append_chunk (png, "IEND", header);
  return g_byte_array_free_to_bytes (png);
}
