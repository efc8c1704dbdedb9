#include "c2pa/cbor.h"

#include <string.h>

static char *
hex_of (GByteArray *bytes)
{
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < bytes->len; i++)
    g_string_append_printf (text, "%02x", bytes->data[i]);
  g_byte_array_set_size (bytes, 0);
  return g_string_free (text, FALSE);
}

#define assert_written(out, expected)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *hex_ = hex_of (out);                                                          \
    g_assert_cmpstr (hex_, ==, expected);                                                          \
  }                                                                                                \
  G_STMT_END

/* RFC 8949, appendix A; where it has none, of the same shape. */
static void
numbers_are_as_short_as_they_go (void)
{
  static const struct {
    int64_t number;
    const char *hex;
  } rows[] = {
    { 0, "00" },
    { 1, "01" },
    { 10, "0a" },
    { 23, "17" },
    { 24, "1818" },
    { 25, "1819" },
    { 100, "1864" },
    { 255, "18ff" },
    { 256, "190100" },
    { 1000, "1903e8" },
    { 65535, "19ffff" },
    { 65536, "1a00010000" },
    { 1000000, "1a000f4240" },
    { UINT32_MAX, "1affffffff" },
    { (int64_t)UINT32_MAX + 1, "1b0000000100000000" },
    { 1000000000000, "1b000000e8d4a51000" },
    { INT64_MAX, "1b7fffffffffffffff" },
    { -1, "20" },
    { -7, "26" },
    { -10, "29" },
    { -24, "37" },
    { -25, "3818" },
    { -100, "3863" },
    { -1000, "3903e7" },
    { INT64_MIN, "3b7fffffffffffffff" },
  };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    cbor_put_integer (out, rows[i].number);
    assert_written (out, rows[i].hex);
  }
}

static void
texts_and_bytes_have_their_length_in_front (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  cbor_put_text (out, "");
  assert_written (out, "60");
  cbor_put_text (out, "IETF");
  assert_written (out, "6449455446");
  cbor_put_text (out, "\xe6\xb0\xb4");
  assert_written (out, "63e6b0b4");
  cbor_put_bytes (out, "", 0);
  assert_written (out, "40");
  cbor_put_bytes (out, "\1\2\3\4", 4);
  assert_written (out, "4401020304");
  g_autofree char *long_text = g_strnfill (300, 'a');
  cbor_put_text (out, long_text);
  g_assert_cmpuint (out->len, ==, 303);
  g_assert_cmpmem (out->data, 3, "\x79\x01\x2c", 3);
}

static void
arrays_tags_and_simple_values_are_written (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  cbor_put_array (out, 0);
  assert_written (out, "80");
  cbor_put_array (out, 3);
  cbor_put_integer (out, 1);
  cbor_put_array (out, 2);
  cbor_put_integer (out, 2);
  cbor_put_integer (out, 3);
  cbor_put_null (out);
  assert_written (out, "8301820203f6");
  cbor_put_tag (out, 1);
  cbor_put_integer (out, 1363896240);
  assert_written (out, "c11a514b67b0");
  cbor_put_tag (out, 18);
  cbor_put_tag (out, 32);
  assert_written (out, "d2d820");
}

static void
a_map_is_written_and_emptied (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  CborMap map = { 0 };
  cbor_put_map (out, &map);
  assert_written (out, "a0");
  cbor_put_integer (cbor_map_integer_value (&map, 1), 2);
  cbor_put_integer (cbor_map_integer_value (&map, 3), 4);
  cbor_put_map (out, &map);
  assert_written (out, "a201020304");
  g_assert_null (map.pairs);
  GByteArray *list = cbor_map_value (&map, "b");
  cbor_put_array (list, 2);
  cbor_put_integer (list, 2);
  cbor_put_integer (list, 3);
  cbor_put_integer (cbor_map_value (&map, "a"), 1);
  cbor_put_map (out, &map);
  assert_written (out, "a26161016162820203");
}

/* RFC 8949, 4.2.1: 10, 100, -1, "z", "aa". */
static void
keys_are_sorted_by_their_bytes (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  CborMap map = { 0 };
  cbor_put_null (cbor_map_value (&map, "aa"));
  cbor_put_null (cbor_map_value (&map, "z"));
  cbor_put_null (cbor_map_integer_value (&map, -1));
  cbor_put_null (cbor_map_integer_value (&map, 100));
  cbor_put_null (cbor_map_integer_value (&map, 10));
  cbor_put_map (out, &map);
  assert_written (out, "a50af61864f620f6617af6626161f6");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/c2pa/cbor-write/numbers-are-as-short-as-they-go",
                   numbers_are_as_short_as_they_go);
  g_test_add_func ("/c2pa/cbor-write/texts-and-bytes-have-their-length-in-front",
                   texts_and_bytes_have_their_length_in_front);
  g_test_add_func ("/c2pa/cbor-write/arrays-tags-and-simple-values-are-written",
                   arrays_tags_and_simple_values_are_written);
  g_test_add_func ("/c2pa/cbor-write/a-map-is-written-and-emptied", a_map_is_written_and_emptied);
  g_test_add_func ("/c2pa/cbor-write/keys-are-sorted-by-their-bytes",
                   keys_are_sorted_by_their_bytes);
  return g_test_run ();
}
