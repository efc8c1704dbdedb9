#include <math.h>

#include "support/carrier.h"
#include "c2pa/c2pa.h"
#include "c2pa/cbor.h"

static int
hex_value (char digit)
{
  return g_ascii_xdigit_value (digit);
}

static Cbor *
read_hex (const char *hex, GError **error)
{
  size_t length = strlen (hex) / 2;
  g_autofree uint8_t *bytes = g_malloc (length + 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (uint8_t)(hex_value (hex[2 * i]) << 4 | hex_value (hex[2 * i + 1]));
  /* A copy of the exact length, so that the sanitizer sees a read past the end. */
  g_autofree uint8_t *exact = g_memdup2 (bytes, length);
  return cbor_read (exact, length, error);
}

static Cbor *
must_read (const char *hex)
{
  g_autoptr (GError) error = NULL;
  Cbor *value = read_hex (hex, &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
  return value;
}

/* The examples of RFC 8949, appendix A. */
static void
test_integers_of_every_size (void)
{
  static const struct {
    const char *hex;
    int64_t number;
  } rows[] = {
    { "00", 0 },
    { "17", 23 },
    { "1818", 24 },
    { "1903e8", 1000 },
    { "1a000f4240", 1000000 },
    { "1b000000e8d4a51000", 1000000000000 },
    { "1b7fffffffffffffff", INT64_MAX },
    { "20", -1 },
    { "3863", -100 },
    { "3903e7", -1000 },
    { "3b7fffffffffffffff", INT64_MIN },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Cbor) value = must_read (rows[i].hex);
    g_assert_cmpint (value->kind, ==, CBOR_INTEGER);
    g_assert_cmpint (value->integer, ==, rows[i].number);
  }
}

static void
test_floats_of_every_size (void)
{
  static const struct {
    const char *hex;
    double number;
  } rows[] = {
    { "f90000", 0.0 },
    { "f93c00", 1.0 },
    { "f93e00", 1.5 },
    { "f97bff", 65504.0 },
    { "f9c400", -4.0 },
    { "f90001", 5.960464477539063e-8 },
    { "fa47c35000", 1e5 },
    { "fb3ff199999999999a", 1.1 },
    { "f97c00", (double)INFINITY },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Cbor) value = must_read (rows[i].hex);
    g_assert_cmpint (value->kind, ==, CBOR_FLOAT);
    g_assert_cmpfloat (value->number, ==, rows[i].number);
  }
}

static void
test_words_and_bytes (void)
{
  g_autoptr (Cbor) list = must_read ("8760644945544662c3bc4401020304f4f5f6");
  g_assert_cmpuint (cbor_length (list), ==, 7);
  g_assert_cmpstr (cbor_text (cbor_item (list, 0)), ==, "");
  g_assert_cmpstr (cbor_text (cbor_item (list, 1)), ==, "IETF");
  g_assert_cmpstr (cbor_text (cbor_item (list, 2)), ==, "\xc3\xbc");
  GBytes *bytes = cbor_bytes (cbor_item (list, 3));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\1\2\3\4", 4);
  g_assert_false (cbor_item (list, 4)->boolean);
  g_assert_true (cbor_item (list, 5)->boolean);
  g_assert_cmpint (cbor_item (list, 6)->kind, ==, CBOR_NULL);
  g_assert_null (cbor_item (list, 7));
}

static void
test_lengths_that_are_not_told (void)
{
  g_autoptr (Cbor) list = must_read ("9f018202039f0405ffff");
  g_assert_cmpuint (cbor_length (list), ==, 3);
  g_assert_cmpint (cbor_item (cbor_item (list, 2), 1)->integer, ==, 5);
  g_autoptr (Cbor) map = must_read ("bf61610161629f0203ffff");
  g_assert_cmpint (cbor_get (map, "a")->integer, ==, 1);
  g_assert_cmpuint (cbor_length (cbor_get (map, "b")), ==, 2);
  g_autoptr (Cbor) text = must_read ("7f657374726561646d696e67ff");
  g_assert_cmpstr (cbor_text (text), ==, "streaming");
  g_autoptr (Cbor) bytes = must_read ("5f42010243030405ff");
  g_assert_cmpuint (g_bytes_get_size (cbor_bytes (bytes)), ==, 5);
}

static void
test_maps_and_tags (void)
{
  g_autoptr (Cbor) map = must_read ("a40126182182410141026161d81841012063787878");
  g_assert_cmpint (cbor_get_integer (map, 1)->integer, ==, -7);
  g_assert_cmpuint (cbor_length (cbor_get_integer (map, 33)), ==, 2);
  g_assert_cmpuint (cbor_get (map, "a")->tag, ==, 24);
  g_assert_cmpstr (cbor_text (cbor_get_integer (map, -1)), ==, "xxx");
  g_assert_null (cbor_get (map, "b"));
  g_assert_null (cbor_get_integer (map, 2));
  g_autoptr (Cbor) tagged = must_read ("d28443a10126a0f640");
  g_assert_cmpuint (tagged->tag, ==, 18);
}

static void
test_look_ups_take_anything (void)
{
  g_autoptr (Cbor) number = must_read ("05");
  g_assert_null (cbor_get (number, "a"));
  g_assert_null (cbor_get (NULL, "a"));
  g_assert_null (cbor_item (number, 0));
  g_assert_null (cbor_text (number));
  g_assert_null (cbor_bytes (NULL));
  g_assert_cmpuint (cbor_length (NULL), ==, 0);
}

