#include "image/rows.h"

#include "pictures.h"

typedef struct {
  int n_rows, fails_at;
  size_t row_bytes;
  GByteArray *bytes;
} Taker;

static bool
take_row (void *data, int y, const void *row, GError **error)
{
  Taker *taker = data;
  g_assert_cmpint (y, ==, taker->n_rows);
  taker->n_rows++;
  if (y == taker->fails_at) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT, "row %d does not fit", y);
    return false;
  }
  g_byte_array_append (taker->bytes, row, (unsigned)taker->row_bytes);
  return true;
}

static void
all_rows_come_in_order (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGB_16, 50, 40);
  g_autoptr (VipsImage) tall = NULL;
  must (vips_resize (photo, &tall, 3, "vscale", 30.0, NULL));
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Taker taker = { .fails_at = -1, .row_bytes = VIPS_IMAGE_SIZEOF_LINE (tall), .bytes = bytes };
  assert_ok (image_each_row (tall, take_row, &taker, "reading", &error), error);
  size_t length;
  g_autofree void *whole = vips_image_write_to_memory (tall, &length);
  g_assert_cmpmem (bytes->data, bytes->len, whole, length);
}

/* Of what goes wrong in the last strip libvips says nothing. */
static void
a_row_that_fails_is_told_wherever_it_stands (void)
{
  static const int heights[] = { 1, 40, 1200 };
  for (unsigned i = 0; i < G_N_ELEMENTS (heights); i++) {
    int last = heights[i] - 1;
    const int places[] = { 0, last / 2, last };
    for (unsigned k = 0; k < G_N_ELEMENTS (places); k++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (VipsImage) image = picture_new (PICTURE_RGB, 50, heights[i]);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      Taker taker = { .fails_at = places[k], .row_bytes = 150, .bytes = bytes };
      g_assert_false (image_each_row (image, take_row, &taker, "reading", &error));
      g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT);
      g_assert_cmpint (taker.n_rows, ==, places[k] + 1);
    }
  }
}

static int
fail_to_compute (VipsRegion *region, void *sequence, void *a, void *b, gboolean *stop)
{
  vips_error ("test", "%s", "the rows are gone");
  return -1;
}

static void
what_cannot_be_computed_is_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) photo = picture_new (PICTURE_RGB, 50, 40);
  g_autoptr (VipsImage) broken = vips_image_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Taker taker = { .fails_at = -1, .row_bytes = 150, .bytes = bytes };
  must (vips_image_pipelinev (broken, VIPS_DEMAND_STYLE_ANY, photo, NULL));
  must (vips_image_generate (broken, NULL, fail_to_compute, NULL, NULL, NULL));
  vips_error_clear (); /* what loaders said before */
  g_assert_false (image_each_row (broken, take_row, &taker, "reading", &error));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (error->message, "reading: "));
  g_assert_nonnull (strstr (error->message, "the rows are gone"));
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/rows/all-come-in-order", all_rows_come_in_order);
  g_test_add_func ("/image/rows/one-that-fails-is-told-wherever-it-stands",
                   a_row_that_fails_is_told_wherever_it_stands);
  g_test_add_func ("/image/rows/what-cannot-be-computed-is-told", what_cannot_be_computed_is_told);
  return g_test_run ();
}
