/* The reader of bundles: whatever one holds, nothing appears but originals whose bytes hash to
 * their names and sidecars, in the home. The checksums of the headers would keep a fuzzer out, so
 * each input is also read with the right ones. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/bundle.h"
#include "cache/sidecar.h"
#include "fuzz-target.h"

enum { BLOCK = 512, SIZE = 124, CHECKSUM = 148, MOST_BYTES = 1024 * 1024 };

static void
remove_below (const char *folder)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
      remove_below (path);
    g_remove (path);
  }
}

static void
check_file (Cache *cache, const char *shelf, const char *name)
{
  g_autoptr (GError) error = NULL;
  Digest digest;
  g_autofree char *hex = g_strndup (name, DIGEST_HEX_CHARACTERS);
  g_assert_true (digest_from_hex (hex, &digest));
  g_assert_true (strncmp (shelf, name, 2) == 0);
  if (g_str_has_suffix (name, ".json")) {
    g_autoptr (CacheRecord) record = cache_record_get (cache, &digest, &error);
    g_assert_nonnull (record);
    g_assert_true (cache_has (cache, &digest));
    return;
  }
  g_assert_true (g_str_has_suffix (name, ".zst") || g_str_has_suffix (name, ".pix"));
  g_autoptr (GBytes) bytes = cache_get (cache, &digest, MOST_BYTES, &error);
  g_assert_no_error (error);
  g_assert_nonnull (bytes);
}

static void
check_home (Cache *cache)
{
  g_autofree char *originals = g_build_filename (cache_home (cache), "originals", NULL);
  g_autoptr (GDir) shelves = g_dir_open (originals, 0, NULL);
  for (const char *shelf; (shelf = g_dir_read_name (shelves)) != NULL;) {
    g_autofree char *folder = g_build_filename (originals, shelf, NULL);
    g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name (listing)) != NULL;)
      check_file (cache, shelf, name);
  }
}

/* The home stands in a folder of its own: what leaves it shows beside it. */
static void
check_nothing_is_beside (const char *folder)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (listing)) != NULL;)
    g_assert_cmpstr (name, ==, "home");
}

static void
read_bundle (const char *folder, const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *home = g_build_filename (folder, "home", NULL);
  g_autoptr (Cache) cache = cache_open (home, &error);
  g_assert_no_error (error);
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, data, size), ==, (gssize)size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  BundleResult result;
  bool ok = bundle_restore (cache, fd, MOST_BYTES, NULL, &result, &error);
  close (fd);
  g_assert_cmpint (ok, ==, error == NULL);
  g_assert_cmpuint (result.n_new, <=, result.n_originals);
  check_nothing_is_beside (folder);
  check_home (cache);
}

static void
mend_checksums (uint8_t *data, size_t size)
{
  for (size_t at = 0; at + BLOCK <= size;) {
    uint8_t *block = data + at;
    unsigned sum = 0;
    memset (block + CHECKSUM, ' ', 8);
    for (int i = 0; i < BLOCK; i++)
      sum += block[i];
    g_snprintf ((char *)block + CHECKSUM, 8, "%06o", sum);
    size_t length = 0;
    for (int i = SIZE; i < SIZE + 11 && block[i] >= '0' && block[i] <= '7'; i++)
      length = length * 8 + (size_t)(block[i] - '0');
    at += BLOCK + (length + BLOCK - 1) / BLOCK * BLOCK;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *folder = g_dir_make_tmp ("peel-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  read_bundle (folder, data, size);
  remove_below (folder);
  g_autofree uint8_t *mended = g_memdup2 (data, size);
  mend_checksums (mended, size);
  read_bundle (folder, mended, size);
  remove_below (folder);
  g_rmdir (folder);
  return 0;
}
