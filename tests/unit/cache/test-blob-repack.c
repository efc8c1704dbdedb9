/* The linker puts this file between the cache and pixels/ (--wrap), so that the test can be
 * another zlib, a recipe that is wrong, and whoever is in the way. */
#include "cache/blob-repack.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/sidecar.h"
#include "originals.h"
#include "pixels/frame.h"
#include "pixels/recipe.h"

typedef enum { NOTHING, GIVE_OTHER_BYTES, STOP, REMOVE_ORIGINAL, KILL } Interference;

static Interference in_rebuild, in_read;
static bool is_classic = true;
static unsigned n_written;
static volatile int stopped;
static const char *removed_path;

bool __real_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);
bool __wrap_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);
bool __real_pixel_frame_write (const void *png, size_t length, const Digest *original,
                               bool want_exact, int n_threads, const PixelSink *sink,
                               PixelFrameInfo *out_info, GError **error);
bool __wrap_pixel_frame_write (const void *png, size_t length, const Digest *original,
                               bool want_exact, int n_threads, const PixelSink *sink,
                               PixelFrameInfo *out_info, GError **error);
bool __wrap_png_deflate_is_classic (void);
bool __real_pixel_frame_read (PixelFrame *frame, void *out, size_t stride_bytes, int n_threads,
                              GError **error);
bool __wrap_pixel_frame_read (PixelFrame *frame, void *out, size_t stride_bytes, int n_threads,
                              GError **error);

bool
__wrap_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error)
{
  switch (in_rebuild) {
  case GIVE_OTHER_BYTES:
    return sink->write (sink->data, "other bytes", 11, error);
  case STOP:
    g_atomic_int_set (&stopped, 1);
    break;
  case REMOVE_ORIGINAL:
    g_assert_cmpint (g_unlink (removed_path), ==, 0);
    break;
  case KILL:
    kill (getpid (), SIGKILL);
    break;
  case NOTHING:
    break;
  }
  return __real_pixel_frame_rebuild (frame, sink, error);
}

bool
__wrap_pixel_frame_write (const void *png, size_t length, const Digest *original, bool want_exact,
                          int n_threads, const PixelSink *sink, PixelFrameInfo *out_info,
                          GError **error)
{
  n_written++;
  return __real_pixel_frame_write (png, length, original, want_exact, n_threads, sink, out_info,
                                   error);
}

bool
__wrap_png_deflate_is_classic (void)
{
  return is_classic;
}

bool
__wrap_pixel_frame_read (PixelFrame *frame, void *out, size_t stride_bytes, int n_threads,
                         GError **error)
{
  bool ok = __real_pixel_frame_read (frame, out, stride_bytes, n_threads, error);
  if (ok && in_read == GIVE_OTHER_BYTES)
    ((uint8_t *)out)[3 * stride_bytes + 5] ^= 1;
  return ok;
}

typedef struct {
  RepackResult result;
  int64_t before, after;
} Outcome;

static bool
try_repack (Cache *cache, const Digest *digest, PixelsChoice pixels, Outcome *outcome,
            GError **error)
{
  return blob_repack (cache, digest, pixels, 2, &stopped, &outcome->result, &outcome->before,
                      &outcome->after, error);
}

static Outcome
repack (Cache *cache, const Digest *digest, PixelsChoice pixels)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome;
  assert_ok (try_repack (cache, digest, pixels, &outcome, &error), error);
  return outcome;
}

static void
check_given_back (Cache *cache, const Digest *digest, GBytes *png)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) back = cache_get (cache, digest, ORIGINAL_MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_nonnull (back);
  g_assert_true (g_bytes_equal (back, png));
}

static void
check_stored_as (Cache *cache, const Digest *digest, bool has_frame, bool has_pixels)
{
  g_assert_cmpint (originals_have (cache, digest, ".zst"), ==, has_frame);
  g_assert_cmpint (originals_have (cache, digest, ".pix"), ==, has_pixels);
}

static void
what_can_be_rebuilt_becomes_a_frame (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  Outcome outcome = repack (cache, &digest, PIXELS_AUTO);
  g_assert_cmpint (outcome.result, ==, REPACK_DONE);
  g_assert_cmpint (outcome.after, <, outcome.before);
  check_stored_as (cache, &digest, false, true);
  check_given_back (cache, &digest, png);

  n_written = 0;
  Outcome again = repack (cache, &digest, PIXELS_AUTO);
  g_assert_cmpint (again.result, ==, REPACK_DONE);
  g_assert_cmpint (again.before, ==, outcome.after);
  g_assert_cmpuint (n_written, ==, 0);
}

static void
off_does_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  Outcome outcome = repack (cache, &digest, PIXELS_OFF);
  g_assert_cmpint (outcome.result, ==, REPACK_NOTHING);
  g_assert_cmpint (outcome.after, ==, outcome.before);
  check_stored_as (cache, &digest, true, false);
}

