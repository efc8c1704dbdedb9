#include "container-check.h"

void
some_blobs (MetadataBlobs *blobs)
{
  MetadataOptions options = { .policy = METADATA_STRIP,
                              .set = { .copyright = (char *)"\xc2\xa9 me" } };
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_compose (&options, &(MetadataBlobs){ 0 },
                               &(MetadataFacts){ .source_type = "trainedAlgorithmicMedia" },
                               &(MetadataCarrier){ .width = 1, .height = 1, .density_dpi = 300 },
                               blobs, NULL, &error),
             error);
  metadata_blobs_add_text (blobs, "Comment", "gr\xc3\xbc\xc3\x9f");
}

GBytes *
store_of (size_t length)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_big (out, 4, length);
  put_text (out, "jumb");
  while (out->len < length)
    put_big (out, 1, out->len * 7 & 0xff);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
put_blobs (GBytes *file, const MetadataBlobs *blobs)
{
  g_autoptr (GBytes) owned = file;
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (container_put (owned, blobs, &out, &error), error);
  return out;
}

char *
listed (GBytes *file)
{
  static const char *const words[] = { "EXIF", "XMP",  "IPTC",    "ICC",
                                       "C2PA", "TEXT", "DENSITY", "OTHER" };
  g_autoptr (GPtrArray) blocks = container_list (file);
  GString *line = g_string_new (NULL);
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    g_assert_cmpuint (block->at, <, g_bytes_get_size (file));
    g_assert_cmpuint (block->length, <=, g_bytes_get_size (file) - block->at);
    g_assert_true ((block->data == NULL) == (block->trouble != NULL));
    g_string_append_printf (line, "%s%s:%s:", i > 0 ? " " : "", block->name, words[block->kind]);
    if (block->kind == BLOCK_TEXT)
      g_string_append_printf (line, "%s=", block->keyword);
    if (block->kind == BLOCK_TEXT && block->data != NULL)
      g_string_append_len (line, g_bytes_get_data (block->data, NULL),
                           (gssize)g_bytes_get_size (block->data));
    else if (block->data != NULL)
      g_string_append_printf (line, "%zu", g_bytes_get_size (block->data));
    else
      g_string_append_c (line, '-');
    if (block->n_pieces > 1)
      g_string_append_printf (line, "*%u", block->n_pieces);
  }
  return g_string_free (line, FALSE);
}

void
expect_listed (GBytes *file, const char *line)
{
  g_autofree char *found = listed (file);
  g_assert_cmpstr (found, ==, line);
}

void
check_put (GBytes *file)
{
  g_auto (MetadataBlobs) blobs = { 0 };
  some_blobs (&blobs);
  g_autoptr (GBytes) out = put_blobs (g_bytes_ref (file), &blobs);
  g_autoptr (GBytes) again = put_blobs (g_bytes_ref (out), &blobs);
  g_assert_true (g_bytes_equal (out, again));
  g_assert_false (bytes_hold (out, "canary"));
  g_assert_false (bytes_hold (out, "yranac"));

  g_autoptr (GPtrArray) blocks = container_list (out);
  g_auto (MetadataBlobs) read = { 0 };
  metadata_blobs_read (blocks, &read);
  g_assert_true (g_bytes_equal (read.xmp, blobs.xmp));
  g_autoptr (GBytes)
    bare = g_bytes_new_from_bytes (blobs.exif, 6, g_bytes_get_size (blobs.exif) - 6);
  g_assert_true (g_bytes_equal (read.exif, bare));
  g_assert_null (read.iptc);
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    g_assert_cmpint (block->kind, !=, BLOCK_OTHER);
    g_assert_cmpint (block->kind, !=, BLOCK_C2PA);
  }
}

void
check_stores (GBytes *file)
{
  static const size_t lengths[] = { 9, 10, 65517, 65518, 65519, 131034, 131035, 200001 };
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GBytes) store = store_of (lengths[i]), out = NULL;
    g_autoptr (GError) error = NULL;
    size_t at, length;
    assert_ok (container_put_c2pa (file, store, &out, &at, &length, &error), error);
    g_autoptr (GPtrArray) blocks = container_list (out);
    const Block *block = container_find (blocks, BLOCK_C2PA);
    g_assert_nonnull (block);
    g_assert_true (g_bytes_equal (block->data, store));
    g_assert_cmpuint (block->at, ==, at);
    g_assert_cmpuint (at + length, <=, g_bytes_get_size (out));
    g_assert_cmpuint (length, >, lengths[i]);
    g_autoptr (GBytes) bare = put_blobs (g_steal_pointer (&out), &(MetadataBlobs){ 0 });
    g_assert_false (bytes_hold (bare, "jumb"));
  }
}

static bool
can_put (GBytes *file, GBytes *store)
{
  g_auto (MetadataBlobs) blobs = { .xmp = bytes_of ("<x/>") };
  g_autoptr (GBytes) out = NULL, with_store = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  container_put_c2pa (file, store, &with_store, NULL, NULL, NULL);
  if (!container_put (file, &blobs, &out, &error)) {
    g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
    g_assert_null (out);
    return false;
  }
  again = put_blobs (g_bytes_ref (out), &blobs);
  g_assert_true (g_bytes_equal (out, again));
  return true;
}

/* A copy without a byte behind it, so that a read past its end is seen. */
static GBytes *
exact_copy (const uint8_t *bytes, size_t length)
{
  return g_bytes_new_take (g_memdup2 (bytes, length), length);
}

void
check_damage (GBytes *file)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  g_autoptr (GBytes) store = store_of (100);
  for (size_t i = 0; i < length; i++) {
    g_autoptr (GBytes) cut = exact_copy (bytes, i);
    g_free (listed (cut));
    can_put (cut, store);
    for (int value = 0; value < 256; value += 255) {
      g_autofree uint8_t *changed = g_memdup2 (bytes, length);
      changed[i] = (uint8_t)value;
      g_autoptr (GBytes) damaged = exact_copy (changed, length);
      g_free (listed (damaged));
      can_put (damaged, store);
    }
  }
  g_assert_true (can_put (file, store));
}

const Block *
find_block (const GPtrArray *blocks, BlockKind kind, const char *name)
{
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    if (block->kind == kind && strcmp (block->name, name) == 0)
      return block;
  }
  return NULL;
}
