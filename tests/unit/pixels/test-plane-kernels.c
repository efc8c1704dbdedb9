/* The vector loops against the plain ones. */
#include "pixels/plane-kernels.h"

#include <string.h>
#include <glib.h>

enum { MOST = 4200 };

/* All short widths, and some at which every loop turns often. */
static int
next_width (int width)
{
  return width < 150 ? width + 1 : width < 1000 ? 1021 : width < 4000 ? 4093 : width + 1;
}
#define EACH_WIDTH(width)                                                                          \
  int width = 1;                                                                                   \
  width <= 4097;                                                                                   \
  width = next_width (width)

static void
fill (void *bytes, size_t length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  for (size_t i = 0; i < length; i++)
    ((uint8_t *)bytes)[i] = (uint8_t)g_rand_int (random);
}

static void
this_processor_has_vectors (void)
{
#if defined __x86_64__
  bool has_them = __builtin_cpu_supports ("ssse3") && __builtin_cpu_supports ("popcnt");
  g_assert_cmpint (plane_kernels_best () != plane_kernels_scalar (), ==, has_them);
#else
  g_assert_nonnull (plane_kernels_best ());
#endif
}

static void
residuals_are_undone_alike (void)
{
  static uint8_t residuals[2 * MOST], above[2 * MOST];
  fill (residuals, sizeof residuals);
  fill (above, sizeof above);
  for (int predictor = 0; predictor < PLANE_N_PREDICTORS; predictor++)
    for (EACH_WIDTH (width))
      for (int from = 0; from < width; from = from * 3 + 1) {
        uint8_t a[MOST] = { 7, 8, 9 }, b[MOST] = { 7, 8, 9 };
        plane_kernels_scalar ()->undo8 (predictor, residuals, above, a, from, width);
        plane_kernels_best ()->undo8 (predictor, residuals, above, b, from, width);
        g_assert_cmpmem (a, MOST, b, MOST);
        uint16_t c[MOST] = { 700, 800, 900 }, d[MOST] = { 700, 800, 900 };
        const uint8_t *low = residuals + MOST;
        const uint16_t *wide = (const uint16_t *)above;
        plane_kernels_scalar ()->undo16 (predictor, residuals, low, wide, c, from, width);
        plane_kernels_best ()->undo16 (predictor, residuals, low, wide, d, from, width);
        g_assert_cmpmem (c, sizeof c, d, sizeof d);
      }
}

static void
predictors_are_what_they_are_called (void)
{
  static const uint8_t RESIDUALS[] = { 1, 2, 255 }, ABOVE[] = { 10, 30, 25 };
  static const uint8_t EXPECTED[PLANE_N_PREDICTORS][3] = {
    [PLANE_LEFT] = { 1, 3, 2 },
    [PLANE_ABOVE] = { 11, 32, 24 },
    [PLANE_GRADIENT] = { 11, 33, 27 },
    [PLANE_HALF] = { 6, 18, 14 }, /* 1 + 5, 6 + 2 + 10, 18 - 1 - 3 */
  };
  for (int predictor = 0; predictor < PLANE_N_PREDICTORS; predictor++)
    for (int from = 0; from < 3; from++) {
      uint8_t row[3];
      memcpy (row, EXPECTED[predictor], 3);
      memset (row + from, 0, 3 - (size_t)from);
      plane_kernels_scalar ()->undo8 (predictor, RESIDUALS, ABOVE, row, from, 3);
      g_assert_cmpmem (row, 3, EXPECTED[predictor], 3);
    }
}

