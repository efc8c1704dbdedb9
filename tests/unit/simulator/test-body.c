#include "simulator/body.h"

#include <glib.h>

/* All of it, read in odd steps; its length must be what was promised. */
static GByteArray *
read_all (Body *body)
{
  GByteArray *all = g_byte_array_new ();
  uint8_t step[977];
  for (size_t n; (n = body_read (body, step, sizeof step)) > 0;)
    g_byte_array_append (all, step, (unsigned)n);
  g_assert_cmpint (body_length (body), ==, all->len);
  return all;
}

static GBytes *
make_bytes (size_t length)
{
  uint8_t *data = g_malloc (length);
  for (size_t i = 0; i < length; i++)
    data[i] = (uint8_t)(i * 2654435761u >> 13);
  return g_bytes_new_take (data, length);
}

static void
base64_is_that_of_the_whole (void)
{
  for (size_t length = 3 * 8192 - 2; length < 3 * 8192 + 3; length++) {
    g_autoptr (GBytes) bytes = make_bytes (length);
    g_autoptr (Body) body = body_new ();
    body_add_text (body, "<", 1);
    body_add_base64 (body, bytes, ESCAPE_NONE);
    body_add_text (body, ">", 1);
    g_autoptr (GByteArray) all = read_all (body);
    g_autofree char *base64 = g_base64_encode (g_bytes_get_data (bytes, NULL), length);
    g_autofree char *wanted = g_strconcat ("<", base64, ">", NULL);
    g_assert_cmpmem (all->data, all->len, wanted, strlen (wanted));
  }
}

static void
escapes_are_counted (void)
{
  g_autoptr (GBytes) bytes = make_bytes (100001);
  for (int escape = ESCAPE_SLASHES; escape < ESCAPE_COUNT; escape++) {
    g_autoptr (Body) body = body_new ();
    body_add_base64 (body, bytes, (BodyEscape)escape);
    g_autoptr (GByteArray) all = read_all (body);
    const char *wanted = escape == ESCAPE_SLASHES ? "\\/" : "\\u002f";
    g_assert_nonnull (g_strstr_len ((char *)all->data, all->len, wanted));
  }
}

static void
gzip_has_the_length_it_promised (void)
{
  static const size_t lengths[] = { 0, 1, 65534, 65535, 65536, 131070, 200000 };
  for (unsigned i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GBytes) bytes = make_bytes (lengths[i]);
    g_autoptr (Body) body = body_new ();
    body_add_bytes (body, bytes);
    body_pack (body);
    g_autoptr (GByteArray) all = read_all (body);
    g_assert_cmpuint (all->data[0], ==, 0x1f);
    g_assert_cmpuint (all->data[1], ==, 0x8b);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulator/body/base64-is-that-of-the-whole", base64_is_that_of_the_whole);
  g_test_add_func ("/simulator/body/escapes-are-counted", escapes_are_counted);
  g_test_add_func ("/simulator/body/gzip-has-the-length-it-promised",
                   gzip_has_the_length_it_promised);
  return g_test_run ();
}
