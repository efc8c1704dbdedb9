#include <glib.h>

#include "pixels/pixels.h"

static void
refuse (PixelShape shape, PixelsErrorCode code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (pixel_shape_check (&shape, &error));
  g_assert_error (error, PIXELS_ERROR, (int)code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_shapes_over_a_limit_are_refused (void)
{
  refuse ((PixelShape){ 0, 5, 3, 8 }, PIXELS_ERROR_DAMAGED, "0 x 5 px is no size");
  refuse ((PixelShape){ 5, -1, 3, 8 }, PIXELS_ERROR_DAMAGED, "5 x -1 px is no size");
  refuse ((PixelShape){ 5, 5, 5, 8 }, PIXELS_ERROR_UNSUITABLE, "5 channels of 8 bits");
  refuse ((PixelShape){ 5, 5, 1, 4 }, PIXELS_ERROR_UNSUITABLE, "1 channels of 4 bits");
  refuse ((PixelShape){ 1000001, 1, 1, 8 }, PIXELS_ERROR_TOO_LARGE, "1000000 px a side");
  refuse ((PixelShape){ 32768, 32769, 4, 8 }, PIXELS_ERROR_TOO_LARGE, "4294967296 bytes of pixels");
  refuse ((PixelShape){ 1000000, 1000000, 4, 16 }, PIXELS_ERROR_TOO_LARGE, "bytes of pixels");
}

static void
test_the_largest_shapes_are_taken (void)
{
  g_autoptr (GError) error = NULL;
  PixelShape wide = { 1000000, 536, 4, 16 };
  PixelShape square = { 32768, 32768, 4, 8 };
  g_assert_true (pixel_shape_check (&wide, &error));
  g_assert_true (pixel_shape_check (&square, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (pixel_shape_row_bytes (&wide), ==, 8000000);
  g_assert_cmpuint (pixel_shape_pixel_bytes (&square), ==, 4);
  g_assert_true (pixel_shape_equal (&wide, &wide));
  g_assert_false (pixel_shape_equal (&wide, &square));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/shape/over-a-limit-is-refused", test_shapes_over_a_limit_are_refused);
  g_test_add_func ("/pixels/shape/the-largest-are-taken", test_the_largest_shapes_are_taken);
  return g_test_run ();
}
