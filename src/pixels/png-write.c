#include "pixels/png-write.h"

#include <libdeflate.h>

#include "pixels/large-pages.h"
#include "pixels/png-choose.h"
#include "pixels/png-chunks.h"
#include "pixels/png-deflate.h"
#include "pixels/png-runs.h"

enum {
  MOST_NAME = 79,
  STORED_BLOCK = 65535,
  /* What zlib gives goes into chunks of this; what libdeflate gives is one chunk. */
  STREAM_CHUNK = 1 << 20,
};

struct PngWriter {
  PixelShape shape;
  PngWriteOptions options;
  size_t row_bytes, pixel_bytes;
  int n_rows;

  uint8_t *file;
  size_t n_file, n_room;

  uint8_t *row, *above; /* as PNG has them: 16 bits big-endian */
  uint8_t *filtered;    /* all of them; when streaming, one */

  PngDeflater *deflater; /* NULL: not streaming */
  GArray *blocks;
  size_t chunk_at; /* where the open IDAT begins */
};

/* ---- the file ---- */

static bool
make_room (PngWriter *writer, size_t length, GError **error)
{
  if (writer->n_room - writer->n_file >= length)
    return true;
  size_t wanted = MAX (writer->n_file + length, writer->n_room + writer->n_room / 2);
  uint8_t *file = g_try_realloc (writer->file, wanted);
  if (file == NULL)
    return pixels_set_error (error, PIXELS_ERROR_FAILED,
                             "there is no memory for a PNG of %zu bytes", wanted);
  writer->file = file;
  writer->n_room = wanted;
  return true;
}

static void
put (PngWriter *writer, const void *bytes, size_t length)
{
  memcpy (writer->file + writer->n_file, bytes, length);
  writer->n_file += length;
}

static void
begin_chunk (PngWriter *writer, const char *type)
{
  writer->chunk_at = writer->n_file;
  writer->n_file += 4;
  put (writer, type, 4);
}

/* The length and the CRC of what was put since. */
static void
end_chunk (PngWriter *writer)
{
  uint8_t *chunk = writer->file + writer->chunk_at;
  size_t length = writer->n_file - writer->chunk_at - PNG_CHUNK_HEADER;
  uint8_t crc[4];
  png_chunks_put32 (chunk, (uint32_t)length);
  png_chunks_put32 (crc, libdeflate_crc32 (0, chunk + 4, 4 + length));
  put (writer, crc, sizeof crc);
}

static bool
put_header (PngWriter *writer, GError **error)
{
  static const uint8_t types[] = { [1] = 0, [2] = 4, [3] = 2, [4] = 6 };
  const PixelShape *shape = &writer->shape;
  uint8_t ihdr[13] = { [8] = (uint8_t)shape->bit_depth, [9] = types[shape->n_channels] };
  if (!make_room (writer, 8 + PNG_CHUNK_FRAME + sizeof ihdr, error))
    return false;
  png_chunks_put32 (ihdr, (uint32_t)shape->width);
  png_chunks_put32 (ihdr + 4, (uint32_t)shape->height);
  put (writer, "\x89PNG\r\n\x1a\n", 8);
  begin_chunk (writer, "IHDR");
  put (writer, ihdr, sizeof ihdr);
  end_chunk (writer);
  return true;
}

static struct libdeflate_compressor *
compressor_new (int level, GError **error)
{
  struct libdeflate_compressor *compressor = libdeflate_alloc_compressor (level);
  if (compressor == NULL)
    pixels_set_error (error, PIXELS_ERROR_FAILED, "there is no memory to deflate with");
  return compressor;
}

/* Deflates into the file, where the open chunk stands. */
static bool
put_deflated (PngWriter *writer, const void *bytes, size_t length, int level, GError **error)
{
  struct libdeflate_compressor *compressor = compressor_new (level, error);
  if (compressor == NULL)
    return false;
  /* Only what is written of the room takes memory. */
  size_t most = libdeflate_zlib_compress_bound (compressor, length), n = 0;
  bool ok = make_room (writer, most + 2 * PNG_CHUNK_FRAME, error);
  if (ok)
    n = libdeflate_zlib_compress (compressor, bytes, length, writer->file + writer->n_file, most);
  libdeflate_free_compressor (compressor);
  writer->n_file += n;
  return ok && (n > 0 || pixels_set_error (error, PIXELS_ERROR_FAILED,
                                           "libdeflate could not pack %zu bytes", length));
}