static void
test_what_is_not_whole_is_refused (void)
{
  static const char *const rows[] = {
    "",                   /* nothing */
    "18",                 /* a number without its byte */
    "1c",                 /* a length of no form */
    "1bffffffffffffffff", /* beyond a sign */
    "3bffffffffffffffff",
    "1f",                   /* an integer without end */
    "6261",                 /* a text that ends early */
    "5bffffffffffffffff00", /* more bytes than there are */
    "9bffffffffffffffff00", /* more items than there are */
    "bb7fffffffffffffff00", /* more pairs */
    "9a00ffffff00",
    "8201",   /* an item short */
    "9f01",   /* no break */
    "bf01ff", /* a key without a value */
    "ff",     /* a break of nothing */
    "81ff",
    "7f4161ff",     /* bytes in a text */
    "7f7f6161ffff", /* pieces in pieces */
    "62c328",       /* no UTF-8 */
    "6100",         /* a NUL in a text */
    "0000",         /* two values */
    "c0",           /* a tag of nothing */
    "df00",
    "f0", /* simple values that nobody knows */
    "f820",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Cbor) value = read_hex (rows[i], &error);
    g_test_message ("%s", rows[i]);
    g_assert_null (value);
    g_assert_error (error, C2PA_ERROR, C2PA_ERROR_FAILED);
  }
}

static void
test_a_key_stands_in_a_map_once (void)
{
  static const char *const rows[] = {
    "a2616101616102",       /* a text */
    "a3616101616201616102", /* behind another */
    "bf616101616102ff",     /* where no length is told */
    "a26161017f6161ff02",   /* in pieces */
    "a20101180102",         /* a number, in two lengths */
    "a22001380002",         /* below zero */
    "a2410101410102",       /* bytes */
    "a2616101c1616102",     /* with a tag */
    "81a2616101616102",     /* in a list */
    "a1617aa2616101616102", /* in a map */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_hex (rows[i], &error));
    g_test_message ("%s", rows[i]);
    g_assert_error (error, C2PA_ERROR, C2PA_ERROR_FAILED);
    g_assert_nonnull (strstr (error->message, "a map has a key twice"));
  }
  g_autoptr (Cbor) alike = must_read ("a6000041000161300220036004810505");
  g_assert_cmpuint (cbor_length (alike), ==, 6);
}

/* Also of keys that are long alike. */
static void
test_keys_are_compared_in_linear_time (void)
{
  enum { N_PAIRS = (CBOR_MOST_VALUES - 1) / 2, KEY_BYTES = 200 };
  g_autoptr (GByteArray) many = g_byte_array_new ();
  put_big (many, 1, 0xba);
  put_big (many, 4, N_PAIRS);
  for (unsigned i = 0; i < N_PAIRS; i++) {
    g_autofree char *key = g_strdup_printf ("%0*u", KEY_BYTES, i);
    put_big (many, 2, 0x7800 | KEY_BYTES);
    g_byte_array_append (many, (const uint8_t *)key, KEY_BYTES);
    put_big (many, 1, 0);
  }
  int64_t start = g_get_monotonic_time ();
  g_autoptr (Cbor) map = cbor_read (many->data, many->len, NULL);
  g_assert_cmpuint (cbor_length (map), ==, N_PAIRS);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

static char *
nested (unsigned depth)
{
  GString *hex = g_string_new (NULL);
  for (unsigned i = 0; i < depth; i++)
    g_string_append (hex, "81");
  return g_string_free (g_string_append (hex, "00"), FALSE);
}

static void
test_depth_and_number_have_limits (void)
{
  g_autofree char *fits = nested (CBOR_MOST_DEPTH - 1), *too_deep = nested (CBOR_MOST_DEPTH);
  g_autofree char *far_too_deep = nested (1000000);
  cbor_free (must_read (fits));
  g_assert_null (read_hex (too_deep, NULL));
  g_assert_null (read_hex (far_too_deep, NULL));

  g_autoptr (GByteArray) many = g_byte_array_new ();
  put_big (many, 1, 0x9a);
  put_big (many, 4, CBOR_MOST_VALUES);
  g_byte_array_set_size (many, 5 + CBOR_MOST_VALUES);
  memset (many->data + 5, 0, CBOR_MOST_VALUES);
  g_assert_null (cbor_read (many->data, many->len, NULL));
  many->data[4] -= 1; /* the array is a value itself */
  g_autoptr (Cbor) most = cbor_read (many->data, many->len - 1, NULL);
  g_assert_cmpuint (cbor_length (most), ==, CBOR_MOST_VALUES - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/c2pa/cbor/integers-of-every-size", test_integers_of_every_size);
  g_test_add_func ("/c2pa/cbor/floats-of-every-size", test_floats_of_every_size);
  g_test_add_func ("/c2pa/cbor/words-and-bytes", test_words_and_bytes);
  g_test_add_func ("/c2pa/cbor/lengths-that-are-not-told", test_lengths_that_are_not_told);
  g_test_add_func ("/c2pa/cbor/maps-and-tags", test_maps_and_tags);
  g_test_add_func ("/c2pa/cbor/look-ups-take-anything", test_look_ups_take_anything);
  g_test_add_func ("/c2pa/cbor/what-is-not-whole-is-refused", test_what_is_not_whole_is_refused);
  g_test_add_func ("/c2pa/cbor/a-key-stands-in-a-map-once", test_a_key_stands_in_a_map_once);
  g_test_add_func ("/c2pa/cbor/keys-are-compared-in-linear-time",
                   test_keys_are_compared_in_linear_time);
  g_test_add_func ("/c2pa/cbor/depth-and-number-have-limits", test_depth_and_number_have_limits);
  return g_test_run ();
}
