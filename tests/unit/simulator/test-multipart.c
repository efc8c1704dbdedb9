#include "simulator/multipart.h"

#include <string.h>

static GPtrArray *
read_form (const char *body)
{
  return multipart_read ("multipart/form-data; boundary=\"b\"", (const uint8_t *)body,
                         strlen (body));
}

static void
parts_have_names_types_and_bytes (void)
{
  g_autoptr (GPtrArray) parts = read_form (
    "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b\r\n"
    "content-type: image/png\r\n"
    "Content-Disposition: form-data; name=\"image[]\"; filename=\"a.png\"\r\n\r\n"
    "x\r\n--y\r\n--b--\r\n");
  g_assert_nonnull (parts);
  g_assert_cmpuint (parts->len, ==, 2);
  const MultipartPart *part = g_ptr_array_index (parts, 1);
  g_assert_cmpstr (part->name, ==, "image[]");
  g_assert_cmpstr (part->filename, ==, "a.png");
  g_assert_cmpstr (part->type, ==, "image/png");
  g_assert_cmpmem (part->data, part->length, "x\r\n--y", 6);
}

static void
what_is_cut_is_refused (void)
{
  static const char whole[] = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--";
  for (size_t n = 0; n < strlen (whole); n++) {
    g_autofree char *part = g_strndup (whole, n);
    g_assert_null (read_form (part));
  }
  g_autoptr (GPtrArray) parts = read_form (whole);
  g_assert_nonnull (parts);
  g_assert_null (multipart_read ("application/json", (const uint8_t *)whole, strlen (whole)));
  g_assert_null (multipart_read (NULL, (const uint8_t *)whole, strlen (whole)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulator/multipart/parts-have-names-types-and-bytes",
                   parts_have_names_types_and_bytes);
  g_test_add_func ("/simulator/multipart/what-is-cut-is-refused", what_is_cut_is_refused);
  return g_test_run ();
}
