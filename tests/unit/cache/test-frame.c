#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "cache/cache.h"
#include "cache/frame-writer.h"
#include "cache/frame.h"
#include "support/scratch.h"

static GBytes *
read_frame (const void *data, size_t length, int64_t most_bytes, GError **error)
{
  int fd = memfd_create ("frame", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, data, length), ==, (gssize)length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  GBytes *content = frame_read (fd, most_bytes, error);
  close (fd);
  return content;
}

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static bool
copy_frame (const void *data, size_t length, int64_t most_bytes, GByteArray *content,
            GError **error)
{
  int fd = memfd_create ("frame", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, data, length), ==, (gssize)length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  bool ok = frame_copy (fd, most_bytes, append, content, error);
  close (fd);
  return ok;
}

/* Whole and in pieces, for the same reason. */
static void
check_refused (const void *data, size_t length, CacheErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy_error = NULL;
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_assert_null (read_frame (data, length, 500 * 1000, &error));
  g_assert_error (error, CACHE_ERROR, (int)code);
  g_assert_false (copy_frame (data, length, 500 * 1000, content, &copy_error));
  g_assert_error (copy_error, CACHE_ERROR, (int)code);
  g_assert_cmpuint (content->len, <=, 500 * 1000);
}

/* What a FrameWriter makes of a text. */
static void
write_frame (const char *text, char **out_frame, gsize *out_length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "frame.zst");
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, path, &error), error);
  g_autoptr (FrameWriter) writer = frame_writer_new (&file, CACHE_COMPRESSION_AUTO);
  assert_ok (frame_writer_write (writer, text, strlen (text), &error), error);
  assert_ok (frame_writer_finish (writer, &error), error);
  assert_ok (atomic_file_commit (&file, &error), error);
  assert_ok (g_file_get_contents (path, out_frame, out_length, &error), error);
}

static void
the_size_and_a_checksum_are_in_the_frame (void)
{
  g_autofree char *frame = NULL;
  gsize length;
  write_frame ("a brass diver's watch", &frame, &length);
  g_assert_cmpuint (ZSTD_getFrameContentSize (frame, length), ==, 21);
  g_assert_cmpint (frame[4] & 0x04, ==, 0x04); /* Content_Checksum_flag */
}

static void
what_follows_a_frame_is_refused (void)
{
  g_autofree char *frame = NULL;
  gsize length;
  write_frame ("a brass diver's watch", &frame, &length);
  g_autofree char *twice = g_malloc (2 * length);
  memcpy (twice, frame, length);
  memcpy (twice + length, frame, length);
  check_refused (twice, length + 1, CACHE_ERROR_CORRUPT);
  check_refused (twice, 2 * length, CACHE_ERROR_CORRUPT);
}

static void
half_a_frame_is_refused (void)
{
  g_autofree char *frame = NULL;
  gsize whole;
  write_frame ("a brass diver's watch", &frame, &whole);
  for (gsize length = 0; length < whole; length++)
    if (length != whole - FRAME_TRAILER_BYTES)
      check_refused (frame, length, CACHE_ERROR_CORRUPT);
}

static void
check_text (const void *frame, gsize length, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autoptr (GBytes) whole = read_frame (frame, length, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole), text, strlen (text));
  assert_ok (copy_frame (frame, length, 1000, content, &error), error);
  g_assert_cmpmem (content->data, content->len, text, strlen (text));
}

/* What Peel 0.1 wrote, and what `zstd` writes. */
static void
a_frame_without_a_trailer_is_read (void)
{
  g_autofree char *frame = NULL;
  gsize length;
  write_frame ("a brass diver's watch", &frame, &length);
  check_text (frame, length, "a brass diver's watch");
  check_text (frame, length - FRAME_TRAILER_BYTES, "a brass diver's watch");
  char plain[200];
  length = ZSTD_compress (plain, sizeof plain, "plain", 5, 3);
  check_text (plain, length, "plain");
}

