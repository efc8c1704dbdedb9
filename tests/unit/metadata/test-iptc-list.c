#include "support/carrier.h"
#include "metadata/iptc-list.h"
#include "metadata/policy.h"

static void
put_dataset (GByteArray *out, unsigned record, unsigned dataset, const char *value, size_t length)
{
  put_big (out, 1, 0x1c);
  put_big (out, 1, record);
  put_big (out, 1, dataset);
  put_big (out, 2, length);
  g_byte_array_append (out, (const uint8_t *)value, (unsigned)length);
}

static const IptcLine *
line_of (const IptcList *list, unsigned index)
{
  g_assert_cmpuint (index, <, list->lines->len);
  return list->lines->pdata[index];
}

static void
list_ok (GByteArray *block, IptcList *list)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (block);
  g_autoptr (GError) error = NULL;
  assert_ok (iptc_list (bytes, list, &error), error);
}

static void
names_what_is_known (void)
{
  GByteArray *block = g_byte_array_new ();
  g_auto (IptcList) list = { NULL };
  put_dataset (block, 1, 90, "\x1b%G", 3);
  put_dataset (block, 2, 0, "\0\4", 2);
  put_dataset (block, 2, 5, "Title", 5);
  put_dataset (block, 2, 116, "\xa9 A", 3);
  put_dataset (block, 2, 231, "x", 1);
  put_dataset (block, 3, 10, "\1\2\3", 3);
  list_ok (block, &list);
  g_assert_cmpstr (line_of (&list, 0)->value, ==, "UTF-8");
  g_assert_cmpstr (line_of (&list, 1)->value, ==, "4");
  g_assert_cmpstr (line_of (&list, 2)->name, ==, "ObjectName");
  g_assert_cmpstr (line_of (&list, 2)->value, ==, "Title");
  g_assert_cmpstr (line_of (&list, 3)->value, ==, "\xc2\xa9 A");
  g_assert_cmpstr (line_of (&list, 4)->name, ==, "2:231");
  g_assert_cmpstr (line_of (&list, 5)->value, ==, "3 bytes");
}

static void
sees_a_thumbnail_among_resources (void)
{
  GByteArray *block = g_byte_array_new ();
  g_auto (IptcList) list = { NULL };
  put_text (block, "8BIM");
  put_big (block, 2, 0x040c);
  put_big (block, 2, 0);
  put_big (block, 4, 2);
  put_text (block, "xy");
  put_text (block, "8BIM");
  put_big (block, 2, 0x0404);
  put_big (block, 2, 0);
  put_big (block, 4, 6);
  put_dataset (block, 2, 25, "k", 1);
  list_ok (block, &list);
  g_assert_true (list.has_thumbnail);
  g_assert_cmpuint (list.lines->len, ==, 1);
}

static void
what_is_cut_is_read_as_far_as_it_goes (void)
{
  GByteArray *block = g_byte_array_new ();
  g_auto (IptcList) list = { NULL };
  put_dataset (block, 2, 25, "whole", 5);
  put_dataset (block, 2, 25, "cut off", 7);
  g_byte_array_set_size (block, block->len - 3);
  list_ok (block, &list);
  g_assert_cmpuint (list.lines->len, ==, 1);
}

static void
lines_are_bounded (void)
{
  GByteArray *block = g_byte_array_new ();
  g_auto (IptcList) list = { NULL };
  for (int i = 0; i < IPTC_LIST_MOST_LINES + 3; i++)
    put_dataset (block, 2, 25, "k", 1);
  list_ok (block, &list);
  g_assert_cmpuint (list.lines->len, ==, IPTC_LIST_MOST_LINES);
  g_assert_cmpuint (list.n_left_out, ==, 3);
}

static void
refuses_what_is_none (void)
{
  static const char *const blocks[] = { "", "Photoshop 2.0", "x" };
  for (size_t i = 0; i < G_N_ELEMENTS (blocks); i++) {
    g_autoptr (GBytes) bytes = bytes_of (blocks[i]);
    g_autoptr (GError) error = NULL;
    IptcList list = { NULL };
    g_assert_false (iptc_list (bytes, &list, &error));
    g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
    g_assert_null (list.lines);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/iptc-list/" name, function)
  ADD ("names-what-is-known", names_what_is_known);
  ADD ("sees-a-thumbnail-among-resources", sees_a_thumbnail_among_resources);
  ADD ("what-is-cut-is-read-as-far-as-it-goes", what_is_cut_is_read_as_far_as_it_goes);
  ADD ("lines-are-bounded", lines_are_bounded);
  ADD ("refuses-what-is-none", refuses_what_is_none);
  return g_test_run ();
}