static bool
put_profile (PngWriter *writer, GError **error)
{
  enum { PROFILE_LEVEL = 9 };
  if (writer->options.icc == NULL)
    return true;
  size_t length, name_length = strlen (writer->options.icc_name);
  const void *icc = g_bytes_get_data (writer->options.icc, &length);
  if (name_length < 1 || name_length > MOST_NAME)
    return pixels_set_error (error, PIXELS_ERROR_FAILED,
                             "a profile's name in a PNG has 1 to %d letters, not %zu", MOST_NAME,
                             name_length);
  if (!make_room (writer, PNG_CHUNK_HEADER + name_length + 2, error))
    return false;
  begin_chunk (writer, "iCCP");
  put (writer, writer->options.icc_name, name_length + 1);
  put (writer, "", 1); /* the only method there is */
  if (!put_deflated (writer, icc, length, PROFILE_LEVEL, error))
    return false;
  end_chunk (writer);
  return true;
}

static bool
put_density (PngWriter *writer, GError **error)
{
  uint8_t phys[9] = { [8] = 1 /* per metre */ };
  if (writer->options.dots_per_m == 0)
    return true;
  if (!make_room (writer, PNG_CHUNK_FRAME + sizeof phys, error))
    return false;
  png_chunks_put32 (phys, writer->options.dots_per_m);
  png_chunks_put32 (phys + 4, writer->options.dots_per_m);
  begin_chunk (writer, "pHYs");
  put (writer, phys, sizeof phys);
  end_chunk (writer);
  return true;
}

/* ---- streaming ---- */

/* Ends the open chunk when it is full, and begins the next. */
static bool
take_deflated (void *data, const void *bytes, size_t length, GError **error)
{
  PngWriter *writer = data;
  if (!make_room (writer, length + 3 * PNG_CHUNK_FRAME, error))
    return false;
  if (writer->n_file - writer->chunk_at >= PNG_CHUNK_HEADER + STREAM_CHUNK) {
    end_chunk (writer);
    begin_chunk (writer, "IDAT");
  }
  put (writer, bytes, length);
  return true;
}

static GArray *
stored_blocks_of (uint64_t length)
{
  GArray *blocks = png_runs_new ();
  for (; length > STORED_BLOCK; length -= STORED_BLOCK)
    png_runs_add (blocks, STORED_BLOCK);
  png_runs_add (blocks, (uint32_t)length);
  return blocks;
}

static bool
start_streaming (PngWriter *writer, uint64_t n_raw, GError **error)
{
  enum { MOST_ZLIB_LEVEL = 9, WINDOW_BITS = 15, MEM_LEVEL = 9 };
  const PngDeflateWay way = {
    .method = writer->options.level == 0 ? PNG_DEFLATE_STORED : PNG_DEFLATE_ZLIB,
    .header = { 0x78, 0x9c },
    .level = (uint8_t)MIN (writer->options.level, MOST_ZLIB_LEVEL),
    .mem_level = MEM_LEVEL,
    .window_bits = WINDOW_BITS,
    .feed = PNG_FED_BY_ROWS,
  };
  const PixelSink sink = { writer, take_deflated };
  if (!make_room (writer, PNG_CHUNK_FRAME, error))
    return false;
  begin_chunk (writer, "IDAT");
  if (writer->options.level == 0)
    writer->blocks = stored_blocks_of (n_raw);
  writer->deflater = png_deflater_new (&way, writer->blocks, &sink, error);
  return writer->deflater != NULL;
}

/* ---- rows ---- */

static bool
check_shape (const PixelShape *shape, GError **error)
{
  if (shape->width >= 1 && shape->height >= 1 && shape->n_channels >= 1 && shape->n_channels <= 4 &&
      (shape->bit_depth == 8 || shape->bit_depth == 16))
    return true;
  return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                           "no PNG of %d x %d px with %d channels of %d bits can be written here",
                           shape->width, shape->height, shape->n_channels, shape->bit_depth);
}

const char *
png_write_version (void)
{
  return LIBDEFLATE_VERSION_STRING;
}

