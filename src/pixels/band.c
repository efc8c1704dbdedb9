/* Which packing is best shows when it is tried: the planes of a picture differ. Pairs and quads are
 * 3 to 30 % smaller than bytes for photographs, and quicker to read, since zstd has fewer codes to
 * read. Trying all of them takes 0.4 s for 50 MB of pixels; finding a PNG's recipe takes seconds.
 *
 * zstd is asked to look for few matches: in residuals of photographs they are chance, and cost 1 to
 * 5 % of size and up to half of the time to read. Drawings have real ones, so that the best packing
 * is also tried at level 1 as it is. */
#include "pixels/band.h"

#include <string.h>
#include <zstd.h>

#include "pixels/little-endian.h"

enum {
  PLANE_HEADER_BYTES = 9,
  PLANE_GOAL_BYTES = 256 * 1024,
  LEVEL = 1,
  /* A hash of 64 places forgets at once, and a match has 7 bytes or more. */
  FEW_MATCHES_HASH_LOG = 6,
  FEW_MATCHES_LEAST = 7,
  /* A zstd block: a header of 3 bytes and at most 128 KiB of content. */
  BLOCK_HEADER_BYTES = 3,
  BLOCK_MOST_BYTES = 128 * 1024,
};

int
band_rows_for (const PixelShape *shape)
{
  return CLAMP (PLANE_GOAL_BYTES / shape->width, 1, shape->height);
}

static size_t
packed_row_bytes (PlanePacking packing, int width)
{
  int n_a_byte = packing == PLANE_BYTES ? 1 : packing == PLANE_PAIRS ? 2 : 4;
  return ((size_t)width + (size_t)n_a_byte - 1) / (size_t)n_a_byte;
}

static size_t
predictors_bytes (const PixelShape *shape, int n_rows)
{
  return (size_t)n_rows * (size_t)planes_segments (shape);
}

static size_t
headers_bytes (const PixelShape *shape, int n_rows)
{
  return predictors_bytes (shape, n_rows) + (size_t)planes_count (shape) * PLANE_HEADER_BYTES;
}

size_t
band_least_bytes (const PixelShape *shape, int n_rows)
{
  size_t plane = (size_t)n_rows * packed_row_bytes (PLANE_QUADS, shape->width);
  size_t blocks = 1 + (plane - 1) / BLOCK_MOST_BYTES;
  return headers_bytes (shape, n_rows) + (size_t)planes_count (shape) * blocks * BLOCK_HEADER_BYTES;
}

/* ---- storing ---- */

/* A plane as one packing makes it. */
typedef struct {
  PlanePacking packing;
  size_t rows_bytes; /* of the content; escapes follow */
  size_t n_escapes;
  uint8_t *content;
} Packed;

struct BandWriter {
  PixelShape shape;
  ZSTD_CCtx *context;
  uint8_t *residuals; /* of a band */
  Packed packed[PLANE_N_PACKINGS];
  /* The frame that is best so far, and one to try. */
  uint8_t *best, *next;
  size_t room;
};

BandWriter *
band_writer_new (const PixelShape *shape, int most_rows)
{
  BandWriter *writer = g_new0 (BandWriter, 1);
  writer->shape = *shape;
  writer->context = ZSTD_createCCtx ();
  if (writer->context == NULL)
    g_error ("no memory for a zstd context");
  size_t plane = (size_t)most_rows * (size_t)shape->width;
  writer->residuals = g_malloc (plane * (size_t)planes_count (shape));
  for (int i = PLANE_PAIRS; i < PLANE_N_PACKINGS; i++) {
    size_t rows_bytes = (size_t)most_rows * packed_row_bytes ((PlanePacking)i, shape->width);
    writer->packed[i].content = g_malloc (rows_bytes + plane);
  }
  /* Pairs have the most content. The flush between rows and escapes takes a block header. */
  writer->room = ZSTD_compressBound (2 * plane) + 1024;
  writer->best = g_malloc (writer->room);
  writer->next = g_malloc (writer->room);
  return writer;
}

void
band_writer_free (BandWriter *writer)
{
  if (writer == NULL)
    return;
  ZSTD_freeCCtx (writer->context);
  g_free (writer->residuals);
  for (int i = PLANE_PAIRS; i < PLANE_N_PACKINGS; i++)
    g_free (writer->packed[i].content);
  g_free (writer->best);
  g_free (writer->next);
  g_free (writer);
}

static void
pack_plane (Packed *packed, const uint8_t *residuals, int n_rows, int width)
{
  int n_bits = packed->packing == PLANE_PAIRS ? 4 : 2, n_a_byte = 8 / n_bits;
  unsigned least = 1U << (n_bits - 1), mask = 2 * least - 1;
  size_t row_bytes = packed_row_bytes (packed->packing, width);
  packed->rows_bytes = (size_t)n_rows * row_bytes;
  uint8_t *to = packed->content, *escapes = to + packed->rows_bytes, *next_escape = escapes;
  for (int y = 0; y < n_rows; y++)
    for (int x = 0; x < width; to++) {
      unsigned byte = 0;
      for (int i = 0; i < n_a_byte && x < width; i++, x++) {
        uint8_t residual = *residuals++;
        bool fits = (uint8_t)(residual + least - 1) < mask;
        byte |= (fits ? residual & mask : least) << (i * n_bits);
        *next_escape = residual;
        next_escape += !fits;
      }
      *to = (uint8_t)byte;
    }
  packed->n_escapes = (size_t)(next_escape - escapes);
}

