/* The vector loops against the plain ones, and against the standard's words. */
#include "pixels/png-choose.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>

enum { MOST = 16 * 600 };

typedef enum { NOISE, EXTREMES, SMOOTH, N_KINDS } Kind;

static void
fill (uint8_t *bytes, size_t length, Kind kind, unsigned seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  for (size_t i = 0; i < length; i++) {
    unsigned value = g_rand_int (random);
    bytes[i] = (uint8_t)(kind == NOISE      ? value
                         : kind == EXTREMES ? (value & 1   ? 255
                                               : value & 2 ? 128
                                                           : 0)
                                            : i / 3 + value % 3);
  }
}

static void
sums_agree (void)
{
  static uint8_t row[MOST], above[MOST];
  for (int kind = 0; kind < N_KINDS; kind++) {
    fill (row, MOST, (Kind)kind, 1);
    fill (above, MOST, (Kind)kind, 2);
    for (size_t step = 1; step <= 8; step++) {
      for (size_t n = step; n <= MOST; n += n < 200 ? step : 3001 * step) {
        uint64_t plain[PNG_N_FILTERS], vectors[PNG_N_FILTERS];
        png_choose_costs_scalar (row, above, n, step, plain);
        png_choose_costs (row, above, n, step, vectors);
        g_assert_cmpmem (plain, sizeof plain, vectors, sizeof vectors);
      }
    }
  }
}

/* The largest residuals there are, as many as fill a lane up. */
static void
no_sum_runs_over (void)
{
  static uint8_t row[MOST], zeros[MOST];
  uint64_t costs[PNG_N_FILTERS];
  memset (row, 128, sizeof row);
  png_choose_costs (row, zeros, MOST, 1, costs);
  g_assert_cmpuint (costs[0], ==, (uint64_t)MOST * 128);
  g_assert_cmpuint (costs[1], ==, 128);
  g_assert_cmpuint (costs[2], ==, (uint64_t)MOST * 128);
}

/* Paeth over all there is to decide: every a, b and c. */
static void
every_paeth_is_right (void)
{
  uint8_t row[256 + 1] = { 0 }, above[256 + 1], out[256 + 1];
  for (int a = 0; a < 256; a++) {
    for (int c = 0; c < 256; c++) {
      /* Each second byte is asked for, so that its neighbours can be chosen. */
      for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 256; i++) {
          bool is_asked = i % 2 == 1;
          row[i] = (uint8_t)(is_asked ? 7 : a);
          above[i] = (uint8_t)(is_asked ? i / 2 + half * 128 : c);
        }
        png_filter_apply (4, row, above, out, 256, 1);
        for (int i = 1; i < 256; i += 2) {
          int b = above[i], pa = abs (b - c), pb = abs (a - c), pc = abs (a + b - 2 * c);
          int guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
          g_assert_cmpuint (out[i], ==, (uint8_t)(7 - guess));
        }
      }
    }
  }
}

static void
what_is_put_on_comes_off (void)
{
  static uint8_t row[MOST], above[MOST], out[MOST];
  fill (row, MOST, NOISE, 3);
  fill (above, MOST, SMOOTH, 4);
  for (uint8_t filter = 0; filter < PNG_N_FILTERS; filter++) {
    for (size_t step = 1; step <= 8; step += step == 4 || step == 6 ? 2 : 1) {
      for (size_t n = step; n < 2000; n += n < 100 ? step : 331 * step) {
        if (step == 5)
          continue;
        png_filter_apply (filter, row, above, out, n, step);
        png_filter_undo (filter, out, above, n, step);
        g_assert_cmpmem (out, n, row, n);
      }
    }
  }
}

static void
the_least_sum_wins_and_the_first_of_equals (void)
{
  const uint8_t ramp[] = { 10, 20, 30, 40, 50, 60 }, zeros[6] = { 0 };
  g_assert_cmpuint (png_choose_filter (ramp, zeros, 6, 1), ==, 1);
  g_assert_cmpuint (png_choose_filter (ramp, ramp, 6, 1), ==, 2);
  g_assert_cmpuint (png_choose_filter (zeros, zeros, 6, 1), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/png-choose/sums-agree", sums_agree);
  g_test_add_func ("/pixels/png-choose/no-sum-runs-over", no_sum_runs_over);
  g_test_add_func ("/pixels/png-choose/every-paeth-is-right", every_paeth_is_right);
  g_test_add_func ("/pixels/png-choose/what-is-put-on-comes-off", what_is_put_on_comes_off);
  g_test_add_func ("/pixels/png-choose/the-least-sum-wins-and-the-first-of-equals",
                   the_least_sum_wins_and_the_first_of_equals);
  return g_test_run ();
}
