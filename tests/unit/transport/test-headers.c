#include "transport/headers.h"

static void
check_header (const char *name, const char *wanted)
{
  static const char *const lines[] = { "Content-Type: image/png",
                                       "retry-after:30",
                                       "X-Empty:",
                                       "X-Blank: \t ",
                                       "Set-Cookie: a",
                                       "Set-Cookie:\tb",
                                       "X-Colon: a: b",
                                       "no header",
                                       "" };
  g_autoptr (GPtrArray) array = g_ptr_array_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (lines); i++)
    g_ptr_array_add (array, (gpointer)lines[i]);
  const HttpHeaders headers = { array };
  g_assert_cmpstr (http_headers_get (&headers, name), ==, wanted);
}

static void
names_have_no_case (void)
{
  check_header ("content-type", "image/png");
  check_header ("Retry-After", "30");
  check_header ("x-colon", "a: b");
}

static void
the_last_one_counts (void)
{
  check_header ("Set-Cookie", "b");
}

static void
nothing_is_a_value (void)
{
  check_header ("X-Empty", "");
  check_header ("X-Blank", "");
}

static void
a_part_of_a_name_is_none (void)
{
  check_header ("Content", NULL);
  check_header ("Content-Type-Options", NULL);
  check_header ("no header", NULL);
  check_header ("no header at all, but a long name", NULL);
}

/* The three forms of RFC 9110, 5.6.7. */
static void
dates_of_http (void)
{
  static const struct {
    const char *text;
    int64_t s; /* -1: none */
  } cases[] = {
    { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
    { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
    { "Sun Nov  6 08:49:37 1994", 784111777 },
    { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
    { "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
    { "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
    { "Tue, 30 Dec 1969 23:59:59 GMT", -1 },
    { "", -1 },
    { "soon", -1 },
    { "30", -1 },
    { "Sun, 06 Nov 1994 25:49:37 GMT", -1 },
    { "Sun, 06 Foo 1994 08:49:37 GMT", -1 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    int64_t wanted = cases[i].s < 0 ? -1 : cases[i].s * G_USEC_PER_SEC;
    if (http_date_parse (cases[i].text) != wanted)
      g_error ("'%s' is %" G_GINT64_FORMAT, cases[i].text, http_date_parse (cases[i].text));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/headers/names-have-no-case", names_have_no_case);
  g_test_add_func ("/transport/headers/the-last-one-counts", the_last_one_counts);
  g_test_add_func ("/transport/headers/nothing-is-a-value", nothing_is_a_value);
  g_test_add_func ("/transport/headers/a-part-of-a-name-is-none", a_part_of_a_name_is_none);
  g_test_add_func ("/transport/headers/dates-of-http", dates_of_http);
  return g_test_run ();
}
