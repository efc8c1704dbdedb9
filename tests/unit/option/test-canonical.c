#include "sample.h"
#include "support/scratch.h"

/* The sample with "name=value" set for each, as its canonical text. */
static char *
canonical_of (const char *const *settings, OptionDigestFunc digest, GError **error)
{
  Sample *options = options_new (&sample_table);
  for (unsigned i = 0; settings[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);
    g_autofree char *complaint = NULL;
    const char *inner = g_str_has_prefix (pair[0], "set.") ? pair[0] + strlen ("set.") : NULL;
    bool ok = inner != NULL ? option_set_text (option_find (&set_table, inner), pair[1],
                                               &options->set, &complaint)
                            : option_set_text (option_find (&sample_table, pair[0]), pair[1],
                                               options, &complaint);
    g_assert_cmpstr (complaint, ==, NULL);
    g_assert_true (ok);
  }
  GString *out = g_string_new ("stage");
  bool ok = options_append_canonical (&sample_table, options, digest, NULL, out, error);
  options_free (&sample_table, options);
  g_assert_true (ok || strcmp (out->str, "stage") == 0);
  return g_string_free (out, FALSE);
}

static void
assert_canonical (const char *const *settings, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = canonical_of (settings, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

#define SETTINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
defaults_are_left_out (void)
{
  assert_canonical (SETTINGS ("sigma=0.5", "fit=cover", "keep=icc", "background=#fff",
                              "quality=good", "timeout=60s", "strip=false"),
                    "stage");
}

static void
options_stand_in_order_of_name (void)
{
  assert_canonical (
    SETTINGS ("width=800", "strip=true", "set.rating=3", "set.copyright=me \"& you\"\n",
              "sigma=1.50", "quality=82", "ratio=32:18", "prompt=", "max-bytes=1500KB",
              "density=300ppi", "length=1cm", "fit=fill", "image=/a/b.png", "background=#ff800080"),
    "stage background=\"#ff800080\" density=\"300dpi\" fit=\"fill\" image=\"/a/b.png\" "
    "length=\"10mm\" max-bytes=\"1500KB\" prompt=\"\" quality=\"82\" ratio=\"32:18\" "
    "set.copyright=\"me \\\"& you\\\"\\n\" set.rating=\"3\" sigma=\"1.5\" strip=\"true\" "
    "width=\"800\"");
}

static void
the_same_value_is_the_same_text (void)
{
  assert_canonical (SETTINGS ("background=black"), "stage background=\"#000000ff\"");
  assert_canonical (SETTINGS ("background=#000"), "stage background=\"#000000ff\"");
  assert_canonical (SETTINGS ("sigma=-0"), "stage sigma=\"0\"");
  assert_canonical (SETTINGS ("sigma=0e5"), "stage sigma=\"0\"");
  assert_canonical (SETTINGS ("max-bytes=1MB"), "stage max-bytes=\"1MB\"");
  assert_canonical (SETTINGS ("max-bytes=1000KB"), "stage max-bytes=\"1MB\"");
}

/* By value, so that the table may be sorted for people. */
static void
a_set_of_words_has_one_order (void)
{
  assert_canonical (SETTINGS ("keep=icc,xmp,exif"), "stage keep=\"exif,xmp,icc\"");
  assert_canonical (SETTINGS ("keep=exif,icc,xmp"), "stage keep=\"exif,xmp,icc\"");
  assert_canonical (SETTINGS ("keep="), "stage keep=\"\"");
}

static void
lists_of_texts_cannot_be_confused (void)
{
  Sample *options = options_new (&sample_table);
  options->keywords = g_strsplit ("a,b|c\"", "|", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  assert_ok (options_append_canonical (&sample_table, options, NULL, NULL, out, NULL), NULL);
  g_assert_cmpstr (out->str, ==, " keywords=[\"a,b\",\"c\\\"\"]");
  options_free (&sample_table, options);
}

static void
what_shapes_no_pixels_is_left_out (void)
{
  assert_canonical (SETTINGS ("timeout=5s", "key=env:KEY"), "stage");
}

static bool
digest_path (void *data, const char *path, Digest *out_digest, GError **error)
{
  if (strcmp (path, "/missing") == 0) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, "no such file");
    return false;
  }
  *out_digest = digest_of ("abc", 3);
  return true;
}

static void
a_file_is_its_content (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = canonical_of (SETTINGS ("image=/a"), digest_path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==,
                   "stage image=\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                   "\"");
}

static void
a_file_that_cannot_be_read_leaves_no_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = canonical_of (SETTINGS ("image=/missing", "width=1"), digest_path,
                                        &error);
  g_assert_error (error, OPTION_ERROR, OPTION_ERROR_USAGE);
  g_assert_cmpstr (text, ==, "stage");
}

static void
count_file (void *data, const char *path)
{
  g_assert_cmpstr (path, ==, "/a");
  ++*(int *)data;
}

static void
files_that_are_set_are_visited (void)
{
  int n = 0;
  Sample *options = options_new (&sample_table);
  options_each_file (&sample_table, options, count_file, &n);
  g_assert_cmpint (n, ==, 0);
  options->image = g_strdup ("/a");
  options_each_file (&sample_table, options, count_file, &n);
  g_assert_cmpint (n, ==, 1);
  options_free (&sample_table, options);
}

/* A field that no reader ever filled must not crash what writes it. */
static void
unset_values_have_no_text (void)
{
  Sample *options = g_malloc0 (sizeof *options);
  for (const Option *row = sample_rows; row->name != NULL; row++) {
    g_autofree char *text = option_format (row, options);
    if (row->fallback == NULL && !(row->flags & OPTION_REQUIRED))
      g_assert_null (text);
  }
  g_autoptr (GString) out = g_string_new (NULL);
  g_assert_true (options_append_canonical (&sample_table, options, NULL, NULL, out, NULL));
  options_free (&sample_table, options);
  options_free (&sample_table, NULL);
}

static void
a_group_is_formatted_as_a_map (void)
{
  Sample *options = options_new (&sample_table);
  const Option *row = option_find (&sample_table, "set");
  g_assert_true (option_is_default (row, options));
  options->set.rating = 4;
  options->set.copyright = g_strdup ("me");
  g_autofree char *text = option_format (row, options);
  g_assert_cmpstr (text, ==, "{ copyright: me, rating: 4 }");
  g_assert_false (option_is_default (row, options));
  options_free (&sample_table, options);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/option/canonical/" name, function)
  ADD ("defaults-are-left-out", defaults_are_left_out);
  ADD ("options-stand-in-order-of-name", options_stand_in_order_of_name);
  ADD ("the-same-value-is-the-same-text", the_same_value_is_the_same_text);
  ADD ("a-set-of-words-has-one-order", a_set_of_words_has_one_order);
  ADD ("lists-of-texts-cannot-be-confused", lists_of_texts_cannot_be_confused);
  ADD ("what-shapes-no-pixels-is-left-out", what_shapes_no_pixels_is_left_out);
  ADD ("a-file-is-its-content", a_file_is_its_content);
  ADD ("a-file-that-cannot-be-read-leaves-no-text", a_file_that_cannot_be_read_leaves_no_text);
  ADD ("files-that-are-set-are-visited", files_that_are_set_are_visited);
  ADD ("unset-values-have-no-text", unset_values_have_no_text);
  ADD ("a-group-is-formatted-as-a-map", a_group_is_formatted_as_a_map);
  return g_test_run ();
}
