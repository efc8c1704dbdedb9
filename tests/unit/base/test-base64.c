#include "base/base64.h"

#include <string.h>
#include <glib.h>

enum { MOST_BYTES = 400 };

static size_t
random_up_to (size_t most)
{
  return (size_t)g_test_rand_int_range (0, (int)most + 1);
}

static size_t
fill_random (uint8_t *bytes)
{
  size_t length = random_up_to (MOST_BYTES);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (uint8_t)g_test_rand_int ();
  return length;
}

/* Decodes pieces cut at random, each from and into memory of just its size. NULL: refused. */
static GByteArray *
decode_in_pieces (const char *text, size_t length)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  Base64Decoder decoder = { 0 };
  for (size_t at = 0; at < length;) {
    size_t n = 1 + random_up_to (MIN (length - at, 60) - 1);
    g_autofree char *piece = g_memdup2 (text + at, n);
    g_autofree uint8_t *out = g_malloc (base64_most_bytes (n));
    size_t n_out, n_used;
    bool ok = base64_decode (&decoder, piece, n, out, &n_out, &n_used);
    g_byte_array_append (all, out, (unsigned)n_out);
    if (!ok)
      return NULL;
    g_assert_cmpuint (n_used, ==, n);
    at += n;
  }
  return base64_finish (&decoder) ? g_steal_pointer (&all) : NULL;
}

static void
assert_decodes (const char *text, const void *bytes, size_t length)
{
  g_autoptr (GByteArray) found = decode_in_pieces (text, strlen (text));
  if (found == NULL)
    g_error ("'%s' is refused", text);
  g_assert_cmpmem (found->data, found->len, bytes, length);
}

static void
assert_refused (const char *text)
{
  g_autoptr (GByteArray) found = decode_in_pieces (text, strlen (text));
  if (found != NULL)
    g_error ("'%s' is decoded to %u bytes", text, found->len);
}

static void
what_was_encoded_comes_back (void)
{
  for (int i = 0; i < 500; i++) {
    uint8_t bytes[MOST_BYTES];
    size_t length = fill_random (bytes);
    g_autofree char *text = g_base64_encode (bytes, length);
    assert_decodes (text, bytes, length);
  }
}

static void
both_alphabets_are_read_padded_or_not (void)
{
  for (int i = 0; i < 500; i++) {
    uint8_t bytes[MOST_BYTES];
    size_t length = fill_random (bytes);
    g_autofree char *text = g_base64_encode (bytes, length);
    g_strdelimit (text, "+", '-');
    g_strdelimit (text, "/", '_');
    assert_decodes (text, bytes, length);
    size_t end = strcspn (text, "=");
    text[end] = '\0';
    assert_decodes (text, bytes, length);
  }
  assert_decodes ("-/+_", "\xfb\xff\xbf", 3);
}

static void
line_ends_are_passed_over (void)
{
  for (int i = 0; i < 500; i++) {
    uint8_t bytes[MOST_BYTES];
    size_t length = fill_random (bytes);
    g_autofree char *text = g_base64_encode (bytes, length);
    g_autoptr (GString) lines = g_string_new (text);
    for (size_t n = random_up_to (8); n > 0; n--)
      g_string_insert (lines, (gssize)random_up_to (lines->len), n % 2 ? "\r\n" : "\n");
    assert_decodes (lines->str, bytes, length);
  }
  assert_decodes ("\n\r", "", 0);
  assert_decodes ("QQ\n=\r\n=\n", "A", 1);
}

static void
a_foreign_sign_is_refused_where_it_stands (void)
{
  for (int i = 0; i < 256; i++) {
    char sign = (char)i;
    bool is_known = g_ascii_isalnum (sign) || strchr ("+/-_\r\n", sign) != NULL;
    if (is_known && sign != '\0')
      continue;
    for (size_t at = 0; at < 32; at++) {
      char text[36];
      uint8_t out[27];
      size_t n_out, n_used;
      Base64Decoder decoder = { 0 };
      memset (text, 'A', sizeof text);
      text[at] = sign;
      bool ok = base64_decode (&decoder, text, sizeof text, out, &n_out, &n_used);
      g_assert_false (ok);
      /* Padding is in its place behind two or three signs, and what follows it is not. */
      g_assert_cmpuint (n_used, ==, at + (sign == '=' && at % 4 >= 2));
      g_assert_cmpuint (n_out, ==, at * 3 / 4);
    }
  }
}

