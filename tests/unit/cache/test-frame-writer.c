/* What is written is read by the program `zstd` too: no Peel is needed to get an original back. */
#include "cache/frame-writer.h"

#include <zstd.h>

#include "cache/cache.h"
#include "cache/frame.h"
#include "support/scratch.h"

enum { MOST_MEMORY = 512 * 1024, SAMPLE_BYTES = 64 * 1024 };

typedef struct {
  uint8_t *data;
  size_t length;
} Content;

static void
content_clear (Content *content)
{
  g_free (content->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Content, content_clear)

static Content
compressible (size_t length)
{
  Content content = { g_malloc (length + 1), length };
  for (size_t i = 0; i < length; i++)
    content.data[i] = (uint8_t)("brass diver's watch, "[i % 21] + i / 5000 % 7);
  return content;
}

static Content
incompressible (size_t length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  Content content = { g_malloc (length + 4), length };
  for (size_t i = 0; i < length; i += 4) {
    uint32_t word = g_rand_int (random);
    memcpy (content.data + i, &word, 4);
  }
  return content;
}

/* In pieces of `piece` bytes. Returns the path of the file; *out_memory: the most that was held. */
static const char *
write_file (Scratch *scratch, const Content *content, CacheCompression compression, size_t piece,
            size_t *out_memory)
{
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, "frame.zst");
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, path, &error), error);
  g_autoptr (FrameWriter) writer = frame_writer_new (&file, compression);
  *out_memory = 0;
  for (size_t at = 0; at < content->length; at += piece) {
    assert_ok (
      frame_writer_write (writer, content->data + at, MIN (piece, content->length - at), &error),
      error);
    *out_memory = MAX (*out_memory, frame_writer_memory (writer));
  }
  assert_ok (frame_writer_finish (writer, &error), error);
  *out_memory = MAX (*out_memory, frame_writer_memory (writer));
  assert_ok (atomic_file_commit (&file, &error), error);
  return path;
}

static void
run_zstd (const char *option, const char *path, char **out_text)
{
  g_autoptr (GError) error = NULL;
  const char *arguments[] = { "zstd", option, path, NULL };
  int status;
  assert_ok (g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                           out_text, NULL, &status, &error),
             error);
  g_assert_cmpint (status, ==, 0);
}

static void
check_content (Scratch *scratch, const char *path, const Content *content)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *frame = NULL, *said = NULL, *checked = NULL, *back = NULL;
  gsize length;
  assert_ok (g_file_get_contents (path, &frame, &length, &error), error);
  g_assert_cmpuint (ZSTD_getFrameContentSize (frame, length), ==, content->length);
  run_zstd ("-tq", path, &checked);
  /* "Ratio" is told only where the size is known. */
  run_zstd ("-l", path, &said);
  g_assert_nonnull (strstr (said, "XXH64"));
  const char *plain = scratch_path (scratch, "plain");
  const char *arguments[] = { "zstd", "-dqf", path, "-o", plain, NULL };
  int status;
  assert_ok (g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                           NULL, &status, &error),
             error);
  g_assert_cmpint (status, ==, 0);
  assert_ok (g_file_get_contents (plain, &back, &length, &error), error);
  g_assert_cmpmem (back, length, content->data, content->length);
}

static void
check_all_choices (const Content *content, size_t piece)
{
  for (int choice = CACHE_COMPRESSION_AUTO; choice <= CACHE_COMPRESSION_MAX; choice++) {
    g_autoptr (Scratch) scratch = scratch_new ();
    size_t memory;
    const char *path = write_file (scratch, content, (CacheCompression)choice, piece, &memory);
    check_content (scratch, path, content);
    if (choice != CACHE_COMPRESSION_MAX)
      g_assert_cmpuint (memory, <, MOST_MEMORY);
  }
}

static void
zstd_reads_every_choice (void)
{
  g_auto (Content) shrinks = compressible (1000 * 1000), does_not = incompressible (1000 * 1000);
  check_all_choices (&shrinks, 10 * 1000);
  check_all_choices (&does_not, 10 * 1000);
}

static void
lengths_around_blocks_are_whole (void)
{
  static const size_t lengths[] = {
    0, 1, SAMPLE_BYTES - 1, SAMPLE_BYTES, SAMPLE_BYTES + 1, 2 * SAMPLE_BYTES, 2 * SAMPLE_BYTES + 1
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_auto (Content) shrinks = compressible (lengths[i]), does_not = incompressible (lengths[i]);
    g_autoptr (Scratch) scratch = scratch_new ();
    size_t memory;
    check_content (scratch, write_file (scratch, &shrinks, CACHE_COMPRESSION_AUTO, 7777, &memory),
                   &shrinks);
    check_content (scratch,
                   write_file (scratch, &does_not, CACHE_COMPRESSION_AUTO, 1 << 20, &memory),
                   &does_not);
  }
}

