#include "run/manifest.h"

#include <string.h>

#include "run/manifest-read.h"
#include "support/scratch.h"

static Derivative derivatives[] = {
  { .shown = (char *)"out/a.png", .preset = "web/thumb", .mark = { .line = 1 } },
  { .shown = (char *)"out/b \"q\".png", .preset = "", .mark = { .line = 2 } },
};

static ManifestWriter *
writer_of (unsigned n_images)
{
  g_autoptr (GError) error = NULL;
  ManifestWriter *writer = manifest_writer_new (n_images, &error);
  g_assert_no_error (error);
  return writer;
}

static void
add_image (ManifestWriter *writer, unsigned i, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = cache_record_new ();
  record->digest = digest_of (id, strlen (id));
  record->format = g_strdup ("png");
  record->width = 30;
  derivatives[i].fingerprint = digest_of (id, 1);
  ManifestItem item = {
    .derivative = &derivatives[i],
    .content = digest_of ("pixels", 6),
    .facts = "{\"format\":\"png\",\"width\":30,\"made-with\":\"libvips 8.14\"}",
  };
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (ManifestItem));
  g_array_append_val (items, item);
  assert_ok (manifest_writer_add (writer, i, id, 0, record, items, &error), error);
}

static bool
finish (ManifestWriter *writer, const char *path)
{
  g_autoptr (GError) error = NULL;
  bool changed = false;
  assert_ok (manifest_writer_finish (writer, "shop", path, &changed, &error), error);
  manifest_writer_free (writer);
  return changed;
}

static char *
read_text (const char *path)
{
  char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_round_trip (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "deep/m.json");
  ManifestWriter *writer = writer_of (2);
  add_image (writer, 0, "first");
  add_image (writer, 1, "second \"q\"");
  g_assert_true (finish (writer, path));
  g_autoptr (ManifestIndex) index = manifest_index_new (path);
  for (unsigned i = 0; i < 2; i++) {
    const ManifestEntry *entry = manifest_index_find (index, derivatives[i].shown);
    g_assert_nonnull (entry);
    g_assert_cmpstr (entry->facts, ==,
                     "{\"format\":\"png\",\"width\":30,\"made-with\":\"libvips 8.14\"}");
    g_assert_true (digest_equal (&entry->fingerprint, &derivatives[i].fingerprint));
    const Digest content = digest_of ("pixels", 6);
    g_assert_true (digest_equal (&entry->content, &content));
  }
  g_assert_null (manifest_index_find (index, "out/c.png"));
}

static void
test_order (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "m.json");
  ManifestWriter *writer = writer_of (2);
  add_image (writer, 0, "first");
  add_image (writer, 1, "second");
  g_assert_true (finish (writer, path));
  g_autofree char *text = read_text (path);
  writer = writer_of (2);
  add_image (writer, 1, "second");
  add_image (writer, 0, "first");
  g_assert_false (finish (writer, path));
  g_autofree char *again = read_text (path);
  g_assert_cmpstr (again, ==, text);
}

static void
test_without_images (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "m.json");
  g_assert_true (finish (writer_of (3), path));
  g_autofree char *text = read_text (path);
  g_assert_cmpstr (text, ==, "{\n  \"peel\": 1,\n  \"pipeline\": \"shop\",\n  \"images\": []\n}\n");
}

static void
test_junk (void)
{
  static const char *const junk[] = {
    "",
    "{",
    "[]",
    "{\"images\":[{\"derivatives\":[{\"path\":\"a\"}]}]}",
    "{\"peel\":1,\"images\":[{\"derivatives\":[{\"path\":\"a\",\"sha256\":\"x\"}]}]}",
    "{\"peel\":1,\"images\":{\"a\":3}}",
  };
  g_autoptr (Scratch) scratch = scratch_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (junk); i++) {
    g_autoptr (ManifestIndex)
      index = manifest_index_new (scratch_write (scratch, "m.json", junk[i]));
    g_assert_null (manifest_index_find (index, "a"));
  }
  g_autoptr (ManifestIndex) index = manifest_index_new (scratch_path (scratch, "none.json"));
  g_assert_null (manifest_index_find (index, "a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/manifest/what-is-written-is-read", test_round_trip);
  g_test_add_func ("/run/manifest/order-of-arrival-changes-nothing", test_order);
  g_test_add_func ("/run/manifest/no-images-is-a-manifest-too", test_without_images);
  g_test_add_func ("/run/manifest/junk-knows-nothing", test_junk);
  return g_test_run ();
}