static void
every_flipped_bit_is_found (void)
{
  static const char *const texts[] = { "", "a brass diver's watch",
                                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *frame = NULL;
    gsize length;
    write_frame (texts[i], &frame, &length);
    for (gsize bit = 0; bit < 8 * length; bit++) {
      g_autoptr (GError) error = NULL;
      frame[bit / 8] ^= (char)(1 << bit % 8);
      g_autoptr (GBytes) content = read_frame (frame, length, 500 * 1000, &error);
      g_assert_null (content);
      g_assert_nonnull (error);
      frame[bit / 8] ^= (char)(1 << bit % 8);
    }
  }
}

/* zstd would pass over it and give what is behind. */
static void
a_skippable_frame_in_front_is_refused (void)
{
  static const uint8_t nothing[] = { 0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0 };
  check_refused (nothing, sizeof nothing, CACHE_ERROR_CORRUPT);
}

static bool
refuse_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_PIPE, "nobody reads");
  return false;
}

static void
a_reader_that_refuses_ends_the_copy (void)
{
  g_autoptr (GError) error = NULL;
  char frame[200];
  size_t length = ZSTD_compress (frame, sizeof frame, "plain", 5, 3);
  int fd = memfd_create ("frame", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, frame, length), ==, (gssize)length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_assert_false (frame_copy (fd, 1000, refuse_bytes, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_PIPE);
  close (fd);
}

static void
the_limit_is_the_most_that_is_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *frame = NULL;
  gsize length;
  write_frame ("a brass diver's watch", &frame, &length);
  g_autoptr (GBytes) all = read_frame (frame, length, 21, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (all), ==, 21);
  g_assert_null (read_frame (frame, length, 20, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
}

/* A frame header with an 8-byte content size, and one empty last block. */
static void
check_claim (uint64_t claim, CacheErrorCode code)
{
  uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0, 0 };
  for (int i = 0; i < 8; i++)
    frame[5 + i] = (uint8_t)(claim >> (8 * i));
  check_refused (frame, sizeof frame, code);
}

static void
a_size_that_lies_is_refused (void)
{
  check_claim (1000, CACHE_ERROR_CORRUPT);
  check_claim (600 * 1000, CACHE_ERROR_TOO_LARGE);
  check_claim ((uint64_t)1 << 40, CACHE_ERROR_CORRUPT);
  check_claim ((uint64_t)1 << 62, CACHE_ERROR_CORRUPT);
  check_claim (UINT64_MAX - 2, CACHE_ERROR_CORRUPT);
  check_claim (UINT64_MAX, CACHE_ERROR_CORRUPT);
}

/* Four bytes that stand for 128 KiB: more than the claim must never be written. */
static void
more_content_than_claimed_is_refused (void)
{
  uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x20, 10, 0x03, 0x00, 0x10, 'x' };
  check_refused (frame, sizeof frame, CACHE_ERROR_CORRUPT);
}

static void
a_frame_without_its_size_is_refused (void)
{
  char frame[2000];
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  ZSTD_CCtx_setParameter (context, ZSTD_c_contentSizeFlag, 0);
  size_t length = ZSTD_compress2 (context, frame, sizeof frame, "watch", 5);
  ZSTD_freeCCtx (context);
  check_refused (frame, length, CACHE_ERROR_CORRUPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/frame/" name, function)
  CLAIM ("the-size-and-a-checksum-are-in-the-frame", the_size_and_a_checksum_are_in_the_frame);
  CLAIM ("what-follows-a-frame-is-refused", what_follows_a_frame_is_refused);
  CLAIM ("half-a-frame-is-refused", half_a_frame_is_refused);
  CLAIM ("a-frame-without-a-trailer-is-read", a_frame_without_a_trailer_is_read);
  CLAIM ("every-flipped-bit-is-found", every_flipped_bit_is_found);
  CLAIM ("a-skippable-frame-in-front-is-refused", a_skippable_frame_in_front_is_refused);
  CLAIM ("a-reader-that-refuses-ends-the-copy", a_reader_that_refuses_ends_the_copy);
  CLAIM ("the-limit-is-the-most-that-is-read", the_limit_is_the_most_that_is_read);
  CLAIM ("a-size-that-lies-is-refused", a_size_that_lies_is_refused);
  CLAIM ("more-content-than-claimed-is-refused", more_content_than_claimed_is_refused);
  CLAIM ("a-frame-without-its-size-is-refused", a_frame_without_its_size_is_refused);
#undef CLAIM
  return g_test_run ();
}
