#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/bundle-names.h"
#include "cache/bundle.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/journal.h"
#include "cache/sidecar.h"
#include "cache/tar.h"
#include "document/json-write.h"

enum { CHUNK_BYTES = 128 * 1024, CHUNKS_BETWEEN_PROGRESS = 32 };

typedef struct {
  Cache *cache;
  TarWriter tar;
  const BundleListener *listener;
  BundleResult result;
  char *buffer;
} Export;

static void
leave_out (Export *export, const char *message)
{
  export->result.n_refused++;
  if (export->listener != NULL && export->listener->tell != NULL)
    export->listener->tell (export->listener->data, message);
}

static void
show_progress (const Export *export)
{
  if (export->listener != NULL && export->listener->progress != NULL)
    export->listener->progress (export->listener->data, export->result.n_originals,
                                export->result.bytes);
}

/* ---- which ---- */

static int
compare_digests (const void *a, const void *b)
{
  return memcmp (a, b, sizeof (Digest));
}

/* Sorted, each once, and only what is there. */
static GArray *
choose (Export *export, const Digest *digests, unsigned n)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (Digest));
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (Digest));
  g_array_append_vals (sorted, digests, n);
  if (n > 0)
    qsort (sorted->data, n, sizeof (Digest), compare_digests);
  for (unsigned i = 0; i < n; i++) {
    const Digest *digest = &g_array_index (sorted, Digest, i);
    if (i > 0 && digest_equal (digest, digest - 1))
      continue;
    if (cache_has (export->cache, digest)) {
      g_array_append_val (chosen, *digest);
      continue;
    }
    g_autofree char *message = g_strdup_printf (
      "the original %s is left out: its bytes are not in the cache", digest_to_hex (digest).text);
    leave_out (export, message);
  }
  return chosen;
}

/* ---- entries ---- */

static bool
put_text (Export *export, const char *name, const char *text, GError **error)
{
  size_t length = strlen (text);
  return tar_writer_begin (&export->tar, name, (int64_t)length, error) &&
         tar_writer_write (&export->tar, text, length, error);
}

static bool
put_header (Export *export, unsigned n_originals, GError **error)
{
  cJSON *root = cJSON_CreateObject ();
  cJSON_AddStringToObject (root, "format", BUNDLE_FORMAT);
  cJSON_AddNumberToObject (root, "version", BUNDLE_VERSION);
  cJSON_AddNumberToObject (root, "originals", n_originals);
  g_autofree char *text = json_write_pretty (root);
  cJSON_Delete (root);
  return put_text (export, BUNDLE_HEADER_NAME, text, error);
}

/* The first `size` bytes of the open file `path`, as the entry `name`. */
static bool
put_file (Export *export, const char *name, const char *path, int fd, int64_t size, int64_t *bytes,
          GError **error)
{
  if (!tar_writer_begin (&export->tar, name, size, error))
    return false;
  unsigned n_chunks = 0;
  for (int64_t left = size; left > 0;) {
    ssize_t got = read (fd, export->buffer, (size_t)MIN (left, CHUNK_BYTES));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read %s", path);
    if (got == 0) {
      g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "%s became shorter while it was read",
                   path);
      return false;
    }
    if (!tar_writer_write (&export->tar, export->buffer, (size_t)got, error)) {
      g_prefix_error (
        error, "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " bytes of %s are missing: ", left, size,
        name);
      return false;
    }
    left -= got;
    *bytes += got;
    if (++n_chunks % CHUNKS_BETWEEN_PROGRESS == 0)
      show_progress (export);
  }
  return true;
}

static bool
put_open_blob (Export *export, const Digest *digest, const char *suffix, const char *path, int fd,
               GError **error)
{
  struct stat status;
  if (fstat (fd, &status) != 0 || lseek (fd, 0, SEEK_SET) != 0)
    return base_error_set_errno (error, errno, "cannot read %s", path);
  g_autofree char *name = bundle_dup_name (digest, suffix);
  return put_file (export, name, path, fd, status.st_size, &export->result.bytes, error);
}

/* A bundle with a damaged original in it would be found out when it is needed, so each is looked at
 * before; the same open file is then copied. */