static void
what_cannot_be_rebuilt_stays_and_is_remembered (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_foreign_png (300, 200);
  Digest digest = originals_put (cache, png);
  originals_put_sidecar (cache, &digest, "png");
  n_written = 0;
  for (int i = 0; i < 2; i++) {
    Outcome outcome = repack (cache, &digest, PIXELS_AUTO);
    g_assert_cmpint (outcome.result, ==, REPACK_NOTHING);
    g_assert_cmpuint (n_written, ==, 1);
  }
  check_stored_as (cache, &digest, true, false);

  /* What is put again tells nothing of it, and takes nothing of it away. */
  originals_put_sidecar (cache, &digest, "png");
  repack (cache, &digest, PIXELS_AUTO);
  g_assert_cmpuint (n_written, ==, 1);

  Outcome beside = repack (cache, &digest, PIXELS_ALWAYS);
  g_assert_cmpint (beside.result, ==, REPACK_BESIDE);
  g_assert_cmpint (beside.after, >, beside.before);
  g_assert_cmpuint (n_written, ==, 2);
  check_stored_as (cache, &digest, true, true);
  check_given_back (cache, &digest, png);
  g_assert_cmpint (repack (cache, &digest, PIXELS_AUTO).result, ==, REPACK_BESIDE);
  g_assert_cmpint (repack (cache, &digest, PIXELS_ALWAYS).result, ==, REPACK_BESIDE);
  g_assert_cmpuint (n_written, ==, 2);
}

static void
what_is_no_png_stays (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) text = g_bytes_new_static ("no picture at all", 17);
  Digest digest = originals_put (cache, text);
  g_assert_cmpint (repack (cache, &digest, PIXELS_ALWAYS).result, ==, REPACK_NOTHING);
  n_written = 0;
  originals_put_sidecar (cache, &digest, "jpeg");
  g_assert_cmpint (repack (cache, &digest, PIXELS_ALWAYS).result, ==, REPACK_NOTHING);
  g_assert_cmpuint (n_written, ==, 0);
  check_stored_as (cache, &digest, true, false);
}

static void
another_zlib_proves_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  originals_put_sidecar (cache, &digest, "png");
  is_classic = false;
  g_assert_cmpint (repack (cache, &digest, PIXELS_AUTO).result, ==, REPACK_NOTHING);
  is_classic = true;
  /* And is not held against the original. */
  g_assert_cmpint (repack (cache, &digest, PIXELS_AUTO).result, ==, REPACK_DONE);
}

/* ---- what goes wrong ---- */

static void
a_frame_that_gives_other_bytes_takes_no_place (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  Outcome outcome;
  in_rebuild = GIVE_OTHER_BYTES;
  g_assert_false (try_repack (cache, &digest, PIXELS_AUTO, &outcome, &error));
  g_assert_nonnull (strstr (error->message, "was left as it is"));
  check_stored_as (cache, &digest, true, false);

  /* Nor one that is there. */
  originals_put_pixels (cache, &digest, png, true);
  g_assert_cmpint (repack (cache, &digest, PIXELS_AUTO).result, ==, REPACK_BESIDE);
  in_rebuild = NOTHING;
  check_stored_as (cache, &digest, true, true);
  check_given_back (cache, &digest, png);
}

/* One that is not exact has no hash: its pixels are compared. */
static void
a_frame_of_other_pixels_takes_no_place (void)
{
  for (int depth = 8; depth <= 16; depth += 8) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Scratch) scratch = scratch_new ();
    g_autoptr (Cache) cache = originals_open (scratch);
    g_autoptr (GBytes) png = depth == 8 ? original_png (90, 70) : original_deep_png (90, 70);
    Digest digest = originals_put (cache, png);
    Outcome outcome;
    is_classic = false;
    in_read = GIVE_OTHER_BYTES;
    g_assert_false (try_repack (cache, &digest, PIXELS_ALWAYS, &outcome, &error));
    g_assert_nonnull (strstr (error->message, "row 3 of the pixel frame is not the PNG's"));
    check_stored_as (cache, &digest, true, false);
    in_read = NOTHING;
    g_assert_cmpint (repack (cache, &digest, PIXELS_ALWAYS).result, ==, REPACK_BESIDE);
    is_classic = true;
  }
}

static void
stopping_leaves_the_original (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  Outcome outcome;
  in_rebuild = STOP;
  g_assert_false (try_repack (cache, &digest, PIXELS_AUTO, &outcome, &error));
  in_rebuild = NOTHING;
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_STOPPED);
  check_stored_as (cache, &digest, true, false);
  g_clear_error (&error);
  g_assert_false (try_repack (cache, &digest, PIXELS_AUTO, &outcome, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_STOPPED);
  g_atomic_int_set (&stopped, 0);
  check_stored_as (cache, &digest, true, false);
}

static void
a_removed_original_does_not_come_back (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  g_autofree char *path = originals_path (cache, &digest, ".zst");
  removed_path = path;
  in_rebuild = REMOVE_ORIGINAL;
  Outcome outcome = repack (cache, &digest, PIXELS_AUTO);
  in_rebuild = NOTHING;
  g_assert_cmpint (outcome.result, ==, REPACK_NOTHING);
  g_assert_cmpint (outcome.after, ==, 0);
  check_stored_as (cache, &digest, false, false);
}

