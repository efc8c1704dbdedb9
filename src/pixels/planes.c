/* Why these predictors and these planes, measured on a dozen photographs:
 *
 *     left, above, gradient     undone by sums, which vectors can do (plane-kernels.c)
 *     Paeth besides             up to 3 % smaller, but twice the time to read
 *     B-(R+G)/2                 1 to 5 % smaller than B-G; a drawing with few colours 4 % larger
 *     a predictor every 256 px  1 to 4 % smaller than one a row; not done
 *
 * A row at a time goes from residuals to pixels, so that everything but zstd's output and the
 * pixels themselves stays in the first-level cache. */
#include "pixels/planes.h"

#include <string.h>

int
planes_count (const PixelShape *shape)
{
  return (int)pixel_shape_pixel_bytes (shape);
}

/* Two rows of samples for each channel: the one that is worked on, and the one above it. Each is as
 * wide as 16 bits need; 8-bit planes use half. */
typedef struct {
  uint16_t *memory;
  size_t width;
  int n_channels;
  bool is_odd;
} RowPairs;

static void
row_pairs_init (RowPairs *pairs, const PixelShape *shape)
{
  *pairs = (RowPairs){ .width = (size_t)shape->width, .n_channels = shape->n_channels };
  pairs->memory = g_new0 (uint16_t, 2 * pairs->width * (size_t)pairs->n_channels);
}

static void
row_pairs_clear (RowPairs *pairs)
{
  g_free (pairs->memory);
}

static void *
row_of (const RowPairs *pairs, int channel)
{
  return pairs->memory + ((size_t)channel * 2 + pairs->is_odd) * pairs->width;
}

static void *
row_above (const RowPairs *pairs, int channel)
{
  return pairs->memory + ((size_t)channel * 2 + !pairs->is_odd) * pairs->width;
}

/* ---- splitting ---- */

/* Pixels to planes: the twin of weave8 and weave16. */
static void
unweave8 (const PixelShape *shape, const uint8_t *in, uint8_t *const planes[PLANES_MOST])
{
  int n = shape->n_channels;
  for (int x = 0; x < shape->width; x++, in += n) {
    if (n <= 2) {
      planes[0][x] = in[0];
    } else {
      planes[0][x] = in[1];
      planes[1][x] = (uint8_t)(in[0] - in[1]);
      planes[2][x] = (uint8_t)(in[2] - ((in[0] + in[1]) >> 1));
    }
    if (n % 2 == 0)
      planes[n - 1][x] = in[n - 1];
  }
}

static inline uint16_t
big_endian_16 (const uint8_t *in)
{
  return (uint16_t)(in[0] << 8 | in[1]);
}

static void
unweave16 (const PixelShape *shape, const uint8_t *in, uint16_t *const planes[PLANES_MOST])
{
  int n = shape->n_channels;
  for (int x = 0; x < shape->width; x++, in += (ptrdiff_t)2 * n) {
    uint16_t first = big_endian_16 (n <= 2 ? in : in + 2);
    planes[0][x] = first;
    if (n > 2) {
      uint16_t red = big_endian_16 (in);
      planes[1][x] = (uint16_t)(red - first);
      planes[2][x] = (uint16_t)(big_endian_16 (in + 4) - ((red + first) >> 1));
    }
    if (n % 2 == 0)
      planes[n - 1][x] = big_endian_16 (in + (ptrdiff_t)2 * (n - 1));
  }
}