static void
text_that_is_cut_short_is_refused (void)
{
  assert_refused ("A");
  assert_refused ("QUJDR");
  assert_refused ("QUJDRA=");
  assert_refused ("QQ=\n");
}

static void
padding_ends_the_text (void)
{
  assert_refused ("QQ==QQ==");
  assert_refused ("QUI=A");
  assert_refused ("QQ=A");
  assert_refused ("QQ===");
  assert_refused ("QUI==");
  assert_refused ("=");
  assert_refused ("A===");
  assert_refused ("QUJD=");
  assert_refused ("QUJD====");
  Base64Decoder decoder = { 0 };
  uint8_t out[6];
  size_t n_out, n_used;
  g_assert_false (base64_decode (&decoder, "QQ===", 5, out, &n_out, &n_used));
  g_assert_cmpuint (n_used, ==, 4);
}

static void
a_text_is_decoded_where_it_lies (void)
{
  for (int i = 0; i < 500; i++) {
    uint8_t bytes[MOST_BYTES];
    size_t length = fill_random (bytes), n_out, n_used;
    g_autofree char *text = g_base64_encode (bytes, length);
    size_t n_signs = strlen (text);
    /* A group may be open from what came before. */
    size_t n_before = random_up_to (MIN (n_signs, 5));
    Base64Decoder decoder = { 0 };
    uint8_t before[6];
    size_t n_first;
    g_assert_true (base64_decode (&decoder, text, n_before, before, &n_first, &n_used));
    g_assert_cmpmem (before, n_first, bytes, n_first);
    char *rest = text + n_before;
    g_assert_true (
      base64_decode (&decoder, rest, n_signs - n_before, (uint8_t *)rest, &n_out, &n_used));
    g_assert_true (base64_finish (&decoder));
    g_assert_cmpmem (rest, n_out, bytes + n_first, length - n_first);
  }
}

static void
encoding_is_as_glib_has_it (void)
{
  for (int i = 0; i < 500; i++) {
    uint8_t bytes[MOST_BYTES];
    size_t length = fill_random (bytes);
    g_autofree char *wanted = g_base64_encode (bytes, length);
    g_autofree char *found = g_malloc (base64_signs (length));
    size_t cut = length / 2 - length / 2 % 3;
    size_t n = base64_encode (bytes, cut, found);
    n += base64_encode (bytes + cut, length - cut, found + n);
    g_assert_cmpuint (n, ==, base64_signs (length));
    g_assert_cmpmem (found, n, wanted, strlen (wanted));
  }
}

static void
assert_url (const char *bytes, const char *wanted)
{
  g_autofree char *found = base64_url (bytes, strlen (bytes));
  g_assert_cmpstr (found, ==, wanted);
}

static void
for_urls_has_no_sign_that_urls_escape (void)
{
  assert_url ("", "");
  assert_url ("A", "QQ");
  assert_url ("AB", "QUI");
  assert_url ("\xfb\xff\xbf\xff", "-_-__w");
  assert_url ("{\"alg\":\"RS256\"}", "eyJhbGciOiJSUzI1NiJ9");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/base64/what-was-encoded-comes-back", what_was_encoded_comes_back);
  g_test_add_func ("/base/base64/both-alphabets-are-read-padded-or-not",
                   both_alphabets_are_read_padded_or_not);
  g_test_add_func ("/base/base64/line-ends-are-passed-over", line_ends_are_passed_over);
  g_test_add_func ("/base/base64/a-foreign-sign-is-refused-where-it-stands",
                   a_foreign_sign_is_refused_where_it_stands);
  g_test_add_func ("/base/base64/text-that-is-cut-short-is-refused",
                   text_that_is_cut_short_is_refused);
  g_test_add_func ("/base/base64/padding-ends-the-text", padding_ends_the_text);
  g_test_add_func ("/base/base64/a-text-is-decoded-where-it-lies", a_text_is_decoded_where_it_lies);
  g_test_add_func ("/base/base64/encoding-is-as-glib-has-it", encoding_is_as_glib_has_it);
  g_test_add_func ("/base/base64/for-urls-has-no-sign-that-urls-escape",
                   for_urls_has_no_sign_that_urls_escape);
  return g_test_run ();
}