/* Rows and escapes differ in what they hold, so a block ends between them. */
static size_t
compress (BandWriter *writer, const Packed *packed, bool few_matches, uint8_t *to)
{
  ZSTD_CCtx *context = writer->context;
  ZSTD_CCtx_reset (context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter (context, ZSTD_c_compressionLevel, LEVEL);
  if (few_matches) {
    ZSTD_CCtx_setParameter (context, ZSTD_c_hashLog, FEW_MATCHES_HASH_LOG);
    ZSTD_CCtx_setParameter (context, ZSTD_c_minMatch, FEW_MATCHES_LEAST);
  }
  size_t length = packed->rows_bytes + packed->n_escapes;
  ZSTD_CCtx_setPledgedSrcSize (context, length);
  ZSTD_inBuffer in = { packed->content, packed->rows_bytes, 0 };
  ZSTD_outBuffer out = { to, writer->room, 0 };
  size_t left = 0;
  if (packed->n_escapes > 0)
    left = ZSTD_compressStream2 (context, &out, &in, ZSTD_e_flush);
  in.size = length;
  if (left == 0)
    left = ZSTD_compressStream2 (context, &out, &in, ZSTD_e_end);
  /* The room is for the worst. */
  if (left != 0)
    g_error ("zstd cannot compress in memory: %s", ZSTD_getErrorName (left));
  return out.pos;
}

/* The best frame so far is in writer->best afterwards. */
static size_t
try (BandWriter *writer, const Packed *packed, bool few_matches, size_t best_bytes)
{
  size_t length = compress (writer, packed, few_matches, writer->next);
  if (length >= best_bytes)
    return best_bytes;
  uint8_t *swap = writer->best;
  writer->best = writer->next;
  writer->next = swap;
  return length;
}

/* Appends the frame to `out` and fills its header in. */
static void
store_plane (BandWriter *writer, uint8_t *residuals, int n_rows, size_t header_at, GByteArray *out)
{
  int width = writer->shape.width;
  size_t best_bytes = SIZE_MAX;
  const Packed *best = NULL;
  writer->packed[PLANE_BYTES].content = residuals;
  writer->packed[PLANE_BYTES].rows_bytes = (size_t)n_rows * (size_t)width;
  for (int i = 0; i < PLANE_N_PACKINGS; i++) {
    Packed *packed = &writer->packed[i];
    packed->packing = (PlanePacking)i;
    if (i != PLANE_BYTES)
      pack_plane (packed, residuals, n_rows, width);
    size_t length = try (writer, packed, true, best_bytes);
    if (length < best_bytes)
      best = packed;
    best_bytes = length;
  }
  best_bytes = try (writer, best, false, best_bytes);
  g_byte_array_append (out, writer->best, (unsigned)best_bytes);
  uint8_t *header = out->data + header_at;
  header[0] = (uint8_t)best->packing;
  put_le32 (header + 1, (uint32_t)best->n_escapes);
  put_le32 (header + 5, (uint32_t)best_bytes);
}

void
band_writer_store (BandWriter *writer, const uint8_t *rows, int n_rows, GByteArray *out)
{
  const PixelShape *shape = &writer->shape;
  g_byte_array_set_size (out, (unsigned)headers_bytes (shape, n_rows));
  planes_split (shape, rows, n_rows, out->data, writer->residuals);
  size_t plane = (size_t)n_rows * (size_t)shape->width;
  for (int i = 0; i < planes_count (shape); i++)
    store_plane (writer, writer->residuals + (size_t)i * plane, n_rows,
                 predictors_bytes (shape, n_rows) + (size_t)i * PLANE_HEADER_BYTES, out);
}

/* ---- loading ---- */

/* A plane on its way to rows. */
typedef struct {
  uint8_t *content, *scratch;
  PlanePacking packing;
  const uint8_t *next_row, *next_escape, *end;
} PlaneInput;

struct BandReader {
  PixelShape shape;
  const PlaneKernels *kernels;
  ZSTD_DCtx *context;
  PlaneJoiner *joiner;
  PlaneInput inputs[PLANES_MOST_BYTES];
};

/* All samples may be escapes of pairs, which have the longest rows but for bytes, which have no
 * escapes. */
static size_t
most_content (const PixelShape *shape, int n_rows)
{
  return (size_t)n_rows * ((size_t)shape->width + packed_row_bytes (PLANE_PAIRS, shape->width));
}

BandReader *
band_reader_new (const PixelShape *shape, int most_rows, const PlaneKernels *kernels)
{
  BandReader *reader = g_new0 (BandReader, 1);
  reader->shape = *shape;
  reader->kernels = kernels;
  reader->context = ZSTD_createDCtx ();
  if (reader->context == NULL)
    g_error ("no memory for a zstd context");
  reader->joiner = plane_joiner_new (shape, kernels);
  for (int i = 0; i < planes_count (shape); i++) {
    reader->inputs[i].content = g_malloc0 (most_content (shape, most_rows) + PLANE_ESCAPES_SLACK);
    reader->inputs[i].scratch = g_malloc ((size_t)shape->width);
  }
  return reader;
}

void
band_reader_free (BandReader *reader)
{
  if (reader == NULL)
    return;
  ZSTD_freeDCtx (reader->context);
  plane_joiner_free (reader->joiner);
  for (int i = 0; i < planes_count (&reader->shape); i++) {
    g_free (reader->inputs[i].content);
    g_free (reader->inputs[i].scratch);
  }
  g_free (reader);
}

#define damaged(error, ...) pixels_set_error (error, PIXELS_ERROR_DAMAGED, __VA_ARGS__)

/* Takes a plane's frame off the front of `*stored`. */
static bool
load_plane (BandReader *reader, int index, const uint8_t *header, int n_rows,
            const uint8_t **stored, size_t *left, GError **error)
{
  PlaneInput *input = &reader->inputs[index];
  int width = reader->shape.width;
  size_t n_escapes = get_le32 (header + 1), length = get_le32 (header + 5);
  if (header[0] >= PLANE_N_PACKINGS)
    return damaged (error, "plane %d is packed in a way (%d) that there is not", index, header[0]);
  input->packing = header[0];
  size_t rows_bytes = (size_t)n_rows * packed_row_bytes (input->packing, width);
  if (n_escapes > (size_t)n_rows * (size_t)width ||
      (input->packing == PLANE_BYTES && n_escapes > 0))
    return damaged (error, "plane %d claims more escapes than it has samples", index);
  if (length > *left)
    return damaged (error, "plane %d claims more bytes than its band has", index);
  size_t got = ZSTD_decompressDCtx (reader->context, input->content, rows_bytes + n_escapes,
                                    *stored, length);
  if (ZSTD_isError (got))
    return damaged (error, "plane %d: %s", index, ZSTD_getErrorName (got));
  if (got != rows_bytes + n_escapes)
    return damaged (error, "plane %d holds %zu bytes instead of %zu", index, got,
                    rows_bytes + n_escapes);
  input->next_row = input->content;
  input->next_escape = input->content + rows_bytes;
  input->end = input->next_escape + n_escapes;
  *stored += length;
  *left -= length;
  return true;
}

/* The next row of residuals; NULL: there are too few escapes. */
static const uint8_t *
next_row (const BandReader *reader, PlaneInput *input)
{
  int width = reader->shape.width;
  const uint8_t *row = input->next_row;
  input->next_row += packed_row_bytes (input->packing, width);
  if (input->packing == PLANE_BYTES)
    return row;
  if (!reader->kernels->unpack (input->packing, row, &input->next_escape, input->end,
                                input->scratch, width))
    return NULL;
  return input->scratch;
}

static bool
join_rows (BandReader *reader, const uint8_t *predictors, int n_rows, void *out,
           size_t stride_bytes, GError **error)
{
  int n_planes = planes_count (&reader->shape);
  plane_joiner_restart (reader->joiner);
  for (int y = 0; y < n_rows; y++) {
    const uint8_t *residuals[PLANES_MOST_BYTES];
    for (int i = 0; i < n_planes; i++) {
      residuals[i] = next_row (reader, &reader->inputs[i]);
      if (residuals[i] == NULL)
        return damaged (error, "plane %d has too few escapes", i);
    }
    plane_joiner_row (reader->joiner, predictors + predictors_bytes (&reader->shape, y), residuals,
                      (uint8_t *)out + (size_t)y * stride_bytes);
  }
  for (int i = 0; i < n_planes; i++)
    if (reader->inputs[i].next_escape != reader->inputs[i].end)
      return damaged (error, "plane %d has too many escapes", i);
  return true;
}

bool
band_reader_load (BandReader *reader, const uint8_t *stored, size_t length, int n_rows, void *out,
                  size_t stride_bytes, GError **error)
{
  const PixelShape *shape = &reader->shape;
  size_t headers = headers_bytes (shape, n_rows);
  if (length < headers)
    return damaged (error, "%zu bytes cannot hold its headers", length);
  if (!planes_check_predictors (shape, stored, n_rows))
    return damaged (error, "a row is predicted in channels that there are not");
  const uint8_t *next = stored + headers;
  size_t left = length - headers;
  for (int i = 0; i < planes_count (shape); i++) {
    const uint8_t *header = stored + predictors_bytes (shape, n_rows) +
                            (ptrdiff_t)i * PLANE_HEADER_BYTES;
    if (!load_plane (reader, i, header, n_rows, &next, &left, error))
      return false;
  }
  if (left != 0)
    return damaged (error, "%zu bytes follow its last plane", left);
  return join_rows (reader, stored, n_rows, out, stride_bytes, error);
}