/* Sums for all three predictors in one pass: fewer loads, and the compiler makes vectors of it. */
#define CHEAPEST(name, Sample, Signed, magnitude)                                                  \
  static PlanePredictor name (const Sample *row, const Sample *above, int width)                   \
  {                                                                                                \
    uint64_t left = magnitude ((Signed)row[0]);                                                    \
    uint64_t up = magnitude ((Signed)(Sample)(row[0] - above[0])), gradient = up;                  \
    for (int start = 1; start < width; start += 1 << 15) {                                         \
      uint32_t l = 0, u = 0, g = 0; /* 2^15 times 2^15 at the most */                              \
      for (int x = start; x < MIN (width, start + (1 << 15)); x++) {                               \
        Sample by_left = (Sample)(row[x] - row[x - 1]);                                            \
        l += magnitude ((Signed)by_left);                                                          \
        u += magnitude ((Signed)(Sample)(row[x] - above[x]));                                      \
        g += magnitude ((Signed)(Sample)(by_left - (Sample)(above[x] - above[x - 1])));            \
      }                                                                                            \
      left += l;                                                                                   \
      up += u;                                                                                     \
      gradient += g;                                                                               \
    }                                                                                              \
    if (gradient <= left && gradient <= up)                                                        \
      return PLANE_GRADIENT;                                                                       \
    return left <= up ? PLANE_LEFT : PLANE_ABOVE;                                                  \
  }
#define MAGNITUDE(v) ((uint32_t)((v) < 0 ? -(int32_t)(v) : (int32_t)(v)))
CHEAPEST (cheapest8, uint8_t, int8_t, MAGNITUDE)
CHEAPEST (cheapest16, uint16_t, int16_t, MAGNITUDE)
#undef MAGNITUDE
#undef CHEAPEST

#define PREDICT(name, Sample)                                                                      \
  static void name (PlanePredictor predictor, const Sample *row, const Sample *above,              \
                    Sample *residuals, int width)                                                  \
  {                                                                                                \
    residuals[0] = (Sample)(row[0] - (predictor == PLANE_LEFT ? 0 : above[0]));                    \
    if (predictor == PLANE_LEFT)                                                                   \
      for (int x = 1; x < width; x++)                                                              \
        residuals[x] = (Sample)(row[x] - row[x - 1]);                                              \
    else if (predictor == PLANE_ABOVE)                                                             \
      for (int x = 1; x < width; x++)                                                              \
        residuals[x] = (Sample)(row[x] - above[x]);                                                \
    else                                                                                           \
      for (int x = 1; x < width; x++)                                                              \
        residuals[x] = (Sample)(row[x] - row[x - 1] - above[x] + above[x - 1]);                    \
  }
PREDICT (predict8, uint8_t)
PREDICT (predict16, uint16_t)
#undef PREDICT

/* Where the residuals of a band go. */
typedef struct {
  const PixelShape *shape;
  uint8_t *residuals;
  size_t plane_bytes;
  uint16_t *scratch; /* a row */
} Split;

static PlanePredictor
split_row8 (const Split *split, const RowPairs *pairs, int channel, int y)
{
  int width = split->shape->width;
  const uint8_t *row = row_of (pairs, channel), *above = row_above (pairs, channel);
  PlanePredictor predictor = cheapest8 (row, above, width);
  uint8_t *plane = split->residuals + (size_t)channel * split->plane_bytes;
  predict8 (predictor, row, above, plane + (size_t)y * (size_t)width, width);
  return predictor;
}

static PlanePredictor
split_row16 (const Split *split, const RowPairs *pairs, int channel, int y)
{
  int width = split->shape->width;
  const uint16_t *row = row_of (pairs, channel), *above = row_above (pairs, channel);
  PlanePredictor predictor = cheapest16 (row, above, width);
  predict16 (predictor, row, above, split->scratch, width);
  uint8_t *plane = split->residuals + (size_t)channel * 2 * split->plane_bytes;
  uint8_t *high = plane + (size_t)y * (size_t)width, *low = high + split->plane_bytes;
  for (int x = 0; x < width; x++) {
    high[x] = (uint8_t)(split->scratch[x] >> 8);
    low[x] = (uint8_t)split->scratch[x];
  }
  return predictor;
}

