/* Originals that are stored as pixel frames, in bundles. */
#include "bundles.h"
#include "cache/tar.h"
#include "originals.h"
#include "pixels/frame.h"

enum { WIDTH = 60, HEIGHT = 40 };

/* One that is pixels alone, one with pixels that only save decoding beside its bytes. */
static void
fill_home (Cache *cache, Digest out_digests[2])
{
  g_autoptr (GBytes) png = original_png (WIDTH, HEIGHT);
  g_autoptr (GBytes) foreign = original_foreign_png (WIDTH, HEIGHT);
  out_digests[0] = originals_put (cache, png);
  originals_put_pixels (cache, &out_digests[0], png, true);
  g_autofree char *path = originals_path (cache, &out_digests[0], ".zst");
  g_assert_cmpint (unlink (path), ==, 0);
  out_digests[1] = originals_put (cache, foreign);
  originals_put_pixels (cache, &out_digests[1], foreign, false);
}

static GBytes *
bundle_of_pixels (Scratch *scratch, Digest out_digests[2])
{
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  fill_home (from, out_digests);
  GBytes *bundle = pack (from, out_digests, 2, heard, &result);
  g_assert_cmpstr (heard->str, ==, "");
  g_assert_cmpuint (result.n_originals, ==, 2);
  return bundle;
}

static void
pixels_that_stand_alone_are_carried (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[2];
  g_autoptr (GBytes) bundle = bundle_of_pixels (scratch, digests);
  g_autoptr (Cache) to = open_home (scratch, "to");
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (to, bytes, length, heard, &result, &error), error);
  g_assert_cmpstr (heard->str, ==, "");
  g_assert_cmpuint (result.n_new, ==, 2);
  g_assert_true (originals_have (to, &digests[0], ".pix"));
  g_assert_false (originals_have (to, &digests[0], ".zst"));
  g_assert_false (originals_have (to, &digests[1], ".pix"));
  g_assert_true (originals_have (to, &digests[1], ".zst"));
  g_autoptr (GBytes) png = original_png (WIDTH, HEIGHT);
  g_autoptr (GBytes) back = cache_get (to, &digests[0], MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (png, back));

  assert_ok (restore (to, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_new, ==, 0);
  g_autoptr (GBytes) again = pack (to, digests, 2, heard, &result);
  g_assert_true (g_bytes_equal (bundle, again));
}

static void
damaged_pixels_get_into_no_bundle (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[2];
  g_autoptr (GBytes) bundle = bundle_of_pixels (scratch, digests);
  g_autoptr (Cache) from = open_home (scratch, "from");
  g_autofree char *path = originals_path (from, &digests[0], ".pix");
  originals_flip (path, originals_size (path) / 2);
  BundleResult result;
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  g_assert_false (bundle_export (from, digests, 2, true, fd, NULL, &result, &error));
  close (fd);
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_true (g_str_has_prefix (error->message, "this is no whole bundle"));
  g_assert_false (originals_have (from, &digests[0], ".pix"));

  /* And the bundle from before puts them back. */
  g_clear_error (&error);
  g_autoptr (GString) heard = g_string_new (NULL);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (from, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_new, ==, 1);
  g_assert_true (originals_have (from, &digests[0], ".pix"));
}

static void
pixels_that_are_not_exact_make_way (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  Digest digests[2];
  g_autoptr (GBytes) bundle = bundle_of_pixels (scratch, digests);
  g_autoptr (Cache) to = open_home (scratch, "to");
  g_autoptr (GBytes) png = original_png (WIDTH, HEIGHT);
  originals_put (to, png);
  originals_put_pixels (to, &digests[0], png, false);
  g_autofree char *lost = originals_path (to, &digests[0], ".zst");
  g_assert_cmpint (unlink (lost), ==, 0);
  g_assert_false (cache_has (to, &digests[0]));
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (to, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_new, ==, 2);
  g_assert_true (cache_has (to, &digests[0]));
}

