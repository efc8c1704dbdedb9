#include "image/log.h"

#include "pictures.h"

static void
keep (void *data, const char *message)
{
  g_ptr_array_add (data, g_strdup (message));
}

static void
warn (const char *message)
{
  g_log ("VIPS", G_LOG_LEVEL_WARNING, "%s", message);
}

static void
three_of_a_kind_speak (void)
{
  g_autoptr (GPtrArray) heard = g_ptr_array_new_with_free_func (g_free);
  image_log_install ();
  image_log_reset ();
  image_log_set (keep, heard);
  for (int row = 0; row < 1000; row++) {
    g_autofree char *message = g_strdup_printf ("error reading row %d", row);
    warn (message);
  }
  warn ("another\nkind");
  image_log_reset ();
  warn ("error reading row 7");
  image_log_set (NULL, NULL);
  warn ("nobody listens");
  g_assert_cmpint (heard->len, ==, 5);
  g_assert_cmpstr (heard->pdata[2], ==, "error reading row 2");
  g_assert_cmpstr (heard->pdata[3], ==, "another kind");
  g_assert_cmpstr (heard->pdata[4], ==, "error reading row 7");
}

static void
vips_words_come_in_clean (void)
{
  g_autoptr (GError) start_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second = NULL;
  assert_ok (image_start (0, &start_error), start_error);
  vips_error ("VipsPng", "%s", "libpng\tread error\nmore of it");
  vips_error ("pngload", "%s", "cannot go on");
  g_assert_false (image_set_vips_error (&error, IMAGE_ERROR_DAMAGED, "%s", "photo.png"));
  g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_DAMAGED);
  g_assert_cmpstr (error->message, ==, "photo.png: libpng read error");
  g_assert_cmpstr (vips_error_buffer (), ==, "");
  g_assert_false (image_set_vips_error (&second, IMAGE_ERROR_FAILED, "%s", "photo.png"));
  g_assert_cmpstr (second->message, ==, "photo.png: it gave no reason");
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
  g_test_add_func ("/image/log/three-of-a-kind-speak", three_of_a_kind_speak);
  g_test_add_func ("/image/log/vips-words-come-in-clean", vips_words_come_in_clean);
  return g_test_run ();
}
