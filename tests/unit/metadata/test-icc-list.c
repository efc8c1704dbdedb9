#include "support/carrier.h"
#include "metadata/icc-list.h"
#include "metadata/policy.h"

/* A profile of one tag, which fills the rest. */
static GByteArray *
profile (const char *signature, GByteArray *tag)
{
  GByteArray *out = g_byte_array_new ();
  put_big (out, 4, 128 + 4 + 12 + tag->len);
  put_text (out, "lcms");
  put_big (out, 4, 0x02100000);
  put_text (out, "mntrRGB XYZ ");
  put_big (out, 8, 0);
  put_big (out, 4, 0);
  put_text (out, "acsp");
  while (out->len < 128)
    put_big (out, 1, 0);
  put_big (out, 4, 1);
  put_text (out, signature);
  put_big (out, 4, 128 + 4 + 12);
  put_big (out, 4, tag->len);
  g_byte_array_append (out, tag->data, tag->len);
  return out;
}

static GByteArray *
description (const char *text)
{
  GByteArray *tag = g_byte_array_new ();
  put_text (tag, "desc");
  put_big (tag, 4, 0);
  put_big (tag, 4, strlen (text) + 1);
  put_text (tag, text);
  put_big (tag, 1, 0);
  return tag;
}

static void
reads_a_description (void)
{
  g_autoptr (GByteArray) tag = description ("sRGB IEC61966-2.1");
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (profile ("desc", tag));
  g_autoptr (GError) error = NULL;
  g_auto (IccFacts) facts = { NULL };
  assert_ok (icc_read (bytes, &facts, &error), error);
  g_assert_cmpstr (facts.description, ==, "sRGB IEC61966-2.1");
  g_assert_cmpstr (facts.color_space, ==, "RGB");
  g_assert_cmpstr (facts.profile_class, ==, "mntr");
  g_assert_cmpuint (facts.major, ==, 2);
  g_assert_cmpuint (facts.minor, ==, 1);
}

static void
prefers_english (void)
{
  g_autoptr (GByteArray) tag = g_byte_array_new ();
  put_text (tag, "mluc");
  put_big (tag, 4, 0);
  put_big (tag, 4, 2);
  put_big (tag, 4, 12);
  put_text (tag, "deDE");
  put_big (tag, 4, 2);
  put_big (tag, 4, 40);
  put_text (tag, "enUS");
  put_big (tag, 4, 4);
  put_big (tag, 4, 42);
  put_big (tag, 2, 'd');
  put_big (tag, 2, 0xdc);
  put_big (tag, 2, 'n');
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (profile ("desc", tag));
  g_autoptr (GError) error = NULL;
  g_auto (IccFacts) facts = { NULL };
  assert_ok (icc_read (bytes, &facts, &error), error);
  g_assert_cmpstr (facts.description, ==, "\xc3\x9cn");
}

static void
what_is_cut_has_no_name (void)
{
  g_autoptr (GByteArray) tag = description ("long enough");
  g_autoptr (GBytes) whole = g_byte_array_free_to_bytes (profile ("desc", tag));
  for (size_t length = 0; length < g_bytes_get_size (whole); length++) {
    g_autofree uint8_t *copy = g_memdup2 (g_bytes_get_data (whole, NULL), MAX (length, 1));
    g_autoptr (GBytes) cut = g_bytes_new_static (copy, length);
    g_autoptr (GError) error = NULL;
    g_auto (IccFacts) facts = { NULL };
    bool ok = icc_read (cut, &facts, &error);
    g_assert_true (ok == (length >= 132));
    g_assert_null (facts.description);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/icc-list/" name, function)
  ADD ("reads-a-description", reads_a_description);
  ADD ("prefers-english", prefers_english);
  ADD ("what-is-cut-has-no-name", what_is_cut_has_no_name);
  return g_test_run ();
}
