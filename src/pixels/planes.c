/* Why these predictors and these planes, measured on a dozen photographs:
 *
 *     left, above, gradient, half   undone by sums, which vectors can do (plane-kernels.c)
 *     Paeth besides                 up to 3 % smaller, but twice the time to read
 *     half                          up to 2 % smaller than without, where there is grain
 *     the least sum of logarithms   up to 2 % smaller than the least sum of absolute values
 *     a predictor every 512 px      up to 3 % smaller than one a row; every 128 px 1 % more
 *     B-(R+G)/2                     1 to 5 % smaller than B-G; a drawing with few colours 4 % larger
 *
 * A row at a time goes from residuals to pixels, so that everything but zstd's output and the
 * pixels themselves stays in the first-level cache. */
#include "pixels/planes.h"

#include <limits.h>
#include <string.h>

int
planes_count (const PixelShape *shape)
{
  return (int)pixel_shape_pixel_bytes (shape);
}

int
planes_segments (const PixelShape *shape)
{
  return 1 + (shape->width - 1) / PLANES_SEGMENT;
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

/* About 16 times the bits that a residual takes: log2 (1 + its absolute value), with straight lines
 * between powers of two. */
static inline unsigned
cost_of (int residual)
{
  unsigned value = 1 + (unsigned)(residual < 0 ? -residual : residual);
  unsigned log = (unsigned)g_bit_nth_msf (value, -1);
  return 16 * log + ((value << 4 >> log) & 15);
}

/* Of bytes. */
typedef struct {
  uint8_t of[256];
} Costs;

static const Costs *
get_costs (void)
{
  static Costs costs;
  static gsize is_ready;
  if (g_once_init_enter (&is_ready)) {
    for (int i = 0; i < 256; i++)
      costs.of[i] = (uint8_t)cost_of ((int8_t)i);
    g_once_init_leave (&is_ready, 1);
  }
  return &costs;
}

/* What a predictor leaves of samples `from` to `end` - 1, into `residuals` from its start. */
#define PREDICT(name, Sample, Signed)                                                              \
  static void name (PlanePredictor predictor, const Sample *row, const Sample *above, int from,    \
                    int end, Sample *residuals)                                                    \
  {                                                                                                \
    for (int x = from; x < end; x++) {                                                             \
      Sample a = x > 0 ? row[x - 1] : 0, b = above[x], c = x > 0 ? above[x - 1] : 0;               \
      Sample guess = predictor == PLANE_LEFT       ? a                                             \
                     : predictor == PLANE_ABOVE    ? b                                             \
                     : predictor == PLANE_GRADIENT ? (Sample)(a + b - c)                           \
                                                   : (Sample)(a + ((Signed)(Sample)(b - c) >> 1)); \
      *residuals++ = (Sample)(row[x] - guess);                                                     \
    }                                                                                              \
  }
PREDICT (predict8, uint8_t, int8_t)
PREDICT (predict16, uint16_t, int16_t)
#undef PREDICT

/* Where the residuals of a band go. */
typedef struct {
  const PixelShape *shape;
  const Costs *costs;
  uint8_t *residuals;
  size_t plane_bytes;
} Split;

/* Tries all predictors on a segment of a row; puts the residuals of the cheapest in their plane. */
static PlanePredictor
split_segment8 (const Split *split, const RowPairs *pairs, int channel, int y, int from, int end)
{
  uint8_t tried[PLANE_N_PREDICTORS][PLANES_SEGMENT];
  PlanePredictor best = PLANE_LEFT;
  unsigned best_cost = UINT_MAX;
  for (int i = 0; i < PLANE_N_PREDICTORS; i++) {
    predict8 ((PlanePredictor)i, row_of (pairs, channel), row_above (pairs, channel), from, end,
              tried[i]);
    unsigned cost = 0;
    for (int x = 0; x < end - from; x++)
      cost += split->costs->of[tried[i][x]];
    if (cost < best_cost)
      best = (PlanePredictor)i;
    best_cost = MIN (cost, best_cost);
  }
  uint8_t *plane = split->residuals + (size_t)channel * split->plane_bytes;
  memcpy (plane + (size_t)y * (size_t)split->shape->width + from, tried[best],
          (size_t)(end - from));
  return best;
}

static PlanePredictor
split_segment16 (const Split *split, const RowPairs *pairs, int channel, int y, int from, int end)
{
  uint16_t tried[PLANE_N_PREDICTORS][PLANES_SEGMENT];
  PlanePredictor best = PLANE_LEFT;
  unsigned best_cost = UINT_MAX;
  for (int i = 0; i < PLANE_N_PREDICTORS; i++) {
    predict16 ((PlanePredictor)i, row_of (pairs, channel), row_above (pairs, channel), from, end,
               tried[i]);
    unsigned cost = 0;
    for (int x = 0; x < end - from; x++)
      cost += cost_of ((int16_t)tried[i][x]);
    if (cost < best_cost)
      best = (PlanePredictor)i;
    best_cost = MIN (cost, best_cost);
  }
  uint8_t *plane = split->residuals + (size_t)channel * 2 * split->plane_bytes;
  uint8_t *high = plane + (size_t)y * (size_t)split->shape->width + from;
  for (int x = 0; x < end - from; x++) {
    high[x] = (uint8_t)(tried[best][x] >> 8);
    (high + split->plane_bytes)[x] = (uint8_t)tried[best][x];
  }
  return best;
}

static void
split_row (const Split *split, const RowPairs *pairs, int y, uint8_t *predictors)
{
  const PixelShape *shape = split->shape;
  for (int from = 0; from < shape->width; from += PLANES_SEGMENT) {
    int end = MIN (from + PLANES_SEGMENT, shape->width);
    unsigned chosen = 0;
    for (int i = 0; i < shape->n_channels; i++)
      chosen |= (unsigned)(shape->bit_depth == 8 ? split_segment8 (split, pairs, i, y, from, end)
                                                 : split_segment16 (split, pairs, i, y, from, end))
                << (2 * i);
    *predictors++ = (uint8_t)chosen;
  }
}

void
planes_split (const PixelShape *shape, const uint8_t *rows, int n_rows, uint8_t *predictors,
              uint8_t *residuals)
{
  RowPairs pairs;
  row_pairs_init (&pairs, shape);
  Split split = { shape, get_costs (), residuals, (size_t)n_rows * (size_t)shape->width };
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
    split_row (&split, &pairs, y, predictors + (ptrdiff_t)y * planes_segments (shape));
  }
  row_pairs_clear (&pairs);
}

