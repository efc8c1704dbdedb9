#include "image/self-test.h"

#include "pictures.h"

static void
what_is_written_is_read_again (void)
{
  static const ImageFormat formats[] = { IMAGE_FORMAT_JPEG, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP,
                                         IMAGE_FORMAT_AVIF, IMAGE_FORMAT_TIFF };
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (0, &error), error);
  for (unsigned i = 0; i < G_N_ELEMENTS (formats); i++)
    assert_ok (image_self_test_format (formats[i], &error), error);
  assert_ok (image_self_test_palette (&error), error);
}

static void
a_format_that_is_not_written_says_so (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (image_self_test_format (IMAGE_FORMAT_GIF, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/self-test/what-is-written-is-read-again", what_is_written_is_read_again);
  g_test_add_func ("/image/self-test/a-format-that-is-not-written-says-so",
                   a_format_that_is_not_written_says_so);
  return g_test_run ();
}
