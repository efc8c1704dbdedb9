/* The linker puts this file between the cache and pixels/ (--wrap), so that the test can be
 * another zlib. */
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/blob.h"
#include "cache/pixels-file.h"
#include "originals.h"
#include "pixels/frame.h"
#include "pixels/recipe.h"

static bool is_other_zlib;
/* Who puts the original while somebody looks for it. */
static Cache *putting_cache;
static GBytes *put_meanwhile;

bool __real_pixels_file_open (PixelsFile *file, const char *home, const Digest *digest,
                              GError **error);
bool __wrap_pixels_file_open (PixelsFile *file, const char *home, const Digest *digest,
                              GError **error);

bool
__wrap_pixels_file_open (PixelsFile *file, const char *home, const Digest *digest, GError **error)
{
  bool is_open = __real_pixels_file_open (file, home, digest, error);
  GBytes *bytes = g_steal_pointer (&put_meanwhile);
  if (bytes != NULL)
    originals_put (putting_cache, bytes);
  return is_open;
}

bool __real_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);
bool __wrap_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);
bool __real_png_deflate_is_classic (void);
bool __wrap_png_deflate_is_classic (void);

bool
__wrap_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error)
{
  if (!is_other_zlib)
    return __real_pixel_frame_rebuild (frame, sink, error);
  return sink->write (sink->data, "other bytes", 11, error);
}

bool
__wrap_png_deflate_is_classic (void)
{
  return !is_other_zlib && __real_png_deflate_is_classic ();
}

/* An original that is a .pix alone. */
static Digest
put_pixels_alone (Cache *cache, GBytes *png, bool want_exact)
{
  Digest digest = originals_put (cache, png);
  originals_put_pixels (cache, &digest, png, want_exact);
  g_autofree char *frame = originals_path (cache, &digest, ".zst");
  g_assert_cmpint (g_unlink (frame), ==, 0);
  return digest;
}

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static void
check_given_back (Cache *cache, const Digest *digest, GBytes *png)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cache_has (cache, digest));
  g_autoptr (GBytes) whole = cache_get (cache, digest, ORIGINAL_MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (whole, png));
  g_autoptr (GByteArray) pieces = g_byte_array_new ();
  const PixelSink sink = { pieces, append };
  assert_ok (blob_copy (cache_home (cache), digest, &sink, &error), error);
  g_assert_cmpmem (pieces->data, pieces->len, g_bytes_get_data (png, NULL), g_bytes_get_size (png));
}

static void
check_not_there (Cache *cache, const Digest *digest)
{
  g_autoptr (GError) error = NULL;
  Digest found;
  g_autoptr (GByteArray) pieces = g_byte_array_new ();
  const PixelSink sink = { pieces, append };
  g_assert_false (cache_has (cache, digest));
  g_assert_null (cache_get (cache, digest, ORIGINAL_MOST_BYTES, &error));
  g_assert_no_error (error);
  g_assert_false (blob_copy (cache_home (cache), digest, &sink, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (cache_find_prefix (cache, digest_to_hex (digest).text, &found), ==, 0);
}

/* ---- bytes ---- */

static void
an_exact_frame_stands_for_the_original (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (200, 150);
  Digest digest = originals_put (cache, png), found;
  BlobStorage storage;
  check_given_back (cache, &digest, png);
  g_assert_true (blob_storage (cache_home (cache), &digest, &storage));
  g_assert_cmpint (storage.frame_bytes, >, 0);
  g_assert_cmpint (storage.pixels_bytes, ==, 0);

  originals_put_pixels (cache, &digest, png, true);
  check_given_back (cache, &digest, png);
  g_assert_cmpuint (cache_find_prefix (cache, digest_to_hex (&digest).text, &found), ==, 1);

  put_pixels_alone (cache, png, true);
  check_given_back (cache, &digest, png);
  g_assert_cmpuint (cache_find_prefix (cache, digest_to_hex (&digest).text, &found), ==, 1);
  g_assert_true (digest_equal (&digest, &found));
  g_assert_true (blob_storage (cache_home (cache), &digest, &storage));
  g_assert_cmpint (storage.frame_bytes, ==, 0);
  g_assert_cmpint (storage.pixels_bytes, >, 0);
  g_assert_true (storage.pixels_are_exact);
}

static void
a_frame_that_is_not_exact_stands_for_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = put_pixels_alone (cache, png, false);
  BlobStorage storage;
  check_not_there (cache, &digest);
  g_assert_false (blob_storage (cache_home (cache), &digest, &storage));
  g_assert_false (storage.pixels_are_exact);
  g_assert_cmpint (storage.pixels_bytes, >, 0);
  originals_put (cache, png);
  check_given_back (cache, &digest, png);
}

static void
bytes_that_a_frame_stands_for_are_not_written_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = put_pixels_alone (cache, png, true);
  bool was_there = false;
  assert_ok (cache_put (cache, png, &digest, &was_there, &error), error);
  g_assert_true (was_there);
  g_assert_false (originals_have (cache, &digest, ".zst"));

  /* But for one that is damaged. */
  g_autofree char *path = originals_path (cache, &digest, ".pix");
  originals_flip (path, originals_size (path) / 2);
  assert_ok (cache_put (cache, png, &digest, &was_there, &error), error);
  g_assert_false (was_there);
  g_assert_false (originals_have (cache, &digest, ".pix"));
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 1);
  check_given_back (cache, &digest, png);
}