void
planes_split (const PixelShape *shape, const uint8_t *rows, int n_rows, uint8_t *predictors,
              uint8_t *residuals)
{
  RowPairs pairs;
  row_pairs_init (&pairs, shape);
  g_autofree uint16_t *scratch = g_new (uint16_t, (size_t)shape->width);
  Split split = { shape, residuals, (size_t)n_rows * (size_t)shape->width, scratch };
  for (int y = 0; y < n_rows; y++, pairs.is_odd = !pairs.is_odd) {
    const uint8_t *in = rows + (size_t)y * pixel_shape_row_bytes (shape);
    uint8_t *row8[PLANES_MOST] = { NULL };
    uint16_t *row16[PLANES_MOST] = { NULL };
    for (int i = 0; i < shape->n_channels; i++)
      row8[i] = (uint8_t *)(row16[i] = row_of (&pairs, i));
    if (shape->bit_depth == 8)
      unweave8 (shape, in, row8);
    else
      unweave16 (shape, in, row16);
    unsigned chosen = 0;
    for (int i = 0; i < shape->n_channels; i++)
      chosen |= (unsigned)(shape->bit_depth == 8 ? split_row8 (&split, &pairs, i, y)
                                                 : split_row16 (&split, &pairs, i, y))
                << (2 * i);
    predictors[y] = (uint8_t)chosen;
  }
  row_pairs_clear (&pairs);
}

/* ---- joining ---- */

bool
planes_check_predictors (const PixelShape *shape, const uint8_t *predictors, int n_rows)
{
  for (int y = 0; y < n_rows; y++) {
    unsigned left = predictors[y];
    for (int i = 0; i < shape->n_channels && left % 4 < PLANE_N_PREDICTORS; i++)
      left /= 4;
    if (left != 0)
      return false;
  }
  return true;
}

struct PlaneJoiner {
  PixelShape shape;
  const PlaneKernels *kernels;
  RowPairs pairs;
};

PlaneJoiner *
plane_joiner_new (const PixelShape *shape, const PlaneKernels *kernels)
{
  PlaneJoiner *joiner = g_new (PlaneJoiner, 1);
  *joiner = (PlaneJoiner){ .shape = *shape, .kernels = kernels };
  row_pairs_init (&joiner->pairs, shape);
  return joiner;
}

void
plane_joiner_free (PlaneJoiner *joiner)
{
  if (joiner == NULL)
    return;
  row_pairs_clear (&joiner->pairs);
  g_free (joiner);
}

void
plane_joiner_restart (PlaneJoiner *joiner)
{
  size_t width = (size_t)joiner->shape.width;
  for (int i = 0; i < joiner->shape.n_channels; i++)
    memset (row_above (&joiner->pairs, i), 0, width * sizeof (uint16_t));
}

void
plane_joiner_row (PlaneJoiner *joiner, uint8_t predictors,
                  const uint8_t *const residuals[PLANES_MOST_BYTES], void *out)
{
  const PlaneKernels *kernels = joiner->kernels;
  RowPairs *pairs = &joiner->pairs;
  int width = joiner->shape.width, n_channels = joiner->shape.n_channels;
  uint8_t *row8[PLANES_MOST] = { NULL };
  uint16_t *row16[PLANES_MOST] = { NULL };
  for (int i = 0; i < n_channels; i++) {
    PlanePredictor predictor = predictors >> (2 * i) & 3;
    row8[i] = (uint8_t *)(row16[i] = row_of (pairs, i));
    if (joiner->shape.bit_depth == 8)
      kernels->undo8 (predictor, residuals[i], row_above (pairs, i), row8[i], width);
    else
      kernels->undo16 (predictor, residuals[2 * i], residuals[2 * i + 1], row_above (pairs, i),
                       row16[i], width);
  }
  if (joiner->shape.bit_depth == 8)
    kernels->weave8 (n_channels, row8, out, width);
  else
    kernels->weave16 (n_channels, row16, out, width);
  pairs->is_odd = !pairs->is_odd;
}
