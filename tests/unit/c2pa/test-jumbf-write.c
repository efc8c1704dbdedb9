#include "c2pa/jumbf.h"

/* A superbox in a superbox, byte by byte as ISO 19566-5 has it. */
static void
boxes_stand_in_each_other (void)
{
  static const uint8_t
    expected[] = {
      0,    0,    0,    83,   'j',  'u',  'm',  'b', /* all of it */
      0,    0,    0,    30,   'j',  'u',  'm',  'd', /* its description */
      'c',  '2',  'p',  'a',  0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xaa, 0x00,
      0x38, 0x9b, 0x71, 3,    'c',  '2',  'p',  'a',  0,    0,    0,    0,    45,
      'j',  'u',  'm',  'b', /* the inner one */
      0,    0,    0,    27,   'j',  'u',  'm',  'd',  'c',  'b',  'o',  'r',  0x00,
      0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71, 3,    'x',
      0,    0,    0,    0,    10,   'c',  'b',  'o',  'r',  0x61, 'a',
    };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  size_t outer = jumbf_begin (out, "c2pa", "c2pa");
  size_t inner = jumbf_begin (out, "cbor", "x");
  jumbf_put (out, "cbor",
             "\x61"
             "a",
             2);
  jumbf_end (out, inner);
  jumbf_end (out, outer);
  g_assert_cmpmem (out->data, out->len, expected, sizeof expected);
}

/* What stands in front is left alone: a box may begin anywhere. */
static void
a_box_may_follow_others (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  jumbf_put (out, "free", "", 0);
  size_t began = jumbf_begin (out, "c2ma", "label");
  jumbf_put (out, "json", "{}", 2);
  jumbf_end (out, began);
  g_assert_cmpuint (began, ==, 8);
  g_assert_cmpuint (out->len, ==, 8 + 8 + 31 + 10);
  g_assert_cmpmem (out->data, 12, "\0\0\0\10free\0\0\0\61", 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/c2pa/jumbf-write/boxes-stand-in-each-other", boxes_stand_in_each_other);
  g_test_add_func ("/c2pa/jumbf-write/a-box-may-follow-others", a_box_may_follow_others);
  return g_test_run ();
}