/* ---- joining ---- */

bool
planes_check_predictors (const PixelShape *shape, const uint8_t *predictors, int n_rows)
{
  size_t n = (size_t)n_rows * (size_t)planes_segments (shape);
  for (size_t i = 0; i < n; i++)
    if (predictors[i] >> (2 * shape->n_channels) != 0)
      return false;
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

/* Segment by segment, to the pixels of a row. */
static void
undo_row (const PlaneJoiner *joiner, const uint8_t *predictors, int channel,
          const uint8_t *const residuals[PLANES_MOST_BYTES])
{
  const PlaneKernels *kernels = joiner->kernels;
  void *row = row_of (&joiner->pairs, channel), *above = row_above (&joiner->pairs, channel);
  int width = joiner->shape.width;
  for (int from = 0; from < width; from += PLANES_SEGMENT) {
    PlanePredictor predictor = *predictors++ >> (2 * channel) & 3;
    int end = MIN (from + PLANES_SEGMENT, width);
    if (joiner->shape.bit_depth == 8)
      kernels->undo8 (predictor, residuals[channel], above, row, from, end);
    else
      kernels->undo16 (predictor, residuals[2 * channel], residuals[2 * channel + 1], above, row,
                       from, end);
  }
}

void
plane_joiner_row (PlaneJoiner *joiner, const uint8_t *predictors,
                  const uint8_t *const residuals[PLANES_MOST_BYTES], void *out)
{
  RowPairs *pairs = &joiner->pairs;
  int width = joiner->shape.width, n_channels = joiner->shape.n_channels;
  uint8_t *row8[PLANES_MOST] = { NULL };
  uint16_t *row16[PLANES_MOST] = { NULL };
  for (int i = 0; i < n_channels; i++) {
    row8[i] = (uint8_t *)(row16[i] = row_of (pairs, i));
    undo_row (joiner, predictors, i, residuals);
  }
  if (joiner->shape.bit_depth == 8)
    joiner->kernels->weave8 (n_channels, row8, out, width);
  else
    joiner->kernels->weave16 (n_channels, row16, out, width);
  pairs->is_odd = !pairs->is_odd;
}
