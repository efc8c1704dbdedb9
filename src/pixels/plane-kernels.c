/* Sums along a row are what is slow in undoing a prediction: each sample needs the one before it.
 * All predictors are chosen so that this is a prefix sum, which vectors do in log2 (lanes) steps,
 * and only the carry of a vector waits for the one before:
 *
 *     left       row[x] = row[x-1] + residual[x]
 *     half       row[x] = row[x-1] + residual[x] + (above[x] - above[x-1]) / 2
 *     gradient   row[x] - above[x] = row[x-1] - above[x-1] + residual[x]
 *
 * Vectors of 32 bytes gain nothing: sums do not cross their halves in one step. */
#include "pixels/plane-kernels.h"

#include <stddef.h>
#include <string.h>
#include <glib.h>

/* ---- plain C ---- */

/* From sample `x` on, which begins a byte. */
static bool
unpack_from (int x, PlanePacking packing, const uint8_t *packed, const uint8_t **escapes,
             const uint8_t *end, uint8_t *residuals, int width)
{
  int n_bits = packing == PLANE_PAIRS ? 4 : 2, n_a_byte = 8 / n_bits;
  unsigned least = 1U << (n_bits - 1), mask = 2 * least - 1;
  for (; x < width; x++) {
    unsigned value = packed[x / n_a_byte] >> (x % n_a_byte * n_bits) & mask;
    if (value != least)
      residuals[x] = (uint8_t)((value ^ least) - least);
    else if (*escapes < end)
      residuals[x] = *(*escapes)++;
    else
      return false;
  }
  return true;
}

/* Twins for bytes and for 16 bits, whose RESIDUAL is put together from two. */
#define UNDO(Sample, Signed, RESIDUAL)                                                             \
  if (predictor == PLANE_ABOVE) {                                                                  \
    for (int x = from; x < end; x++)                                                               \
      row[x] = (Sample)(above[x] + RESIDUAL (x));                                                  \
    return;                                                                                        \
  }                                                                                                \
  Sample mask = (Sample)(predictor == PLANE_GRADIENT ? -1 : 0);                                    \
  Sample left_above = (Sample)(from > 0 ? above[from - 1] : 0);                                    \
  Sample sum = (Sample)(from > 0 ? row[from - 1] - (left_above & mask) : 0);                       \
  for (int x = from; x < end; x++) {                                                               \
    sum = (Sample)(sum + RESIDUAL (x));                                                            \
    if (predictor == PLANE_HALF)                                                                   \
      sum = (Sample)(sum + ((Signed)(Sample)(above[x] - left_above) >> 1));                        \
    left_above = above[x];                                                                         \
    row[x] = (Sample)(sum + (above[x] & mask));                                                    \
  }

static void
undo8_scalar (PlanePredictor predictor, const uint8_t *residuals, const uint8_t *above,
              uint8_t *row, int from, int end)
{
#define BYTE_AT(x) residuals[x]
  UNDO (uint8_t, int8_t, BYTE_AT)
#undef BYTE_AT
}

static void
undo16_scalar (PlanePredictor predictor, const uint8_t *high, const uint8_t *low,
               const uint16_t *above, uint16_t *row, int from, int end){
#define SHORT_AT(x) (high[x] << 8 | low[x])
  UNDO (uint16_t, int16_t, SHORT_AT)
#undef SHORT_AT
}
#undef UNDO

#define WEAVE_FROM(name, Sample)                                                                   \
  static void name (int x, int n_channels, Sample *const planes[PLANES_MOST], Sample *out,         \
                    int width)                                                                     \
  {                                                                                                \
    for (out += (ptrdiff_t)x * n_channels; x < width; x++, out += n_channels) {                    \
      Sample first = planes[0][x];                                                                 \
      if (n_channels <= 2) {                                                                       \
        out[0] = first;                                                                            \
      } else {                                                                                     \
        Sample red = (Sample)(planes[1][x] + first);                                               \
        out[0] = red;                                                                              \
        out[1] = first;                                                                            \
        out[2] = (Sample)(planes[2][x] + ((red + first) >> 1));                                    \
      }                                                                                            \
      if (n_channels % 2 == 0)                                                                     \
        out[n_channels - 1] = planes[n_channels - 1][x];                                           \
    }                                                                                              \
  }
