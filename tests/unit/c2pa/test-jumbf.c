#include "support/carrier.h"
#include "c2pa/c2pa.h"
#include "c2pa/jumbf.h"

static const uint8_t tail[12] = { 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 };

/* A box around bytes, which are freed. */
static GByteArray *
wrap (const char *type, GByteArray *content)
{
  GByteArray *box = g_byte_array_new ();
  put_big (box, 4, 8 + (uint64_t)content->len);
  put_text (box, type);
  g_byte_array_append (box, content->data, content->len);
  g_byte_array_unref (content);
  return box;
}

static void
join (GByteArray *out, GByteArray *more)
{
  g_byte_array_append (out, more->data, more->len);
  g_byte_array_unref (more);
}

static GByteArray *
described (const char *type, const char *label)
{
  GByteArray *content = g_byte_array_new ();
  put_text (content, type);
  g_byte_array_append (content, tail, sizeof tail);
  put_big (content, 1, 3);
  g_byte_array_append (content, (const uint8_t *)label, (unsigned)strlen (label) + 1);
  return wrap ("jumd", content);
}

/* A superbox; `content` (may be NULL) is freed. */
static GByteArray *
super (const char *type, const char *label, GByteArray *content)
{
  GByteArray *inner = described (type, label);
  if (content != NULL)
    join (inner, content);
  return wrap ("jumb", inner);
}

static GByteArray *
text_box (const char *type, const char *text)
{
  GByteArray *content = g_byte_array_new ();
  put_text (content, text);
  return wrap (type, content);
}

/* c2pa { one { store { a "json" } }, two } */
static GByteArray *
sample (void)
{
  GByteArray *store = super ("c2as", "store", super ("json", "a", text_box ("json", "{}")));
  GByteArray *manifests = super ("c2ma", "one", store);
  join (manifests, super ("c2ma", "two", NULL));
  return super ("c2pa", "c2pa", manifests);
}

static void
test_a_tree_is_read (void)
{
  g_autoptr (GByteArray) bytes = sample ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JumbfBox) box = jumbf_read (bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (box->type, ==, "c2pa");
  g_assert_cmpstr (box->label, ==, "c2pa");
  g_assert_cmpuint (box->length, ==, bytes->len);
  g_assert_cmpuint (box->content_at, ==, 8);
  g_assert_cmpuint (box->children->len, ==, 2);
  const JumbfBox *a = jumbf_find (box, NULL, "self#jumbf=/c2pa/one/store/a");
  g_assert_nonnull (a);
  g_assert_cmpstr (a->data_type, ==, "json");
  g_assert_cmpmem (bytes->data + a->data_at, a->data_length, "{}", 2);
  g_assert_cmpuint (a->content_at + a->content_length, ==, a->at + a->length);
}

static void
test_names_lead_to_boxes (void)
{
  g_autoptr (GByteArray) bytes = sample ();
  g_autoptr (JumbfBox) box = jumbf_read (bytes->data, bytes->len, NULL);
  const JumbfBox *one = jumbf_child (box, "one"), *two = jumbf_child (box, "two");
  const JumbfBox *a = jumbf_child (jumbf_child (one, "store"), "a");
  g_assert_true (jumbf_find (box, one, "self#jumbf=store/a") == a);
  g_assert_null (jumbf_find (box, two, "self#jumbf=store/a"));
  g_assert_true (jumbf_find (box, two, "self#jumbf=/c2pa/one/store/a") == a);
  g_assert_true (jumbf_find (box, NULL, "self#jumbf=c2pa/two") == two);
  static const char *const nowhere[] = { "",
                                         "store/a",
                                         "self#jumbf=",
                                         "self#jumbf=/",
                                         "self#jumbf=/c2p/one",
                                         "self#jumbf=/c2pa/on",
                                         "self#jumbf=/c2pa/onee",
                                         "self#jumbf=/c2pa/one/a",
                                         "self#jumbf=//one" };
  for (unsigned i = 0; i < G_N_ELEMENTS (nowhere); i++)
    g_assert_null (jumbf_find (box, one, nowhere[i]));
}

