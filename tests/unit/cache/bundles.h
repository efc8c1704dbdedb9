/* Homes with some originals, and bundles of them, for the tests of bundles. */
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cache/bundle.h"
#include "support/scratch.h"

enum { MOST_BYTES = 4 * 1024 * 1024, N_ORIGINALS = 5 };

/* ---- a home with some originals ---- */

static inline Cache *
open_home (Scratch *scratch, const char *name)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, name), &error);
  g_assert_no_error (error);
  return cache;
}

static inline GBytes *
content_of (unsigned i)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (i);
  size_t length = i * 1000; /* the first is empty */
  uint8_t *bytes = g_malloc (length + 1);
  for (size_t at = 0; at < length; at++)
    bytes[at] = (uint8_t)(i % 2 == 0 ? g_rand_int (random) : at);
  return g_bytes_new_take (bytes, length);
}

static inline char *
request_of (unsigned i)
{
  g_autofree char *text = g_strdup_printf ("request %u", i);
  Digest digest = digest_of (text, strlen (text));
  return g_strdup (digest_to_hex (&digest).text);
}

static inline CacheRecord *
record_of (const Digest *digest, int64_t size_bytes, unsigned i)
{
  CacheRecord *record = cache_record_new ();
  record->digest = *digest;
  record->size_bytes = size_bytes;
  record->format = g_strdup ("png");
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup ("generate");
  acquisition->request = request_of (i);
  acquisition->prompt = g_strdup_printf ("a watch number %u", i);
  acquisition->at = g_strdup ("2026-01-02T03:04:05Z");
  g_ptr_array_add (record->acquisitions, acquisition);
  return record;
}

static inline Digest
put_original (Cache *cache, unsigned i)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = content_of (i);
  Digest digest;
  assert_ok (cache_put (cache, bytes, &digest, NULL, &error), error);
  g_autoptr (CacheRecord) record = record_of (&digest, (int64_t)g_bytes_get_size (bytes), i);
  assert_ok (cache_record_put (cache, record, &error), error);
  return digest;
}

/* Every file of the home but those of the databases, as lines of name, length and hash. */
static inline void
list_files (const char *folder, const char *below, GPtrArray *lines)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *shown = g_build_filename (below, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      list_files (path, shown, lines);
      continue;
    }
    g_autofree char *text = NULL;
    gsize length;
    g_assert_true (g_file_get_contents (path, &text, &length, NULL));
    Digest digest = digest_of (text, length);
    g_ptr_array_add (lines,
                     g_strdup_printf ("%s %zu %s\n", shown, length, digest_to_hex (&digest).text));
  }
}

static inline int
compare_lines (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static inline char *
list_home (Cache *cache, const char *below)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = g_build_filename (cache_home (cache), below, NULL);
  list_files (folder, below, lines);
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("", (char **)lines->pdata);
}

/* ---- bundles ---- */

static inline GBytes *
bytes_of (int fd)
{
  off_t length = lseek (fd, 0, SEEK_END);
  uint8_t *bytes = g_malloc ((size_t)length + 1);
  g_assert_cmpint (pread (fd, bytes, (size_t)length, 0), ==, length);
  close (fd);
  return g_bytes_new_take (bytes, (size_t)length);
}

static inline void
hear (void *data, const char *message)
{
  g_string_append_printf (data, "%s\n", message);
}

/* What was told goes to `heard`. */
static inline GBytes *
pack (Cache *cache, const Digest *digests, unsigned n, GString *heard, BundleResult *out_result)
{
  g_autoptr (GError) error = NULL;
  BundleListener listener = { heard, hear, NULL };
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  assert_ok (bundle_export (cache, digests, n, true, fd, &listener, out_result, &error), error);
  return bytes_of (fd);
}

static inline bool
restore (Cache *cache, const void *bytes, size_t length, GString *heard, BundleResult *out_result,
         GError **error)
{
  BundleListener listener = { heard, hear, NULL };
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, bytes, length), ==, (gssize)length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  bool ok = bundle_restore (cache, fd, MOST_BYTES, &listener, out_result, error);
  close (fd);
  return ok;
}

static inline GBytes *
bundle_of_some (Scratch *scratch, Digest out_digests[N_ORIGINALS])
{
  g_autoptr (Cache) cache = open_home (scratch, "from");
  for (unsigned i = 0; i < N_ORIGINALS; i++)
    out_digests[i] = put_original (cache, i);
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  GBytes *bundle = pack (cache, out_digests, N_ORIGINALS, heard, &result);
  g_assert_cmpstr (heard->str, ==, "");
  g_assert_cmpuint (result.n_originals, ==, N_ORIGINALS);
  g_assert_cmpuint (result.n_sidecars, ==, N_ORIGINALS);
  return bundle;
}