static void
the_limit_holds_for_rebuilt_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = put_pixels_alone (cache, png, true);
  g_assert_null (cache_get (cache, &digest, (int64_t)g_bytes_get_size (png) - 1, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
  g_assert_true (cache_has (cache, &digest));
}

static bool
refuse (void *data, const void *bytes, size_t length, GError **error)
{
  g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "the reader's own trouble");
  return false;
}

static void
trouble_of_the_reader_is_no_damage (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  const PixelSink sink = { NULL, refuse };
  Digest digest;
  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    digest = i == 0 ? originals_put (cache, png) : put_pixels_alone (cache, png, true);
    g_assert_false (blob_copy (cache_home (cache), &digest, &sink, &error));
    g_assert_nonnull (error);
    g_assert_cmpstr (error->message, ==, "the reader's own trouble");
    g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 0);
  }
}

static void
what_is_put_between_two_looks_is_found (void)
{
  g_autoptr (GBytes) png = original_png (60, 40);
  for (int way = 0; way < 5; way++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Scratch) scratch = scratch_new ();
    g_autoptr (Cache) cache = originals_open (scratch);
    g_autoptr (GBytes) back = NULL;
    g_autoptr (GByteArray) pieces = g_byte_array_new ();
    const PixelSink sink = { pieces, append };
    Digest digest = digest_of (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
    BlobStorage storage;
    BlobState state;
    int64_t n_bytes;
    g_autofree char *message = NULL;
    originals_put_sidecar (cache, &digest, "png"); /* makes the shelf */
    originals_put_pixels (cache, &digest, png, false);
    putting_cache = cache;
    put_meanwhile = png;
    switch (way) {
    case 0:
      g_assert_true (cache_has (cache, &digest));
      break;
    case 1:
      back = cache_get (cache, &digest, ORIGINAL_MOST_BYTES, &error);
      g_assert_nonnull (back);
      break;
    case 2:
      assert_ok (blob_copy (cache_home (cache), &digest, &sink, &error), error);
      break;
    case 3:
      g_assert_true (blob_storage (cache_home (cache), &digest, &storage));
      break;
    default:
      assert_ok (
        blob_verify (cache_home (cache), &digest, true, &state, &n_bytes, &message, &error), error);
      g_assert_cmpint (state, ==, BLOB_WHOLE);
      break;
    }
    g_assert_null (put_meanwhile);
  }
}

/* ---- damage ---- */