WEAVE_FROM (weave8_from, uint8_t) WEAVE_FROM (weave16_from, uint16_t)
#undef WEAVE_FROM

  static bool unpack_scalar (PlanePacking packing, const uint8_t *packed, const uint8_t **escapes,
                             const uint8_t *end, uint8_t *residuals, int width)
{
  return unpack_from (0, packing, packed, escapes, end, residuals, width);
}

static void
weave8_scalar (int n_channels, uint8_t *const planes[PLANES_MOST], uint8_t *out, int width)
{
  weave8_from (0, n_channels, planes, out, width);
}

static void
weave16_scalar (int n_channels, uint16_t *const planes[PLANES_MOST], uint16_t *out, int width)
{
  weave16_from (0, n_channels, planes, out, width);
}

const PlaneKernels *
plane_kernels_scalar (void)
{
  static const PlaneKernels KERNELS = { unpack_scalar, undo8_scalar, undo16_scalar, weave8_scalar,
                                        weave16_scalar };
  return &KERNELS;
}

/* ---- vectors ---- */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && (defined __x86_64__ || defined __aarch64__)

#ifdef __x86_64__
/* The shuffle that all this needs is not in the baseline of x86-64, but in all since 2008. */
#define VECTORS __attribute__ ((target ("ssse3,popcnt")))
#else
#define VECTORS
#endif
#define INLINED static inline __attribute__ ((always_inline))

typedef uint8_t Bytes __attribute__ ((vector_size (16)));
typedef uint16_t Shorts __attribute__ ((vector_size (16)));
typedef int8_t SignedBytes __attribute__ ((vector_size (16)));
typedef int16_t SignedShorts __attribute__ ((vector_size (16)));
enum { N_BYTES = 16, N_SHORTS = 8 };

#define LOAD(Vector, from)                                                                         \
  ({                                                                                               \
    Vector loaded_;                                                                                \
    memcpy (&loaded_, (from), sizeof loaded_);                                                     \
    loaded_;                                                                                       \
  })
#define STORE(to, vector)                                                                          \
  do {                                                                                             \
    __typeof__ (vector) stored_ = (vector);                                                        \
    memcpy ((to), &stored_, sizeof stored_);                                                       \
  } while (false)

/* Zeros move in at the first lane; a later lane is a higher index. */
#define ZEROS_BEFORE_8(v, n)                                                                       \
  __builtin_shufflevector ((Bytes){ 0 }, v, 16 - n, 17 - n, 18 - n, 19 - n, 20 - n, 21 - n,        \
                           22 - n, 23 - n, 24 - n, 25 - n, 26 - n, 27 - n, 28 - n, 29 - n, 30 - n, \
                           31 - n)
#define ZEROS_BEFORE_16(v, n)                                                                      \
  __builtin_shufflevector ((Shorts){ 0 }, v, 8 - n, 9 - n, 10 - n, 11 - n, 12 - n, 13 - n, 14 - n, \
                           15 - n)

VECTORS static inline Bytes
sums8 (Bytes v)
{
  v += ZEROS_BEFORE_8 (v, 1);
  v += ZEROS_BEFORE_8 (v, 2);
  v += ZEROS_BEFORE_8 (v, 4);
  v += ZEROS_BEFORE_8 (v, 8);
  return v;
}

VECTORS static inline Shorts
sums16 (Shorts v)
{
  v += ZEROS_BEFORE_16 (v, 1);
  v += ZEROS_BEFORE_16 (v, 2);
  v += ZEROS_BEFORE_16 (v, 4);
  return v;
}