PngWriter *
png_writer_new (const PixelShape *shape, const PngWriteOptions *options, GError **error)
{
  g_return_val_if_fail (options->level >= 0 && options->level <= PNG_WRITE_MOST_LEVEL, NULL);
  g_return_val_if_fail (options->filter >= 0 && options->filter <= PNG_WRITE_ADAPTIVE, NULL);
  if (!check_shape (shape, error))
    return NULL;
  g_autoptr (PngWriter) writer = g_new0 (PngWriter, 1);
  writer->shape = *shape;
  writer->options = *options;
  writer->pixel_bytes = pixel_shape_pixel_bytes (shape);
  writer->row_bytes = pixel_shape_row_bytes (shape);
  uint64_t n_raw = (uint64_t)(1 + writer->row_bytes) * (uint64_t)shape->height;
  size_t most_whole = options->most_whole > 0 ? options->most_whole : PNG_WRITE_MOST_WHOLE;
  bool is_whole = n_raw <= most_whole;

  if (!put_header (writer, error) || !put_profile (writer, error) || !put_density (writer, error) ||
      !(is_whole || start_streaming (writer, n_raw, error)))
    return NULL;
  writer->row = g_try_malloc (writer->row_bytes);
  writer->above = g_try_malloc0 (writer->row_bytes);
  writer->filtered = g_try_malloc (is_whole ? (size_t)n_raw : 1 + writer->row_bytes);
  if (writer->row == NULL || writer->above == NULL || writer->filtered == NULL) {
    pixels_set_error (error, PIXELS_ERROR_FAILED, "there is no memory for the rows of the PNG");
    return NULL;
  }
  if (is_whole)
    large_pages_ask (writer->filtered, (size_t)n_raw);
  return g_steal_pointer (&writer);
}

void
png_writer_free (PngWriter *writer)
{
  if (writer == NULL)
    return;
  png_deflater_free (writer->deflater);
  if (writer->blocks != NULL)
    g_array_unref (writer->blocks);
  g_free (writer->row);
  g_free (writer->above);
  g_free (writer->filtered);
  g_free (writer->file);
  g_free (writer);
}

static void
take_samples (PngWriter *writer, const void *row)
{
  memcpy (writer->row, row, writer->row_bytes);
  if (writer->shape.bit_depth == 8)
    return;
  for (size_t i = 0; i < writer->row_bytes; i += 2) {
    uint16_t sample;
    memcpy (&sample, writer->row + i, sizeof sample);
    sample = GUINT16_TO_BE (sample);
    memcpy (writer->row + i, &sample, sizeof sample);
  }
}

bool
png_writer_add_row (PngWriter *writer, const void *row, GError **error)
{
  g_return_val_if_fail (writer->n_rows < writer->shape.height, false);
  size_t piece = 1 + writer->row_bytes;
  uint8_t *out = writer->filtered;
  if (writer->deflater == NULL)
    out += (size_t)writer->n_rows * piece;

  take_samples (writer, row);
  out[0] = (uint8_t)writer->options.filter;
  if (writer->options.filter == PNG_WRITE_ADAPTIVE)
    out[0] = png_choose_filter (writer->row, writer->above, writer->row_bytes, writer->pixel_bytes);
  png_filter_apply (out[0], writer->row, writer->above, out + 1, writer->row_bytes,
                    writer->pixel_bytes);
  uint8_t *last = writer->above;
  writer->above = writer->row;
  writer->row = last;
  writer->n_rows++;
  return writer->deflater == NULL || png_deflater_add_row (writer->deflater, out, piece, error);
}

static bool
finish_data (PngWriter *writer, GError **error)
{
  size_t n_raw = (1 + writer->row_bytes) * (size_t)writer->shape.height;
  if (writer->deflater != NULL)
    return png_deflater_finish (writer->deflater, error);
  if (!make_room (writer, PNG_CHUNK_HEADER, error))
    return false;
  begin_chunk (writer, "IDAT");
  return put_deflated (writer, writer->filtered, n_raw, writer->options.level, error);
}

GBytes *
png_writer_finish (PngWriter *writer, GError **error)
{
  if (writer->n_rows < writer->shape.height) {
    pixels_set_error (error, PIXELS_ERROR_FAILED, "a PNG of %d rows was given %d",
                      writer->shape.height, writer->n_rows);
    return NULL;
  }
  if (!finish_data (writer, error))
    return NULL;
  /* What takes bytes leaves room for the end of its chunk and a whole one more. */
  end_chunk (writer);
  begin_chunk (writer, "IEND");
  end_chunk (writer);
  g_clear_pointer (&writer->filtered, g_free);
  uint8_t *file = g_realloc (writer->file, writer->n_file);
  writer->file = NULL;
  return g_bytes_new_take (file, writer->n_file);
}