/* Every byte of a file that stands alone; what is found goes to quarantine, and is put back. */
static void
every_flipped_byte_of_a_frame_is_found (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (12, 9);
  Digest digest = put_pixels_alone (cache, png, true);
  g_autofree char *path = originals_path (cache, &digest, ".pix");
  g_autofree char *moved = g_strdup_printf ("%s/quarantine/%s.pix", cache_home (cache),
                                            digest_to_hex (&digest).text);
  size_t length = originals_size (path);
  for (size_t at = 0; at < length; at++) {
    BlobState state;
    int64_t n_bytes;
    g_autofree char *message = NULL;
    g_autoptr (GError) error = NULL;
    originals_flip (path, at);
    bool ok = blob_verify (cache_home (cache), &digest, false, &state, &n_bytes, &message, &error);
    /* The version: it might be a newer Peel's. */
    if (!ok) {
      g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
      g_assert_cmpuint (at, <, 16);
      originals_flip (path, at);
      continue;
    }
    g_assert_cmpint (state, ==, BLOB_DAMAGED);
    g_assert_nonnull (strstr (message, moved));
    g_assert_nonnull (strstr (message, "must be put back from a copy"));
    g_assert_cmpint (g_rename (moved, path), ==, 0);
    originals_flip (path, at);
  }
  check_given_back (cache, &digest, png);
}

static void
a_damaged_frame_alone_is_told_and_moved (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (200, 150);
  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    g_auto (BlobPixels) pixels = { .pixels = NULL };
    Digest digest = put_pixels_alone (cache, png, true);
    g_autofree char *path = originals_path (cache, &digest, ".pix");
    originals_flip (path, originals_size (path) / 2);
    if (i == 0)
      g_assert_null (cache_get (cache, &digest, ORIGINAL_MOST_BYTES, &error));
    else
      g_assert_false (blob_read_pixels (cache_home (cache), &digest, 1 << 20, 1, &pixels, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    g_assert_nonnull (strstr (error->message, path));
    check_not_there (cache, &digest);
  }
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 2);
}

static void
another_zlib_is_no_damage (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = put_pixels_alone (cache, png, true);
  is_other_zlib = true;
  g_assert_null (cache_get (cache, &digest, ORIGINAL_MOST_BYTES, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_OTHER_ZLIB);
  g_assert_nonnull (strstr (error->message, "its pixels are whole"));
  g_assert_nonnull (strstr (error->message, png_deflate_version ()));

  BlobState state;
  int64_t n_bytes;
  g_autofree char *message = NULL;
  g_clear_error (&error);
  assert_ok (blob_verify (cache_home (cache), &digest, false, &state, &n_bytes, &message, &error),
             error);
  g_assert_cmpint (state, ==, BLOB_OTHER_ZLIB);
  g_assert_nonnull (strstr (message, "Nothing was moved"));

  g_auto (BlobPixels) pixels = { .pixels = NULL };
  assert_ok (blob_read_pixels (cache_home (cache), &digest, 1 << 20, 1, &pixels, &error), error);
  is_other_zlib = false;
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 0);
  check_given_back (cache, &digest, png);
}

/* ---- pixels ---- */

