/* Another value of any one byte of any file of originals: a check of the home finds it, names it and
 * puts the file into quarantine, and nothing else is touched. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/verify.h"
#include "originals.h"

enum { ALL_BYTES_OF = 1200, N_SAMPLES = 60 };

/* ---- a home with every kind of file ---- */

static void
put_bytes (Cache *cache, size_t length, bool shrinks)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)length);
  uint8_t *bytes = g_malloc (length + 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = shrinks ? (uint8_t) "brass diver's watch, "[i % 21] : (uint8_t)g_rand_int (random);
  g_autoptr (GBytes) content = g_bytes_new_take (bytes, length);
  Digest digest = originals_put (cache, content);
  if (length == 0)
    originals_put_sidecar (cache, &digest, NULL);
}

static void
put_pixels (Cache *cache, GBytes *png, bool is_exact)
{
  Digest digest = originals_put (cache, png);
  originals_put_pixels (cache, &digest, png, is_exact);
  if (!is_exact)
    return;
  originals_put_sidecar (cache, &digest, "png");
  g_autofree char *path = originals_path (cache, &digest, ".zst");
  g_assert_cmpint (unlink (path), ==, 0);
}

static void
fill_home (Cache *cache)
{
  g_autoptr (GBytes) png = original_png (20, 12);
  g_autoptr (GBytes) foreign = original_foreign_png (24, 10);
  put_bytes (cache, 0, false);
  put_bytes (cache, 1, false);
  put_bytes (cache, 300, false);
  put_bytes (cache, 5000, true);
  put_bytes (cache, 200 * 1000, false);
  put_pixels (cache, png, true);
  put_pixels (cache, foreign, false);
}

/* ---- what the home holds ---- */

typedef struct {
  char *path;
  GBytes *content;
  int64_t mtime_us;
} File;

static void
file_clear (void *data)
{
  File *file = data;
  g_free (file->path);
  g_bytes_unref (file->content);
}

static int64_t
mtime_us (const char *path)
{
  struct stat status;
  g_assert_cmpint (stat (path, &status), ==, 0);
  return status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000;
}

static GBytes *
read_file (const char *path)
{
  char *text;
  gsize length;
  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  return g_bytes_new_take (text, length);
}

static void
list_files (const char *folder, GArray *files)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      list_files (path, files);
      continue;
    }
    File file = { g_strdup (path), read_file (path), mtime_us (path) };
    g_array_append_val (files, file);
  }
}

/* ---- checking ---- */

typedef struct {
  GString *messages;
  Digest digest;
  unsigned n_failures;
} Findings;

static void
note (void *data, const VerifyFinding *finding)
{
  Findings *findings = data;
  if (!verify_is_failure (finding->kind))
    return; /* most have no sidecar */
  g_string_append_printf (findings->messages, "%s\n", finding->message);
  findings->digest = finding->digest;
  findings->n_failures++;
}

static unsigned
verify (Cache *cache, Findings *findings)
{
  g_autoptr (GError) error = NULL;
  const VerifyListener listener = { .data = findings, .found = note };
  const VerifyOptions options = { .from_start = true, .n_threads = 1 };
  VerifyResult result;
  g_string_truncate (findings->messages, 0);
  findings->n_failures = 0;
  assert_ok (cache_verify (cache, &options, &listener, &result, &error), error);
  return findings->n_failures;
}

static void
write_byte (const char *path, size_t offset, uint8_t byte)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (pwrite (fd, &byte, 1, (off_t)offset), ==, 1);
  close (fd);
}

static void
check_others (const GArray *files, const File *changed)
{
  for (unsigned i = 0; i < files->len; i++) {
    const File *file = &g_array_index (files, File, i);
    if (file == changed)
      continue;
    g_autoptr (GBytes) content = read_file (file->path);
    g_assert_true (content != NULL && g_bytes_equal (content, file->content));
    g_assert_cmpint (mtime_us (file->path), ==, file->mtime_us);
  }
}

/* The file as it was, and an empty quarantine. */
static void
put_back (Cache *cache, File *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (file->path);
  g_autofree char *moved = g_build_filename (cache_home (cache), "quarantine", name, NULL);
  g_assert_cmpint (unlink (moved), ==, 0);
  gsize length;
  const void *bytes = g_bytes_get_data (file->content, &length);
  assert_ok (g_file_set_contents_full (file->path, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE,
                                       0644, &error),
             error);
  file->mtime_us = mtime_us (file->path);
}

static void
check_change (Cache *cache, const GArray *files, File *file, size_t offset, uint8_t change)
{
  g_autoptr (GString) messages = g_string_new (NULL);
  Findings findings = { .messages = messages };
  const uint8_t *bytes = g_bytes_get_data (file->content, NULL);
  write_byte (file->path, offset, bytes[offset] ^ change);
  if (verify (cache, &findings) != 1)
    g_error ("byte %zu of %s, ^ %#x: %u found: %s", offset, file->path, change, findings.n_failures,
             messages->str);
  g_assert_nonnull (strstr (messages->str, file->path));
  g_assert_nonnull (strstr (file->path, digest_to_hex (&findings.digest).text));
  g_assert_false (g_file_test (file->path, G_FILE_TEST_EXISTS));
  check_others (files, file);
  put_back (cache, file);
}

static void
another_value_of_any_byte_is_found (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = originals_open (scratch);
  g_autoptr (GString) messages = g_string_new (NULL);
  Findings findings = { .messages = messages };
  fill_home (cache);
  g_autofree char *folder = g_build_filename (cache_home (cache), "originals", NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (File));
  g_array_set_clear_func (files, file_clear);
  list_files (folder, files);
  g_assert_cmpuint (files->len, ==, 7 + 1 + 2);
  g_assert_cmpuint (verify (cache, &findings), ==, 0);
  for (unsigned i = 0; i < files->len; i++) {
    File *file = &g_array_index (files, File, i);
    size_t length = g_bytes_get_size (file->content);
    bool all = length <= ALL_BYTES_OF;
    for (size_t k = 0; k < (all ? length : N_SAMPLES); k++) {
      size_t offset = all ? k : (size_t)g_test_rand_int_range (0, (gint32)length);
      check_change (cache, files, file, offset, (uint8_t)(1u << g_test_rand_int_range (0, 8)));
    }
  }
  g_assert_cmpuint (verify (cache, &findings), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache/every-byte/another-value-of-any-byte-is-found",
                   another_value_of_any_byte_is_found);
  return g_test_run ();
}