static bool
put_frame (Export *export, const Digest *digest, const char *path, int fd, GError **error)
{
  GError *problem = NULL;
  if (!blob_check_frame (fd, digest, G_MAXINT64, &problem))
    return blob_fail (export->cache->home, path, fd, problem, error);
  return put_open_blob (export, digest, BLOB_FRAME_SUFFIX, path, fd, error);
}

static bool
put_pixels (Export *export, const Digest *digest, GError **error)
{
  const char *home = export->cache->home;
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  GError *problem = NULL;
  bool is_exact = pixels_file_open (&file, home, digest, &problem) &&
                  pixel_frame_info (file.frame)->is_exact;
  if (is_exact && pixels_file_check (&file, &problem))
    return put_open_blob (export, digest, BLOB_PIXELS_SUFFIX, file.path, file.fd, error);
  if (problem != NULL && file.path != NULL)
    return blob_fail (home, file.path, file.fd, problem, error);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
               "the original %s went away while the bundle was made; make it anew",
               digest_to_hex (digest).text);
  return false;
}

/* The .zst when there is one: a .pix beside it only saves decoding. Another process may put a .pix
 * in its place, but never the other way round. */
static bool
put_blob (Export *export, const Digest *digest, GError **error)
{
  g_autofree char *path = home_blob_path (export->cache->home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return put_pixels (export, digest, error);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open the original %s", path);
  bool ok = put_frame (export, digest, path, fd, error);
  close (fd);
  return ok;
}

static bool
put_sidecar (Export *export, const Digest *digest, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (export->cache, digest, &problem);
  if (record == NULL && problem == NULL)
    return true;
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    leave_out (export, problem->message);
    g_error_free (problem);
    return true;
  }
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  g_autofree char *name = bundle_dup_name (digest, ".json");
  g_autofree char *text = sidecar_format (record);
  if (!put_text (export, name, text, error))
    return false;
  export->result.n_sidecars++;
  return true;
}

/* ---- the journal ---- */

/* How far whole lines go: another process may be writing one. */
static bool
whole_lines (int fd, const char *path, int64_t *out_size, GError **error)
{
  struct stat status;
  if (fstat (fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read %s", path);
  char bytes[4096];
  for (int64_t end = status.st_size; end > 0;) {
    int64_t start = MAX (0, end - (int64_t)sizeof bytes);
    ssize_t got = pread (fd, bytes, (size_t)(end - start), start);
    if (got != end - start)
      return base_error_set_errno (error, got < 0 ? errno : EIO, "cannot read %s", path);
    const char *newline = memrchr (bytes, '\n', (size_t)got);
    if (newline != NULL) {
      *out_size = start + (newline - bytes) + 1;
      return true;
    }
    end = start;
  }
  *out_size = 0;
  return true;
}

static bool
put_journal (Export *export, GError **error)
{
  g_autofree char *path = journal_path (export->cache->home);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return true;
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open %s", path);
  int64_t size, bytes = 0;
  bool ok = whole_lines (fd, path, &size, error) &&
            put_file (export, BUNDLE_JOURNAL_NAME, path, fd, size, &bytes, error);
  close (fd);
  return ok;
}

/* ---- all of it ---- */

static bool
put_all (Export *export, const GArray *chosen, bool with_journal, GError **error)
{
  if (!put_header (export, chosen->len, error))
    return false;
  for (unsigned i = 0; i < chosen->len; i++) {
    const Digest *digest = &g_array_index (chosen, Digest, i);
    if (!put_blob (export, digest, error) || !put_sidecar (export, digest, error))
      return false;
    export->result.n_originals++;
    show_progress (export);
  }
  return (!with_journal || put_journal (export, error)) && tar_writer_end (&export->tar, error);
}

bool
bundle_export (Cache *cache, const Digest *digests, unsigned n, bool with_journal, int fd,
               const BundleListener *listener, BundleResult *out_result, GError **error)
{
  g_autofree char *buffer = g_malloc (CHUNK_BYTES);
  Export export = {
    .cache = cache,
    .tar = { .fd = fd },
    .listener = listener,
    .buffer = buffer,
  };
  g_autoptr (GArray) chosen = choose (&export, digests, n);
  GError *problem = NULL;
  bool ok = put_all (&export, chosen, with_journal, &problem);
  *out_result = export.result;
  if (ok)
    return true;
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    g_prefix_error (&problem, "this is no whole bundle; made anew it leaves out what is damaged: ");
  g_propagate_error (error, problem);
  return false;
}