/* ---- frames that somebody made ---- */

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static GByteArray *
frame_of (GBytes *png, const Digest *original, bool want_exact)
{
  g_autoptr (GError) error = NULL;
  GByteArray *frame = g_byte_array_new ();
  const PixelSink sink = { frame, append };
  PixelFrameInfo info;
  gsize length;
  const void *bytes = g_bytes_get_data (png, &length);
  assert_ok (pixel_frame_write (bytes, length, original, want_exact, 1, &sink, &info, &error),
             error);
  g_assert_cmpint (info.is_exact, ==, want_exact);
  return frame;
}

static void
check_refused (const Digest *name, const GByteArray *frame, int64_t most_bytes, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_home (scratch, "home");
  static const char header[] = "{\"format\":\"peel-bundle\",\"version\":1,\"originals\":1}";
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  TarWriter tar = { .fd = fd };
  DigestHex hex = digest_to_hex (name);
  g_autofree char *entry = g_strdup_printf ("originals/%.2s/%s.pix", hex.text, hex.text);
  assert_ok (tar_writer_begin (&tar, "peel-bundle.json", strlen (header), &error), error);
  assert_ok (tar_writer_write (&tar, header, strlen (header), &error), error);
  assert_ok (tar_writer_begin (&tar, entry, frame->len, &error), error);
  assert_ok (tar_writer_write (&tar, frame->data, frame->len, &error), error);
  assert_ok (tar_writer_end (&tar, &error), error);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_autoptr (GString) heard = g_string_new (NULL);
  const BundleListener listener = { heard, hear, NULL };
  BundleResult result;
  assert_ok (bundle_restore (cache, fd, most_bytes, &listener, &result, &error), error);
  close (fd);
  g_assert_cmpuint (result.n_refused, ==, 1);
  if (strstr (heard->str, words) == NULL)
    g_error ("not told '%s' but '%s'", words, heard->str);
  g_assert_cmpuint (originals_count (cache, "originals"), ==, 0);
  g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 0);
}

static void
pixels_of_other_bytes_are_refused (void)
{
  g_autoptr (GBytes) png = original_png (WIDTH, HEIGHT);
  Digest digest = digest_of (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  Digest other = digest_of ("other", 5);
  g_autoptr (GByteArray) frame = frame_of (png, &digest, true);
  check_refused (&other, frame, MOST_BYTES, "it holds the original");
  g_autoptr (GByteArray) liar = frame_of (png, &other, true);
  check_refused (&other, liar, MOST_BYTES, "which runs here, have another hash");
  g_autoptr (GByteArray) inexact = frame_of (png, &digest, false);
  check_refused (&digest, inexact, MOST_BYTES, "it holds only the pixels");
  check_refused (&digest, frame, (int64_t)g_bytes_get_size (png) - 1, "are read here");
}

static void
no_flipped_byte_gets_in (void)
{
  g_autoptr (GBytes) png = original_png (8, 4);
  Digest digest = digest_of (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  g_autoptr (GByteArray) frame = frame_of (png, &digest, true);
  for (unsigned i = 0; i < frame->len; i += 7) {
    frame->data[i] ^= 0x10;
    check_refused (&digest, frame, MOST_BYTES, "' of the bundle is refused: ");
    frame->data[i] ^= 0x10;
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/bundle-pixels/" name, function)
  CLAIM ("pixels-that-stand-alone-are-carried", pixels_that_stand_alone_are_carried);
  CLAIM ("damaged-pixels-get-into-no-bundle", damaged_pixels_get_into_no_bundle);
  CLAIM ("pixels-that-are-not-exact-make-way", pixels_that_are_not_exact_make_way);
  CLAIM ("pixels-of-other-bytes-are-refused", pixels_of_other_bytes_are_refused);
  CLAIM ("no-flipped-byte-gets-in", no_flipped_byte_gets_in);
#undef CLAIM
  return g_test_run ();
}