static void
test_long_and_open_lengths (void)
{
  GByteArray *content = described ("c2ma", "long");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  put_big (bytes, 4, 1);
  put_text (bytes, "jumb");
  put_big (bytes, 8, 16 + content->len);
  join (bytes, content);
  g_autoptr (JumbfBox) box = jumbf_read (bytes->data, bytes->len, NULL);
  g_assert_cmpstr (box->label, ==, "long");
  g_assert_cmpuint (box->content_at, ==, 16);

  g_autoptr (GByteArray) open = super ("c2ma", "open", text_box ("cbor", "x"));
  memset (open->data, 0, 4);
  memset (open->data + open->len - 9, 0, 4);
  g_autoptr (JumbfBox) last = jumbf_read (open->data, open->len, NULL);
  g_assert_cmpuint (last->data_length, ==, 1);
}

static void
test_zeros_may_follow (void)
{
  g_autoptr (GByteArray) bytes = sample ();
  put_big (bytes, 8, 0);
  g_autoptr (JumbfBox) box = jumbf_read (bytes->data, bytes->len, NULL);
  g_assert_nonnull (box);
  bytes->data[bytes->len - 1] = 1;
  g_assert_null (jumbf_read (bytes->data, bytes->len, NULL));
}

/* Of another UUID, without a label. */
static void
test_strange_descriptions (void)
{
  g_autoptr (GByteArray) bytes = super ("json", "a", NULL);
  bytes->data[16 + 5] ^= 1;
  bytes->data[16 + 16] = 1;
  g_autoptr (JumbfBox) box = jumbf_read (bytes->data, bytes->len, NULL);
  g_assert_cmpstr (box->type, ==, "uuid");
  g_assert_cmpstr (box->label, ==, "");
  bytes->data[16 + 16] = 3;
  bytes->data[16 + 18] = 'b'; /* the label has no end */
  g_assert_null (jumbf_read (bytes->data, bytes->len, NULL));
}

static void
test_every_cut_is_refused (void)
{
  g_autoptr (GByteArray) bytes = sample ();
  for (unsigned length = 0; length < bytes->len; length++) {
    g_autofree uint8_t *cut = g_memdup2 (bytes->data, length);
    g_autoptr (GError) error = NULL;
    g_assert_null (jumbf_read (cut, length, &error));
    g_assert_error (error, C2PA_ERROR, C2PA_ERROR_FAILED);
  }
}

static void
test_every_flip_is_survived (void)
{
  g_autoptr (GByteArray) bytes = sample ();
  for (unsigned i = 0; i < 8 * bytes->len; i++) {
    g_autofree uint8_t *flipped = g_memdup2 (bytes->data, bytes->len);
    flipped[i / 8] ^= (uint8_t)(1 << i % 8);
    jumbf_free (jumbf_read (flipped, bytes->len, NULL));
  }
}

static void
test_depth_and_number_have_limits (void)
{
  GByteArray *deep = super ("c2ma", "deepest", NULL);
  for (unsigned i = 1; i < JUMBF_MOST_DEPTH; i++)
    deep = super ("c2ma", "deep", deep);
  g_autoptr (JumbfBox) fits = jumbf_read (deep->data, deep->len, NULL);
  g_assert_nonnull (fits);
  deep = super ("c2ma", "deep", deep);
  g_assert_null (jumbf_read (deep->data, deep->len, NULL));
  g_byte_array_unref (deep);

  GByteArray *row = g_byte_array_new ();
  for (unsigned i = 0; i < JUMBF_MOST_BOXES; i++)
    join (row, text_box ("free", ""));
  g_autoptr (GByteArray) many = super ("c2ma", "many", row);
  g_assert_null (jumbf_read (many->data, many->len, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/c2pa/jumbf/a-tree-is-read", test_a_tree_is_read);
  g_test_add_func ("/c2pa/jumbf/names-lead-to-boxes", test_names_lead_to_boxes);
  g_test_add_func ("/c2pa/jumbf/long-and-open-lengths", test_long_and_open_lengths);
  g_test_add_func ("/c2pa/jumbf/zeros-may-follow", test_zeros_may_follow);
  g_test_add_func ("/c2pa/jumbf/strange-descriptions", test_strange_descriptions);
  g_test_add_func ("/c2pa/jumbf/every-cut-is-refused", test_every_cut_is_refused);
  g_test_add_func ("/c2pa/jumbf/every-flip-is-survived", test_every_flip_is_survived);
  g_test_add_func ("/c2pa/jumbf/depth-and-number-have-limits", test_depth_and_number_have_limits);
  return g_test_run ();
}
