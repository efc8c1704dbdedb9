#include "originals.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/atomic-file.h"
#include "pixels/frame.h"

/* ---- PNGs ---- */

static void
append_big_32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { value >> 24, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff };
  g_byte_array_append (out, bytes, 4);
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

/* RGB, smooth with some noise that is the same in each channel, as in photographs; each row is stored as differences to the left (filter 1). */
static GByteArray *
filtered_rows (int width, int height)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  GByteArray *rows = g_byte_array_new ();
  for (int y = 0; y < height; y++) {
    uint8_t left[3] = { 0 };
    g_byte_array_append (rows, (const uint8_t *)"\1", 1);
    for (int x = 0; x < width; x++) {
      int noise = g_rand_int_range (random, 0, 16);
      for (int c = 0; c < 3; c++) {
        int sample = (x * (c + 1) + y * (3 - c)) / 4 + noise;
        uint8_t difference = (uint8_t)(sample - left[c]);
        left[c] = (uint8_t)sample;
        g_byte_array_append (rows, &difference, 1);
      }
    }
  }
  return rows;
}

static GByteArray *
deep_rows (int width, int height)
{
  GByteArray *rows = g_byte_array_new ();
  for (int y = 0; y < height; y++) {
    g_byte_array_append (rows, (const uint8_t *)"\0", 1);
    for (int x = 0; x < 3 * width; x++) {
      unsigned sample = (unsigned)(x * 321 + y * 1234);
      const uint8_t bytes[] = { sample >> 8 & 0xff, sample & 0xff };
      g_byte_array_append (rows, bytes, 2);
    }
  }
  return rows;
}

static void
deflate_rows (GByteArray *rows, bool is_foreign, GByteArray *out_stream)
{
  z_stream zlib = { .next_in = rows->data, .avail_in = rows->len };
  g_byte_array_set_size (out_stream, rows->len + 10000);
  zlib.next_out = out_stream->data;
  zlib.avail_out = out_stream->len;
  g_assert_cmpint (deflateInit2 (&zlib, 6, Z_DEFLATED, 15, 8, Z_FILTERED), ==, Z_OK);
  if (is_foreign) {
    zlib.avail_in = rows->len / 2;
    g_assert_cmpint (deflate (&zlib, Z_FULL_FLUSH), ==, Z_OK);
    g_assert_cmpint (deflateParams (&zlib, 1, Z_HUFFMAN_ONLY), ==, Z_OK);
    zlib.avail_in = rows->len - rows->len / 2;
  }
  g_assert_cmpint (deflate (&zlib, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out_stream, (unsigned)zlib.total_out);
  deflateEnd (&zlib);
}

static GBytes *
make_png (int width, int height, bool is_deep, bool is_foreign)
{
  enum { IDAT_BYTES = 8192 };
  g_autoptr (GByteArray) rows = is_deep ? deep_rows (width, height) : filtered_rows (width, height);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();
  deflate_rows (rows, is_foreign, stream);
  append_big_32 (header, (uint32_t)width);
  append_big_32 (header, (uint32_t)height);
  g_byte_array_append (header, (const uint8_t *)(is_deep ? "\x10\x02\0\0\0" : "\x08\x02\0\0\0"), 5);
  g_byte_array_append (out, (const uint8_t *)"\x89PNG\r\n\x1a\n", 8);
  append_chunk (out, "IHDR", header->data, header->len);
  for (unsigned at = 0; at < stream->len; at += IDAT_BYTES)
    append_chunk (out, "IDAT", stream->data + at, MIN (IDAT_BYTES, stream->len - at));
  append_chunk (out, "IEND", "", 0);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
original_png (int width, int height)
{
  return make_png (width, height, false, false);
}

GBytes *
original_deep_png (int width, int height)
{
  return make_png (width, height, true, false);
}

GBytes *
original_foreign_png (int width, int height)
{
  return make_png (width, height, false, true);
}

/* ---- a home ---- */

Cache *
originals_open (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

Digest
originals_put (Cache *cache, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  Digest digest;
  assert_ok (cache_put (cache, bytes, &digest, NULL, &error), error);
  return digest;
}

char *
originals_path (Cache *cache, const Digest *digest, const char *suffix)
{
  DigestHex hex = digest_to_hex (digest);
  return g_strdup_printf ("%s/originals/%.2s/%s%s", cache_home (cache), hex.text, hex.text, suffix);
}

bool
originals_have (Cache *cache, const Digest *digest, const char *suffix)
{
  g_autofree char *path = originals_path (cache, digest, suffix);
  return access (path, F_OK) == 0;
}

static bool
write_piece (void *data, const void *bytes, size_t length, GError **error)
{
  return atomic_file_write (data, bytes, length, error);
}

void
originals_put_pixels (Cache *cache, const Digest *digest, GBytes *png, bool want_exact)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = originals_path (cache, digest, ".pix");
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  const PixelSink sink = { &file, write_piece };
  PixelFrameInfo info;
  assert_ok (atomic_file_open (&file, path, &error), error);
  assert_ok (pixel_frame_write (g_bytes_get_data (png, NULL), g_bytes_get_size (png), digest,
                                want_exact, 1, &sink, &info, &error),
             error);
  g_assert_cmpint (info.is_exact, ==, want_exact);
  assert_ok (atomic_file_commit (&file, &error), error);
}

void
originals_put_sidecar (Cache *cache, const Digest *digest, const char *format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = cache_record_new ();
  record->digest = *digest;
  record->format = g_strdup (format);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup ("load");
  acquisition->path = g_strdup ("watch.png");
  acquisition->image_id = g_strdup ("watch");
  acquisition->at = g_strdup ("2026-03-01T10:00:00Z");
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
}

void
originals_flip (const char *path, size_t offset)
{
  int fd = open (path, O_RDWR);
  uint8_t byte;
  g_assert_cmpint (pread (fd, &byte, 1, (off_t)offset), ==, 1);
  byte ^= 0x10;
  g_assert_cmpint (pwrite (fd, &byte, 1, (off_t)offset), ==, 1);
  close (fd);
}

size_t
originals_size (const char *path)
{
  struct stat status;
  g_assert_cmpint (stat (path, &status), ==, 0);
  return (size_t)status.st_size;
}

static unsigned
count_files (const char *folder)
{
  unsigned n_found = 0;
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    n_found += g_file_test (path, G_FILE_TEST_IS_DIR) ? count_files (path) : 1;
  }
  return n_found;
}

unsigned
originals_count (Cache *cache, const char *folder)
{
  g_autofree char *path = g_build_filename (cache_home (cache), folder, NULL);
  return count_files (path);
}
