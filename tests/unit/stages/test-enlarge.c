/* Enlarging: between the old pixels stands what the kernel says, and nothing shifts. */
#include <math.h>

#include "stages/enlarge.h"
#include "stage-case.h"

enum { LENGTH = 96, TIMES = 3, AMPLITUDE = 100, MARGIN = 8 };

/* A wave of `period` px along one axis, 16 px along the other. */
static VipsImage *
wave (double period, bool along_x)
{
  g_autofree uint8_t *pixels = g_malloc (LENGTH * 16);
  int width = along_x ? LENGTH : 16, height = along_x ? 16 : LENGTH;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      pixels[y * width + x] = (uint8_t)lround (
        128 + AMPLITUDE * cos (2 * G_PI * ((along_x ? x : y) + 0.5) / period));
  g_autoptr (VipsImage) borrowed = vips_image_new_from_memory_copy (pixels, LENGTH * 16, width,
                                                                    height, 1, VIPS_FORMAT_UCHAR);
  VipsImage *image = NULL;
  g_assert_cmpint (vips_copy (borrowed, &image, "interpretation", VIPS_INTERPRETATION_B_W, NULL),
                   ==, 0);
  return image;
}

/* How far the enlarged wave is from the true one, away from the ends. */
static double
largest_error (VipsKernel kernel, double period, bool along_x)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) in = wave (period, along_x);
  g_autoptr (VipsImage) out = NULL;
  int width = along_x ? LENGTH * TIMES : 16, height = along_x ? 16 : LENGTH * TIMES;
  assert_ok (enlarge (in, width, height, kernel, "test", &out, &error), error);
  assert_size (out, width, height);
  double worst = 0;
  for (int i = MARGIN * TIMES; i < (LENGTH - MARGIN) * TIMES; i++) {
    double found[5];
    pixel_at (out, along_x ? i : 8, along_x ? 8 : i, found);
    double place = (i + 0.5) / TIMES;
    worst = MAX (worst, fabs (found[0] - (128 + AMPLITUDE * cos (2 * G_PI * place / period))));
  }
  return worst;
}

static void
lanczos_follows_a_wave (void)
{
  g_assert_cmpfloat (largest_error (VIPS_KERNEL_LANCZOS3, 12, true), <, 2);
  g_assert_cmpfloat (largest_error (VIPS_KERNEL_LANCZOS3, 12, false), <, 2);
}

/* The finer the wave, the more a longer kernel is worth. */
static void
kernels_differ_as_their_names_promise (void)
{
  double linear = largest_error (VIPS_KERNEL_LINEAR, 5, true);
  double cubic = largest_error (VIPS_KERNEL_CUBIC, 5, true);
  double lanczos = largest_error (VIPS_KERNEL_LANCZOS3, 5, true);
  g_assert_cmpfloat (lanczos, <, 0.5 * cubic);
  g_assert_cmpfloat (cubic, <, linear);
}

static void
plain_colors_stay (void)
{
  static const double white[] = { 255, 255, 255 };
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB16, 1, 1, white);
  g_autoptr (VipsImage) out = NULL;
  double before[5];
  pixel_at (in, 0, 0, before);
  assert_ok (enlarge (in, 7, 5, VIPS_KERNEL_LANCZOS3, "test", &out, &error), error);
  assert_size (out, 7, 5);
  for (int x = 0; x < 7; x++)
    assert_pixel (out, x, x % 5, 0, before[0], before[1], before[2]);
}

/* Rows that are enlarged while columns shrink. */
static void
one_axis_may_shrink (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 40, 40);
  g_autoptr (VipsImage)
    out = stage_run ("resize", "{ width: 80, height: 20, fit: fill, when-smaller: enlarge }", in);
  assert_size (out, 80, 20);
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
  g_test_add_func ("/stages/enlarge/lanczos-follows-a-wave", lanczos_follows_a_wave);
  g_test_add_func ("/stages/enlarge/kernels-differ-as-their-names-promise",
                   kernels_differ_as_their_names_promise);
  g_test_add_func ("/stages/enlarge/plain-colors-stay", plain_colors_stay);
  g_test_add_func ("/stages/enlarge/one-axis-may-shrink", one_axis_may_shrink);
  return g_test_run ();
}
