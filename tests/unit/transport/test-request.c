#include "transport/request.h"

#include "support/scratch.h"

static void
a_body_knows_its_length (void)
{
  g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
  g_assert_cmpint (http_request_body_bytes (request), ==, 0);
  http_request_add_text (request, "{\"a\":\"", -1);
  http_request_add_file (request, SEGMENT_FILE_BASE64, "/nowhere", 10);
  http_request_add_text (request, "\"}zzz", 2);
  http_request_add_file (request, SEGMENT_FILE, "/nowhere", 7);
  g_assert_cmpint (http_request_body_bytes (request), ==, 6 + 16 + 2 + 7);
}

static void
a_header_is_a_line (void)
{
  g_autoptr (HttpRequest) request = http_request_new ("GET", "http://localhost/");
  http_request_add_header (request, "Metadata-Flavor", "Google");
  g_assert_cmpuint (request->headers->len, ==, 1);
  g_assert_cmpstr (request->headers->pdata[0], ==, "Metadata-Flavor: Google");
}

static void
a_form_is_escaped (void)
{
  g_autofree char *form = http_form ("grant_type", "urn:a:b", "assertion", "x.y_z-~ &=+", NULL);
  g_assert_cmpstr (form, ==, "grant_type=urn%3Aa%3Ab&assertion=x.y_z-~%20%26%3D%2B");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/request/a-body-knows-its-length", a_body_knows_its_length);
  g_test_add_func ("/transport/request/a-header-is-a-line", a_header_is_a_line);
  g_test_add_func ("/transport/request/a-form-is-escaped", a_form_is_escaped);
  return g_test_run ();
}