static void
planes_are_woven_alike (void)
{
  static uint16_t samples[PLANES_MOST][MOST];
  fill (samples, sizeof samples);
  uint16_t *planes16[PLANES_MOST];
  uint8_t *planes8[PLANES_MOST];
  for (int i = 0; i < PLANES_MOST; i++)
    planes8[i] = (uint8_t *)(planes16[i] = samples[i]);
  for (int n_channels = 1; n_channels <= PLANES_MOST; n_channels++)
    for (EACH_WIDTH (width)) {
      static uint16_t a[PLANES_MOST * MOST], b[PLANES_MOST * MOST];
      memset (a, 0, sizeof a);
      memset (b, 0, sizeof b);
      plane_kernels_scalar ()->weave8 (n_channels, planes8, (uint8_t *)a, width);
      plane_kernels_best ()->weave8 (n_channels, planes8, (uint8_t *)b, width);
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
      plane_kernels_scalar ()->weave16 (n_channels, planes16, a, width);
      plane_kernels_best ()->weave16 (n_channels, planes16, b, width);
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
    }
}

/* Both give the same row, or both find that escapes are missing. */
static void
check_unpacked (PlanePacking packing, const uint8_t *packed, size_t n_escapes, int width)
{
  static uint8_t escapes[2 * MOST + PLANE_ESCAPES_SLACK];
  fill (escapes, sizeof escapes);
  uint8_t a[MOST] = { 0 }, b[MOST] = { 0 };
  const uint8_t *next_a = escapes, *next_b = escapes, *end = escapes + n_escapes;
  bool ok_a = plane_kernels_scalar ()->unpack (packing, packed, &next_a, end, a, width);
  bool ok_b = plane_kernels_best ()->unpack (packing, packed, &next_b, end, b, width);
  g_assert_cmpint (ok_a, ==, ok_b);
  if (!ok_a)
    return;
  g_assert_true (next_a == next_b);
  g_assert_cmpmem (a, MOST, b, MOST);
}

static void
packed_rows_are_unpacked_alike (void)
{
  static uint8_t packed[MOST];
  fill (packed, sizeof packed);
  /* Rows without escapes too. */
  memset (packed + 40, 0x55, 300);
  for (int packing = PLANE_PAIRS; packing <= PLANE_QUADS; packing++)
    for (EACH_WIDTH (width))
      for (size_t n_escapes = 0; n_escapes <= MOST; n_escapes = n_escapes * 3 + 1) {
        check_unpacked (packing, packed, n_escapes, width);
        check_unpacked (packing, packed + 40, n_escapes, MIN (width, 600));
      }
}

static void
small_residuals_share_a_byte (void)
{
  static const uint8_t PAIRS[] = { 0x71, 0x98, 0x0f }, QUADS[] = { 0x2d, 0x01 };
  static const uint8_t ESCAPES[] = { 100, 50 };
  const uint8_t *next = ESCAPES;
  uint8_t row[5];
  g_assert_true (plane_kernels_scalar ()->unpack (PLANE_PAIRS, PAIRS, &next, ESCAPES + 2, row, 5));
  g_assert_cmpmem (row, 5, ((uint8_t[]){ 1, 7, 100, (uint8_t)-7, (uint8_t)-1 }), 5);
  g_assert_true (next == ESCAPES + 1);
  g_assert_true (plane_kernels_scalar ()->unpack (PLANE_QUADS, QUADS, &next, ESCAPES + 2, row, 5));
  g_assert_cmpmem (row, 5, ((uint8_t[]){ 1, (uint8_t)-1, 50, 0, 1 }), 5);
  g_assert_true (next == ESCAPES + 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pixels/plane-kernels/" name, function)
  CLAIM ("this-processor-has-vectors", this_processor_has_vectors);
  CLAIM ("residuals-are-undone-alike", residuals_are_undone_alike);
  CLAIM ("predictors-are-what-they-are-called", predictors_are_what_they_are_called);
  CLAIM ("planes-are-woven-alike", planes_are_woven_alike);
  CLAIM ("packed-rows-are-unpacked-alike", packed_rows_are_unpacked_alike);
  CLAIM ("small-residuals-share-a-byte", small_residuals_share_a_byte);
#undef CLAIM
  return g_test_run ();
}