VECTORS static inline Bytes
last8 (Bytes v)
{
  return __builtin_shufflevector (v, v, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
                                  15);
}

VECTORS static inline Shorts
last16 (Shorts v)
{
  return __builtin_shufflevector (v, v, 7, 7, 7, 7, 7, 7, 7, 7);
}

#define PAIRS_LOW_8(a, b)                                                                          \
  __builtin_shufflevector (a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define PAIRS_HIGH_8(a, b)                                                                         \
  __builtin_shufflevector (a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define PAIRS_LOW_16(a, b) __builtin_shufflevector (a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define PAIRS_HIGH_16(a, b) __builtin_shufflevector (a, b, 4, 12, 5, 13, 6, 14, 7, 15)

#ifdef __x86_64__

typedef char Characters __attribute__ ((vector_size (16)));
typedef uint64_t Longs __attribute__ ((vector_size (16)));

/* For each set of eight lanes: which of the next bytes goes to which lane; 0x80: none. */
static uint8_t placements[256][8];

static void
fill_placements (void)
{
  for (int set = 0; set < 256; set++)
    for (int lane = 0, n = 0; lane < 8; lane++)
      placements[set][lane] = (set >> lane & 1) != 0 ? (uint8_t)n++ : 0x80;
}

/* Bytes from `*escapes` on in place of the lanes that are `escape`. Without a branch: where there
 * are any, nobody can guess. */
VECTORS static inline Bytes
place_escapes (Bytes v, uint8_t escape, const uint8_t **escapes)
{
  Bytes is_escape = (Bytes)(v == escape);
  unsigned set = (unsigned)__builtin_ia32_pmovmskb128 ((Characters)is_escape);
  unsigned n_first = (unsigned)__builtin_popcount (set & 0xff);
  uint64_t first, second;
  memcpy (&first, placements[set & 0xff], 8);
  memcpy (&second, placements[set >> 8], 8);
  Longs places = { first, second + n_first * UINT64_C (0x0101010101010101) };
  Bytes placed = (Bytes)__builtin_ia32_pshufb128 ((Characters)LOAD (Bytes, *escapes),
                                                  (Characters)places);
  *escapes += n_first + (unsigned)__builtin_popcount (set >> 8);
  return (v & ~is_escape) | placed;
}

#else

static void
fill_placements (void)
{
}

static inline Bytes
place_escapes (Bytes v, uint8_t escape, const uint8_t **escapes)
{
  uint64_t halves[2];
  STORE (halves, (Bytes)(v == escape));
  for (int i = 0; (halves[0] | halves[1]) != 0 && i < N_BYTES; i++)
    if (v[i] == escape)
      v[i] = *(*escapes)++;
  return v;
}

#endif

/* Gives 16 residuals their sign and puts escapes in their places. */
VECTORS static inline void
store_signed (uint8_t *out, Bytes v, uint8_t least, const uint8_t **escapes)
{
  STORE (out, place_escapes ((v ^ least) - least, (uint8_t)-least, escapes));
}

VECTORS static inline void
unpack_pairs (const uint8_t *packed, const uint8_t **escapes, uint8_t *out)
{
  Bytes v = LOAD (Bytes, packed), low = v & 15, high = v >> 4;
  store_signed (out, PAIRS_LOW_8 (low, high), 8, escapes);
  store_signed (out + 16, PAIRS_HIGH_8 (low, high), 8, escapes);
}

VECTORS static inline void
unpack_quads (const uint8_t *packed, const uint8_t **escapes, uint8_t *out)
{
  Bytes v = LOAD (Bytes, packed), a = v & 3, b = v >> 2 & 3, c = v >> 4 & 3, d = v >> 6;
  Shorts ab = (Shorts)PAIRS_LOW_8 (a, b), cd = (Shorts)PAIRS_LOW_8 (c, d);
  store_signed (out, (Bytes)PAIRS_LOW_16 (ab, cd), 2, escapes);
  store_signed (out + 16, (Bytes)PAIRS_HIGH_16 (ab, cd), 2, escapes);
  ab = (Shorts)PAIRS_HIGH_8 (a, b);
  cd = (Shorts)PAIRS_HIGH_8 (c, d);
  store_signed (out + 32, (Bytes)PAIRS_LOW_16 (ab, cd), 2, escapes);
  store_signed (out + 48, (Bytes)PAIRS_HIGH_16 (ab, cd), 2, escapes);
}

VECTORS static bool
unpack_vector (PlanePacking packing, const uint8_t *packed, const uint8_t **escapes,
               const uint8_t *end, uint8_t *residuals, int width)
{
  /* A turn may run past the end, which is found out before the next. */
  G_STATIC_ASSERT (PLANE_ESCAPES_SLACK >= 4 * N_BYTES + N_BYTES);
  int x = 0;
  const uint8_t *next = *escapes;
  if (packing == PLANE_PAIRS)
    for (; next <= end && x <= width - 2 * N_BYTES; x += 2 * N_BYTES)
      unpack_pairs (packed + x / 2, &next, residuals + x);
  else
    for (; next <= end && x <= width - 4 * N_BYTES; x += 4 * N_BYTES)
      unpack_quads (packed + x / 4, &next, residuals + x);
  *escapes = next;
  return next <= end && unpack_from (x, packing, packed, escapes, end, residuals, width);
}

/* The lanes of `v` one further on, after the last one of `before`. */
#define MOVED_8(before, v)                                                                         \
  __builtin_shufflevector (before, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,  \
                           30)
#define MOVED_16(before, v) __builtin_shufflevector (before, v, 7, 8, 9, 10, 11, 12, 13, 14)

/* The vectors of a segment; how far they came. `predictor` is a constant where this is called, which
 * makes a loop of its own for each. */
VECTORS INLINED int
undo8_by_sums (PlanePredictor predictor, const uint8_t *residuals, const uint8_t *above,
               uint8_t *row, int from, int end)
{
  Bytes before = (Bytes){ 0 } + (uint8_t)(from > 0 ? above[from - 1] : 0);
  Bytes carry = (Bytes){ 0 } + (uint8_t)(from > 0 ? row[from - 1] : 0);
  if (predictor == PLANE_GRADIENT)
    carry -= before;
  int x = from;
  for (; x <= end - N_BYTES; x += N_BYTES) {
    Bytes v = LOAD (Bytes, residuals + x), b = LOAD (Bytes, above + x);
    if (predictor == PLANE_HALF)
      v += (Bytes)((SignedBytes)(b - MOVED_8 (before, b)) >> 1);
    Bytes sums = sums8 (v);
    STORE (row + x, predictor == PLANE_GRADIENT ? sums + carry + b : sums + carry);
    carry += last8 (sums);
    before = b;
  }
  return x;
}

VECTORS static void
undo8_vector (PlanePredictor predictor, const uint8_t *residuals, const uint8_t *above,
              uint8_t *row, int from, int end)
{
  int x = from;
  if (predictor == PLANE_ABOVE)
    for (; x <= end - N_BYTES; x += N_BYTES)
      STORE (row + x, LOAD (Bytes, above + x) + LOAD (Bytes, residuals + x));
  else if (predictor == PLANE_LEFT)
    x = undo8_by_sums (PLANE_LEFT, residuals, above, row, from, end);
  else if (predictor == PLANE_GRADIENT)
    x = undo8_by_sums (PLANE_GRADIENT, residuals, above, row, from, end);
  else
    x = undo8_by_sums (PLANE_HALF, residuals, above, row, from, end);
  if (x < end)
    undo8_scalar (predictor, residuals, above, row, x, end);
}

/* Eight residuals of 16 bits. */
VECTORS static inline Shorts
join_bytes (const uint8_t *high, const uint8_t *low)
{
  Bytes highs = { 0 }, lows = { 0 };
  memcpy (&highs, high, N_SHORTS);
  memcpy (&lows, low, N_SHORTS);
  return (Shorts)__builtin_shufflevector (lows, highs, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                          22, 7, 23);
}

VECTORS INLINED int
undo16_by_sums (PlanePredictor predictor, const uint8_t *high, const uint8_t *low,
                const uint16_t *above, uint16_t *row, int from, int end)
{
  Shorts before = (Shorts){ 0 } + (uint16_t)(from > 0 ? above[from - 1] : 0);
  Shorts carry = (Shorts){ 0 } + (uint16_t)(from > 0 ? row[from - 1] : 0);
  if (predictor == PLANE_GRADIENT)
    carry -= before;
  int x = from;
  for (; x <= end - N_SHORTS; x += N_SHORTS) {
    Shorts v = join_bytes (high + x, low + x), b = LOAD (Shorts, above + x);
    if (predictor == PLANE_HALF)
      v += (Shorts)((SignedShorts)(b - MOVED_16 (before, b)) >> 1);
    Shorts sums = sums16 (v);
    STORE (row + x, predictor == PLANE_GRADIENT ? sums + carry + b : sums + carry);
    carry += last16 (sums);
    before = b;
  }
  return x;
}

VECTORS static void
undo16_vector (PlanePredictor predictor, const uint8_t *high, const uint8_t *low,
               const uint16_t *above, uint16_t *row, int from, int end)
{
  int x = from;
  if (predictor == PLANE_ABOVE)
    for (; x <= end - N_SHORTS; x += N_SHORTS)
      STORE (row + x, LOAD (Shorts, above + x) + join_bytes (high + x, low + x));
  else if (predictor == PLANE_LEFT)
    x = undo16_by_sums (PLANE_LEFT, high, low, above, row, from, end);
  else if (predictor == PLANE_GRADIENT)
    x = undo16_by_sums (PLANE_GRADIENT, high, low, above, row, from, end);
  else
    x = undo16_by_sums (PLANE_HALF, high, low, above, row, from, end);
  if (x < end)
    undo16_scalar (predictor, high, low, above, row, x, end);
}

/* RGBRGB… of three planes: each third of it is made of two, then the last is put in between. */
VECTORS static inline void
store_rgb8 (uint8_t *out, Bytes r, Bytes g, Bytes b)
{
  Bytes o;
  o = __builtin_shufflevector (r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  o = __builtin_shufflevector (o, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
  STORE (out, o);
  o = __builtin_shufflevector (r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  o = __builtin_shufflevector (o, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
  STORE (out + 16, o);
  o = __builtin_shufflevector (r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  o = __builtin_shufflevector (o, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
  STORE (out + 32, o);
}

VECTORS static inline void
store_rgb16 (uint16_t *out, Shorts r, Shorts g, Shorts b)
{
  Shorts o;
  o = __builtin_shufflevector (r, g, 0, 8, 0, 1, 9, 0, 2, 10);
  o = __builtin_shufflevector (o, b, 0, 1, 8, 3, 4, 9, 6, 7);
  STORE (out, o);
  o = __builtin_shufflevector (r, g, 0, 3, 11, 0, 4, 12, 0, 5);
  o = __builtin_shufflevector (o, b, 10, 1, 2, 11, 4, 5, 12, 7);
  STORE (out + 8, o);
  o = __builtin_shufflevector (r, g, 13, 0, 6, 14, 0, 7, 15, 0);
  o = __builtin_shufflevector (o, b, 0, 13, 2, 3, 14, 5, 6, 15);
  STORE (out + 16, o);
}

/* Four channels: pairs of planes, then pairs of pairs, which are lanes of twice the size. */
VECTORS static inline void
store_rgba8 (uint8_t *out, Bytes r, Bytes g, Bytes b, Bytes a)
{
  Shorts rg_low = (Shorts)PAIRS_LOW_8 (r, g), rg_high = (Shorts)PAIRS_HIGH_8 (r, g);
  Shorts ba_low = (Shorts)PAIRS_LOW_8 (b, a), ba_high = (Shorts)PAIRS_HIGH_8 (b, a);
  STORE (out, PAIRS_LOW_16 (rg_low, ba_low));
  STORE (out + 16, PAIRS_HIGH_16 (rg_low, ba_low));
  STORE (out + 32, PAIRS_LOW_16 (rg_high, ba_high));
  STORE (out + 48, PAIRS_HIGH_16 (rg_high, ba_high));
}

VECTORS static inline void
store_rgba16 (uint16_t *out, Shorts r, Shorts g, Shorts b, Shorts a)
{
  Shorts rg = PAIRS_LOW_16 (r, g), ba = PAIRS_LOW_16 (b, a);
  STORE (out, __builtin_shufflevector (rg, ba, 0, 1, 8, 9, 2, 3, 10, 11));
  STORE (out + 8, __builtin_shufflevector (rg, ba, 4, 5, 12, 13, 6, 7, 14, 15));
  rg = PAIRS_HIGH_16 (r, g);
  ba = PAIRS_HIGH_16 (b, a);
  STORE (out + 16, __builtin_shufflevector (rg, ba, 0, 1, 8, 9, 2, 3, 10, 11));
  STORE (out + 24, __builtin_shufflevector (rg, ba, 4, 5, 12, 13, 6, 7, 14, 15));
}

#define WEAVE(BITS, Sample, Vector, N_LANES)                                                       \
  VECTORS static void weave##BITS##_vector (int n_channels, Sample *const planes[PLANES_MOST],     \
                                            Sample *out, int width)                                \
  {                                                                                                \
    int x = 0;                                                                                     \
    if (n_channels == 1) {                                                                         \
      memcpy (out, planes[0], (size_t)width * sizeof *out);                                        \
      return;                                                                                      \
    }                                                                                              \
    for (; x <= width - N_LANES; x += N_LANES) {                                                   \
      Sample *to = out + (ptrdiff_t)x * n_channels;                                                \
      Vector first = LOAD (Vector, planes[0] + x), second = LOAD (Vector, planes[1] + x);          \
      if (n_channels == 2) {                                                                       \
        STORE (to, PAIRS_LOW_##BITS (first, second));                                              \
        STORE (to + N_LANES, PAIRS_HIGH_##BITS (first, second));                                   \
        continue;                                                                                  \
      }                                                                                            \
      Vector red = second + first;                                                                 \
      /* Half of red + green, without the bit that would not fit. */                               \
      Vector blue = LOAD (Vector, planes[2] + x) + (red & first) + ((red ^ first) >> 1);           \
      if (n_channels == 3)                                                                         \
        store_rgb##BITS (to, red, first, blue);                                                    \
      else                                                                                         \
        store_rgba##BITS (to, red, first, blue, LOAD (Vector, planes[3] + x));                     \
    }                                                                                              \
    weave##BITS##_from (x, n_channels, planes, out, width);                                        \
  }
WEAVE (8, uint8_t, Bytes, N_BYTES)
WEAVE (16, uint16_t, Shorts, N_SHORTS)
#undef WEAVE

const PlaneKernels *
plane_kernels_best (void)
{
  static const PlaneKernels KERNELS = { unpack_vector, undo8_vector, undo16_vector, weave8_vector,
                                        weave16_vector };
#ifdef __x86_64__
  if (!__builtin_cpu_supports ("ssse3") || !__builtin_cpu_supports ("popcnt"))
    return plane_kernels_scalar ();
#endif
  static gsize is_ready;
  if (g_once_init_enter (&is_ready)) {
    fill_placements ();
    g_once_init_leave (&is_ready, 1);
  }
  return &KERNELS;
}

#else

const PlaneKernels *
plane_kernels_best (void)
{
  return plane_kernels_scalar ();
}

#endif