/* Equal bytes give equal files, however they came: a bundle can be compared with a home. */
static void
pieces_make_no_difference (void)
{
  g_auto (Content) content = compressible (300 * 1000);
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autofree char *first = NULL, *second = NULL;
  gsize first_length, second_length;
  size_t memory;
  const char *path = write_file (scratch, &content, CACHE_COMPRESSION_AUTO, 1000, &memory);
  g_assert_true (g_file_get_contents (path, &first, &first_length, NULL));
  path = write_file (scratch, &content, CACHE_COMPRESSION_AUTO, 300 * 1000, &memory);
  g_assert_true (g_file_get_contents (path, &second, &second_length, NULL));
  g_assert_cmpmem (first, first_length, second, second_length);
}

static size_t
size_of_file (const Content *content, CacheCompression compression, size_t *out_memory)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autofree char *frame = NULL;
  gsize length;
  const char *path = write_file (scratch, content, compression, 64 * 1024, out_memory);
  g_assert_true (g_file_get_contents (path, &frame, &length, NULL));
  return length;
}

static void
only_off_leaves_what_shrinks_as_it_is (void)
{
  g_auto (Content) content = compressible (500 * 1000);
  size_t memory;
  g_assert_cmpuint (size_of_file (&content, CACHE_COMPRESSION_OFF, &memory), >, 500 * 1000);
  g_assert_cmpuint (size_of_file (&content, CACHE_COMPRESSION_FASTEST, &memory), <, 50 * 1000);
  g_assert_cmpuint (size_of_file (&content, CACHE_COMPRESSION_AUTO, &memory), <, 50 * 1000);
  g_assert_cmpuint (size_of_file (&content, CACHE_COMPRESSION_BETTER, &memory), <, 50 * 1000);
  g_assert_cmpuint (size_of_file (&content, CACHE_COMPRESSION_MAX, &memory), <, 50 * 1000);
}

/* Not a second of level 19, and none of its memory. */
static void
what_does_not_shrink_is_not_tried_hard (void)
{
  g_auto (Content) content = incompressible (1000 * 1000);
  for (int choice = CACHE_COMPRESSION_AUTO; choice <= CACHE_COMPRESSION_MAX; choice++) {
    size_t memory;
    g_assert_cmpuint (size_of_file (&content, (CacheCompression)choice, &memory), <,
                      1000 * 1000 + 100);
    g_assert_cmpuint (memory, <, MOST_MEMORY);
  }
}

/* Metadata in front of compressed pixels shrinks; what follows does not. */
static void
the_sample_is_taken_behind_the_metadata (void)
{
  g_auto (Content) content = incompressible (1000 * 1000);
  memset (content.data, 'x', 20 * 1000);
  size_t memory;
  g_assert_cmpuint (size_of_file (&content, CACHE_COMPRESSION_MAX, &memory), >, 1000 * 1000);
  g_assert_cmpuint (memory, <, MOST_MEMORY);
}

static void
a_frame_has_no_header_before_its_end (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_auto (Content) content = compressible (200 * 1000);
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  assert_ok (atomic_file_open (&file, scratch_path (scratch, "frame.zst"), &error), error);
  g_autoptr (FrameWriter) writer = frame_writer_new (&file, CACHE_COMPRESSION_AUTO);
  assert_ok (frame_writer_write (writer, content.data, content.length, &error), error);
  assert_ok (atomic_file_commit (&file, &error), error);
  g_autofree char *frame = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (scratch_path (scratch, "frame.zst"), &frame, &length, NULL));
  g_assert_cmpuint (ZSTD_getFrameContentSize (frame, length), ==, ZSTD_CONTENTSIZE_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/frame-writer/" name, function)
  CLAIM ("zstd-reads-every-choice", zstd_reads_every_choice);
  CLAIM ("lengths-around-blocks-are-whole", lengths_around_blocks_are_whole);
  CLAIM ("pieces-make-no-difference", pieces_make_no_difference);
  CLAIM ("only-off-leaves-what-shrinks-as-it-is", only_off_leaves_what_shrinks_as_it_is);
  CLAIM ("what-does-not-shrink-is-not-tried-hard", what_does_not_shrink_is_not_tried_hard);
  CLAIM ("the-sample-is-taken-behind-the-metadata", the_sample_is_taken_behind_the_metadata);
  CLAIM ("a-frame-has-no-header-before-its-end", a_frame_has_no_header_before_its_end);
#undef CLAIM
  return g_test_run ();
}