static void
killed_while_proving_leaves_the_original (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  pid_t child = fork ();
  if (child == 0) {
    Outcome outcome;
    in_rebuild = KILL;
    try_repack (cache, &digest, PIXELS_AUTO, &outcome, NULL);
    _exit (0);
  }
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  check_stored_as (cache, &digest, true, false);
  g_assert_cmpuint (originals_count (cache, "originals"), ==, 1);
}

/* Killed between the link and the removal, or by somebody who keeps both. */
static void
a_frame_that_is_there_is_proven_and_kept (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  originals_put_pixels (cache, &digest, png, true);
  n_written = 0;
  g_assert_cmpint (repack (cache, &digest, PIXELS_AUTO).result, ==, REPACK_DONE);
  g_assert_cmpuint (n_written, ==, 0);
  check_stored_as (cache, &digest, false, true);
  check_given_back (cache, &digest, png);
}

/* Somebody takes the proven frame away before the bytes go: they stay. */
static void
a_frame_that_lost_its_name_takes_no_place (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  originals_put_pixels (cache, &digest, png, true);
  g_autofree char *path = originals_path (cache, &digest, ".pix");
  removed_path = path;
  in_rebuild = REMOVE_ORIGINAL;
  Outcome outcome = repack (cache, &digest, PIXELS_AUTO);
  in_rebuild = NOTHING;
  g_assert_cmpint (outcome.result, ==, REPACK_NOTHING);
  check_stored_as (cache, &digest, true, false);
  check_given_back (cache, &digest, png);
}

static void
a_damaged_frame_that_is_there_is_made_again (void)
{
  static const size_t offsets[] = { 0, 40, 5000 };
  for (unsigned i = 0; i < G_N_ELEMENTS (offsets); i++) {
    g_autoptr (Scratch) scratch = scratch_new ();
    g_autoptr (Cache) cache = originals_open (scratch);
    g_autoptr (GBytes) png = original_png (300, 200);
    Digest digest = originals_put (cache, png);
    originals_put_pixels (cache, &digest, png, true);
    g_autofree char *path = originals_path (cache, &digest, ".pix");
    originals_flip (path, offsets[i]);
    g_assert_cmpint (repack (cache, &digest, PIXELS_AUTO).result, ==, REPACK_DONE);
    g_assert_cmpuint (originals_count (cache, "quarantine"), ==, 1);
    check_stored_as (cache, &digest, false, true);
    check_given_back (cache, &digest, png);
  }
}

static void
a_damaged_original_is_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GBytes) png = original_png (300, 200);
  Digest digest = originals_put (cache, png);
  g_autofree char *path = originals_path (cache, &digest, ".zst");
  originals_flip (path, originals_size (path) / 2);
  Outcome outcome;
  g_assert_false (try_repack (cache, &digest, PIXELS_AUTO, &outcome, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  check_stored_as (cache, &digest, false, false);
}

static void
a_stranger_is_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  Digest digest = digest_of ("never put", 9);
  Outcome outcome;
  g_assert_false (try_repack (cache, &digest, PIXELS_AUTO, &outcome, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, digest_to_hex (&digest).text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/blob-repack/" name, function)
  CLAIM ("what-can-be-rebuilt-becomes-a-frame", what_can_be_rebuilt_becomes_a_frame);
  CLAIM ("off-does-nothing", off_does_nothing);
  CLAIM ("what-cannot-be-rebuilt-stays-and-is-remembered",
         what_cannot_be_rebuilt_stays_and_is_remembered);
  CLAIM ("what-is-no-png-stays", what_is_no_png_stays);
  CLAIM ("another-zlib-proves-nothing", another_zlib_proves_nothing);
  CLAIM ("a-frame-that-gives-other-bytes-takes-no-place",
         a_frame_that_gives_other_bytes_takes_no_place);
  CLAIM ("a-frame-of-other-pixels-takes-no-place", a_frame_of_other_pixels_takes_no_place);
  CLAIM ("stopping-leaves-the-original", stopping_leaves_the_original);
  CLAIM ("a-removed-original-does-not-come-back", a_removed_original_does_not_come_back);
  CLAIM ("killed-while-proving-leaves-the-original", killed_while_proving_leaves_the_original);
  CLAIM ("a-frame-that-is-there-is-proven-and-kept", a_frame_that_is_there_is_proven_and_kept);
  CLAIM ("a-frame-that-lost-its-name-takes-no-place", a_frame_that_lost_its_name_takes_no_place);
  CLAIM ("a-damaged-frame-that-is-there-is-made-again",
         a_damaged_frame_that_is_there_is_made_again);
  CLAIM ("a-damaged-original-is-told", a_damaged_original_is_told);
  CLAIM ("a-stranger-is-told", a_stranger_is_told);
#undef CLAIM
  return g_test_run ();
}