static void
pixels_come_without_the_png (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (200, 150);
  const char *home = cache_home (cache);
  Digest digest = originals_put (cache, png);
  g_auto (BlobPixels) none = { .pixels = NULL };
  g_assert_false (blob_read_pixels (home, &digest, 30000, 2, &none, &error));
  g_assert_no_error (error);
  for (int i = 0; i < 3; i++) {
    g_auto (BlobPixels) pixels = { .pixels = NULL };
    if (i < 2)
      originals_put_pixels (cache, &digest, png, i == 0);
    else
      put_pixels_alone (cache, png, true);
    assert_ok (blob_read_pixels (home, &digest, 30000, 2, &pixels, &error), error);
    g_assert_cmpint (pixels.shape.width, ==, 200);
    g_assert_cmpuint (pixels.length, ==, 200 * 150 * 3);
    g_assert_cmpint (pixels.original_bytes, ==, (gssize)g_bytes_get_size (png));
    g_assert_cmpuint (g_bytes_get_size (pixels.head), <, 200);
  }
  g_assert_false (blob_read_pixels (home, &digest, 29999, 2, &none, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
}

static void
a_damaged_frame_beside_the_bytes_is_done_without (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (200, 150);
  Digest digest = originals_put (cache, png);
  static const size_t offsets[] = { 0, 20, 3000 };
  for (unsigned i = 0; i < G_N_ELEMENTS (offsets); i++) {
    g_auto (BlobPixels) pixels = { .pixels = NULL };
    originals_put_pixels (cache, &digest, png, i == 0);
    g_autofree char *path = originals_path (cache, &digest, ".pix");
    originals_flip (path, offsets[i]);
    g_assert_false (blob_read_pixels (cache_home (cache), &digest, 1 << 20, 1, &pixels, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (originals_count (cache, "quarantine"), ==, i + 1);
    check_given_back (cache, &digest, png);
  }
}

static void
a_frame_of_another_original_is_damage (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  g_autoptr (GBytes) other_png = original_png (61, 40);
  Digest digest = put_pixels_alone (cache, png, true);
  Digest other = put_pixels_alone (cache, other_png, true);
  g_autofree char *path = originals_path (cache, &digest, ".pix");
  g_autofree char *other_path = originals_path (cache, &other, ".pix");
  g_assert_cmpint (g_rename (other_path, path), ==, 0);
  g_assert_null (cache_get (cache, &digest, ORIGINAL_MOST_BYTES, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, digest_to_hex (&other).text));
}

/* ---- all of a shelf ---- */

static bool
count_listed (void *data, const BlobListing *item, GError **error)
{
  unsigned *counts = data;
  counts[0]++;
  counts[1] += item->has_frame;
  counts[2] += item->has_pixels;
  counts[3] += item->has_sidecar;
  return true;
}

static void
a_shelf_lists_each_original_once (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (60, 40);
  Digest digest = originals_put (cache, png), told = digest;
  originals_put_pixels (cache, &digest, png, true);
  originals_put_sidecar (cache, &digest, "png");
  told.bytes[31] ^= 1;
  originals_put_sidecar (cache, &told, "png");
  unsigned counts[4] = { 0 };
  for (unsigned shelf = 0; shelf < 256; shelf++)
    assert_ok (blob_list_shelf (cache_home (cache), shelf, count_listed, counts, &error), error);
  const unsigned wanted[] = { 2, 1, 1, 2 };
  g_assert_cmpmem (counts, sizeof counts, wanted, sizeof wanted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/blob-pixels/" name, function)
  CLAIM ("an-exact-frame-stands-for-the-original", an_exact_frame_stands_for_the_original);
  CLAIM ("a-frame-that-is-not-exact-stands-for-nothing",
         a_frame_that_is_not_exact_stands_for_nothing);
  CLAIM ("bytes-that-a-frame-stands-for-are-not-written-again",
         bytes_that_a_frame_stands_for_are_not_written_again);
  CLAIM ("the-limit-holds-for-rebuilt-bytes", the_limit_holds_for_rebuilt_bytes);
  CLAIM ("trouble-of-the-reader-is-no-damage", trouble_of_the_reader_is_no_damage);
  CLAIM ("what-is-put-between-two-looks-is-found", what_is_put_between_two_looks_is_found);
  CLAIM ("every-flipped-byte-of-a-frame-is-found", every_flipped_byte_of_a_frame_is_found);
  CLAIM ("a-damaged-frame-alone-is-told-and-moved", a_damaged_frame_alone_is_told_and_moved);
  CLAIM ("another-zlib-is-no-damage", another_zlib_is_no_damage);
  CLAIM ("pixels-come-without-the-png", pixels_come_without_the_png);
  CLAIM ("a-damaged-frame-beside-the-bytes-is-done-without",
         a_damaged_frame_beside_the_bytes_is_done_without);
  CLAIM ("a-frame-of-another-original-is-damage", a_frame_of_another_original_is_damage);
  CLAIM ("a-shelf-lists-each-original-once", a_shelf_lists_each_original_once);
#undef CLAIM
  return g_test_run ();
}
